"""Configs of other projects → our spec, and by name what of them is not understood.

Hugging Face transformers' and timm's `config.json`; OpenMMLab's Python dictionaries (mmpretrain, mmdetection);
detectron2's YAML. Sources: the projects' own defaults, named at each reader.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from explorer.net.resnet import build
from explorer.spec import ResNetSpec, Value, changed, named, naming
from explorer.weights.config_text import Keys, parse, shown
from explorer.weights.derive import stage_widths
from explorer.weights.identify import UNTOLD, Identified, differences

DEEP = {  # depth → (blocks per stage, block): the same in all of these projects
    18: ((2, 2, 2, 2), "basic"),
    34: ((3, 4, 6, 3), "basic"),
    50: ((3, 4, 6, 3), "bottleneck"),
    101: ((3, 4, 23, 3), "bottleneck"),
    152: ((3, 8, 36, 3), "bottleneck"),
}


Json = dict[str, Any]  # what somebody else's file holds


@dataclass(frozen=True)
class Configured:
    """layout: whose config it is; remarks: what is not understood, and what is taken for granted, in sentences."""

    spec: ResNetSpec
    layout: str
    remarks: tuple[str, ...]


def read_config(text: str) -> Configured:
    """The net of a config's text. Raises `ValueError` with one sentence."""
    _, found = parse(text)
    for applies, reader in READERS:
        if applies(found):
            return reader(found)
    keys = ", ".join(repr(key[:40]) for key in list(found)[:5])
    raise ValueError(f"it is no config of a ResNet that we know: its keys are {keys}")


def identify_config(text: str) -> Identified:
    """The same answer as for a checkpoint, as far as a config has one: there are no tensors to miss."""
    found = read_config(text)
    return Identified(
        name=naming.slug(found.spec),
        spec=found.spec,
        layout=found.layout,
        params=sum(value.numel() for value in build(found.spec, "meta").parameters()),
        differences=(*differences(found.spec), *found.remarks),
        unknowable=UNTOLD,
    )


def _not_understood(*keys: Keys) -> list[str]:
    return [f"Not understood: {one}." for some in keys for one in some.left()]


def _layers(depth: int) -> tuple[tuple[int, ...], str]:
    if depth not in DEEP:
        raise ValueError(f"depth={depth}: choose one of {', '.join(map(str, DEEP))}")
    return DEEP[depth]


def _huggingface(found: Json) -> Configured:
    """transformers/models/resnet/configuration_resnet.py"""
    keys = Keys(found)
    bottleneck = keys.take("layer_type", "bottleneck") == "bottleneck"
    if keys.values.get("layer_type", "bottleneck") not in ("basic", "bottleneck"):
        raise ValueError(f"layer_type={shown(keys.values['layer_type'])}: choose basic or bottleneck")
    hidden = keys.numbers("hidden_sizes", (256, 512, 1024, 2048))
    stages = keys.numbers("depths", (3, 4, 6, 3))
    if bottleneck and any(size % 4 for size in hidden):
        raise ValueError(f"hidden_sizes={shown(list(hidden))}: a bottleneck's are multiples of 4")
    widths = tuple(size // 4 if bottleneck else size for size in hidden)
    early = keys.flag("downsample_in_first_stage", False)
    inside = keys.flag("downsample_in_bottleneck", False)
    classes, said = _labels(keys)
    if (act := keys.take("hidden_act", "relu")) != "relu":
        said.append(f"Not understood: hidden_act={shown(act)}; the net is drawn with ReLU.")
    keys.skip("model_type", "torch_dtype", "dtype", "transformers_version", "id2label", "label2id", "_name_or_path")
    keys.skip("problem_type", "return_dict", "output_hidden_states", "use_cache", "out_features", "out_indices")
    keys.skip("stage_names")
    spec = ResNetSpec(
        stages=stages,
        block="bottleneck" if bottleneck else "basic",
        **stage_widths(widths or (64,)),
        stem_widths=(keys.whole("embedding_size", 64),),
        stride_on="1x1" if inside and bottleneck else "3x3",
        strides=(2,) * len(stages) if early else (),
        in_channels=keys.whole("num_channels", 3),
        num_classes=classes,
    )
    return Configured(spec, "huggingface-config", (*said, *_not_understood(keys)))


def _labels(keys: Keys) -> tuple[int, list[str]]:
    classes = keys.take("num_labels", None)
    labels = keys.values.get("id2label")
    classes = len(labels) if isinstance(labels, dict) else 2 if classes is None else classes
    architectures = keys.take("architectures", [])
    if isinstance(architectures, list) and any(one in ("ResNetModel", "ResNetBackbone") for one in architectures):
        return 0, []
    if type(classes) is not int:
        raise ValueError(f"num_labels={shown(classes)}: write a whole number")
    if not isinstance(labels, dict) and "num_labels" not in keys:
        return classes, ["It names no labels: transformers then takes 2 classes."]
    return classes, []


def _timm(found: Json) -> Configured:
    """A model card's config.json of timm on the Hugging Face Hub."""
    keys = Keys(found)
    spec = named(str(keys.take("architecture"))[:100])
    spec = replace(spec, num_classes=keys.whole("num_classes", spec.num_classes))
    keys.skip("pretrained_cfg", "num_features", "global_pool", "license", "label_names", "label_descriptions")
    return Configured(spec, "timm-config", tuple(_not_understood(keys)))


MM_TYPES: dict[str, dict[str, Value]] = {
    "ResNet": {},
    "ResNetV1c": {"stem": "deep"},
    "ResNetV1d": {"stem": "deep", "shortcut_pool": "avg"},
    "ResNet_CIFAR": {"stem": "cifar", "family": "cifar"},
    "ResNeXt": {"groups": 32, "width_per_group": 4},
    "SEResNet": {"attention": "se"},
    "SEResNeXt": {"attention": "se", "groups": 32, "width_per_group": 4},
}
MM_DILATED: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {
    ((1, 2, 2, 1), (1, 1, 1, 2)): 16,
    ((1, 2, 1, 1), (1, 1, 2, 4)): 8,
}


def _openmmlab(found: Json) -> Configured:
    """mmpretrain/models/backbones/resnet.py"""
    model = Keys(found.get("model") if isinstance(found.get("model"), dict) else found, "model.")
    backbone = model.inside("backbone") if "backbone" in model else Keys(model.values, "")
    kind = str(backbone.take("type", "ResNet")).rpartition(".")[2]
    if kind not in MM_TYPES:
        raise ValueError(f"backbone.type={shown(kind)}: choose one of {', '.join(MM_TYPES)}")
    stages, block = _layers(backbone.whole("depth", 50))
    changes = dict(MM_TYPES[kind])
    stages = stages[: max(1, backbone.whole("num_stages", 4))]
    width = backbone.whole("base_channels", 64)
    stem = backbone.whole("stem_channels", 64)
    if backbone.flag("deep_stem", changes.get("stem") == "deep"):
        changes["stem"] = "deep"
    if backbone.flag("avg_down", "shortcut_pool" in changes):
        changes["shortcut_pool"] = "avg"
    changes["stem_widths"] = (stem // 2, stem // 2, stem) if changes.get("stem") == "deep" else (stem,)
    if "groups" in changes:
        changes |= {key: backbone.whole(key, int(str(changes[key]))) for key in ("groups", "width_per_group")}
    if changes.get("attention") == "se":
        changes["attention_reduction"] = backbone.whole("se_ratio", 16)
    style = backbone.take("style", "pytorch")
    if style not in ("pytorch", "caffe"):
        raise ValueError(f"backbone.style={shown(style)}: choose pytorch or caffe")
    changes |= {"stride_on": "1x1"} if style == "caffe" and block == "bottleneck" else {}
    said = _mm_norm(backbone, changes) + _mm_strides(backbone, len(stages), changes)
    backbone.skip("out_indices", "frozen_stages", "norm_eval", "with_cp", "init_cfg", "zero_init_residual")
    backbone.skip("drop_path_rate", "pretrained")
    classes, about = _mm_head(model, backbone)
    own: dict[str, Value] = {"stages": stages, "block": block, "width": width, "num_classes": classes}
    spec = changed(ResNetSpec(), own | {"in_channels": backbone.whole("in_channels", 3)} | changes)
    base = ["Not understood: _base_, which names other files; only this text was read."] if "_base_" in found else []
    return Configured(spec, "openmmlab-config", (*base, *about, *said, *_not_understood(backbone)))


def _mm_norm(backbone: Keys, changes: dict[str, Value]) -> list[str]:
    norm = backbone.inside("norm_cfg")
    kind = norm.take("type", "BN")
    norm.skip("requires_grad", "eps", "momentum")
    if kind == "GN":
        changes["norm"] = "group"
        if norm.whole("num_groups", 32) != 32:
            raise ValueError("norm_cfg.num_groups: Group Normalization has 32 groups here")
        return _not_understood(norm)
    known = kind in ("BN", "SyncBN", "BN2d", "MMSyncBN")
    return ([] if known else [f"Not understood: norm_cfg.type={shown(kind)}."]) + _not_understood(norm)


def _mm_strides(backbone: Keys, stages: int, changes: dict[str, Value]) -> list[str]:
    strides = backbone.numbers("strides", (1, 2, 2, 2)[:stages])
    dilations = backbone.numbers("dilations", (1, 1, 1, 1)[:stages])
    contracted = backbone.flag("contract_dilation", False)
    if set(dilations) == {1}:
        changes["strides"] = strides[:stages]
        return []
    stride = MM_DILATED.get((strides, dilations))
    if stride is None:
        return [f"Not understood: strides={list(strides)} with dilations={list(dilations)}; drawn without dilation."]
    changes["output_stride"] = stride
    same = "its tensors and counts are the same."
    return (
        [] if contracted else [f"Without contract_dilation a stage’s first block is dilated as the others are: {same}"]
    )


def _mm_head(model: Keys, backbone: Keys) -> tuple[int, list[str]]:
    """The classifier's outputs; a detector's other parts are no part of the net."""
    head = model.inside("head")
    if "num_classes" in head and "LinearClsHead" in str(head.values.get("type", "LinearClsHead")):
        return head.whole("num_classes", 1000), []
    others = [key for key in model.values if key not in ("type", "backbone", "head", "data_preprocessor", "neck")]
    if backbone.values is model.values:
        return 0, ["It has no classifier: the text is a backbone’s alone."]
    shown_some = ", ".join([*(["head"] if "head" in model else []), *(key[:40] for key in others)][:6])
    return 0, ["It has no linear classifier." + (f" No part of the ResNet: {shown_some}." if shown_some else "")]


def _detectron2(found: Json) -> Configured:
    """detectron2/config/defaults.py, MODEL.RESNETS"""
    model = Keys(found.get("MODEL", found), "MODEL.")
    keys = model.inside("RESNETS") if "RESNETS" in model else Keys(model.values)
    stages, block = _layers(keys.whole("DEPTH", 50))
    out, stem = keys.whole("RES2_OUT_CHANNELS", 256), keys.whole("STEM_OUT_CHANNELS", 64)
    width = out // 4 if block == "bottleneck" else out
    norms = {"FrozenBN": "frozen", "BN": "batch", "SyncBN": "batch", "nnSyncBN": "batch", "GN": "group", "": "none"}
    norm = keys.take("NORM", "FrozenBN")
    if norm not in norms:
        raise ValueError(f"MODEL.RESNETS.NORM={shown(norm)}: choose one of {', '.join(filter(None, norms))}")
    dilation = {(1, 1): 32, (1, 2): 16, (2, 4): 8}.get((keys.whole("RES4_DILATION", 1), keys.whole("RES5_DILATION", 1)))
    if dilation is None:
        raise ValueError("MODEL.RESNETS.RES4_DILATION, RES5_DILATION: choose 1 and 1, 1 and 2, or 2 and 4")
    on_1x1 = keys.flag("STRIDE_IN_1X1", True)
    groups, per_group = keys.whole("NUM_GROUPS", 1), keys.whole("WIDTH_PER_GROUP", 64)
    said = [] if "RESNETS" in model else ["It has no MODEL.RESNETS: detectron2’s defaults stand."]
    if any(keys.take("DEFORM_ON_PER_STAGE", []) or []):
        said.append("Not understood: DEFORM_ON_PER_STAGE; drawn with ordinary convolutions.")
    keys.skip("OUT_FEATURES", "DEFORM_MODULATED", "DEFORM_NUM_GROUPS", "RES5_MULTI_GRID")
    stem_kind = keys.take("STEM_TYPE", "basic")
    spec = ResNetSpec(
        stages=stages,
        block=block,
        norm=norms[norm],
        width=width,
        groups=groups,
        width_per_group=round(per_group * 64 / width) if block == "bottleneck" else 64,
        stem="deep" if stem_kind == "deeplab" else "imagenet",
        stem_widths=(stem // 2, stem // 2, stem) if stem_kind == "deeplab" else (stem,),
        stride_on="1x1" if on_1x1 and block == "bottleneck" else "3x3",
        output_stride=dilation,
        num_classes=0,
    )
    others = [key for key in model.values if key not in ("RESNETS", "WEIGHTS", "MASK_ON", "BACKBONE", "PIXEL_STD")]
    said += [f"No part of the ResNet: {', '.join(key[:40] for key in others[:6])}."] if others else []
    return Configured(spec, "detectron2-config", (*said, *_not_understood(keys)))


def _is_openmmlab(found: Json) -> bool:
    model = found.get("model", found)
    return isinstance(model, dict) and (isinstance(model.get("backbone"), dict) or model.get("type") in MM_TYPES)


READERS: tuple[tuple[Callable[[Json], bool], Callable[[Json], Configured]], ...] = (
    (lambda found: found.get("model_type") == "resnet" or "hidden_sizes" in found, _huggingface),
    (lambda found: isinstance(found.get("architecture"), str), _timm),
    (_is_openmmlab, _openmmlab),
    (lambda found: isinstance(found.get("MODEL"), dict) or "RESNETS" in found, _detectron2),
)

"""Other projects' configs: the net that they mean, and what of them is not understood; hostile ones are a sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.spec import ResNetSpec, preset
from explorer.web.sections.from_file import CONFIGS
from explorer.weights import identify_file
from explorer.weights.configs import identify_config, read_config

R50, R18 = preset("resnet50"), preset("resnet18")


def huggingface(**more: object) -> str:
    """microsoft/resnet-50's config.json, shortened."""
    usual = {
        "architectures": ["ResNetForImageClassification"],
        "depths": [3, 4, 6, 3],
        "downsample_in_first_stage": False,
        "embedding_size": 64,
        "hidden_act": "relu",
        "hidden_sizes": [256, 512, 1024, 2048],
        "id2label": {str(index): "x" for index in range(1000)},
        "layer_type": "bottleneck",
        "model_type": "resnet",
        "num_channels": 3,
        "torch_dtype": "float32",
        "transformers_version": "4.18.0.dev0",
    }
    return json.dumps(usual | more)


def mmpretrain(backbone: str, head: str = "dict(type='LinearClsHead', num_classes=1000, in_channels=2048)") -> str:
    return f"""
# model settings
model = dict(
    type='ImageClassifier',
    backbone=dict({backbone}),
    neck=dict(type='GlobalAveragePooling'),
    head={head})
"""


def detectron2(resnets: str = "", more: str = "") -> str:
    return f"MODEL:\n  RESNETS:\n    DEPTH: 50\n    OUT_FEATURES: [res4]\n{resnets}{more}SOLVER:\n  STEPS: (60000, 80000)\n"


MM50 = "type='ResNet', depth=50, num_stages=4, out_indices=(3, ), style='pytorch'"
KNOWN: dict[str, tuple[str, ResNetSpec]] = {
    "microsoft/resnet-50": (huggingface(), R50),
    "microsoft/resnet-18": (
        huggingface(depths=[2, 2, 2, 2], hidden_sizes=[64, 128, 256, 512], layer_type="basic"),
        R18,
    ),
    "HF, stride in the first stage": (huggingface(downsample_in_first_stage=True), replace(R50, strides=(2, 2, 2, 2))),
    "HF, v1": (huggingface(downsample_in_bottleneck=True), replace(R50, stride_on="1x1")),
    "HF, free widths": (
        huggingface(hidden_sizes=[40, 80, 120, 160], embedding_size=10),
        replace(R50, widths=(10, 20, 30, 40), stem_widths=(10,)),
    ),
    "HF, backbone": (huggingface(architectures=["ResNetModel"]), replace(R50, num_classes=0)),
    "HF, defaults": ('{"model_type": "resnet"}', replace(R50, num_classes=2)),
    "timm": (
        '{"architecture": "resnet50d", "num_classes": 10}',
        replace(R50, stem="deep", shortcut_pool="avg", num_classes=10),
    ),
    "mm resnet50": (mmpretrain(MM50), R50),
    "mm caffe": (mmpretrain(MM50.replace("pytorch", "caffe")), replace(R50, stride_on="1x1")),
    "mm v1d": (mmpretrain(MM50.replace("ResNet", "ResNetV1d")), replace(R50, stem="deep", shortcut_pool="avg")),
    "mm cifar": (
        mmpretrain(
            MM50.replace("ResNet", "ResNet_CIFAR").replace("50", "18"), "dict(type='LinearClsHead', num_classes=10)"
        ),
        replace(R18, family="cifar", stem="cifar", num_classes=10),
    ),
    "mm resnext": (
        mmpretrain(MM50.replace("ResNet", "ResNeXt") + ", groups=32, width_per_group=4"),
        preset("resnext50_32x4d"),
    ),
    "mm se": (mmpretrain(MM50.replace("ResNet", "SEResNet")), replace(R50, attention="se")),
    "mm group norm": (mmpretrain(MM50 + ", norm_cfg=dict(type='GN', num_groups=32)"), replace(R50, norm="group")),
    "mm dilated": (
        mmpretrain(MM50 + ", strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4), contract_dilation=True"),
        replace(R50, output_stride=8),
    ),
    "mm detector": (
        f"model = dict(type='FasterRCNN', backbone=dict({MM50}), rpn_head=dict(type='RPNHead'))",
        replace(R50, num_classes=0),
    ),
    "a backbone alone": (f"dict({MM50})", replace(R50, num_classes=0)),
    "detectron2": (detectron2(), replace(R50, norm="frozen", stride_on="1x1", num_classes=0)),
    "detectron2 X-101": (
        detectron2("    DEPTH: 101\n    NUM_GROUPS: 32\n    WIDTH_PER_GROUP: 8\n    STRIDE_IN_1X1: False\n").replace(
            "DEPTH: 50\n    ", "", 1
        ),
        replace(preset("resnext101_32x8d"), norm="frozen", num_classes=0),
    ),
    "detectron2 dilated": (
        detectron2("    RES5_DILATION: 2\n    NORM: GN\n"),
        replace(R50, norm="group", stride_on="1x1", num_classes=0, output_stride=16),
    ),
}


@pytest.mark.parametrize("kind", KNOWN)
def test_a_config_is_the_net_that_it_means(kind: str, tmp_path: Path) -> None:
    text, spec = KNOWN[kind]
    assert read_config(text).spec == spec
    (tmp_path / "config").write_text(text)
    answer = identify_file(tmp_path / "config")
    assert answer.spec == spec and answer.missing == () and answer.layout in CONFIGS


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (huggingface(foo=1), "Not understood: foo=1."),
        (huggingface(hidden_act="gelu"), "Not understood: hidden_act='gelu'"),
        ('{"model_type": "resnet"}', "transformers then takes 2 classes"),
        (mmpretrain(MM50 + ", dcn=dict(type='DCN')"), "Not understood: model.backbone.dcn="),
        (mmpretrain(MM50 + ", foo=open('/etc/passwd').read()"), "Not understood: model.backbone.foo='call of Python'"),
        ("_base_ = ['a.py']\n" + mmpretrain(MM50), "Not understood: _base_"),
        (mmpretrain(MM50, "dict(type='ArcFaceClsHead', num_classes=7)"), "no linear classifier"),
        (mmpretrain(MM50 + ", dilations=(1, 1, 3, 3)"), "dilations=[1, 1, 3, 3]"),
        (detectron2("    DEFORM_ON_PER_STAGE: [false, true, true, true]\n"), "Not understood: DEFORM_ON_PER_STAGE"),
        (detectron2("    FOO: 3\n"), "Not understood: MODEL.RESNETS.FOO=3."),
        ("MODEL:\n  META_ARCHITECTURE: GeneralizedRCNN\n", "detectron2’s defaults stand"),
    ],
)
def test_what_is_not_understood_is_named(text: str, says: str) -> None:
    assert any(says in said for said in identify_config(text).differences)


REFUSED = [
    ("", "it is empty"),
    ("hello", "neither JSON, nor YAML"),
    ("x" * 70_000, "at most 65,536 are read"),
    ("[" * 60_000, "nested|neither"),
    ('{"a":' * 10_000, "nested|neither"),
    ("a: " + "[" * 30_000 + "]" * 30_000, "nested|neither"),
    ("x = " + "(" * 150 + ")" * 150, "nested|neither|is no config"),
    ("x = dict(a=" + "dict(a=" * 60 + "1" + ")" * 61, "nested"),
    ("x = " + "-" * 30_000 + "1", "nested|neither"),
    ("a: &a [x]\nb: *a\n", "alias"),
    ("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n", "alias"),
    ("!!python/object/apply:os.system ['id']", "neither JSON, nor YAML"),
    ("a: !!python/object/apply:os.system ['id']", "its keys are 'a'"),
    ('{"model_type": "resnet", "depths": [3, 4]}', "hidden_sizes|widths"),
    ('{"model_type": "resnet", "depths": "many"}', "depths='many'"),
    ('{"model_type": "resnet", "num_channels": 1e9}', "num_channels"),
    ('{"model_type": "resnet", "depths": [9999, 4, 6, 3]}', "stages"),
    ('{"model_type": "resnet", "hidden_sizes": [255, 512, 1024, 2048]}', "multiples of 4"),
    ('{"model_type": "resnet", "layer_type": "x"}', "layer_type='x'"),
    ('{"model_type": "resnet", "num_labels": ' + "9" * 5_000 + "}", "12 digits"),
    ('{"architecture": "densenet121"}', "densenet"),
    (mmpretrain("type='ResNeSt', depth=50"), "backbone.type='ResNeSt'"),
    (mmpretrain("type='ResNet', depth=51"), "depth=51"),
    (mmpretrain("type='ResNet', depth=eval('50')"), "depth='call of Python'"),
    (detectron2("    NORM: WS\n"), "NORM='WS'"),
    ('{"a": 1}', "its keys are 'a'"),
    ("\x00\x01", "empty|neither"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_a_config_that_is_none_is_one_sentence(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        identify_config(text)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500

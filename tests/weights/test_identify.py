"""Which net a file is of: every layout back to the spec; near misses, and the cause that is named."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from explorer.net.resnet import build
from explorer.spec import CHOICES, ResNetSpec, preset, varied
from explorer.weights import identify, renaming
from explorer.weights.derive import derive
from explorer.weights.identify import differences
from explorer.weights.layouts import LAYOUTS, split
from explorer.weights.layouts import Path as Template
from explorer.weights.limits import Tensor
from explorer.weights.recognise import recognise

R18, R50, SMALL = preset("resnet18"), preset("resnet50"), preset("resnet20_cifar")
SHORT = replace(R50, stages=(2, 2, 2, 2))
PRE = {"activation": "pre", "preact_first": "block"}
SPECS: dict[str, ResNetSpec] = {  # what shapes alone give back
    "18": R18,
    "50": R50,
    "cifar 20": SMALL,
    "resnext": preset("resnext50_32x4d"),
    "wide": preset("wide_resnet50_2"),
    "C": replace(R18, shortcut="C"),
    "three stages": replace(R18, stages=(1, 2, 3)),
    "no head": replace(R18, num_classes=0),
    "gray, 10 classes": replace(R18, in_channels=1, num_classes=10),
    "no norm": replace(R18, norm="none"),
    "group norm": replace(SHORT, norm="group"),
    "D": replace(SHORT, stem="deep", shortcut_pool="avg"),
    "T": replace(SHORT, stem="deep", stem_widths=(24, 32, 64), shortcut_pool="avg"),
    "free widths": replace(R18, widths=(48, 64, 200, 320)),
    "free bottlenecks": replace(SHORT, widths=(48, 64, 200, 320), stem_widths=(24,)),
    "SE": replace(R18, attention="se"),
    "SE, reduced by 4": replace(SHORT, attention="se", attention_reduction=4),
    "ECA": replace(SHORT, attention="eca"),
    "pool by convolution": replace(SHORT, stem="deep", pool="conv"),
    "first stage strided": replace(R18, strides=(2, 2, 2, 2)),
    "bias": replace(R18, conv_bias="all"),
    "bias of projections": replace(SMALL, shortcut="B", conv_bias="projection", shortcut_norm="none"),
    "pre": replace(R50, activation="pre"),
    "pre in the block": replace(R50, **PRE),
    "pre without a last norm": replace(R18, stem="cifar", family="cifar", last_norm="no", **PRE),
    "WRN-16-4": ResNetSpec(
        "cifar", (2, 2, 2), "basic", width=64, stem="cifar", stem_widths=(16,), num_classes=10, **PRE
    ),
}


def tensors(spec: ResNetSpec, layout: str = "torchvision", prefix: str = "", section: str = "") -> list[Tensor]:
    """The net's tensors as a file of this layout has them."""
    found = []
    for name, value in build(spec, "meta").state_dict().items():
        path, part = split(name)
        theirs = LAYOUTS[layout].to_theirs(path)
        assert theirs is not None, path
        kind = str(value.dtype).removeprefix("torch.")
        found.append(Tensor(f"{prefix}{theirs}.{part}", tuple(value.shape), kind, section))
    return found


@pytest.mark.parametrize("kind", SPECS)
def test_shapes_give_the_spec_back(kind: str) -> None:
    spec = SPECS[kind]
    assert derive({name: tuple(one.shape) for name, one in build(spec, "meta").state_dict().items()}) == spec


FITS = {  # layout → nets that it has names for
    "torchvision": ("18", "50", "resnext", "no head"),
    "timm": ("50", "D", "T", "SE", "SE, reduced by 4", "ECA", "pool by convolution", "group norm"),
    "timm-v2": ("pre in the block",),
    "huggingface": ("18", "50", "free widths", "no head", "first stage strided"),
    "mmpretrain": ("18", "50", "D", "SE"),
    "kuangliu": ("18", "pre without a last norm"),
    "sequential": ("18", "50", "no head"),
}
PREFIXES = ("", "module.", "state_dict.model.", "_orig_mod.", "module._orig_mod.", "model.encoder.", "ema.")


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("layout", "kind"), [(layout, kind) for layout, kinds in FITS.items() for kind in kinds])
def test_every_layout_behind_every_prefix(layout: str, kind: str, prefix: str) -> None:
    answer = identify(tensors(SPECS[kind], layout, prefix))
    assert answer.spec == SPECS[kind]
    assert (answer.missing, answer.unexpected, answer.misshapen) == ((), (), ())
    assert answer.params == sum(one.numel() for one in build(SPECS[kind], "meta").parameters())
    if kind not in ("50", "18", "no head", "group norm") or layout not in ("timm", "sequential"):
        assert answer.layout == layout
    assert not prefix or any(repr(prefix) in said for said in answer.differences)


def test_detectron2_freezes_and_strides_on_the_1x1() -> None:
    spec = replace(R50, norm="frozen", num_classes=0, stride_on="1x1")
    answer = identify(tensors(spec, "detectron2", "backbone.bottom_up."))
    assert (answer.spec, answer.layout) == (spec, "detectron2") and answer.params == 23_454_912


def test_option_a_by_its_author_has_zeros_on_both_sides_and_it_is_told() -> None:
    answer = identify(tensors(SMALL, "akamaster", "module."))
    assert (answer.layout, answer.spec) == ("akamaster", replace(SMALL, zero_pad="both"))
    assert any("both sides" in said for said in answer.differences)
    assert any("zeros are" in said for said in answer.unknowable)


@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize(("layout", "kind"), [(layout, kind) for layout, kinds in FITS.items() for kind in kinds])
def test_the_code_to_take_home_renames_as_we_do(layout: str, kind: str, prefix: str) -> None:
    listed = tensors(SPECS[kind], layout, prefix)
    found = recognise(listed)
    space: dict = {}
    exec(renaming.code(found, SPECS[kind]), space)
    assert [space["renamed"](one.name) for one in listed] == list(build(SPECS[kind], "meta").state_dict())
    assert space["renamed"]("something.else") is None
    rows = renaming.table(found, SPECS[kind])
    assert [(row["file"], row["net"]) for row in rows] == [
        (one.name, name) for one, name in zip(listed, build(SPECS[kind], "meta").state_dict(), strict=True)
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_two_rows_of_a_layout_read_the_same_name(layout: str) -> None:
    numbers = {"s": 2, "b": 1, "n": 2, "i": 1}
    for row in LAYOUTS[layout].rows:
        for theirs in row.theirs:
            assert LAYOUTS[layout].to_ours(theirs.write(numbers)) == row.ours.write(numbers)


def test_a_path_reads_what_it_writes() -> None:
    path = Template("res{s+1}.{b}.conv{n-1}")
    assert path.write({"s": 1, "b": 0, "n": 2}) == "res2.0.conv1"
    assert path.read("res2.0.conv1") == {"s": 1, "b": 0, "n": 2}
    assert path.read("res0.0.conv1") is None and path.read("xres2.0.conv1") is None


def said(answer: object) -> str:
    return " ".join(answer.differences)


def test_another_depth_is_the_cause() -> None:
    answer = identify(tensors(preset("resnet101")), against=R50)
    assert "Another depth: the file has 3, 4, 23, 3 blocks, which is ResNet-101" in said(answer)
    assert len(answer.unexpected) == 17 * 18 and answer.missing == answer.misshapen == ()


def test_another_block_is_the_cause() -> None:
    answer = identify(tensors(preset("resnet34")), against=R50)
    assert "Another block: the file’s have 2 convolutions" in said(answer) and "layer1.0.conv3.weight" in answer.missing


def test_a_replaced_classifier_is_the_cause() -> None:
    ten = [one if one.name[:2] != "fc" else replace_shape(one, (10, *one.shape[1:])) for one in tensors(R50)]
    assert said(identify(ten, against=R50)).startswith("The classifier is replaced: it has 10 outputs, the net 1,000.")
    assert identify(ten).spec == replace(R50, num_classes=10)
    head = [one for one in tensors(R50) if one.name[:2] != "fc"]
    head += [Tensor("fc.0.weight", (512, 2048), "float32"), Tensor("fc.3.weight", (7, 512), "float32")]
    answer = identify(head)
    assert "another head with 7 outputs: fc.0.weight, fc.3.weight" in said(answer)
    assert answer.spec == replace(R50, num_classes=0) and answer.unexpected == ("fc.0.weight", "fc.3.weight")


def replace_shape(one: Tensor, shape: tuple[int, ...]) -> Tensor:
    return Tensor(one.name, shape, one.dtype, one.section)


def test_a_renamed_prefix_is_the_cause() -> None:
    other = [Tensor(one.name.replace("layer3.", "stage3."), one.shape, one.dtype) for one in tensors(R18)]
    answer = identify(other)
    assert "begin with 'stage3' and fit where 'layer3' is missing" in said(answer)
    assert all(name.startswith("stage3.") for name in answer.unexpected)


def test_one_renamed_tensor_is_the_cause_old_to_new_with_its_shape() -> None:
    old, new = "layer2.0.conv2.weight", "layer2.0.convX.weight"
    other = [Tensor(new, one.shape, one.dtype) if one.name == old else one for one in tensors(R50)]
    answer = identify(other)
    assert answer.missing == (old,) and answer.unexpected == (new,)
    assert f"A tensor is renamed, of the same shape: {old} → {new} (128×128×3×3)." in said(answer)
    assert "No single cause" not in said(answer)
    two = [replace_name(one, one.name.replace(".conv2.weight", ".second.weight")) for one in tensors(R18)]
    assert "8 tensors are renamed" in said(identify(two)) and "and 2 more" in said(identify(two))
    misshapen = [Tensor(new, (1, 2, 3), one.dtype) if one.name == old else one for one in tensors(R50)]
    assert "renamed" not in said(identify(misshapen)), "another shape is another tensor"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("layer1.0.conv2.weight", "layer1.0.conv9.weight"),
        ("layer4.1.conv1.weight", "layer4.1.conv4.weight"),
        ("layer1.0.bn1.weight", "layer1.0.bn1.gamma"),
    ],
)
def test_a_renamed_tensor_is_the_one_cause_whatever_else_its_new_name_could_be_of(old: str, new: str) -> None:
    """A convolution that a larger block would have, or a scale that another family's nets have."""
    answer = identify([replace_name(one, new) if one.name == old else one for one in tensors(R50)])
    assert f"A tensor is renamed, of the same shape: {old} → {new}" in said(answer)
    assert "Only a part" not in said(answer) and "no net of this family" not in said(answer)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("layer2.0.conv2.weight", "layer2.0.conv9.weight"),
        ("layer2.0.conv2.weight", "layer2.0.convX.weight"),
        ("layer3.", "stage3."),
        ("layer1.0.bn1", "x'y{0}"),
    ],
)
def test_what_is_taken_home_knows_the_renamed_tensors(old: str, new: str) -> None:
    """What the page calls renamed, its code and its table rename: loaded, no tensor is missing."""
    net = build(R50, "meta").state_dict()
    other = [Tensor(one.name.replace(old, new), one.shape, one.dtype) for one in tensors(R50)]
    found = identify(other).found.recognised
    space: dict = {}
    exec(renaming.code(found, R50), space)
    names = [space["renamed"](one.name) for one in other]
    assert names == list(net)
    rows = renaming.table(found, R50)
    assert [row["file"] for row in rows] == [one.name for one in other]


def replace_name(one: Tensor, name: str) -> Tensor:
    return Tensor(name, one.shape, one.dtype, one.section)


def test_a_part_of_a_net_is_said_by_block() -> None:
    answer = identify([one for one in tensors(R18) if not one.name.startswith("layer2.1.bn1")])
    assert "Only a part of a net was saved: tensors of layer2.1 are missing" in said(answer)
    assert set(answer.missing) == {
        f"layer2.1.bn1.{part}" for part in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    }


def test_one_misshapen_tensor_is_named_and_the_net_stays() -> None:
    odd = [replace_shape(one, (64, 64, 5, 5)) if one.name == "layer1.1.conv2.weight" else one for one in tensors(R18)]
    answer = identify(odd)
    assert answer.spec == R18 and answer.misshapen == ("layer1.1.conv2.weight",)
    assert answer.differences[0] == (
        "A tensor has another shape: layer1.1.conv2.weight is 64×64×5×5 in the file, 64×64×3×3 in ResNet-18."
    )
    assert "No single cause" not in said(answer)
    several = [replace_shape(one, (7,)) if one.name.endswith("bn2.bias") else one for one in tensors(R18)]
    assert said(identify(several)).startswith("8 tensors have other shapes: layer1.0.bn2.bias is 7 in the file, 64 in ")
    assert "and 4 more." in said(identify(several))
    theirs = [replace_name(one, f"module.{one.name}") for one in odd]
    assert "module.layer1.1.conv2.weight is 64×64×5×5" in identify(theirs).differences[0], "as the file calls it"


def test_unknown_tensors_are_reported_and_never_dropped() -> None:
    more = [*tensors(R18), Tensor("rpn.head.weight", (3,), "float32"), Tensor("layer1.0.extra", (), "float32")]
    assert identify(more).unexpected == ("rpn.head.weight", "layer1.0.extra")


def test_a_file_from_before_the_counters_lacks_nothing() -> None:
    old = [one for one in tensors(R18) if not one.name.endswith("num_batches_tracked")]
    assert identify(old).spec == R18 and identify(old).missing == ()


def test_the_net_is_found_beside_an_optimizer_and_before_its_average() -> None:
    many = [
        Tensor("exp_avg", (64, 3, 7, 7), "float32", "optimizer.state.0"),
        *tensors(R18, section="model_ema"),
        *tensors(R18, section="model"),
    ]
    answer = identify(many)
    assert answer.found.recognised.section == "model" and answer.unexpected == ()
    assert "'model_ema', 'optimizer.state.0', which were not looked at" in said(answer)


@pytest.mark.parametrize(
    ("name", "net"),
    [
        ("layer1.0.convs.0.weight", "Res2Net"),
        ("layer1.0.conv2.fc1.weight", "ResNeSt"),
        ("blocks.0.attn.qkv", "transformer"),
    ],
)
def test_relatives_outside_the_family_are_named(name: str, net: str) -> None:
    assert f"names are those of {net}" in said(identify([*tensors(R50), Tensor(name, (1,), "float32")])).replace(
        "a t", "t"
    )


@pytest.mark.parametrize("names", [("features.0.weight",), ("conv1.weight", "fc.weight"), ("<b>x</b>.weight",)])
def test_other_nets_are_refused_with_their_first_names(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="names of no ResNet that we know") as caught:
        identify([Tensor(name, (64, 3, 3, 3), "float32") for name in names])
    assert repr(names[0]) in str(caught.value)


@pytest.mark.parametrize(
    "shapes",
    [
        {"layer99999.0.conv1.weight": (8, 8, 3, 3), "layer1.0.conv1.weight": (8, 8, 3, 3)},
        {"layer1.0.conv1.weight": (8, 8, 3, 3), "layer1.99999.conv1.weight": (8, 8, 3, 3)},
        {"layer1.0.conv1.weight": (8, 8, 3, 3), "layer1.0.conv3.weight": (9, 8, 1, 1)},
        {"layer1.0.conv1.weight": (2**40, 8, 3, 3), "layer1.0.conv2.weight": (2**40, 8, 3, 3)},
        {"layer1.0.conv1.weight": (8, 8, 3, 3), "fc.weight": (2**40, 8), "conv1.weight": (8, 2**30, 7, 7)},
    ],
)
def test_shapes_of_no_net_are_a_sentence(shapes: dict) -> None:
    with pytest.raises(ValueError, match="choose|multiple|block"):
        identify([Tensor(name, shape, "float32") for name, shape in shapes.items()])


def test_the_answer_has_the_keys_that_people_script_against() -> None:
    plain = identify(tensors(R50)).plain()
    assert list(plain) == [
        *("name", "spec", "layout", "params", "differences", "unknowable", "missing", "unexpected", "misshapen"),
    ]
    assert (plain["name"], plain["params"], plain["layout"]) == ("resnet50", 25_557_032, "torchvision")
    assert plain["differences"] == [] and plain["spec"]["stages"] == [3, 4, 6, 3]


def test_what_weights_cannot_tell_is_only_what_applies() -> None:
    basic, deep = " ".join(identify(tensors(R18)).unknowable), " ".join(identify(tensors(R50)).unknowable)
    assert "3×3 (torchvision, v1.5)" in deep and "3×3 (torchvision, v1.5)" not in basic
    assert "option A" not in basic and "dilation" in basic and "Caffe" in basic and "size of the pictures" in basic


def test_what_has_no_sentence_of_its_own_is_said_as_its_axis_says_it() -> None:
    """A value or an axis that is new: its row's words, and no traceback."""
    (said,) = differences(ResNetSpec(zero_init="yes"))
    assert said == "Every block starts as its shortcut: the last γ is 0 (resnet50: no)."
    assert differences(ResNetSpec(in_channels=1, num_classes=7)) == [
        "Its pictures have 1 channel (resnet50: 3).",
        "It has 7 classes (resnet50: 1,000).",
    ]
    (said,) = differences(ResNetSpec(attention="eca"))
    assert said == "Its blocks have ECA (resnet50: none)."
    for field, values in CHOICES.items():
        for value in values:
            with contextlib.suppress(ValueError):
                assert all(one.endswith(").") for one in differences(varied(ResNetSpec(), **{field: value})))

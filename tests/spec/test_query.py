"""A link means the net that it says, or all its faults are named: never another net."""

from __future__ import annotations

import ast
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.spec import CHOICES, ResNetSpec, cifar_stages, named, preset, presets
from explorer.spec import chosen as controls
from explorer.spec.controls import ABOVE, AXES, BY_KEY, USUAL, varied
from explorer.spec.query import IGNORED, Key, read
from explorer.spec.row import GROUPS
from explorer.tell import url_keys
from tests.conftest import ROOT


def of(query: dict[str, str]) -> ResNetSpec:
    found = read({key: [value] for key, value in query.items()}, (), "architecture")
    assert found.chosen is not None and not found.faults, found.faults
    return found.chosen.spec


def faults(query: dict[str, str | list[str]], page: str = "architecture") -> str:
    raw = {key: value if isinstance(value, list) else [value] for key, value in query.items()}
    found = read(raw, url_keys.KEYS, page)
    assert found.chosen is None and found.faults
    return "; ".join(found.faults)


def test_every_axis_of_the_spec_has_a_control_in_words() -> None:
    rows = {one.field: one for one in AXES}
    assert {one.name for one in fields(ResNetSpec)} == {*rows, *ABOVE}
    assert all(set(one.values) == set(CHOICES.get(one.field, ())) and one.group in GROUPS for one in AXES)
    assert all(one.label and (one.values or one.help) for one in AXES)
    words = [text for one in AXES if one.values for text in one.words.values()]
    assert all(0 < len(text) <= 31 for text in words)  # a line of the sidebar's lists
    assert not {one.slug for one in AXES} & {key.name for key in url_keys.KEYS}


@pytest.mark.parametrize(
    ("query", "spec"),
    [
        ({}, preset("resnet50")),
        (
            {"depth": "18", "in_channels": "1", "classes": "10"},
            replace(preset("resnet18"), in_channels=1, num_classes=10),
        ),
        ({"depth": "18", "stem": "cifar"}, replace(preset("resnet18"), stem="cifar")),
        (
            {"depth": "18", "family": "cifar"},
            replace(preset("resnet18"), family="cifar", stem="cifar", num_classes=10),
        ),
        ({"width": "70"}, replace(preset("resnet50"), width=70)),
        ({"net": "resnet8_cifar"}, replace(preset("resnet20_cifar"), stages=(1, 1, 1))),
        ({"depth": "other", "model": "cifar", "layers": "56"}, preset("resnet56_cifar")),
        ({"depth": "other", "model": "custom"}, replace(preset("resnet50"), stages=(2, 3, 4, 2))),
        (  # as an old link always was: CIFAR's net, but 64 wide
            {"depth": "other", "model": "custom", "family": "cifar", "stages": "1,1"},
            replace(preset("resnet20_cifar"), stages=(1, 1), width=64),
        ),
        (
            {"depth": "other", "model": "resnext50_32x4d", "block": "basic"},
            replace(preset("resnet34")),
        ),
        (
            {"depth": "101", "output_stride": "8", "norm": "frozen", "classes": "0"},
            replace(preset("resnet101"), output_stride=8, norm="frozen", num_classes=0),
        ),
        ({"stem": "deep", "stem_widths": "24,32,64"}, ResNetSpec(stem="deep", stem_widths=(24, 32, 64))),
        ({"stride_on": "3x3", "activation": "post", "norm": "batch", "block": "paper"}, preset("resnet50")),
    ],
)
def test_what_a_link_says(query: dict[str, str], spec: ResNetSpec) -> None:
    assert of(query) == spec


def test_a_whole_tensors_shape_is_held_to_the_nets_channels_and_batch() -> None:
    query = {"input": "(8, 4, 224, 160)", "in_channels": "4", "batch": "8"}
    chosen = read({key: [value] for key, value in query.items()}, (), "architecture").chosen
    assert chosen is not None and (chosen.height, chosen.width, chosen.batch) == (224, 160, 8)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"depth": "other", "model": "resnet51"}, ["model='resnet51': choose one of resnet200"]),
        ({"depth": "56"}, ["depth='56': choose one of 18, 34, 50, 101, 152, other"]),
        ({"depth": "abc", "batch": "0"}, ["depth='abc'", "batch=0: choose a whole number from 1 to 65,536"]),
        ({"depth": ["18", "50"]}, ["depth is given 2 times, as '18', '50'"]),
        ({"net": "resnet18", "depth": "50"}, ["depth='50' beside net='resnet18'"]),
        ({"model": "resnet200"}, ["has no effect without depth=other"]),
        ({"modle": "resnet200"}, ["'modle' is no parameter of this app; did you mean model"]),
        ({"classes": "9" * 9999}, ["classes='999", "from 0 to 1,000,000"]),
        ({"in_channels": "٣"}, ["in_channels='٣': choose a whole number from 1 to 1,024"]),
        ({"batch": "1.5"}, ["batch='1.5': choose a whole number"]),
        ({"block": ""}, ["block='': choose one of paper, basic, bottleneck"]),
        ({"pool": "avg"}, ["pool='avg': choose one of usual, max, ceil, conv, none"]),
        ({"input": "8,3,224,224"}, ["says a batch of 8, and the batch is 1"]),
        ({"input": "3x64x64", "in_channels": "1"}, ["says 3 channels, and the net takes 1"]),
        ({"zero_pad": "both"}, ["only option A pads with zeros"]),
        ({"net": "x" * 5000}, ["a name has at most 100 characters"]),
        ({f"k{number}": "1" for number in range(99)}, ["99 parameters: at most 60"]),
    ],
)
def test_every_fault_is_named(query: dict, said: list[str]) -> None:
    found = faults(query)
    assert all(one in found for one in said), found
    assert len(found) < 20_000


def test_only_what_is_like_it_is_offered_for_an_unknown_key() -> None:
    known = (Key("guess"),)
    said = {key: read({key: ["1"]}, known, "architecture").faults[0] for key in ("bogus", "gues", "dept")}
    assert "did you mean" not in said["bogus"]
    assert said["gues"].endswith("did you mean guess?") and "depth" in said["dept"]


def test_what_may_be_meant_is_offered_with_the_rest_of_the_link() -> None:
    found = read({"depth": ["56"], "in_channels": ["1"]}, (), "architecture")
    assert found.instead == (("resnet56", {"net": "resnet56", "in_channels": "1"}),)
    found = read({"depth": ["18"], "batch": ["0"]}, (), "architecture")
    assert found.instead[-1][1] == {"depth": "18"}


def test_a_pages_key_is_known_on_its_page_and_said_to_belong_there_elsewhere() -> None:
    def remarks(page: str, **query: str) -> tuple[str, ...]:
        return read({key: [value] for key, value in query.items()}, url_keys.KEYS, page).remarks

    assert remarks("cost", show="flops", levels="3", metric="MACs") == ()
    assert remarks("timing", layout="nhwc") == ("layout='nhwc': choose one of contiguous, channels_last",)
    assert remarks("blocks", metric="MACs") == ("metric='MACs' has no effect here: it belongs to cost",)
    assert remarks("blocks", dtype="bf16", optimizer="Adam") == ()  # the configuration is every page's
    assert faults({"dtype": "int3"}) == "dtype='int3': choose one of fp32, bf16, fp16, amp, tf32, fp64"
    assert remarks("blocks", outer="100") == ("outer='100': choose a multiple of 8",)
    assert remarks("paper", hide="sidebar,depth,guess-signal,foo")[0].startswith("hide='foo': choose one of sidebar")
    assert remarks("architecture", utm_source="mail", embed="true", present="1") == ()


def test_the_pages_choices_are_those_of_their_rooms() -> None:
    from explorer.lab.experiments import EXPERIMENTS
    from explorer.timing.data.settings import CHOICES as SETTINGS

    assert set(url_keys.EXPERIMENTS) == set(EXPERIMENTS)
    for value in SETTINGS["memory_format"]:
        next(key for key in url_keys.KEYS if key.name == "layout").check(value)
    for value in SETTINGS["dtype"]:  # what can be timed is among the configuration's formats
        controls.check("dtype", value)


WORDS = st.sampled_from(
    [
        *controls.DEPTHS,
        *presets(),
        *("cifar", "custom", "56", "20", "2,2,2,2", "1", "0", "70", "-1", "1e9", "", "usual", "paper", "224x100", "ⅷ"),
        *(value for values in CHOICES.values() for value in values),
    ]
)
ANY = st.one_of(WORDS, st.text(max_size=12))
KEYS = st.one_of(st.sampled_from([*controls.DEFAULTS, "show", "node", "dept"]), st.text(max_size=6))


@settings(max_examples=600, deadline=None)
@given(st.dictionaries(KEYS, st.lists(ANY, min_size=1, max_size=2), max_size=5))
def test_any_link_is_the_net_that_it_says_or_all_its_faults_are_named(raw: dict[str, list[str]]) -> None:
    found = read(raw, (Key("show"), Key("node")), "cost")
    model = {key: values[0] for key, values in raw.items() if key in controls.DEFAULTS}
    raw = {key: values for key, values in raw.items() if key not in IGNORED and not key.startswith("utm_")}
    strange = [key for key in raw if key not in (*controls.DEFAULTS, "show", "node")]
    if found.chosen is None:
        said = "; ".join(found.faults)
        assert said and all(repr(key)[:50] in said for key in strange)
        alone = [key for key in model if len(raw[key]) > 1 or not _fits(key, model[key])]
        assert all(
            any(fault.startswith((f"{key}=", f"{key} ", "depth=", "num_")) for fault in found.faults) for key in alone
        )
        return
    assert not strange and all(len(values) == 1 for values in raw.values())
    assert found.chosen.spec == _said(model)


def _fits(key: str, text: str) -> bool:
    try:
        controls.check(key, text)
    except ValueError:
        return False
    return True


def _said(model: dict[str, str]) -> ResNetSpec:
    """The same net, put together by hand."""
    depth, kind = model.get("depth", "50"), model.get("model", "resnet200")
    if net := model.get("net"):
        base = presets().get(net) or named(net)
    elif depth != "other":
        base = presets()[f"resnet{depth}"]
    elif kind == "cifar":
        base = replace(preset("resnet20_cifar"), stages=cifar_stages(int(model.get("layers", "20"))))
    elif kind == "custom":
        stages = tuple(map(int, (model.get("stages") or "2,3,4,2").split(",")))
        cifar = model.get("family") == "cifar"
        base = replace(preset("resnet20_cifar"), stages=stages, width=64) if cifar else ResNetSpec(stages=stages)
    else:
        base = presets()[kind]
    fields = {"block": "block", "shortcut": "shortcut", **{key: one.field for key, one in BY_KEY.items()}}
    changes = {
        fields[key]: text
        if fields[key] in CHOICES
        else (int(text) if key not in ("stem_widths", "widths", "strides") else tuple(map(int, text.split(","))))
        for key, text in model.items()
        if key in fields and text not in ("", USUAL, "paper")
    }
    if changes.get("block") == "basic" and base.block != "basic":
        changes = {"groups": 1, "width_per_group": 64} | changes
    if "family" in changes and changes["family"] != base.family:
        usual = (
            {"stem": "cifar", "num_classes": 10}
            if changes["family"] == "cifar"
            else {"stem": "imagenet", "num_classes": 1000}
        )
        changes = usual | changes
    return replace(base, **changes)


def test_a_family_brings_its_stem_and_its_classes_unless_they_are_given() -> None:
    grown = varied(preset("resnet18"), {"family": "cifar", "num_classes": 100})
    assert (grown.stem, grown.num_classes, grown.default_input) == ("cifar", 100, 32)
    back = varied(preset("resnet20_cifar"), {"family": "imagenet"})
    assert (back.stem, back.num_classes) == ("imagenet", 1000)


def test_every_control_that_a_page_binds_to_the_url_is_known() -> None:
    """Read from the pages' own code: `choose(label, options, key)`, and any widget with `bind=`."""
    found = set()
    for path in (*(ROOT / "pages").glob("*.py"), *(ROOT / "explorer" / "web").rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            named = {keyword.arg: keyword.value for keyword in call.keywords}
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            key = call.args[2] if name in ("choose", "_offered", "asked") and len(call.args) > 2 else named.get("key")
            if (name in ("choose", "_offered", "asked") or "bind" in named) and isinstance(key, ast.Constant):
                found.add(key.value)
    known = {*controls.DEFAULTS, *(key.name for key in url_keys.KEYS)}
    assert len(found) > 20 and found <= known

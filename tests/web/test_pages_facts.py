"""Every section of Cost, Paper and Compare for ordinary and odd models, and bad baselines, without a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from explorer.facts import comparison, memory
from explorer.facts.proof import prove
from explorer.facts.rollup import METRICS
from explorer.net.trace import trace
from explorer.spec import preset
from explorer.tell import cost_questions, questions
from explorer.web import pieces
from explorer.web.plain import read
from tests.web.test_pages import open_app

SECTIONS = {
    "cost": ("show", ("where", "flops", "memory", "field", "torchinfo")),
    "paper": ("table", ("table1", "depth", "errors", "cifar")),
    "compare": ("diff", ("headline", "stages", "layers", "maps", "presets")),
}
ODD = [
    "depth=34&shortcut=none&input=1",
    "depth=other&model=custom&stages=1&norm=none&activation=pre&width=4&input=97x131",
    "depth=other&model=cifar&layers=8&batch=7",
]


def words(app) -> str:
    """The pages' HTML, its words of the glossary as plain text."""
    html = " ".join(one.proto.body for one in app.get("html"))
    html = re.sub(r'<span class="kept">(.*?)</span>', r"\1", html)
    return re.sub(r'<button type="button" class="term"[^>]*>(.*?)</button>', r"\1", html)


@pytest.mark.parametrize("page", SECTIONS)
@pytest.mark.parametrize("query", ["depth=50", *ODD])
def test_every_section(page, query):
    key, sections = SECTIONS[page]
    for section in sections:
        app = open_app(f"{query}&{key}={section}", page)
        assert not app.error, section


@pytest.mark.parametrize("path", ["layer2", "layer2.1", "layer2.1.conv2", "fc", "<b>", "x" * 5_000])
@pytest.mark.parametrize("drawn", ["treemap", "sunburst", "bars"])
def test_looking_into_a_part(path, drawn):
    app = open_app(f"node={path}&as={drawn}&metric=MACs", "cost")
    assert not app.error
    look = app.selectbox(key="look_into")
    assert look.value == {"layer2": "conv3_x", "<b>": "net", "x" * 5_000: "net"}.get(path, path)


def test_numbers_of_the_table_carry_their_formula():
    text = words(open_app("node=layer1.1", "cost"))
    assert "256·64·1² = 16,384" in text and "64·64·3² = 36,864" in text
    assert r"56\cdot 56\cdot 256\cdot 64\cdot 1^2" in text


def test_memory_follows_batch_dtype_and_optimizer():
    one, eight = (words(open_app(f"show=memory&batch={batch}", "cost")) for batch in (1, 8))
    assert "85,519,872" in one and "682,671,616" in eight


def test_the_peak_and_the_buffers_on_the_screen_are_torchs() -> None:
    """Both peaks were counted once on the real net by TorchDispatchMode; the buffers are the module's own bytes."""
    text = words(open_app("show=memory", "cost"))
    assert "= 11,239,424" in text and "= 212,904" in text
    assert "10,436,608 bytes" in text and "10,436,608" in words(open_app("", "sheet")), "torchvision's own"
    assert "alive while layer1.1.bn3 runs" in text and "when the forward pass ends" in text, "which layer has the peak"
    ours, theirs = text.index("the explorer’s code"), text.index("torchvision’s code")  # whose, before how much
    assert ours < text.index("layer1.1.bn3 runs") < theirs < text.index("10,436,608 bytes")
    other = words(open_app("show=memory&shortcut=A", "cost"))
    assert "In inference most is alive" in other and "torchvision’s code" not in other, (
        "one code has it, one sentence says it"
    )
    assert "8 pictures" in words(open_app("show=memory&batch=8", "cost"))
    layers = cost_questions.every_output(preset("resnet50"), 224, 224, 8, "bf16")
    assert "8×3×224×224" in layers and "8×64×112×112" in layers and ">0<" not in layers
    half = words(open_app("show=memory&dtype=fp16&input=512&batch=32", "cost"))
    assert "= 939,524,096" in half


def test_every_convention_starts_from_the_macs_of_its_own_net() -> None:
    """torchvision strides the 3×3: the row that says so begins with that net's MACs, as flop_counter counts them."""
    rows = re.findall(r"<tr>.*?</tr>", words(open_app("show=flops", "cost")), re.DOTALL)
    cells = [re.sub(r"<code>.*?</code>|<[^>]+>", " ", row).split("  ") for row in rows]
    of = {"torchvision": "4,089,184,256", "the paper, Caffe": "3,857,973,248", "fvcore, eval": "4,089,184,256"}
    for name, macs in of.items():
        (row,) = (one for one in cells if any(name in cell for cell in one[:4]))
        bases = [cell.strip() for cell in row if re.fullmatch(r"[\d,]{13}", cell.strip())]
        assert bases[1] == macs, (name, bases)


def test_results_of_a_batch_stand_beside_what_one_picture_has() -> None:
    """The sentence says 3.86 G to 8.18 G, the table 32.7 G: it says of what, and shows the product."""
    text = words(open_app("show=flops&batch=8", "cost"))
    assert "Below the results are of batch 8" in text
    assert "MACs of conv and fc, one picture" in text and "8 · 4,089,238,376" in text
    alone = words(open_app("show=flops", "cost"))
    assert "results are of batch" not in alone and ", one picture</th>" not in alone and "1 · " not in alone
    assert "with batch 8: multiply-adds and outputs are of all of it" in words(
        open_app("show=torchinfo&batch=8", "cost")
    )


def test_memory_with_mixed_precision_is_chosen_in_words_and_kept_by_a_link():
    app = open_app("show=memory&dtype=amp", "cost")
    assert not app.error and "AMP" in words(app)
    said = memory.estimate(preset("resnet50"), 224, 224, 1, "amp", "SGD with momentum")
    assert f"{said.activations:,}" in words(app)
    choice = app.selectbox(key="dtype")
    assert choice.value == "amp" and "mixed precision (AMP)" in choice.options
    assert "AMP" not in words(choice.set_value("bf16").run())
    assert "torch.autocast" in words(open_app("dtype=amp", "sheet")), "what is assumed stands there"
    assert "torch.autocast" not in words(open_app("dtype=bf16", "sheet"))


def test_the_paper_page_says_how_many_cells_match():
    assert "47 of 47 cells match" in words(open_app("", "paper"))
    differs = words(open_app("table_stride=3x3", "paper"))
    assert "44 of 47 cells match" in differs and "✗ the paper: 3.8×10⁹" in differs


@pytest.mark.parametrize("vs", ["banana", "resnet34~shortcut=D", "~", "resnet50~stages=1,x", "x" * 5_000, "<script>"])
def test_a_bad_baseline_is_said_and_the_page_works(vs):
    app = open_app(f"vs={vs}", "compare")
    assert len(app.error) == 1 and "Shown: ResNet-34." in read(app.error[0].value)


def test_presets_stand_against_time_with_its_source():
    text = words(open_app("diff=presets&y=time", "compare"))
    assert "◇ recorded" in text and "FLOPs are not time" in text and "torch 2.13.0" in text
    assert "§ published" in words(open_app("diff=presets&y=pictures/s", "compare"))


@pytest.mark.parametrize("label", comparison.QUICK)
def test_a_quick_pair_sets_both_sides(label):
    app = open_app("depth=152&norm=none&shortcut=C", "compare")
    app.pills(key="pair").set_value(label).run()
    base, other = comparison.quick(label)
    assert app.session_state["chosen"].spec == other
    assert app.selectbox(key="vs_choice").value == comparison.address(base)
    assert app.pills(key="pair").value == label
    app.selectbox(key="vs_choice").set_value("resnet152").run()  # the pair is no longer what is on the screen
    assert app.pills(key="pair").value is None


def test_a_pair_that_is_on_the_screen_is_lit_and_stays_so():
    app = open_app("depth=50&vs=resnet34", "compare")
    assert app.pills(key="pair").value == "34 or 50 layers"
    app.pills(key="pair").set_value(None).run()
    assert app.pills(key="pair").value == "34 or 50 layers"


def test_layer_counts_are_exact_and_minus_signs_are_one_kind():
    text = words(open_app("depth=other&model=custom&stages=999&vs=resnet34", "compare"))
    assert "34 → 2,999" in text
    app = open_app("depth=34&vs=resnet50&diff=layers", "compare")
    shown = app.dataframe[0].value
    assert any(cell.startswith("−") for cell in shown["parameters"]) and not any(
        "-" in cell for cell in shown["parameters"]
    )
    assert {cell[0] for cell in shown["parameters"]} <= {"+", "−", "0"}, "one rule for changed, added and removed"


def test_either_side_takes_a_known_net_and_another_part_of_it():
    app = open_app("depth=18", "compare")
    titles = {"vs_choice": lambda: comparison.parse(app.query_params.get("vs", "resnet34"))}
    titles["to_choice"] = lambda: app.session_state["chosen"].spec
    for key, spec in titles.items():
        for name in ("resnext50_32x4d", "resnet20_cifar", "resnet18"):
            app.selectbox(key=key).set_value(name).run()
            assert not app.exception and not app.error and spec() == preset(name), (key, name)
        app.session_state[f"{key}-open"] = True
        app.run()
        app.selectbox(key=f"{key}-shortcut").select("none").run()
        assert not app.exception and spec() == replace(preset("resnet18"), shortcut="none"), key
        app.text_input(key=f"{key}-width").set_value("32").run()
        assert spec() == replace(preset("resnet18"), shortcut="none", width=32), key
        app.text_input(key=f"{key}-width").set_value("-1").run()
        assert "width" in read(app.error[0].value) and spec().width == 32
    app.selectbox(key="vs_choice").set_value("resnet101").run()
    app.button(key="swap-sides").click().run()
    assert titles["to_choice"]() == preset("resnet101") and titles["vs_choice"]().width == 32


def test_a_net_that_is_given_another_kind_s_classes_and_pictures_is_said_to_have_others():
    """ResNet-20 has 269,722 parameters by itself (torchinfo), 58 thousand more with a classifier of a thousand."""
    app = open_app("vs=resnet20_cifar&depth=50", "compare")
    said = "Both are given 1,000 classes and pictures of 3×224×224; ResNet-20 (CIFAR) by itself has 10 classes and 3×32×32."
    assert said in words(app) and "334,072" in words(app) and 269_722 + 990 * 65 == 334_072
    app = open_app("vs=resnet20_cifar&depth=50&same=false", "compare")
    assert "Both are given" not in words(app)


def test_both_have_the_same_task_or_each_its_own():
    app = open_app("depth=50&vs=resnet50&input=96&batch=4&dtype=bf16", "compare")
    text = words(app)
    peak = memory.estimate(preset("resnet50"), 96, 96, 4, "bf16")
    assert text.count(f"{peak.activations:,}") >= 2 and "Both: 4×3×96×96, 1,000 classes, bf16." in text
    assert "Both are given" not in text, "they are of one kind"
    assert "Activation memory, peak" in text and f"{peak.total:,}" in text
    app = open_app(
        "depth=50&vs=resnet50&input=96&batch=4&dtype=bf16&same=false&vs_input=64&vs_batch=2&vs_dtype=fp16", "compare"
    )
    own = memory.estimate(preset("resnet50"), 64, 64, 2, "fp16")
    text = words(app)
    assert f"{peak.activations:,}" in text and f"{own.activations:,}" in text and own.activations != peak.activations
    assert "Left and right: 2×3×64×64, 1,000 classes, fp16; 4×3×96×96, 1,000 classes, bf16." in text
    learns = words(open_app("depth=50&optimizer=Adam", "compare"))
    kept = memory.estimate(preset("resnet50"), 224, 224, 1, "fp32", "Adam, AdamW")
    assert f"{kept.activations:,}" in learns and "Activation memory, kept" in learns and f"{kept.total:,}" in learns


def test_a_task_of_its_own_begins_with_the_bars_and_a_familys_size_is_no_difference_at_one_size() -> None:
    app = open_app("vs=resnet56_cifar&batch=8&dtype=bf16", "compare")
    assert "32 px" not in words(app) and "one 7×7 of stride 2" in words(app)
    app.toggle(key="same").set_value(False).run()
    assert app.number_input(key="vs_batch").value == 8 and app.selectbox(key="vs_dtype").value == "bf16"
    assert "8×3×32×32, bf16" in words(app) and "family CIFAR: 32 px" in words(app)
    assert (app.query_params["vs_batch"], app.query_params["vs_dtype"]) == ("8", "bf16")


def test_a_family_is_not_told_with_a_stem_that_the_net_has_not() -> None:
    """Two nets of two families and one stem: only the pictures' size is the family's."""
    told = words(open_app("vs=resnet20_cifar&same=false&net=resnet50&stem=cifar", "compare"))
    assert "family CIFAR: 32 px → ImageNet: 224 px" in told and "7×7" not in told


def test_what_is_taken_home_of_two_nets_says_which_and_at_which_task(monkeypatch: pytest.MonkeyPatch) -> None:
    offered: dict[str, Callable[[], Sequence[Mapping[str, object]]]] = {}
    monkeypatch.setattr(pieces, "downloads", lambda name, rows, **more: offered.update({name: rows}))
    open_app("vs=resnet34&batch=8&dtype=bf16", "compare")
    taken = offered["resnet34-to-resnet50-headline"]()
    assert {row["key"] for row in taken} >= {"params", "macs", "activations", "memory"}
    told = {(row["from"], row["to"], row["task"]) for row in taken}
    assert told == {("ResNet-34", "ResNet-50", "8×3×224×224, 1,000 classes, bf16, inference")}


def test_two_maps_that_look_alike_say_what_they_do_not_show() -> None:
    alike = words(open_app("vs=resnet50&net=resnext50_32x4d&diff=maps", "compare"))
    assert "Both maps look alike: 112 modules differ" in alike and "conv2" in alike
    assert "look alike" not in words(open_app("vs=resnet34&diff=maps", "compare"))
    assert "look alike" not in words(open_app("vs=resnet50&diff=maps", "compare")), "the same net"


def test_activation_memory_is_one_number_on_every_page():
    """Counted once on the real net by TorchDispatchMode: 11,239,424 bytes are alive at the peak of ResNet-50."""
    for page, query in (("sheet", ""), ("cost", ""), ("cost", "show=memory"), ("compare", "vs=resnet18")):
        text = words(open_app(query, page))
        assert "11,239,424" in text, page
    for page in ("sheet", "cost", "compare"):
        text = words(open_app("optimizer=SGD&batch=8&dtype=fp16", page))
        assert f"{memory.estimate(preset('resnet50'), 224, 224, 8, 'fp16', 'SGD').activations:,}" in text, page


@pytest.mark.parametrize("dtype", ["bf16", "fp64", "amp"])
def test_layer_outputs_are_in_the_chosen_format_wherever_it_is_chosen(dtype: str) -> None:
    """Half of fp32's bytes in 16 bit, as `by_layer` has each of them."""
    whole = sum(row["bytes"] for row in memory.by_layer(preset("resnet50"), 224, 224, 8, dtype))
    for page, query in (("cost", "metric=activation_bytes"), ("compare", "vs=resnet50&diff=stages")):
        text = words(open_app(f"batch=8&dtype={dtype}&{query}", page))
        assert "Layer outputs, fp32" not in text and f"Layer outputs, {memory.FORMATS[dtype]}" in text, page
        if page == "cost":
            assert f"{whole:,}" in text
    nodes = memory.in_format(trace(preset("resnet50"), 224, 224, 8), dtype)
    assert prove("activation_bytes", nodes).value == whole


def test_links_that_name_a_metric_by_its_old_label_lead_to_it():
    assert list(questions.METRIC) == list(METRICS) and set(questions.OLD_METRIC.values()) <= set(METRICS)
    app = open_app("metric=Activation memory", "cost")
    assert app.button_group(key="metric").value == "activation_bytes" and not app.error and not app.warning


def test_either_side_is_picked_from_the_same_list_and_both_have_the_same_task():
    app = open_app("depth=34&norm=none&classes=10&in_channels=1&vs=resnet50", "compare")
    first, second = (app.selectbox(key=key) for key in ("vs_choice", "to_choice"))
    assert set(second.options) - set(first.options) and set(first.options) <= set(second.options)
    count = 25_557_032 - 2 * 64 * 7 * 7 - 990 * 2049  # two input channels and 990 classes fewer
    assert f"{count:,}" in words(app) and "25,557,032" not in words(app)
    app.toggle(key="same").set_value(False).run()
    assert "25,557,032" in words(app) and f"{count:,}" not in words(app)
    app.toggle(key="same").set_value(True).run()
    for name in ("resnext50_32x4d", "resnet18"):
        app.selectbox(key="to_choice").set_value(name).run()
        assert not app.exception and not app.error
        assert app.session_state["chosen"].spec == preset(name) and app.selectbox(key="to_choice").value == name
    assert "25,557,032" in words(app)  # the same task now is ImageNet's

"""Lectures: the file is read and checked with line numbers, guesses are held against the model, and it all prints."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from streamlit.testing.v1 import AppTest
from torch import nn

from explorer import lecture, units
from explorer.facts import published
from explorer.lecture import LectureError, parse
from explorer.lecture.onefile import recorded
from explorer.lecture.quantities import known, quantity
from explorer.lecture.scene import OWN, address, query
from explorer.lecture.scene_pictures import pictures
from explorer.lecture.scene_text import about
from explorer.look import pictures as pads
from explorer.look import subject
from explorer.look.passed import passed
from explorer.net.trace import trace
from explorer.net.vgg import vgg19
from explorer.spec import preset
from explorer.spec.chosen import DEFAULT, DEFAULTS, of_params
from explorer.tell import feature_maps
from explorer.tell.drawing import Drawing, lines_drawing, overview_drawing
from explorer.tell.drawing.charts import PHONE
from explorer.tell.drawing.svg import Line, Text
from explorer.tell.link import data_uri
from explorer.tell.markup import Cards
from explorer.timing.data import records
from explorer.timing.data.settings import Settings
from explorer.timing.said import contrasts

TOUR = lecture.load()
ASKING = [scene for scene in TOUR.scenes if scene.question]
PAGES = ("architecture", "blocks", "shapes")
SCENE = '[[scene]]\ntitle = "One"\npage = "blocks"\ntext = "Look."\n'


def by_slug(slug: str) -> lecture.Scene:
    return TOUR.find(slug)


def problems(text: str) -> list[str]:
    with pytest.raises(LectureError) as caught:
        parse(text, "mine.toml", PAGES)
    assert all(line.startswith("mine.toml, ") for line in str(caught.value).splitlines())
    return caught.value.problems


# ── the default tour ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_tour_tells_the_story_in_order() -> None:
    """Issue 7's list, from "deeper should be better" to BN."""
    assert [scene.slug for scene in TOUR.scenes] == [
        "deeper",
        "residual",
        "walk",
        "identity-or-projection",
        "basic-block",
        "bottleneck",
        "solid-and-dotted",
        "conv2x-dotted",
        "five-depths",
        "parameters",
        "flops-are-not-time",
        "degradation",
        "what-it-sees",
        "batch-norm",
        "now-you",
    ]
    assert 12 <= TOUR.minutes <= 18
    assert all(scene.notes for scene in TOUR.scenes)
    assert {scene.question.kind for scene in ASKING} == {"number", "choice", "block"}


@pytest.mark.parametrize("scene", TOUR.scenes, ids=lambda scene: scene.slug)
def test_texts_are_short_and_hold_no_figure_of_their_own(scene: lecture.Scene) -> None:
    said = re.sub(r"\{[^}]*\}|\[[^\]]*\]\([^)]*\)", "", scene.text)
    assert len(scene.text) < 420
    assert not re.findall(r"\d+\.\d+", said), "a figure stands in the text: name it, so that it comes from the model"


def _macs_of_vgg(net: nn.Module) -> int:
    """A 3×3 convolution keeps its map, five pools halve it; then three layers."""
    side, macs = 224, 0
    for layer in net.modules():
        side //= 2 if isinstance(layer, nn.MaxPool2d) else 1
        if isinstance(layer, nn.Conv2d | nn.Linear):
            macs += layer.weight.numel() * (side**2 if isinstance(layer, nn.Conv2d) else 1)
    return macs


def test_the_tours_claims_hold() -> None:
    """What the texts say in words, against the reference and the models."""
    assert quantity("error:plain-34", of_params({})).value > quantity("error:plain-18", of_params({})).value  # Table 2
    plain, option_a = (by_slug("residual").chosen.spec, replace(by_slug("residual").chosen.spec, shortcut="none"))
    assert sum(node.params for node in trace(plain, 224, 224)) == sum(node.params for node in trace(option_a, 224, 224))
    deepest = by_slug(
        "five-depths"
    ).chosen  # "of both fewer than VGG-19": 143,667,240 parameters, 19.6 GMACs (paper, §3.3)
    theirs = vgg19()
    weights = sum(value.numel() for value in theirs.parameters())
    assert quantity("vgg19:params", deepest).value == round(weights, -6)  # torchvision's 143,667,240
    assert quantity("vgg19:macs", deepest).value == pytest.approx(_macs_of_vgg(theirs), rel=0.005)
    assert quantity("params", deepest).value < weights and quantity("macs", deepest).value < 19.6e9
    counts = {depth: of_params({"depth": depth}).spec.stages for depth in ("50", "152")}
    extra = [late - early for early, late in zip(counts["50"], counts["152"])]
    assert extra[2] / sum(extra) > 0.8  # "almost entirely into conv4_x", which the text says of those above 50
    assert "Beyond 50 layers" in by_slug("five-depths").text
    assert quantity("dotted", of_params({"depth": "34"})).value == 3 and quantity("dotted", of_params({})).value == 4
    assert query(by_slug("conv2x-dotted").question.answer + "=")  # the cited answer is the model's own count
    assert by_slug("conv2x-dotted").question.answer == quantity("dotted", of_params({"depth": "50"})).text
    written = [
        sum(
            math.prod(node.out_shape)
            for node in trace(of_params({"depth": depth}).spec, 224, 224)
            if node.kind == "conv"
        )
        for depth in ("34", "50")
    ]
    assert 2.9 < written[1] / written[0] < 3  # "almost three times as many numbers"; reference.md: 2.97
    assert {round(quantity("macs_ratio:resnet50/resnet34", of_params({})).value, 2)} == {1.12}
    assert (
        published.throughput()[0]["images_per_s"]["resnet50"] / published.throughput()[0]["images_per_s"]["resnet34"]
        < 0.55
    )


@pytest.mark.parametrize("scene", ASKING, ids=lambda scene: scene.slug)
def test_nothing_before_the_reveal_names_what_the_reveal_names(scene: lecture.Scene) -> None:
    """No stage of the answer stands in title, text or question; and nothing is 'below', which on a projector is beside."""
    named = re.compile(r"conv\d_x")
    assert not set(named.findall(scene.question.because)) & set(
        named.findall(scene.title + scene.text + scene.question.ask)
    )
    assert "below" not in scene.question.source


def test_a_reveal_says_what_its_figure_is_held_against() -> None:
    """The text goes away at the reveal: 28.54 % needs the 27.94 % of 18 layers, and the time the arithmetic that it does not
    follow; asked is what the text has led to, and what stands in the chart beside it: a time, not a speed."""
    assert "{error:plain-18}" in by_slug("deeper").question.because
    time, speed = (quantity(f"{name}:resnet50/resnet34", of_params({})) for name in ("time_ratio", "speed_ratio"))
    assert speed.value * time.value == pytest.approx(1)
    assert time.text == "1.93", "timm's 8,316 against 4,303 pictures per second"
    scene = by_slug("flops-are-not-time")
    assert "{macs_ratio:resnet50/resnet34}" in scene.question.because and "speed_ratio" not in scene.question.because
    assert lecture.evaluate(scene, "").answer == f"{time.text} times"


def test_what_is_asked_of_the_time_is_not_in_the_picture_before_the_reveal() -> None:
    """On the page, in the saved file, and on paper: what is counted alone."""
    scene = by_slug("flops-are-not-time")
    made = contrasts.contrast(
        records.recorded(), ("resnet34", "resnet50"), (preset("resnet34"), preset("resnet50")), Settings()
    )
    assert [row.what for row in contrasts.untimed(made).counted] == [
        "MACs",
        "Parameters",
        "Convolutions",
        "Convolution outputs",
    ]
    before, after = (str(recorded.timing(scene.chosen, scene.params(revealed))) for revealed in (False, True))
    assert "1.93" in after and "1.93" not in before and "median" not in before and "RTX" not in before


def test_the_brightest_number_grows_with_shortcuts() -> None:
    """'Look how the brightest number grows. Without, it ends lower than it began.' As the page's own rows say."""
    seven = pads.digit(np.asarray(pads.sample(7), dtype=np.float32) / 255).x
    grown = {}
    for who in ("residual-20", "plain-20"):
        net = subject.digits(f"digits-{who}")
        nodes = trace(net.spec, *seven.shape[2:])
        seen = passed(net.model, net.spec, seven)
        ends = {node.stage: node.path for node in nodes if node.path in seen.outputs and node.stage.startswith("conv")}
        grown[who] = [float(seen.outputs[path].max()) for path in ends.values()]
    with_them, without = grown["residual-20"], grown["plain-20"]
    assert len(with_them) == len(without) == 3 and with_them == sorted(with_them)
    assert with_them[-1] > 1.5 * with_them[0] and without[-1] < without[0]


def test_the_phones_picture_names_the_brightest_numbers_of_the_projectors_maps() -> None:
    """The projector draws a few maps a stage, the phone bars of all of them: both say the same number."""
    seven = pads.digit(np.asarray(pads.sample(7), dtype=np.float32) / 255)
    on_projector = []
    for who in ("residual-20", "plain-20"):
        net = subject.digits(f"digits-{who}")
        seen = passed(net.model, net.spec, seven.x)
        shown = feature_maps.through(seen, trace(net.spec, *seven.x.shape[2:]), seven, beside=True)
        on_projector += [row["note"].rpartition("brightest: ")[2] for row in shown["groups"][0]["rows"]]
    (drawing, _), *_ = pictures(by_slug("what-it-sees"), narrow=True)
    on_phone = [shape.words for shape in drawing.body if isinstance(shape, Text) and "bold" in shape.kind]
    assert on_projector == on_phone and len(on_phone) == 6


# ── figures: each with its second source (reference.md) ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("params", "name", "value", "source"),
    [
        ({}, "params", 25_557_032, "computed"),
        ({"depth": "34"}, "macs", 3_663_761_408, "computed"),
        ({"depth": "152"}, "layers", 152, "computed"),
        ({"depth": "101"}, "blocks", 33, "computed"),
        ({"depth": "18"}, "solid", 5, "computed"),
        ({"depth": "152"}, "dotted", 4, "computed"),
        ({"depth": "34", "shortcut": "none"}, "dotted", 0, "computed"),
        ({}, "receptive_field", 427, "computed"),
        ({}, "largest_stage", "conv5_x", "computed"),
        ({}, "largest_block", "layer4.0", "computed"),
        ({}, "basic_weights", 1_179_648, "computed"),
        ({}, "bottleneck_weights", 69_632, "computed"),
        ({}, "cheap_basic_weights", 73_728, "computed"),
        ({}, "bottleneck_ratio", pytest.approx(16.941, abs=1e-3), "computed"),
        ({}, "cost_ratio", pytest.approx(1.059, abs=1e-3), "computed"),
        ({}, "error:plain-18", 27.94, "published"),
        ({}, "error:ResNet-34 A", 25.03, "published"),
        ({}, "params_of:resnet101", 44_549_160, "computed"),
        ({}, "macs_of:resnet18", 1_814_073_344, "computed"),
        ({}, "speed_ratio:resnet50/resnet34", pytest.approx(4303 / 8316), "published"),
    ],
)
def test_figures(params: dict, name: str, value: object, source: str) -> None:
    found = quantity(name, of_params(params))
    assert (found.value, found.source) == (value, source)


def test_largest_stage_share_is_conv5xs() -> None:
    nodes = trace(of_params({}).spec, 224, 224)
    last = sum(node.params for node in nodes if node.path.startswith("layer4."))
    assert quantity("largest_stage_share", of_params({})).value == pytest.approx(100 * last / 25_557_032)


@pytest.mark.parametrize("name", known())
def test_every_listed_figure_is_known(name: str) -> None:
    assert quantity(name, of_params({})).text


@pytest.mark.parametrize(
    "name", ["parms", "error:plain-35", "error", "macs_ratio:resnet50", "params_of:vgg", "speed_ratio:a/b"]
)
def test_unknown_figures_name_the_choices(name: str) -> None:
    with pytest.raises(ValueError, match="figure="):
        quantity(name, of_params({}))


# ── predict, then reveal ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("slug", "guess", "right", "sentence"),
    [
        ("deeper", "28", True, "You said 28 %: close."),
        ("deeper", "20", False, "You said 20 %: off by 8.54 %."),
        ("bottleneck", "4", False, "You said 4 times: 4.2 times too little."),
        ("bottleneck", "34", False, "2.0 times too much"),
        ("conv2x-dotted", "4", True, "You said “4”: right."),
        ("conv2x-dotted", "3", False, "You said “3”: no."),
        ("parameters", "layer4.0", True, "You clicked conv5_1: right."),
        ("parameters", "layer4.0.conv2", True, "You clicked conv5_1: right."),
        ("parameters", "layer4.1", False, "You clicked conv5_2: no."),
        ("flops-are-not-time", "1.1", False, "1.8 times too little"),
    ],
)
def test_a_guess_is_held_against_the_answer(slug: str, guess: str, right: bool, sentence: str) -> None:
    found = lecture.evaluate(by_slug(slug), guess)
    assert found.right is right and sentence in found.sentence
    assert found.answer == lecture.evaluate(by_slug(slug), "none").answer, "the model's figure, whatever was guessed"


@pytest.mark.parametrize("scene", ASKING, ids=lambda scene: scene.slug)
@settings(deadline=None, max_examples=50)
@given(guess=st.text(max_size=12))
def test_no_guess_breaks_the_reveal(scene: lecture.Scene, guess: str) -> None:
    found = lecture.evaluate(scene, guess)
    assert found.answer and (found.right is None) == (found.sentence == "")


def test_answers_carry_their_source() -> None:
    assert lecture.evaluate(by_slug("deeper"), "none") == lecture.Verdict(None, "", "28.54 %", "", "published")
    wrong = lecture.evaluate(by_slug("deeper"), "20")
    assert (wrong.said, wrong.answer, wrong.source) == ("20 %", "28.54 %", "published")
    assert lecture.evaluate(by_slug("bottleneck"), "none").answer == "17 times"
    assert "recorded" in lecture.evaluate(by_slug("degradation"), "none").source
    marks = {"deeper": "§", "bottleneck": "∑", "conv2x-dotted": "∑", "degradation": "◇", "batch-norm": "◇"}
    assert {slug: units.mark(lecture.evaluate(by_slug(slug), "none").source) for slug in marks} == marks
    assert units.mark("He et al. 2015, Table 2") == units.mark("") == "§"


def test_recorded_answers_are_those_of_the_recorded_runs() -> None:
    from explorer.lab.record import recorded

    assert (
        recorded("degradation")["pair"]["answer"] == "plain"
        and by_slug("degradation").question.answer == "Only the plain one"
    )
    bands = recorded("learning-rate")["residual"]["summary"]
    assert max(bands["batch"]["workable"]) >= 10 * max(bands["none"]["workable"]) - 1e-9
    assert by_slug("batch-norm").question.answer == "10 times or more"
    assert (max(bands["batch"]["workable"]), max(bands["none"]["workable"])) == (0.3, 0.03)
    assert "0.3 with BN, up to 0.03 without" in by_slug("batch-norm").question.because


# ── reading a file ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_small_lecture() -> None:
    found = parse('title = "Mine"\n' + SCENE + 'state = "?outer=64&equal=cost"\n', "mine.toml", PAGES)
    assert (found.title, found.scenes[0].slug, found.scenes[0].address) == (
        "Mine",
        "one",
        "/blocks?outer=64&equal=cost&lecture=one",
    )
    assert found.find("1") is found.find("one") is found.scenes[0] and found.find("2") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: no [[scene]]"),
        ("title = = 3", "line 1, column 9: invalid value"),
        ('[[scene]]\ntitle = "a', "line 2: unterminated string"),
        ('[[scene]]\ntext = """a\nb\nc\n', "line 2: "),
        ('titel = "x"\n' + SCENE, "line 1: 'titel' in the lecture: choose one of title, subtitle, scene"),
        (SCENE.replace("blocks", "blokcs"), "line 3: page='blokcs': choose one of architecture, blocks, shapes"),
        (SCENE.replace('title = "One"\n', ""), "line 1: 'title' is missing in scene 1"),
        (SCENE.replace('"Look."', "3"), "line 4: text=3 in scene 1: write text in quotes"),
        (SCENE + 'state = "depth=33"', "line 5: depth='33': choose one of 18, 34, 50, 101, 152, other"),
        (SCENE + 'state = "depth"', "line 5: 'depth': write it as it stands in the address bar"),
        (SCENE + 'state = "batch=0"', "line 5: batch=0"),
        (SCENE + 'state = "present=1"', "line 5: state: 'present' belongs to the lecture itself"),
        (SCENE + 'state = "node=layer9.0"', "line 5: node='layer9.0': this model has no such"),
        (SCENE + 'slug = "Not this"', "line 5: slug='Not this': choose lower-case letters"),
        (SCENE + "minutes = true", "line 5: minutes=True in scene 1: write a number"),
        (SCENE + "minuets = 2", "line 5: 'minuets' in scene 1: choose one of slug, title"),
        (SCENE + SCENE, "line 5: slug='one' is that of scene 1 already"),
        (SCENE.replace("Look.", "{parms}"), "line 4: figure='parms': choose one of params"),
        (SCENE.replace("Look.", "[this](?node=layer9)"), "line 4: node='layer9'"),
        (
            SCENE + '[scene.question]\nask = "?"\nkind = "choise"\nfigure = "params"',
            "line 7: kind='choise': choose one of choice, number, block",
        ),
        (
            SCENE + '[scene.question]\nask = "?"\nkind = "number"',
            "line 6: a question has a figure of the model, or an answer",
        ),
        (
            SCENE + '[scene.question]\nask = "?"\nkind = "number"\nfigure = "params"\nlow = 5\nhigh = 5',
            "line 9: low=5, high=5",
        ),
        (SCENE + '[scene.question]\nask = "?"\nkind = "number"\nanswer = 3', "line 8: answer='3' needs a source"),
        (
            SCENE + '[scene.question]\nask = "?"\nkind = "choice"\nfigure = "largest_stage"\nchoices = ["a", "b"]',
            "none of the choices",
        ),
        (
            SCENE + '[scene.question]\nask = "?"\nkind = "choice"\nanswer = "c"\nsource = "s"\nchoices = ["a", "b"]',
            "choose one of a, b",
        ),
        (SCENE + '[scene.question]\nask = "?"\nkind = "number"\nfigure = "largest_stage"', "line 8"),
        (SCENE + "question = 3", "line 5: question=3 in scene 1: write a table"),
        ('scene = "x"', "line 1"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, said: str) -> None:
    found = problems(text)
    assert any(said in problem for problem in found), found


def test_all_mistakes_at_once_and_a_key_in_a_long_text_is_no_key() -> None:
    text = (
        SCENE.replace('"Look."', '"""\npage = "nothing"\n"""')
        + 'state = "depth=33"\n'
        + SCENE.replace("blocks", "none")
    )
    assert [problem.split(":")[0] for problem in problems(text)] == ["line 7", "line 10"]


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet="[]=.\"'\n scenetitlepageblocks0{}()?#", max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text, "any.toml", PAGES)
    except LectureError as error:
        assert error.problems


def test_files_that_cannot_be_read(tmp_path) -> None:
    for path, said in ((tmp_path / "none.toml", "No such file"), (tmp_path, "directory")):
        with pytest.raises(LectureError, match=said):
            lecture.load(path)
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(LectureError, match="not UTF-8"):
        lecture.load(tmp_path / "x.toml")


# ── words, addresses, capture ───────────────────────────────────────────────────────────────────────────────────────


def test_prose_escapes_and_drives() -> None:
    html = lecture.prose("<b> *so* `x<y` & [here](?node=layer2.0&open=1)\n\nand {params}.", of_params({}))
    assert html == (
        '<p>&lt;b&gt; <em>so</em> <code>x&lt;y</code> &amp; <a href="#" role="button" '
        'data-drive="node=layer2.0&amp;open=1">here</a></p><p>and 25.56\u00a0M.</p>'
    )
    assert "<a" not in lecture.prose("[here](?x=1)", of_params({}), links=False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2*3 or 4*5", "2*3 or 4*5"),
        ("2 * 3 or 4 * 5", "2 * 3 or 4 * 5"),
        ("**so** and *so*, conv2_x and conv3_x", "<strong>so</strong> and <em>so</em>, conv2_x and conv3_x"),
        ("*[so](?a=1)*", '<em><a href="#" role="button" data-drive="a=1">so</a></em>'),
        ("`2*3*{params}`", "<code>2*3*25.56\u00a0M</code>"),
        (r"\*so\*", "*so*"),
        ("[Log in](http://evil.example)", "[Log in](http://evil.example)"),
        ("![x](http://evil.example/pixel.png)", "![x](http://evil.example/pixel.png)"),
        ("<https://evil.example> https://evil.example", "&lt;https://evil.example&gt; https://evil.example"),
        ("[x][1]\n\n[1]: http://evil.example", "[x][1]</p><p>[1]: http://evil.example"),
        ("[x](?a=1&b='\"<)", '<a href="#" role="button" data-drive="a=1&amp;b=&#39;&#34;&lt;">x</a>'),
        ("- a\n# b\n> c", "- a # b &gt; c"),
    ],
)
def test_prose_is_markdown_cut_down_to_emphasis_code_figures_and_our_own_links(text: str, shown: str) -> None:
    assert lecture.prose(text, of_params({})) == f"<p>{shown}</p>"


def test_a_word_of_the_question_says_what_it_means_before_and_after_the_reveal() -> None:
    scene = lecture.load().find("deeper")
    assert scene is not None
    for shown in (
        lecture.bar(lecture.load(), scene, scene.page)["question"],
        lecture.bar(lecture.load(), scene, scene.page, "30")["verdict"],
    ):
        assert shown is not None
        button = re.search(
            r'<button[^>]*class="term"[^>]*popovertarget="([^"]+)"[^>]*>top-1</button> error', shown["asks"]
        )
        assert button, shown["asks"]
        assert button[1] in lecture.bar(lecture.load(), scene, scene.page)["cards"]


def test_the_list_of_scenes_shows_the_first_sentence_plainly() -> None:
    text = "The *first* [one](?a=1) has {params}\nweights, `x<y`. The second."
    assert about(text, of_params({}), Cards("x")) == "The first one has " + Cards("x").number(
        quantity("params", of_params({})).proof, "25.56\u00a0M"
    ) + Markup(" weights, x&lt;y.")


def test_the_reveal_lays_its_changes_over_the_state() -> None:
    scene = by_slug("conv2x-dotted")
    assert scene.params() == {"depth": "34"} and scene.params(revealed=True) == {"depth": "50", "node": "layer1.0"}
    assert address("architecture", {}) == "/" and address("cost", {"a": "1,2"}) == "/cost?a=1,2"


def test_the_next_scene() -> None:
    first, second, last = TOUR.scenes[0], TOUR.scenes[1], TOUR.scenes[-1]
    assert (TOUR.next(first), TOUR.next(last)) == (second, None)


@settings(deadline=None, max_examples=50)
@given(
    title=st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30),
    params=st.dictionaries(
        st.sampled_from(["outer", "equal", "q", *OWN]), st.text(st.characters(exclude_categories=("Cs",)), max_size=9)
    ),
)
def test_a_captured_state_is_a_scene(title: str, params: dict[str, str]) -> None:
    scene = tomllib.loads(lecture.capture("blocks", params, title))["scene"][0]
    assert scene["title"] == title
    assert query(scene.get("state", "")) == {key: value for key, value in params.items() if key not in OWN}


def test_every_usual_value_gives_the_default_model() -> None:
    told = {key: str(value) for key, value in DEFAULTS.items() if key not in ("model", "layers", "stages")}
    assert of_params(told) == of_params({}) == DEFAULT


def test_what_a_link_leaves_out_is_what_the_sidebar_starts_with() -> None:
    """`chosen.DEFAULTS` against the widgets themselves, with the box of variants open."""
    drawn: dict[str, object] = {}
    for link in ({}, {"depth": "other", "model": "custom"}, {"depth": "other", "model": "cifar"}):
        app = AppTest.from_file(str(lecture.DEFAULT.parents[2] / "explorer" / "app.py"), default_timeout=60)
        app.session_state["variants-open"] = True
        for key, value in link.items():
            app.query_params[key] = value
        app.run()
        for one in (*app.button_group, *app.selectbox, *app.number_input, *app.text_input):
            if one.key not in link:
                drawn[one.key] = one.value
    assert drawn.pop("model", None) is None
    assert drawn == {key: value for key, value in DEFAULTS.items() if key != "model"}


# ── paper ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Tags(HTMLParser):
    """Counts tags, and checks that they close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open, self.count, self.sources = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.count[tag] = self.count.get(tag, 0) + 1
        self.sources += [value for name, value in attributes if name == "src"]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_handout_stands_alone() -> None:
    page = lecture.handout(TOUR, "http://10.0.0.7:8501/")
    tags = Tags(page)
    assert not tags.open and tags.count["section"] == len(TOUR.scenes) + 1
    assert all(source.startswith("data:") for source in tags.sources), "it needs no other file"
    assert all(f"http://10.0.0.7:8501{scene.address}".replace("&", "&amp;") in page for scene in TOUR.scenes)
    assert "<a " not in lecture.handout(TOUR, ""), "without an address no link, and no code, that leads nowhere"
    before, after = page.split("<h2>Answers</h2>")
    assert "17 times" in after and "17 times" not in before, "the answers come last"
    shown = {
        uri: scene.slug
        for scene in TOUR.scenes
        for one, _ in pictures(scene)
        if (uri := data_uri(str(one))) not in before
    }
    assert {"degradation", "batch-norm"} <= set(shown.values()), "and so do pictures that give one away"
    assert [slug for uri, slug in shown.items() if uri not in after] == []


@pytest.mark.parametrize("scene", TOUR.scenes, ids=lambda scene: scene.slug)
def test_every_scene_has_a_picture(scene: lecture.Scene) -> None:
    from xml.etree import ElementTree

    for drawn, label in pictures(scene):
        assert ElementTree.fromstring(str(drawn)).tag.endswith("svg") and label
    assert pictures(scene)


def test_the_still_map_shows_every_shortcut() -> None:
    """reference.md: 12 solid and 4 dotted in ResNet-50; a plain net has none."""
    nodes = trace(of_params({}).spec, 224, 224)
    drawn, narrow = overview_drawing(nodes, "x", "layer2.0.conv1"), overview_drawing(nodes, "x", narrow=True)
    assert (
        min(one.size for one in narrow.body if isinstance(one, Text)) * 350 / narrow.width >= 12 and narrow.height < 450
    ), "a phone's column is 350 px wide"
    arches = _arches(drawn)
    assert len(arches) == 16 and sum(bool(arch.look.dash) for arch in arches) == 4
    assert str(drawn).count('stroke-dasharray="0.5 6"') == 5, "the four, and the legend"
    assert not _arches(overview_drawing(trace(of_params({"shortcut": "none"}).spec, 224, 224), "x"))


def test_on_a_phone_every_chart_of_the_tour_can_be_read_and_stands_inside() -> None:
    """The column is 344 px wide; a letter is half of its size, which is more than the typeface's own mean."""
    drawn = [scene for scene in lecture.load().scenes if scene.page in ("timing", "why_residual", "feature_maps")]
    charts = [one for scene in drawn for revealed in (False, True) for one, _ in pictures(scene, revealed, narrow=True)]
    assert len(charts) == 9 and {one.width for one in charts} == {PHONE}
    for chart in charts:
        for text in (one for one in chart.body if isinstance(one, Text)):
            assert text.size * 344 / PHONE >= 13, text.words
            wide = 0.5 * text.size * len(text.words)
            start = text.x - wide * (1 if "end" in text.kinds else 0.5 if "mid" in text.kinds else 0)
            assert start >= 0 and start + wide <= PHONE and 0 < text.y < chart.height, text.words


def _arches(drawn: Drawing) -> list[Line]:
    return [one for one in drawn.body if isinstance(one, Line) and len(one.way[-1]) == 3]


def test_line_labels_do_not_stand_on_each_other() -> None:
    drawn = lines_drawing({name: ("#000000", (), [(0, 1), (1, 0.5)]) for name in "abc"}, "t", ("x", "y"))
    places = [one.y for one in drawn.body if isinstance(one, Text) and one.kind == "bold"]
    assert len(places) == 3 and min(abs(one - two) for one in places for two in places if one != two) >= 22


def test_one_place_is_a_drawing_too() -> None:
    """As before a prediction, where only the shallowest nets are shown."""
    drawn = lines_drawing({"a": ("#000000", (), [(8, 0.0)])}, "t", ("x", "y"))
    assert [one.words for one in drawn.body if isinstance(one, Text) and one.words in ("8", "a")] == ["8", "a"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("depth=34&shortcut=none&colour=params", "'colour' is no parameter of this app; did you mean color"),
        ("depth=34&color=banana", "color='banana': choose one of"),
        ("model=resnet200", "has no effect without depth=other"),
        ("depth=34&show=flops", "show='flops' has no effect here: it belongs to cost"),
    ],
)
def test_a_scene_is_held_to_what_a_link_is(state: str, said: str) -> None:
    text = f'title = "T"\n[[scene]]\nslug = "a"\ntitle = "A"\npage = "architecture"\ntext = "x"\nstate = "{state}"\n'
    with pytest.raises(lecture.LectureError) as error:
        lecture.parse(text, "mine.toml")
    assert said in str(error.value)

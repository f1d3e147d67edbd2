"""A lecture as one file: what it shows is what the app shows, scene by scene, in words, maps, drawings and charts; every guess
is answered as the app answers it; and it has its bound."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from markupsafe import escape
from streamlit.testing.v1 import AppTest

from explorer import lecture
from explorer.lecture import onefile
from explorer.lecture.answers import NONE, evaluate
from explorer.lecture.load import known_pages
from explorer.lecture.onefile import states
from explorer.lecture.onefile.counted import GRID
from explorer.lecture.onefile.pages import view
from explorer.lecture.onefile.parts import Exercises
from explorer.lecture.scene import query
from explorer.places import ROOT
from explorer.questions import pieces, sheet
from explorer.spec import preset
from explorer.tell import questions
from explorer.tell.drawing.svg import fonts

TOUR = lecture.load()
OTHERS = lecture.parse(
    """
[[scene]]
title = "Shapes"
page = "shapes"
state = "depth=18"
text = "To scale."
[[scene]]
title = "Cost"
page = "cost"
state = "depth=34&as=sunburst"
text = "Where."
[[scene]]
title = "Tables"
page = "paper"
state = "table=errors"
text = "Errors."
[[scene]]
title = "Table 1"
page = "paper"
text = "Cells."
[[scene]]
title = "Two nets"
page = "compare"
state = "depth=18&diff=maps"
text = "Beside each other."
[[scene]]
title = "Own blocks"
page = "blocks"
state = "of=own&depth=18&node=layer2.0"
text = "One of them."
[[scene]]
title = "Fig. 3"
page = "architecture"
state = "figure=fig3"
text = "The paper's own."
[[scene]]
title = "Layers"
page = "architecture"
state = "depth=18&level=layers&fold=off&color=macs"
text = "All of them."
[[scene]]
title = "Parts"
page = "timing"
state = "view=parts"
text = "Where the time goes."
[[scene]]
title = "Limit"
page = "timing"
state = "view=limit"
text = "How near."
[[scene]]
title = "Sweep"
page = "timing"
state = "view=sweep&sweep=batch"
text = "What helps."
[[scene]]
title = "Lesion"
page = "why_residual"
state = "experiment=lesion&reveal=true&view-lesion=paths"
text = "A block goes."
[[scene]]
title = "Landscape"
page = "why_residual"
state = "experiment=landscape&reveal=true"
text = "How rough."
[[scene]]
title = "Seen"
page = "feature_maps"
state = "who=plain-20"
text = "A seven."
[[scene]]
title = "Conventions"
page = "cost"
state = "show=flops&batch=2"
text = "Who counts what."
[[scene]]
title = "Memory"
page = "cost"
state = "show=memory&dtype=bf16"
text = "Of what."
[[scene]]
title = "Field"
page = "cost"
state = "show=field"
text = "By block."
[[scene]]
title = "Layers that differ"
page = "compare"
state = "depth=18&vs=resnet18-A&diff=layers"
text = "One by one."
[[scene]]
title = "Known nets"
page = "compare"
state = "diff=presets&x=params&y=time"
text = "All of them."
[[scene]]
title = "Own task"
page = "compare"
state = "diff=stages&same=false&vs_input=160&vs_batch=2"
text = "Not the same."
[[scene]]
title = "Why that depth"
page = "paper"
state = "table=depth"
text = "Counted."
[[scene]]
title = "Numbers"
page = "sheet"
state = "depth=18&copy=markdown"
text = "To copy."
[[scene]]
title = "Nets"
page = "catalogue"
state = "find=deep stem&against=ImageNet top-1"
text = "To search."
[[scene]]
title = "Steps"
page = "explain"
state = "step=3"
text = "From a pixel."
[[scene]]
title = "Exercises"
page = "practice"
state = "depth=18&seed=v2-7&q=2"
text = "To solve."
[[scene]]
title = "Launches"
page = "timing"
state = "view=launches"
text = "Which batch."
[[scene]]
title = "Only there"
page = "machines"
text = "Needs the app."
""",
    "others.toml",
)
PIECES = re.compile(
    r'<(?:div|p) class="(?:lead|figures|sum|scroll|why|told|hall|beside|answers|verdict|source|meaning|setup|other-settings)\b'
)
PARTLY = (
    "compare",
    "practice",
    "machines",
)  # of a layer that is picked the app says more; it shows one exercise at a time; its machines are its own
BESIDES = (
    "Recorded too: ",
    "Every ",
    "As a table",
)  # folds that the app has behind a list, or makes once they are opened
LINK = "https://resnet.example.org/"


@cache
def content_of(run: lecture.Lecture) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(onefile.content(run, LINK)))
    return found


def every_state(run: lecture.Lecture) -> list[Any]:
    return [
        pytest.param(run, scene, revealed, id=f"{scene.slug}{' revealed' if revealed else ''}")
        for scene in run.scenes
        for revealed in ((False, True) if scene.question else (False,))
    ]


def app_at(run: lecture.Lecture, scene: lecture.Scene, revealed: bool, present: bool = False) -> AppTest:
    """The app, opened by the scene's link."""
    app = AppTest.from_file(str(ROOT / "explorer" / "app.py"), default_timeout=60)
    own = {"lecture": scene.slug} | ({"guess": NONE} if revealed else {}) if run is TOUR else {}
    for key, value in (scene.params(revealed) | own | ({"present": "1"} if present else {})).items():
        app.query_params[key] = value
    if scene.page != "architecture":
        app.switch_page(f"../pages/{scene.page}.py")
    app.run()
    assert not app.exception, app.exception
    return app


def components(app: AppTest, name: str) -> list[dict[str, Any]]:
    found = [one.proto for one in app.get("bidi_component")]
    return [json.loads(one.bytes or one.json) for one in found if one.component_name.rpartition(".")[2] == name]


def parts_of(view: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(in which fold, part) of all parts, also of those in columns."""
    for part in view["parts"]:
        inner = [one for column in part.get("columns", []) for one in column] or part.get("parts", [])
        for one in inner or [part]:
            yield part.get("label", "") if part["kind"] == "fold" else "", one


def restored(html: str, content: dict[str, Any]) -> str:
    """A file's HTML with its drawings in it, as the app sends them."""

    def drawing(found: re.Match[str]) -> str:
        svg = content["drawings"][int(found[1])].replace("@fonts@", fonts())
        return f'src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"'

    return re.sub(r'data-drawing="(\d+)"', drawing, html)


def drawn_of(part: dict[str, Any], content: dict[str, Any], view: dict[str, Any]) -> dict[str, Any]:
    """What the file's script gives the map, at the level and fold of a state (`drawingOf` in views.js)."""
    if view["figure"] == "fig3":
        return content["fig3"]
    net = content["nets"][part["net"]]
    return net["common"] | content["levels"][net["levels"][f"{view['level']} {view['fold']}"]]


# ── the app and the file ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("run", "scene", "revealed"), [*every_state(TOUR), *every_state(OTHERS)])
def test_the_file_shows_what_the_app_shows(run: lecture.Lecture, scene: lecture.Scene, revealed: bool) -> None:
    """The tour as on a projector, the other pages as on a desk."""
    present = run is TOUR
    content, app = content_of(run), app_at(run, scene, revealed, present)
    view = content["views"][content["scenes"][scene.slug]["states"][states.key(scene.params(revealed))]]
    parts, there = list(parts_of(view)), {one.proto.body for one in app.get("html")}
    built = [html for html in there if 'class="built' in html]
    assert ([view["built"]] if view["built"] else []) == built, "the line that says what is built"
    assert view["live"], "what only the app can do"
    same_words(scene, parts, there, content, present)
    plots = [plot["hall" if present else "figure"] for _, part in parts for plot in part.get("plots", ())]
    charts = [json.loads(one.proto.spec)["data"] for one in app.get("plotly_chart")]
    assert all(chart in [content["plots"][number]["data"] for number in plots] for chart in charts)
    assert bool(app.warning) == any(part.get("name") == "alerts" for _, part in parts), (
        "what is to be known of a figure"
    )
    maps = [part for _, part in parts if part["kind"] == "map"]
    for part, sent in zip(maps, components(app, "resnet_map"), strict=True):
        drawn = drawn_of(part, content, sent["view"])
        assert drawn == {key: sent[key] for key in drawn}
        assert content["palette"] == sent["palette"]
    for sent in components(app, "lecture_stage"):
        assert sent.pop("phone") and sent.pop("present") and sent.pop("open") in (True, False)
        assert (sent.pop("hall"), sent.pop("problem")) == (None, ""), "no hall takes part"
        told = content["scenes"][scene.slug]["revealed" if revealed else "asked"]
        assert {key: value for key, value in told.items() if key != "present"} == sent, "the bar"
    races = [part["data"] for _, part in parts if part["kind"] == "race"]
    assert races == components(app, "resnet_race")
    walks = [part["nets"] for _, part in parts if part["kind"] == "walk"]
    assert walks == [sent["nets"] for sent in components(app, "resnet_walk")]
    for kind, name in (("steps", "resnet_path"), ("reach", "resnet_reach")):
        assert [part["data"] for _, part in parts if part["kind"] == kind] == components(app, name)
    assert [part["text"].strip() for _, part in parts if part["kind"] == "code"] == [one.value for one in app.code]
    assert {part["text"] for _, part in parts if part["kind"] == "heading"} <= {
        one.value.replace("\\", "") for one in app.subheader
    }
    for part in (part for _, part in parts if part["kind"] == "exercises"):
        now = part["every"][part["first"]]
        assert {now["asked"], now["lines"], restored(now["before"], content)} - {""} <= there
        assert sorted(now["choices"]) == sorted(
            one.label for one in app.button if (one.key or "").startswith("choice-")
        )
    for part in (part for _, part in parts if part.get("name") == GRID):
        rows = [row for frame in app.dataframe for row in frame.value.to_dict("records")]
        assert part["html"].count("<tr>") == 1 + len(rows) > 1, "a line for each, and their heading"
        words = {escape(cell) for row in rows for cell in row.values() if isinstance(cell, str)}
        assert [one for one in words if one not in part["html"]] == []
    looks = [part["data"] for _, part in parts if part["kind"] == "looks"]
    assert [data for data in components(app, "resnet_maps") if data not in looks] == []


def same_words(
    scene: lecture.Scene,
    parts: list[tuple[str, dict[str, Any]]],
    there: set[str],
    content: dict[str, Any],
    present: bool,
) -> None:
    """Every piece of HTML of the file stands in the app, and of most pages every piece of the app in the file."""
    here = {
        restored((present and part["hall"]) or part["html"], content): fold
        for fold, part in parts
        if part["kind"] == "html" and part["name"] not in ("alerts", GRID)
    }
    strange = [html[:300] for html, fold in here.items() if html and html not in there and not fold.startswith(BESIDES)]
    assert strange == [], "the file says what the app does not"
    if scene.page not in PARTLY:
        assert [html[:300] for html in there if PIECES.match(html) and html not in here] == [], "the app says more"


NEED_THE_APP = {  # what no file can show: the live view, and what is of one's own
    "identify",
    "lecture",
    "machines",
    "practice do=sheet",
    "why_residual experiment=surgery",
}


def test_every_view_of_every_page_is_in_the_file_or_says_where_it_is() -> None:
    """Whatever a scene of one's own may open: all answers of every control that asks in words."""
    asked = {("cost", "levels"), ("compare", "x"), ("cost", "as"), ("cost", "metric"), ("sheet", "copy")}  # no views
    wanted = {(page, "") for page in known_pages()}
    wanted |= {
        (page, f"{key}={one}")
        for (page, key), words in questions.ON.items()
        if (page, key) not in asked
        for one in words
    }
    missing = set()
    for page, state in sorted(wanted):
        params = query(state)
        seen = view(page, states.chosen_of(params), params)
        assert seen.live
        if not seen.parts:
            missing.add(f"{page} {state}".strip())
    assert missing == NEED_THE_APP


def test_a_page_without_a_row_is_said_to_be_in_the_app() -> None:
    seen = view("a new page", states.chosen_of({"depth": "18"}), {})
    assert not seen.parts and seen.live == "This page is in the app." and "ResNet-18" in str(seen.built)


def test_what_is_said_to_an_answer_of_an_exercise_is_what_the_app_says() -> None:
    """Of each control: what is chosen, typed, and put in order; every known mistake has its words."""
    spec = preset("resnet18")
    params = {"seed": f"v{sheet.VERSION}-12"}
    (part,) = view("practice", states.chosen_of({"depth": "18"} | params), params).parts
    assert isinstance(part, Exercises)
    every = sheet.some(spec, 10, 12, sheet.every_topic(spec))
    assert {one["kind"] for one in part.every} == {"typed", "choice", "order"}
    for made, one in zip(part.every, every, strict=True):
        assert made["asked"] == pieces.asked(one, (224, 224)) and made["solution"] == pieces.solution(one)
        assert made["verdict"]["shown"] == pieces.verdict(one, "shown")
        right = made["answer"]
        if made["kind"] == "typed":
            assert (right, made["tolerance"]) == (one.answer, one.tolerance)
            assert made["known"] == {str(each.answer): pieces.hint(one, each.answer) for each in one.misconceptions}
        elif made["kind"] == "choice":
            assert one.choices[int(right)] == one.answer and set(made["known"]) | {right} == set(
                map(str, range(len(one.choices)))
            )
        else:
            assert tuple(one.choices[int(at)] for at in right.split(",")) == one.answer and right not in made["known"]
            swapped = ",".join(reversed(right.split(",")))
            assert made["known"][swapped] == pieces.hint(one, tuple(reversed(one.answer)))


def test_a_scene_has_the_exercises_of_its_level() -> None:
    """Of one that names no sheet, those of a newcomer, as the app gives it."""
    spec = preset("resnet18")
    for params, level in (({"seed": "v5-13", "level": "formula"}, "formula"), ({}, "first")):
        (part,) = view("practice", states.chosen_of({"depth": "18"} | params), params).parts
        assert isinstance(part, Exercises)
        among = sheet.every_topic(spec, level=level)
        every = sheet.some(spec, 10, 13 if params else 1, among, None, 5 if params else sheet.VERSION, level)
        assert [made["asked"] for made in part.every] == [pieces.asked(one, (224, 224)) for one in every]


def test_every_link_of_the_tour_has_its_state() -> None:
    """Whatever a scene's phrases and its reveal ask for is in the file: keys as route.js makes them."""
    content = content_of(TOUR)
    for scene in TOUR.scenes:
        found = content["scenes"][scene.slug]
        for params in states.states(scene):
            number = found["states"][states.key(params)]
            assert content["views"][number]["parts"], scene.slug
        assert found["first"] in found["states"] and found["then"] in found["states"]
    five = content["scenes"]["five-depths"]["states"]
    assert len(set(five.values())) == 5, "a map for each depth that a phrase names"


# ── guesses ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scene", [scene for scene in TOUR.scenes if scene.question], ids=lambda scene: scene.slug)
def test_every_guess_is_answered_as_the_app_answers_it(scene: lecture.Scene) -> None:
    found = content_of(TOUR)["scenes"][scene.slug]
    question, verdicts = scene.question, found["verdicts"]
    assert list(verdicts) == list(states.guesses(scene))
    if question.kind == "number":
        places = [
            question.low + at * question.step for at in range(round((question.high - question.low) / question.step) + 1)
        ]
        assert [float(guess) for guess in verdicts] == pytest.approx(places)
    for guess, (right, said, sentence) in verdicts.items():
        verdict = evaluate(scene, guess)
        assert (verdict.right, verdict.said, verdict.sentence) == (right, said, sentence)
    assert any(right for right, _, _ in verdicts.values()), "somebody can be right"
    assert any(right is False for right, _, _ in verdicts.values()), "and somebody wrong"


def test_a_slider_finer_than_a_screen_is_made_coarser() -> None:
    question = lecture.Question("?", "number", answer="1", source="a book", low=0, high=1e6, step=0.5)
    assert states.step_of(question) == 250.0
    assert states.step_of(replace(question, high=10)) == 0.5
    scene = replace(TOUR.scenes[0], question=question)
    assert len(list(states.guesses(scene))) == 4001 and list(states.guesses(scene))[-1] == "1000000"


# ── the file itself ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_file_is_whole_and_has_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    text = lecture.made("html", TOUR, LINK).decode()
    assert len(text.encode()) <= onefile.MOST_BYTES == 8_000_000
    packed = re.search(r'id="data">([^<]+)<', text)
    assert packed is not None
    assert json.loads(gzip.decompress(b64decode(packed[1]))) == content_of(TOUR), "made twice, it is the same"
    assert b64decode(packed[1])[4:8] == bytes(4), "no time in it"
    outside = re.findall(r'(?:src|href)="([^"#]{1,200})', re.sub(r'id="(?:data|plotly)">[^<]*', "", text))
    assert [one for one in outside if not one.startswith("data:")] == [], "nothing is asked of the network"
    assert "default-src &#39;none&#39;" in text
    monkeypatch.setattr(onefile, "MOST_BYTES", 1_000)
    with pytest.raises(
        ValueError, match=r"resnet.toml: the file would have [\d,]+ bytes, at most 1,000; leave scenes out"
    ):
        onefile.saved(replace(TOUR, scenes=TOUR.scenes[:1]))


def test_without_an_address_there_is_no_link() -> None:
    content = onefile.content(replace(TOUR, scenes=TOUR.scenes[:1]))
    assert content["root"] == "" and content["scenes"]["deeper"]["phone"] is None
    said, linked = content["list"]["keys"], onefile.content(replace(TOUR, scenes=TOUR.scenes[:1]), LINK)["list"]["keys"]
    assert ("Q this scene" in said, "Q this scene" in linked) == (False, True), "a key that does nothing is not named"


def test_what_would_end_a_script_is_refused() -> None:
    with pytest.raises(ValueError, match="</script"):
        onefile._ours("let a = '</SCRIPT>'")

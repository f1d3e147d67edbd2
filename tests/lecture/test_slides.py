"""The slides, read back: a slide per scene, question and answer in a row, native text, shapes for drawings, and the notes."""

from __future__ import annotations

import io
import statistics
from dataclasses import replace
from functools import cache
from typing import get_args

import pytest
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from explorer import lecture
from explorer.facts import published
from explorer.lab.record import recorded
from explorer.lecture.answers import NONE, evaluate
from explorer.lecture.scene import Scene
from explorer.lecture.scene_pictures import ASKING, drawings, pictures
from explorer.lecture.scene_text import asked, filled
from explorer.lecture.slides import deck
from explorer.lecture.slides.shapes import RULES, extent
from explorer.tell import questions
from explorer.tell.drawing.svg import Shape, Text
from tests.browser.test_lecture import STEPS, TOUR

LINK = "https://resnet.example.org/"


@cache
def slides():
    made = Presentation(io.BytesIO(deck(TOUR, LINK)))
    return made, list(made.slides)


def words(slide, name: str) -> str:
    return next((shape.text_frame.text for shape in slide.shapes if shape.name == name), "")


def inside(shape):
    yield shape
    if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
        for one in shape.shapes:
            yield from inside(one)


def plain(text: str, scene: lecture.Scene) -> str:
    """A text of the file, its figures in place, without marks and with single spaces."""
    found = filled(text, scene.chosen)
    for mark in ("**", "*", "`"):
        found = found.replace(mark, "")
    found = "".join(
        part.partition("](?")[0] + part.partition("](?")[2].partition(")")[2] if "](?" in part else part
        for part in found.split("[")
    )
    return " ".join(found.split())


def test_a_slide_per_scene_and_the_answer_right_after_the_question() -> None:
    made, found = slides()
    assert (made.slide_width, made.slide_height) == (12_191_695, 6_858_000), "16:9"
    assert len(found) == 1 + len(STEPS)
    assert found[0].shapes.title.text == TOUR.title and TOUR.subtitle in found[0].placeholders[1].text
    for slide, (scene, revealed) in zip(found[1:], STEPS, strict=True):
        assert slide.shapes.title.text == f"{TOUR.number(scene)}  {scene.title}"
        card = words(slide, "Question").replace("\xa0", " ")
        if scene.question is None:
            assert not card
            continue
        assert card.startswith(asked(scene).replace("\xa0", " "))
        answer = evaluate(scene, NONE).answer
        assert (answer in card.splitlines()) == revealed or (not revealed and answer in scene.question.choices)
        if not revealed:
            assert all(choice in card for choice in scene.question.choices)
            assert scene.question.kind != "number" or f"{scene.question.low:g} to {scene.question.high:g}" in card
        else:
            assert plain(scene.question.because, scene).replace("\xa0", " ") in " ".join(card.split())


def test_texts_are_native_and_the_notes_are_the_speakers() -> None:
    for slide, (scene, revealed) in zip(slides()[1][1:], STEPS, strict=True):
        said = words(slide, "Text")
        shown = " ".join(said.replace("\xa0", " ").split())
        assert "{" not in shown and "*" not in shown and "](" not in shown, shown
        bare = plain(scene.text, scene).replace("\xa0", " ")
        if "[3,4,6,3]" not in bare and "[" not in scene.text:
            assert shown == bare
        notes = slide.notes_slide.notes_text_frame.text
        first = " ".join(filled(scene.notes, scene.chosen).split("\n\n")[0].replace("\xa0", " ").split())
        assert first in notes, scene.slug
        assert ("The answer: " in notes) == revealed
        if scene.question and not revealed:
            assert "next slide" in notes


def test_drawings_are_shapes_and_nothing_leaves_the_slide() -> None:
    made, found = slides()
    for slide, (scene, revealed) in zip(found[1:], STEPS, strict=True):
        groups = [shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.GROUP]
        shown = drawings(scene, revealed)
        assert len(groups) == len(shown) > 0, scene.slug
        for group, (drawing, label) in zip(groups, shown, strict=True):
            parts = list(inside(group))
            assert not any(one.shape_type == MSO_SHAPE_TYPE.PICTURE for one in parts), "vectors, no pixels"
            texts = [one.text_frame.text for one in parts if one.has_text_frame and one.text_frame.text]
            wanted = [one.words for one in drawing.body if isinstance(one, Text) and one.words]
            assert sorted(texts) == sorted(wanted)
            assert group._element.xpath("./p:nvGrpSpPr/p:cNvPr/@descr") == [label]
        for shape in (one for top in slide.shapes for one in inside(top)):
            if shape.shape_type in (MSO_SHAPE_TYPE.TEXT_BOX, MSO_SHAPE_TYPE.GROUP):
                continue  # as wide as its words may become in any typeface
            assert shape.left >= 0 and shape.top >= 0, (scene.slug, shape.name)
            assert shape.left + shape.width <= made.slide_width, (scene.slug, shape.name)
            assert shape.top + shape.height <= made.slide_height, (scene.slug, shape.name)


def test_before_the_answer_no_drawing_gives_it_away() -> None:
    for page in ASKING:
        scene = next(one for one in TOUR.scenes if one.page == page and one.question)
        before, after = (
            {one.words for drawing, _ in drawings(scene, revealed) for one in drawing.body if isinstance(one, Text)}
            for revealed in (False, True)
        )
        assert before < after or before != after
    (curves, _), *_ = drawings(TOUR.find("degradation"))
    assert not [one.words for one in curves.body if isinstance(one, Text) and "-56" in one.words]


DRAWN = {  # page → (key of the link, its views that have a picture)
    "cost": ("show", questions.COST),
    "paper": ("table", questions.PAPER),
    "compare": ("diff", questions.COMPARE),
    "blocks": ("equal", questions.EQUAL),
    "timing": (
        "view",
        [view for view in questions.TIMING if view != "launches"],
    ),  # a GPU's, of which no run comes along
    "why_residual": ("experiment", [one for one in questions.EXPERIMENTS if one != "surgery"]),  # it is live
}


def texts(scene: Scene, revealed: bool) -> list[str]:
    return [
        one.words
        for drawing, _ in drawings(scene, revealed)
        for one in drawing.body
        if isinstance(one, Text) and one.words
    ]


def scene_of(page: str, state: str) -> Scene:
    return Scene(slug="one", title="One", page=page, text="One.", state=state)


@pytest.mark.parametrize(
    ("page", "state"), [(page, f"{key}={one}") for page, (key, views) in DRAWN.items() for one in views]
)
def test_every_view_that_stands_still_has_a_picture_of_its_own(page: str, state: str) -> None:
    """Its shapes are those that a slide has rules for, and all within its paper."""
    found = drawings(scene_of(page, state), True)
    assert found
    for drawing, label in found:
        assert label and {type(one) for one in drawing.body} <= set(RULES)
        _, _, right, bottom = extent(drawing.body)
        assert bottom <= drawing.height and right <= drawing.width, (state, label)


def test_pictures_have_the_pages_numbers() -> None:
    """Recorded runs, the paper's table and the estimate, read from their own files once more."""
    rates = published.load("table6")["rows"]
    assert [text for text in texts(scene_of("paper", "table=cifar"), True) if "%" in text] == [
        f"{row['error']:.2f} %" for row in rates
    ]
    rows = recorded("lesion")["pair"]["rows"]
    (whole,) = [row["error_percent"] for row in rows if row["part"] == "intact" and row["net"] == "plain-20"]
    cut = [
        row["error_percent"]
        for row in rows
        if row["part"] == "single" and row["net"] == "plain-20" and not row["dotted"]
    ]
    said = texts(scene_of("why_residual", "experiment=lesion"), True)
    assert f"{whole:.1f} %" in said and f"{statistics.median(cut):.1f} % (median)" in said
    parts = texts(scene_of("timing", "view=parts"), True)
    assert {"stem", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "head"} <= set(parts)


@pytest.mark.parametrize("name", [one for one in questions.EXPERIMENTS if one != "surgery"])
def test_no_experiment_gives_its_answer_away_before_the_reveal(name: str) -> None:
    asking = replace(TOUR.find("degradation"), state=f"experiment={name}")
    before, after = texts(asking, False), texts(replace(asking, question=None), True)
    assert before and before != after
    assert [svg for svg, _ in pictures(asking, False)] != [svg for svg, _ in pictures(asking)], "nor on a phone"


def test_every_shape_has_its_rule_and_stands_in_a_drawing() -> None:
    used = {type(one) for scene, revealed in STEPS for drawing, _ in drawings(scene, revealed) for one in drawing.body}
    assert set(get_args(Shape)) == set(RULES) == used
    drawing, _ = drawings(TOUR.scenes[1])[0]
    left, top, right, bottom = extent(drawing.body)
    assert 0 <= left < right <= drawing.width and 0 <= top < bottom <= drawing.height


def test_links_only_with_an_address() -> None:
    linked = [
        run.hyperlink.address
        for slide in slides()[1]
        for shape in slide.shapes
        if shape.name == "Link"
        for run in shape.text_frame.paragraphs[0].runs
    ]
    assert linked == [LINK.rstrip("/") + scene.address for scene, _ in STEPS]
    one = Presentation(io.BytesIO(deck(replace(TOUR, scenes=TOUR.scenes[1:2]))))
    assert not any(shape.name == "Link" for slide in one.slides for shape in slide.shapes)


def test_a_long_text_is_set_smaller_until_it_fits() -> None:
    scene = replace(TOUR.scenes[1], text="A word and another one, again and again. " * 60)
    slide = Presentation(io.BytesIO(deck(replace(TOUR, scenes=(scene,))))).slides[1]
    size = next(shape for shape in slide.shapes if shape.name == "Text").text_frame.paragraphs[0].runs[0].font.size.pt
    assert size == pytest.approx(11, abs=1)

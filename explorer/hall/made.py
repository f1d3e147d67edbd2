"""A scene made ready for the phones. Needs torch: its figures and its picture are the model's own."""

from __future__ import annotations

import json
from functools import lru_cache

from explorer import units
from explorer.facts.rollup import stages
from explorer.hall.card import Answer, Card, Cards, Lane, Picture, Question, Speaker, Tile
from explorer.lecture import Lecture, Scene, evaluate
from explorer.lecture.answers import NONE, answer
from explorer.lecture.scene_pictures import pictures
from explorer.lecture.scene_text import asked, prose
from explorer.net import called
from explorer.net.trace import trace

MOST_OPTIONS = 2001  # of a slider: as many marks as anybody can tell apart on a screen


@lru_cache(maxsize=256)
def cards(run: Lecture, scene: Scene, most_bytes: int = 300_000) -> Cards:
    """Everything of a scene that goes out. Treat as read-only. Pictures are left out above `most_bytes` of JSON, before the
    reveal and after it."""
    after = run.next(scene)
    card = Card(
        slug=scene.slug,
        title=scene.title,
        number=run.number(scene),
        of=len(run.scenes),
        text=str(prose(scene.text, scene.chosen)),
        pictures=_pictures(scene, False),
        address=scene.address,
        question=_question(scene) if scene.question else None,
    )
    revealed = _pictures(scene, True) if scene.question else []
    if len(json.dumps(card | {"pictures": revealed})) > most_bytes:
        revealed = []
    if len(json.dumps(card)) > most_bytes:
        card["pictures"] = []
    speaker = Speaker(
        notes=str(prose(scene.notes, scene.chosen, links=False)),
        after=after.title if after else "",
        minutes=scene.minutes,
        scenes=[one.title for one in run.scenes],
    )
    return Cards(card, _answer(scene, card["question"]), speaker, revealed)


def _pictures(scene: Scene, revealed: bool) -> list[Picture]:
    shown = pictures(scene, revealed, narrow=True)
    return [Picture(svg=drawn.written(faces=""), words=words) for drawn, words in shown]


def _question(scene: Scene) -> Question:
    asks = scene.asks
    lanes = _lanes(scene) if asks.kind == "block" else []
    marks = min(MOST_OPTIONS, int((asks.high - asks.low) / asks.step + 1e-9) + 1)
    options = {"choice": len(asks.choices), "number": marks, "block": sum(len(lane["tiles"]) for lane in lanes)}
    return Question(
        ask=asked(scene),
        kind=asks.kind,
        unit=asks.unit,
        options=options[asks.kind],
        choices=list(asks.choices),
        low=asks.low,
        high=asks.high,
        step=asks.step,
        lanes=lanes,
    )


def _lanes(scene: Scene) -> list[Lane]:
    """The map: a lane a stage, a tile a block; stem and head are tiles of their own."""
    found = []
    for stage in stages(trace(scene.chosen.spec, scene.chosen.height, scene.chosen.width, 1)):
        tiles = [Tile(id=one.path, label=one.place, number=called.number(one.path)) for one in stage.blocks]
        tiles = tiles or [Tile(id=stage.nodes[0].path, label=stage.name, number="")]
        found.append(Lane(name=stage.name, tiles=tiles))
    return found


def _answer(scene: Scene, question: Question | None) -> Answer | None:
    if question is None:
        return None
    found = evaluate(scene, NONE)
    mark = units.mark(found.source)
    return Answer(
        answer=found.answer,
        because=str(prose(scene.asks.because, scene.chosen, links=False)),
        source=f"{mark} {found.source}",
        at=_at(scene, question),
    )


def _at(scene: Scene, question: Question) -> float | None:
    value = answer(scene.asks, scene).value
    if question["kind"] == "number":
        at = (float(value) / scene.asks.per - question["low"]) / question["step"]
        return at if 0 <= at <= question["options"] - 1 else None
    names = question["choices"] or [tile["id"] for lane in question["lanes"] for tile in lane["tiles"]]
    return float(names.index(str(value))) if str(value) in names else None

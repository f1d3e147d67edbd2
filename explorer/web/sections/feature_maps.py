"""The Feature maps page's sections: the picture, the answer, the way through the net, one block's sum, and what if."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from markupsafe import Markup
from PIL import Image

from explorer.look import pictures, subject
from explorer.look.passed import Passed, ends, passed
from explorer.look.pictures import Prepared
from explorer.look.seen import block_rows, class_map, top
from explorer.look.subject import Subject
from explorer.net.node import Node
from explorer.net.trace import trace
from explorer.places import ASSETS
from explorer.spec import ResNetSpec, naming
from explorer.tell import feature_maps
from explorer.tell.feature_maps import OURS, PICTURES, WHO
from explorer.tell.mosaic import data_url
from explorer.tell.plots.look import additions
from explorer.web import look_component, pieces
from explorer.web.asked import asked

STYLE = (Path(__file__).parent / "feature_maps.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Look:
    """One picture through one net, with what the sections need."""

    who: Subject
    picture: Prepared
    nodes: tuple[Node, ...]
    seen: Passed
    off: tuple[str, ...]


def looked(spec: ResNetSpec) -> Look | None:
    """The choices on top of the page, and the pass; None while there is no picture yet."""
    name = asked("Which net looks?", WHO, "who")
    digits = name != OURS
    left, right = st.columns([1, 2], gap="large")
    with left:
        try:
            prepared = _digit() if digits else _photograph(spec)
        except ValueError as error:
            pieces.note(f"{error}.")
            return None
    if prepared is None:
        return None
    who = subject.digits(f"digits-{name}") if digits else _untrained(spec, prepared)
    nodes = trace(who.spec, *prepared.x.shape[2:])
    blocks = tuple(node.block for node in nodes if node.kind == "add" and node.block)
    off = tuple(path for path in st.session_state.get("off", ()) if path in blocks)
    found = Look(who, prepared, nodes, passed(who.model, who.spec, prepared.x, ends(nodes), off), off)
    with right:
        _answer(found)
        if blocks:
            st.multiselect(
                "What if these blocks added nothing?", blocks, key="off", placeholder="Choose blocks to switch off"
            )
    return found


def _answer(found: Look) -> None:
    best = top(found.seen, found.who.names)
    label = found.who.names.index(best[0][0])
    last = list(found.seen.outputs)[-1]
    glow = class_map(found.seen.outputs[last][0], found.who.classifier, label)
    pieces.note(f"{found.who.told[0].upper()}{found.who.told[1:]}.", "recorded" if found.who.trained else "")
    pieces.html(
        Markup('<div class="looked">{}{}</div>').format(
            feature_maps.answers(best), feature_maps.spoken(glow, found.picture, best[0][0])
        )
    )
    pieces.note(
        f"Orange: what spoke for “{best[0][0]}”. Its mean and the class’s bias are the logit, exactly.", "computed"
    )


def _digit() -> Prepared:
    strip = Image.open(ASSETS / "look" / "digits.png")
    sample = data_url(np.asarray(strip.crop((28 * 7, 0, 28 * 8, 28)), dtype=np.float32)[:, :, None] / 255)
    ink = look_component.pad(sample, "pad")
    if ink is None:
        raise ValueError("Draw a digit, from 0 to 9")
    kind, _, body = ink.partition(",")
    if kind != "data:image/png;base64":
        raise ValueError("picture: the pad sends PNG only")
    drawn = pictures.read(b64decode(body, validate=True))
    return pictures.digit(np.asarray(drawn.convert("L"), dtype=np.float32) / 255)


def _photograph(spec: ResNetSpec) -> Prepared | None:
    prepare = subject.preparing(spec)
    source = asked("Picture", PICTURES, "picture")
    if source != "upload":
        return prepare(Image.open(ASSETS / "look" / f"{source}.jpg"))
    file = st.file_uploader("PNG, JPEG or WebP, up to 16 megapixels", type=["png", "jpg", "jpeg", "webp"], key="own")
    return prepare(pictures.read(file.getvalue())) if file else None


@st.cache_resource(max_entries=3, show_spinner=False, hash_funcs={Prepared: lambda one: one.shown.tobytes()})
def _untrained(spec: ResNetSpec, picture: Prepared) -> Subject:
    return subject.untrained(spec, picture.x)


def way(found: Look) -> None:
    """From the stem to the last stage."""
    look_component.maps(feature_maps.through(found.seen, found.nodes, found.picture), "maps-way")


def inside(found: Look) -> list[dict[str, Any]]:
    """One block's sum, and how much each block adds."""
    rows = feature_maps.share_rows(block_rows(found.seen))
    if not rows:
        pieces.lead(
            f"{naming.title(found.who.spec)} has no shortcuts: nothing is added, each block replaces what came."
        )
        return []
    names = [str(row["block"]) for row in rows]
    path = st.select_slider("Block", names, key="summand", value=names[0])
    look_component.maps(feature_maps.terms(found.seen, found.nodes, path, found.picture), "maps-terms")
    most = max(rows, key=lambda row: row["ratio"])
    pieces.lead(
        f"{path} adds {rows[names.index(path)]['ratio']:.2f} times the size of what its shortcut carries; "
        f"{most['block']} adds most: {most['ratio']:.2f} times."
    )
    pieces.chart(
        additions(rows, path), "How much each block adds: the norm of F(x) over the norm of x", key="additions"
    )
    return rows

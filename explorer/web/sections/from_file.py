"""From a file: a checkpoint or a config, and which net it is of. Nothing of the file is ever run, or read as markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import IO, cast

import streamlit as st
from markupsafe import Markup

from explorer import units
from explorer.facts.comparison import same_task
from explorer.spec import ResNetSpec, naming, presets
from explorer.spec.address import params_of
from explorer.spec.chosen import OF_TASK
from explorer.tell import link
from explorer.tell.markup import joined
from explorer.tell.tabular import csv_text
from explorer.web import file_component, pieces, plain
from explorer.web.session import by_key, session
from explorer.weights import Identified, renaming
from explorer.weights.anything import identify_stream
from explorer.weights.config_text import MOST
from explorer.weights.layouts import LAYOUTS
from explorer.weights.match import dims, grouped
from explorer.weights.slices import Missing

FILE, TEXT = "weights_file", "weights_text"
ACCEPTED = ".safetensors,.pt,.pth,.th,.bin,.pkl,.ckpt,.tar,.json,.yaml,.yml,.py,.txt"
MOST_BLOCKS = 60  # rows of a table on the page; the command has all tensors
EXAMPLE = (  # as Hugging Face has it beside a ResNet-50
    '{\n  "model_type": "resnet",\n  "layer_type": "bottleneck",\n  "depths": [3, 4, 6, 3],\n'
    '  "hidden_sizes": [256, 512, 1024, 2048],\n  "embedding_size": 64,\n  "num_labels": 10\n}\n'
)
CONFIGS = {
    "huggingface-config": "a config of Hugging Face’s transformers",
    "timm-config": "a config of timm’s",
    "openmmlab-config": "a config of OpenMMLab’s",
    "detectron2-config": "a config of detectron2’s",
}
OWN = ("input", "batch", "dtype")  # what Compare can say of the left net alone
PAGES = {"": "Architecture", "blocks": "Blocks", "sheet": "Numbers", "cost": "Cost", "compare": "Compare"}


def asked() -> Identified | None:
    """The file or the pasted text, and what it is; errors are said here."""
    found, file, missing = _file()
    if TEXT not in by_key() and "pasted" in session():
        by_key()[TEXT] = session()["pasted"]
    left, right = st.columns(2, gap="large")
    with left:
        file_component.pick(
            FILE,
            "A checkpoint (.safetensors, .pt, .pth, .th, .bin) or a config (.json, .yaml, .py)",
            "It stays with you: only names, shapes and number formats are read, and nothing in it is run. Any size. The answer is kept "
            "for this visit.",
            ACCEPTED,
            file,
            missing,
        )
    with right:
        text = st.text_area(
            "Or a config, pasted",
            key=TEXT,
            max_chars=MOST,
            height=122,
            placeholder="Hugging Face’s config.json, OpenMMLab’s model = dict(…), detectron2’s YAML",
        )
    kept = session().get("identified")
    if found is None and missing is None and not text.strip() and kept is not None and not isinstance(kept[1], str):
        found = kept[1]
        _kept(kept[2])
    if found is None and not text.strip():
        pieces.lead(
            "You are told its name, how it differs from the published net, and which tensors do not fit and why."
        )
        st.button(
            "Try it with an example", icon=":material/lightbulb:", on_click=lambda: by_key().update({TEXT: EXAMPLE})
        )
    if found is None and text.strip():
        found = _identified(BytesIO(text.encode()), "pasted text")
        session()["pasted"] = text
    else:
        session().pop("pasted", None)
    if isinstance(found, str):
        plain.error(found)
        return None
    return found


def _kept(name: str) -> None:
    """Whose answer it is where the file was chosen before another page was looked at."""
    with st.container(horizontal=True, vertical_alignment="center"):
        pieces.html(
            Markup('<div class="note">From {}, chosen earlier in this visit.</div>').format(name), width="content"
        )
        st.button("Forget it", icon=":material/close:", type="tertiary", on_click=_forget)


def _forget() -> None:
    session().pop("identified", None)


def _file() -> tuple[Identified | str | None, str, Missing | None]:
    """(what the chosen file is, or what is wrong with it; the file's id; which bytes are needed to say so)."""
    try:
        given = file_component.given(FILE)
    except ValueError as error:
        return str(error), "", None
    if given is None:
        return None, "", None
    known = session().get("identified")
    if known is not None and known[0] == given.id:
        return known[1], given.id, None
    try:
        found = _identified(cast(IO[bytes], given.file), given.name)
    except Missing as missing:
        return None, given.id, missing
    session()["identified"] = given.id, found, given.name
    return found, given.id, None


def _identified(file: IO[bytes], name: str) -> Identified | str:
    """The answer, or what is wrong."""
    try:
        return identify_stream(file, name)
    except ValueError as error:
        return str(error)


def net(found: Identified) -> None:
    """What it is, and the way to it on every page."""
    spec = found.spec
    misfit = why(found)
    pieces.lead(
        f"{'It comes nearest to' if misfit else 'It is'} {naming.title(spec)}: {naming.layout(spec)}, by name {found.name}."
    )
    if misfit:
        pieces.lead(misfit)
    whose = f"parameters of {naming.title(spec)}" if misfit else "parameters"
    pieces.figures(
        [
            pieces.Figure(units.count(found.params), whose, exact=units.exact(found.params)),
            pieces.Figure(f"{spec.num_classes:,}" if spec.num_classes else "none", "classes"),
            pieces.Figure(str(spec.in_channels), "input channels"),
        ]
    )
    but = f", but for {len(found.found.matched.unknown):,}" if found.found and found.found.matched.unknown else ""
    pieces.note(f"Written in {LAYOUTS[found.layout].title if found.layout in LAYOUTS else CONFIGS[found.layout]}{but}.")
    try:
        params = params_of(spec)
    except ValueError as error:
        plain.info(error)
        return
    task = {
        key: st.query_params[key] for key in OF_TASK if key in st.query_params
    }  # as the bar said on the page before
    beside = {"compare": _beside(spec, task)} if found.differences else {}
    root = (st.context.url or "").removesuffix("identify")
    with st.container(horizontal=True):
        for page, title in PAGES.items():
            st.link_button(
                f"This net on {title}",
                link.url_of(root + page, params | task | beside.get(page, {})),
                icon=":material/open_in_new:",
                type="secondary" if page else "primary",
            )


def why(found: Identified) -> str:
    """Why the file is not quite the net, most likely: the first of its differences; "" where it is the net."""
    return "" if found.found is None or found.found.matched.fits else found.differences[0]


def special(found: Identified) -> Sequence[str]:
    """What is to be said of it besides."""
    return found.differences[1 if why(found) else 0 :]


def _beside(spec: ResNetSpec, task: Mapping[str, str]) -> dict[str, str]:
    """What is special of a net is said against its namesake, which Compare then shows beside it: with classes and input channels
    of its own where these differ, else there would be nothing to see."""
    name = naming.base_name(spec)
    known = presets().get(name)
    if known is None or same_task(known, spec) == known:
        return {"vs": name}
    return {"vs": name, "same": "false"} | {f"vs_{key}": value for key, value in task.items() if key in OWN}


def said(title: str, sentences: Sequence[str]) -> None:
    """Sentences, one below the other, as text."""
    st.subheader(title, anchor=False)
    items = joined(Markup("<li>{}</li>").format(one) for one in sentences)
    pieces.html(Markup('<ul class="said">{}</ul>').format(items))


def misfits(found: Identified) -> None:
    """What does not fit, by block, in the file's own names."""
    if found.found is None:
        return
    matched = found.found.matched
    if matched.fits:
        plain.info("Every tensor of the net is in the file, and no other.", "check_circle")
    for title, ours, theirs in (
        ("Missing", matched.missing, found.missing),
        ("Unexpected", matched.extra, found.unexpected),
        ("Misshapen", matched.misshapen, found.misshapen),
    ):
        if theirs:
            st.subheader(f"{title}: {len(theirs):,} tensor{'s' if len(theirs) > 1 else ''}", anchor=False)
            pieces.table(_by_block(found, ours, theirs))


def _by_block(found: Identified, ours: Sequence[str], theirs: Sequence[str]) -> list[dict[str, object]]:
    """One row per block, with the file's names and shapes; names that no layout knows stand in one row at the end."""
    names = dict(zip(ours, theirs))
    unnamed = {one.name: f" ({dims(one.shape)})" for one in found.found.matched.unknown} if found.found else {}
    rows: list[dict[str, object]] = [
        {"block": block, "tensors": len(some), "names": _listed([names[one] + _shapes(found, one) for one in some])}
        for block, some in list(grouped(ours).items())[:MOST_BLOCKS]
    ]
    if unknown := list(theirs[len(ours) :]):
        rows.append(
            {
                "block": "unknown names",
                "tensors": len(unknown),
                "names": _listed([one + unnamed.get(one, "") for one in unknown]),
            }
        )
    return rows


def _shapes(found: Identified, ours: str) -> str:
    """' (256×256×3×3)'; ' is 3×3×3×3, not 256×256×3×3', of a tensor that has another shape."""
    if found.found is None:
        return ""
    seen, wanted = found.found.recognised.ours.get(ours), found.found.matched.wanted.get(ours)
    if ours in found.found.matched.misshapen and seen is not None and wanted is not None:
        return f" is {dims(seen.shape)}, not {dims(wanted)}"
    shape = wanted if seen is None else seen.shape
    return f" ({dims(shape)})" if shape is not None else ""


def _listed(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(name[:140] for name in names[:most]) + more


def take_home(found: Identified) -> None:
    """The renaming as a table and as Python, where a name is another one."""
    if found.found is None:
        return
    recognised = found.found.recognised
    if all(row["file"] == row["net"] for row in renaming.table(recognised, found.spec)):
        return pieces.note("Its tensors have torchvision's names already: nothing is to be renamed.")
    pieces.note("To load this file into torchvision's net: what each of its tensors is called there.")
    with st.container(horizontal=True):
        st.download_button(
            "Renaming (CSV)",
            lambda: csv_text(renaming.table(recognised, found.spec)),
            f"{found.name}-renaming.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/table:",
        )
        st.download_button(
            "Renaming (Python)",
            lambda: renaming.code(recognised, found.spec),
            f"{found.name}-renaming.py",
            "text/x-python",
            on_click="ignore",
            icon=":material/code:",
        )

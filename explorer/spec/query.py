"""A link, read once: which model it means, what is wrong with it, and what of it has no effect.

Everything that is unknown is named with what is allowed, all of it and not the first only; where that leaves open which
net was meant there is no model, and never another one in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from explorer.spec import chosen as controls
from explorer.spec.checks import shortened
from explorer.spec.chosen import Chosen
from explorer.spec.controls import idle
from explorer.spec.names import named

IGNORED = ("embed", "embed_options", "fbclid", "gclid", "mc_cid", "mc_eid")  # Streamlit's; what mailers and others add
IGNORED_STARTS = ("utm_",)
MOST_KEYS = 60
CLOSE = 0.7  # how like a word is to be offered: bogus is no guess


@dataclass(frozen=True)
class Key:
    """A parameter that belongs to pages. pages: where it has an effect, () for all. check: raises `ValueError` saying
    what is allowed; it may take a while to import, so it is asked for only where the key is given."""

    name: str
    pages: tuple[str, ...] = ()
    check: Callable[[str], object] = str


@dataclass(frozen=True)
class Query:
    """given: each key once. faults: why no model is shown. remarks: what has no effect. chosen: None with a fault.

    instead: what else may be meant, as (name of a net, parameters): to be offered, never taken.
    """

    given: Mapping[str, str]
    faults: tuple[str, ...]
    remarks: tuple[str, ...]
    chosen: Chosen | None
    instead: tuple[tuple[str, Mapping[str, str]], ...] = ()


def read(raw: Mapping[str, Sequence[str]], known: Sequence[Key], page: str) -> Query:
    """What a URL's parameters say. raw: each key with all its values; known: the pages' own keys; page: the page's name."""
    given: dict[str, str] = {}
    faults, bad = [], set()
    if len(raw) > MOST_KEYS:
        faults.append(f"{len(raw):,} parameters: at most {MOST_KEYS}")
    for key, values in list(raw.items())[:MOST_KEYS]:
        if key in IGNORED or key.startswith(IGNORED_STARTS):
            continue
        if problem := _model_fault(key, values, known):
            faults.append(problem)
            bad.add(key)
        else:
            given[key] = values[0]
    model = {key: value for key, value in given.items() if key in controls.DEFAULTS}
    if not bad:
        faults += controls.strays(model)
    chosen = None
    if not faults:
        try:
            chosen = controls.of_controls(model)
        except ValueError as error:
            faults.append(str(error))
    remarks = [said for key in known for said in _idle(key, given, known, page)]
    if chosen is not None:
        remarks += idle(chosen.spec, controls.variants(model))
    offered = () if chosen else tuple(_instead(raw, model, bad))
    return Query(given, tuple(faults), tuple(dict.fromkeys(remarks)), chosen, offered)


def _model_fault(key: str, values: Sequence[str], known: Sequence[Key]) -> str | None:
    """What is wrong with a key on its own, or None."""
    names = {one.name for one in known}
    if key not in controls.DEFAULTS and key not in names:
        near = get_close_matches(key[:60], [*controls.DEFAULTS, *sorted(names)], 3, CLOSE)
        return f"{shortened(key)} is no parameter of this app" + (
            f"; did you mean {' or '.join(near)}?" if near else ""
        )
    if len(values) > 1:
        return f"{key} is given {len(values):,} times, as {_listed(values)}: give it once"
    if key not in controls.DEFAULTS:
        return None
    try:
        controls.check(key, values[0])
    except ValueError as error:
        return str(error)
    return None


def _idle(key: Key, given: Mapping[str, str], known: Sequence[Key], page: str) -> list[str]:
    """What to say of a page's key: nothing, its value's fault, or that it belongs to another page."""
    if key.name not in given:
        return []
    if key.pages and page not in key.pages:
        here = any(one.name == key.name and page in one.pages for one in known)
        pages = sorted({page for one in known if one.name == key.name for page in one.pages})
        return (
            []
            if here
            else [f"{key.name}={shortened(given[key.name])} has no effect here: it belongs to {', '.join(pages)}"]
        )
    try:
        key.check(given[key.name])
    except ValueError as error:
        return [str(error)]
    return []


def _instead(
    raw: Mapping[str, Sequence[str]], model: Mapping[str, str], bad: set[str]
) -> list[tuple[str, Mapping[str, str]]]:
    """Nets that may be meant: the wrong depth or model as a name, and the link without what is not understood."""
    found: list[tuple[str, Mapping[str, str]]] = []
    rest = {key: value for key, value in model.items() if key not in controls.NAMING}
    for key in ("net", "model", "depth", "layers"):
        for value in raw.get(key, ())[:3]:
            for name in (value, f"resnet{value}"):
                found += _as_link({"net": name[:100], **rest}, name) if _is_name(name[:100]) else []
    if bad and not bad & set(controls.NAMING) and not controls.strays(model):
        found += _as_link(model)
    unique = {str(sorted(params.items())): (name, params) for name, params in found}
    return list(unique.values())[:4]


def _is_name(text: str) -> bool:
    try:
        named(text)
    except ValueError:
        return False
    return True


def _as_link(params: Mapping[str, str], name: str = "") -> list[tuple[str, Mapping[str, str]]]:
    try:
        controls.of_controls(params)
    except ValueError:
        return []
    return [(name, params)]


def _listed(values: Sequence[str]) -> str:
    shown = ", ".join(shortened(value) for value in values[:3])
    return shown + (", …" if len(values) > 3 else "")

"""Every parameter of a link that is no part of the model: to which pages it belongs, and what it may be.

The model's own keys are in `spec.chosen`. A page that binds a control to the URL has its row here; a test holds the
pages to it. The choices are asked for only when a link gives the key: some of the rooms that know them need torch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl

from explorer.lab.experiment import MODULES as EXPERIMENTS
from explorer.spec import check_int
from explorer.spec.checks import shortened
from explorer.spec.chosen import DEFAULTS, Chosen, check, of_params
from explorer.spec.presets import presets
from explorer.spec.query import Key
from explorer.tell import questions

MAP = ("architecture", "compare")
PARTS = (  # what ?hide= may take away, besides any control by its key
    *(
        "sidebar",
        "task",
        "nav",
        "toolbar",
        "header",
        "bar",
        "share",
        "lead",
        "titles",
        "figures",
        "tables",
        "exact",
        "rest",
    ),
    *("downloads", "alerts", "expanders", "variants", "sums", "reasons"),
)
TWINS_NET = "net=resnet20_cifar&in_channels=1&input=28"  # as a link says it
CONTROLS = ("guess-", "budget-", "size-", "steps-", "shown-", "look-")  # of one experiment each; groups on Feature maps


def _one_of(name: str, choices: Callable[[], Iterable[str]]) -> Callable[[str], object]:
    def check(text: str) -> None:
        allowed = tuple(choices())
        if text not in allowed:
            raise ValueError(f"{name}={shortened(text)}: choose one of {', '.join(allowed)}")

    return check


def _choice(name: str, pages: Sequence[str], *choices: str) -> Key:
    return Key(name, tuple(pages), _one_of(name, lambda: choices))


def _later(name: str, pages: Sequence[str], room: str, table: str, *more: str) -> Key:
    """A choice whose values another room knows. more: what may stand in the link besides."""
    return Key(name, tuple(pages), _one_of(name, lambda: (*_of(room, table), *more)))


def _of(room: str, table: str) -> Iterable[str]:
    found: Any = getattr(import_module(f"explorer.{room}"), table)
    names: Iterable[str] = found() if callable(found) else found
    return names


def _number(name: str, page: str, low: int, high: int, step: int = 1) -> Key:
    def check(text: str) -> None:
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else text
        if check_int(name, number, low, high) % step:
            raise ValueError(f"{name}={shortened(text)}: choose a multiple of {step}")

    return Key(name, (page,), check)


def _baseline(text: str) -> None:
    from explorer.facts import comparison

    comparison.parse(text)


def _device(text: str) -> None:
    if not re.fullmatch(r"cpu|mps|cuda(:\d{1,3})?", text):
        raise ValueError(f"device={shortened(text)}: choose one of cpu, mps, cuda, cuda:1")


def _sheet(text: str) -> None:
    if not re.fullmatch(r"v[0-9]{1,4}-[0-9]{1,9}", text):
        raise ValueError(f"seed={shortened(text)}: write the version and the number of a sheet, as in v1-7")


def _several(name: str, choices: Callable[[], Iterable[str]]) -> Callable[[str], None]:
    def check(text: str) -> None:
        allowed = tuple(choices())
        if unknown := [one for one in text.split(",") if one not in allowed]:
            raise ValueError(f"{name}={shortened(unknown[0])}: choose among {', '.join(allowed)}")

    return check


def _blocks(text: str) -> None:
    """Which blocks a net has, the page says."""
    if not re.fullmatch(r"layer[0-9]{1,2}\.[0-9]{1,3}(,layer[0-9]{1,2}\.[0-9]{1,3})*", text):
        raise ValueError(f"off={shortened(text)}: write blocks of the net with commas between, as in layer1.0,layer2.1")


def _hidden(text: str) -> None:
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = {*PARTS, *DEFAULTS, *(key.name for key in KEYS)}
    if unknown := [name for name in names if name not in known and not name.startswith(CONTROLS)]:
        raise ValueError(
            f"hide={shortened(unknown[0])}: choose one of {', '.join(PARTS)}, or the key of a control such as depth"
        )


def _views(experiment: str) -> list[str]:
    views: Any = _of("tell.plots.lab", "VIEWS")  # by name: plotly is for the plots only, and a lecture reads this table
    return list(views[experiment])


KEYS: tuple[Key, ...] = (
    Key("lecture"),  # what a lecture has no scene for, its own bar says
    Key("guess"),
    _choice("present", (), "1", "0", ""),
    Key("hide", (), _hidden),
    Key("node"),  # a part of the model: `of_model`
    _later("level", MAP, "tell.netmap.groups", "LEVELS"),
    _later("color", MAP, "tell.netmap", "color_choices", "stage", "median_s"),
    _later("fold", MAP, "tell.netmap.groups", "FOLDS"),
    Key("unfold", MAP),
    _choice("open", MAP, "1"),
    _later("figure", MAP, "tell.netmap.view", "FIGURES"),
    _later("walk", ["architecture"], "tell.netmap.view", "WALKS"),
    _later("picture", ["architecture"], "look.walker", "PICTURES"),  # that walks
    _later("digit", ["architecture"], "look.walker", "DIGITS"),
    _number("step", "explain", 1, 10),
    _choice("of", ["blocks"], *questions.BLOCKS),
    _choice("equal", ["blocks"], *questions.EQUAL),
    _choice("place", ["blocks"], *questions.PLACE),
    _number("outer", "blocks", 8, 2048, 8),
    _choice("show", ["cost"], *questions.COST),
    _choice("metric", ["cost"], *questions.METRIC, *questions.OLD_METRIC),
    _choice("as", ["cost"], *questions.AS),
    _choice("copy", ["sheet"], *questions.COPY),
    _choice("levels", ["cost"], *questions.LEVELS),
    _choice("view", ["timing"], *questions.TIMING),
    Key("device", ("timing",), _device),
    _number("threads", "timing", 1, 1024),
    _choice("layout", ["timing"], *questions.LAYOUT),
    _choice("compile", ["timing"], *questions.COMPILE),
    _choice("passes", ["timing"], *questions.PASSES),
    _choice("sweep", ["timing"], *questions.SWEEP),
    _choice("one", ["timing"], *questions.RACERS),
    _choice("other", ["timing"], *questions.RACERS),
    _choice("times", ["timing"], "true", "false"),
    Key("vs", ("compare",), _baseline),
    _choice("same", ["compare"], "true", "false"),
    *(  # the left one's own task
        Key(f"vs_{name}", ("compare",), partial(check, name)) for name in ("input", "batch", "dtype")
    ),
    _choice("diff", ["compare"], *questions.COMPARE),
    _choice("x", ["compare"], *questions.ACROSS),
    _choice("y", ["compare"], *questions.UP),
    _choice("who", ["feature_maps"], *questions.WHO),
    _choice("weights", ["feature_maps"], *questions.WEIGHTS),
    _later("picture", ["feature_maps"], "tell.feature_maps", "PICTURES"),
    _later("digit", ["feature_maps"], "tell.feature_maps", "DIGITS"),
    _choice("rows", ["feature_maps"], "stages", *(f"conv{number}_x" for number in range(2, 6))),
    _later("channels", ["feature_maps"], "tell.feature_maps", "CHANNELS"),
    _choice("twin", ["feature_maps"], "true", "false"),
    _choice("zeros", ["feature_maps"], "true", "false"),
    Key("off", ("feature_maps",), _blocks),
    _choice("experiment", ["why_residual"], *questions.EXPERIMENTS),
    *(Key(f"view-{name}", ("why_residual",), _one_of(f"view-{name}", partial(_views, name))) for name in EXPERIMENTS),
    _choice("reveal", ["why_residual"], "true", "false"),
    _number("seed", "why_residual", 1, 2**31 - 1),
    _number("run", "why_residual", 1, 10**6),  # one of the visitor's own; in another browser it names none
    _choice("do", ["practice"], *questions.PRACTICE),
    Key("seed", ("practice",), _sheet),
    Key("topics", ("practice",), _several("topics", lambda: questions.TOPICS)),
    _choice("level", ["practice"], *questions.HARD),
    _number("q", "practice", 1, 200),
    _number("count", "practice", 1, 200),
    Key("nets", ("practice",), _several("nets", presets)),
    _choice("table", ["paper"], *questions.PAPER),
    _choice("table_stride", ["paper"], *questions.TABLE_STRIDE),
    Key("find", ("catalogue",)),
    _choice("against", ["catalogue"], *questions.UPWARDS, *questions.OLD_UPWARDS),
)


def has_twin(chosen: Chosen) -> bool:
    """Whether the model on the screen is the shipped net whose plain twin was trained beside it."""
    wanted = of_params(dict(parse_qsl(TWINS_NET)))
    return (chosen.spec, chosen.height, chosen.width) == (wanted.spec, wanted.height, wanted.width)


@cache
def on(page: str) -> tuple[str, ...]:
    """The keys that have an effect on a page, the model's first."""
    return (*DEFAULTS, *(key.name for key in KEYS if not key.pages or page in key.pages))


def of_model(given: Mapping[str, str], chosen: Chosen) -> list[str]:
    """What a link names that this model does not have."""
    from explorer.tell import netmap

    found = []
    if given.get("walk") == "twins" and not has_twin(chosen):
        found.append(f"walk=twins: only ResNet-20 for digits has its plain twin here; choose {TWINS_NET}, or walk=net")
    parts = [("node", given.get("node", "")), *(("unfold", part) for part in given.get("unfold", "").split(",")[:50])]
    for key, path in parts:
        if path and not netmap.known(chosen.spec, chosen.height, chosen.width, path[:200]):
            found.append(f"{key}={shortened(path)}: this model has no such layer, block or stage; layer1.0 is one")
    return found

"""What of the model and its task a page uses, as it stands: whether it shows a net at all, which controls of the bar change
something there, and what its header says of the task. Of a link's parameters, or of the controls on the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from explorer.spec.chosen import DEFAULTS, Chosen
from explorer.spec.task import FORMATS, PURPOSES, SHORT
from explorer.tell import questions

SIZE = ("input", "batch", "classes")
ALL = (*SIZE, "dtype", "optimizer")
ON: dict[str, tuple[str, ...]] = {  # page → what changes something there; a view that differs is in `VIEWS`
    "architecture": SIZE,
    "shapes": ("input", "classes"),
    "cost": SIZE,
    "sheet": ALL,
    "practice": ("input", "classes"),
    "timing": (*SIZE, "dtype"),
    "compare": ALL,
}
VIEWS: dict[str, tuple[Mapping[str, str], str, dict[str, tuple[str, ...]]]] = {  # page → (its views, their key, …)
    "cost": (questions.COST, "show", {"where": ALL, "memory": ALL, "field": ()}),
    "compare": (questions.COMPARE, "diff", {"presets": ()}),
    "blocks": (questions.BLOCKS, "of", {"own": ("input",)}),
    "feature_maps": (questions.WHO, "who", {questions.OURS: ("input", "classes")}),
}
WEIGHTS = {  # of the sidebar's net on Feature maps → the same; a file says itself of which net it is
    "published": ("classes",),  # its authors' own size
    "file": (),
}
UNUSED = "{} holds on other pages"
WITHOUT = {  # (page, control) → what the page says of a choice that it does not take into account, if not the usual
    ("timing", "optimizer"): "forward passes only, not {}",
    ("cost", "optimizer"): "forward pass only, not {}",
    ("architecture", "optimizer"): "one pass forward; {} holds on other pages",
    ("architecture", "dtype"): "the map counts bytes in fp32; {} holds on other pages",
    ("shapes", "dtype"): "shapes are the same in {}",
}
SPOKEN = ("dtype", "optimizer")  # the header says them in words
OF_NO_MODEL = (
    "explain",
    "why_residual",
    "lecture",
    "machines",
    "identify",
)  # pages on which none of the controls would change anything
TABLES_OF_NO_MODEL = ("errors", "cifar")  # … and the Paper's tables
Now = Callable[[Mapping[str, str], str], str]  # (options, key of the link) → the one that holds


def used(page: str, now: Now) -> tuple[str, ...]:
    """The controls of the bar that change something on the page as it stands."""
    usual = ON.get(page, ())
    if page in VIEWS:
        options, key, views = VIEWS[page]
        here = views.get(now(options, key), usual)
        return WEIGHTS.get(now(questions.WEIGHTS, "weights"), here) if here and page == "feature_maps" else here
    return usual


def said(page: str, chosen: Chosen, now: Now) -> str:
    """What the header says besides the input, where the page uses it."""
    words, here = _words(chosen.dtype, chosen.optimizer), used(page, now)
    words["dtype"] = SHORT[chosen.dtype]  # written out it makes the header a line longer: all below moved
    return " · ".join(words[key] for key in SPOKEN if key in here)


def unused(page: str, chosen: Mapping[str, str], now: Now) -> tuple[str, ...]:
    """What was chosen in the bar and the page as it stands does not take into account, for where its control would be; nothing
    on a page without the bar. chosen: slugs by the keys of `SPOKEN`."""
    here, words = used(page, now), _words(chosen["dtype"], chosen["optimizer"])
    off = [key for key in SPOKEN if here and key not in here and chosen[key] != DEFAULTS[key]]
    return tuple(WITHOUT.get((page, key), UNUSED).format(words[key]) for key in off)


def _words(dtype: str, optimizer: str) -> dict[str, str]:
    return {"dtype": FORMATS[dtype], "optimizer": PURPOSES[optimizer]}


def chooses(page: str, now: Now) -> bool:
    """Whether the page as it stands has controls of its own for the net, or a file: the sidebar's would change nothing."""
    return page == "compare" or page == "feature_maps" and not used(page, now)


def idle(page: str, now: Now) -> bool:
    """Whether no control of the model changes anything on the page as it stands."""
    return page in OF_NO_MODEL or page == "paper" and now(questions.PAPER, "table") in TABLES_OF_NO_MODEL

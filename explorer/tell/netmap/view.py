"""What a visitor has chosen to see on the map, as it stands in the URL: `?node=layer2.0&level=layers&color=params`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from explorer.tell.netmap.groups import FOLDS, LEVELS

FIGURES = ("map", "fig3")
WALKS = ("net", "twins")  # a picture through this net, or beside it through its plain twin
MOST_TEXT = 200  # characters of a path that are looked at


@dataclass(frozen=True)
class View:
    """node: path of what is selected, or "". open: whether its block is opened. color: stage or a metric's name.

    fold, unfold: whether runs of equal blocks are folded, and the runs that are not. figure: the map, or Fig. 3. walk: whether a picture
    walks through the net.
    """

    node: str = ""
    level: str = "blocks"
    color: str = "stage"
    fold: str = "auto"
    unfold: tuple[str, ...] = ()
    open: bool = False
    figure: str = "map"
    walk: str = ""

    def params(self) -> dict[str, str]:
        """URL parameters; what is at its default is left out."""
        usual = asdict(View())
        shown = {name: value for name, value in asdict(self).items() if value != usual[name]}
        return {
            name: ",".join(value) if isinstance(value, tuple) else "1" if value is True else str(value)
            for name, value in shown.items()
        }

    def checked(self, known: Callable[[str], bool]) -> View:
        """Without what the current model does not have."""
        node = self.node if known(self.node) else ""
        if self.walk:  # from tile to tile: blocks, as they are folded by themselves
            return View(node=node, color=self.color, walk=self.walk)
        return replace(self, node=node, open=self.open and bool(node), unfold=tuple(filter(known, self.unfold)))


NAMES = tuple(asdict(View()))


def parse(params: Mapping[str, object], colors: tuple[str, ...]) -> View:
    """A view from URL parameters or from what the component reports; anything unknown falls back to its default."""
    usual = View()

    def one_of(choices: Sequence[str], name: str, otherwise: str) -> str:
        return str(params[name]) if params.get(name) in choices else otherwise

    unfold = params.get("unfold") or ()
    names = unfold.split(",") if isinstance(unfold, str) else unfold if isinstance(unfold, (list, tuple)) else ()
    return View(
        node=str(params.get("node") or "")[:MOST_TEXT],
        level=one_of(LEVELS, "level", usual.level),
        color=one_of(("stage", *colors), "color", usual.color),
        fold=one_of(FOLDS, "fold", usual.fold),
        unfold=tuple(str(name)[:MOST_TEXT] for name in names[:50]),
        open=params.get("open") in (True, "1"),
        figure=one_of(FIGURES, "figure", usual.figure),
        walk=one_of(WALKS, "walk", usual.walk),
    )

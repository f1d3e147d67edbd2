"""What a page of the app is in a lecture that is saved as one file: HTML, charts, maps and feature maps, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from explorer.spec.chosen import Chosen
from explorer.tell import fragments

Json = dict[str, Any]


@dataclass(frozen=True)
class Html:
    """A piece of a page. hall: the same with words for the last row, where it has its own. name: by which a scene hides
    it on a projector, where that is not by what it is."""

    html: fragments.Html
    hall: fragments.Html | None = None
    name: str = ""


@dataclass(frozen=True)
class Plot:
    """A plotly figure as JSON, on a desk and on a projector. label: on its button, where there are several."""

    label: str
    figure: Mapping[str, Any]
    hall: Mapping[str, Any]


@dataclass(frozen=True)
class Chart:
    """One place for plots of the same thing; the first is shown. alt: what it shows, in words."""

    alt: str
    plots: tuple[Plot, ...]


@dataclass(frozen=True)
class NetMap:
    """The interactive map of a net; title: above it, where there are two."""

    chosen: Chosen
    title: str = ""


@dataclass(frozen=True)
class FeatureMaps:
    """Rows of feature maps as `look_component.maps` takes them."""

    data: Mapping[str, Any]


@dataclass(frozen=True)
class ShippedWalks:
    """Walks of a picture through trained nets, side by side. names: of assets/walk."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Race:
    """Two nets as two bars, to be run again: what race_component takes."""

    data: Mapping[str, Any]


@dataclass(frozen=True)
class Heading:
    """Above what follows."""

    text: str


@dataclass(frozen=True)
class Code:
    """Text as it is, to be copied."""

    text: str


@dataclass(frozen=True)
class Steps:
    """The ten steps of Explain it to me: what path_component takes."""

    data: Json


@dataclass(frozen=True)
class Reach:
    """What one unit sees, to be dragged over a picture: what reach_component takes."""

    data: Json


@dataclass(frozen=True)
class Exercises:
    """One after another, each with what is said to whatever is answered. first: which comes first, from 1."""

    every: tuple[Json, ...]
    first: int


Part = Html | Chart | NetMap | FeatureMaps | ShippedWalks | Race | Heading | Code | Steps | Reach | Exercises


@dataclass(frozen=True)
class Beside:
    """Columns beside each other, where there is room."""

    columns: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True)
class Fold:
    """Parts that are shown once somebody asks for them."""

    label: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class View:
    """A page in one state. built: the line that says what is built; live: what only the app can do here, in a sentence."""

    built: Markup
    parts: tuple[Part | Beside | Fold, ...]
    live: str

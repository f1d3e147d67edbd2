"""The Feature maps page: who looks, at which picture, what is changed; then the way through the net, and one block."""

from pathlib import Path

from explorer.web.sections.feature_maps.answer import looked
from explorer.web.sections.feature_maps.views import inside, responding, way

STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")

__all__ = ["STYLE", "inside", "looked", "responding", "way"]

"""Still pictures as SVG text, drawn from traced models: a block (Fig. 2 and 5 of the paper), the feature maps, the net."""

from explorer.tell.drawing.block import block_svg
from explorer.tell.drawing.charts import bars_svg, lines_svg, shares_svg
from explorer.tell.drawing.overview import overview_svg
from explorer.tell.drawing.volumes import milestones, receptive_svg, volumes_svg

__all__ = [
    "bars_svg",
    "block_svg",
    "lines_svg",
    "milestones",
    "overview_svg",
    "receptive_svg",
    "shares_svg",
    "volumes_svg",
]

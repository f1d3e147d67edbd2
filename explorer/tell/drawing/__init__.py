"""Still pictures, drawn from traced models: a block (Fig. 2 and 5 of the paper), the feature maps, the net."""

from explorer.tell.drawing.block import block_drawing
from explorer.tell.drawing.charts import bars_drawing, lines_drawing, shares_drawing
from explorer.tell.drawing.layer import layer_drawing
from explorer.tell.drawing.overview import overview_drawing
from explorer.tell.drawing.svg import Drawing
from explorer.tell.drawing.volumes import milestones, receptive_drawing, volumes_drawing

__all__ = [
    "Drawing",
    "bars_drawing",
    "block_drawing",
    "layer_drawing",
    "lines_drawing",
    "milestones",
    "overview_drawing",
    "receptive_drawing",
    "shares_drawing",
    "volumes_drawing",
]

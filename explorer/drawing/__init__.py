"""Still pictures as SVG text, drawn from traced models: a block (Fig. 2 and 5 of the paper), the feature maps."""

from explorer.drawing.block import block_svg
from explorer.drawing.volumes import milestones, receptive_svg, volumes_svg

__all__ = ["block_svg", "milestones", "receptive_svg", "volumes_svg"]

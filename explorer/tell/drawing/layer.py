"""One convolution or pool: the maps that come in with the window that slides over them, and the maps that go out.

Its words are large: on a phone it is half as wide as it is drawn."""

from __future__ import annotations

from explorer import units
from explorer.net.node import Node
from explorer.net.ops import op
from explorer.tell import palette
from explorer.tell.drawing import svg
from explorer.tell.drawing.volumes import SLANT, box

SLIDES = palette.COLOURS["relu"]  # what moves is amber; the warm red is the shortcuts’
WIDTH, BASE = 640, 268
TALLEST, LONGEST = 150, 96  # pixels: the higher maps, the more channels
LEAST, WINDOW = 5, 9  # of a side, and of the window's


def layer_drawing(node: Node, colour: str) -> svg.Drawing:
    """Both sides to one scale; the window too, where it would not be too small to be seen."""
    per_pixel = TALLEST / max(*node.in_shape[2:], *node.out_shape[2:])
    per_channel = LONGEST / max(node.in_shape[1], node.out_shape[1])
    body: svg.Shapes = [svg.Arrowhead(SLIDES), svg.Text(24, 34, node.path, "ink serif", 28)]
    middles = []
    for centre, shape in ((150, node.in_shape), (490, node.out_shape)):
        high, wide = (max(side * per_pixel, LEAST) for side in shape[2:])
        length = max(shape[1] * per_channel, LEAST)
        left = centre - (length + wide * SLANT[0]) / 2
        body += box(left, BASE, high, wide, length, colour)
        middles.append((left, length, high, wide))
    left, length, high, _ = middles[0]
    side = min(max(node.kernel * per_pixel, WINDOW), high)
    seen = length if op(node.kind).convolves else LEAST
    body += box(left, BASE - (high - side) / 2, side, side, seen, SLIDES)
    start, end = left + length + middles[0][3] * SLANT[0] + 18, middles[1][0] - 18
    body.append(svg.line((start, BASE - 46), (end, BASE - 46), colour=SLIDES, width=3, arrow=True))
    window = f"{node.kernel}×{node.kernel}" + (f", {node.groups} groups" if node.groups > 1 else "")
    came, went, asked = units.shape(node.in_shape), units.shape(node.out_shape), units.shape_asked(node.out_shape)
    body += [
        svg.Text(320, BASE - 126, window, "ink mid bold", 26),
        svg.Text(320, BASE - 98, f"stride {node.stride}", "ink mid", 23),
        svg.Text(320, BASE - 70, f"padding {node.padding}", "ink mid", 23),
        svg.Text(150, BASE + 38, came, "ink mid bold", 26),
        svg.Text(490, BASE + 38, went, "ink mid bold", 26, proof="out", asked=asked),
        svg.Text(150, BASE + 66, "comes in", "soft mid", 23),
        svg.Text(490, BASE + 66, "goes out", "soft mid", 23),
    ]
    return svg.Drawing(WIDTH, BASE + 82, node.path, tuple(body))

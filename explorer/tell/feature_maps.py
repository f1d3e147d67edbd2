"""A pass as the Feature maps page shows it: rows of mosaics, the three terms of a block, the answer; plain data."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup
from torch import Tensor

from explorer import units
from explorer.look.passed import Passed
from explorer.look.pictures import Prepared
from explorer.look.seen import BlockRow, strongest
from explorer.net.field import Field
from explorer.net.node import Node
from explorer.tell.mosaic import Mosaic, coloured, data_url, mosaic, ramp_css

OURS = "net"  # the sidebar's net, untrained
WHO = {  # slug -> words
    "residual-20": "digits: residual, 20 layers",
    "plain-20": "digits: plain, 20",
    "residual-56": "digits: residual, 56",
    "plain-56": "digits: plain, 56",
    OURS: "the net of the sidebar, untrained",
}
PICTURES = {"cat": "A cat", "coffee": "A cup of coffee", "upload": "Your own"}  # CC0: S. van der Walt; R. Michetti
FIRST = 72  # px on the screen of the largest map; the others keep their proportion to it
MOST = 14  # channels a row
PAPER = {"stem": "after the stem"}


def through(seen: Passed, nodes: tuple[Node, ...], picture: Prepared) -> dict[str, Any]:
    """After the stem and at the end of each stage: the strongest channels, at true proportions."""
    ends: dict[str, Node] = {}
    for node in nodes:
        if node.path in seen.outputs:
            ends[node.stage] = node
    largest = max(node.out_shape[3] for node in ends.values())
    rows = []
    for stage, node in ends.items():
        maps = seen.outputs[node.path][0]
        channels = strongest(maps, MOST)
        drawn = mosaic(maps[channels].numpy(), MOST)
        label = PAPER.get(stage, f"{stage}")
        rows.append(_row(label, node.out_shape, drawn, channels, FIRST / largest, node.field))
    return {
        "picture": _picture(picture),
        "hint": "Point at a feature map: here you see what that one unit sees.",
        "groups": [{"kind": "through", "title": "", "rows": [row], "key": None} for row in rows],
    }


def terms(seen: Passed, nodes: tuple[Node, ...], path: str, picture: Prepared) -> dict[str, Any]:
    """One block's sum: what the shortcut carries + what the block adds = what goes on; then ReLU. One colour scale."""
    one, looks = seen.sums[path], {node.path: node.field for node in nodes}
    inside = [node for node in nodes if node.block == path]
    add = next(node for node in inside if node.kind == "add")
    channels = strongest(one.total[0], 6)
    parts = [part[0][channels].numpy() for part in (one.shortcut, one.residual, one.total)]
    most = float(max(np.abs(part).max() for part in parts))
    scale = 2 * FIRST / add.out_shape[3]
    shortcut = looks[add.inputs[1]]
    names = (
        ("x, through its shortcut", "", shortcut),
        ("F(x)", "+", looks[add.inputs[0]]),
        ("sum", "=", looks[add.path]),
    )
    rows = [
        _row(name, add.out_shape, mosaic(part, 3, True, most), channels, scale / 2, field) | {"sign": sign}
        for (name, sign, field), part in zip(names, parts, strict=True)
    ]
    after = np.maximum(parts[2], 0)
    if inside[-1].kind == "relu":
        rows.append(
            _row("after ReLU", add.out_shape, mosaic(after, 3, True, most), channels, scale / 2, looks[add.path])
            | {"sign": "→"}
        )
    key = {"ramp": ramp_css(True), "low": f"−{most:.2g}", "high": f"+{most:.2g}"}
    return {
        "picture": _picture(picture),
        "hint": "The same six channels in all three terms; blue is negative, red positive.",
        "groups": [{"kind": "terms", "title": "", "rows": rows, "key": key}],
    }


def answers(found: list[tuple[str, float]]) -> Markup:
    """The likeliest classes as bars, HTML."""
    bar = Markup(
        '<div class="answer"><span class="name">{}</span><span class="track"><span style="width:{:.1f}%"></span></span>'
        '<span class="share">{}</span></div>'
    )
    bars = (bar.format(name, 100 * share, units.percent(share, 1)) for name, share in found)
    return Markup('<div class="answers">{}</div>').format(Markup("").join(bars))


def spoken(class_map: Tensor, picture: Prepared, name: str) -> Markup:
    """The class map over the picture, HTML: what spoke for a class glows."""
    low, high = float(class_map.min()), float(class_map.max())
    glow = coloured(class_map.numpy(), low, high, ("#000000", "#ffb000"))
    alpha = ((class_map - low) / ((high - low) or 1.0) * 200).byte().numpy()
    over = data_url(np.dstack([glow, alpha]))
    return Markup(
        '<figure class="spoken"><div class="pile"><img alt="" src="{}">'
        '<img class="glow" alt="What spoke for {}" src="{}"></div></figure>'
    ).format(data_url(picture.shown), name, over)


def share_rows(rows: list[BlockRow]) -> list[dict[str, Any]]:
    """‖F(x)‖ against ‖x‖ per block, for the line over depth and for export."""
    return [
        {
            "block": row.path,
            "norm_shortcut": row.norm_shortcut,
            "norm_residual": row.norm_residual,
            "norm_sum": row.norm_sum,
            "ratio": row.residual_share,
        }
        for row in rows
    ]


def _row(
    label: str, shape: tuple[int, ...], drawn: Mosaic, channels: list[int], scale: float, field: Field
) -> dict[str, Any]:
    return {
        "label": label,
        "shape": units.shape(shape),
        "note": "",
        "src": drawn.src,
        "columns": drawn.columns,
        "rows": drawn.rows,
        "height": drawn.height,
        "width": drawn.width,
        "channels": channels,
        "scale": scale,
        "field": {"first": field.first, "size": field.size, "jump": field.jump},
    }


def _picture(picture: Prepared) -> dict[str, Any]:
    height, width = picture.shown.shape[:2]
    return {"src": data_url(picture.shown), "height": height, "width": width, "alt": "The picture as the net gets it"}

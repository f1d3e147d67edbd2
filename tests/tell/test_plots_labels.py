"""Names on a chart: none over another, the compared ones always there."""

from __future__ import annotations

import math

import pytest

from explorer.facts import comparison
from explorer.tell.plots import cost as cost_plots
from explorer.tell.plots import labels
from explorer.tell.plots.labels import candidates, places


def test_a_lone_point_is_named_above_and_one_at_the_top_below():
    assert places([(100, 100)], ["net"], [(14, 10)], (200, 200)) == ["top center"]
    assert places([(100, 195)], ["net"], [(14, 10)], (200, 200)) == ["bottom center"]


def test_where_there_is_no_room_the_first_keep_their_names():
    crowd = [(100.0, 100.0)] * 6
    found = places(crowd, ["a long name"] * 6, [(14, 10)] * 6, (400, 200), always=1)
    assert found == ["top center", "bottom center", "middle right", "middle left", None, None]
    assert places([(5, 5)], ["a long name"], [(14, 10)], (20, 20)) == [None]
    assert places([(5, 5)], ["a long name"], [(14, 10)], (20, 20), always=1) == ["top center"]


def test_two_compared_nets_side_by_side_do_not_overprint():
    """ResNet-50 with the stride in either place: as many parameters, nearly as many MACs, and one long name."""
    points, names, sizes = (
        [(300, 200), (318, 200), (328, 198)],
        ["ResNet-50 · stride on the 1×1 (v1)", "ResNet-50", "ResNeXt-50"],
        [(15, 17), (15, 17), (14, 10)],
    )
    found = places(points, names, sizes, (720, 450), always=2)
    boxes = [
        candidates(point, len(name) * 0.56 * font, 1.25 * font, marker / 2 + 4)[place]
        for point, name, (font, marker), place in zip(points, names, sizes, found)
        if place
    ]
    assert len(boxes) >= 2 and not any(labels._meet(a, b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.parametrize("family", ["imagenet", "cifar"])
@pytest.mark.parametrize("y", ["params", "activation_bytes", "images_per_s"])
@pytest.mark.parametrize("size", [cost_plots.PLOT, cost_plots.PHONE])
def test_no_two_names_of_the_presets_overprint(family, y, size):
    rows = [row for row in comparison.preset_rows() if row["family"] == family]
    marked = {rows[1]["net"]: "red", rows[2]["net"]: "blue"}
    drawn = cost_plots.scatter(rows, ("macs", "MACs"), (y, y), marked)
    x_range, y_range = drawn.layout.xaxis.range, drawn.layout.yaxis.range
    boxes, names = [], []
    for trace in drawn.data:
        if size == cost_plots.PHONE and trace.name == cost_plots.ON_WIDE:
            continue
        font = trace.textfont.size
        for x, value, name, place in zip(trace.x, trace.y, trace.text, trace.textposition):
            if name:
                at = [cost_plots._at(v, span, px) for v, span, px in ((x, x_range, size[0]), (value, y_range, size[1]))]
                width, height = len(name) * labels.CHARACTER * font, labels.LINE * font
                boxes.append(candidates(at, width, height, trace.marker.size / 2 + labels.GAP)[place])
                names.append(name)
    assert not [
        (a, b) for a, one in zip(names, boxes) for b, other in zip(names, boxes) if a < b and labels._meet(one, other)
    ]
    present = {row["net"] for row in rows if row[y]}
    assert set(marked) & present <= set(names)


@pytest.mark.parametrize(("low", "high"), [(4.7e6, 1.8e7), (1e5, 3e9), (9.1e6, 1.3e7), (0.4, 30)])
def test_a_logarithmic_axis_has_ticks_to_read_it_by(low: float, high: float) -> None:
    found = cost_plots.decade_ticks([math.log10(low), math.log10(high)])
    assert 4 <= len(found) <= 15 and found == sorted(set(found)) and low <= found[0] < found[-1] <= high


def test_a_phone_writes_fewer_names_and_a_wide_screen_as_many_as_before():
    rows = [row for row in comparison.preset_rows() if row["family"] == "imagenet"]
    drawn = cost_plots.scatter(rows, ("macs", "MACs"), ("params", "parameters"), {rows[0]["net"]: "red"})
    named = {trace.name: [name for name in trace.text if name] for trace in drawn.data}
    assert (
        named["compared"] == [rows[0]["net"]] and len(named["everywhere"]) >= 3 and len(named[cost_plots.ON_WIDE]) >= 1
    )
    assert [trace.name for trace in drawn.data][-3] == cost_plots.ON_WIDE, "which is what app.css counts on"


def test_a_name_that_is_free_on_a_phone_stands_over_no_dot_of_a_wide_chart():
    """conv4_x's name lay beside its dot on a phone; on a desk conv2_x's had moved into it."""
    points, names, sizes = (
        [(154.0, 132.0), (136.0, 92.0), (150.0, 123.0)],
        ["conv2_x", "conv3_x", "conv4_x"],
        [(15, 15)] * 3,
    )

    def covers(found: list[str | None], look: float) -> bool:
        dots = [(x * look - 7.5, y - 7.5, x * look + 7.5, y + 7.5) for x, y in points]
        boxes = [
            candidates((x * look, y), len(name) * 0.56 * 15, 1.25 * 15, 11.5)[place]
            for (x, y), name, place in zip(points, names, found)
        ]
        return any(labels._meet(box, dot) for box in boxes for dot in dots)

    one, both = (places(points, names, sizes, (290, 195), 3, wider=wider) for wider in (1, 3.3))
    assert covers(one, 3.3) and not covers(both, 1) and not covers(both, 3.3)

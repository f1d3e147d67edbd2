"""The map's Streamlit face through AppTest: what the component is sent, and what its reports do to the address."""

from __future__ import annotations

import json

import pytest

from explorer.net.trace import trace
from explorer.spec import preset
from explorer.timing.data.drawer import Drawer
from explorer.timing.data.settings import Settings
from explorer.timing.measure.parts import Part, Parts
from explorer.timing.measure.tasks import Ask
from explorer.timing.said import rows
from explorer.web import tray
from explorer.web.sections.timing import runs
from tests.web.test_pages import open_app


def sent(app) -> dict:
    """The data of the map on the page."""
    return json.loads(app.get("bidi_component")[0].proto.bytes)


def test_a_measured_time_is_a_colour_and_a_time_of_another_model_is_not() -> None:
    app = open_app("depth=18&color=median_s")
    assert "median_s" not in sent(app)["columns"] and sent(app)["view"]["color"] == "stage"
    times = {f"layer{stage}.{block}": 0.001 * stage for stage in range(1, 5) for block in range(2)}
    stamp = "A CPU · fp32"
    app.session_state["block_times"] = {"of": (preset("resnet18"), 224, 224, 1), "seconds": times, "stamp": stamp}
    app.run()
    column = sent(app)["columns"]["median_s"]
    assert (
        column["label"] == "Measured time" and column["provenance"] == "measured earlier" and "3ms" in column["texts"]
    )
    assert column["counts"].endswith(stamp) and "mean of the middle half" in column["counts"]
    for other in (
        (preset("resnet34"), 224, 224, 1),
        (preset("resnet18"), 64, 64, 1),
        (preset("resnet18"), 224, 224, 8),
    ):
        app.session_state["block_times"] = {"of": other, "seconds": times, "stamp": stamp}
        app.run()
        assert "median_s" not in sent(app)["columns"], "another net, input or batch has other times"


def test_a_measured_time_is_a_colour_after_a_reload_too_of_its_own_net(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which part? need not be opened again: what was measured lies under the visitor's token."""
    how = Settings(device="cpu")
    on = Drawer(visitors=9, kept_s=60)
    for name, seconds in (("resnet18", 0.002), ("resnet34", 0.005)):
        parts = tuple(
            Part(node.path, node.stage, node.block, node.kind, seconds) for node in trace(preset(name), 224, 224)[1:]
        )
        of = Parts(preset(name), how, "layer", parts, 1.0, 1.0, 0.0, 20, {})
        on.put("me", Ask("parts", preset(name), how), runs.Answer(of, True, {}))
    monkeypatch.setattr(runs, "drawer", lambda: on)
    monkeypatch.setattr(tray, "seat", lambda: tray.Seat("me"))
    assert "median_s" not in sent(open_app("depth=18&color=median_s"))["columns"], (
        "whose browser has no token is nobody"
    )
    monkeypatch.setattr(tray, "known", lambda: True)
    for depth, layer in (("18", "2ms"), ("34", "5ms")):
        found = sent(open_app(f"depth={depth}&color=median_s"))
        assert found["view"]["color"] == "median_s" and layer in found["columns"]["median_s"]["texts"]
    assert "median_s" not in sent(open_app("depth=18&input=64&color=median_s"))["columns"], (
        "another input has other times"
    )


def test_the_tiles_of_stem_and_head_have_their_layers_times() -> None:
    app = open_app("depth=18")
    nodes = trace(preset("resnet18"), 224, 224)
    parts = [Part(node.path, node.stage, node.block, node.kind, 0.001) for node in nodes[1:]]
    app.session_state["block_times"] = {
        "of": (preset("resnet18"), 224, 224, 1),
        "seconds": rows.tile_seconds(parts),
        "stamp": "",
    }
    app.run()
    column = sent(app)["columns"]["median_s"]
    assert "–" not in column["texts"] and column["total"] == pytest.approx(0.001 * len(parts))


def test_what_the_model_lacks_leaves_the_view() -> None:
    app = open_app("depth=18&node=layer3.30&unfold=layer9.1&level=nonsense&color=nonsense")
    assert sent(app)["view"] == {
        "node": "",
        "level": "blocks",
        "color": "stage",
        "fold": "auto",
        "unfold": [],
        "open": False,
        "figure": "map",
        "walk": "",
    }


def test_the_same_view_sends_the_same_data() -> None:
    """Nothing that changes from run to run stands in the data: Streamlit then sends a reference in its place."""
    app = open_app("depth=18&node=layer2.0")
    first = app.get("bidi_component")[0].proto.bytes
    app.run()
    assert app.get("bidi_component")[0].proto.bytes == first


def test_scripts_and_styles_are_fetched_once_and_not_sent_with_the_data() -> None:
    proto = open_app("depth=18").get("bidi_component")[0].proto
    assert proto.js_source_path.startswith("resnet_map-") and proto.js_source_path.endswith(".js")
    assert not proto.js_content and not proto.css_content and not proto.css_source_path
    again = open_app("depth=34").get("bidi_component")[0].proto  # a server of its own
    assert again.js_source_path == proto.js_source_path and again.bytes != proto.bytes

"""Shapes for a phone: every map once, to scale, with its proofs; and where units look, by the trace."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from explorer.look import pictures
from explorer.look.shipped import NETS
from explorer.net.trace import trace
from explorer.spec import named, preset
from explorer.tell import story


def test_the_maps_stand_to_scale_and_their_numbers_open() -> None:
    html = str(story.vertical(trace(preset("resnet50"), 224, 224)))
    sizes = [float(one) for one in re.findall(r'class="sheet" style="width:([\d.]+)px', html)]
    assert sizes == [56, 28, 28, 14, 7, 3.5, 3, 3], "112 px for 224 pixels; nothing is under 3 px"
    bars = [float(one) for one in re.findall(r"width:([\d.]+)%", html)]
    assert bars[1] == round(100 * 64 / 2048, 1) and max(bars) == 100
    for number in ("112×112×64", "56×56×256", "7×7×2048", "11 px", "35 px", "91 px", "267 px", "427 px"):
        assert re.search(rf'class="proved"[^>]*>{number}<', html) or number == "11 px", number
    assert html.count("its <button") == 1, "a receptive field is explained once"


@pytest.mark.parametrize(("name", "height", "width"), [("resnet50", 224, 224), ("resnet20_cifar", 32, 20)])
def test_where_units_look_is_the_traces_own(name: str, height: int, width: int) -> None:
    nodes = trace(preset(name), height, width)
    data = story.reach(nodes)
    by_stage = {one["label"]: one for one in data["stages"]}
    last = {node.stage: node for node in nodes if len(node.out_shape) == 4 and node.stage in by_stage}
    assert list(by_stage) == list(last) and "stem" in by_stage
    for stage, node in last.items():
        one = by_stage[stage]
        assert (one["rows"], one["columns"]) == node.out_shape[2:]
        assert one["field"]["size"] == node.receptive_field == one["card"]["value"]
    if name == "resnet50":
        # Araujo et al. 2019, computed with the stride on the 3×3: 427 pixels before the pooling
        assert by_stage["conv5_x"]["field"] == {"first": -213, "size": 427, "jump": 32}


def test_a_story_on_one_channel_speaks_of_the_net_that_is_shown() -> None:
    spec, nodes = NETS["digits-residual-20"], trace(NETS["digits-residual-20"], 28, 28)
    lead = re.sub("<[^>]+>", "", str(story.page(spec, 28, 28, 1).lead))
    assert "28×28 pixels with 1 channel to" in lead
    html = str(story.vertical(nodes))
    assert "one number sees" in html and ": more than the picture’s 28<" in html
    assert html.count("more than") == 2, "15 pixels are fewer"
    assert "[3×3,\u00a016 → 3×3,\u00a016]\u00a0×\u00a03" in html, "a formula breaks at its arrows"
    assert "ResNet-20 (CIFAR), on this page, is none of these nets" in str(story.rendered(spec))
    assert "none of these" not in str(story.rendered(named("resnet50")))
    data = story.picture(nodes).partition(",")[2]
    seen = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))), dtype=float)
    digit = np.asarray(pictures.sample(story.DIGIT).convert("L"), dtype=float)
    assert np.abs(seen - digit).mean() < 8, "a digit, not a photograph"


def test_the_picture_has_the_inputs_proportions_and_colours() -> None:
    for channels, mode in ((1, "L"), (3, "RGB")):
        spec = named("resnet18")
        nodes = trace(type(spec)(**{**spec.__dict__, "in_channels": channels}), 100, 1000)
        data = story.picture(nodes).partition(",")[2]
        opened = Image.open(io.BytesIO(base64.b64decode(data)))
        assert opened.size == (448, 45) and opened.mode == mode

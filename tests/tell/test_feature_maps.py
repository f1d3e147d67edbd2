"""The Feature maps page's data: which rows, which channels, what stands beside what; and the small pictures themselves."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from explorer import units
from explorer.facts.proof import evaluate
from explorer.facts.told import Provable
from explorer.look import subject
from explorer.look.passed import BlockRow, passed
from explorer.look.pictures import Prepared
from explorer.look.seen import Step, block_rows, strongest, strongest_and_brightest
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.spec import preset
from explorer.tell import feature_maps, look_words
from explorer.tell.feature_maps import NAMES, TWINS, Curve
from explorer.tell.look_proofs import added, score
from explorer.tell.mosaic import ONE_SIDED, TWO_SIDED, coloured, mosaic
from explorer.tell.plots.look import additions, journey
from explorer.tell.questions import OURS, WHO

SPEC = replace(preset("resnet20_cifar"), stages=(2, 2, 2))
PICTURE = Prepared(
    torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0)), np.zeros((32, 32, 3), np.float32)
)
NODES = trace(SPEC, 32, 32)
SEEN = passed(build(SPEC, seed=0).eval(), SPEC, PICTURE.x)


def pixels(src: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(src.partition(",")[2]))).convert("RGBA"))


@pytest.mark.parametrize("two_sided", [False, True])
def test_a_mosaic_has_one_pixel_a_unit_in_the_colours_of_its_scale(two_sided: bool) -> None:
    maps = np.random.default_rng(0).normal(size=(5, 3, 4)).astype(np.float32)
    drawn = mosaic(maps, 2, two_sided)
    page = pixels(drawn.src)
    assert page.shape == (3 * 4 - 1, 2 * 5 - 1, 4) and (drawn.columns, drawn.rows) == (2, 3)
    assert not page[3, :, 3].any() and not page[:, 4, 3].any() and not page[8:, 5:, 3].any(), (
        "gaps and the missing sixth are clear"
    )
    wanted = coloured(maps, drawn.low, drawn.high, TWO_SIDED if two_sided else ONE_SIDED).astype(int)
    for number in range(5):
        top, left = number // 2 * 4, number % 2 * 5
        tile = page[top : top + 3, left : left + 4]
        assert (tile[..., 3] == 255).all() and np.abs(tile[..., :3] - wanted[number]).max() <= 4


def test_rows_are_stages_or_the_blocks_of_one_and_channels_the_strongest_or_in_order() -> None:
    data = feature_maps.through(SEEN, NODES, PICTURE)
    rows = data["groups"][0]["rows"]
    assert [row["label"] for row in rows] == ["after the stem", "conv2_x", "conv3_x", "conv4_x"]
    assert [row["width"] * row["scale"] for row in rows] == [72, 72, 36, 18], "true proportions"
    assert rows[1]["channels"] == strongest_and_brightest(SEEN.outputs["layer1.1.relu2"][0], 14)
    blocks = feature_maps.through(SEEN, NODES, PICTURE, "conv3_x", 28)["groups"][0]["rows"]
    assert [(row["label"], row["path"], row["channels"]) for row in blocks] == [
        ("conv3_1", "layer2.0.relu2", [28, 29, 30, 31]),
        ("conv3_2", "layer2.1.relu2", [28, 29, 30, 31]),
    ]
    beyond = feature_maps.through(SEEN, NODES, PICTURE, first=28)["groups"][0]["rows"]
    assert [row["channels"] for row in beyond] == [
        [*range(2, 16)],
        [*range(2, 16)],
        [*range(28, 32)],
        [*range(28, 42)],
    ], "a row that does not go so far shows its last"
    with pytest.raises(ValueError, match="rows='conv5_x': choose one of stages, conv2_x, conv3_x, conv4_x"):
        feature_maps.through(SEEN, NODES, PICTURE, "conv5_x")


def test_beside_another_net_rows_are_of_one_width_and_say_how_many_maps_they_show() -> None:
    data = feature_maps.through(SEEN, NODES, PICTURE, beside=True)
    rows = data["groups"][0]["rows"]
    assert data["slim"] and [row["label"] for row in rows] == ["conv2_x", "conv3_x", "conv4_x"]
    assert [row["columns"] * row["width"] for row in rows] == [64, 64, 64], "half as large, twice as many"
    for row, (shown, there) in zip(rows, ((2, 16), (4, 32), (8, 64)), strict=True):
        maps = SEEN.outputs[row["path"]][0]
        assert row["channels"][:-1] == strongest(maps, shown)[:-1], "the last one makes room for the brightest"
        assert row["channels"] == strongest_and_brightest(maps, shown)
        assert row["note"] == f"{shown} of {there} maps, brightest: {units.rough(float(maps.max()))}", "of all maps"
    alike = feature_maps.through(SEEN, NODES, PICTURE, "conv4_x", beside=True)["groups"][0]["rows"]
    assert {len(row["channels"]) for row in alike} == {8}


def test_a_rows_size_opens_the_layer_that_decides_it() -> None:
    """The last that halves the side, or the last window; each proof's value is the side itself."""
    through = feature_maps.through(SEEN, NODES, PICTURE)["groups"][0]["rows"]
    terms = feature_maps.terms(SEEN, SEEN.sums["layer2.0"], NODES, PICTURE)["groups"][0]["rows"]
    by_path = {node.path: node for node in NODES}
    for row in (*through, *terms):
        opened, side = row["opens"], by_path[row["path"]].out_shape[2]
        assert opened and opened["shown"] == row["shape"] and opened["source"] == "computed", row["label"]
        assert opened["text"].endswith(f"= {side}"), opened["text"]
    assert [row["opens"]["text"].partition(" =")[0] for row in through[1:3] if row["opens"]] == [
        "⌊(32 + 2·1 − 3)/1⌋ + 1",
        "⌊(32 + 2·1 − 3)/2⌋ + 1",
    ]


def test_the_terms_stand_in_one_line_and_a_dotted_block_shows_what_came() -> None:
    def signs(path: str) -> list[tuple[str, str]]:
        rows = feature_maps.terms(SEEN, SEEN.sums[path], NODES, PICTURE)["groups"][0]["rows"]
        return [(row.get("sign", ""), row["label"]) for row in rows]

    assert signs("layer1.1") == [("", "x"), ("+", "F(x)"), ("=", "sum"), ("→", "after ReLU")]
    dotted = signs("layer2.0")
    assert dotted[:2] == [("", "x, as it comes"), ("⇢", "x, padded")] and len(dotted) == 5
    data = feature_maps.terms(SEEN, SEEN.sums["layer2.0"], NODES, PICTURE)
    assert data["groups"][0]["rows"][0]["width"] == 2 * data["groups"][0]["rows"][1]["width"]
    assert "dotted" in data["hint"]


def test_answers_are_bars_with_what_was_before_and_names_are_text() -> None:
    seen = replace(SEEN, logits=torch.tensor([[math.log(3), 0.0]]))  # 3 to 1
    html = str(feature_maps.answers(seen, ("<b>cat</b>", "dog"), {"<b>cat</b>": 0.5, "dog": 0.5}))
    assert "&lt;b&gt;cat" in html and "width:75.0%" in html and html.count("left:50.0%") == 2
    assert "100·1 ÷ 1.33333 ≈ 75" in html and "100·0.333333 ÷ 1.33333 ≈ 25" in html and "measured" in html
    assert "<i" not in str(feature_maps.answers(seen, ("cat", "dog")))
    sure = str(feature_maps.answers(replace(SEEN, logits=torch.tensor([[12.0, 0.0]])), ("cat", "dog")))
    assert "&gt; 99.9 %" in sure and "&lt; 0.1 %" in sure, "certainty is not what it says"


def test_what_a_block_adds_and_what_its_shortcut_does_are_said_with_their_proofs() -> None:
    rows = block_rows(SEEN)
    most = max(rows, key=lambda row: row.residual_share)
    other = next(row for row in rows if row is not most)
    assert f"{feature_maps.places(NODES)[most.path]} adds most of all" in str(
        look_words.adds_most(rows, most.path, NODES)
    )
    told = look_words.adds_most(rows, other.path, NODES)
    assert [float(part.shown) for part in told.parts if isinstance(part, Provable)] == pytest.approx(
        [other.residual_share, most.residual_share], abs=0.005
    )
    for row in rows:
        proof = added(row)
        assert evaluate(proof.expression) == proof.value == pytest.approx(row.residual_share, rel=1e-5)
    with pytest.raises(ValueError, match="carries 0"):
        added(replace(other, norm_shortcut=0.0))
    assert "unchanged" in look_words.way_around(NODES, "layer1.1")
    assert "zeros" in look_words.way_around(NODES, "layer2.0")


def test_a_classs_score_is_its_maps_mean_and_its_bias() -> None:
    proof = score(-1.25, 0.5, -0.75)
    assert proof.text == "−1.25 + 0.5 ≈ −0.75" and evaluate(proof.expression) == -0.75
    assert "1.25 on average" in str(look_words.score_told("7", 1.25, -0.5, 0.75))


@pytest.mark.parametrize(
    ("terms", "shown"),
    [
        ((4.974, -0.018, 4.956), ("4.974", "−0.018", ">4.956<", "add up")),  # by two places 4.97 − 0.02 would be 4.96
        ((12.297, 0.036, 12.333), ("12.297", "+0.036", ">12.333<")),
        ((1.00006, 0.00006, 1.00014), ("1.00", "+0.00", ">1.00<")),
        ((0.0044449, 0.0044449, 0.0088898), ("0.00", "+0.00", ">0.01<", "each of them rounded")),
    ],
)
def test_what_is_said_to_add_up_does(terms: tuple[float, float, float], shown: tuple[str, ...]) -> None:
    html = str(look_words.score_told("0", *terms))
    assert all(one in html for one in shown), html


def test_a_units_way_in_words() -> None:
    steps = [
        Step("layer1.0", "identity", 3, 1, 1, 0.5, -1.5, -1.0, 0.0),
        Step("layer1.1", "identity", 3, 1, 1, 0, 0.2, 0.2, 0.2),
    ]
    told = look_words.way_of(steps, NODES, "after the stem", 3, 0.5)
    assert told == (
        "after the stem, channel 3: 0.50. 2 blocks add to it, conv2_1 most: −1.50. ReLU holds it back 1 time. "
        "At the end it is 0.20."
    )
    drawn = journey(steps, 0.5, "conv4_2", feature_maps.places(NODES))
    assert drawn.layout.xaxis.ticktext == ("start", "1", "2<br>conv2_x"), "a name as long as that has no room"
    deep = preset("resnet152")
    paths = [f"layer{stage}.{block}" for stage, count in enumerate(deep.stages, 1) for block in range(count)]
    rows = feature_maps.share_rows([BlockRow(path, 1, 1, 1, 0, 1) for path in paths])
    words = additions(rows, "layer1.0", feature_maps.places(trace(deep, 224, 224))).layout.xaxis.ticktext
    assert [word.strip() for word in words if word.strip()] == [
        *("1", "<br>2_x", "1", "<br>3_x", "6"),
        *("1", "6", "11", "16", "<br>4_x", "21", "26", "31", "1", "<br>5_x"),
    ]
    assert len(words) == 50
    assert "last block" in look_words.way_of([], NODES, "conv4_x", 3, 0.5)


def test_every_net_that_ships_has_its_words_and_its_twin() -> None:
    assert {f"digits-{slug}" for slug in WHO if slug != OURS} == set(subject.NETS)
    assert set(NAMES) == set(TWINS) and all(TWINS[TWINS[slug]] == slug for slug in TWINS)
    assert look_words.responses_told([Curve("plain, 20", "plain", [1.0, 2.0])]).endswith("plain, 20 layers 1.50.")

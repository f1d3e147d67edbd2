"""The walk: its steps go with the data, its pictures are the activations, and its sheet is as small as it is said to be."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from explorer import units
from explorer.facts.proof import evaluate
from explorer.look.pictures import Prepared
from explorer.look.shipped import NETS, shipped
from explorer.look.subject import preparing, with_weights
from explorer.look.walker import walker
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.places import ROOT
from explorer.spec import ResNetSpec, named, preset
from explorer.tell import walk as walks
from explorer.tell import walk_shipped, walk_words
from explorer.tell.walk import ZERO, Cell, Walk, walk

RESIDUAL, PLAIN = NETS["digits-residual-20"], NETS["digits-plain-20"]


@pytest.fixture(scope="module")
def made() -> Walk:
    return walk(*walker(RESIDUAL, 28, 28))


def decoded(text: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(text.partition(",")[2]))) as picture:
        return np.asarray(picture.convert("RGB"))[:, :, 0].astype(np.float32)


def values(sheet: np.ndarray, cell: Cell, most: float) -> torch.Tensor:
    x, y, width, height = cell
    return torch.from_numpy((sheet[y : y + height, x : x + width] - ZERO) / 127 * most)


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnet1202_cifar", "resnet50d", "resnet18 v2"])
def test_the_steps_are_the_maps_tiles_in_the_order_of_the_data(name: str) -> None:
    spec = named(name)
    nodes = trace(spec, spec.default_input, spec.default_input)
    parts = walks.tiles(nodes)
    order = {node.path: at for at, node in enumerate(nodes)}
    firsts = [order[part.nodes[0].path] for part in parts]
    assert firsts == sorted(firsts) and firsts[0] == 0
    assert [node.path for part in parts for node in part.nodes] == [node.path for node in nodes], "nothing is left out"
    for part in parts:
        said = walk_words.of_block(part, 0.5) if part.blocks else walk_words.of_layer(part)
        assert said.title and said.whole.endswith(".") and "{" not in said.whole


def test_the_pictures_are_the_activations(made: Walk) -> None:
    """Second source: torch's own hooks on another copy of the net, and the arithmetic of a block by hand."""
    net = build(RESIDUAL).eval()
    net.load_state_dict(shipped("digits-residual-20").state_dict())
    seen: dict[str, torch.Tensor] = {}
    for path, module in net.named_modules():
        module.register_forward_hook(
            lambda _, given, out, path=path: seen.update({path: out.clone(), f"{path} in": given[0].clone()})
        )
    with torch.no_grad():
        net(walker(RESIDUAL, 28, 28)[1].x)
    sheet = decoded(made["sheet"])
    blocks = [step for step in made["steps"] if step["kind"] == "block"]
    assert [step["tile"] for step in blocks] == [f"layer{stage}.{block}" for stage in (1, 2, 3) for block in range(3)]
    for step in blocks:
        x, out = seen[f"{step['tile']} in"][0], seen[step["tile"]][0]
        if x.shape != out.shape:  # option A: every second pixel, zeros for what is new
            x = F.pad(x[:, ::2, ::2], (0, 0, 0, 0, 0, out.shape[0] - x.shape[0]))
        residual = seen[f"{step['tile']}.bn2"][0]
        most, near = step["most"], step["most"] / 127
        assert step["ends"] == units.ends(most), "as Feature maps writes them"
        for name, term in (("x", x), ("f", residual), ("maps", x + residual)):
            for channel, cell in zip(step["channels"], step[name], strict=True):
                wanted = term[channel].clamp(-most, most)
                assert torch.allclose(values(sheet, cell, most), wanted, atol=near), (step["tile"], name, channel)
        assert step["relu"] and torch.allclose(out, (x + residual).clamp(min=0), atol=1e-5)
        assert step["share"] == pytest.approx(float(residual.norm() / x.norm()), rel=1e-4)
    assert made["answer"][made["best"]][0] == "3" and made["trained"]
    assert sum(share for _, share in made["answer"]) == pytest.approx(1, abs=1e-5)


def test_a_map_is_known_again_from_block_to_block(made: Walk) -> None:
    stages = {step["tile"].partition(".")[0]: step["channels"] for step in made["steps"] if step["kind"] == "block"}
    for step in made["steps"]:
        if step["kind"] == "block":
            assert step["channels"] == stages[step["tile"].partition(".")[0]]


def test_the_shapes_and_fields_are_the_traces(made: Walk) -> None:
    nodes = {node.path: node for node in trace(RESIDUAL, 28, 28)}
    for step in made["steps"]:
        if step["kind"] == "block":
            end = nodes[f"{step['tile']}.relu2"]
            assert tuple(step["shape"]) == end.out_shape[1:]
            assert (step["field"]["size"], step["field"]["jump"]) == (end.receptive_field, end.jump)


def test_a_plain_net_replaces_x(made: Walk) -> None:
    plain = walk(*walker(PLAIN, 28, 28))
    assert [step["tile"] for step in plain["steps"]] == [step["tile"] for step in made["steps"]], "twins, step by step"
    assert not any(step["x"] or step["f"] for step in plain["steps"])
    assert all("replaces x" in step["text"][0] for step in plain["steps"] if step["kind"] == "block")


def test_nothing_that_is_on_it_makes_a_walk_larger_than_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Noise in every map is the worst: the maps become smaller then, of ResNet-152 too. Its place and order stay."""
    spec, side, noise = named("resnet56_cifar"), 224, np.random.default_rng(0)
    usual = walks.side_for(walks.tiles(trace(spec, side, side)))
    who, picture = walker(spec, side, side)
    monkeypatch.setattr(walks, "grey", lambda values, most: noise.integers(0, 255, tuple(values.shape), dtype=np.uint8))
    made = walk(who, picture)
    assert len(json.dumps(made)) <= walks.MOST_BYTES <= 400_000
    assert 7 <= max(max(cell[2:]) for step in made["steps"] for cell in step["maps"]) < usual


def test_a_large_picture_is_sent_as_small_as_it_is_shown_and_measured_in_its_own_pixels() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (600, 900, 3), dtype=np.uint8)
    shown = walks._shown(Prepared(torch.zeros(1, 3, 600, 900), noise / np.float32(255)))
    assert (shown["height"], shown["width"]) == (600, 900) and len(shown["src"]) <= walks.MOST_PICTURE
    assert decoded(shown["src"]).shape == (256, 384)


def test_each_number_of_a_step_opens_where_it_comes_from(made: Walk) -> None:
    """The texts are arithmetic: worked out again, they give what the step says."""
    for step in made["steps"]:
        if step["kind"] == "block":
            size, sees, share = (step["opens"][name] for name in ("size", "sees", "share"))
            assert evaluate(size["text"].partition(" = ")[0]) == step["shape"][1] == int(size["shown"])
            assert evaluate(sees["text"].partition(" = ")[0]) == step["field"]["size"]
            assert evaluate(share["text"].partition(" ≈ ")[0]) == pytest.approx(step["share"], rel=1e-4)
            assert share["shown"] == step["text"][1] and share["source"] == "measured"
    opened = made["leave"]["opens"]
    likely = evaluate(opened["text"].partition(" ≈ ")[0])
    assert likely == pytest.approx(100 * made["answer"][made["best"]][1], abs=1e-3)
    assert opened["shown"] == made["leave"]["text"][1] and "3: 1" in opened["steps"]


def test_a_deep_wide_net_is_shown_smaller() -> None:
    deep = named("resnet110_cifar")
    parts = walks.tiles(trace(deep, 224, 224))
    assert walks.side_for(parts) < 28


def test_untrained_is_said_and_cells_do_not_overlap() -> None:
    spec = ResNetSpec("cifar", (1, 1, 1), "basic", "B", stem="cifar", num_classes=10, width=16)
    made = walk(*walker(spec, 32, 48))
    assert not made["trained"] and made["told"].startswith("untrained") and "random" in made["leave"]["text"][0]
    assert made["picture"]["height"] == 32 and made["picture"]["width"] == 48 and not made["picture"]["grey"]
    sheet = decoded(made["sheet"])
    taken = np.zeros(sheet.shape, dtype=int)
    for step in made["steps"]:
        for x, y, width, height in (*step["maps"], *step["x"], *step["f"]):
            taken[y : y + height, x : x + width] += 1
    assert taken.max() == 1 and (sheet[taken == 0] == ZERO).all()


@pytest.mark.parametrize(
    ("spec", "side", "told"),
    [
        (ResNetSpec("cifar", (1, 1, 1), "basic", "B", in_channels=4), 32, "in_channels=4: a picture has 1 or 3"),
        (preset("resnet152"), 1024, "million multiply-adds a picture; at most"),
    ],
)
def test_what_cannot_walk_is_refused_in_one_sentence(spec: ResNetSpec, side: int, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        walker(spec, side, side)


def file_of(pixels: np.ndarray) -> bytes:
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, "PNG")
    return held.getvalue()


def test_any_picture_walks_and_noise_keeps_the_bound() -> None:
    """The whole of what the browser gets for ResNet-50."""
    noise = np.random.default_rng(0).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    spec = preset("resnet50")
    who, picture = walker(spec, 224, 224, "upload", file_of(noise))
    assert np.array_equal(np.round(picture.shown * 255), noise[16:240, 16:240]), "these very pixels"
    assert len(json.dumps(walk(who, picture))) <= 400_000
    coffee = walker(named("resnet20_cifar"), 32, 48, "coffee")[1]
    assert coffee.x.shape == (1, 3, 32, 48)
    assert not torch.equal(coffee.x, walker(named("resnet20_cifar"), 32, 48)[1].x), "the cat is another"
    thin = walker(named("resnet20_cifar"), 32, 32, "upload", file_of(noise[:1].repeat(2, 0).reshape(1, -1, 3)))[1]
    assert thin.x.shape == (1, 3, 32, 32)


@pytest.mark.parametrize("name", ["resnet18", "resnet20_cifar"])
def test_the_map_sends_what_feature_maps_and_the_terminal_send(name: str) -> None:
    """Else one net says two things of one picture, on the page and on its map."""
    spec = named(name)
    side = spec.default_input
    wide = np.random.default_rng(1).integers(0, 256, (300, 420, 3), dtype=np.uint8)
    for source, data in (("cat", None), ("coffee", None), ("upload", file_of(wide))):
        with Image.open(io.BytesIO(data) if data else ROOT / "assets" / "look" / f"{source}.jpg") as picture:
            wanted = preparing(spec)(picture)
        sent = walker(spec, side, side, source, data)[1]
        assert torch.equal(sent.x, wanted.x) and np.array_equal(sent.shown, wanted.shown), source


@pytest.mark.parametrize("classes", [2, 10])
def test_named_classes_are_the_likeliest_few_and_digits_are_all_in_order(made: Walk, classes: int) -> None:
    """Ten bars have room for a digit before each; of CIFAR-10's names one letter was left."""
    spec = replace(named("resnet8_cifar"), num_classes=classes)
    who, picture = walker(spec, 32, 32)
    found = walk(who, picture)["answer"]
    assert len(found) == min(5, classes) and found == sorted(found, key=lambda one: -one[1])
    with torch.no_grad():
        wanted = dict(zip(who.names, who.model(picture.x)[0].softmax(0).tolist(), strict=True))
    assert dict(found) == pytest.approx({name: wanted[name] for name, _ in found}, abs=1e-5)
    assert [name for name, _ in made["answer"]] == list("0123456789")


def test_a_drawn_digit_and_a_photo_of_one_walk_alike() -> None:
    """White ink on black from the pad, dark ink on paper from a camera: the net gets the same 3."""
    ink = np.asarray(Image.fromarray((walker(RESIDUAL, 28, 28)[1].shown[:, :, 0] * 255).astype(np.uint8)))
    drawn = walk(*walker(RESIDUAL, 28, 28, "draw", file_of(ink)))
    photo = walker(RESIDUAL, 28, 28, "upload", file_of(255 - ink))[1]
    assert drawn["answer"][drawn["best"]][0] == "3" and drawn["trained"]
    assert np.abs(photo.shown - walker(RESIDUAL, 28, 28)[1].shown).max() < 0.05


@pytest.mark.parametrize(
    ("source", "data", "told"),
    [
        ("dog", None, "picture='dog': choose one of cat, coffee, upload, camera"),
        ("upload", None, "picture: the file is empty"),
        ("upload", b"%PDF-1.7", "picture: this is no PNG, JPEG or WebP that can be read"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_sentence(source: str, data: bytes | None, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        walker(named("resnet20_cifar"), 32, 32, source, data)


def test_a_visitors_own_weights_walk_where_they_are_of_this_very_net() -> None:
    net = build(RESIDUAL, seed=5)
    own = with_weights(RESIDUAL, net, "weights of mine.safetensors, torchvision’s names", "its hash")
    made = walk(*walker(RESIDUAL, 28, 28, own=own))
    assert made["told"].startswith("weights of mine.safetensors") and made["trained"]
    x = walker(RESIDUAL, 28, 28)[1].x
    with torch.no_grad():
        wanted = net.eval()(x)[0].softmax(0).tolist()
    likeliest = {f"class {at}": wanted[at] for at in sorted(range(10), key=wanted.__getitem__)[-5:]}
    assert dict(made["answer"]) == pytest.approx(likeliest, abs=1e-5), "whose classes have no names"
    assert walker(PLAIN, 28, 28, own=own)[0].key == "digits-plain-20", "of another net they are none"


@pytest.mark.parametrize("name", walk_shipped.SHIPPED)
def test_the_walks_that_ship_are_what_the_nets_make(name: str) -> None:
    """To a grey level: another processor rounds otherwise."""
    held = json.loads((walk_shipped.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    again = json.loads(json.dumps(walk_shipped.made(name)))
    for one in (held, again):
        one["walk"]["sheet"] = decoded(one["walk"]["sheet"])
        one["walk"]["picture"]["src"] = decoded(one["walk"]["picture"]["src"])
        one["walk"].pop("stamp")
    for part in (lambda one: one["walk"].pop("sheet"), lambda one: one["walk"]["picture"].pop("src")):
        assert np.abs(part(held) - part(again)).max() <= 1
    for step, other in zip(held["walk"].pop("steps"), again["walk"].pop("steps"), strict=True):
        near = {"most", "ends", "share", "opens"}
        assert step["opens"].keys() == other["opens"].keys()
        assert {key: step[key] for key in step.keys() - near} == {key: other[key] for key in other.keys() - near}
        assert step["most"] == pytest.approx(other["most"], rel=1e-4)
    assert [one["walk"]["leave"].pop("opens")["source"] for one in (held, again)] == ["recorded"] * 2
    assert dict(again["walk"].pop("answer")) == pytest.approx(dict(held["walk"].pop("answer")), abs=1e-4)
    assert held == again


def test_the_first_page_asks_for_no_torch() -> None:
    asked = "import sys; from explorer.web import arrival; arrival.frame(); print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert run.stdout.strip() == "False", run.stderr

"""A file that somebody has: 241 MB of it are identified at once, since they stay where they are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import torch
from playwright.sync_api import expect
from safetensors.torch import save

from explorer import units
from explorer.net.resnet import build
from explorer.spec import named
from tests.benchmarks.bench_payloads import PAYLOADS, repeats, wrong
from tests.conftest import Visit


def large_checkpoint(path: Path, name: str = "resnet152") -> Path:
    """A net's own: a true header, and a hole in the file in place of the numbers."""
    header, reached = {}, 0
    for tensor, one in build(named(name), "meta").state_dict().items():
        kind, size = ("F32", 4) if one.is_floating_point() else ("I64", 8)
        end = reached + size * one.numel()
        header[tensor] = {"dtype": kind, "shape": list(one.shape), "data_offsets": [reached, end]}
        reached = end
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + reached)
    return path


def test_a_checkpoint_is_identified_without_being_uploaded(visit, tmp_path: Path) -> None:
    path = large_checkpoint(tmp_path / "model.safetensors")
    assert path.stat().st_size > 240e6
    seen = visit("/identify", "Which net is this file of?")
    page = seen.page
    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")))
    picker = page.get_by_label("A checkpoint (.safetensors")
    picker.set_input_files(path)
    page.locator(".lead", has_text="It is ResNet-152").wait_for()
    expect(page.get_by_text(f"model.safetensors · {units.size(path.stat().st_size)}")).to_be_visible()
    expect(page.get_by_text("Every tensor of the net is in the file, and no other.")).to_be_visible()
    page.get_by_text("nothing is to be renamed").wait_for()
    expect(page.get_by_text("Renaming (Python)")).to_have_count(0)
    net = build(replace(named("resnet20_cifar"), stages=(1, 1, 1))).state_dict()
    named_otherwise = save({f"module.{name}": tensor for name, tensor in net.items()})
    picker.set_input_files(
        {"name": "other.safetensors", "mimeType": "application/octet-stream", "buffer": named_otherwise}
    )
    page.get_by_text("Renaming (Python)").wait_for()
    page.get_by_role("link", name="Blocks", exact=True).click()
    page.locator(".built", has_text="params").wait_for()
    page.go_back()
    page.get_by_text("From other.safetensors, chosen earlier in this visit.").wait_for()
    page.get_by_text("Renaming (Python)").wait_for()
    page.get_by_role("button", name="Forget it").click()
    page.get_by_role("button", name="Try it with an example").click()
    page.locator(".lead", has_text="It is ResNet-50").wait_for()
    page.get_by_role("link", name="Blocks", exact=True).click()
    page.locator(".built", has_text="params").wait_for()
    page.go_back()
    page.locator(".lead", has_text="It is ResNet-50").wait_for()
    says_what_does_not_fit(seen, net)
    picker.set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"a shopping list"})
    page.get_by_text("file='notes.txt'").wait_for()
    page.get_by_text("notes.txt · 15 B").wait_for()  # no longer “Reading …”
    expect(page.locator(".lead", has_text="It is")).to_have_count(0)  # it stands there until the run has ended
    assert sum(sent) < 100_000


def says_what_does_not_fit(seen: Visit, net: dict[str, torch.Tensor]) -> None:
    odd = save(net | {"layer1.0.conv2.weight": torch.zeros(16, 16, 5, 5)})
    seen.page.get_by_label("A checkpoint (.safetensors").set_input_files(
        {"name": "odd.safetensors", "mimeType": "application/octet-stream", "buffer": odd}
    )
    cause = seen.page.locator(".lead", has_text="layer1.0.conv2.weight is 16×16×5×5 in the file, 16×16×3×3 in ")
    cause.wait_for()
    figure = seen.page.get_by_text("parameters of ResNet-8")
    figure.wait_for()
    seen.settle()
    assert cause.bounding_box()["y"] < figure.bounding_box()["y"], "first what does not fit, then whose count it is"
    expect(seen.page.get_by_text("A tensor has another shape")).to_have_count(1)  # once


def test_nothing_of_a_file_is_markup(visit) -> None:
    """Its name, its tensors' names and a config's words, each with several payloads; all of them in every place:
    `python -m tests.benchmarks.bench_payloads`."""
    seen = visit("/identify", "Which net is this file of?")
    picker = seen.page.get_by_label("A checkpoint (.safetensors")
    net = build(replace(named("resnet20_cifar"), stages=(1, 1, 1))).state_dict()
    odd = save(net | {payload: torch.zeros(1) for payload in PAYLOADS})
    config = json.dumps({"model_type": "resnet", "layer_type": " ".join(PAYLOADS)[:50], **dict.fromkeys(PAYLOADS, 1)})
    for name, file, shows in (
        (f"{PAYLOADS[0]}.safetensors", odd, PAYLOADS[1]),
        (f"{PAYLOADS[2]}.json", config.encode(), PAYLOADS[2]),
        (f"{PAYLOADS[3]}.pth", b"neither weights nor a config", PAYLOADS[3]),
    ):
        with seen.runs():
            picker.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": file})
        seen.settle()
        assert wrong(seen) == [] and repeats(seen, shows), shows

"""A file that somebody has: 241 MB of it are identified at once, since they stay where they are."""

from __future__ import annotations

import json
from pathlib import Path

from explorer.net.resnet import build
from explorer.spec import named


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
    page = visit("/identify", "Which net is this file of?").page
    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")))
    picker = page.get_by_label("A checkpoint (.safetensors")
    picker.set_input_files(path)
    page.locator(".lead", has_text="It is ResNet-152").wait_for()
    assert page.get_by_text("model.safetensors · 241 MB").is_visible()
    assert page.get_by_text("Every tensor of the net is in the file, and no other.").is_visible()
    picker.set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"a shopping list"})
    page.get_by_text("file='notes.txt'").wait_for()
    page.get_by_text("notes.txt · 15 bytes").wait_for()  # no longer “Reading …”
    assert page.locator(".lead", has_text="It is").count() == 0 and sum(sent) < 100_000

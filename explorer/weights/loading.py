"""`load(path, spec)`: a file's numbers in our module, each checked; nothing of the file is ever run.

`.safetensors` files hold numbers only and are read as they are. PyTorch's own files are pickles: one is unpickled only
when its bytes are a published checkpoint's (`assets/weights/published.json`), and with `weights_only=True` even then.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from explorer.net.resnet import ResNet, build
from explorer.places import ASSETS
from explorer.spec import ResNetSpec, naming
from explorer.weights import files
from explorer.weights.identify import Identified, held_to
from explorer.weights.match import COUNTER, Matched, grouped
from explorer.weights.recognise import Recognised

FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


def load(path: str | Path, spec: ResNetSpec | None = None, called: str = "") -> ResNet:
    """The net of `spec` with the file's weights, in eval mode; without a spec, the net that the file is identified as.
    called: how errors name the file, where its path says nothing (an upload).

    Names of any layout of `explorer.weights.layouts`. Strict: a tensor that is missing, unexpected, misshapen, of
    another kind of number or not finite raises `ValueError` naming file, tensors and the likely cause. Half precision
    becomes float32. A file from before PyTorch 0.4.1 has no counters of batches; they start at 0.
    """
    name = files.shown(called or path)
    with files.opened(path) as file:
        listing = files.read_stream(file, called or str(path))
    if listing.kind != "safetensors":
        _check_known(path)
    try:
        answer, found = held_to(listing.tensors, spec)
        if not found.matched.fits:
            raise ValueError(refusal(answer, found.matched))
        _warn(answer)
        model = build(answer.spec)
        numbers = _numbers(path, listing.kind, found.recognised)
        model.load_state_dict(checked(numbers, model.state_dict()), strict=True)
    except ValueError as error:
        raise ValueError(f"file={name}: {error}") from None
    return model.eval()


def refusal(answer: Identified, matched: Matched) -> str:
    """What does not fit, counted, and the most likely cause: one sentence for each."""
    counts = [
        f"{len(names):,} {what}"
        for what, names in (
            ("missing", answer.missing),
            ("unexpected", answer.unexpected),
            ("misshapen", answer.misshapen),
        )
        if names
    ]
    first = (answer.misshapen or answer.missing or answer.unexpected)[0]
    blocks = list(grouped((*matched.missing, *matched.extra, *matched.misshapen)))
    where = f", in {', '.join(blocks[:4])}{' …' if len(blocks) > 4 else ''}" if blocks else ""
    why = f". {answer.differences[0]}" if answer.differences else ""
    return f"it does not fit {naming.title(answer.spec)}: {', '.join(counts)} tensors, like {first[:80]!r}{where}{why}"


def checked(found: dict[str, Tensor], wanted: dict[str, Tensor]) -> dict[str, Tensor]:
    """The file's numbers by our names, each of the right kind, shape and finite; counters that are missing are 0."""
    made: dict[str, Tensor] = {}
    for name, target in wanted.items():
        if name not in found and name.endswith(COUNTER):
            made[name] = torch.zeros_like(target)
            continue
        value = found[name]
        if value.dim() == 4 and target.dim() == 2:  # a classifier that is written as a 1×1 convolution
            value = value.flatten(1)
        if value.shape != target.shape:
            raise ValueError(f"{name}: {tuple(value.shape)} instead of {tuple(target.shape)}")
        if (value.dtype in FLOATS) != target.is_floating_point() or value.is_complex():
            raise ValueError(f"{name}: its numbers are {str(value.dtype).removeprefix('torch.')}")
        if not bool(torch.isfinite(value).all()):
            raise ValueError(f"{name}: some of its numbers are not finite")
        if name.endswith("running_var") and bool((value < 0).any()):
            raise ValueError(f"{name}: a variance is negative")
        made[name] = value.to(target.dtype)
    return made


def _numbers(path: str | Path, kind: str, recognised: Recognised) -> dict[str, Tensor]:
    if kind == "safetensors":
        from safetensors import safe_open

        with safe_open(str(path), "pt") as file:
            return {ours: file.get_tensor(tensor.full_name) for ours, tensor in recognised.ours.items()}
    held = torch.load(path, map_location="cpu", weights_only=True)
    for key in filter(None, recognised.section.split(".")):
        held = held[key]
    return {ours: held[tensor.name] for ours, tensor in recognised.ours.items()}


@cache
def published() -> dict[str, str]:
    """SHA-256 of each checkpoint that may be unpickled → where it is published."""
    known = json.loads((ASSETS / "weights" / "published.json").read_text(encoding="utf-8"))
    return {one["sha256"]: one["source"] for one in known["files"]}


def _check_known(path: str | Path) -> None:
    """A pickle whose bytes are not a published file's is refused."""
    with files.opened(path) as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # IO has readinto
    if found not in published():
        raise ValueError(
            f"file={files.shown(path)}: loading a pickle may run what it holds, and this one (SHA-256 {found[:12]}…) is no "
            "published file that we know; where you trust it, save it as safetensors: "
            "safetensors.torch.save_file(state_dict, 'net.safetensors')"
        )


def _warn(answer: Identified) -> None:
    if answer.layout == "akamaster" and answer.spec.shortcut == "A" and answer.spec.zero_pad == "behind":
        warnings.warn(
            "These weights were trained with option A’s zeros on both sides of the channels: with zeros behind them they "
            "load and answer wrongly. Choose zero_pad='both'.",
            stacklevel=3,
        )

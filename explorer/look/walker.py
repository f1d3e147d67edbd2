"""Who walks on the map: a net, the best weights that this machine has for it, and the picture that it is sent."""

from __future__ import annotations

import contextlib
from functools import cache

import numpy as np
import torch
from PIL import Image

from explorer.look import subject
from explorer.look.handwriting import SIDE
from explorer.look.pictures import IMAGENET_MEAN, IMAGENET_STD, Prepared, digit
from explorer.look.published import SOURCES, cache_folder
from explorer.look.shipped import NETS
from explorer.look.subject import Subject
from explorer.places import ASSETS
from explorer.spec import ResNetSpec

DIGIT = 3  # of assets/look/digits.png, which holds 0 … 9 side by side
PHOTOGRAPH = "cat"  # S. van der Walt's, CC0


def walker(spec: ResNetSpec, height: int, width: int) -> tuple[Subject, Prepared]:
    """(the net, its picture): the trained net that ships, else the published weights where they lie in the cache, else
    random weights with Batch Normalization calibrated on the picture; `Subject.told` says which.

    Raises `ValueError` where no picture can be sent: channels that no picture has, or a pass that takes too long.
    """
    name = next((name for name, one in NETS.items() if one == spec), "")
    if name and (height, width) == (SIDE, SIDE):
        return subject.digits(name), written_digit(DIGIT)
    if spec.in_channels not in (1, 3):
        raise ValueError(f"in_channels={spec.in_channels}: a picture has 1 or 3; choose a net with as many")
    subject.check_size(spec, height, width)
    picture = _photograph(height, width) if spec.in_channels == 3 else _digit_at(height, width)
    held = _held(spec)
    if held:
        return subject.published(held), picture
    return subject.untrained(spec, picture.x), picture


def _held(spec: ResNetSpec) -> str:
    """The name of the published weights of this net, where they lie in the cache; nothing is fetched for a walk."""
    with contextlib.suppress(ValueError):
        name = subject.published_name(spec)
        return name if (cache_folder() / SOURCES[name].file).exists() else ""
    return ""


@cache
def written_digit(number: int) -> Prepared:
    """A handwritten digit of the test set, as the shipped nets take it."""
    strip = Image.open(ASSETS / "look" / "digits.png")
    cut = strip.crop((SIDE * number, 0, SIDE * (number + 1), SIDE))
    return digit(np.asarray(cut, dtype=np.float32) / 255)


def _photograph(height: int, width: int) -> Prepared:
    """The middle of the photograph at this size, standardised as ImageNet nets take it."""
    with Image.open(ASSETS / "look" / f"{PHOTOGRAPH}.jpg") as picture:
        scale = max(height / picture.height, width / picture.width)
        size = (max(width, round(picture.width * scale)), max(height, round(picture.height * scale)))
        resized = picture.convert("RGB").resize(size, Image.Resampling.BILINEAR)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    shown = np.asarray(resized.crop((left, top, left + width, top + height)), dtype=np.float32) / 255
    mean, std = (np.array(values, dtype=np.float32) for values in (IMAGENET_MEAN, IMAGENET_STD))
    return Prepared(torch.from_numpy(((shown - mean) / std).transpose(2, 0, 1).copy())[None], shown)


def _digit_at(height: int, width: int) -> Prepared:
    """The digit at another size than the shipped nets'."""
    small = written_digit(DIGIT)
    x = torch.nn.functional.interpolate(small.x, size=(height, width), mode="bilinear", align_corners=False)
    shown = torch.nn.functional.interpolate(
        torch.from_numpy(small.shown).permute(2, 0, 1)[None], size=(height, width), mode="bilinear", align_corners=False
    )
    return Prepared(x, shown[0].permute(1, 2, 0).clamp(0, 1).numpy())

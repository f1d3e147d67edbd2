"""Who walks on the map: a net, the best weights that this machine has for it, and the picture that it is sent."""

from __future__ import annotations

import contextlib
from functools import cache

import numpy as np
import torch
from PIL import Image, ImageOps

from explorer.look import pictures, subject
from explorer.look.handwriting import SIDE
from explorer.look.pictures import IMAGENET_MEAN, IMAGENET_STD, Prepared, digit
from explorer.look.published import SOURCES, cache_folder
from explorer.look.shipped import NETS
from explorer.look.subject import Subject
from explorer.places import ASSETS
from explorer.spec import ResNetSpec

DIGIT = 3  # of assets/look/digits.png, which holds 0 … 9 side by side
PHOTOGRAPH = "cat"  # S. van der Walt's, CC0


PICTURES = {PHOTOGRAPH: "A cat", "coffee": "Coffee", "upload": "Your own", "camera": "Camera"}
DIGITS = {"three": "A 3", "draw": "Draw it", "upload": "A photo", "camera": "Camera"}
BUNDLED = (PHOTOGRAPH, "coffee", "three")


def walker(
    spec: ResNetSpec, height: int, width: int, source: str = "", data: bytes | None = None, own: Subject | None = None
) -> tuple[Subject, Prepared]:
    """(the net, its picture): a visitor's `own` net where it is this very one; else the trained net that ships, else the published weights where they lie in the cache, else
    random weights with Batch Normalization calibrated on the picture; `Subject.told` says which.

    source: of PICTURES, or of DIGITS for a net of one channel; the first of them if none is given. data: the file, for
    one that is not BUNDLED.

    Raises `ValueError` where no picture can be sent: channels that no picture has, a pass that takes too long, or a file
    that is no picture.
    """
    if spec.in_channels not in (1, 3):
        raise ValueError(f"in_channels={spec.in_channels}: a picture has 1 or 3; choose a net with as many")
    subject.check_size(spec, height, width)
    sources = sources_of(spec)
    source = source or next(iter(sources))
    if source not in sources:
        raise ValueError(f"picture={source[:60]!r}: choose one of {', '.join(sources)}")
    if spec.in_channels == 3:
        picture = _photograph(source, data, height, width)
    else:
        picture = _digit_at(_digit(source, data), height, width)
    if own and own.spec == spec:
        return own, picture
    name = next((name for name, one in NETS.items() if one == spec), "")
    if name and (height, width) == (SIDE, SIDE):
        return subject.digits(name), picture
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


def sources_of(spec: ResNetSpec) -> dict[str, str]:
    """Where a picture for this net can come from: slug → words."""
    return DIGITS if spec.in_channels == 1 else PICTURES


def _photograph(source: str, data: bytes | None, height: int, width: int) -> Prepared:
    """The photograph as the Feature maps page and the terminal prepare it: the same net gives the same answer on the map.
    Where the input is no square, the middle of it at this size."""
    if source in BUNDLED:
        with Image.open(ASSETS / "look" / f"{source}.jpg") as opened:
            whole = opened.convert("RGB")
    else:
        whole = pictures.read(data or b"")
    if height == width:
        return pictures.photograph(whole, height)
    fitted = ImageOps.fit(whole, (width, height), Image.Resampling.BILINEAR)
    shown = np.asarray(fitted, dtype=np.float32) / 255
    mean, std = (np.array(values, dtype=np.float32) for values in (IMAGENET_MEAN, IMAGENET_STD))
    return Prepared(torch.from_numpy(((shown - mean) / std).transpose(2, 0, 1).copy())[None], shown)


def _digit(source: str, data: bytes | None) -> Prepared:
    """As the shipped nets take it: drawn on the pad in white on black, or on a photo."""
    if source in BUNDLED:
        return written_digit(DIGIT)
    read = pictures.read(data or b"")
    drawn = source == "draw"
    return digit(np.asarray(read.convert("L"), dtype=np.float32) / 255 if drawn else pictures.written(read))


def _digit_at(small: Prepared, height: int, width: int) -> Prepared:
    """The digit at another size than the shipped nets'."""
    if small.x.shape[2:] == (height, width):
        return small
    x = torch.nn.functional.interpolate(small.x, size=(height, width), mode="bilinear", align_corners=False)
    shown = torch.nn.functional.interpolate(
        torch.from_numpy(small.shown).permute(2, 0, 1)[None], size=(height, width), mode="bilinear", align_corners=False
    )
    return Prepared(x, shown[0].permute(1, 2, 0).clamp(0, 1).numpy())

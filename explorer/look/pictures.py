"""Pictures as a net's input: files read with care, and digits put where the training data has them.

A file is checked before it is decoded (kind, pieces, pixels, frames), and what cannot be used is refused in one sentence:
`ValueError` naming what was given and what is allowed. Nothing is stored.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from explorer.look.handwriting import SIDE, standardised
from explorer.places import ASSETS

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_PIXELS = 16_000_000
MOST_BYTES = 20_000_000
MOST_PIECES = (
    20_000  # of a PNG or a JPEG: Pillow takes each by itself, four million of them in seconds and half a gigabyte
)
MOST_SCANS = 100  # of a JPEG that becomes sharper as it comes, usually ten: each goes over all of the picture again
PNG, JPEG, SCAN = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"\xff\xda"
SIZED = frozenset(
    {*range(0xC0, 0xC8), *range(0xC9, 0xD0), *range(0xDA, 0xF0), 0xFE}
)  # JPEG's markers that a length follows
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CIFAR_MEAN, CIFAR_STD = IMAGENET_MEAN, IMAGENET_STD  # akamaster's CIFAR-10 nets were trained with ImageNet's
INK_BOX = 20  # MNIST: the digit's longer side is 20 of the picture's 28 pixels, centred by its mass


@dataclass(frozen=True)
class Prepared:
    """What the net gets (1, C, H, W), and the very pixels that it is, (H, W, C) in 0 … 1, to be shown."""

    x: Tensor
    shown: np.ndarray


def read(data: bytes) -> Image.Image:
    """A picture file's bytes → an upright RGB picture. Raises `ValueError` in one sentence."""
    if not data:
        raise ValueError("picture: the file is empty; choose a PNG, JPEG or WebP")
    if len(data) > MOST_BYTES:
        raise ValueError(f"picture: {len(data):,} bytes; at most {MOST_BYTES:,}")
    _whole(data)
    try:
        opened = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:  # Pillow's own limit comes first, and keeps the numbers to itself
        raise ValueError(
            f"picture: far more than {MOST_PIXELS // 1_000_000} million pixels, which are the most"
        ) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise ValueError("picture: this is no PNG, JPEG or WebP that can be read") from None
    width, height = opened.size
    if width * height > MOST_PIXELS or not width * height:
        raise ValueError(f"picture: {width:,}×{height:,} pixels; at most {MOST_PIXELS // 1_000_000} million")
    if (
        opened.format != "MPO" and getattr(opened, "n_frames", 1) > 1
    ):  # MPO: a phone's JPEG with a second picture behind
        raise ValueError("picture: it is animated; choose a still picture")
    if opened.mode not in ("1", "L", "LA", "P", "PA", "RGB", "RGBA"):
        kind = "grey of 16 bits" if opened.mode.startswith("I") else opened.mode
        raise ValueError(f"picture: its pixels are {kind}; choose 8-bit grey or RGB")
    try:
        upright = ImageOps.exif_transpose(opened)
        if not upright.has_transparency_data:
            return upright.convert("RGB")
        layer = upright.convert("RGBA")
        paper = Image.new("RGB", layer.size, "white")  # what browsers show; without it, clear parts would be black
        paper.paste(layer, mask=layer)
        return paper
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ValueError("picture: the file is damaged or cut off") from None


def _whole(data: bytes) -> None:
    """Raises `ValueError` for a file that is small and would take a decoder very long."""
    if next(islice(_pieces(data), MOST_PIECES, None), None) is not None:
        raise ValueError(f"picture: the file is in more than {MOST_PIECES:,} pieces; save it anew")
    scans = data.count(SCAN) if data.startswith(JPEG) else 0
    if scans > MOST_SCANS:
        raise ValueError(f"picture: its pixels come in {scans:,} scans; at most {MOST_SCANS}")


def _pieces(data: bytes) -> Iterator[int]:
    """Where the chunks of a PNG begin, or the segments of a JPEG before its pixels; a byte that belongs to none is one too."""
    at = len(PNG if data.startswith(PNG) else JPEG)
    if data.startswith(PNG):
        while at < len(data):
            yield at
            at += 12 + int.from_bytes(data[at : at + 4])
    elif data.startswith(JPEG):
        while at < len(data) and data[at : at + 2] != SCAN:
            yield at
            sized = data[at] == 0xFF and data[at + 1 : at + 2] and data[at + 1] in SIZED
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4])) if sized else 1


def photograph(picture: Image.Image, side: int = 224) -> Prepared:
    """The usual evaluation of ImageNet nets: shorter side to 8/7 of `side`, the middle square, standardised."""
    size = max(side, round(side * 256 / 224))
    short = min(picture.size)
    if max(picture.size) > 2 * short:  # a strip of 2,000,000 × 8 pixels would grow to gigabytes: its middle is enough
        left, top = (max(0, (edge - 2 * short) // 2) for edge in picture.size)
        picture = picture.crop((left, top, picture.width - left, picture.height - top))
    width, height = (max(side, round(edge * size / short)) for edge in picture.size)
    resized = picture.resize((width, height), Image.Resampling.BILINEAR)
    left, top = (width - side) // 2, (height - side) // 2
    shown = np.asarray(resized.crop((left, top, left + side, top + side)), dtype=np.float32) / 255
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
    return Prepared((torch.from_numpy(shown).permute(2, 0, 1)[None] - mean) / std, shown)


def covered(picture: Prepared, box: tuple[float, float, float, float]) -> Prepared:
    """The same input with a part taken out: paper in place of ink, the training pictures' mean in place of a photograph.

    box: left, top, right, bottom in parts of the sides, widened to whole pixels.
    """
    height, width = picture.shown.shape[:2]
    left, right = math.floor(box[0] * width), math.ceil(box[2] * width)
    top, bottom = math.floor(box[1] * height), math.ceil(box[3] * height)
    x, shown = picture.x.clone(), picture.shown.copy()
    grey = picture.x.shape[1] == 1
    x[:, :, top:bottom, left:right] = standardised(torch.zeros(())) if grey else 0.0
    shown[top:bottom, left:right] = 0.0 if grey else IMAGENET_MEAN
    return Prepared(x, shown)


def sample(number: int) -> Image.Image:
    """A handwritten digit of the test set, 28×28, white on black. number: 0 … 9."""
    strip = Image.open(ASSETS / "look" / "digits.png")
    return strip.crop((SIDE * number, 0, SIDE * (number + 1), SIDE))


def digit(ink: np.ndarray) -> Prepared:
    """Drawn ink (H, W), 0 … 1 → as MNIST has its digits: longer side 20 pixels, centre of mass in the middle of 28×28.

    Raises `ValueError` when nothing is drawn.
    """
    rows, columns = np.nonzero(ink > 0.1)
    if not len(rows):
        raise ValueError("digit: nothing is drawn yet")
    cut = torch.from_numpy(ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(np.float32))
    scale = INK_BOX / max(cut.shape)
    size = tuple(max(1, round(length * scale)) for length in cut.shape)
    small = F.interpolate(cut[None, None], size=size, mode="bilinear", align_corners=False, antialias=True)[0, 0]
    small = (small / small.max()).clamp(0, 1)
    places = [torch.arange(length, dtype=torch.float32) for length in small.shape]
    mass = small.sum()
    centre = (float((small.sum(1) * places[0]).sum() / mass), float((small.sum(0) * places[1]).sum() / mass))
    page = torch.zeros(SIDE, SIDE)
    top, left = (
        min(max(round((SIDE - 1) / 2 - at), 0), SIDE - length) for at, length in zip(centre, small.shape, strict=True)
    )
    page[top : top + small.shape[0], left : left + small.shape[1]] = small
    return Prepared(standardised(page[None, None]), page[:, :, None].numpy())


def written(picture: Image.Image) -> np.ndarray:
    """A photographed or scanned digit as ink (H, W), 0 … 1: dark on light is turned round."""
    grey = np.asarray(ImageOps.autocontrast(picture.convert("L")), dtype=np.float32) / 255
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return 1 - grey if np.median(border) > 0.5 else grey

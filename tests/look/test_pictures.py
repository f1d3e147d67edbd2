"""Pictures as they come: read with care, prepared as the nets expect them, and refused in one sentence."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.facts.memory.room import give_back
from explorer.look import pictures
from explorer.look.handwriting import MEAN, STD
from tests.hostile import MOST_WORK, addition_s
from tests.look.hostile import BAD, GREY, bad, chunk, file, scans_of


@pytest.mark.parametrize("name", BAD)
def test_a_picture_that_cannot_be_used_is_refused_in_one_sentence(name: str) -> None:
    data, told = bad(name), BAD[name][1]
    start = time.process_time()
    with pytest.raises(ValueError, match=f"^picture: .*({told})") as refused:
        pictures.read(data)
    assert (time.process_time() - start) / addition_s() < MOST_WORK
    assert len(str(refused.value)) < 120 and "\n" not in str(refused.value)


@pytest.mark.skipif(sys.platform != "linux", reason="reads what the system says of this process")
def test_what_a_picture_took_is_given_back_and_a_bomb_takes_nothing() -> None:
    """16 megapixels are some 100 MB while they are read; the claim of 3,600 megapixels is refused before any of them."""
    large = file(Image.fromarray(np.zeros((4_000, 4_000), np.uint8)))

    def held() -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20

    pictures.photograph(pictures.read(large))
    give_back()  # what earlier tests left free is not new when it is taken again
    before = held()
    for _ in range(2):
        read = pictures.read(large)
        assert held() > before + 40
        pictures.photograph(read)
        del read
        give_back()
    assert held() < before + 40, "less than one of them, at 4 bytes a pixel"
    for name in BAD:
        data = bad(name)  # to make it may leave memory behind, to refuse it must not
        before = held()
        with pytest.raises(ValueError, match="^picture: "):
            pictures.read(data)
        assert held() < before + 10, name


@pytest.mark.parametrize("kind", pictures.FORMATS)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_usual_kinds_are_read(kind: str, mode: str) -> None:
    read = pictures.read(file(GREY.convert(mode), kind))
    assert read.mode == "RGB" and read.size == (48, 32)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_ink_on_a_clear_ground_is_ink_on_paper(mode: str) -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (18, 5, 22, 35))
    read = pictures.read(file(clear.convert(mode)))
    assert read.getpixel((2, 2)) == (255, 255, 255) and read.getpixel((20, 20)) == (0, 0, 0)


def test_a_picture_of_many_pieces_is_read_like_any_other() -> None:
    """As cameras and programs write them: rows sent in small chunks, remarks in many segments, ten scans."""
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 400), dtype=np.uint8))
    small = b"".join(chunk(b"tEXt", b"Remark\0%d" % number) for number in range(9_000))
    whole = file(noise)
    assert pictures.read(whole[:33] + small + whole[33:]).size == (400, 300)
    told = b"".join(b"\xff\xfe\0\6%04d" % number for number in range(9_000))
    read = pictures.read(pictures.JPEG + told + file(noise, "JPEG", progressive=True, quality=95)[2:])
    assert np.abs(np.asarray(read.convert("L"), dtype=int) - np.asarray(noise)).mean() < 4
    assert pictures.read(scans_of(50, 64)).size == (64, 64)


def test_a_phones_jpeg_with_a_second_picture_behind_is_the_first() -> None:
    """MPO, as many phones' cameras write it: no animation."""
    held = file(Image.new("RGB", (32, 24), "red"), "MPO", save_all=True, append_images=[Image.new("RGB", (32, 24))])
    read = pictures.read(held)
    assert read.size == (32, 24) and np.abs(np.asarray(read) - [255, 0, 0]).max() < 4


def test_a_phones_upright_mark_is_respected() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    assert pictures.read(file(GREY.convert("RGB"), "JPEG", exif=exif.tobytes())).size == (32, 48)


def test_a_photograph_is_the_middle_square_standardised() -> None:
    wide = Image.new("RGB", (500, 300), (255, 0, 0))
    made = pictures.photograph(wide, 224)
    assert made.x.shape == (1, 3, 224, 224) and made.shown.shape == (224, 224, 3)
    assert made.x[0, :, 0, 0].tolist() == pytest.approx([(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225], rel=1e-5)


@pytest.mark.parametrize(("top", "left", "height", "width"), [(10, 200, 100, 30), (150, 20, 40, 120), (0, 0, 280, 280)])
def test_a_drawn_digit_stands_as_mnist_has_it(top: int, left: int, height: int, width: int) -> None:
    ink = np.zeros((280, 280), dtype=np.float32)
    ink[top : top + height, left : left + width] = 1
    made = pictures.digit(ink)
    page = made.shown[:, :, 0]
    rows, columns = np.nonzero(page > 0.5)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == pictures.INK_BOX
    assert abs(rows.mean() - 13.5) <= 0.5 and abs(columns.mean() - 13.5) <= 0.5
    torch.testing.assert_close(made.x[0, 0], (torch.from_numpy(page) - MEAN) / STD)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_covered_part_is_paper_or_the_mean_colour_and_the_rest_is_untouched(channels: int) -> None:
    ink = np.zeros((280, 280), dtype=np.float32)
    ink[20:260, 120:160] = 1
    made = pictures.digit(ink) if channels == 1 else pictures.photograph(Image.new("RGB", (64, 64), (200, 10, 90)), 28)
    found = pictures.covered(made, (0.26, 0.5, 0.99, 0.74))
    inside = torch.zeros(28, 28, dtype=torch.bool)
    inside[14:21, 7:28] = True
    assert np.allclose(found.x[0, :, inside], -MEAN / STD if channels == 1 else 0)
    assert torch.equal(found.x[0, :, ~inside], made.x[0, :, ~inside]) and found.shown[14, 7].max() < 0.5
    assert not torch.equal(found.x, made.x) or channels == 3


def test_an_empty_page_is_said() -> None:
    with pytest.raises(ValueError, match="nothing is drawn"):
        pictures.digit(np.zeros((280, 280)))


def test_dark_on_light_is_turned_round() -> None:
    ink = np.full((40, 40), 250, dtype=np.uint8)
    ink[10:30, 18:22] = 20
    seen = pictures.written(Image.fromarray(ink))
    assert seen[20, 20] > 0.9 and seen[0, 0] < 0.1


def test_a_strip_is_cut_before_it_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    grown: list[tuple[int, int]] = []
    resize = Image.Image.resize

    def seen(picture: Image.Image, size: tuple[int, int], *rest: object) -> Image.Image:
        grown.append(size)
        assert size[0] * size[1] < 1_000_000, size
        return resize(picture, size, *rest)

    monkeypatch.setattr(Image.Image, "resize", seen)
    for size in ((200_000, 8), (8, 200_000)):
        assert pictures.photograph(Image.new("RGB", size), 224).x.shape == (1, 3, 224, 224)
    assert len(grown) == 2

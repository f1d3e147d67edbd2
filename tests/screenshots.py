"""Take the README's screenshots again, from this very app.

    .venv/bin/python -m tests.screenshots [FOLDER]

With a FOLDER, every page is taken there at three sizes and in both themes, to be looked at.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from explorer import lecture
from explorer.questions.sheet import sheet as worksheet
from explorer.questions.write import FORMS
from explorer.spec import preset
from tests.browser.test_from_file import large_checkpoint
from tests.conftest import CHROMIUM, FLAGS, ROOT, Server, Visit
from tests.web.test_pages import PAGES

README = {  # file -> path, text to wait for, theme
    "map": ("/?depth=152", "60.19 M params", "light"),
    "explain": ("/explain?step=7", "Next", "light"),
    "blocks": ("/blocks", "1.18 M", "light"),
    "feature_maps": ("/feature_maps", "Inside a block", "light"),
    "catalogue": ("/catalogue", "params", "light"),
    "from_file": ("/identify", "Which net is this file of?", "light"),
    "why_residual": ("/why_residual?experiment=degradation&reveal=true", "Does a deeper net", "light"),
    "practice": ("/practice?seed=v3-8&q=2", "How many parameters does it have", "light"),
    "timing": ("/timing?view=race", "params", "light"),
    "cost": ("/cost", "25.56 M params", "light"),
    "compare": ("/compare?diff=stages", "params", "light"),
    "lecture": ("/blocks?lecture=bottleneck&present=1&equal=cost", "params", "dark"),
}
SIZES = {"desktop": (1440, 900), "projector": (1280, 720), "phone": (390, 844)}


def choose_a_file(page: Page) -> None:
    """A checkpoint of ResNet-50-D."""
    with tempfile.TemporaryDirectory() as folder:
        path = large_checkpoint(Path(folder) / "resnet50d.safetensors", "resnet50d")
        page.get_by_label("A checkpoint (.safetensors").set_input_files(path)
        page.locator(".lead", has_text="It is ResNet-50-D").wait_for()


def make_a_mistake(page: Page) -> None:
    """An answer that a known mistake leads to."""
    page.locator(".st-key-practice-choices button").first.click()
    page.locator(".exercise-hint").wait_for()


ACTS = {"from_file": choose_a_file, "practice": make_a_mistake}  # what is done before the picture is taken


def take(browser: Browser, server: Server, path: str, text: str | None, size: str, theme: str, to: Path) -> None:
    width, height = SIZES[size]
    visit = Visit(browser, server.url, viewport={"width": width, "height": height}, color_scheme=theme)
    page = visit.goto(path, text).page
    if act := ACTS.get(to.stem):
        act(page)
    page.wait_for_timeout(1500)
    visit.page.screenshot(path=to)
    for fault in visit.faults:
        print(f"{to.name}: {fault}")
    visit.context.close()


def hall(browser: Browser, server: Server, target: Path) -> None:
    """A hall of forty votes twice on the tour's first question: the projector, the speaker's window, a phone on the map."""
    visit = Visit(browser, server.url, viewport={"width": 1280, "height": 720})
    page = visit.goto("/lecture", "Start with votes from phones").page
    page.get_by_role("link", name="Start with votes from phones").click()
    code = page.locator(".join .letters").inner_text()
    page.keyboard.press("Escape")
    with page.expect_popup() as opened:
        page.keyboard.press("n")
    speaker, dice = opened.value, random.Random(3)
    for turn, spread in ((1, 7.0), (2, 3.0)):
        speaker.get_by_role("button", name="Close the vote").wait_for()
        for number in range(41):
            mark = min(32, max(0, round(dice.gauss(13 + 2 * turn, spread))))
            body = {"voter": f"{number:032x}", "slug": "deeper", "round": turn, "choice": mark, "turn": 1}
            asked = Request(
                f"{server.url}/vote/{code}/choice", json.dumps(body).encode(), {"Content-Type": "application/json"}
            )
            urlopen(asked).close()
        if turn == 1:
            speaker.get_by_role("button", name="Vote again").click()
            speaker.get_by_text("0 of 41 answered").wait_for()  # the second has no chart yet
    speaker.wait_for_timeout(800)
    speaker.screenshot(path=target / "votes_speaker.png")
    speaker.get_by_role("button", name="Reveal").click()
    page.locator(".stage .verdict").wait_for()
    page.wait_for_timeout(2500)
    page.screenshot(path=target / "votes.png")
    page.get_by_label("All scenes (L)").click()
    page.get_by_role("link", name="Where the parameters are", exact=True).click()
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    phone = context.new_page()
    phone.goto(f"{server.url}/vote/{code}")
    phone.get_by_role("radio", name="conv5_1").check(force=True)
    phone.get_by_text("is counted").wait_for()
    phone.screenshot(path=target / "votes_phone.png")
    context.close()
    visit.context.close()


def files(browser: Browser, target: Path) -> None:
    """What needs no server: the lecture as one file, from the disk, and a worksheet."""
    sheet = worksheet((preset("resnet18"), preset("resnet50")), 20, 7)
    with tempfile.TemporaryDirectory() as folder:
        saved, printed = Path(folder) / "lecture.html", Path(folder) / "sheet.html"
        saved.write_bytes(lecture.made("html", lecture.load(), "https://resnet.example.org/"))
        printed.write_text(str(FORMS["html"].write(sheet)), encoding="utf-8")
        context = browser.new_context(viewport={"width": 1280, "height": 780}, offline=True)
        page = context.new_page()
        page.goto(f"{saved.as_uri()}#/?depth=50&lecture=parameters")
        page.locator(".tile[data-id='layer4.0']").click()
        page.get_by_role("button", name="Reveal", exact=True).click()
        page.wait_for_timeout(1500)
        page.screenshot(path=target / "one_file.png")
        page.set_viewport_size({"width": 760, "height": 900})
        page.goto(printed.as_uri())
        page.screenshot(path=target / "worksheet.png")
        context.close()


def main(folder: str | None) -> None:
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with tempfile.TemporaryDirectory() as elsewhere, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        server = Server(Path(elsewhere))
        if folder:
            for page in PAGES:
                for size in SIZES:
                    for theme in ("light", "dark"):
                        route = "/" if page == "architecture" else f"/{page}"
                        take(browser, server, route, None, size, theme, Path(folder) / f"{page}-{size}-{theme}.png")
        else:
            target = ROOT / "assets" / "screenshots"
            target.mkdir(parents=True, exist_ok=True)
            for name, (route, text, theme) in README.items():
                take(browser, server, route, text, "desktop", theme, target / f"{name}.png")
            hall(browser, server, target)
            files(browser, target)
        server.stop()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)

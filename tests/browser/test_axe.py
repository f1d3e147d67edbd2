"""axe-core on every page and view, in both themes: no serious or critical finding."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_app import ROUTES

VIEWS = (  # each with parts that no page has on opening
    "/?depth=18&color=params&node=layer2.0",  # tiles in two lines, a panel with formulas
    "/?figure=fig3",
    "/?node=layer2.0&open=1",
    "/cost?show=flops",
    "/timing?view=machines",
    "/timing?view=limit",
    "/compare?diff=layers",
    "/why_residual?reveal=true",
    "/why_residual?experiment=surgery",
    "/practice?seed=v2-7&q=3",
    "/practice?do=sheet&seed=v2-7",
    "/?depth=77",
    "/?depth=50&node=layer1.0&lecture=conv2x-dotted&present=1&guess=13",
    "/blocks?equal=cost&lecture=bottleneck",
)
# Off in axe by default, since it is young: what is written on a control is in its name. It takes two lines of an SVG for
# one word, so that the map's tiles are looked at here, line by line.
RULES = {"label-content-name-mismatch": {"enabled": True}}
WHOLE = {"resultTypes": ["violations"], "rules": RULES, "least": 11}
COLOURS = {
    "resultTypes": ["violations"],
    "runOnly": ["color-contrast", "link-in-text-block"],
    "least": 1,
}  # the rest is alike
UNNAMED = """all => all.filter((tile) => [...tile.querySelectorAll("text")].some(
  (line) => !tile.getAttribute("aria-label").includes(line.textContent))).map((tile) => tile.outerHTML)"""
SHOWN = """theme => getComputedStyle(document.querySelector(".stApp")).colorScheme === theme"""


def about_tiles(finding: dict) -> bool:
    return finding["id"] == "label-content-name-mismatch" and all(
        str(node["target"][-1][-1]).startswith("#tile-") for node in finding["nodes"]
    )


def test_no_page_has_a_serious_fault_in_either_theme(visit) -> None:
    seen, found = (
        visit("/", reduced_motion="reduce"),
        [],
    )  # nothing is caught while it fades in; `test_walk`: a walk that plays
    seen.page.locator(".walk-alone[data-ready]").wait_for()
    expect(seen.page.locator("#arrival")).to_have_count(0)  # the first page itself, not what was sent before it
    seen.page.evaluate(Axe().axe_script)  # once: all routes are shown in one document
    themes = [("light", WHOLE), ("dark", COLOURS)]
    for number, route in enumerate((*ROUTES, *VIEWS)):
        if number:
            seen.follow(route)
        for theme, asked in themes:
            seen.page.emulate_media(color_scheme=theme)
            seen.page.wait_for_function(SHOWN, arg=theme)
            response = seen.page.evaluate("asked => axe.run(asked)", asked)
            assert response["violations"] is not None and len(response["passes"]) >= asked["least"], route
            found += [
                (route, theme, one["id"], [node["target"] for node in one["nodes"]][:5])
                for one in response["violations"]
                if one["impact"] in ("serious", "critical") and not about_tiles(one)
            ]
        themes.reverse()  # the next route begins in the theme that stands: to change it draws the whole page again
        assert seen.page.locator(".tile").evaluate_all(UNNAMED) == [], route
    assert found == []

"""A finger on a chart: a swipe scrolls the page and zooms nothing, a tap shows a point's values. A mouse zooms as ever."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.test_explain import AT_REST

CHART = ".js-plotly-plot"
ZOOM = f"""() => [...document.querySelectorAll('{CHART}')].slice(0, 1).map(({{ _fullLayout: all }}) =>
    [all.xaxis.range, all.yaxis.range].map((two) => two.map((one) => one.toFixed(6))).join())[0]"""
SCROLLED = "() => (document.querySelector('.stMain, .file-main').scrollTop || document.scrollingElement.scrollTop)"
EYE = f"() => Object.values(document.querySelector('{CHART}')._fullLayout.scene._scene.getCamera().eye).map((at) => at.toFixed(3)).join()"
HELD = "held => (document.querySelector('.gl-container > *').style.outlineStyle === 'dashed') === held"
RESTS = f"""async () => {{
  const eye = {EYE};
  for (;;) {{
    const before = eye();
    for (let frame = 0; frame < 10; frame++) await new Promise(requestAnimationFrame);
    if (before === eye()) return before;
  }}
}}"""


def middle(page: Page) -> tuple[float, float]:
    """The middle of the first chart's axes, brought to the middle of the window."""
    area = page.locator(f"{CHART} .nsewdrag").first
    area.evaluate("one => one.scrollIntoView({ block: 'center' })")
    box = area.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def swiped(page: Page, begin: tuple[float, float] | None = None) -> float:
    """How far up the page scrolled by a finger that goes down from there, else from a chart's middle."""
    x, y = begin or middle(page)
    before = page.evaluate(SCROLLED)
    session = page.context.new_cdp_session(page)
    for step in range(16):
        point = {"x": x + step / 2, "y": y + 12 * step}
        session.send(
            "Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": [point]}
        )
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()
    page.wait_for_function(AT_REST)
    return before - page.evaluate(SCROLLED)


def test_a_finger_scrolls_over_a_chart_and_a_tap_reads_it(visit) -> None:
    seen = visit("/cost?show=field", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = seen.page
    page.locator(f"{CHART} .nsewdrag").first.wait_for()
    seen.still()
    before = page.evaluate(ZOOM)
    assert swiped(page) > 60
    assert page.evaluate(ZOOM) == before
    middle(page)
    point = page.locator(f"{CHART} .points path").first.bounding_box()
    assert point
    page.touchscreen.tap(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    page.locator(f"{CHART} .hoverlayer .hovertext").first.wait_for()
    x, y = middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 60, steps=6)
    page.mouse.up()
    page.wait_for_function(f"before => ({ZOOM})() !== before", arg=before)


def test_a_finger_turns_a_surface_after_a_tap_and_scrolls_past_it_else(visit) -> None:
    seen = visit(
        "/why_residual?experiment=landscape&reveal=true",
        "a finger does so after a tap",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    page = seen.page
    surface = page.locator(f"{CHART} .gl-container > *").first
    surface.locator("canvas").wait_for()
    seen.still()

    def begin() -> tuple[float, float]:
        surface.evaluate("one => one.scrollIntoView({ block: 'center' })")
        box = surface.bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 90

    def eye() -> str:
        """Where the camera has come to rest: it glides after a turn."""
        return page.evaluate(RESTS)

    def held(by_tap: bool) -> None:
        """A tap takes hold when its click has come, which is after the finger has gone."""
        page.wait_for_function(HELD, arg=by_tap)

    first = eye()
    assert swiped(page, begin()) > 60 and eye() == first, "a swipe is the page's"
    page.touchscreen.tap(*begin())
    held(True)
    assert swiped(page, begin()) == 0, "held by a tap, the page stays"
    page.wait_for_function(f"before => ({EYE})() !== before", arg=first)  # and the surface turns
    turned = eye()
    page.touchscreen.tap(*begin())
    held(False)
    assert swiped(page, begin()) > 60 and eye() == turned, "and another tap lets it go"
    page.touchscreen.tap(*begin())
    held(True)
    page.get_by_text("a finger does so after a tap").tap()
    held(False)
    assert swiped(page, begin()) > 60 and eye() == turned, "as a touch elsewhere does"

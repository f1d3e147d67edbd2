"""A finger on a chart: a swipe scrolls the page and zooms nothing, a tap shows a point's values. A mouse zooms as ever."""

from __future__ import annotations

from playwright.sync_api import Page

CHART = ".js-plotly-plot"
ZOOM = f"""() => [...document.querySelectorAll('{CHART}')].slice(0, 1).map(({{ _fullLayout: all }}) =>
    [all.xaxis.range, all.yaxis.range].map((two) => two.map((one) => one.toFixed(6))).join())[0]"""
SCROLLED = "() => (document.querySelector('.stMain, .file-main').scrollTop || document.scrollingElement.scrollTop)"


def middle(page: Page) -> tuple[float, float]:
    """The middle of the first chart's axes, brought to the middle of the window."""
    area = page.locator(f"{CHART} .nsewdrag").first
    area.evaluate("one => one.scrollIntoView({ block: 'center' })")
    box = area.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def swiped(page: Page) -> float:
    """How far up the page scrolled by a finger that goes down from a chart's middle."""
    x, y = middle(page)
    before = page.evaluate(SCROLLED)
    session = page.context.new_cdp_session(page)
    for step in range(16):
        point = {"x": x + step / 2, "y": y + 12 * step}
        session.send(
            "Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": [point]}
        )
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()
    page.wait_for_timeout(300)
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

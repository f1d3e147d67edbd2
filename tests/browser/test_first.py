"""The first page: a trained net at work before anything is asked, three doors, and nobody's link leads here by mistake."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.harness import BOXES
from tests.conftest import Visit

SENT = """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, one) => sum + one.transferSize, 0)"""


# words of the first page's walk under 12 px
SMALL = """() => [...document.querySelectorAll("*")].flatMap(one => [...one.shadowRoot?.querySelectorAll(".first *") ?? []])
  .filter(one => one.childNodes.length === 1 && one.firstChild.nodeType === 3 && one.checkVisibility())
  .filter(one => one.getBoundingClientRect().height && parseFloat(getComputedStyle(one).fontSize)
    * (one.closest("svg[viewBox]")?.getScreenCTM().a ?? 1) < 11.9).map(one => one.textContent)"""


def clock(page) -> int:
    return int(page.locator(".first .walk-scrub").input_value())


# At no moment the first page's walk stands in another's rows.
WATCH = """() => {
  window.astray = [];
  new MutationObserver(() => {
    const walk = document.querySelector(".st-key-first");
    if (walk && !walk.closest(".st-key-welcome")) astray.push(walk.parentElement.className);
  }).observe(document.body, { subtree: true, childList: true });
}"""


def test_it_moves_by_itself_and_its_doors_lead_on(visit) -> None:
    one = visit("/", fresh=True)
    page = one.page
    page.locator(".walk-alone[data-ready]").wait_for()
    expect(page.locator("#arrival")).to_have_count(0)  # what the server sent first has made way
    assert 1e6 < page.evaluate(SENT) < 2.4e6, "bytes of a first visit, without a proxy; the websocket has 0.25 MB"
    expect(page.get_by_text("ResNet Explorer shows what a residual network does")).to_be_visible()
    was = clock(page)
    page.wait_for_function(
        "was => [...document.querySelectorAll('*')].some(one => one.shadowRoot?.querySelector('.first .walk-scrub')?.value > was)",
        arg=was + 20,
    )
    page.get_by_role("button", name="Pause").click()
    held = clock(page)
    page.locator(".first .walk-scrub").press("ArrowRight")
    page.wait_for_function(
        "was => [...document.querySelectorAll('*')].some(one => one.shadowRoot?.querySelector('.first .walk-scrub')?.value > was)",
        arg=held,
    )
    page.locator('.first .tile[data-id="layer1.1"]').hover()
    expect(page.locator(".first .tip canvas")).to_be_visible()
    answer = page.locator(".first .end-name").all_text_contents()
    assert answer == [str(number) for number in range(10)], "on the map's last tile"
    bars, map_before = page.locator(".first .walk-now .walk-answer"), page.locator(".first .canvas").bounding_box()
    expect(bars).to_be_hidden()
    page.locator(".first .walk-scrub").press("End")
    expect(bars).to_be_visible()  # larger, where the words stand
    assert page.locator(".first .canvas").bounding_box() == map_before
    assert page.locator(".first .end-name.best").text_content() == "3"
    assert "> 99.9 %" in (page.locator(".first .ends").text_content() or "")
    doors = page.locator(".st-key-doors a")
    expect(doors).to_have_count(3)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.wait_for_function(f"({SMALL})().length === 0")
    one.still()
    assert max(bottom for bottom, *_ in page.evaluate(BOXES, ".st-key-doors a")) <= 720, "a projector"
    leads = page.get_by_text("Here is one for photographs").bounding_box()
    assert leads and leads["y"] + leads["height"] <= 720, "the first window says that there is more"
    page.evaluate(WATCH)
    doors.filter(has_text="I need numbers").click()
    one.settle("What are its numbers?")
    assert page.url.endswith("/sheet") and page.locator(".first").count() == 0
    assert page.evaluate("astray") == []
    page.go_back()
    page.locator(".walk-alone[data-ready]").wait_for()


def test_a_link_leads_where_it_says_and_a_default_does_not_bring_it_back(visit) -> None:
    one = visit("/?depth=50", "25.56 M")
    assert one.page.locator(".first").count() == 0
    one.page.get_by_text("Variants", exact=True).first.click()
    page = one.settle().page
    page.get_by_text("Input channels").first.wait_for()
    assert one.page.locator(".first").count() == 0, "the default has left the address, the visitor has not come anew"


def test_who_goes_on_before_it_is_there_is_not_shown_its_frame(browser, server) -> None:
    one = Visit(browser, server.url, reduced_motion="reduce")
    one.page.add_init_script(  # the page never takes the frame over, as if it were still on its way, and nobody loses patience
        """Object.defineProperty(window, 'resnetExplorerWalks', { get() {}, set() {}, configurable: true });
        const later = window.setTimeout;
        window.setTimeout = (then, wait, ...more) => wait === 2500 ? (window.patient = true) : later(then, wait, ...more);"""
    )
    for where, says in (("/?depth=18", "11.69 M"), ("/blocks", "Why the bottleneck?")):
        one.goto("/")
        one.page.wait_for_function("() => window.patient")  # else it goes by itself
        assert one.page.locator("#arrival").count() == 1
        if where.startswith("/?"):
            one.follow(where)
        else:
            one.page.locator('[data-testid="stTopNavLink"]', has_text="Blocks").click()
            one.page.wait_for_url("**/blocks")
        expect(one.page.locator("#arrival")).to_have_count(0)
        one.settle(says)
    one.context.close()


# Where the first page's parts stand, in the last frame of the page that the server sent and the first of Streamlit's.
PLACES = """
  window.places = {};
  const found = (part) => document.querySelector(part)
    ?? [...document.querySelectorAll("*")].map((one) => one.shadowRoot?.querySelector(part)).find(Boolean);
  const look = () => {
    const when = document.getElementById("arrival") ? "before" : "after";
    const boxes = [".what", ".st-key-doors", ".first .end-box.in", ".first .walk-words", ".first .canvas", ".first .walk-bar"].map((part) => {
      const { x, y, width, height } = found(part)?.getBoundingClientRect() ?? {};
      return [part, ...[x, y, width, height].map(Math.round)];
    });
    if (when === "before" || (places.before && !places.after)) places[when] = boxes; // the frame is parsed a little after the body begins
    requestAnimationFrame(look);
  };
  look();
"""


def one_step_on(page) -> None:
    """By a tap, which is a click when the finger has gone; the end stays the end."""
    stood, said = clock(page), page.locator(".first .walk-words h3").inner_text()
    page.locator(".first").get_by_role("button", name="One step on").tap()
    if said != "It says: 3":
        expect(page.locator(".first .walk-scrub")).not_to_have_value(str(stood))


def test_on_a_phone_the_picture_stands_first_and_nothing_moves_unasked(browser, server) -> None:
    one = Visit(browser, server.url, viewport={"width": 390, "height": 844}, reduced_motion="reduce", has_touch=True)
    page = one.page
    page.add_init_script(PLACES)
    one.goto("/")
    page.wait_for_function("places.before && places.after")
    before, after = (page.evaluate(f"places.{when}") for when in ("before", "after"))
    assert before == after and None not in sum(before, []), "what stood there at once stays where it is"
    page.locator(".walk-alone[data-ready]").wait_for()
    expect(page.locator("#arrival")).to_have_count(0)
    one.settle("25.56 M")
    expect(page.get_by_text("Pick a tile or an arch")).to_be_visible()  # the map below is there too
    one.still()
    assert clock(page) == 0
    places = [
        page.locator(part)
        for part in (".what", ".st-key-doors", ".first .end-box.in", ".first .end-box.out", ".first .walk-bar")
    ]
    what, doors, picture, answer, bar = (part.bounding_box() for part in places)
    assert what["y"] + what["height"] <= doors["y"] and doors["y"] + doors["height"] <= picture["y"]
    assert picture["width"] > 56 and answer["width"] > 120, "large enough to be seen"
    words = page.locator(".first .walk-words").bounding_box()
    assert answer["y"] + answer["height"] < words["y"] and words["y"] + words["height"] <= bar["y"] + 1, (
        "nothing is cut"
    )
    below = page.get_by_text("Here is one for photographs")
    assert bar["y"] + bar["height"] <= below.bounding_box()["y"] < page.locator(".map-root").last.bounding_box()["y"]
    expect(page.get_by_text("Arrow keys follow the data")).to_be_hidden()  # which a phone has not
    stands = []
    for _ in range(14):
        one_step_on(page)
        stands.append(page.locator(".first .walk-words").bounding_box())
    expect(page.locator(".first .walk-words h3")).to_have_text("It says: 3")
    assert [(one["y"], one["height"]) for one in stands] == [(words["y"], words["height"])] * 14, "nothing moves"
    page.locator(".first .walk-scrub").press("Home")
    assert bar["y"] + bar["height"] <= 844
    for door in page.locator(".st-key-doors strong").all():
        assert door.evaluate(
            "one => one.closest('a').getBoundingClientRect().right >= one.getBoundingClientRect().right"
        )
    badge, name = (
        page.locator(part).first.bounding_box() for part in (".first .mark", ".first .lane:nth-of-type(3) .lane-name")
    )
    assert badge["y"] >= name["y"] + 0.8 * name["height"], "a number on an arc leaves the stage's name free"
    one_step_on(page)
    assert page.locator(".first .walk-words h3").inner_text() == "The picture enters"
    tools = page.get_by_role("button", name="Tools")
    assert not page.get_by_role("button", name="Layers").is_visible()
    tools.tap()
    expect(page.get_by_role("button", name="Layers")).to_be_visible()
    one.check()
    one.context.close()

"""The app in a real browser, as a visitor: deep links, controls, hostile links. Each page by itself: `test_every_page`."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser.harness import comes


def test_a_deep_link_restores_the_model_and_the_controls_change_it(visit) -> None:
    app = visit("/?depth=152", "60.19 M params")
    assert app.built().startswith("ResNet-152")
    app.page.locator(".st-key-depth").get_by_role("radio", name="18", exact=True).click()
    app.settle("11.69 M params")
    assert "depth=18" in app.page.url
    app.page.locator(".st-key-block").get_by_role("radio", name="bottleneck").click()
    app.settle("ResNet-18’s layout with bottlenecks is ResNet-26.")
    assert "block=bottleneck" in app.page.url


@pytest.mark.parametrize("width", [800, 1280, 1440])
def test_the_navigation_stands_still(visit, width) -> None:
    """A pointer that has chosen a page lies on that page's word: with a sidebar, without one, and with one folded by hand."""
    app = visit("/cost", "Where is the cost?", viewport={"width": width, "height": 720})
    nav = app.page.get_by_test_id("stTopNav")
    places = """() => [...document.querySelectorAll("[data-testid=stTopNav] [data-testid=stTopNavLink]")]
      .filter((one) => one.offsetParent).map((one) => [one.innerText, one.getBoundingClientRect().x])"""

    def stands() -> list[list[object]]:
        """In one step: while Streamlit measures the line its words stand elsewhere."""
        return app.page.evaluate(places)

    app.still()
    first = stands()
    for page in ("/compare", "/explain", "/sheet"):
        app.follow(page).still()
        comes(stands, first)
    more = nav.get_by_test_id("stTopNavSection").last
    expect(more).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    app.follow("/paper", "Does the model agree")
    expect(more).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")  # a page of the list lights the list
    app.follow("/sheet")
    app.page.get_by_test_id("stSidebar").hover()
    app.page.get_by_role("button", name="Collapse sidebar").click()
    opens = app.page.get_by_test_id("stExpandSidebarButton")
    opens.wait_for()
    app.still()
    comes(stands, first)
    beside, word = opens.bounding_box(), nav.get_by_role("link", name="Architecture").bounding_box()
    assert beside["x"] >= 0 and beside["x"] + beside["width"] <= word["x"]
    opens.click()
    opens.wait_for(state="detached")
    app.still()
    comes(stands, first)


def test_on_a_phone_the_bar_of_the_task_is_whole(visit) -> None:
    """It went on behind the edge, and only a fading "Class" said so."""
    app = visit("/sheet?batch=256&classes=21841", "What are its numbers?", viewport={"width": 390, "height": 844})
    bar = app.page.locator(".st-key-task")
    expect(bar.locator("input")).to_have_count(5)  # each control's script comes by itself
    app.still()
    assert bar.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    lines = {round(one.bounding_box()["y"]) for one in bar.locator("input").all()}
    assert len(lines) == 2, "numbers, then lists"
    cut = "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.value)"
    assert bar.locator("input").evaluate_all(cut) == []


def test_a_table_swiped_aside_on_a_phone_keeps_its_rows_names(visit) -> None:
    page = visit("/paper", "Does the model agree with the paper?", viewport={"width": 390, "height": 844}).page
    page.locator(".scroll td").first.wait_for()
    moved = page.evaluate("""() => {
      const table = [...document.querySelectorAll(".scroll")].find((one) => one.querySelector("td"));
      const places = () => [...table.querySelectorAll("tbody tr")].map((row) => [...row.cells].slice(0, 2).map((cell) => cell.getBoundingClientRect().x));
      const before = places();
      table.scrollLeft = 200;
      return places().map((row, at) => row.map((x, cell) => before[at][cell] - x));
    }""")
    assert moved and all(row == [0, 200] for row in moved)


def test_hostile_links_leave_a_working_page(visit) -> None:
    app = visit("/?depth=banana", "depth='banana': choose one of 18")  # as a link, and the others from page to page
    for query, shows in (
        ("input=-1", "input='-1'"),
        ("input=" + "9" * 300, "input='999"),
        ("batch=1e99", "batch='1e99': choose a whole number"),
        ("classes=999999999", "choose a whole number"),
        ("node=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "25.56 M params"),
        ("depth=%00%ff", "choose one of 18, 34, 50"),
    ):
        app.follow(f"/?{query}", shows).check()


def test_a_megabyte_in_the_url_is_turned_away_and_the_app_lives(visit, server) -> None:
    with pytest.raises((urllib.error.HTTPError, ConnectionError, urllib.error.URLError)):
        urllib.request.urlopen(f"{server.url}/?depth=" + "9" * 1_000_000, timeout=20)
    app = visit("/?depth=" + "9" * 30_000, "depth='999")
    assert not app.page.locator(".built").count()


PAYLOADS = ("[Log in](http://evil.example)", "![x](http://evil.example/x.png)", "<img src=x onerror=alert(1)>", "$x$")


def test_nothing_of_a_link_is_markup(visit) -> None:
    """All of them in each key; `test_plain` shows that each alone would be caught."""
    app = visit("/")
    for key in ("stages", "input", "net", "vs", "lecture", "node", "guess", "hide", "unknown"):
        query = urllib.parse.urlencode({"depth": "other", "model": "custom", key: " ".join(PAYLOADS)})
        app.follow(f"/{'compare' if key == 'vs' else ''}?{query}")
        app.page.wait_for_selector(".refused, .built")
        assert app.page.locator("[href*=evil], [src*=evil], img[src=x], .katex").count() == 0, key


def test_a_link_with_a_fault_shows_no_net_however_it_was_followed(visit) -> None:
    app = visit("/?depth=18", "11.69 M params")
    app.page.evaluate(
        "history.pushState({}, '', '/?depth=77'); dispatchEvent(new PopStateEvent('popstate', {state: {}}))"
    )
    app.settle("depth='77': choose one of")
    assert not app.page.locator(".built").count()
    app.page.locator('[data-testid="stTopNavLink"]').filter(has_text="Cost").click()
    app.page.wait_for_url("**/cost*")
    app.settle("depth='77': choose one of")
    app.page.get_by_role("link", name="ResNet-50").click()
    app.settle("25.56 M params")


def test_a_control_shows_what_it_holds_however_late_its_script_comes(visit) -> None:
    """On a slow line the page has been made again before the browser can draw its fields."""
    app, late = visit("/cost?show=memory", fresh=True), []
    app.page.route("**/NumberInput*.js", lambda route: late.append(route))
    app.goto("/cost?show=memory&batch=8", "8×3×224×224")
    with app.runs():
        app.page.locator(".st-key-depth").get_by_role("radio", name="18", exact=True).click()
    batch = app.page.locator(".st-key-batch input")
    assert late and not batch.count()
    for route in late:
        route.continue_()
    expect(batch).to_have_value("8")
    with app.runs():
        app.page.locator(".st-key-depth").get_by_role("radio", name="34", exact=True).click()
    assert "8×3×224×224" in app.built(), "nor does the browser say another batch"


def test_the_first_thing_that_a_field_says_is_what_it_holds(visit) -> None:
    """The batch said 0 for a moment on each page that was opened."""
    app = visit("/cost?show=memory", fresh=True)
    app.page.add_init_script("""window.said = new Set();
      const look = () => { const field = document.querySelector(".st-key-batch input");
        if (field) said.add(field.value); requestAnimationFrame(look); };
      new MutationObserver(look).observe(document, { childList: true, subtree: true });""")
    for query, held in (("", "1"), ("&batch=8", "8")):
        app.goto(f"/cost?show=memory{query}", f"{held}×3×224×224")
        expect(app.page.locator(".st-key-batch input")).to_have_value(held)
        assert app.page.evaluate("[...said]") == [held]


def test_a_part_of_a_bar_shows_only_words_that_it_has_room_for(visit) -> None:
    """A clipped dot was the only thing that the narrowest said; what is not shown is heard."""
    shown = """(all) => all.flatMap((one) => [...one.childNodes].filter((part) => part.textContent.trim()
      && (part.nodeType === Node.TEXT_NODE || getComputedStyle(part).position !== "absolute")).map((part) => {
        const range = document.createRange();
        range.selectNodeContents(part);
        const [words, room] = [range.getBoundingClientRect(), one.getBoundingClientRect()];
        return [part.textContent, words.left >= room.left && words.right <= room.right];
      }))"""
    app = visit("/cost", "Where is the cost?")
    parts = app.page.locator(".bar .proved")
    for width in (1440, 1280, 390):
        app.see({"width": width, "height": 800})
        parts.first.wait_for()
        said = app.still() and parts.evaluate_all(shown)
        words = [word.strip("\xa0") for word, whole in said if whole]
        assert len(words) == len(said) > 4, [width, said]
        assert all(re.fullmatch(r"conv\d_x|stem|head|[\d.]+ %", word) for word in words) and "59 %" in words, words
        assert all(len(name) > 3 for name in parts.all_text_contents()), "each is heard, with its share"


@pytest.mark.parametrize("query", ["embed=true", "hide=toolbar", "hide=nav"])
def test_where_there_is_no_navigation_the_sidebar_begins_at_the_top(visit, query) -> None:
    app = visit(f"/cost?{query}", "Where is the cost?", viewport={"width": 1280, "height": 720})
    box = app.still().page.get_by_test_id("stSidebar").bounding_box()
    assert (box["y"], box["height"]) == (0, 720)
    if query != "hide=toolbar":
        app.page.get_by_test_id("stSidebar").hover()
        app.page.get_by_role("button", name="Collapse sidebar").click()
        app.page.get_by_test_id("stExpandSidebarButton").click()
        expect(app.page.get_by_test_id("stExpandSidebarButton")).to_have_count(0)


def test_another_pages_address_stands_before_the_controls_are_drawn(visit) -> None:
    """Who goes back, or on, while a slow line still brings the controls' script finds what the address says."""
    app, late = visit("/blocks?depth=18", fresh=True), []
    app.page.route("**/ButtonGroup*.js", lambda route: late.append(route))
    app.goto("/blocks?depth=34", "21.80 M params")
    assert late and not app.page.locator(".st-key-depth [role=radio]").count()
    app.follow("/cost?depth=34", "21.80 M params")
    assert "depth=34" in app.page.url
    for route in late:
        route.continue_()
    expect(app.page.locator(".st-key-depth").get_by_role("radio", name="34", exact=True)).to_be_checked()
    app.follow("/cost", "25.56 M params")


def test_what_is_typed_as_a_name_is_not_written_over(visit) -> None:
    """Streamlit's "Press Enter to apply" lay over a long name in the sidebar; it stands between the field and the next label."""
    app = visit("/sheet", "What are its numbers?")
    field = app.page.get_by_role("textbox", name="Any ResNet by its name")
    field.press_sequentially("torchvision resnet50")
    hint = app.page.get_by_text("Press Enter to apply")
    hint.wait_for()
    above, said = field.bounding_box(), hint.bounding_box()
    below = app.page.get_by_text("Depth", exact=True).first.bounding_box()
    assert above["y"] + above["height"] <= said["y"] and said["y"] + said["height"] <= below["y"] + below["height"] / 4
    field.fill("")


def test_the_variants_keep_their_value_open_and_closed_and_in_the_url(visit) -> None:
    app = visit("/?depth=18&in_channels=1", "11.68 M params")
    box = app.page.locator(".st-key-variants-open label")
    expect(app.page.locator(".st-key-in_channels input")).to_have_value("1")
    box.click()
    app.page.locator(".st-key-stem").wait_for()
    app.settle()
    app.page.locator(".st-key-stem").get_by_role("combobox").click()
    app.choose("one 3×3 (CIFAR)")
    app.settle("ResNet-18 · CIFAR stem")
    box.click()
    app.page.locator(".st-key-norm").wait_for(state="detached")
    app.settle("ResNet-18 · CIFAR stem")
    assert "stem=cifar" in app.page.url and "in_channels=1" in app.page.url
    app.page.locator('[data-testid="stTopNavLink"]').filter(has_text="Cost").click()
    app.page.wait_for_url("**/cost*")
    app.settle("ResNet-18 · CIFAR stem")
    assert "stem=cifar" in app.page.url and "in_channels=1" in app.page.url
    app.page.go_back()  # to the page before, not to this page without its variants
    app.page.wait_for_url(re.compile(r"localhost:\d+/\?"))
    app.settle("ResNet-18 · CIFAR stem")
    app.page.go_back()  # … and to before the choice
    app.page.wait_for_url(re.compile(r"/\?(?!.*stem)"))
    app.settle("11.68 M params")


def test_all_of_a_row_picks_its_net_and_all_of_a_scene_in_the_list_leads_to_it(visit) -> None:
    seen = visit("/catalogue", "151 nets", viewport={"width": 1440, "height": 900})
    page = seen.page
    table = page.locator('[data-testid="stDataFrame"]').first
    table.locator("canvas").first.wait_for()
    for at, name in (((60, 150), "ResNet-101"), ((900, 80), "ResNet-34"), ((500, 185), "ResNet-152")):
        table.click(position=dict(zip("xy", at, strict=True)))
        page.locator(".stMain h3", has_text=name).wait_for()
    seen.follow("/lecture", "The basic block, opened")
    page.locator(".overview .about", has_text="Two 3×3 convolutions").click(force=True)  # the link lies there
    page.wait_for_url("**lecture=basic-block**")

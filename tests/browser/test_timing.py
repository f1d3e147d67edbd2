"""The Timing page in a browser: before a click, during a run, and what another visitor feels meanwhile."""

from __future__ import annotations

import re
import time

from playwright.sync_api import expect

from explorer.tell.questions import TIMING
from tests.conftest import Visit

QUESTIONS = {
    "pass": "How fast is it here?",
    "parts": "Where does the time go?",
    "sweep": "What makes it faster?",
    "limit": "How near to the device",
    "race": "Why are FLOPs not time?",
    "machines": "How fast is it elsewhere?",
}
VIEWS = tuple(QUESTIONS)
PROJECTOR, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
PATIENCE_MS = 90_000  # a busy host measures slowly, and answers late
LONG = "/timing?view=sweep&sweep=batch&depth=50&threads=1&input=96"


def start(one, name: str) -> None:
    one.page.get_by_role("button", name=name).click()
    one.page.get_by_role("button", name="Cancel").wait_for(timeout=PATIENCE_MS)


def cancel(one) -> None:
    one.page.get_by_role("button", name="Cancel").click()
    one.page.locator(".running", has_text="cancelled").wait_for(timeout=PATIENCE_MS)


def test_before_the_first_click_each_view_shows_something_marked_and_fits_a_projector_and_a_phone(visit) -> None:
    one, sizes = visit("/timing", viewport=PROJECTOR), [PROJECTOR, PHONE]
    for view in VIEWS:
        one.page.locator(".st-key-timing-bar").get_by_role("radio", name=TIMING[view], exact=True).click()
        one.page.get_by_role("heading", name=QUESTIONS[view]).wait_for(timeout=PATIENCE_MS)
        one.settle()
        for size in sizes:
            one.page.set_viewport_size(size)
            one.page.locator(".mark:visible", has_text=re.compile("recorded|published")).first.wait_for(
                timeout=PATIENCE_MS
            )
            assert one.page.locator(".mark", has_text="measured").count() == 0, "nothing was measured yet"
            one.check()
        if view == "pass":
            nothing_is_cut_off(one)
        sizes.reverse()  # the next view is asked for on the screen that stands


def nothing_is_cut_off(one: Visit) -> None:
    """On the phone, no control and not the figure."""
    for piece in (
        *one.page.locator(".st-key-timing-bar button").all(),
        one.page.locator(".hall .big > span:not(.fine)"),
    ):
        box = piece.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"], (piece.inner_text(), box)


def test_without_a_gpu_s_record_the_launches_say_how_to_make_one(visit) -> None:
    one = visit("/timing?view=launches", viewport=PROJECTOR)
    one.page.get_by_role("heading", name="At which batch does the GPU start to work?").wait_for(timeout=PATIENCE_MS)
    one.page.get_by_text("python3 tests/gpu/check.py --out mine").first.wait_for(timeout=PATIENCE_MS)
    one.page.get_by_role("heading", name="And on a CPU: what does a larger batch bring?").wait_for()
    expect(one.page.locator(".js-plotly-plot")).to_have_count(1)
    for size in (PROJECTOR, PHONE):
        one.see(viewport=size)
        one.check()


def test_a_class_sees_the_whole_race_on_one_projector_screen(visit) -> None:
    """Counts, times, lanes, where they are from, and the reason: below the header, without scrolling."""
    one = visit("/timing?view=race", viewport=PROJECTOR)
    one.page.locator(".js-plotly-plot").first.wait_for(timeout=PATIENCE_MS)
    bars = one.page.locator(".st-key-race-again, .race").last
    bars.wait_for(timeout=PATIENCE_MS)
    one.page.locator(".beside a").first.wait_for(timeout=PATIENCE_MS)
    assert "FLOPs are not time" in one.page.locator(".lead").inner_text()
    for piece in (
        one.page.locator(".lead"),
        *one.page.locator(".js-plotly-plot").all(),
        bars,
        one.page.locator(".told"),
        *one.page.locator(".beside").all(),
    ):
        box = piece.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 720, (piece.inner_text(), box)
    one.page.locator(".told .proved").first.click()
    one.page.locator("code:visible", has_text="4,089,184,256 ÷ 3,663,761,408").first.wait_for(timeout=PATIENCE_MS)


# From the click on a replay's button on, frame by frame: how far the bars are, and whether the words can be seen.
REPLAYED = """async button => {
  const race = button.closest(".race"), said = race.querySelector(".said"), found = [];
  button.click();
  const frame = () => new Promise((on) => requestAnimationFrame(on));
  do {
    await frame();
    found.push([Math.max(...[...race.querySelectorAll(".fill")].map((one) => parseFloat(one.style.width))), getComputedStyle(said).visibility === "visible"]);
  } while (!found.at(-1)[1]);
  return found;
}"""


def test_what_is_said_of_a_race_comes_with_the_bars(visit) -> None:
    """'ResNet-34 done: ResNet-50 at 67 of 100' stood there while both bars were at their beginning."""
    one = visit("/timing?view=race", viewport=PROJECTOR)
    again = one.page.get_by_role("button", name="Run it again")
    again.wait_for(timeout=PATIENCE_MS)
    before = one.page.locator(".race .words, .race .said").all_inner_texts()
    frames = again.evaluate(REPLAYED)
    assert min(way for way, _ in frames) < 30, "it does not begin from the beginning"
    assert [way for way, said in frames if said] == [100], "words before the first one is done"
    assert one.page.locator(".race .words, .race .said").all_inner_texts() == before
    lines = one.page.locator(".js-plotly-plot .ygrid")
    assert lines.count() == 0, "a line of the grid runs through the bars' values"


def test_a_charts_camera_does_not_cover_its_legend_nor_is_it_low(visit) -> None:
    one = visit("/timing?view=limit", viewport=PROJECTOR)
    chart = one.page.locator(".js-plotly-plot")
    chart.hover(timeout=PATIENCE_MS)
    one.settle().still()
    camera, legend = (chart.locator(name).bounding_box() for name in (".modebar", ".legend"))
    assert camera["y"] > legend["y"] + legend["height"]
    assert chart.locator(".nsewdrag").bounding_box()["height"] >= 180
    for words in (".xtick text", ".ytick text", ".xtitle", ".ytitle", ".legendtext"):  # as Plotly calls them
        assert chart.locator(words).first.evaluate("one => getComputedStyle(one).fill") == "rgb(29, 32, 38)", words


def test_the_table_of_machines_is_not_clipped(visit) -> None:
    one = visit("/timing?view=machines")
    table = one.page.locator(".st-key-machines-table .scroll")
    table.wait_for(timeout=PATIENCE_MS)
    for width in (1440, 1280):
        one.see(viewport={"width": width, "height": 900})
        for side in ("Width", "Height"):
            assert table.evaluate(f"one => one.scroll{side} - one.client{side}") <= 1


def test_the_figure_and_its_provenance_fit_the_projector(visit) -> None:
    one = visit("/timing?view=parts", viewport=PROJECTOR)
    for view in ("parts", "limit"):
        if view != "parts":
            one.follow(f"/timing?view={view}")
        one.page.get_by_role("heading", name=QUESTIONS[view]).wait_for(timeout=PATIENCE_MS)
        one.page.locator(".beside").first.wait_for(timeout=PATIENCE_MS)
        one.settle()
        box = one.page.locator(".beside").first.bounding_box()
        assert box["y"] + box["height"] <= 720 + 8, (view, "the line's own leading may pass the edge")


def test_a_run_ends_in_a_measured_figure_with_its_provenance_which_outlives_a_reload(visit) -> None:
    one = visit("/timing?depth=18&threads=1&input=64&optimizer=Adam")
    expect(one.page.locator(".st-key-task")).to_contain_text("forward passes only, not training with Adam")
    expect(one.page.locator(".asked")).to_contain_text("measures forward passes on cpu")
    pressed = one.page.get_by_role("button", name="Time ResNet-18")
    at = one.still() and pressed.bounding_box()
    start(one, "Time ResNet-18")
    assert pressed.bounding_box() == at, "what goes on while a run lasts moves nothing"
    one.page.get_by_text("done in").wait_for(timeout=PATIENCE_MS)
    one.settle()
    assert pressed.bounding_box() == at
    big = one.page.locator(".hall .big").inner_text()
    assert re.fullmatch(r"[\d,.]+ (µs|ms|s) ± [\d,.]+ · [\d,.]+ img/s", big.replace("\n", " ")), big
    hall = one.page.locator(".hall").inner_text()
    for words in ("measured", "cpu", "fp32", "NCHW", "batch 1", "input 64×64", "1 thread", "torch", "passes"):
        assert words in hall
    one.page.get_by_text("Measured on what, and how").click()
    one.page.get_by_text("load average before").wait_for(timeout=PATIENCE_MS)
    # another model: the measured figure of the first is not shown for it
    one.page.locator('[data-testid="stSidebar"]').get_by_role("radio", name="34").click()
    one.page.get_by_role("button", name="Time ResNet-34").wait_for(timeout=PATIENCE_MS)
    one.settle()
    assert one.page.locator(".mark", has_text="measured").count() == 0
    # back again: the figure is there, but it is no longer of just now
    one.page.locator('[data-testid="stSidebar"]').get_by_role("radio", name="18").click()
    one.page.locator(".hall .mark", has_text="measured earlier").wait_for(timeout=PATIENCE_MS)
    before = one.page.locator(".hall").inner_text()
    one.goto("/timing?depth=18&threads=1&input=64")
    one.page.locator(".hall .mark", has_text="measured earlier").wait_for(timeout=PATIENCE_MS)
    assert one.page.locator(".hall").inner_text() == before, "the same figure, when and on what it was measured"
    assert "for this browser alone" in before
    other = visit("/timing?depth=18&threads=1&input=64", fresh=True)
    other.page.get_by_text("No recorded run of ResNet-18 at this input size").wait_for(timeout=PATIENCE_MS)
    assert other.page.locator(".mark", has_text="measured").count() == 0, "nobody else is shown it"
    assert one.page.locator(".hall .big").inner_text() == big
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC", one.page.locator(".hall .exact").inner_text()), "when it was"


def test_a_sweep_shows_results_as_they_come_and_can_be_cancelled(visit) -> None:
    one = visit(LONG)
    start(one, "Run the sweep")
    one.page.locator(".lead", has_text="settings are done").wait_for(
        timeout=PATIENCE_MS
    )  # all bars have their place from the start
    one.page.locator(".js-plotly-plot").first.wait_for(timeout=PATIENCE_MS)  # the first points, while it runs
    assert one.page.get_by_role("button", name="Cancel").is_visible()
    before = time.monotonic()
    cancel(one)
    assert time.monotonic() - before < 10
    one.settle()
    assert one.page.get_by_role("button", name="Run the sweep").is_enabled()


def test_a_pass_of_many_seconds_can_be_cancelled_in_its_middle_and_the_next_run_works(visit) -> None:
    one = visit("/timing?depth=152&input=448&batch=4&threads=1")
    start(one, "Time ResNet-152")
    one.page.get_by_text(re.compile(r"s( of about \d+)? · first pass")).wait_for(timeout=PATIENCE_MS)
    cancel(one)
    one.settle()
    one.page.get_by_role("button", name="Time ResNet-152").click()
    one.page.get_by_text(re.compile(r"s( of about \d+)? · (building|first pass)")).wait_for(
        timeout=PATIENCE_MS
    )  # building may be over at once
    cancel(one)


def test_another_visitor_is_served_and_queued_meanwhile(visit) -> None:
    """Correct behaviour, not speed: the second page works all through the first one's run, and shows its place."""
    first, second = visit(LONG), visit("/timing?depth=18&input=32")
    start(first, "Run the sweep")
    for depth in ("34", "101"):
        second.page.locator('[data-testid="stSidebar"]').get_by_role("radio", name=depth, exact=True).click()
        second.page.locator(".built", has_text=f"ResNet-{depth}").wait_for(timeout=PATIENCE_MS)
    assert first.page.get_by_role("button", name="Cancel").is_visible(), "the first run is still on"
    start(second, "Time ResNet-101")
    second.page.get_by_text("number 1 in the queue").wait_for(timeout=PATIENCE_MS)
    cancel(second)  # a queued run goes at once
    cancel(first)


def test_a_run_goes_on_while_its_visitor_looks_at_another_page_and_ends_with_the_tab(visit) -> None:
    first = visit("/timing?depth=18&input=64&threads=1")
    start(first, "Time ResNet-18")
    expect(first.page.locator(".running")).to_contain_text("Goes on while you look at other pages")
    first.page.get_by_role("link", name="Blocks").click()
    first.settle("Blocks")
    first.page.get_by_role("link", name="Timing").click()
    first.page.get_by_text("done in").wait_for(timeout=PATIENCE_MS)
    first.page.locator(".hall .mark", has_text="measured").wait_for(timeout=PATIENCE_MS)
    first.page.locator(".st-key-timing-bar").get_by_role("radio", name=TIMING["parts"], exact=True).click()
    expect(first.page.locator(".asked")).to_contain_text(f"ResNet-18, under “{TIMING['pass']}”: done in")
    second, third = visit(LONG, fresh=True), visit("/timing?depth=18&input=32&threads=1")
    start(second, "Run the sweep")
    start(third, "Time ResNet-18")
    second.page.goto(f"{second.url}/_stcore/health")  # out of the app
    third.page.get_by_text("done in").wait_for(timeout=PATIENCE_MS)  # only once the second has made way
    second.goto("/blocks")


def test_what_is_cut_short_says_how_far_it_came(visit) -> None:
    one = visit("/timing?view=sweep&sweep=depths&threads=1&input=64")
    start(one, "Run the sweep")
    one.page.locator(".running", has_text=re.compile(r"\([2-4] of 5\)")).wait_for(timeout=PATIENCE_MS)
    room = "one => one.clientWidth - one.scrollWidth"
    assert one.page.locator(".running span").evaluate(room) >= 0, "how far it is can be read to its end"
    cancel(one)
    one.page.get_by_text(re.compile(r"[1-4] of 5 points:\W+the run was cancelled")).wait_for(timeout=PATIENCE_MS)


def test_a_recorded_figure_of_other_settings_says_so(visit) -> None:
    one = visit("/timing?batch=65536&threads=2")
    told = one.page.locator(".other-settings")
    told.wait_for(timeout=PATIENCE_MS)
    assert "you asked for 65,536" in told.inner_text()
    height = "one => parseFloat(getComputedStyle(one).fontSize)"
    stands_in = one.page.locator(".hall.stand-in .big").evaluate(height)
    one.follow("/timing?threads=2")
    assert one.page.locator(".hall .big").evaluate(height) > 2 * stands_in, (
        "no answer to what was asked is the page's large one"
    )


def test_a_request_that_does_not_fit_is_refused_with_what_would(visit) -> None:
    one = visit("/timing?batch=65536")
    one.page.get_by_role("button", name="Time ResNet-50").click()
    one.page.get_by_text("would fit").wait_for(timeout=PATIENCE_MS)
    assert "batch=65,536" in one.page.locator('[data-testid="stAlert"]').first.inner_text()


def test_odd_links_leave_a_working_page(visit) -> None:
    one = visit("/timing?view=x&threads=999&device=tpu")
    for query in (
        "dtype=tf32",
        "passes=graph&view=race&one=x",
        "view=sweep&sweep=stride&depth=18",
        "view=race&one=resnet50&other=resnet50",
    ):
        one.check()
        one.follow(f"/timing?{query}")


def test_a_run_file_is_loaded_and_a_bad_one_is_refused(visit) -> None:
    from dataclasses import replace

    from explorer.timing.data import records
    from tests.timing.test_records import SEEN

    mine = replace(SEEN, provenance=SEEN.provenance | {"device": "A machine of mine"})
    one = visit("/timing?view=machines")
    files = one.page.locator('input[type="file"]')
    files.set_input_files(
        {"name": "run.json", "mimeType": "application/json", "buffer": records.dumps([records.row_of(mine)]).encode()}
    )
    one.page.get_by_text("A machine of mine").first.wait_for(timeout=PATIENCE_MS)
    one.page.locator('input[type="file"]').set_input_files(
        {"name": "bad.json", "mimeType": "application/json", "buffer": b"{}"}
    )
    one.page.get_by_text("not a timing saved by this explorer").wait_for(timeout=PATIENCE_MS)

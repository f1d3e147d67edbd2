"""The laboratory in a browser: predict, run for real, compare; and cancel."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

PATIENCE_MS = 90_000  # a busy host trains slowly


def run_now(app) -> None:
    app.page.get_by_role("button", name="Run it live").click()


def test_predict_run_live_and_compare(visit) -> None:
    app = visit("/why_residual?experiment=degradation&seed=5", "Predict, and see the rest")
    assert "recorded" in app.page.locator(".source").inner_text()
    assert app.page.locator(".verdict").count() == 0
    app.page.get_by_text("Neither: deeper is better").click()
    app.settle("You said: Neither: deeper is better. This run: Only the plain one.")  # the recorded run
    app.page.get_by_text("Seed and budget").click()
    steps = app.page.get_by_label("Steps", exact=True)
    steps.fill("10")
    steps.press("Enter")
    app.settle("10 steps")
    run_now(app)
    app.page.locator(".source", has_text="measured").wait_for(timeout=PATIENCE_MS)
    app.settle()
    source = app.page.locator(".source").inner_text()
    assert "measured" in source and "seed 5 · 20, 56 layers · 10 steps" in source
    expect(app.page.locator(".figure")).to_have_count(4)
    assert app.page.locator(".verdict").inner_text().startswith(("You said", "As you predicted"))
    app.page.reload()  # results stay for the visit
    app.page.locator(".source", has_text="seed 5 · 20, 56 layers · 10 steps").wait_for(timeout=PATIENCE_MS)
    app.settle()
    app.page.get_by_text("Every claim, over the recorded seeds").click()
    app.page.get_by_text("another budget").first.wait_for()
    app.page.get_by_role("button", name="Take it home").click()
    with app.page.expect_download() as download:
        app.page.get_by_role("button", name="Whole run as JSON").click()
    run = json.loads(download.value.path().read_text())
    rows = run["rows"]
    assert run["config"]["steps"] == 10 and run["config"]["seed"] == 5 and run["provenance"]["threads"] == 1
    assert len(rows) == 4 * 10 and {row["net"] for row in rows} == {
        "plain-20",
        "plain-56",
        "residual-20",
        "residual-56",
    }


CURVE = ".st-key-live .js-plotly-plot .scatterlayer path.js-line"


def test_a_run_survives_a_change_of_page_and_a_reload(visit) -> None:
    """Draws from the first step, pauses, waits in the tray of another page, after a reload too, and goes on where it was;
    then it can be cancelled, and its result is gone."""
    app = visit("/why_residual?experiment=degradation&seed=7&reveal=true", "What may be claimed")
    page = app.page
    begins = page.get_by_role("button", name=re.compile(r"Run it live · about \d+ (s|min) here"))
    begins.wait_for(timeout=PATIENCE_MS)
    assert not any("runs" in one["name"] for one in app.context.cookies()), "nothing is kept of who runs nothing"
    begins.click()
    page.locator(CURVE).nth(3).wait_for(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Pause").click()
    paused = page.get_by_text(re.compile(r"paused · step \d+ of 120"))
    paused.wait_for(timeout=PATIENCE_MS)
    at = paused.inner_text()
    with app.runs():
        page.get_by_role("link", name="Blocks", exact=True).click()
    page.reload()
    app.settle().still()
    page.locator(".st-key-tray").get_by_role("button", name="1 run").click(timeout=PATIENCE_MS)
    page.get_by_text(re.compile(r"seed 7 · paused at \d+ %")).wait_for(timeout=PATIENCE_MS)
    page.get_by_role("link", name="1. Does depth hurt?").click()
    app.settle(at)
    page.get_by_role("button", name="slow", exact=True).or_(page.get_by_role("radio", name="slow", exact=True)).click()
    page.get_by_role("button", name="Go on").click()
    page.get_by_text(re.compile(r"^step \d+ of 120 · \d+ s")).wait_for(timeout=PATIENCE_MS)
    page.get_by_test_id("stMain").get_by_role(
        "button", name="Cancel"
    ).click()  # the tray's list, with its own, may still be open
    page.locator('[data-testid="stProgress"]').wait_for(state="detached", timeout=PATIENCE_MS)
    page.get_by_role("button", name=re.compile("Run it live")).wait_for(timeout=PATIENCE_MS)
    assert page.get_by_role("button", name=re.compile("Run it live")).is_enabled()
    page.locator(".st-key-tray").wait_for(state="detached", timeout=PATIENCE_MS)


def test_a_link_opens_each_experiment(visit) -> None:
    app = visit("/why_residual?experiment=landscape", "What does the optimiser walk on?")
    app.page.get_by_role("radio", name="What if a block goes?").click()
    app.settle("What if a block is cut out?")
    assert "experiment=lesion" in app.page.url


def test_surgery_on_the_map(visit) -> None:
    """An arc is cut, a block removed, BN taken, by pointer and by key; the net that trains answers; the run is told."""
    app = visit("/why_residual?experiment=surgery", "What if I cut it now?")
    page = app.page
    page.get_by_role("button", name=re.compile(r"Train it live · about \d+ s here")).click(timeout=PATIENCE_MS)
    page.locator(".st-key-operated .js-plotly-plot .scatterlayer path.js-line").first.wait_for(timeout=PATIENCE_MS)
    arc = page.get_by_role("button", name="conv2_2: cut its shortcut")
    arc.press("Enter")
    page.get_by_text(re.compile(r"step \d+: shortcut of conv2_2 cut")).first.wait_for(timeout=PATIENCE_MS)
    assert page.get_by_role("button", name="conv2_2: join its shortcut again").get_attribute("aria-pressed") == "true"
    page.locator('.tile[data-path="layer2.2"]').click(position={"x": 12, "y": 12})
    page.get_by_text(re.compile(r"step \d+: conv3_3 removed")).first.wait_for(timeout=PATIENCE_MS)
    page.get_by_role("button", name="conv4_2: take its BN").click()
    page.get_by_text(re.compile(r"step \d+: BN taken from conv4_2")).first.wait_for(timeout=PATIENCE_MS)
    page.locator('.tile[data-path="layer1.1"]').click(position={"x": 12, "y": 12})
    page.get_by_text("without its block and its shortcut nothing comes through").wait_for(timeout=PATIENCE_MS)
    page.get_by_text("full speed", exact=True).click()
    page.locator(".source", has_text="measured").wait_for(timeout=PATIENCE_MS)
    app.settle("1. yours, 3 operations")
    assert page.locator(".operations li").count() == 3

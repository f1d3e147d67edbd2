"""The laboratory in a browser: predict, run for real, compare; and cancel."""

from __future__ import annotations

import json


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
    app.page.locator(".source", has_text="measured").wait_for(timeout=60_000)
    app.settle()
    source = app.page.locator(".source").inner_text()
    assert "measured" in source and "seed 5 · 20, 56 layers · 10 steps" in source
    assert app.page.locator(".figure").count() == 4
    assert app.page.locator(".verdict").inner_text().startswith(("You said", "As you predicted"))
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


def test_a_live_run_draws_while_it_runs_and_can_be_cancelled(visit) -> None:
    app = visit("/why_residual?experiment=degradation&seed=7&reveal=true", "What may be claimed")
    run_now(app)
    app.page.locator(".st-key-live .js-plotly-plot .scatterlayer path.js-line").first.wait_for(timeout=60_000)
    app.page.get_by_role("button", name="Cancel").click()
    app.page.locator('[data-testid="stProgress"]').wait_for(state="detached", timeout=15_000)
    app.settle("What may be claimed")
    assert app.page.get_by_role("button", name="Run it live").is_enabled()
    assert "recorded" in app.page.locator(".source").inner_text()


def test_a_link_opens_each_experiment(visit) -> None:
    app = visit("/why_residual?experiment=landscape", "What does the optimiser walk on?")
    app.page.get_by_role("radio", name="What if a block goes?").click()
    app.settle("What if a block is cut out?")
    assert "experiment=lesion" in app.page.url

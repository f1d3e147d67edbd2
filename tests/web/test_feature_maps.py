"""Feature maps through AppTest: what a closed tab held is let go, by Streamlit's own way of closing it."""

from __future__ import annotations

import pytest
import torch
from streamlit.runtime import caching

from explorer.look.kept import Kept
from explorer.web.sections.feature_maps import passes, views
from tests.benchmarks.tab import TAGS
from tests.web.test_pages import everything, open_app

TAB = "test session id"  # AppTest's


def test_a_closed_tab_lets_go_of_its_passes_and_its_nets_and_what_another_looks_at_stays() -> None:
    app = open_app("", "feature_maps")
    assert not app.exception
    seen, nets = passes._kept()
    assert len(seen) >= 1, "a digit was looked at"
    key = next(iter(seen._held))
    seen.get(key, "another tab")
    looker = next(iter(seen._held[key].owners - {"another tab"}))
    nets.put("a net", seen._held[key].value.who, looker)
    caching.clear_session_resource_cache(TAB)
    assert list(seen._held) == [key] and seen._held[key].owners == {"another tab"}
    assert len(nets) == 0
    seen.release("another tab")
    assert len(seen) == 0 and seen.bytes == 0


def test_a_pass_that_came_late_is_kept_once_and_not_by_its_job_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy host the page shows a place in the queue first. The job must not hold the pass for the whole visit."""
    monkeypatch.setattr(passes, "WAIT_S", 0)
    caching.clear_session_resource_cache(TAB)
    app = open_app("", "feature_maps")
    (_, job), *others = app.session_state["looks"].values()
    assert not others and job.wait(60)
    monkeypatch.undo()
    app.run()
    assert not app.exception and app.session_state["looks"] == {} and job.result is None
    assert len(passes._kept()[0]) >= 1


def test_visitors_for_whom_there_is_no_room_all_get_their_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that holds one pass, three visitors in turn, each with a net of their own and a block off. Nobody works for
    ever, since what one visitor's job found is lost to another's."""
    caching.clear_session_resource_cache(TAB)
    store = Kept[passes.Watched](1, 1, lambda one: one.seen.held, passes.Watched.less)
    monkeypatch.setattr(passes, "_kept", lambda: (store, passes.Kept(1, 1, lambda one: one.bytes)))
    monkeypatch.setattr(passes, "WAIT_S", 0)
    made: list[str] = []
    forward = views.passed
    monkeypatch.setattr(views, "passed", lambda *its, **named: made.append("pass") or forward(*its, **named))
    nets = ("residual-20", "residual-56", "net&net=resnet8_cifar")
    apps = [open_app(f"who={net}", "feature_maps") for net in nets]
    for app in apps:
        app.session_state["off"] = ["layer2.0"]
    answered: set[int] = set()
    for _ in range(6):
        waiting = [at for at in range(len(apps)) if at not in answered]
        for at in waiting:
            apps[at].run()
            assert not apps[at].exception
            answered |= {at} if "With conv3_1 adding nothing it" in TAGS.sub("", everything(apps[at])) else set()
        for at in waiting:  # each has the others' turns between what it asked for and what it gets
            for _, job in apps[at].session_state["looks"].values():
                job.wait(60)
    assert len(answered) == len(nets), answered
    assert len(made) <= 2 * len(nets), "a pass each on arrival, and for the change at most one made again"
    assert len(store) == 1


def test_the_page_holds_the_stages_ends_and_the_rest_only_as_long_as_the_store_does() -> None:
    caching.clear_session_resource_cache(TAB)
    open_app("", "feature_maps")
    store = passes._kept()[0]
    (entry,) = store._held.values()
    ours = entry.value.less()
    before = {path: out.clone() for path, out in entry.value.fullest.outputs.items()}
    assert ours.keeps("conv3_x") and ours.with_blocks("conv3_x") is entry.value.fullest
    del entry
    caching.clear_session_resource_cache(TAB)
    assert ours.fullest is ours.seen and not ours.keeps("conv3_x") and len(ours.seen.outputs) < len(before)
    again = ours.with_blocks("conv2_x", "conv3_x", "conv4_x").outputs
    assert again.keys() == before.keys() and all(torch.equal(again[path], out) for path, out in before.items())

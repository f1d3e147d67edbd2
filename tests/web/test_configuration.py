"""One configuration for every page: its bar, what a page shows of it, the header, and links of before."""

from __future__ import annotations

import re

import pytest

from explorer.facts import memory
from explorer.spec import preset
from explorer.spec.task import FORMATS, INFERENCE, OPTIMIZERS, PURPOSES
from explorer.tell import compare_parts, on_page, url_keys
from explorer.web.plain import read
from tests.web.test_pages import PAGES, built, everything, open_app
from tests.web.test_pages_facts import words

AWAY = 'content: "Pages"'  # of the stylesheet that puts the side panel's controls away
PLACES = {"input": "text_input", "batch": "number_input", "classes": "text_input", "dtype": "selectbox"}
LINK = "depth=34&input=96&batch=8&classes=10&dtype=bf16&optimizer=Adam"


def test_the_words_of_the_task_are_those_of_the_estimate() -> None:
    assert tuple(OPTIMIZERS.values()) == tuple(memory.OPTIMIZERS)
    assert list(PURPOSES) == [INFERENCE, *OPTIMIZERS]
    for dtype in FORMATS:
        assert memory.estimate(preset("resnet18"), 64, 64, 1, dtype).total > 0


def test_a_configuration_is_kept_on_the_way_through_every_page_and_is_in_each_address() -> None:
    app = open_app(LINK)
    for page in PAGES:
        app.switch_page(f"../pages/{page}.py").run()
        assert not app.exception, page
        chosen = app.session_state["chosen"]
        assert (chosen.height, chosen.batch, chosen.spec.num_classes) == (96, 8, 10), page
        assert (chosen.dtype, chosen.training) == ("bf16", "Adam, AdamW"), page
        wanted = {"input": "96", "batch": "8", "classes": "10", "dtype": "bf16", "optimizer": "Adam"}
        assert {key: app.query_params.get(key) for key in wanted} == wanted, page


@pytest.mark.parametrize("page", ["sheet", "cost?show=memory", "timing", "compare"])
def test_the_bar_changes_the_page_and_the_header_says_it(page: str) -> None:
    name, _, query = page.partition("?")
    app = open_app(query, name)
    assert "fp32" in built(app)
    app.selectbox(key="dtype").select("bf16").run()
    app.number_input(key="batch").set_value(2).run()
    app.text_input(key="input").set_value("64x96").run()
    assert not app.exception and not app.error
    assert "2×3×64×96 · bf16" in built(app) and app.query_params["dtype"] == "bf16"
    app.selectbox(key="dtype").select("fp32").run()
    assert "dtype" not in app.query_params


def test_what_a_page_takes_no_account_of_is_said_where_its_control_would_be() -> None:
    link = "dtype=bf16&optimizer=Adam"
    said = {page: re.findall(r'class="unused">(.*?)</div>', everything(open_app(link, page))) for page in on_page.ON}
    assert said["timing"] == ["forward passes only, not training with Adam"]
    assert said["sheet"] == said["compare"] == said["cost"] == [], "they use both"
    for page in ("shapes", "practice"):
        assert len(said[page]) == 1 and "bf16" in said[page][0] and "training with Adam" in said[page][0], page
    known = everything(open_app(f"{link}&diff=presets", "compare"))
    assert ".st-key-task { display: none" in known and compare_parts.COUNTED in known, (
        "published nets have their own task"
    )
    flops = everything(open_app(f"{link}&show=flops", "cost"))
    assert 'class="unused"' in flops and 'class="unused"' not in everything(open_app("", "timing"))


def test_old_links_of_the_sheet_and_of_memory_say_what_they_said() -> None:
    for page in ("sheet", "cost"):
        for optimizer in ("", "SGD", "momentum", "Adam"):
            query = (
                f"depth=18&show=memory&dtype=fp16&optimizer={optimizer}"
                if optimizer
                else "depth=18&show=memory&dtype=fp16"
            )
            text = words(open_app(query, page))
            for full in (None, OPTIMIZERS[optimizer or "momentum"]):
                said = memory.estimate(preset("resnet18"), 224, 224, 1, "fp16", full)
                assert f"{said.activations:,}" in text and f"{said.total:,}" in text, (page, optimizer, full)


@pytest.mark.parametrize("page", PAGES)
def test_a_control_that_changes_nothing_on_a_page_is_put_away(page: str) -> None:
    text = everything(open_app("depth=18", page))
    used = on_page.ON.get(page, ())
    if page in on_page.VIEWS:
        options, _, views = on_page.VIEWS[page]
        used = views.get(next(iter(options)), used)
    if not used:
        assert ".st-key-task { display: none" in text
    for key in on_page.ALL if used else ():
        hidden = re.search(rf"\.st-key-{key}\b[^{{}}]*{{ display: none !important", text) is not None
        assert hidden != (key in used), key


def test_a_view_that_is_chosen_with_a_click_has_its_controls_in_the_same_run() -> None:
    """Feature maps' own net had the side panel and the bar with the next click only: the page's control was asked for under
    other choices than it has, with another default."""
    for page, (options, key, views) in on_page.VIEWS.items():
        (row,) = (one for one in url_keys.KEYS if one.name == key and page in one.pages)
        assert views.keys() <= options.keys(), page
        with pytest.raises(ValueError, match=key):
            row.check("no choice of it")
        for slug in options:
            row.check(slug)
    app = open_app("batch=8", "feature_maps")
    assert AWAY in everything(app) and ".st-key-task { display: none" in everything(app)
    app.button_group(key="who").set_value("net").run()
    assert not app.exception and "GMACs · 1×3×224×224 ·" in built(app)
    assert AWAY not in everything(app) and ".st-key-task { display: none" not in everything(app)


def test_where_a_file_decides_the_net_no_control_of_another_one_is_seen() -> None:
    """On Feature maps the side panel lit up, went into the link and changed nothing; the header named a net that did not look."""
    app = open_app("who=net&batch=8&input=96", "feature_maps")
    for weights, here, header in (
        ("published", ("classes",), "1×3×224×224"),  # its authors' size
        ("file", (), None),
        ("untrained", ("input", "classes"), "1×3×96×96"),
    ):
        app.button_group(key="weights").set_value(weights).run()
        assert not app.exception
        text = everything(app)
        assert (AWAY in text) == (not here) and (".st-key-task { display: none" in text) == (not here), weights
        for key in on_page.ALL if here else ():
            hidden = re.search(rf"\.st-key-{key}\b[^{{}}]*{{ display: none !important", text) is not None
            assert hidden != (key in here), (weights, key)
        assert (header in built(app)) if header else 'class="built' not in text, weights


def test_what_timing_does_not_measure_is_said() -> None:
    app = open_app("depth=18&dtype=amp", "timing")
    assert [read(one.value) for one in app.error] == [
        "dtype='amp': choose one of fp32, tf32, bf16, fp16. Measured instead: cpu, fp32, eager."
    ]


def test_an_empty_input_says_what_stands_in_for_it() -> None:
    """Practice draws a size for each exercise where none is typed: 224 stood there."""
    usual = {page: open_app("depth=18", page).text_input(key="input").placeholder for page in ("cost", "practice")}
    assert usual == {"cost": "224", "practice": "any"}

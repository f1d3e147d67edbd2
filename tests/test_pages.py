"""Every page × several specs through AppTest: no exception, the header tells the truth, bad input is said clearly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer.web.plain import read

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
SPECS = {
    "": "ResNet-50 · bottleneck [3,4,6,3] · 25.56 M params · 4.09 GMACs · 1×3×224×224",
    "depth=18": "ResNet-18 · basic [2,2,2,2] · 11.69 M params · 1.81 GMACs · 1×3×224×224",
    "depth=152&stride_on=1x1": "ResNet-152 · stride on the 1×1 (v1) · bottleneck [3,8,36,3] · 60.19 M params · 11.28 GMACs",
    "depth=34&block=bottleneck": "ResNet-50 · bottleneck [3,4,6,3] · 25.56 M params · 4.09 GMACs · 1×3×224×224 · "
    "ResNet-34’s layout with bottlenecks is ResNet-50.",
    "depth=34&shortcut=none": "Plain-34 · basic [3,4,6,3] · 21.62 M params",
    "depth=other&model=cifar&layers=56": "ResNet-56 (CIFAR) · basic [9,9,9] · 853.0 K params · 125.49 MMACs · 1×3×32×32",
    "depth=101&activation=pre&shortcut=A&input=97x131&batch=2": "ResNet-101 · option A · pre-activation",
}


def open_app(query: str = "", page: str | None = None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "explorer" / "app.py"), default_timeout=60)
    for pair in filter(None, query.split("&")):
        key, value = pair.split("=", 1)
        app.query_params[key] = value
    app.run()
    if page:
        app.switch_page(f"../pages/{page}.py").run()
    assert not app.exception, app.exception
    return app


def built(app: AppTest) -> str:
    """The header's words, joined as they are seen."""
    html = next(one.proto.body for one in app.get("html") if 'class="built"' in one.proto.body)
    html = re.sub(r"<code>.*?</code>", "", html)  # the formulas behind the figures
    return re.sub(r"( · )+", " · ", re.sub(r"<[^>]+>", " · ", html)).strip(" ·")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("query", SPECS)
def test_every_page_runs_and_the_header_names_the_model(page: str, query: str) -> None:
    app = open_app(query, page)
    assert built(app).startswith(SPECS[query])
    assert not app.error


@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ("input=-1", "input='-1'", "from 1 to 4,096"),
        ("input=99999", "input=99999", "from 1 to 4,096"),
        ("classes=-1", "classes='-1'", "from 0 to 1,000,000"),
        ("classes=ten", "classes='ten'", "from 0 to 1,000,000"),
        ("batch=0", "batch=0", "from 1 to 65,536"),
        ("depth=other&model=cifar&layers=21", "depth=21", "nearest: 20 and 26"),
        ("depth=other&model=custom&stages=3,x", "stages='3,x'", "like 3,4,6,3"),
        ("depth=other&model=custom&width_per_group=1&width=8", "width_per_group=1", "choose at least 8"),
    ],
)
def test_bad_input_is_said_by_field_value_and_choices_and_a_model_stays(query: str, field: str, allowed: str) -> None:
    app = open_app(query)
    assert len(app.error) == 1
    assert field in read(app.error[0].value) and allowed in read(app.error[0].value)
    assert built(app).startswith("ResNet-50 ·")


@pytest.mark.parametrize(
    "query", ["depth=banana", "block=", "shortcut=Z", "input=", "activation=<script>", "norm=" + "x" * 9999]
)
def test_unknown_choices_fall_back_to_the_default(query: str) -> None:
    app = open_app(query)
    assert built(app).startswith(SPECS[""])


def test_the_last_valid_model_stays_while_the_input_is_wrong() -> None:
    app = open_app("depth=18")
    app.text_input(key="input").set_value("huge").run()
    assert "input='huge'" in read(app.error[0].value) and built(app).startswith("ResNet-18 ·")
    app.text_input(key="input").set_value("64").run()
    assert not app.error and "1×3×64×64" in built(app)


def test_choosing_depth_and_block_rebuilds_the_model() -> None:
    app = open_app()
    app.button_group(key="depth").set_value("18").run()
    assert built(app).startswith("ResNet-18 ·")
    app.button_group(key="block").set_value("bottleneck").run()
    assert built(app).startswith("ResNet-26 ·") and "has 26 layers" in built(app)


def test_the_blocks_page_shows_both_arithmetics() -> None:
    page = "".join(one.proto.body for one in open_app("", "blocks").get("html"))
    assert "3·3·256·256 + 3·3·256·256 = <b>1,179,648</b>" in page
    assert "1·1·256·64 + 3·3·64·64 + 1·1·64·256 = <b>69,632</b>" in page
    page = "".join(one.proto.body for one in open_app("equal=cost", "blocks").get("html"))
    assert "<b>73,728</b>" in page and "<b>69,632</b>" in page

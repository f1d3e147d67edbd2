"""Every page × several specs through AppTest: no exception, the header tells the truth, bad input is said clearly."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import plotly.graph_objects as go
import pytest
from plotly.basedatatypes import BaseFigure
from streamlit.testing.v1 import AppTest

from explorer.look.kept import Kept
from explorer.tell import questions, url_keys
from explorer.tell.on_page import OF_NO_MODEL
from explorer.web import pieces
from explorer.web.plain import read

ROOT = Path(__file__).resolve().parents[2]
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
    "attention=se&stem=deep&shortcut_pool=avg&output_stride=16": "ResNet-50",
    "depth=18&activation=pre&preact_first=block&stride_place=last&norm=group&attention=eca": "ResNetV2-18 · GroupNorm · stride in the last block · ECA · basic [2,2,2,2]",
    "norm=frozen&classes=0&pool=conv&stride_on=1x1": "R-50 of detectron2 · pool by convolution · bottleneck [3,4,6,3]",
}


DIGITS = "ResNet-20 (CIFAR) · basic [3,3,3] · 269.4 K params · 30.82 MMACs · 1×1×28×28"


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


def everything(app: AppTest) -> str:
    return "".join(one.proto.body for one in app.get("html"))


def refused(app: AppTest) -> str:
    """What is said instead of a model, as a reader sees it."""
    html = next(one.proto.body for one in app.get("html") if 'class="refused"' in one.proto.body)
    return unescape(re.sub(r"<[^>]+>", " ", html))


def built(app: AppTest) -> str:
    """The header's words, joined as they are seen."""
    html = next(one.proto.body for one in app.get("html") if 'class="built' in one.proto.body)
    html = re.sub(r'<span class="kept">(.*?)</span>', r"\1", html)  # a word and its bracket, in one line
    html = re.sub(r"<code>.*?</code>|</?button[^>]*>", "", html)  # the formulas behind the figures, words that open
    return re.sub(r"( · )+", " · ", re.sub(r"<[^>]+>", " · ", html)).strip(" ·")


@pytest.mark.parametrize("query", SPECS)
def test_every_page_runs_and_the_header_names_the_model(query: str) -> None:
    app = open_app(query)
    for page in PAGES:
        app.switch_page(f"../pages/{page}.py").run()
        assert not app.exception and not app.error, (page, app.exception, app.error)
        looking = page == "feature_maps"  # another net than the sidebar's
        if page in OF_NO_MODEL:
            assert 'class="built' not in everything(app), page
        else:
            said = re.sub(r" · (fp32|inference)\b", "", built(app))  # its task, where the page asks for it
            assert said.startswith(DIGITS if looking else SPECS[query]), page


@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ("input=-1", "input='-1'", "from 1 to 4,096"),
        ("input=99999", "input=99999", "from 1 to 4,096"),
        ("classes=-1", "classes='-1'", "from 0 to 1,000,000"),
        ("classes=ten", "classes='ten'", "from 0 to 1,000,000"),
        ("batch=0", "batch=0", "from 1 to 65,536"),
        ("depth=other&model=cifar&layers=21", "layers='21'", "nearest: 20 and 26"),
        ("depth=other&model=custom&stages=3,x", "stages='3,x'", "like 3,4,6,3"),
        ("depth=other&model=custom&width_per_group=1&width=8", "width_per_group=1", "choose at least 8"),
    ],
)
def test_a_links_fault_is_said_by_field_value_and_choices_and_no_model_is_shown(
    query: str, field: str, allowed: str
) -> None:
    app = open_app(query)
    assert field in refused(app) and allowed in refused(app)
    assert 'class="built' not in everything(app) and not app.sidebar.button_group and not app.sidebar.text_input


def test_each_net_that_may_be_meant_is_offered_once() -> None:
    offered = re.findall(r'class="offer"[^>]*>([^<]*)<', everything(open_app("depth=34&token=abc")))
    assert len(offered) == len(set(offered)) > 1 and "ResNet-34" in offered


@pytest.mark.parametrize(
    "query",
    [
        "depth=banana",
        "block=",
        "shortcut=Z",
        "activation=<script>",
        "norm=" + "x" * 9999,
        "depth=other&model=resnet51",
        "model=resnet200",
        "depth=56",
        "depth=18&net=resnet34",
        "layers=56",
        "stages=1,1,1,1",
        "dept=18",
    ],
)
@pytest.mark.parametrize("page", ["architecture", "cost"])
def test_a_link_that_says_no_net_of_ours_shows_none(query: str, page: str) -> None:
    app = open_app(query, page if page != "architecture" else None)
    key = query.split("&")[-1].split("=")[0]
    assert key in refused(app) and 'class="built' not in everything(app)


def test_all_faults_are_named_and_what_may_be_meant_is_offered() -> None:
    said = refused(open_app("depth=56&batch=0&shortcut=Z&foo=1&color=banana"))  # the pages' own keys with the net's
    for fault in ("depth='56'", "batch=0", "shortcut='Z'", "'foo' is no parameter", "color='banana': choose one of"):
        assert said.count(fault) == 1
    said = everything(open_app("depth=56&in_channels=1"))
    assert '<a class="offer" href="?net=resnet56&amp;in_channels=1">ResNet-56 (CIFAR)</a>' in said
    assert '<a class="offer" href="?">ResNet-50</a>' in said


@pytest.mark.parametrize(
    ("query", "built_as"),
    [
        (
            "depth=18&in_channels=1&classes=10",
            "ResNet-18 · basic [2,2,2,2] · 11.18 M params · 1.73 GMACs · 1×1×224×224",
        ),
        ("depth=18&stem=cifar&classes=10&input=32", "ResNet-18 · CIFAR stem · basic [2,2,2,2] · 11.17 M params"),
        ("width=70", "ResNet-50 · width 70"),
        ("depth=101&output_stride=8", "ResNet-101 · output stride 8"),
        ("net=resnet50d", "ResNet-50-D"),
        ("net=resnet8_cifar&shortcut=B", "ResNet-8 (CIFAR) · option B"),
        ("input=&classes=&net=", "ResNet-50 · bottleneck"),
    ],
)
def test_every_axis_is_in_the_link_for_every_net(query: str, built_as: str) -> None:
    assert built(open_app(query)).startswith(built_as)


def test_what_has_no_effect_is_said_beside_the_model() -> None:
    app = open_app("depth=18&stride_on=1x1&show=flops&color=banana&node=layer9.9")
    assert built(app).startswith("ResNet-18 ·")
    said = read(app.warning[0].value)
    assert (
        "stride_on=1x1 has no effect: a basic block" in said
        and "show='flops' has no effect here: it belongs to cost" in said
    )
    assert "color='banana': choose one of" in said and "node='layer9.9': this model has no such" in said
    app.button_group(key="depth").set_value("34").run()
    assert not app.warning


def test_what_is_wrong_with_a_pages_own_choice_is_said_once() -> None:
    for page, key in (("why_residual", "experiment"), ("practice", "seed"), ("cost", "show")):
        app = AppTest.from_file(str(ROOT / "explorer" / "app.py"), default_timeout=60)
        app.query_params[key] = "zz"
        app.switch_page(f"../pages/{page}.py").run()
        said = [read(one.value) for one in (*app.warning, *app.error)]
        assert [one.startswith(f"{key}='zz'") for one in said] == [True], (page, said)


def test_the_shortcut_asks_in_words_and_the_link_keeps_its_slug() -> None:
    app = open_app("depth=34&shortcut=A")
    asked = app.sidebar.selectbox(key="shortcut")
    assert asked.options == [
        "as in the paper",
        *(
            "projections where needed (B)",
            "zero-padding instead (A)",
            "projections everywhere (C)",
            "none: a plain net",
        ),
    ]
    assert asked.value == "A" and built(app).startswith("ResNet-34 · option A")
    asked.select("none").run()
    assert built(app).startswith("Plain-34") and app.query_params["shortcut"] == "none"
    app.sidebar.selectbox(key="shortcut").select("paper").run()
    assert built(app).startswith("ResNet-34 ·") and "shortcut" not in app.query_params


def test_a_variant_shows_by_itself_only_where_it_is_not_as_usual() -> None:
    app = open_app("depth=18&activation=pre&input=64")
    assert {one.key: one.value for one in app.sidebar.selectbox} == {"shortcut": "paper", "activation": "pre"}
    assert app.sidebar.selectbox(key="activation").options[2] == "BN and ReLU before it (2016)"  # its slug is pre
    assert [one.key for one in open_app().sidebar.selectbox] == ["shortcut"]
    assert built(app).startswith("ResNet-18 · pre-activation")
    app.sidebar.selectbox(key="activation").select("usual").run()
    assert built(app).startswith("ResNet-18 · basic") and "activation" not in app.query_params
    assert [one.key for one in app.sidebar.selectbox] == ["shortcut"]


def test_the_last_valid_model_stays_while_the_input_is_wrong() -> None:
    app = open_app("depth=18&input=96")
    app.text_input(key="input").set_value("huge").run()
    assert "input='huge'" in read(app.error[0].value) and built(app).startswith("ResNet-18 ·")
    app.number_input(key="batch").set_value(0)
    app.text_input(key="net").set_value("resnet51x").run()  # each of three faults is said
    said = read(app.error[0].value)
    assert all(fault in said for fault in ("input='huge'", "batch=0", "net='resnet51x'")) and len(app.error) == 1
    assert said.endswith("Still shown, as it was before: ResNet-18 with 1,000 classes, of 1×3×96×96."), said
    assert built(app).startswith("ResNet-18 ·")
    beside = [app.text_input(key=key).placeholder for key in ("input", "classes")]
    assert beside == ["224", "1,000"], "a typo in the name takes nothing from the fields"
    app.number_input(key="batch").set_value(1)
    app.text_input(key="net").set_value("resnet18")
    app.text_input(key="input").set_value("64").run()
    assert not app.error and "1×3×64×64" in built(app)


def test_a_wrong_input_leaves_this_visitors_model_and_not_anothers() -> None:
    mine, _ = open_app("depth=18&input=96"), open_app("depth=101")
    mine.text_input(key="input").set_value("huge").run()
    assert "input='huge'" in read(mine.error[0].value) and built(mine).startswith("ResNet-18 ·")


def test_choosing_depth_and_block_rebuilds_the_model() -> None:
    app = open_app()
    app.button_group(key="depth").set_value("18").run()
    assert built(app).startswith("ResNet-18 ·")
    app.button_group(key="block").set_value("bottleneck").run()
    assert built(app).startswith("ResNet-26 ·") and "bottlenecks is ResNet-26." in built(app)


def test_the_blocks_page_shows_both_arithmetics() -> None:
    page = "".join(one.proto.body for one in open_app("", "blocks").get("html"))
    assert "3·3·256·256 + 3·3·256·256 = <b>1,179,648</b>" in page
    assert "1·1·256·64 + 3·3·64·64 + 1·1·64·256 = <b>69,632</b>" in page
    page = "".join(one.proto.body for one in open_app("equal=cost", "blocks").get("html"))
    assert "<b>73,728</b>" in page and "<b>69,632</b>" in page


def test_the_catalogue_opens_the_net_that_is_picked() -> None:
    app = open_app("find=WRN-28-10", "catalogue")
    app.session_state["catalogue-pick"] = "resnext101_32x8d"
    next(one for one in app.run().button if one.label == "Open this net").click().run()
    assert not app.exception and built(app).startswith("ResNeXt-101 32×8d ·")
    assert "ResNeXt-101 32×8d" in [read(one.value) for one in app.subheader]


# Shown in words, whose slugs are the link's from the very table.
IN_WORDS = {
    ("compare", "y"),  # all but what goes across
    ("timing", "passes"),  # what the device has
    *(("feature_maps", key) for key in ("who", "weights", "picture", "digit", "rows", "channels")),
}


@pytest.mark.parametrize("page", PAGES)
def test_the_links_keys_know_every_choice_of_every_page(page: str) -> None:
    """`url_keys` against the controls as they are drawn, in each view of a page."""
    own = {key.name: key for key in url_keys.KEYS if page in key.pages}
    app, tried = open_app("", page), set()
    views = [one for one in app.main.button_group if one.key in own][:1]
    first = (page, views[0].key) if views else ("", "")
    for value in [None, *questions.ON.get(first, views[0].options if views else [])]:
        if value is not None:
            app.main.button_group(key=views[0].key).set_value(value).run()
        for one in (*app.main.button_group, *app.main.selectbox):
            if (page, one.key) in questions.ON:
                tried.add(one.key)
                assert list(one.options) == list(questions.ON[page, one.key].values())
            elif one.key in own and (page, one.key) not in IN_WORDS:
                tried.add(one.key)
                for option in one.options:
                    own[one.key].check(option)
    assert (
        tried
        or not own
        or page
        in (
            "architecture",
            "shapes",
            "lecture",
            "feature_maps",
            "catalogue",
            "identify",
            "explain",
            "machines",
        )
    )


@pytest.mark.parametrize(("page", "key"), [("timing", "view"), ("cost", "show"), ("compare", "diff")])
def test_a_rerun_draws_no_figure_anew(page: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plotly takes 10 to 40 ms of CPU for each, at every press on the page."""
    none_yet: Kept[go.Figure] = Kept(64, 24 << 20, lambda figure: len(figure.to_json()))
    monkeypatch.setattr("explorer.tell.plots.once._FIGURES", none_yet)
    app, drawn = open_app(page=page), []
    make = BaseFigure.__init__
    monkeypatch.setattr(
        BaseFigure, "__init__", lambda self, *given, **more: (drawn.append(1), make(self, *given, **more))[1]
    )
    for view in questions.ON[page, key]:
        app.query_params[key] = view
        app.run()
        first = len(drawn)
        app.run()
        assert len(drawn) == first, view
    assert drawn, "something is drawn at first"


def test_no_style_of_ours_dresses_the_words_of_a_code_box() -> None:
    """The highlighter's classes are plain words too: a scene's keys had thick red bars, as `.key` of a shortcut's line has."""
    tokens = (
        "key|table|number|string|boolean|comment|keyword|operator|punctuation|function|builtin|tag|attr-name|property"
    )
    bare = re.compile(rf"(?:^|[}},])\s*\.(?:token|{tokens})\b[^{{]*", re.M)
    sheets = {"every page": pieces.STYLE} | {
        path.name: path.read_text(encoding="utf-8") for path in (ROOT / "explorer" / "web" / "sections").rglob("*.css")
    }
    assert len(sheets) > 3 and {name: bare.findall(look) for name, look in sheets.items() if bare.search(look)} == {}

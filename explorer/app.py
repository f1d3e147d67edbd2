"""The app: `streamlit run explorer/app.py`. The pages, the shared sidebar, the header; then the page runs."""

from __future__ import annotations

import sys
import threading
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # the console script puts explorer/ there, not the root
    sys.path.insert(0, str(ROOT))


def make_ready() -> None:
    import_module("explorer.web.ready").make()


if "explorer.facts.rollup" not in sys.modules:  # let it happen while the controls are painted
    # No daemon: a program that ends in the middle of torch's import or of an operation would crash instead.
    threading.Thread(target=make_ready, daemon=False).start()

import streamlit as st  # noqa: E402

from explorer import telemetry  # noqa: E402
from explorer.web import (  # noqa: E402
    bundle,
    configuration,
    environment,
    first,
    kept,
    lecture_bar,
    link_popover,
    navigation,
    pieces,
    refusal,
    sidebar,
    state,
    tray,
)
from explorer.web.hall import served  # noqa: E402
from explorer.web.inside import StreamlitPage, controls, runs  # noqa: E402

MORE = "More"  # what does not fit beside the others on a projector's 1280 pixels stands in a list of this name
PAGES = (  # file in pages/, title, icon, the list that it stands in; the first is the home page
    ("architecture", "Architecture", ":material/account_tree:", ""),
    ("explain", "Explain it to me", ":material/school:", ""),
    ("blocks", "Blocks", ":material/widgets:", ""),
    ("shapes", "Shapes", ":material/deployed_code:", ""),
    ("cost", "Cost", ":material/bar_chart:", ""),
    ("sheet", "Numbers", ":material/table_view:", ""),
    ("timing", "Timing", ":material/timer:", ""),
    ("compare", "Compare", ":material/compare_arrows:", ""),
    ("feature_maps", "Feature maps", ":material/visibility:", ""),
    ("why_residual", "Why residual?", ":material/science:", ""),
    ("practice", "Practice", ":material/edit_note:", ""),
    ("lecture", "Lecture", ":material/co_present:", ""),
    ("paper", "Paper", ":material/article:", MORE),
    ("catalogue", "Catalogue", ":material/menu_book:", MORE),
    ("identify", "From a file", ":material/upload_file:", MORE),
    ("machines", "Machines", ":material/dns:", MORE),
)
GO_ON = (
    "Timing",
)  # by title: what a visitor began there goes on while they look at another page, until the tab closes
LOOKS_WITH = {
    "feature_maps": "explorer.web.sections.feature_maps.who"
}  # pages whose net may be another than the sidebar's

environment.check()
telemetry.begin()
runs.mend()
controls.mend()


def beside(page: str, lab: StreamlitPage) -> None:
    """What stands in the header's line: the visitor's runs, if there are any, and the link."""
    tray.show(lab)
    link_popover.popover(page)


def main() -> None:
    # before the navigation: it would have the browser fetch the page's icon as the tab's, from another host
    st.set_page_config("ResNet Explorer", page_icon=navigation.icon(), layout="wide")
    pieces.style()
    pages = navigation.pages(ROOT / "pages", PAGES)
    lists = {within: [pages[name] for name, *_, its in PAGES if its == within] for within in ("", MORE)}
    page = navigation.line(lists)
    name = page.url_path or PAGES[0][0]
    telemetry.rerun(name)
    welcomed = first.stands(name, PAGES[0][0])
    st.set_page_config(  # the browser's tabs are told apart, and the first page stands alone
        f"{page.title} · ResNet Explorer", initial_sidebar_state="collapsed" if welcomed else "auto"
    )
    link = state.arrive(name)
    flags = lecture_bar.flags(name)
    pieces.brand()
    kept.bring_back(name, anew=welcomed)
    if link is not None and link.faults:
        lecture_bar.show(name, flags)
        refusal.show(link)
        return
    with first.place(welcomed):
        if welcomed:
            first.show(pages)
    with st.sidebar:
        picked = sidebar.controls(link.given if link is not None else None)
    idle = sidebar.idle(name)
    if sidebar.useless(name):
        sidebar.put_away()
    lecture_bar.show(name, flags)
    built = st.container(key="built", horizontal=True, vertical_alignment="center")
    picked |= configuration.controls("" if welcomed else name, picked, link.given if link is not None else None)
    chosen, problems = state.take(link, picked)
    named = import_module(LOOKS_WITH[name]).looking(chosen) if name in LOOKS_WITH else chosen
    with built:
        if idle or named is None:
            link_popover.alone()
        else:
            pieces.header(named, configuration.said(name, chosen))
        beside(name, pages["why_residual"])
    if problems:
        pieces.not_taken(problems, chosen)
    refusal.remarks(state.remarks(link, name, chosen))
    state.visitor().cancel_jobs(unless_places=(page.title, *GO_ON))
    kept.run(page)


if __name__ == "__main__":  # a visitor's run of the script
    main()
else:  # the server imports this file once, as it starts: the app, and beside it what phones ask for without a visitor
    app = st.App(__file__, routes=served.routes(), middleware=bundle.middleware())

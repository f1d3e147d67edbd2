"""What the app knows of Streamlit's inside, in one place: a test tries each, so that a new version is noticed.

Here Streamlit's own names; `runs`: how its scripts run and its answers go; `controls`: what its controls and addresses say.
Our stylesheets write `:--sidebar` and `(--drawer)`, as drafts of CSS do (custom selectors and media); `filled` puts
Streamlit's own names there when they are served. The scripts take the same table from `js/given.js`; what they ask of
Streamlit stands in `js/streamlit.js`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.delta_generator import DeltaGenerator as DeltaGenerator
from streamlit.navigation.page import StreamlitPage as StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile as UploadedFile

PARTS = {  # our name of a part of Streamlit's page → its selector
    "app": '[data-testid="stApp"]',
    "main": ".stMain",
    "page": ".stMainBlockContainer",
    "sidebar": '[data-testid="stSidebar"]',
    "sidebar-top": '[data-testid="stSidebarHeader"]',
    "sidebar-scrolls": '[data-testid="stSidebarContent"]',
    "sidebar-content": '[data-testid="stSidebarUserContent"]',
    "sidebar-opens": '[data-testid="stExpandSidebarButton"]',
    "sidebar-closes": '[data-testid="stSidebarCollapseButton"] button',
    "toolbar": '[data-testid="stHeader"]',
    "nav": '[data-testid="stTopNav"]',
    "nav-list": '[data-testid="stTopNavSection"]',
    "nav-link": '[data-testid="stTopNavLink"]',
    "icon": '[data-testid="stIconMaterial"]',
    "blocks": '[data-testid="stVerticalBlock"]',
    "row": '[data-testid="stHorizontalBlock"]',
    "column": '[data-testid="stColumn"]',
    "element": ".stElementContainer",
    "wrapper": '[data-testid="stLayoutWrapper"]',
    "dialog": '[data-testid="stDialog"]',
    "popover": '[data-testid="stPopover"]',
    "alert": '[data-testid="stAlert"]',
    "expander": '[data-testid="stExpander"]',
    "download": '[data-testid="stDownloadButton"]',
    "page-link": '[data-testid="stPageLink"]',
    "text-field": '[data-testid="stTextInputRootElement"]',
    "field-hint": '[data-testid="InputInstructions"]',
    "number-field": '[data-testid="stNumberInputContainer"]',
    "list-field": ".stSelectbox .react-aria-ComboBox",
    "open-list": '[data-testid="stSelectboxVirtualDropdown"]',
    "as-typed": '[data-testid="stSelectboxVirtualDropdown"] [data-key="__creatable__"]',  # in a list that takes what it does not have
    "control": ":is(.stTextInput, .stNumberInput, .stSelectbox)",
    "label": '[data-testid="stWidgetLabel"]',
    "toggle": '[data-testid="stCheckbox"] label',
    "choices": '[role="radiogroup"]',
    "primary": '.stButton button[kind="primary"]',
    "chart": ".stPlotlyChart",
    "code": '[data-testid="stCode"]',
    "tool": '[data-testid="stElementToolbarButton"]',
}
DRAWER = 768  # px: below it Streamlit lays the sidebar over the page, and the navigation into it
MEDIA = {"drawer": f"(max-width: {DRAWER - 1}px)", "no-drawer": f"(min-width: {DRAWER}px)"}
STATES = {  # what Streamlit says of itself, on `app` → (attribute, value)
    "connected": ("data-test-connection-state", "CONNECTED"),
    "idle": ("data-test-script-state", "notRunning"),
}
GIVEN = {"PARTS": PARTS, "DRAWER": DRAWER, "STATES": STATES}  # what the scripts take
PLACE = re.compile(r":--([a-z-]+)|(?<=@media )\(--([a-z-]+)\)")


@lru_cache(maxsize=64)
def filled(look: str) -> str:
    """A stylesheet with Streamlit's names in it. Raises `ValueError` for a part or a width that is not in the tables."""

    def name(found: re.Match[str]) -> str:
        part, width = found.groups()
        if part not in PARTS if part else width not in MEDIA:
            raise ValueError(f"{found[0]}: choose one of {', '.join(PARTS if part else MEDIA)}")
        return PARTS[part] if part else MEDIA[width]

    return PLACE.sub(name, look)


def by_history() -> bool:
    """Whether this run answers the browser's back or forward, or a lecture's change of scene: its address is a link, and
    wins over every control. There is no public call for it."""
    run = get_script_run_ctx()
    return bool(run is not None and run.is_history_navigation)


OURS = "resnet_explorer"


def serve(component: str, folder: Path) -> None:
    """Let the server hand out `folder`/`component` as the files of our component of that name, as it does for an installed
    package's; once for each runtime. There is no public call for what is not installed."""
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(f"{OURS}.{component}") is None:
        parts = [ComponentConfig(component, asset_dir=component)]
        manager.register_from_manifest(ComponentManifest(OURS, "", parts), folder)

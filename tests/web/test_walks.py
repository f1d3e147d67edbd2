"""The walk of a visitor's own picture: kept while the tab is open, gone with it; a bundled picture's stays for everybody."""

from __future__ import annotations

from streamlit.runtime import caching

from explorer.web import walks
from tests.web.test_feature_maps import TAB
from tests.web.test_pages import open_app

NET = "net=resnet20_cifar&in_channels=1&input=28&walk=net"


def test_a_closed_tab_lets_go_of_the_walks_of_its_own_pictures() -> None:
    kept = walks._kept()
    open_app(f"{NET}&digit=draw")  # what is on the pad is the visitor's own
    (mine,) = (key for key, entry in kept._held.items() if entry.owners != {walks.EVERYBODY})
    open_app(NET)
    ours = [key for key, entry in kept._held.items() if entry.owners == {walks.EVERYBODY}]
    assert ours and mine not in ours
    held = kept.bytes
    caching.clear_session_resource_cache(TAB)
    assert list(kept._held) == ours and kept.bytes < held

"""Controls that would change nothing on a page aren't there, and the model is kept for the next page."""

from __future__ import annotations

from playwright.sync_api import expect


def test_where_the_model_changes_nothing_its_controls_are_away_and_come_back(visit) -> None:
    seen = visit("/paper?depth=152", "60.19 M params")
    drawer, depth = seen.page.get_by_test_id("stSidebar"), seen.page.locator(".st-key-depth")
    expect(depth).to_be_visible()  # Table 1 marks the model's column
    for route, shows in (
        ("/paper?table=cifar&depth=152", "Does the model agree"),
        ("/why_residual?depth=152", "Does a deeper net"),
        ("/lecture?depth=152", "Take it with you"),
    ):
        seen.follow(route, shows)
        expect(drawer).to_be_hidden()
        expect(seen.page.locator(".built, .st-key-task:visible")).to_have_count(0)  # no model is named either
    seen.page.get_by_test_id("stTopNavLink").filter(has_text="Cost").click()
    seen.settle("Where is the cost?")
    expect(depth).to_be_visible()
    assert seen.built().startswith("ResNet-152")


def test_on_a_phone_the_drawer_keeps_the_pages(visit) -> None:
    seen = visit("/lecture", "fifteen scenes", viewport={"width": 390, "height": 844}, has_touch=True)
    seen.page.get_by_test_id("stExpandSidebarButton").get_by_role("button").or_(
        seen.page.get_by_test_id("stExpandSidebarButton")
    ).first.click()
    expect(seen.page.get_by_test_id("stSidebarNavLink").first).to_be_visible()
    expect(seen.page.locator(".st-key-depth")).to_be_hidden()

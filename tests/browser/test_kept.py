"""What is chosen on a page stays for the visit: who comes back by the navigation finds it as they left it; links win."""

from __future__ import annotations

from playwright.sync_api import expect


def to(app, name: str, text: str) -> None:
    with app.runs():
        app.page.get_by_role("link", name=name, exact=True).click()
    app.settle(text)


def pick(app, name: str, text: str | None = None) -> None:
    with app.runs():
        app.page.get_by_role("radio", name=name, exact=True).click()
    app.settle(text)


def test_who_comes_back_by_the_navigation_finds_each_page_as_they_left_it(visit) -> None:
    app = visit("/compare?depth=101", "From ResNet-34 to ResNet-101")
    field = app.page.locator(".st-key-vs_choice").get_by_role("combobox")
    with app.runs():
        field.fill("resnet18")
        field.press("Enter")
    app.settle("From ResNet-18 to ResNet-101")
    pick(app, "Layer by layer")
    to(app, "Cost", "Where is the cost?")
    pick(app, "How much memory?")
    to(app, "Blocks", "Why the bottleneck?")
    wide = app.page.locator(".st-key-outer input")
    with app.runs():
        wide.fill("512")
        wide.press("Enter")
    app.settle()
    to(app, "Timing", "Timing")
    pick(app, "Which part?")
    to(app, "Compare", "From ResNet-18 to ResNet-101")
    expect(app.page.get_by_role("radio", name="Layer by layer", exact=True)).to_be_checked()
    assert "vs=resnet18" in app.page.url and "diff=layers" in app.page.url
    to(app, "Cost", "Where is the cost?")
    expect(app.page.get_by_role("radio", name="How much memory?", exact=True)).to_be_checked()
    to(app, "Blocks", "Why the bottleneck?")
    expect(wide).to_have_value("512")
    assert "outer=512" in app.page.url
    to(app, "Timing", "Timing")
    expect(app.page.get_by_role("radio", name="Which part?", exact=True)).to_be_checked()
    # a link to a page says all of it, and so does the browser's back
    app.follow("/compare?vs=resnet50&depth=101", "From ResNet-50 to ResNet-101")
    expect(app.page.get_by_role("radio", name="In total", exact=True)).to_be_checked()
    app.follow("/blocks", "Why the bottleneck?")
    expect(wide).to_have_value("256")


def test_what_is_chosen_in_the_bar_moves_nothing_below_the_header(visit) -> None:
    app = visit("/cost?show=memory&batch=8", "Where is the cost?")
    for width in (1440, 1280):
        app.see(viewport={"width": width, "height": 900})
        places = []
        for chosen in ("", "&dtype=amp", "&dtype=bf16&optimizer=Adam", "&dtype=amp&optimizer=momentum"):
            app.follow(f"/cost?show=memory&batch=8{chosen}", "Where is the cost?").still()
            assert ("AMP" in app.page.locator(".built").inner_text()) == ("amp" in chosen)
            places.append(app.page.locator(".st-key-task").bounding_box()["y"])
        assert len(set(places)) == 1, (width, places)


LONGEST = "depth=101&groups=32&width_per_group=8&batch=128&dtype=amp&optimizer=momentum"


def test_the_longest_choices_stand_in_one_line_each_in_the_header_the_bar_and_the_sheet_s_title(visit) -> None:
    app = visit(f"/sheet?{LONGEST}", "What are its numbers?")
    for width in (1440, 1280):
        app.see(viewport={"width": width, "height": 720})
        app.still()
        for where, line in ((".built > *", 26), (".st-key-task > div", 36), (".sheet th", 45)):
            boxes = [one.bounding_box() for one in app.page.locator(f"{where}:visible").all()]
            low, high = (pick(box["y"] + box["height"] / 2 for box in boxes) for pick in (min, max))
            assert len(boxes) > 3 and high - low < 8, (width, where, "in one row")
            assert max(box["height"] for box in boxes) <= line, (width, where, "none is two lines high")
        app.check()

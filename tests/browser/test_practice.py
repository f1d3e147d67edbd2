"""An exercise after the other on a phone, and a teacher's worksheet."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from explorer.questions.question import Question, shown
from explorer.questions.sheet import VERSION, every_topic, sheet
from explorer.spec import preset

PHONE = {"viewport": {"width": 390, "height": 844}}
SPEC = preset("resnet18")
SEED = 34


BELOW = """() => {
  const [way, asked] = [".exercise-way", ".asked-of"].map((one) => document.querySelector(one).getBoundingClientRect().top);
  return Math.round(asked - way);
}"""

# An exercise is in the address, and read from its beginning.
BEGINS = "number => new URLSearchParams(location.search).get('q') === String(number) && document.querySelector('[data-testid=stMain]').scrollTop === 0"


def next_one(seen) -> None:
    with seen.runs():
        seen.page.get_by_role("button", name="Next").click()


def give(seen, one: Question, answer: object) -> None:
    """An answer by the control that the question has."""
    page = seen.page
    if one.choices is None:
        field = page.get_by_label("Your answer")
        field.fill(f"{answer}")
        with seen.runs():
            field.press("Enter")
    elif isinstance(answer, tuple):
        stands = page.locator("[class*=choice-taken] button").count()
        for item in (*answer[:stands], *answer):  # what stands there is taken back first
            with seen.runs():
                page.get_by_role("button", name=re.compile(rf"{re.escape(item)}$")).click()
        assert page.locator(".exercise-verdict").count() == 0, "nothing is judged before it is checked"
        with seen.runs():
            page.get_by_role("button", name="Check").click()
    else:
        words = re.escape(shown(answer)).replace(":", ":\u2060?")  # a colon is kept from becoming an emoji
        with seen.runs():
            page.get_by_role("button", name=re.compile(rf"^(close )?{words}( |:|$)")).click()


def puts_in_order(seen, one: Question) -> None:
    """The wrong way round, then right; what was wrong stays as it was pressed, and is checked once."""
    page, right = seen.page, one.answer
    give(seen, one, tuple(reversed(right)))
    expect(page.locator(".exercise-hint")).to_contain_text(one.misconceptions[0].why)
    expect(page.locator("[class*=choice-taken] button")).to_have_count(len(right))
    expect(page.get_by_role("button", name="Check")).to_be_disabled()
    give(seen, one, right)
    expect(page.locator(".exercise-verdict li")).to_have_text(list(right))


def test_a_round_on_a_phone(visit) -> None:
    """The mistake is recognised, the right answer proved, an order pressed; the streak is kept, the link leads back."""
    every = sheet(SPEC, 10, SEED, every_topic(SPEC)).questions
    number = next(place for place, one in enumerate(every) if one.choices is None)
    ordered = next(place for place, one in enumerate(every) if isinstance(one.answer, tuple))
    seen = visit(f"/practice?depth=18&seed=v{VERSION}-{SEED}&q={number + 1}", every[number].text, **PHONE)
    page = seen.page
    wrong = every[number].misconceptions[0]
    give(seen, every[number], wrong.answer)
    expect(page.locator(".exercise-hint b").first).to_have_text(re.compile("^Not right: "))
    expect(page.locator(".exercise-hint")).to_contain_text(wrong.why)
    give(seen, every[number], "seven")
    expect(page.get_by_role("alert")).to_contain_text("type a whole number")
    give(seen, every[number], f"{every[number].answer}*1")
    expect(page.locator(".exercise-verdict")).to_contain_text(f"Right this time. {shown(every[number].answer)}")
    expect(page.locator(".exercise-hint")).to_have_count(0)
    expect(page.locator(".proof-lines pre")).to_contain_text(every[number].solution[-1].strip()[-12:])
    seen.check()
    seen.follow(f"/practice?depth=18&seed=v{VERSION}-{SEED}&q={ordered + 1}", every[ordered].text)
    puts_in_order(seen, every[ordered])
    seen.follow(f"/practice?depth=18&seed=v{VERSION}-{SEED}", every[0].text)
    page.locator(".exercise-question .term").first.click()  # a term opens what it means
    expect(page.locator(".proof-card:popover-open .meaning")).to_be_visible()
    page.keyboard.press("Escape")
    place, below = 3, set()
    for at in range(place):
        if at not in (number, ordered):
            give(seen, every[at], every[at].answer)
            expect(page.locator(".exercise-verdict.first")).to_be_visible()
        below.add(page.evaluate(BELOW))
        page.get_by_role("button", name="Next").evaluate("one => one.scrollIntoView({block: 'start'})")
        next_one(seen)
        expect(page.locator(".exercise-question")).to_contain_text(every[at + 1].text.split(" ")[0])
        page.wait_for_function(BEGINS, arg=at + 2)
        below.add(page.evaluate(BELOW))
    assert len(below) == 1, "what is said of a streak has its line before it is said"
    assert f"seed=v{VERSION}-{SEED}" in page.url
    fresh = 3 - len({number, ordered} & {0, 1, 2})
    expect(page.locator(".exercise-way")).to_contain_text(f"{fresh} right in a row")
    expect(page.locator(".exercise-way i.first")).to_have_count(fresh)
    small = "all => all.filter((one) => parseFloat(getComputedStyle(one).fontSize) < 12).length"
    assert (
        page.locator(
            ".stMain .exercise-question, .stMain .exercise-hint, .exercise-way b, .stMain button p"
        ).evaluate_all(small)
        == 0
    )


def test_a_newcomer_begins_gently_and_is_offered_more(visit) -> None:
    """The level stands in the link, beside the topics; at the end the next one is offered; a link of before has every kind."""
    seen = visit("/practice?depth=18", "Can you do it yourself?", **PHONE)
    page = seen.page
    expect(page).to_have_url(re.compile("level=first"))
    hard = page.locator(".st-key-practice-hard").get_by_role("button")
    expect(hard).to_contain_text("First steps")
    first = every_topic(SPEC, level="first")
    page.get_by_role("button", name="Topics").click()
    expect(page.locator(".st-key-practice-topics").get_by_role("button", name="Memory")).to_have_count(0)
    expect(page.locator(".st-key-practice-topics [role=toolbar] button")).to_have_count(len(first))
    page.keyboard.press("Escape")
    seen.follow(f"/practice?depth=18&level=first&seed=v{VERSION}-{SEED}&q=11", "0 of 10 right at once.")
    with seen.runs():
        page.get_by_role("button", name="Harder: More topics").click()
    expect(page).to_have_url(re.compile("level=formula"))
    expect(page.locator(".exercise-way")).to_contain_text("1 of 10")
    expect(page).not_to_have_url(re.compile(f"-{SEED}|q="))
    seen.follow(f"/practice?depth=18&seed=v{VERSION}-{SEED}&q=11", "0 of 10 right at once.")
    expect(hard).to_contain_text("Everything")
    expect(page.get_by_role("button", name="Harder")).to_have_count(0)
    hard.click()
    with seen.runs():
        page.get_by_text("First steps: what the ten steps").click()
    expect(page).to_have_url(re.compile(f"seed=v{VERSION}-{SEED}&level=first$"))
    gentle = sheet(SPEC, 10, SEED, every_topic(SPEC, level="first"), level="first").questions
    expect(page.locator(".exercise-question")).to_contain_text(gentle[0].text.split("?")[0][-40:])
    seen.check()


def downloaded(page: Page, name: str, to: Path) -> Path:
    with page.expect_download() as got:
        page.get_by_role("button", name=name).click()
    path = to / got.value.suggested_filename
    got.value.save_as(path)
    return path


def test_a_teacher_makes_a_worksheet(visit, tmp_path) -> None:
    route = f"/practice?do=sheet&depth=18&seed=v{VERSION}-{SEED}&nets=resnet50&topics=macs,shortcuts&count=6"
    seen = visit(route, "ResNet-18 · ResNet-50: exercises")
    page = seen.page
    made = sheet([SPEC, preset("resnet50")], 6, SEED, ("macs", "shortcuts"))
    expect(page.locator(".sheet-list > li")).to_have_count(6)
    assert page.locator(".sheet-list > li p:first-child").all_inner_texts() == [one.text for one in made.questions]
    said = json.loads(downloaded(page, "JSON", tmp_path).read_text("utf-8"))
    assert [one["id"] for one in said["questions"]] == [one.id for one in made.questions]
    with zipfile.ZipFile(downloaded(page, "QTI 2.1 package", tmp_path)) as archive:
        assert len(archive.namelist()) == 8
    paper = downloaded(page, "Worksheet to print", tmp_path)
    page.set_content(paper.read_text("utf-8"))
    page.emulate_media(media="print")
    heading = page.get_by_role("heading", name="Solutions")
    assert heading.evaluate("one => getComputedStyle(one).breakBefore") == "page"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen.goto(route.replace(f"v{VERSION}-", "v99-"), "of version 99 there is no sheet here")
    assert page.locator(".sheet-list").count() == 0, "never another sheet in its place"

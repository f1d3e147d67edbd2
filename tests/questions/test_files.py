"""The files against schemas, and read back by readers that are not ours.

The published XSDs of QTI and of Content Packaging are not to be had as a package, and Moodle has none: the three schemas here
are written from the specifications, for what a sheet uses. Readers: gift-pegjs (a grammar of GIFT, by npm); onyx2moodle and
pyslet (QTI 2.1: its elements, its packages, and its rules carried out), and QTI-Components, a player of QTI in a browser;
Moodle XML by Python's own parser, its choices by moodle-xml-parser too.
"""

import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from lxml import etree
from onyx2moodle.parser import parse_item

from explorer.questions import qti
from explorer.questions.question import shown
from explorer.questions.sheet import sheet
from explorer.questions.write import FORMS, name
from explorer.spec import preset, resolve
from tests.npm import installed

HERE = Path(__file__).parent
GIFT, PLAYER = "gift-pegjs@1.0.2", "@citolab/qti-components@7.27.4"
READ = 'const {parse} = require(process.argv[1]); console.log(JSON.stringify(parse(require("fs").readFileSync(0, "utf8"))))'


@pytest.fixture(scope="module")
def made():
    """Of two nets, every kind of answer in it."""
    found = sheet([preset("resnet50"), preset("resnet20_cifar"), resolve("seresnet18").spec], 80, 3)
    assert {type(one.answer) for one in found.questions if one.choices} == {int, str, tuple}
    return found


def valid(schema, text):
    return etree.XMLSchema(etree.parse(HERE / f"{schema}.xsd")).assertValid(etree.fromstring(text))


def test_the_worksheet_keeps_its_solutions_behind(made):
    page = FORMS["html"].write(made)
    asked, solved = page.split("<h2>Solutions</h2>")
    assert page.count('class="blank"') == sum(one.choices is None for one in made.questions)
    assert asked.count("<li><p>") == solved.count("<li><p>") == solved.count("<pre>") == len(made.questions)
    assert "http" not in page and "break-before: page" in page
    items = sum(len(one.choices) for one in made.questions if isinstance(one.answer, tuple))
    assert asked.count('class="place"') == items > 0


def test_moodle_xml_is_valid_and_says_the_sheet(made):
    text = FORMS["moodle"].write(made).encode()
    valid("moodle", text)
    for one, entry in zip(made.questions, etree.fromstring(text), strict=True):
        assert entry.findtext("name/text") == name(one, made.version)
        asked = unescape(entry.findtext("questiontext/text").replace("<br>", "\n"))
        assert asked.startswith(one.text)
        if isinstance(one.answer, tuple):
            assert tuple(entry.xpath("subquestion/answer/text/text()")) == one.answer
            continue
        right = entry.xpath("answer[@fraction=100]/text/text()")
        assert [unescape(each) for each in right] == [shown(one.answer) if one.choices else str(one.answer)]
        assert len(entry.findall("answer")) == len(one.choices or (one.answer, *one.misconceptions))
        hints = {unescape(each) for each in entry.xpath("answer/feedback/text/text()")}
        assert hints == {each.why for each in one.misconceptions if not one.choices or each.answer in one.choices}


def test_gift_is_read_by_its_grammar(made, request):
    node = shutil.which("node") or pytest.skip("node is not installed here")
    parser = installed(request.config.cache.mkdir("gift"), GIFT, "pegjs-gift.js")
    run = subprocess.run(
        [node, "-e", READ, str(parser)], input=FORMS["gift"].write(made), capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr[-2000:]
    for one, entry in zip(made.questions, json.loads(run.stdout), strict=True):
        assert entry["title"] == name(one, made.version) and entry["stem"]["text"].startswith(one.text)
        assert entry["globalFeedback"]["text"].split() == " ".join(one.solution).split()
        if isinstance(one.answer, tuple):
            # its grammar leaves marks that were escaped in this one place, as their codes
            pairs = [
                re.sub("&&0(..);", lambda code: chr(int(code[1])), each["subanswer"]) for each in entry["matchPairs"]
            ]
            assert entry["type"] == "Matching" and tuple(pairs) == one.answer
        elif one.choices:
            right = [each["text"]["text"] for each in entry["choices"] if each["isCorrect"]]
            assert entry["type"] == "MC" and right == [shown(one.answer)] and len(entry["choices"]) == len(one.choices)
        else:
            by_weight = {each["text"]["number"]: each["weight"] for each in entry["choices"]}
            assert entry["type"] == "Numerical"
            assert by_weight == {one.answer: 100} | {each.answer: 0 for each in one.misconceptions}


def test_the_qti_package_is_valid_whole_and_read_back(made, tmp_path):
    packed = FORMS["qti"].write(made)
    assert packed == FORMS["qti"].write(made), "the same sheet, the same bytes"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
        names = set(archive.namelist())
    valid("imscp", (tmp_path / "imsmanifest.xml").read_bytes())
    valid("qti", (tmp_path / "test.xml").read_bytes())
    manifest = etree.parse(tmp_path / "imsmanifest.xml")
    files = manifest.xpath("//*[local-name()='file']/@href")
    assert set(files) | {"imsmanifest.xml"} == names and len(files) == len(made.questions) + 1
    asked = etree.parse(tmp_path / "test.xml").xpath("//*[local-name()='assessmentItemRef']/@href")
    assert asked == [f"items/{one.id}.xml" for one in made.questions]
    for one in made.questions:
        path = tmp_path / "items" / f"{one.id}.xml"
        valid("qti", path.read_bytes())
        title = etree.parse(path).getroot().get("title")
        assert "_" not in title and name(one, made.version) == f"{title} · {one.id.rpartition('-')[0]}"
        found = parse_item(path)
        response = found.response_decls["RESPONSE"]
        values = one.answer if isinstance(one.answer, tuple) else (one.answer,)
        if one.choices is None:
            assert (response.base_type, response.correct_values) == ("integer", [str(one.answer)])
            assert [each.kind for each in found.interactions] == ["textEntry"]
        else:
            told = {each.get("identifier"): each.text for each in etree.parse(path).iter("{*}simpleChoice")}
            assert [told[each] for each in response.correct_values] == [
                f"{shown(each)} {one.unit}".strip() for each in values
            ]
            assert response.cardinality == ("ordered" if isinstance(one.answer, tuple) else "single")
        hints = [each.html for each in found.feedback]
        assert len(hints) == len(one.misconceptions) + 1 and one.solution[0].split("·")[0][:20] in unescape(hints[-1])


def test_an_older_sheets_files_are_what_they_were():
    """Its questions keep their ids as names, though newer ones have words."""
    old = sheet(preset("resnet18"), 3, 7, ("shapes", "params"), version=3)
    assert [name(one, 3) for one in old.questions] == [one.id for one in old.questions]
    assert f'title="{old.questions[0].topic}: {old.questions[0].kind}"' in qti.item(old.questions[0], 3)


def test_a_wrong_file_is_not_valid(made):
    """The schemas see what is wrong."""
    good = qti.item(made.questions[0])
    for text in (good.replace('adaptive="false" ', ""), good.replace("responseProcessing", "responseProcess")):
        with pytest.raises(etree.DocumentInvalid):
            valid("qti", text.encode())


def read(text: str):
    """The root of an item or a test, by pyslet, whose author is one of the standard's editors."""
    document = pytest.importorskip("pyslet.qtiv2.xml", reason="pyslet is not installed here").QTIDocument()
    document.read(src=text)
    return document.root


def every(element) -> Iterator:
    yield element
    for child in element.get_children():
        if not isinstance(child, str):
            yield from every(child)


def scored(item, response) -> tuple[float, set[str]]:
    """Points and feedback of a response, by the item's own rules."""
    from pyslet.qtiv2.variables import ItemSessionState

    state = ItemSessionState(item)
    state.begin_session()
    state["RESPONSE"].set_value(response)
    item.ResponseProcessing.run(state)
    return state["SCORE"].value, set(state["FEEDBACK"].value)


def response(one, answer):
    """As QTI has it: a number, a choice's name, or an order of names."""
    if one.choices is None:
        return answer
    names = {choice: f"C{place}" for place, choice in enumerate(one.choices)}
    return [names[each] for each in answer] if isinstance(answer, tuple) else names[answer]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # its own
def test_another_implementation_of_qti_knows_every_element_and_scores_every_answer(made, tmp_path):
    """1 point for the answer and none for each mistake, which is called by its name; the solution for all."""
    packaging = pytest.importorskip("pyslet.imscpv1p2", reason="pyslet is not installed here")
    from pyslet.xml.namespace import XMLNSElement

    (tmp_path / "sheet.zip").write_bytes(FORMS["qti"].write(made))
    package = packaging.ContentPackage(str(tmp_path / "sheet.zip"))
    files = {str(path): listed for path, listed in package.fileTable.items() if str(path) != "imsmanifest.xml"}
    assert len(files) == 1 + len(made.questions) and all(len(listed) == 1 for listed in files.values())
    with zipfile.ZipFile(tmp_path / "sheet.zip") as archive:
        roots = {path: read(archive.read(path).decode()) for path in files}
    manifest = package.manifest.root
    package.close()
    location = {("http://www.w3.org/2001/XMLSchema-instance", "schemaLocation")}
    for element in (each for root in [manifest, *roots.values()] for each in every(root)):
        assert type(element) is not XMLNSElement, f"{element.xmlname}: no element of the standard's"
        assert set(element._attrs) <= location, f"{element.xmlname}: an attribute that is not the standard's"
    for one in made.questions:
        item = roots[f"items/{one.id}.xml"]
        assert scored(item, response(one, one.answer)) == (1, {"SOLUTION"})
        for place, wrong in enumerate(one.misconceptions):
            if one.choices is None or isinstance(one.answer, tuple) or wrong.answer in one.choices:
                assert scored(item, response(one, wrong.answer)) == (0, {f"M{place}", "SOLUTION"}), one.id
        if one.choices is None:
            assert scored(item, 1234567891) == (0, {"SOLUTION"})


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_qti_has_room_for_a_number_of_more_than_32_bits():
    """Its integers end at 2,147,483,647: a stage of ResNet-152 has more multiply-adds, or more are thought to be there."""
    for one in large():
        text = qti.item(one)
        valid("qti", text.encode())
        assert scored(read(text), float(one.answer)) == (1, {"SOLUTION"})
        for place, wrong in enumerate(one.misconceptions):
            assert scored(read(text), float(wrong.answer)) == (0, {f"M{place}", "SOLUTION"})


def large():
    """Questions whose numbers, or whose mistakes, are larger than such an integer."""
    typed = [one for one in sheet(preset("resnet152"), 12, 2, ("macs",), version=5).questions if one.choices is None]
    found = [one for one in typed if max(one.answer, *(each.answer for each in one.misconceptions)) >= 2**31]
    assert len(found) == 2
    return found


@pytest.mark.parametrize("tolerance", [0, 3])
def test_qti_scores_the_answer_and_names_the_mistake(made, tolerance):
    """The rules, carried out by hand on what a student might type."""
    one = next(one for one in made.questions if one.choices is None and far_apart(one))
    one = replace(one, tolerance=tolerance)
    rules = etree.fromstring(qti.item(one).encode()).find(".//{*}responseCondition")
    score = {}
    for typed in (one.answer, one.answer + 1, one.misconceptions[0].answer, 123456789123):
        score[typed] = carried_out(rules, typed)
    assert score[one.answer] == ("1", ["SOLUTION"])
    assert score[one.answer + 1] == (("1" if tolerance else "0"), ["SOLUTION"])
    assert score[one.misconceptions[0].answer] == ("0", ["M0", "SOLUTION"])
    assert score[123456789123] == ("0", ["SOLUTION"])


def far_apart(one):
    return len(one.misconceptions) > 1 and all(abs(each.answer - one.answer) > 3 for each in one.misconceptions)


def carried_out(rules, typed):
    for branch in rules:
        test = branch[0]
        if test.tag.endswith("setOutcomeValue"):
            break
        wanted = int(test[1].text)
        near = int(test.get("tolerance", "0").split()[0])
        if abs(wanted - typed) <= near:
            break
    points = branch.xpath("*[@identifier='SCORE']//text()")
    return (points or ["0"])[0], branch.xpath("*[@identifier='FEEDBACK']//text()")


def test_choices_are_read_by_another_reader_of_moodle_xml(made):
    parser = pytest.importorskip("moodle_xml_parser.parser", reason="moodle-xml-parser is not installed here")
    read = parser.parse_string(FORMS["moodle"].write(made))["multichoice"]
    asked = [one for one in made.questions if one.choices and not isinstance(one.answer, tuple)]
    for one, entry in zip(asked, read, strict=True):
        assert (entry.name, entry.single, entry.default_grade) == (name(one, made.version), True, 1)
        assert [each.answer for each in entry.options] == [shown(choice) for choice in one.choices]
        assert [each.answer for each in entry.options if each.score_fraction == 100] == [shown(one.answer)]
        known = {shown(wrong.answer): wrong.why for wrong in one.misconceptions}
        assert all((each.feedback or "") == known.get(each.answer, "") for each in entry.options)


# As a document of HTML: its parser knows no element that ends itself.
OPENED = """(xml) => {
  const root = new DOMParser().parseFromString(xml, "text/xml").documentElement;
  document.body.innerHTML = new XMLSerializer().serializeToString(root).replace(/ xmlns="[^"]*"/g, "").replace(/<([\\w-]+)([^>]*)\\/>/g, "<$1$2></$1>");
}"""
PLAYED = """async (order) => {
  const item = document.querySelector("qti-assessment-item");
  if (order) item.updateResponseVariable("RESPONSE", order);
  item.processResponse();
  await new Promise(requestAnimationFrame);
  const told = [...document.querySelectorAll("qti-modal-feedback")].filter((one) => one.showStatus === "on");
  return [Number(item.getOutcome("SCORE").value), told.map((one) => one.getAttribute("identifier"))];
}"""


def test_a_player_shows_the_questions_and_scores_them(made, browser, request):
    """In a real browser, answered as by a student: a number typed, a choice pressed, an order."""
    convert = pytest.importorskip("qti_convert", reason="citolab-qti-convert is not installed here")
    script = installed(request.config.cache.mkdir("qti"), PLAYER, "cdn/index.global.js")
    page = browser.new_page()
    page.set_content("<!doctype html><title>Player</title><body>")
    page.add_script_tag(path=script)
    kinds = {"large": large()[0]}
    for one in made.questions:
        kinds.setdefault("typed" if one.choices is None else type(one.answer), one)
    for one in kinds.values():
        for answer, told in ((one.misconceptions[0].answer, ["M0", "SOLUTION"]), (one.answer, ["SOLUTION"])):
            if one.choices and not isinstance(answer, tuple) and answer not in one.choices:
                continue
            page.evaluate(OPENED, convert.upgrade_qti2_to_qti3(qti.item(one)))
            assert one.text.split("\n")[0] in page.locator("qti-item-body").inner_text()
            order = response(one, answer) if isinstance(answer, tuple) else None
            if one.choices is None:
                page.locator("qti-text-entry-interaction input").press_sequentially(str(answer))
            elif order is None:
                page.locator("qti-simple-choice").nth(one.choices.index(answer)).click()
            assert page.evaluate(PLAYED, order) == [int(answer == one.answer), told], one.id
    assert len(kinds) == 5
    page.close()

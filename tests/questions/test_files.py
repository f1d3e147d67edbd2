"""The files against schemas, and read back by readers that are not ours.

The published XSDs of QTI and of Content Packaging are not to be had as a package, and Moodle has none: the three schemas here
are written from the specifications, for what a sheet uses. Readers: gift-pegjs (a grammar of GIFT, by npm) and onyx2moodle
(QTI 2.1); Moodle XML is read by Python's own parser.
"""

import io
import json
import re
import shutil
import subprocess
import zipfile
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
GIFT = "gift-pegjs@1.0.2"
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

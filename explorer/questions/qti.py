"""A sheet as an IMS QTI 2.1 package: a manifest, a test, and an item a question, in a zip.

Information model and XML binding: IMS Question and Test Interoperability 2.1 (31 August 2012), with IMS Content Packaging
1.1. A number is typed (textEntryInteraction; an integer, or a float where 32 bits do not hold it), words are chosen
(choiceInteraction), an order is dragged (orderInteraction); a recognised mistake brings its hint (modalFeedback). The same
sheet gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as xml
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from explorer.questions.kinds import named
from explorer.questions.question import Answer, Question, shown

if TYPE_CHECKING:
    from explorer.questions.sheet import Sheet

ITEM = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
WHERE = {
    ITEM: "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
    PACKAGE: "http://www.imsglobal.org/xsd/qti/qtiv2p1/qtiv2p1_imscpv1p2_v1p0.xsd",
}
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # a zip's first moment: no clock in the bytes
SOLUTION = "SOLUTION"
MOST_INTEGER = 2**31 - 1
WORDED = 4  # the version from which on files call a question by words; an older sheet’s say what they always said


def package(sheet: Sheet) -> bytes:
    """The zip."""
    files = {f"items/{one.id}.xml": item(one, sheet.version) for one in sheet.questions}
    files |= {"test.xml": _test(sheet), "imsmanifest.xml": _manifest(sheet)}
    held = BytesIO()
    with ZipFile(held, "w") as archive:
        for name in sorted(files):
            entry = ZipInfo(name, LONG_AGO)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return held.getvalue()


def item(one: Question, version: int = WORDED) -> str:
    """A question of a sheet of that version, as an assessmentItem."""
    root = _root(
        ITEM,
        "assessmentItem",
        identifier=one.id,
        title=named(one.kind) if version >= WORDED else f"{one.topic}: {one.kind}",
        adaptive="false",
        timeDependent="false",
    )
    names = {choice: f"C{place}" for place, choice in enumerate(one.choices or ())}
    kind = _base(one)
    several = isinstance(one.answer, tuple)
    response = _in(
        root,
        "responseDeclaration",
        identifier="RESPONSE",
        cardinality="ordered" if several else "single",
        baseType=kind,
    )
    correct = _in(response, "correctResponse")
    for value in one.answer if isinstance(one.answer, tuple) else (one.answer,):
        _in(correct, "value", names.get(value, str(value)))
    score = _in(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    _in(_in(score, "defaultValue"), "value", "0")
    _in(root, "outcomeDeclaration", identifier="FEEDBACK", cardinality="multiple", baseType="identifier")
    _body(_in(root, "itemBody"), one, names)
    hints = {wrong.answer: (f"M{place}", wrong.why) for place, wrong in enumerate(one.misconceptions)}
    _processing(_in(root, "responseProcessing"), one, names, {answer: name for answer, (name, _) in hints.items()})
    for name, text in hints.values():
        _in(_feedback(root, name), "p", text)
    _in(_feedback(root, SOLUTION), "pre", "\n".join(one.solution))
    return _written(root)


def _body(body: xml.Element, one: Question, names: Mapping[Answer, str]) -> None:
    for line in one.text.split("\n"):
        _in(body, "p", line)
    if one.choices is None:
        typed = _in(body, "p", "In digits only: ")
        entry = _in(typed, "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="15")
        entry.tail = f" {one.unit}"
        return
    tag = "orderInteraction" if isinstance(one.answer, tuple) else "choiceInteraction"
    most = {} if isinstance(one.answer, tuple) else {"maxChoices": "1"}
    asked = _in(body, tag, responseIdentifier="RESPONSE", shuffle="false", **most)
    for choice in one.choices:
        _in(asked, "simpleChoice", f"{shown(choice)} {one.unit}".strip(), identifier=names[choice])


def _processing(rules: xml.Element, one: Question, names: Mapping[Answer, str], hints: Mapping[Answer, str]) -> None:
    """1 point for the answer; the hint for a known mistake; the solution for everybody."""
    condition = _in(rules, "responseCondition")
    right = _in(condition, "responseIf")
    _matches(right, one, one.answer, names)
    _set(right, "SCORE", "float", "1")
    _set(right, "FEEDBACK", "identifier", SOLUTION)
    for answer, name in hints.items():
        wrong = _in(condition, "responseElseIf")
        if not _matches(wrong, one, answer, names):
            condition.remove(wrong)
            continue
        _set(wrong, "FEEDBACK", "identifier", name, SOLUTION)
    _set(_in(condition, "responseElse"), "FEEDBACK", "identifier", SOLUTION)


def _matches(rule: xml.Element, one: Question, answer: Answer, names: Mapping[Answer, str]) -> bool:
    """That the response is this answer; False where nobody can give it, since it is not among the choices."""
    values = answer if isinstance(answer, tuple) else (answer,)
    if one.choices is not None and not all(value in names for value in values):
        return False
    base, tolerant = _base(one), one.choices is None and answer == one.answer and one.tolerance
    how = {"toleranceMode": "absolute", "tolerance": f"{one.tolerance} {one.tolerance}"} if tolerant else {}
    if base == "float" and not tolerant:  # which is matched by no engine that follows the standard
        how = {"toleranceMode": "exact"}
    test = _in(rule, "equal" if how else "match", **how)
    _in(test, "variable", identifier="RESPONSE")
    if isinstance(answer, tuple):
        test = _in(test, "ordered")
    for value in values:
        _in(test, "baseValue", names.get(value, str(value)), baseType=base)
    return True


def _base(one: Question) -> str:
    """The type of a response. The standard's integers have 32 bits; its floats, 64 bits, are exact for every count here."""
    if one.choices is not None:
        return "identifier"
    numbers = [one.answer, *(wrong.answer for wrong in one.misconceptions)]
    return "integer" if all(isinstance(value, int) and value <= MOST_INTEGER for value in numbers) else "float"


def _set(rule: xml.Element, outcome: str, kind: str, *values: str) -> None:
    held = _in(rule, "setOutcomeValue", identifier=outcome)
    if outcome == "FEEDBACK":
        held = _in(held, "multiple")
    for value in values:
        _in(held, "baseValue", value, baseType=kind)


def _feedback(root: xml.Element, name: str) -> xml.Element:
    return _in(root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=name, showHide="show")


def _test(sheet: Sheet) -> str:
    root = _root(ITEM, "assessmentTest", identifier="test", title=f"{sheet.name}: exercises")
    part = _in(root, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="individual")
    section = _in(part, "assessmentSection", identifier="section", title="Exercises", visible="true")
    for one in sheet.questions:
        _in(section, "assessmentItemRef", identifier=f"ref-{one.id}", href=f"items/{one.id}.xml")
    return _written(root)


def _manifest(sheet: Sheet) -> str:
    root = _root(PACKAGE, "manifest", identifier=f"MANIFEST-v{sheet.version}-{sheet.seed}")
    metadata = _in(root, "metadata")
    _in(metadata, "schema", "QTIv2.1 Package")
    _in(metadata, "schemaversion", "1.0.0")
    _in(root, "organizations")
    resources = _in(root, "resources")
    test = _in(resources, "resource", identifier="test", type="imsqti_test_xmlv2p1", href="test.xml")
    _in(test, "file", href="test.xml")
    for one in sheet.questions:
        _in(test, "dependency", identifierref=one.id)
        made = _in(resources, "resource", identifier=one.id, type="imsqti_item_xmlv2p1", href=f"items/{one.id}.xml")
        _in(made, "file", href=f"items/{one.id}.xml")
    return _written(root)


def _root(space: str, tag: str, **attributes: str) -> xml.Element:
    look = {"xmlns": space, "xmlns:xsi": INSTANCE, "xsi:schemaLocation": f"{space} {WHERE[space]}"}
    return xml.Element(tag, look | attributes)


def _in(parent: xml.Element, tag: str, text: str | None = None, /, **attributes: str) -> xml.Element:
    made = xml.SubElement(parent, tag, attributes)
    made.text = text
    return made


def _written(root: xml.Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"

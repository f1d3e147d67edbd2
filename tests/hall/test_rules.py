"""Who steers, what is voted on, what counts: in memory and in a real Redis."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from explorer.hall import Limits, Memory, Refused, csv_rows, results
from explorer.hall.card import words
from explorer.hall.made import cards
from explorer.hall.opened import ADDRESS, REPLICAS, opened, warning
from explorer.lecture import evaluate
from explorer.lecture.answers import answer
from explorer.lecture.scene import query
from explorer.lecture.scene_text import prose
from explorer.spec import naming
from explorer.spec.chosen import of_params
from tests.hall.conftest import TOUR, Clock, Room, voter


def refused(reason: str, act, *arguments) -> str:
    with pytest.raises(Refused) as caught:
        act(*arguments)
    assert caught.value.reason == reason
    return str(caught.value)


def test_a_whole_question(room) -> None:
    """Shown, voted, changed, closed, voted again, revealed: both rounds are kept, each phone counts once."""
    one: Room = room()
    hall, code, token = one.hall, one.code, one.token
    assert re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{5}", code) and len(token) >= 32
    assert hall.state(code, voter(1))["slug"] == ""
    made = one.show("conv2x-dotted")
    card = made.card
    state = hall.state(code, voter(1))
    assert (state["slug"], state["open"], state["round"], state["yours"]) == ("conv2x-dotted", True, 1, None)
    for number, choice in ((1, 0), (2, 1), (3, 1), (1, 3), (1, 3)):  # the first changes its mind, and says it twice
        hall.vote(code, voter(number), card["slug"], 1, choice)
    watched = hall.watch(code, token)
    assert watched["tallies"] == [{"1": 2, "3": 1}] and watched["answered"] == 3 == watched["here"]
    assert watched["answer"]["answer"] == "4" and "favourite exam question" in watched["speaker"]["notes"]
    assert hall.state(code, voter(1))["yours"] == 3
    hall.close(code, token)
    assert "closed" in refused("closed", hall.vote, code, voter(2), card["slug"], 1, 0)
    hall.again(code, token)
    assert hall.state(code, voter(1))["yours"] is None
    hall.vote(code, voter(1), card["slug"], 2, 1)
    refused("closed", hall.vote, code, voter(2), card["slug"], 1, 0)  # of the round before
    assert hall.scene(code, card["slug"])[1:] == (None, [])  # nothing of the answer before the reveal
    one.show("conv2x-dotted", revealed=True)
    refused("closed", hall.vote, code, voter(2), card["slug"], 2, 0)
    refused("closed", hall.again, code, token)
    shown, told, tallies = hall.scene(code, card["slug"])
    assert shown == card | {"pictures": made.revealed} and told["answer"] == "4" and tallies == [{1: 2, 3: 1}, {1: 1}]
    found = results(hall, code, token)
    assert [(one["round"], one["votes"]) for one in found] == [(1, 3), (2, 1)]
    assert [row["votes"] for row in csv_rows(found)] == [0, 2, 0, 1, 0, 1, 0, 0]
    assert [row["choice"] for row in csv_rows(found) if row["right"]] == ["4", "4"]
    assert voter(1)[-8:] not in str(found)


def test_only_the_token_steers_and_sessions_do_not_mix(room) -> None:
    one = room()
    hall, first, token = one.hall, one.code, one.token
    one.show("deeper")
    second = one.start()
    one.show("conv2x-dotted")
    for wrong in ("", "x", token, second.code, second.token[:-1]):
        refused("token", hall.watch, second.code, wrong)
        refused("token", hall.close, second.code, wrong)
        refused("token", hall.again, second.code, wrong)
        refused("token", hall.send, second.code, wrong, "next")
        refused("token", hall.pair, second.code, wrong)
        refused("token", hall.end, second.code, wrong)
        refused("token", hall.show, second.code, wrong, cards(TOUR, TOUR.scenes[1]), False)
        refused("token", results, hall, second.code, wrong)
    for code in ("AAAAA", "aaaaa", "", "K7", "../..", "K7QM\n"):
        refused("unknown", hall.state, code, voter(1))
    hall.vote(first, voter(1), "deeper", 1, 5)
    hall.vote(second.code, voter(1), "conv2x-dotted", 1, 1)
    refused("bad", hall.vote, second.code, voter(1), "deeper", 1, 5)  # the other's question
    assert hall.watch(first, token)["tallies"] == [{"5": 1}]
    assert hall.watch(second.code, second.token)["tallies"] == [{"1": 1}]
    hall.end(second.code, second.token)
    refused("unknown", hall.state, second.code, voter(1))
    assert hall.state(first, voter(1))["slug"] == "deeper"


def test_a_step_away_interrupts_and_a_step_back_goes_on(room) -> None:
    one = room()
    one.show("deeper")
    one.hall.vote(one.code, voter(1), "deeper", 1, 17)
    one.show("residual")
    refused("closed", one.hall.vote, one.code, voter(2), "deeper", 1, 17)
    refused("bad", one.hall.close, one.code, one.token)  # nothing is asked there
    one.show("deeper")
    one.hall.vote(one.code, voter(2), "deeper", 1, 3)
    assert one.hall.watch(one.code, one.token)["tallies"] == [{"3": 1, "17": 1}]
    assert one.hall.state(one.code, voter(1))["shown"] == ["deeper", "residual"]
    refused("unknown", one.hall.scene, one.code, "bottleneck")  # not shown yet
    one.show("deeper", revealed=True)
    one.show("deeper")  # back before the reveal: what has been seen stays seen
    refused("closed", one.hall.vote, one.code, voter(3), "deeper", 1, 3)


def test_a_lecture_that_is_left_pauses_until_a_scene_is_shown_again(room) -> None:
    """Phones are told of it; the ballot and what is on its way to it stay."""
    one = room()
    hall, code, token = one.hall, one.code, one.token
    one.show("deeper")
    hall.vote(code, voter(1), "deeper", 1, 17)
    refused("token", hall.leave, code, "x")
    hall.leave(code, token)
    state, stamp = hall.state(code, voter(1)), hall.stamp(code)
    assert (state["left"], state["open"], state["yours"]) == (True, False, 17) and hall.watch(code, token)["left"]
    hall.leave(code, token)  # each page outside the lecture says so
    assert hall.stamp(code) == stamp
    hall.vote(code, voter(2), "deeper", 1, 3)
    one.show("deeper")
    back = hall.state(code, voter(1))
    assert (back["left"], back["open"], back["slug"]) == (False, True, "deeper") and back["version"] > state["version"]
    assert hall.watch(code, token)["tallies"] == [{"3": 1, "17": 1}]


def test_nothing_but_a_choice_is_accepted(room) -> None:
    one = room(burst=1000)
    question = one.show("deeper").card["question"]
    assert question["options"] == 33  # 20 to 36 in halves
    for wrong in ("", "1", "g" * 32, voter(1).upper().replace("0", "A"), voter(1) + "0", "'" * 32):
        refused("bad", one.hall.vote, one.code, wrong, "deeper", 1, 1)
        refused("bad", one.hall.state, one.code, wrong)
    for choice in (-1, 33, 10**9):
        refused("bad", one.hall.vote, one.code, voter(1), "deeper", 1, choice)
    for slug, number in (("deeper", 0), ("deeper", 2), ("deeper", -1)):
        refused("closed", one.hall.vote, one.code, voter(1), slug, number, 1)
    refused("bad", one.hall.vote, one.code, voter(1), "x" * 500, 1, 1)
    refused("bad", one.hall.send, one.code, one.token, "<script>")
    refused("bad", one.hall.send, one.code, one.token, "go", -1)
    assert one.hall.watch(one.code, one.token)["tallies"] == [{}]


def test_a_vote_that_comes_late_does_not_undo_the_next(room) -> None:
    """A phone gives a connection up, and says the next choice over another; then the first one arrives."""
    one = room()
    one.show("deeper")
    for choice, turn in ((3, 1), (9, 2), (3, 1), (9, 2)):
        one.hall.vote(one.code, voter(1), "deeper", 1, choice, turn)
    assert one.hall.watch(one.code, one.token)["tallies"] == [{"9": 1}]
    one.hall.vote(one.code, voter(1), "deeper", 1, 4, 1764340000000)
    assert one.hall.state(one.code, voter(1))["yours"] == 4
    refused("bad", one.hall.vote, one.code, voter(1), "deeper", 1, 4, -1)


def test_limits(room) -> None:
    one = room(sessions=2, voters=3, burst=4, per_s=1, rounds=2)
    one.show("deeper")
    for number in (1, 2, 3):
        one.hall.vote(one.code, voter(number), "deeper", 1, number)
    assert "3 phones" in refused("full", one.hall.vote, one.code, voter(4), "deeper", 1, 1)
    refused("full", one.hall.state, one.code, voter(4))
    one.hall.vote(one.code, voter(1), "deeper", 1, 9)  # who is in stays in
    for choice in (1, 2):
        one.hall.vote(one.code, voter(1), "deeper", 1, choice)
    refused("flood", one.hall.vote, one.code, voter(1), "deeper", 1, 3)
    one.clock.now += 2
    one.hall.vote(one.code, voter(1), "deeper", 1, 3)
    one.hall.again(one.code, one.token)
    assert "2 rounds" in refused("full", one.hall.again, one.code, one.token)
    one.hall.start("Another")
    assert "2 sessions" in refused("full", one.hall.start, "A third")


def test_idle_sessions_end_and_unused_ones_make_way(room) -> None:
    one = room(sessions=1, idle_s=2, unused_s=0.2)
    quick = one.hall.store.quick

    def wait(seconds: float) -> None:  # Redis has a clock of its own
        one.clock.now += seconds
        if not quick:
            time.sleep(seconds)

    wait(0.3)
    first = one.code
    one.start()  # nobody had joined the first
    refused("unknown", one.hall.state, first, voter(1))
    one.show("deeper")
    one.hall.vote(one.code, voter(1), "deeper", 1, 1)
    wait(0.3)
    refused("full", one.hall.start, "Another")  # this one has phones in it
    wait(2.2)
    refused("unknown", one.hall.state, one.code, voter(1))
    one.start()
    one.show("deeper")
    assert one.hall.watch(one.code, one.token)["tallies"] == [{}]


def test_a_scene_that_is_come_back_to_is_not_revealed_on_the_projector(room) -> None:
    """And so in the lecturer's windows; phones keep the answer, and nobody votes on it again."""
    one = room()
    seen = []
    for slug, revealed in (
        ("deeper", False),
        ("deeper", True),
        ("residual", False),
        ("deeper", False),
        ("deeper", True),
    ):
        one.show(slug, revealed)
        watched = one.hall.watch(one.code, one.token)
        seen.append((watched["shows"], watched["revealed"], watched["open"]))
    asked, answered, nothing, again = (
        (False, False, True),
        (True, True, False),
        (False, False, False),
        (False, True, False),
    )
    assert seen == [asked, answered, nothing, again, answered]
    stamp = one.hall.stamp(one.code)
    one.show("deeper", True)
    assert one.hall.stamp(one.code) == stamp  # nothing new


def test_a_remote_is_paired_once(room) -> None:
    one = room(tokens=3, pair_s=60)
    word = one.hall.pair(one.code, one.token)
    refused("token", one.hall.paired, one.code, word + "x")
    before = one.hall.stamp(one.code)
    with ThreadPoolExecutor(8) as many:
        tries = list(many.map(lambda _: attempt(one, word), range(8)))
    (remote,) = filter(None, tries)
    assert one.hall.watch(one.code, one.token)["remotes"] == 1 and one.hall.stamp(one.code) != before  # told at once
    assert remote != one.token and one.hall.steers(one.code, remote)
    one.hall.send(one.code, remote, "go", 3)
    assert one.hall.watch(one.code, one.token, False)["command"] == {"id": 1, "do": "go", "n": 3}
    later = [one.hall.paired(one.code, one.hall.pair(one.code, one.token)) for _ in range(3)]
    assert one.hall.steers(one.code, one.token) and one.hall.steers(one.code, later[-1])
    assert not one.hall.steers(one.code, remote)  # the oldest remote has made way
    late = one.hall.pair(one.code, one.token)
    one.hall.store.write(one.code, {"pair": one.hall.store.read(one.code, ("pair",))[0].split()[0] + " 1"}, "")
    refused("token", one.hall.paired, one.code, late)


def attempt(one: Room, word: str) -> str | None:
    try:
        return one.hall.paired(one.code, word)
    except Refused:
        return None


def test_votes_at_once_are_all_counted_and_none_after_the_close(room) -> None:
    """Eight threads vote while a ninth closes: what was answered “counted” is there, and nothing else."""
    one = room(voters=500)
    one.show("conv2x-dotted")
    counted: list[int] = []

    def vote(number: int) -> None:
        if number == 200:
            one.hall.close(one.code, one.token)
            return
        try:
            one.hall.vote(one.code, voter(number), "conv2x-dotted", 1, number % 4)
        except Refused as error:
            assert error.reason == "closed"
        else:
            counted.append(number)

    with ThreadPoolExecutor(8) as many:
        list(many.map(vote, range(300)))
    tally = one.hall.watch(one.code, one.token)["tallies"][0]
    assert len(counted) >= 150 and len(counted) < 300
    assert tally == {str(choice): sum(n % 4 == choice for n in counted) for choice in range(4)}


@pytest.mark.parametrize("scene", [scene for scene in TOUR.scenes if scene.question], ids=lambda scene: scene.slug)
def test_a_cards_answer_is_the_models_own(scene) -> None:
    """The mark beside the votes stands where the lecture's verdict has it."""
    made = cards(TOUR, scene)
    question, told = made.card["question"], made.answer
    assert told["answer"] == evaluate(scene, "").answer and told["answer"] not in str(made.card["question"]["ask"])
    right = answer(scene.question, scene).value
    if question["kind"] == "number":
        assert question["low"] + told["at"] * question["step"] == pytest.approx(float(right) / scene.question.per)
    else:
        assert words(question, int(told["at"])) == told["answer"]
    if question["kind"] == "block":
        blocks = [tile for lane in question["lanes"] for tile in lane["tiles"]]
        assert blocks[int(told["at"])]["id"] == right
        assert [len(lane["tiles"]) for lane in question["lanes"]] == [1, 3, 4, 6, 3, 1] and len(blocks) == 18


@pytest.mark.parametrize("scene", TOUR.scenes, ids=lambda scene: scene.slug)
def test_a_phones_picture_is_of_the_state_on_the_projector(scene) -> None:
    """Before the reveal of the scene's own, after it of what the reveal leads to; and no words say where it stands, which on a
    phone is below, on a projector beside."""
    made, settled = cards(TOUR, scene), replace(scene, state=urlencode(scene.params(True)), question=None)
    if scene.question is None:
        assert made.revealed == [] and made.card["pictures"]
    else:
        assert made.revealed == cards(replace(TOUR, scenes=(settled,)), settled).card["pictures"] != []
    if "depth" in query(scene.question.then if scene.question else ""):
        before, after = (str(one[0]["words"]) for one in (made.card["pictures"], made.revealed))
        assert before != after and naming.title(of_params(scene.params(True)).spec) in after
    texts = [scene.text, scene.asks.because if scene.question else ""]
    said = " ".join(prose(text, scene.chosen, links=False).striptags() for text in texts)
    assert re.findall(r"on the (?:left|right)\b|\b(?:above|below|beside)\b", said) == []


def test_a_card_that_is_too_large_goes_without_its_pictures() -> None:
    whole, bare = (cards(TOUR, TOUR.scenes[0], most) for most in (300_000, 5000))
    assert whole.card["pictures"] and whole.revealed and not bare.card["pictures"] and not bare.revealed


def test_the_hosts_choice_of_a_store(monkeypatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    opened.cache_clear()
    assert isinstance(opened().store, Memory) and warning() == ""
    monkeypatch.setenv(REPLICAS, "3")
    assert "EXPLORER_REPLICAS=3" in warning() and ADDRESS in warning()
    monkeypatch.setenv(ADDRESS, "http://example.org")
    opened.cache_clear()
    with pytest.raises(ValueError, match="EXPLORER_VOTES='http://example.org'.*redis://host:6379/0"):
        opened()
    assert warning() == ""
    opened.cache_clear()


def test_memory_forgets_what_idled() -> None:
    clock = Clock()
    store = Memory(Limits(idle_s=10), clock)
    assert store.claim("AAAAA", {}) == "claimed" and store.claim("AAAAA", {}) == "taken"
    clock.now += 11
    assert store.claim("BBBBB", {}) == "claimed" and list(store._sessions) == ["BBBBB"]

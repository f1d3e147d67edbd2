"""The rules of a hall: who steers, what is asked now, what counts.

A session shows one scene at a time. Where it asks, and its answer has not been shown, a *ballot* ("deeper/1": the scene and
the round) is open; the lecturer closes it, or opens another round, and both are kept. A step away from the scene only
interrupts: whoever comes back finds the same ballot and its votes. So does the lecture that is left, until a scene is shown again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Literal, NotRequired, TypedDict

from explorer.hall.card import Answer, Card, Cards, Speaker
from explorer.hall.limits import Limits
from explorer.hall.store import Store

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is read for another
LENGTH = 5
CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
VOTER = re.compile(r"[0-9a-f]{32}")
MOST_TURN = 2**53  # a browser's whole numbers
COMMANDS = ("next", "previous", "reveal", "close", "again", "go")
NEW = '{"n": 1, "closed": false, "revealed": false}'  # a question's first round
UNKNOWN = "No vote has this code. It may have ended."
Reason = Literal["unknown", "token", "closed", "full", "flood", "bad"]


class Refused(ValueError):
    """What is not done, and why in a sentence. reason: for the machine."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason: Reason = reason


class Rounds(TypedDict):
    """Of one question. n: the round that is on, from 1. closed: by the lecturer. revealed: the answer has been shown."""

    n: int
    closed: bool
    revealed: bool


class Brief(TypedDict):
    """Of a scene, what every vote and every phone's question needs. options: 0 where nothing is asked."""

    slug: str
    number: int
    of: int
    options: int


class State(TypedDict):
    """What a phone asks for again and again. left: no scene is on the projector now. yours: what it has chosen in this round."""

    version: int
    title: str
    slug: str
    number: int
    of: int
    round: int
    open: bool
    revealed: bool
    left: bool
    shown: list[str]
    yours: int | None


class Watched(TypedDict):
    """What the lecturer's windows ask for. tallies: of each round, how many chose what (choice → count). revealed: the phones have
    seen the answer; shows: the projector shows it now, which a scene that is come back to does not. remotes: how many windows
    were given a token."""

    stamp: str
    title: str
    slug: str
    here: int
    answered: int
    round: int
    rounds_left: int
    open: bool
    revealed: bool
    shows: bool
    left: bool
    remotes: int
    tallies: list[dict[str, int]]
    command: Command | None
    card: NotRequired[Card]
    answer: NotRequired[Answer | None]
    speaker: NotRequired[Speaker]


class Command(TypedDict):
    """What a remote asks of the projector. n: the scene, for "go"."""

    id: int
    do: str
    n: int


@dataclass(frozen=True)
class Started:
    """A new session. token: whoever has it steers; it is given out once."""

    code: str
    token: str


class Hall:
    """See the module. Every method raises `Refused`."""

    def __init__(self, store: Store, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.store, self.limits, self._clock = store, limits or Limits(), clock
        self._buckets: dict[str, tuple[float, float]] = {}  # voter → (votes left, when)
        self._lock = Lock()

    # ── the lecturer ────────────────────────────────────────────────────────────────────────────────────────────────

    def start(self, title: str) -> Started:
        """A new session of a lecture."""
        token = secrets.token_urlsafe(24)
        fields = {
            "title": title[:200],
            "tokens": json.dumps([_hash(token)]),
            "salt": secrets.token_hex(16),
            "started": f"{time.time():.0f}",
            "accepts": "",
            "shown": "[]",
        }
        for _ in range(20):
            code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
            said = self.store.claim(code, fields)
            if said == "claimed":
                return Started(code, token)
            if said == "full":
                break
        raise Refused("full", f"{self.limits.sessions} sessions run on this server already: try again later.")

    def steers(self, code: str, token: str) -> bool:
        """Whether this token steers this session."""
        found = self.store.read(code, ("tokens",)) if CODE.fullmatch(code) else None
        if found is None:
            return False
        ours = _hash(token)
        return any(hmac.compare_digest(ours, one) for one in json.loads(found[0] or "[]"))

    def _allow(self, code: str, token: str) -> None:
        if not self.steers(code, token):
            self._read(code, "tokens")  # or there is no such session
            raise Refused("token", "Only who has started this session steers it.")

    def show(self, code: str, token: str, scene: Cards, revealed: bool) -> None:
        """This scene is on the projector now. Its votes open, unless they have been closed or its answer shown."""
        self._allow(code, token)
        slug = scene.card["slug"]
        now, left, shows, shown_text, rounds_text = self._read(code, "now", "left", "shows", "shown", f"rounds:{slug}")
        shown: list[str] = json.loads(shown_text)
        rounds: Rounds = json.loads(rounds_text or NEW)
        if slug not in shown and len(shown) >= self.limits.scenes:
            raise Refused("full", f"A session shows at most {self.limits.scenes} scenes.")
        reveals = revealed and scene.card["question"] is not None
        as_it_is = now == slug and not left and rounds_text and bool(shows) == reveals
        if as_it_is and rounds["revealed"] >= reveals:
            return
        rounds["revealed"] = rounds["revealed"] or reveals
        question = scene.card["question"]
        brief = Brief(
            slug=slug,
            number=scene.card["number"],
            of=scene.card["of"],
            options=question["options"] if question else 0,
        )
        self.store.write(
            code,
            {
                "now": slug,
                "left": "",
                "shows": "1" if reveals else "",
                f"brief:{slug}": json.dumps(brief),
                "shown": json.dumps(shown if slug in shown else [*shown, slug]),
                f"card:{slug}": json.dumps(scene.card),
                f"answer:{slug}": json.dumps(scene.answer),
                f"revealed:{slug}": json.dumps(scene.revealed),
                f"speaker:{slug}": json.dumps(scene.speaker),
                f"rounds:{slug}": json.dumps(rounds),
                "accepts": _accepts(brief, rounds),
            },
        )

    def leave(self, code: str, token: str) -> None:
        """No scene is on the projector any more, until the next `show`. What is on its way to the open ballot still counts."""
        self._allow(code, token)
        if not self._read(code, "left")[0]:
            self.store.write(code, {"left": "1"})

    def close(self, code: str, token: str) -> None:
        """No more votes in this round."""
        self._turn(code, token, lambda rounds: rounds | {"closed": True})

    def again(self, code: str, token: str) -> None:
        """Another round of the same question; the one before is kept. After the reveal there is none."""

        def turned(rounds: Rounds) -> Rounds:
            if rounds["revealed"]:
                raise Refused("closed", "The answer has been shown: this question is not voted on again.")
            if rounds["n"] >= self.limits.rounds:
                raise Refused("full", f"A question has at most {self.limits.rounds} rounds.")
            return {"n": rounds["n"] + 1, "closed": False, "revealed": False}

        self._turn(code, token, turned)

    def _turn(self, code: str, token: str, turned: Callable[[Rounds], Rounds]) -> None:
        self._allow(code, token)
        (slug,) = self._read(code, "now")
        brief, rounds = self._now(code, slug)
        if not brief["options"]:
            raise Refused("bad", "This scene asks nothing.")
        new = turned(rounds)
        self.store.write(code, {f"rounds:{slug}": json.dumps(new), "accepts": _accepts(brief, new)})

    def send(self, code: str, token: str, do: str, number: int = 0) -> None:
        """From a remote to the projector: one of COMMANDS."""
        self._allow(code, token)
        if do not in COMMANDS or not 0 <= number <= self.limits.scenes:
            raise Refused("bad", f"do={do[:20]!r}: choose one of {', '.join(COMMANDS)}.")
        self.store.write(code, {"command": json.dumps({"do": do, "n": number})}, "commands")

    def pair(self, code: str, token: str) -> str:
        """A word with which one other window, once and soon, gets a token of its own."""
        self._allow(code, token)
        word = secrets.token_urlsafe(16)
        self.store.write(code, {"pair": f"{_hash(word)} {time.time() + self.limits.pair_s:.0f}"}, "")
        return word

    def paired(self, code: str, word: str) -> str:
        """The token for such a word."""
        pair, tokens, remotes = self._read(code, "pair", "tokens", "remotes")
        hashed, _, until = (pair or " 0").partition(" ")
        if not hmac.compare_digest(hashed, _hash(word)) or time.time() > float(until):
            raise Refused("token", "This code has been used, or is too old: ask for another one.")
        known = json.loads(tokens)
        token = secrets.token_urlsafe(24)
        kept = [known[0], *known[1:][-(self.limits.tokens - 2) :], _hash(token)]
        if not self.store.swap(code, "pair", pair, ""):
            raise Refused("token", "This code has just been used.")
        self.store.write(code, {"tokens": json.dumps(kept), "remotes": str(int(remotes or 0) + 1)})
        return token

    def watch(self, code: str, token: str, scene: bool = True) -> Watched:
        """What the lecturer sees. scene: with the scene's words and notes too, for a window that has nothing else."""
        self._allow(code, token)
        version, ballots, commands, title, command, slug, left, shows, remotes = self._read(
            code, "version", "ballots", "commands", "title", "command", "now", "left", "shows", "remotes"
        )
        brief, rounds = self._now(code, slug)
        count, here = rounds["n"] if brief["options"] else 0, self.store.here(code)
        tallies = [self.store.ballots(code, f"{slug}/{one}") for one in range(1, count + 1)]
        found = Watched(
            stamp=f"{version}.{ballots}.{commands}.{here}",
            title=title,
            slug=slug,
            here=here,
            answered=sum(tallies[-1].values()) if tallies else 0,
            round=rounds["n"],
            rounds_left=self.limits.rounds - count if count and not rounds["revealed"] else 0,
            open=bool(_accepts(brief, rounds)),
            revealed=rounds["revealed"],
            shows=bool(shows),
            left=bool(left),
            remotes=int(remotes or 0),
            tallies=[{str(choice): votes for choice, votes in sorted(tally.items())} for tally in tallies],
            command=_command(command, int(commands)),
        )
        if scene and slug:
            card, answer, speaker = self._read(code, f"card:{slug}", f"answer:{slug}", f"speaker:{slug}")
            found |= {"card": json.loads(card), "answer": json.loads(answer), "speaker": json.loads(speaker)}
        return found

    def end(self, code: str, token: str) -> None:
        """Ends the session; its votes are gone."""
        self._allow(code, token)
        self.store.drop(code)

    # ── a phone ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def state(self, code: str, voter: str) -> State:
        """What is on now, for this phone; which is there, with that."""
        salt, version, title, slug, left, shown = self._read(code, "salt", "version", "title", "now", "left", "shown")
        mixed = _mixed(salt, voter)
        if self.store.join(code, mixed) == "full":
            raise self._full()
        brief, rounds = self._now(code, slug)
        return State(
            version=int(version),
            title=title,
            slug=slug,
            number=brief["number"],
            of=brief["of"],
            round=rounds["n"],
            open=not left and bool(_accepts(brief, rounds)),
            revealed=rounds["revealed"],
            left=bool(left),
            shown=json.loads(shown),
            yours=self.store.choice(code, f"{slug}/{rounds['n']}", mixed) if brief["options"] else None,
        )

    def scene(self, code: str, slug: str) -> tuple[Card, Answer | None, list[dict[int, int]]]:
        """A scene that has been shown; once its answer has been revealed, with that, with the pictures of what the reveal led
        to, and with the votes of each round."""
        shown, card, rounds_text, answer, revealed = self._read(
            code, "shown", *(f"{name}:{slug}" for name in ("card", "rounds", "answer", "revealed"))
        )
        if slug not in json.loads(shown):
            raise Refused("unknown", "This scene has not been shown.")
        rounds: Rounds = json.loads(rounds_text)
        if not rounds["revealed"]:
            return json.loads(card), None, []
        tallies = [self.store.ballots(code, f"{slug}/{one}") for one in range(1, rounds["n"] + 1)]
        after: Card = json.loads(card)
        after["pictures"] = json.loads(revealed)
        return after, json.loads(answer), tallies

    def vote(self, code: str, voter: str, slug: str, round: int, choice: int, turn: int = 0) -> None:
        """Counts a choice, in place of an earlier one of the same phone. turn: grows with each of its choices, so that one that
        comes late, by a connection that was given up, does not undo the next."""
        salt, brief = self._read(code, "salt", f"brief:{slug[:80]}")
        mixed = _mixed(salt, voter)
        if not self._may(mixed):
            raise Refused("flood", "Too many votes from one phone: wait a moment.")
        if not brief or not 0 <= choice < json.loads(brief)["options"] or not 0 <= turn <= MOST_TURN:
            raise Refused("bad", "This question has no such choice.")
        said = self.store.count(code, f"{slug}/{round}", mixed, choice, turn)
        if said == "closed":
            raise Refused("closed", "This vote is closed.")
        if said == "full":
            raise self._full()
        if said == "unknown":
            raise Refused("unknown", UNKNOWN)

    def edition(self, code: str, slug: str) -> str:
        """Changes whenever `scene` gives something else."""
        salt, shown, rounds = self._read(code, "salt", "shown", f"rounds:{slug[:80]}")
        if slug not in json.loads(shown):
            raise Refused("unknown", "This scene has not been shown.")
        return f"{salt} {rounds if json.loads(rounds)['revealed'] else ''}"

    def version(self, code: str) -> int:
        """What phones have seen if they know this number."""
        return int(self._read(code, "version")[0])

    def stamp(self, code: str) -> str:
        """What the lecturer's windows have seen if they know this word."""
        return ".".join((*self._read(code, "version", "ballots", "commands"), str(self.store.here(code))))

    def _full(self) -> Refused:
        return Refused("full", f"This session is full: {self.limits.voters} phones are in it.")

    def _may(self, voter: str) -> bool:
        """A bucket for each phone: `burst` at once, then `per_s`."""
        with self._lock:
            now = self._clock()
            if len(self._buckets) > 4 * self.limits.voters:
                self._buckets = {one: row for one, row in self._buckets.items() if now - row[1] < self.limits.burst}
            left, since = self._buckets.get(voter, (self.limits.burst, now))
            left = min(self.limits.burst, left + (now - since) * self.limits.per_s)
            self._buckets[voter] = (max(0.0, left - 1), now)
            return left >= 1

    # ── both ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _read(self, code: str, *names: str) -> tuple[str, ...]:
        found = self.store.read(code, names) if CODE.fullmatch(code) else None
        if found is None:
            raise Refused("unknown", UNKNOWN)
        return tuple(one or "" for one in found)

    def _now(self, code: str, slug: str) -> tuple[Brief, Rounds]:
        brief, rounds = self._read(code, f"brief:{slug}", f"rounds:{slug}") if slug else ("", "")
        nothing = Brief(slug="", number=0, of=0, options=0)
        return json.loads(brief) if brief else nothing, json.loads(rounds or NEW)


def _accepts(brief: Brief, rounds: Rounds) -> str:
    """The ballot that is open now; "" for none."""
    open_now = brief["options"] and not rounds["closed"] and not rounds["revealed"]
    return f"{brief['slug']}/{rounds['n']}" if open_now else ""


def _command(text: str, number: int) -> Command | None:
    if not text:
        return None
    asked = json.loads(text)
    return Command(id=number, do=asked["do"], n=asked["n"])


def _mixed(salt: str, voter: str) -> str:
    """The phone's number, so that those of two sessions cannot be compared."""
    if not VOTER.fullmatch(voter):
        raise Refused("bad", "voter: 32 hexadecimal digits.")
    return _hash(f"{salt}{voter}")[:24]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

"""A sheet of exercises: the same net, seed and version give the same sheet for ever."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import groupby

from explorer.questions.kinds import KINDS, LEVELS, TOPICS, Kind
from explorer.questions.net import EASED, PARTED, Net, mixed
from explorer.questions.question import Answer, Draw, Made, Question, Wrong
from explorer.spec import ResNetSpec, check_int
from explorer.spec.naming import slug, title

# Raised with every new kind, and when words or draws change: what an older sheet says stays (`Net.says`), so that a sheet
# that somebody has printed or linked can be made again. 3: layers have the paper's names. 4: blocks with attention are told whole, and asked for their gates.
# 5: the easier ones come first. 6: and of these no kind twice running.
VERSION = 6
VERSIONS = range(1, VERSION + 1)
MAX_COUNT, MAX_SEED = 200, 999_999_999
TRIES = 60  # draws for one more question that is not yet on the sheet
MANY = 4  # choices
GENTLE, EVERY = next(iter(LEVELS)), next(reversed(LEVELS))
SIZES = {  # family -> what a question's picture may measure, odd sizes among them
    "imagenet": ((224, 224), (197, 211), (225, 161), (193, 256), (127, 255), (300, 200)),
    "cifar": ((32, 32), (33, 29), (35, 47), (28, 28), (31, 40), (64, 48)),
}


@dataclass(frozen=True)
class Sheet:
    """Exercises on one net, or on several. name: as people say it."""

    name: str
    seed: int
    topics: tuple[str, ...]
    questions: tuple[Question, ...]
    version: int = VERSION
    level: str = EVERY


def topics(text: str) -> tuple[str, ...]:
    """Topics separated by commas, in TOPICS' order. Raises `ValueError` for an unknown one."""
    asked = [one.strip() for one in text.split(",")]
    for one in asked:
        if one not in TOPICS:
            raise ValueError(f"topics={one[:60]!r}: choose from {', '.join(TOPICS)}")
    return tuple(one for one in TOPICS if one in asked)


def seeded(text: str) -> tuple[int, int]:
    """'v1-7' → (1, 7): version and seed; a seed alone is of the newest version. Raises `ValueError` by field."""
    found = re.fullmatch(r"(?:v([0-9]{1,4})-)?([0-9]{1,9})", text.strip())
    if not found:
        raise ValueError(
            f"seed={text[:60]!r}: write a whole number from 0 to {MAX_SEED:,}, or v{VERSION}-7 with its version"
        )
    version = int(found[1] or VERSION)
    if version not in VERSIONS:
        raise ValueError(f"seed={text[:60]!r}: of version {version} there is no sheet here; choose v1 to v{VERSION}")
    return version, int(found[2])


def level_of(link: Mapping[str, str], usual: str = GENTLE) -> str:
    """How hard the exercises of a link are. One from before levels were names a sheet, topics or a worksheet: it has all
    kinds, as it had. One that says nothing has the usual level: a newcomer's, or what a visitor had last."""
    if (level := link.get("level", "")) in LEVELS:
        return level
    return EVERY if {"level", "seed", "topics", "do"} & link.keys() else usual


def every_topic(
    spec: ResNetSpec, size: tuple[int, int] | None = None, version: int = VERSION, level: str = EVERY
) -> tuple[str, ...]:
    """The topics that this net has questions of at that level."""
    able = {KINDS[name].topic for name in _able(spec, size, version, level)}
    return tuple(one for one in TOPICS if one in able)


def sheet(
    spec: ResNetSpec | Sequence[ResNetSpec],
    count: int = 10,
    seed: int = 1,
    among: Sequence[str] = TOPICS,
    size: tuple[int, int] | None = None,
    version: int = VERSION,
    level: str = EVERY,
) -> Sheet:
    """`count` different questions of these topics and this level, kinds and nets in turn. size: height and width of every
    picture; drawn without it. Raises `ValueError` by field, also where no net has a question of a topic, or there are fewer than `count`."""
    check_int("count", count, 1, MAX_COUNT)
    check_int("seed", seed, 0, MAX_SEED)
    specs = (spec,) if isinstance(spec, ResNetSpec) else tuple(dict.fromkeys(spec))
    found = _drawn(specs, count, seed, tuple(among), size, version, level)
    if len(found) < count:
        whose = "this net has" if len(specs) == 1 else "these nets have"
        of = "these topics" if level == EVERY else "these topics at this level"
        raise ValueError(f"count={count}: {whose} about {len(found)} different questions of {of}")
    return Sheet(" · ".join(map(title, specs)), seed, tuple(among), found, version, level)


def some(
    spec: ResNetSpec,
    count: int,
    seed: int,
    among: Sequence[str],
    size: tuple[int, int] | None = None,
    version: int = VERSION,
    level: str = EVERY,
) -> tuple[Question, ...]:
    """The same questions as a sheet's, or fewer where there are no more. Raises `ValueError` as `sheet` does."""
    return _drawn((spec,), count, seed, tuple(among), size, version, level)


@lru_cache(maxsize=64)
def _drawn(
    specs: tuple[ResNetSpec, ...],
    count: int,
    seed: int,
    among: tuple[str, ...],
    size: tuple[int, int] | None,
    version: int,
    level: str,
) -> tuple[Question, ...]:
    kinds = _asked(specs, seed, among, size, version, level)
    found: dict[str, Question] = {}
    for number in range(count):
        one = _another(kinds, seed, number, size, version, found, level)
        if one is None:
            break
        found[one.text] = one
    if version < EASED:
        return tuple(found.values())
    eased = sorted(found.values(), key=lambda one: one.difficulty)
    return tuple(eased if version < PARTED else _parted(eased))


def _parted(eased: Sequence[Question]) -> Iterator[Question]:
    """The same, of each difficulty first the kind that most are left of, but not the one that was asked last."""
    last = ""
    for _, group in groupby(eased, key=lambda one: one.difficulty):
        left = list(group)
        while left:
            most = Counter(one.kind for one in left)
            chosen = max(left, key=lambda one: (one.kind != last, most[one.kind]))
            left.remove(chosen)
            last = chosen.kind
            yield chosen


def _another(
    kinds: dict[ResNetSpec, list[str]],
    seed: int,
    number: int,
    size: tuple[int, int] | None,
    version: int,
    found: Container[str],
    level: str,
) -> Question | None:
    """Question `number`, one that is not among the texts that were found; None where there is none."""
    specs = [spec for spec, names in kinds.items() if names]
    for attempt in range(TRIES):
        spec = specs[number % len(specs)]
        name = kinds[spec][(number + attempt) % len(kinds[spec])]
        draw = Draw(version, slug(spec), seed, number, attempt)
        made = _make(KINDS[name], spec, size, draw, version, level)
        if made is not None and made[1].text not in found:
            return _question(f"v{version}-{seed}-{number + 1}-{name}", name, spec, *made, draw)
    return None


def _asked(
    specs: Sequence[ResNetSpec],
    seed: int,
    among: tuple[str, ...],
    size: tuple[int, int] | None,
    version: int,
    level: str,
) -> dict[ResNetSpec, list[str]]:
    """Net → its kinds of these topics and this level, one topic after the other; from version 2 on, a topic's kinds mixed by the seed."""
    if level not in LEVELS:
        raise ValueError(f"level={level[:60]!r}: choose one of {', '.join(LEVELS)}")
    able = {spec: _able(spec, size, version, level) for spec in specs}
    for topic in among:
        if not any(KINDS[name].topic == topic for names in able.values() for name in names):
            whom = " and ".join(map(title, specs))
            harder = "" if level == EVERY else f" or level={EVERY}"
            raise ValueError(f"topics={topic!r}: there is nothing to ask of {whom}; choose other topics{harder}")
    there = tuple(name for name, kind in KINDS.items() if kind.since <= version)
    turns = mixed(there, Draw(version, "kinds", seed)) if version > 1 else there
    return {spec: _in_turn([name for name in turns if name in names], among) for spec, names in able.items()}


def _in_turn(able: Sequence[str], among: Sequence[str]) -> list[str]:
    by_topic = [[name for name in able if KINDS[name].topic == topic] for topic in among]
    longest = max(map(len, by_topic))
    return [names[turn] for turn in range(longest) for names in by_topic if turn < len(names)]


@lru_cache(maxsize=64)
def _able(spec: ResNetSpec, size: tuple[int, int] | None, version: int, level: str) -> tuple[str, ...]:
    """The kinds of that version and level that this net has."""
    wanted = size or SIZES[spec.family][0]
    tried = ((name, kind) for name, kind in KINDS.items() if kind.since <= version)
    return tuple(
        name
        for name, kind in tried
        if any(_make(kind, spec, wanted, Draw("able", turn), version, level) for turn in range(6))
    )


def _make(
    kind: Kind, spec: ResNetSpec, size: tuple[int, int] | None, draw: Draw, version: int, level: str
) -> tuple[tuple[int, int], Made] | None:
    height, width = size or draw.one(SIZES[spec.family])
    made = kind.make(Net(spec, title(spec), height, width, version), draw)
    return ((height, width), made) if made is not None and LEVELS[level](kind, made) else None


def _question(id: str, name: str, spec: ResNetSpec, size: tuple[int, int], made: Made, draw: Draw) -> Question:
    kind = KINDS[name]
    wrong: dict[Answer, Wrong] = {}
    for one in made.wrong:
        sensible = not isinstance(one.answer, int) or one.answer >= 0
        if one.answer != made.answer and sensible:
            wrong.setdefault(one.answer, one)
    typed = isinstance(made.answer, int) and (draw.below(2) == 0 or len(wrong) < 2)
    choices = (
        None
        if typed
        else _shuffled(made.answer, draw)
        if isinstance(made.answer, tuple)
        else _choices(made.answer, list(wrong), draw)
    )
    return Question(
        id=id,
        kind=name,
        topic=kind.topic,
        difficulty=kind.difficulty,
        subject=made.subject,
        text=made.text,
        spec=asdict(spec),
        input=size,
        answer=made.answer,
        unit=kind.unit,
        tolerance=0,
        choices=choices,
        misconceptions=tuple(wrong.values()),
        solution=made.solution,
    )


def _shuffled(answer: tuple[str, ...], draw: Draw) -> tuple[str, ...]:
    """What is to be put in order, never as it has to be."""
    shuffled = mixed(answer, draw)
    return shuffled if shuffled != answer else (*answer[1:], answer[0])


def _choices(answer: Answer, wrong: list[Answer], draw: Draw) -> tuple[Answer, ...]:
    """The answer among some of the wrong ones: numbers by size, words by the alphabet."""
    left, taken = list(wrong), [answer]
    while left and len(taken) < MANY:
        taken.append(left.pop(draw.below(len(left))))
    return tuple(sorted(taken, key=lambda one: (0, one, "") if isinstance(one, int) else (1, 0, str(one))))

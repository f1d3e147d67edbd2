"""A sheet of exercises: the same net, seed and version give the same sheet for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from explorer.questions.kinds import KINDS, TOPICS, Kind, Net
from explorer.questions.question import Answer, Draw, Made, Question, Wrong
from explorer.spec import ResNetSpec, check_int
from explorer.spec.naming import slug, title

VERSION = 1  # raised with every change of a kind, its words or its draws: the older seeds then give other sheets
MAX_COUNT, MAX_SEED = 200, 999_999_999
TRIES = 60  # draws for one more question that is not yet on the sheet
MANY = 4  # choices
SIZES = {  # family -> what a question's picture may measure, odd sizes among them
    "imagenet": ((224, 224), (197, 211), (225, 161), (193, 256), (127, 255), (300, 200)),
    "cifar": ((32, 32), (33, 29), (35, 47), (28, 28), (31, 40), (64, 48)),
}


@dataclass(frozen=True)
class Sheet:
    """Exercises on one net. name: as people say it."""

    name: str
    seed: int
    topics: tuple[str, ...]
    questions: tuple[Question, ...]
    version: int = VERSION


def topics(text: str) -> tuple[str, ...]:
    """Topics separated by commas, in TOPICS' order. Raises `ValueError` for an unknown one."""
    asked = [one.strip() for one in text.split(",")]
    for one in asked:
        if one not in TOPICS:
            raise ValueError(f"topics={one[:60]!r}: choose from {', '.join(TOPICS)}")
    return tuple(one for one in TOPICS if one in asked)


def every_topic(spec: ResNetSpec, size: tuple[int, int] | None = None) -> tuple[str, ...]:
    """The topics that this net has questions of."""
    able = {kind.topic for kind in KINDS.values() if _able(kind, spec, size)}
    return tuple(one for one in TOPICS if one in able)


def sheet(
    spec: ResNetSpec,
    count: int = 10,
    seed: int = 1,
    among: Sequence[str] = TOPICS,
    size: tuple[int, int] | None = None,
) -> Sheet:
    """`count` different questions of these topics, kinds in turn. size: height and width of every picture; drawn
    without it. Raises `ValueError` by field, also where a net has no question of a topic, or fewer than `count`."""
    check_int("count", count, 1, MAX_COUNT)
    check_int("seed", seed, 0, MAX_SEED)
    kinds = _asked(spec, tuple(among), size)
    found: dict[str, Question] = {}
    for number in range(count):
        for attempt in range(TRIES):
            name = kinds[(number + attempt) % len(kinds)]
            draw = Draw(VERSION, slug(spec), seed, number, attempt)
            made = _make(KINDS[name], spec, size, draw)
            if made is None or made[1].text in found:
                continue
            found[made[1].text] = _question(f"v{VERSION}-{seed}-{number + 1}-{name}", name, spec, *made, draw)
            break
        else:
            raise ValueError(f"count={count}: this net has about {len(found)} different questions of these topics")
    return Sheet(title(spec), seed, tuple(among), tuple(found.values()))


def _asked(spec: ResNetSpec, among: tuple[str, ...], size: tuple[int, int] | None) -> list[str]:
    """The kinds of these topics that this net has, one topic after the other."""
    able = {name for name, kind in KINDS.items() if kind.topic in among and _able(kind, spec, size)}
    for topic in among:
        if not any(KINDS[name].topic == topic for name in able):
            raise ValueError(f"topics={topic!r}: there is nothing to ask of {title(spec)}; choose other topics")
    by_topic = [[name for name in KINDS if name in able and KINDS[name].topic == topic] for topic in among]
    longest = max(map(len, by_topic))
    return [names[turn] for turn in range(longest) for names in by_topic if turn < len(names)]


def _able(kind: Kind, spec: ResNetSpec, size: tuple[int, int] | None) -> bool:
    return any(_make(kind, spec, size or SIZES[spec.family][0], Draw("able", turn)) for turn in range(6))


def _make(
    kind: Kind, spec: ResNetSpec, size: tuple[int, int] | None, draw: Draw
) -> tuple[tuple[int, int], Made] | None:
    height, width = size or draw.one(SIZES[spec.family])
    made = kind.make(Net(spec, title(spec), height, width), draw)
    return None if made is None else ((height, width), made)


def _question(id: str, name: str, spec: ResNetSpec, size: tuple[int, int], made: Made, draw: Draw) -> Question:
    kind = KINDS[name]
    wrong: dict[Answer, Wrong] = {}
    for one in made.wrong:
        sensible = isinstance(one.answer, str) or one.answer >= 0
        if one.answer != made.answer and sensible:
            wrong.setdefault(one.answer, one)
    typed = not isinstance(made.answer, str) and (draw.below(2) == 0 or len(wrong) < 2)
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
        choices=None if typed else _choices(made.answer, list(wrong), draw),
        misconceptions=tuple(wrong.values()),
        solution=made.solution,
    )


def _choices(answer: Answer, wrong: list[Answer], draw: Draw) -> tuple[Answer, ...]:
    """The answer among some of the wrong ones: numbers by size, words by the alphabet."""
    left, taken = list(wrong), [answer]
    while left and len(taken) < MANY:
        taken.append(left.pop(draw.below(len(left))))
    return tuple(sorted(taken, key=lambda one: (0, one, "") if isinstance(one, int) else (1, 0, one)))

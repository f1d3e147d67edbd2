"""What a run in a file may hold, field by field, for pydantic to check: imported when a file is read, not before. No torch."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from explorer.checked import Row

MOST_TIMES, MOST_TEXT, MOST_PARTS, MOST_FACTS = 20_000, 300, 20_000, 60
SECONDS = (1e-8, 1e5)  # what a pass, or a part of one, can take; beyond, a file is nonsense
MOST = 1e6
AMOUNT = f"a finite number from 0 to {MOST:g} is"
SIGNED = f"a finite number from {-MOST:g} to {MOST:g} is"


def _date(text: str) -> str:
    datetime.fromisoformat(text)
    return text


Seconds = Annotated[
    float, Field(ge=SECONDS[0], le=SECONDS[1], description=f"seconds from {SECONDS[0]:g} to {SECONDS[1]:g} are")
]
Amount = Annotated[float, Field(ge=0, le=MOST, description=AMOUNT)]
Signed = Annotated[float, Field(ge=-MOST, le=MOST, description=SIGNED)]
Text = Annotated[str, Field(min_length=1, max_length=MOST_TEXT, description="text is")]
Path = Annotated[str, Field(max_length=MOST_TEXT)]
Part = Annotated[tuple[Path, Amount], Field(strict=False)]  # JSON has lists only
Fact = Annotated[str, Field(max_length=MOST_TEXT)] | int | float | bool | None
TIMES = f"seconds from {SECONDS[0]:g} to {SECONDS[1]:g}, 1 to {MOST_TIMES:,} of them, are"
DATE = "a date such as 2026-11-24T01:14:00+00:00 is"


class InProvenance(Row):
    """Plain facts; without those that have a name here nobody can judge a figure."""

    model_config = ConfigDict(extra="allow", strict=True)
    __pydantic_extra__: dict[str, Fact] = Field(init=False)

    device: Text
    torch: Text
    measured_at: Annotated[Text, AfterValidator(_date), Field(description=DATE)]


class InCut(Row):
    """The fields of `records.Cut`. level: of `measure.marks.LEVELS`."""

    level: Annotated[Literal["layer", "block", "stage"], Field(description="layer, block or stage is")]
    whole_s: Seconds
    plain_s: Seconds
    n: Annotated[int, Field(ge=1, description="a whole number from 1 is")]
    noise: Amount = 0.0


class InRun(Row):
    """A run; what follows from its raw times may stand there too. `spec`, `settings` and `ceilings` check themselves."""

    model_config = ConfigDict(extra="ignore", strict=True)

    times_s: Annotated[
        list[Seconds],
        Field(min_length=1, max_length=MOST_TIMES, fail_fast=True, description=TIMES),
    ]
    wall_s: Amount | None = Field(None, description=AMOUNT)
    cpu_s: Amount | None = Field(None, description=AMOUNT)
    enqueue_s: Amount | None = Field(None, description=AMOUNT)
    median_s: Amount | None = Field(None, description=AMOUNT)
    images_per_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(
        None, description="a finite number is"
    )
    overhead: Signed | None = Field(None, description=SIGNED)
    provenance: Annotated[InProvenance, Field(description="plain facts with at least device, torch, measured_at are")]
    parts: Annotated[
        list[Part], Field(max_length=MOST_PARTS, fail_fast=True, description="a list of [path, seconds] is")
    ] = []
    cut: InCut | None = Field(None, description="level, whole_s, plain_s and n are")

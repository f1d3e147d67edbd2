"""The Timing page's lines as HTML: the one large figure, on what it was measured and how, where tables are from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from markupsafe import Markup

from explorer import units
from explorer.facts.proof import Proof, prove
from explorer.facts.published import Throughput
from explorer.facts.told import Told
from explorer.lab.shelf import KEPT_S
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, naming
from explorer.tell import fragments, markup, sheet
from explorer.tell.markup import joined, mark
from explorer.tell.questions import TIMING
from explorer.terms import number, times
from explorer.timing.data.measurement import Facts, Measurement
from explorer.timing.data.settings import Settings
from explorer.timing.measure import loop
from explorer.timing.measure.against_limit import Limit
from explorer.timing.measure.parts import Part
from explorer.timing.said import rows, sentences
from explorer.timing.said.launches import Line

CHECK = "python3 tests/gpu/check.py --out mine"
EVERY_BATCH = "Every batch"
ON_A_CPU = "And on a CPU: what does a larger batch bring?"
NO_GPU = (
    "A GPU works through a batch of one faster than the host can launch it, and then waits. No run on a GPU comes "
    "with the explorer: record one on any machine that has one, in nine minutes at most, and load it here."
)


KEPT = f"kept for {KEPT_S / 3600:.0f} hours, for this browser alone"


def hall(seen: Measurement, source: str, speed: Proof, asked: Settings) -> Markup:
    """The one large figure, what it is of, and where it comes from; pictures per second open their formula. Where a recorded
    run stands in for one with other settings it is no answer to the page's question, and not as large. The spread and the
    number format are for a reader: a projector leaves `fine` out."""
    cards = markup.Cards("hall")
    under = Markup('{} · median of {} passes<span class="fine"> ± half the interquartile range{}</span>{}').format(
        _stamped(seen.settings, seen.provenance), seen.summary.n, sentences.processor(seen), _kept(source)
    )
    of_what = Markup('{}<span class="fine"> · {}</span> · batch {:,}').format(
        seen.title, seen.settings.dtype, seen.settings.batch
    )  # where a recorded run stands in
    time, _, rate = seen.headline.partition(" · ")
    median, pm, half = time.partition(" ± ")
    time = Markup('{}<span class="fine">{}{}</span>').format(median, pm, half)
    kind = "hall stand-in" if not_yours(seen.settings, asked, source) else "hall"
    return Markup(
        '<div class="{}"><div class="big">{} · <span>{}</span></div><div class="label">{} {}</div>'
        '<div class="exact">{}</div></div>{}'
    ).format(kind, time, cards.number(speed, rate), of_what, mark(source), under, cards.html())


FIRST = 1.6  # passes: as long the first one takes on a CPU, as it was measured


def expected(
    spec: ResNetSpec, asked: Settings, runs: Sequence[Measurement], mine: Sequence[Measurement] = ()
) -> Proof | None:
    """About how many seconds timing one pass will take: the first pass, the warm-up, and as many more as the budget has
    room for, each as a known pass by its multiply-adds: of mine, which ran here, else of the recorded runs. None on another
    device than theirs, where no run is near enough, or where it is compiled first, which takes as long as it takes."""
    macs = prove("macs", trace(spec, asked.height, asked.width, 1))
    latest = {(one.spec, one.settings): one for one in mine}
    for known in (latest.values(), runs):
        near = [one for one in known if (one.settings.kind, one.settings.compile) == (asked.kind, sheet.EAGER)]
        carried = sheet.about(near, int(macs.value), asked.batch, asked.dtype, spec)
        if carried is not None or asked.compile != sheet.EAGER:
            break
    if carried is None or asked.compile != sheet.EAGER:
        return None
    one_s = carried[1].value
    warm_up = max(loop.LEAST_WARM_UP, loop.WARM_UP_SHARE * asked.budget_s / one_s)
    count = FIRST + warm_up + max(loop.LEAST, asked.budget_s / one_s)
    return Proof(
        "time of the whole measurement, in s",
        times(number(round(count, 1)), carried[1].term),
        "passes · (a known pass's seconds · batch·MACs here ÷ batch·MACs there): the first pass, the warm-up, the timed ones",
        source="estimated",
    )


def so_far(elapsed_s: float, takes: Proof | None) -> str:
    """'3 s of about 20'; '3 s' where nothing is known, or it has taken longer than was thought."""
    of = f" of about {round(takes.value)}" if takes and max(1, elapsed_s) <= takes.value else ""
    return f"{elapsed_s:.0f} s{of}"


def share(passes: float, elapsed_s: float, takes: Proof | None) -> float:
    """How full the bar of a run is, 0 … 1: by its passes, which are told when one is over; by the seconds of the estimate
    where that is further, over half of what the passes have left at most: an estimate may be short."""
    by_time = elapsed_s / takes.value if takes else 0.0
    return max(passes, min((1 + passes) / 2, by_time))


def ended_under(what: str, how: str, task: str, view: str) -> str:
    """'ResNet-50: done in 3.2 s', and under which question where another one is on the screen. task: of `measure.tasks`."""
    its = "parts" if task == "kernels" else task
    return f"{what}: {how}" if its == view else f"{what}, under “{TIMING[its]}”: {how}"


def question(asked: Settings, takes: Proof | None, ended: str = "") -> Markup:
    """With which settings a view's button measures, and about how long; or how the last run ended. takes: as `expected` gives
    it."""
    cards = markup.Cards("takes")
    parts: list[str] = [cards.explained(f"measures forward passes on {asked.words}")]
    if takes is not None and not ended:
        shown = cards.number(takes, f"about {max(1, round(takes.value))} s")
        parts.append(Markup("{} {}").format(shown, mark("estimated")))
    elif warned := sentences.slower(asked.kind, asked.dtype) if not ended else "":
        parts.append(cards.explained(warned))
    if ended:
        parts.append(Markup('<span class="running" role="status">{}</span>').format(ended))
    return Markup('<div class="asked">{}</div>{}').format(joined(parts, " · "), cards.html())


def beside(asked: Settings, facts: Facts, source: str, varied: str | None = None) -> Markup:
    """The line under a figure: on what and how. varied: the setting that differs from point to point."""
    return Markup('<div class="beside">{}{} {}</div>').format(
        _stamped(asked, facts, varied), _kept(source), mark(source)
    )


def _kept(source: str) -> Markup:
    """Of what was measured in this visit: how long it is there."""
    said = "" if source == "recorded" else KEPT
    return Markup('<span class="fine">{}</span>').format(f" · {said}") if said else Markup("")


def _stamped(asked: Settings, facts: Facts, varied: str | None = None) -> Markup:
    """On what, and how: for a hall the device alone."""
    device, told = sentences.device_name(facts), sentences.stamp(asked, facts, varied)
    return Markup('{}<span class="fine">{}</span>').format(device, told.removeprefix(device))


def offered(told: Told) -> Markup:
    """What the records say where this run decides nothing: a sentence of its own, marked."""
    cards = markup.Cards("offered")
    return Markup('<p class="note">{} {}</p>{}').format(cards.text(told), mark("recorded"), cards.html())


def not_yours(theirs: Settings, asked: Settings, source: str, varied: str | None = None) -> Markup:
    """Where a recorded run stands in for one with other settings: in which; empty where it does not."""
    text = sentences.not_yours(theirs, asked, varied) if source == "recorded" else ""
    return Markup('<div class="other-settings" role="note">{}</div>').format(text) if text else Markup("")


RACERS = ("#2484c1", "#8a55c9")  # the two nets' colours


class RaceBar(TypedDict):
    """One net's: how far along its way it is, from 0 to 1, and what stands beside it. done_s: when each pass was over, to run it
    again."""

    title: str
    colour: str
    way: float
    told: str
    done_s: NotRequired[Sequence[float]]


class Race(TypedDict):
    """A race as its script takes it. where: on what, and how its times came about; '' while it runs."""

    bars: list[RaceBar]
    said: str
    faint: bool
    where: str


def where(facts: Facts, mark: str) -> str:
    """Above a race: 'Recorded on Intel Xeon Processor'."""
    return f"{mark.capitalize()} on {sentences.device_name(facts)}"


def raced(done: Sequence[rows.Raced], said: str, faint: bool, where: str) -> Race:
    """A race that is over, as the race's script takes it: each net where it was when the first had finished. faint: the
    run's own spread does not say who is ahead. where: on what it ran."""
    first_s = min(row["done_s"][-1] for row in done)
    bars: list[RaceBar] = []
    for row, colour in zip(done, RACERS):
        done_s, end_s = row["done_s"], row["done_s"][-1]
        passes = [later - earlier for earlier, later in zip(done_s, done_s[1:])]
        way = rows.way([passes, [first_s]], len(passes))[0]
        # the median is the page's large figure; the bar is of the passes one after another, of which some are slower
        told = f"median {units.seconds(row['median_s'])}, mean {units.seconds(end_s / len(passes))}"
        bars.append({"title": row["title"], "colour": colour, "way": way, "told": told, "done_s": done_s})
    return {"bars": bars, "said": said, "faint": faint, "where": where}


def longest(parts: Sequence[Part], source: str, most: int = 20) -> Markup:
    """The longest layers, the longest first, as a table."""
    every = rows.layers(parts)
    shares = sentences.layers(every, source)
    shown = [
        {"layer": row["path"], "kind": row["kind"], "time": units.seconds(row["seconds"]), "share": share}
        for row, share in list(zip(every, shares, strict=True))[:most]
    ]
    return fragments.table(shown, source=source)


def candidates(seen: Limit, source: str) -> Markup:
    """What was tried for the device's limit, as a table."""
    roof = seen.roofline
    caption = f"Highest arithmetic: {roof.peak_from}. Highest bandwidth: {roof.band_from}."
    return fragments.table(rows.candidates(seen.ceilings), caption, source)


def sources(tables: Sequence[Throughput]) -> Markup:
    """Where the published figures are from, each linked; empty without any."""
    groups: dict[Markup, list[Markup]] = {}
    linked = Markup('<a href="{}" target="_blank" title="{}, torch {}">{}</a>')
    for table in tables:
        settings = Markup('<span class="fine">{}, {}, </span>').format(table["dtype"], table["memory_format"])
        how = settings + f"batch {table['batch']:,}, input 224×224"
        groups.setdefault(how, []).append(linked.format(table["url"], table["source"], table["torch"], table["device"]))
    told = joined((Markup("{} ({})").format(joined(links, ", "), how) for how, links in groups.items()), "; ")
    if not told:
        return Markup("")
    return Markup('<div class="beside">timm’s tables: {} {}</div>').format(told, mark("published"))


def launches(lines: Sequence[Line], source: str) -> Markup:
    """A pass and its launch at every batch. lines: of `timing.said.launches`."""
    return fragments.table([_launch(line) for line in lines], source=source)


def _launch(line: Line) -> dict[str, str]:
    graph = line["graph_s"]
    return {
        "batch": f"{line['batch']:,}",
        "a pass": units.seconds(line["eager_s"]),
        "the host launches it": units.seconds(line["enqueue_s"]),
        "its share": units.percent(line["enqueue_share"]),
        "as a CUDA graph": "–" if graph is None else units.seconds(graph),
        "waits for": "the host" if line["waits_for_launches"] else "the GPU",
    }


def of_another(asked: ResNetSpec, seen: Measurement) -> str:
    """Whose run stands in."""
    return f"Of {naming.title(asked)} there is no such run: this is {seen.title}."

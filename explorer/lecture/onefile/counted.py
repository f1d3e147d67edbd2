"""Cost, Compare, Numbers and the Catalogue in a file: every view that only counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from explorer.facts import comparison, cost
from explorer.facts.agreement import agreement
from explorer.facts.comparison import Side
from explorer.facts.rollup import METRICS, SUMS
from explorer.facts.told import Told
from explorer.lecture.onefile.parts import Beside, Code, Fold, Heading, Html, NetMap, Part
from explorer.lecture.onefile.plotted import chart
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, catalogue, naming
from explorer.spec.chosen import Chosen
from explorer.spec.task import FORMATS
from explorer.tell import catalogue as listed
from explorer.tell import compare_parts, cost_parts, cost_questions, fragments, questions, sheet, sheet_forms
from explorer.tell.fragments import note
from explorer.tell.plots import cost as cost_plots
from explorer.tell.plots.catalogue import named_against_cost
from explorer.timing.data import records
from explorer.timing.data.across import across

Parts = Sequence[Part | Beside | Fold]
Params = Mapping[str, str]
GRID = "grid"  # where the app has a table to scroll and sort in


def costs(chosen: Chosen, params: Params) -> Parts:
    """The view that the link asks for."""
    return COSTS[params.get("show", next(iter(questions.COST)))](chosen, params)


def _where(chosen: Chosen, params: Params) -> Parts:
    size = (chosen.spec, chosen.height, chosen.width, chosen.batch)
    net = (*size, chosen.dtype)
    try:
        head = cost_parts.head(*net, chosen.training)
    except ValueError:  # torch would refuse to train it: as the page, the memory of inference
        head = cost_parts.head(*net, None)
    asked = params.get("metric", next(iter(questions.METRIC)))
    metric = questions.OLD_METRIC.get(asked, asked)
    drawn = params.get("as", next(iter(questions.AS))) if metric in SUMS else "bars"
    part = cost.part(trace(*size), params.get("node") or cost.WHOLE)
    alt = f"{METRICS[metric].named(FORMATS[chosen.dtype])} of {naming.title(chosen.spec)}, {part.path}, as {drawn}"
    picture = chart(cost_plots.part(*net, part.path, metric, drawn), alt)
    said = cost_parts.drawn_in(part, metric)
    return (*map(Html, head), *([Html(note(said))] if said else ()), picture, Html(cost_parts.table(*net, part.path)))


def _flops(chosen: Chosen, params: Params) -> Parts:
    found = cost_questions.counted(chosen.spec, chosen.height, chosen.width, chosen.batch)
    return (Html(found.lead), Html(found.results), Heading(cost_questions.HOW_MANY), Html(found.weights))


def _memory(chosen: Chosen, params: Params) -> Parts:
    net = (chosen.spec, chosen.height, chosen.width, chosen.batch, chosen.dtype)
    found = cost_questions.memories(*net, chosen.training)
    lead = Html(found.lead) if found.lead is not None else Html(note(found.problem), name="alerts")
    layers = Fold(cost_questions.EVERY_OUTPUT, (Html(cost_questions.every_output(*net)),))
    return (lead, Html(found.figures), Html(found.most), Html(found.table), layers)


def _field(chosen: Chosen, params: Params) -> Parts:
    found = cost_questions.fields(chosen.spec)
    return (
        Html(found.lead),
        Html(found.figures),
        chart(cost_plots.receptive(found.rows), cost_questions.FIELD_ALT),
        Fold(cost_questions.EVERY_BLOCK, (Html(found.every_block()),)),
    )


def _torchinfo(chosen: Chosen, params: Params) -> Parts:
    deep = int(params.get("levels", next(iter(questions.LEVELS))))
    seen = agreement(chosen.spec, chosen.height, chosen.width, deep, chosen.batch)
    return (*map(Html, cost_questions.second_opinion(seen, chosen.batch)), Code(seen.text))


View = Callable[[Chosen, Params], Parts]
COSTS: dict[str, View] = {  # as `questions.COST`
    "where": _where,
    "flops": _flops,
    "memory": _memory,
    "field": _field,
    "torchinfo": _torchinfo,
}


def compared(chosen: Chosen, params: Params) -> Parts:
    """The net that the link names on the left, against the model."""
    both = _sides(chosen, params)
    found = comparison.layers(*both)
    before, after = compare_parts.names(both)
    said = Told(f"From {before} to {after}: ", comparison.summary(*both, found))
    show = COMPARED[params.get("diff", next(iter(questions.COMPARE)))]
    given = compare_parts.given(_vs(params), both[1]) if params.get("same", "true") == "true" else ""
    told = (Html(note(given, explained=True)),) if given else ()
    return (*told, Html(fragments.lead(said)), *show(*both, params))


def _vs(params: Params) -> ResNetSpec:
    return comparison.parse(params.get("vs", "resnet34"))


def _sides(chosen: Chosen, params: Params) -> tuple[Side, Side]:
    right = Side(chosen.spec, chosen.height, chosen.width, chosen.batch, chosen.dtype, chosen.training)
    left = replace(right, spec=_vs(params))
    if params.get("same", "true") == "true":
        return left.at(right), right
    size, batch = params.get("vs_input", ""), int(params.get("vs_batch", "1"))
    return compare_parts.with_task(left, size, batch, params.get("vs_dtype", "fp32")), right


def _totals(left: Side, right: Side, params: Params) -> Parts:
    found = compare_parts.totals(left, right)
    problem = [Html(note(found.problem), name="alerts")] if found.problem else []
    return (*problem, Html(found.figures), Html(found.table))


def _stages(left: Side, right: Side, params: Params) -> Parts:
    return (Html(compare_parts.stages(left, right)),)


def _layers(left: Side, right: Side, params: Params) -> Parts:
    found = comparison.layers(left, right)
    shown = compare_parts.with_weights(found) or list(found)
    if not shown:
        return (Html(fragments.lead(compare_parts.NONE_DIFFERS)),)
    rows = compare_parts.layer_rows(shown)
    return (Html(fragments.table(rows), name=GRID), Html(note(compare_parts.WHICH, "computed")))


def _maps(left: Side, right: Side, params: Params) -> Parts:
    before, after = compare_parts.names((left, right))
    titles = (before, after) if before != after else (f"{before}, left", f"{after}, right")
    maps = tuple(
        (NetMap(Chosen(one.spec, one.height, one.width, one.batch, ""), title),)
        for one, title in zip((left, right), titles, strict=True)
    )
    return (Beside(maps),)


def _presets(left: Side, right: Side, params: Params) -> Parts:
    base, other = left.spec, right.spec
    x = params.get("x", "MACs")
    y = params.get("y", next(key for key in questions.UP if key != x))
    times = across(run.measurement for run in records.recorded())
    rows = compare_parts.points(base, other, times)
    marked = {naming.title(base): cost_plots.BASE, naming.title(other): cost_plots.OTHER}
    ends = (compare_parts.AXES[x], compare_parts.AXES[y])
    more: Parts = ()
    if y == "pictures/s":
        more = tuple(map(Html, compare_parts.throughput()))
    elif y == "time":
        more = (Html(fragments.lead(compare_parts.timed(times, "recorded") if times else compare_parts.NO_TIMES)),)
    return (
        chart(cost_plots.scatter(rows, *ends, marked), f"All presets: {ends[0][1]} against {ends[1][1]}"),
        *more,
        Fold(compare_parts.AS_TABLE, (Html(compare_parts.costs(rows)),)),
        Html(note(compare_parts.COUNTED, "computed")),
    )


COMPARED: dict[str, Callable[[Side, Side, Params], Parts]] = {  # as `questions.COMPARE`
    "headline": _totals,
    "stages": _stages,
    "layers": _layers,
    "maps": _maps,
    "presets": _presets,
}


def numbers(chosen: Chosen, params: Params) -> Parts:
    """The sheet, and its text to be copied."""
    made = sheet.of(chosen)
    copied = sheet_forms.copied(params.get("copy", next(iter(questions.COPY))), made, chosen)
    return (Html(sheet_forms.table(made)), Heading(sheet_forms.TAKE), Code(copied))


def nets(chosen: Chosen, params: Params) -> Parts:
    """The catalogue's rows that the link searches for, the net on the screen, and all of them against their cost."""
    rows = listed.find(params.get("find", ""))
    if not rows:
        return (Html(note(listed.held(rows))), Html(fragments.lead(listed.NONE_FOUND)))
    picked = catalogue.rows().get(naming.slug(chosen.spec))
    asked = params.get("against", next(iter(questions.UPWARDS)))
    against = questions.OLD_UPWARDS.get(asked, asked)
    names = tuple(row.name for row in rows)
    drawn = named_against_cost(names, (against, listed.AGAINST[against]), picked.name if picked else "")
    protocols: Parts = [Html(note(listed.PROTOCOLS, "published"))] if against != "params" else []
    card: Parts = [Heading(listed.titled(picked)), Html(listed.card(picked))] if picked else []
    return (
        Html(note(listed.held(rows))),
        chart(drawn, f"{listed.AGAINST[against]} against MACs"),
        *protocols,
        *card,
        Html(listed.table(rows), name=GRID),
    )

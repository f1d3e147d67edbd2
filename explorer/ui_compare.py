"""The Compare page's pieces: the pinned baseline, quick pairs, deltas, stages, structure, cost against cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from explorer import diff, figures, naming, palette, published, state, ui
from explorer import map as network_map
from explorer.analysis import METRICS
from explorer.diff import Layer
from explorer.spec import ResNetSpec, preset, presets
from explorer.state import PAPER, Chosen

BASELINE = "resnet34"
SWITCHES = ("block", "shortcut", "stride_on", "activation", "norm")
USUAL = {"block": PAPER, "shortcut": PAPER, "stride_on": "3x3", "activation": "post", "norm": "batch"}
WIDTHS = {"": 36, "layer": 180, "kind": 160, "parameters": 110}  # px of the structural table; "what" has its longest text's
MARKS = {"added": "+", "removed": "−", "changed": "~"}
AXES = {  # option -> (key of diff.preset_rows, title)
    "params": ("params", "parameters"), "MACs": ("macs", "MACs"),
    "memory": ("activation_bytes", "activation memory, bytes"), "pictures/s": ("images_per_s", "pictures per second")}


def baseline() -> ResNetSpec:
    """The pinned baseline of `?vs=`; a bad one is said, and the default shown."""
    text = st.query_params.get("vs", BASELINE)
    try:
        return diff.parse(text)
    except ValueError as error:
        st.error(f"{error}. Shown: {naming.title(preset(BASELINE))}.", icon=":material/error:")
        return preset(BASELINE)


def pin(address: str) -> None:
    """Into the URL; the default leaves it."""
    if address != BASELINE:
        st.query_params["vs"] = address
    elif "vs" in st.query_params:
        del st.query_params["vs"]


def controls(chosen: Chosen, base: ResNetSpec) -> None:
    """Quick pairs set both sides; the select box and the button set the baseline alone. A pair is lit while it is the
    one on the screen, however it came there."""
    st.session_state["pair"] = next((label for label in diff.QUICK if diff.quick(label) == (base, chosen.spec)), None)
    st.pills("Quick pairs", tuple(diff.QUICK), key="pair", on_change=_take_pair)
    middle, right = st.columns([1, 1.6], vertical_alignment="bottom")
    now = diff.address(base)
    options = [*presets()] if now in presets() else [now, *presets()]
    with middle:
        st.session_state["vs_choice"] = now
        st.selectbox("Baseline, pinned", options, key="vs_choice", on_change=lambda: pin(st.session_state["vs_choice"]),
                     format_func=lambda address: naming.title(diff.parse(address)))
    with right:
        st.button("Pin the model on the left", icon=":material/push_pin:", on_click=pin, args=(diff.address(chosen.spec),),
                  help="The sidebar’s model becomes the baseline; then change the sidebar.")


def _take_pair() -> None:
    """A quick pair: the baseline into the URL, the other model into the sidebar's controls."""
    label = st.session_state.get("pair")
    if label is None:
        return
    base, _ = diff.quick(label)
    pin(diff.address(base))
    name, changes = diff.QUICK[label][1]
    st.session_state["depth"] = name.removeprefix("resnet")
    for field in SWITCHES:
        st.session_state[field] = changes.get(field, USUAL[field])


def names(base: ResNetSpec, chosen: Chosen) -> tuple[str, str]:
    """Both titles; by their switches where the titles would be the same."""
    pair = naming.title(base), naming.title(chosen.spec)
    if pair[0] == pair[1] and base != chosen.spec:
        return diff.told_apart(base, chosen.spec), diff.told_apart(chosen.spec, base)
    return pair


def headline(base: ResNetSpec, chosen: Chosen) -> list[dict]:
    """The deltas, large."""
    rows = diff.headlines(base, chosen.spec, chosen.height, chosen.width)
    before, after = names(base, chosen)
    big = [row for row in rows if row["unit"] in ("MACs", "bytes") or row["key"] in ("params", "depth")]
    ui.figures([ui.Figure(_ratio(row), row["label"], f"{_short(row, 'base')} → {_short(row, 'other')}") for row in big])
    ui.table([{"": row["label"], before: row["base"], f"{after} ": row["other"], "difference": _signed(row["delta"]),
               "ratio": _ratio(row)} for row in rows], caption=f"For one {chosen.height}×{chosen.width} picture.")
    return rows


def _short(row: dict, side: str) -> str:
    return f"{row[side]:,}" if row["key"] == "depth" else palette.short(row[side], row["unit"])


def _ratio(row: dict) -> str:
    if row["delta"] == 0:
        return "same"
    return f"×{row['ratio']:,.2f}" if row["ratio"] else _signed(row["delta"])


def _signed(value: int) -> str:
    return f"{value:+,}".replace("-", "−") if value else "0"


def maps(base: ResNetSpec, chosen: Chosen) -> list[dict]:
    """Both maps with one selection; their data are the layers that differ."""
    before, after = names(base, chosen)
    titles = (before, after) if before != after else (f"{before}, pinned", after)
    network_map.show_pair(dict(zip(titles, (replace(chosen, spec=base), chosen))))
    return [vars(layer) for layer in diff.layers(base, chosen.spec, chosen.height, chosen.width)]


def stages(base: ResNetSpec, chosen: Chosen) -> list[dict]:
    """Stage by stage, the differing values marked."""
    rows = diff.stage_rows(base, chosen.spec, chosen.height, chosen.width)
    columns = {"blocks": "blocks", "out_shape": "output", "total_stride": "total stride",
               **{name: metric.label for name, metric in METRICS.items()}}
    lines = []
    for row in rows:
        cells = "".join(f"<td>{_pair(row, key)}</td>" for key in columns)
        lines.append(f"<tr><td><b>{row['stage']}</b></td>{cells}</tr>")
    head = "".join(f"<th>{escape(label)}</th>" for label in columns.values())
    before, after = map(escape, names(base, chosen))
    st.html(f'<div class="scroll"><table class="paper"><thead><tr><th>stage</th>{head}</tr></thead><tbody>{"".join(lines)}'
            f'</tbody></table></div><div class="note">Where they differ: {before} above, <b>{after}</b> below, tinted. '
            f'{ui.mark("computed")}</div>')
    return [{"stage": row["stage"], "changed": row["changed"], **{f"base_{key}": value for key, value in row["base"].items()},
             **{f"other_{key}": value for key, value in row["other"].items()}} for row in rows]


def _pair(row: dict, key: str) -> str:
    old, new = (_text(key, row[side].get(key)) if row[side] else "–" for side in ("base", "other"))
    return f'<span class="soft">{old}</span><br><b class="tinted">{new}</b>' if key in row["changed"] else new


def _text(key: str, value: object) -> str:
    if key in METRICS:
        return palette.short(value, METRICS[key].unit)
    return palette.shape(value) if isinstance(value, list) else f"{value:,}"


def structure(found: Sequence[Layer]) -> list[dict]:
    """Which layers were added, removed, changed."""
    kinds = sorted({layer.kind for layer in found})
    weighty = st.toggle("Only layers with weights", value=True, key="weighty") and "conv" in kinds
    shown = [layer for layer in found if not weighty or layer.kind in ("conv", "norm", "linear")]
    rows = [{"": MARKS[layer.change], "layer": layer.path, "kind": palette.KIND_LABELS[layer.kind],
             "parameters": _signed(layer.params) if layer.change == "changed" else f"{layer.params:,}", "what": layer.what}
            for layer in shown]
    longest = max((len(layer.what) for layer in shown), default=0)
    if rows:
        st.dataframe(rows, hide_index=True, height=min(38 + 35 * len(rows), 560), width="stretch",
                     column_config={**{key: st.column_config.TextColumn(width=px) for key, px in WIDTHS.items()},
                                    "what": st.column_config.TextColumn(width=40 + 8 * longest)})
        st.html(f'<div class="note">+ added, − removed, ~ changed, against the baseline; matched by path. A changed layer’s '
                f'parameters are the difference. {ui.mark("computed")}</div>')
    else:
        ui.lead("No such layer differs.")
    return [vars(layer) for layer in found]


def cost_against_cost(base: ResNetSpec, chosen: Chosen) -> list[dict]:
    """All presets on one chart; the two that are compared are marked, and added where they are no presets."""
    left, right = st.columns(2)
    with left:
        x = state.choose("Across", tuple(AXES)[:3], "x", "MACs")
    with right:
        y = state.choose("Up", tuple(AXES), "y", "params")
    families = {base.family, chosen.spec.family}
    rows = [dict(row) for row in diff.preset_rows() if row["family"] in families]
    both = {naming.title(spec): spec for spec in (base, chosen.spec)}
    rows += [diff.cost_row("", spec) for name, spec in both.items() if name not in {row["net"] for row in rows}]
    marked = {naming.title(base): figures.BASE, naming.title(chosen.spec): figures.OTHER}
    ui.chart(figures.scatter(rows, AXES[x], AXES[y], marked), f"All presets: {AXES[x][1]} against {AXES[y][1]}")
    timed = published.throughput()[:1] if y == "pictures/s" else []
    for table in timed:
        ui.lead("FLOPs are not time: ResNet-50 has 1.12 times the MACs of ResNet-34 and 0.52 times its throughput.")
        st.html(f'<div class="note">{escape(table["device"])}, {escape(table["dtype"])}, batch {table["batch"]:,}: '
                f'<a href="{table["url"]}">{escape(table["source"])}</a> {ui.mark("published")} Only the five depths have one.</div>')
    return rows

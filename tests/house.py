"""The picture of the rooms, drawn from the imports: assets/house.svg.

python -m tests.house        draws it again
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "assets" / "house.svg"
SAYS = {  # what a room has, in a line
    "app": "streamlit run explorer/app.py: the pages, the sidebar, the header",
    "__main__": "python -m explorer",
    "web": "widgets ↔ URL ↔ spec; pieces of a page; sections/, a folder or file a page; the browser’s js and css",
    "cli": "the same facts in a terminal",
    "hall": "votes from phones: rules, stores, what a phone gets of a scene",
    "lecture": "scenes as text: parsed, checked, evaluated; as files: onefile/, slides/, handout",
    "questions": "exercises with their solutions: KINDS, a row each",
    "tell": "what is shown: markup, drawing/, netmap/ (the map), plots/, codegen/, report, export, link",
    "look": "a trained net from inside: a pass that is watched",
    "timing": "data/ ← measure/ ← said/: settings and records, the clock, sentences",
    "lab": "experiments/ ← record ← claims/",
    "facts": "rollup (METRICS), cost, memory/, receptive, conventions/, published; proof/ shows the arithmetic",
    "weights": "files of weights, read as names and shapes",
    "model": "build(spec), by the address that people script against",
    "net": "layers, resnet: the module; trace: its own forward → a flat tuple of Node; ops, shortcuts: a row per kind",
    "spec": "ResNetSpec: every axis, validated; presets, names, what the controls chose",
    "cluster": "the queue’s jobs on a Ray cluster",
    "apart": "work in processes of its own: run, told of, asked, ended",
    "units": "number formats",
    "terms": "arithmetic as a tree: its value, its text, its LaTeX",
    "jobs": "one queue for heavy work",
    "places": "where files are",
    "checked": "rows of others’ files",
    "limits": "a host’s ceilings",
    "telemetry": "its log lines and numbers",
}


def floors() -> list[list[str]]:
    """The rooms from the top floor down, as the linter's contract has them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (rooms,) = [one for one in contracts if one.get("containers") == ["explorer"]]
    return [re.findall(r"\w+", floor) for floor in rooms["layers"]]


def arrows() -> dict[tuple[str, str], int]:
    """(room, the room that it imports) -> in how many places; those for types alone are left out, as in the contract."""
    graph = grimp.build_graph("explorer", exclude_type_checking_imports=True)
    rooms = {room for floor in floors() for room in floor}
    found: dict[tuple[str, str], int] = defaultdict(int)
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            ends = tuple(name.split(".")[1] if "." in name else "" for name in (module, imported))
            if ends[0] != ends[1] and rooms.issuperset(ends):
                found[ends[0], ends[1]] += 1
    return dict(found)


WIDE, ROOMS = 1240, 520  # pixels: the picture; of it the rooms, left of their words
BOX, TALL, GAP, LINE = 92, 28, 9, 17  # a room, between two on a floor, a line of words
LEAST = 44  # a floor; one of several rooms is as high as their words
STYLE = (
    "rect { fill: #eef3fb; stroke: #5b7db1 } text { font: 14px sans-serif; fill: #1c2a40 } .room { text-anchor: middle } "
    "tspan { font-weight: bold } path { fill: none; stroke: #8fa3c2 } path:hover { stroke: #c0392b }"
)


def edges() -> list[float]:
    """The upper edge of each floor, and the lower one of the last."""
    found = [8.0]
    for level in floors():
        found.append(found[-1] + max(LEAST, LINE * len(level) + 10))
    return found


def places() -> dict[str, tuple[float, float]]:
    """Room -> the middle of its upper edge."""
    found: dict[str, tuple[float, float]] = {}
    for top, bottom, level in zip(edges(), edges()[1:], floors()):
        for column, room in enumerate(level):
            across = ROOMS / 2 + (column - (len(level) - 1) / 2) * (BOX + GAP)
            found[room] = (across, (top + bottom - TALL) / 2)
    return found


def drawing() -> str:
    """A floor a row, its rooms' words beside it. An arrow to the next floor goes straight, a farther one around the side that
    its room is nearer to; the more imports, the thicker."""
    at, order = places(), [room for level in floors() for room in level]
    floor_of = {room: number for number, level in enumerate(floors()) for room in level}
    lines = []
    for (above, below), times in sorted(arrows().items()):
        (x, y), (to_x, to_y) = at[above], at[below]
        floors_down = floor_of[below] - floor_of[above]
        side = 1 if (x > ROOMS / 2 or (x == ROOMS / 2 and order.index(above) % 2)) else -1
        bend = 0 if floors_down == 1 else side * (BOX / 2 + 15 * floors_down)
        start, end = (x + bend / 6, y + TALL), (to_x + bend / 6, to_y)
        out, back = (min(max(one + bend, 0), ROOMS) for one in (x, to_x))  # the curve stays between these
        lines.append(
            f'<path d="M{start[0]:.0f} {start[1]:.0f} C{out:.0f} {y + TALL + 30:.0f} {back:.0f} {to_y - 30:.0f} '
            f'{end[0]:.0f} {end[1]:.0f}" stroke-width="{min(0.8 + times / 12, 4):.1f}" marker-end="url(#tip)">'
            f"<title>{above} imports {below}: {times}</title></path>"
        )
    for room, (x, y) in at.items():
        lines.append(f'<rect x="{x - BOX / 2:.0f}" y="{y:.0f}" width="{BOX}" height="{TALL}" rx="6"/>')
        lines.append(f'<text class="room" x="{x:.0f}" y="{y + 19:.0f}">{room}</text>')
    for top, bottom, level in zip(edges(), edges()[1:], floors()):
        for number, room in enumerate(level):
            y = (top + bottom) / 2 + (number - (len(level) - 1) / 2) * LINE + 5
            named = f"<tspan>{room}</tspan>  " if len(level) > 1 else ""
            lines.append(f'<text x="{ROOMS + 16}" y="{y:.0f}">{named}{SAYS[room]}</text>')
    high = edges()[-1] + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high:.0f}" role="img" '
        f'aria-label="The rooms on their floors, and what each has; every arrow, an import, goes down">\n<style>{STYLE}</style>\n'
        '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" '
        'markerUnits="userSpaceOnUse"><path d="M0 0 8 4 0 8z" style="fill: #5b7db1; stroke: none"/></marker>\n'
        f'<rect width="{WIDE}" height="{high:.0f}" style="fill: #fff; stroke: none"/>\n'
        + "\n".join(lines)
        + "\n</svg>\n"
    )


def drawn(svg: str) -> set[tuple[str, str]]:
    """The arrows of a picture that `drawing` made."""
    return set(re.findall(r"<title>(\w+) imports (\w+): ", svg))


if __name__ == "__main__":
    PICTURE.write_text(drawing(), "utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {len(drawn(PICTURE.read_text('utf-8')))} arrows")

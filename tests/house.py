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
SAYS = {  # what a room is for, in a few words
    "app": "the app's frame",
    "__main__": "the terminal's door",
    "web": "Streamlit and the browser",
    "cli": "python -m explorer",
    "hall": "votes from phones",
    "lecture": "scenes, predict and reveal",
    "questions": "exercises with their solutions",
    "look": "trained nets from inside",
    "weights": "files of weights, read as names",
    "tell": "tables, drawings, plots, code",
    "timing": "how long it takes",
    "lab": "experiments and claims",
    "facts": "what is counted, and its proof",
    "model": "build(spec), the contract",
    "net": "the module and its trace",
    "spec": "the axes, presets and names",
    "units": "numbers and units",
    "terms": "arithmetic as a tree",
    "jobs": "one queue for heavy work",
    "places": "where files are",
    "checked": "rows of others' files",
    "cluster": "the queue on a Ray cluster",
    "apart": "work in processes of its own",
    "limits": "a host's own ceilings",
    "telemetry": "logs and numbers for hosts",
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


WIDE, BOX, TALL, ROW = 1000, 172, 40, 78  # pixels: the picture, a room, a room, from floor to floor
STYLE = (
    "rect { fill: #eef3fb; stroke: #5b7db1 } text { font: 15px sans-serif; fill: #1c2a40; text-anchor: middle } "
    "text + text { font-size: 11px; fill: #55647c } path { fill: none; stroke: #8fa3c2 } path:hover { stroke: #c0392b }"
)


def places() -> dict[str, tuple[float, float]]:
    """Room -> the middle of its upper edge."""
    found: dict[str, tuple[float, float]] = {}
    for row, level in enumerate(floors()):
        for column, room in enumerate(level):
            found[room] = (WIDE / 2 + (column - (len(level) - 1) / 2) * (BOX + 25), 20 + row * ROW)
    return found


def drawing() -> str:
    """A floor a row. An arrow to the next floor goes straight, a farther one around the side that its room is nearer to;
    the more imports, the thicker."""
    at, order = places(), [room for level in floors() for room in level]
    lines = []
    for (above, below), times in sorted(arrows().items()):
        (x, y), (to_x, to_y) = at[above], at[below]
        floors_down = round((to_y - y) / ROW)
        side = 1 if (x > WIDE / 2 or (x == WIDE / 2 and order.index(above) % 2)) else -1
        bend = 0 if floors_down == 1 else side * (BOX / 2 + 26 * floors_down)
        start, end = (x + bend / 6, y + TALL), (to_x + bend / 6, to_y)
        out, back = (
            min(max(one + bend, 0), WIDE) for one in (x, to_x)
        )  # a curve stays between the points that pull it
        lines.append(
            f'<path d="M{start[0]:.0f} {start[1]} C{out:.0f} {y + ROW} {back:.0f} {to_y - TALL} '
            f'{end[0]:.0f} {end[1]}" stroke-width="{min(0.8 + times / 12, 4):.1f}" marker-end="url(#tip)">'
            f"<title>{above} imports {below}: {times}</title></path>"
        )
    for room, (x, y) in at.items():
        lines.append(f'<rect x="{x - BOX / 2:.0f}" y="{y}" width="{BOX}" height="{TALL}" rx="6"/>')
        lines.append(
            f'<g><text x="{x:.0f}" y="{y + 17}">{room}</text><text x="{x:.0f}" y="{y + 33}">{SAYS[room]}</text></g>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {ROW * len(floors())}" role="img" '
        f'aria-label="The rooms on their floors; every arrow, an import, goes down">\n<style>{STYLE}</style>\n'
        '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" '
        'markerUnits="userSpaceOnUse"><path d="M0 0 8 4 0 8z" style="fill: #5b7db1; stroke: none"/></marker>\n'
        f'<rect width="{WIDE}" height="{ROW * len(floors())}" style="fill: #fff; stroke: none"/>\n'
        + "\n".join(lines)
        + "\n</svg>\n"
    )


def drawn(svg: str) -> set[tuple[str, str]]:
    """The arrows of a picture that `drawing` made."""
    return set(re.findall(r"<title>(\w+) imports (\w+): ", svg))


if __name__ == "__main__":
    PICTURE.write_text(drawing(), "utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {len(drawn(PICTURE.read_text('utf-8')))} arrows")

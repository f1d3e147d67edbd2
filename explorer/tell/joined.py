"""JavaScript modules joined into the one script that a Streamlit component, or a file that stands alone, takes. No build
step, no Node.

Each module keeps its own scope, as in the browser: it becomes a function that runs once and returns what it exports.
`web/js/given.js` is not written by hand: it is Python's own constants, so that none stands twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from explorer.places import ROOT
from explorer.tell import palette

SCRIPTS = ROOT / "explorer" / "web"  # where the modules are, and the stylesheets beside them
GIVEN = SCRIPTS / "js" / "given.js"
IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.{1,2}/[^"]+)";\n', re.M)
EXPORT = re.compile(r"^export ((?:async )?function\*?|class|const) (\w+)", re.M)
DEFAULT = re.compile(r"^export default ", re.M)
NAMED_DEFAULT = re.compile(r"^export default \w+;$", re.M)  # of what is exported by its name too
LEFT_OVER = re.compile(r"^\s*(?:import|export)\b.*", re.M)


def given_source(given: Mapping[str, object]) -> str:
    """The text of `given.js`: constants as JSON."""
    return "".join(f"export const {name} = {json.dumps(value)};\n" for name, value in given.items())


def joined(entry: Path, given: Mapping[str, object]) -> str:
    """One ES module with the entry's default export; what it imports, directly or not, stands before it.

    Raises `ValueError` for a missing module or name, a circle, and what is neither `import { … }` nor `export` of a
    function, class or const.
    """
    files: dict[Path, str] = {}
    _collect(entry.resolve(), given, files, ())
    names = {path: f"module{number}" for number, path in enumerate(files)}
    exports = {path: [name for _, name in EXPORT.findall(text)] for path, text in files.items()}
    *parts, last = ((path, _body(path, text, names, exports)) for path, text in files.items())
    wrapped = [
        f"const {names[path]} = (() => {{\n{NAMED_DEFAULT.sub('', body)}\nreturn {{ {', '.join(exports[path])} }};\n}})();"
        for path, body in parts
    ]
    return "\n".join([*wrapped, last[1]]) + "\n"


def alone(entry: Path, given: Mapping[str, object]) -> str:
    """The same as a script that is no module: it calls the entry's default export at once, and leaves no name behind."""
    return f"(() => {{\n{DEFAULT.sub('const run = ', joined(entry, given))}\nrun();\n}})();\n"


def stylesheet(*files: Path) -> str:
    """Stylesheets in a row, before them the colours of `palette` as custom properties."""
    colours = "".join(f" --{name}: {value};" for name, value in palette.CSS_COLOURS.items())
    return "\n".join([f":root, :host {{{colours} }}", *(file.read_text(encoding="utf-8") for file in files)])


def _collect(path: Path, given: Mapping[str, object], files: dict[Path, str], above: tuple[Path, ...]) -> None:
    """Into `files`, each after what it imports."""
    if path in above:
        circle = " → ".join(one.name for one in (*above[above.index(path) :], path))
        raise ValueError(f"{path.name}: modules import each other in a circle: {circle}")
    if path in files:
        return
    try:
        text = given_source(given) if path == GIVEN else path.read_text(encoding="utf-8")
    except OSError:
        raise ValueError(f"{above[-1].name if above else path.name}: there is no module {path}") from None
    for _, source in IMPORT.findall(text):
        _collect((path.parent / source).resolve(), given, files, (*above, path))
    files[path] = text


def _body(path: Path, text: str, names: Mapping[Path, str], exports: Mapping[Path, list[str]]) -> str:
    def bound(found: re.Match[str]) -> str:
        source = (path.parent / found[2]).resolve()
        wanted = [name.strip() for name in found[1].split(",") if name.strip()]
        for name in wanted:
            if name.split(" as ")[0] not in exports[source]:
                raise ValueError(f"{path.name}: {source.name} exports no {name.split(' as ')[0]!r}")
        return f"const {{ {', '.join(name.replace(' as ', ': ') for name in wanted)} }} = {names[source]};\n"

    body = EXPORT.sub(r"\1 \2", IMPORT.sub(bound, text))
    left = LEFT_OVER.search(DEFAULT.sub("", body))
    if left:
        raise ValueError(f"{path.name}: {left[0].strip()[:60]!r} is no import or export that can be joined")
    return body.rstrip("\n")

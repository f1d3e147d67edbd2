"""The browser's modules: joined as they are served, checked by Node and by TypeScript where these can be had."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from itertools import accumulate
from pathlib import Path
from typing import cast

import pytest
import torch.nn.functional as F

from explorer import units
from explorer.facts import memory
from explorer.facts.proof import leaf, output_size, ratio
from explorer.hall import card
from explorer.lecture import answers
from explorer.lecture.bar import KEYS
from explorer.look import fading
from explorer.look.shipped import shipped
from explorer.net import called
from explorer.net.trace import trace
from explorer.spec import preset
from explorer.tell import glossary, netmap, palette
from explorer.tell.joined import given_source, joined
from explorer.tell.path import figures
from explorer.tell.path import page as steps
from explorer.timing.said import rows
from explorer.web import inside, lecture_bar, map_component, reach_component
from explorer.web.hall import page as hall_page
from tests.npm import installed

WEB = Path(map_component.FOLDER).parent
SCRIPTS = Path(__file__).parent / "scripts"
FOLDERS = (
    "js",
    "lecture_bar",
    "lecture_file",
    "every_page",
    "hall",
    *sorted(one.name for one in WEB.glob("*_component")),
)
MODULES = sorted(path for folder in FOLDERS for path in (WEB / folder).glob("*.js"))
ENTRIES = {"map": (WEB / "map_component" / "map.js", map_component.GIVEN)}
ENTRIES |= {"path": (WEB / "path_component" / "path.js", steps.GIVEN)}
ENTRIES |= {"reach": (WEB / "reach_component" / "field.js", reach_component.GIVEN)}
ENTRIES |= {name: (hall_page.FOLDER / f"{name}.js", {}) for name in hall_page.TITLES}
ENTRIES |= {"stage": (WEB / "lecture_bar" / "stage.js", lecture_bar.GIVEN)}
ENTRIES |= {
    "file": (
        WEB / "lecture_file" / "file.js",
        {**steps.GIVEN, **lecture_bar.GIVEN, **map_component.GIVEN, **inside.GIVEN},
    )
}
ENTRIES |= {"every page": (WEB / "every_page" / "app.js", inside.GIVEN)}
MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function")
TYPESCRIPT = "typescript@7.0.2"
PARSE = """
const { readFileSync } = require("node:fs"), { SourceTextModule } = require("node:vm"), found = [];
for (const path of process.argv.slice(1)) {
  try { new SourceTextModule(readFileSync(path, "utf8"), { identifier: path }); }
  catch (error) { found.push(`${path}: ${error.message}`); }
}
console.log(JSON.stringify(found));
"""
OPTIONS = (
    "--allowJs --checkJs --noEmit --target es2022 --module es2022 --moduleResolution bundler --strict false"
    " --lib es2023,dom,dom.iterable"
)


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if not found:
        pytest.skip("Node is not installed here")
    return found


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The modules with Python's constants beside them, as the browser gets them, and the tests in JavaScript."""
    root = tmp_path_factory.mktemp("modules")
    for folder in FOLDERS:
        shutil.copytree(WEB / folder, root / folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(SCRIPTS, root / "scripts")
    given = map_component.GIVEN | lecture_bar.GIVEN | steps.GIVEN
    (root / "js" / "given.js").write_text(given_source(given), encoding="utf-8")
    (root / "path.json").write_text(json.dumps(first_layer()), encoding="utf-8")
    (root / "terms.json").write_text(json.dumps(arithmetic()), encoding="utf-8")
    (root / "said.json").write_text(json.dumps(said()), encoding="utf-8")
    (root / "words.json").write_text(json.dumps(marked()), encoding="utf-8")
    (root / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    for name in ("resnet50", "resnet152"):
        drawn = netmap.drawing(preset(name), 224, 224, 1, netmap.View(fold="on"))
        (root / f"{name}.json").write_text(json.dumps(drawn), encoding="utf-8")
    for name, (entry, given) in ENTRIES.items():
        (root / f"{name}.joined.js").write_text(joined(entry, given), encoding="utf-8")
    return root


def arithmetic() -> list[dict[str, object]]:
    """Proofs as the browser gets them, and as Python writes them."""
    found = (node for node in trace(preset("resnext50_32x4d"), 197, 211) if len(node.out_shape) == 4)
    proofs = [proof for node in found for proof in (leaf("params", node), leaf("macs", node), *output_size(node))]
    lines = [
        proof.line for proof in (*proofs, *memory.proofs(preset("resnet18"), 224, 224).values(), ratio(*proofs[3:5]))
    ]
    return [{"packed": line.packed, "text": line.text, "latex": line.latex} for line in lines]


def first_layer() -> dict[str, object]:
    """What the path's browser gets of the digit, and what torch makes of it, at strides 1 to 4."""
    digit, x = figures.digit(), fading.ten()[figures.DIGIT : figures.DIGIT + 1]
    weight = shipped(figures.NET).get_parameter("conv1.weight")
    maps = {stride: F.conv2d(x, weight, stride=stride, padding=1)[0] for stride in figures.STRIDES}
    return {
        "digit": digit,
        "fields": looking(),
        "maps": {stride: one.flatten(1).tolist() for stride, one in maps.items()},
    }


def marked() -> list[dict[str, object]]:
    """Texts, and the terms that Python's own glossary finds in them: every spelling of each, and what is none."""
    spelled = [f"What {word} is, {word}s." for one in glossary.terms().values() for word in one.words]
    shapes = ["1×3×224×224", "from 56×56×256 to 28×28×512", "ResNet-34 · basic [3,4,6,3]", "width 64, Widths 128"]
    none = ["conv1, layer1.0, layer2.0.bn1, blocked, mapping, stemming", ""]
    cases = [*spelled, *shapes, *none, "Batch Normalization (BN) in channels last; Feature maps, feature maps"]
    return [
        {"text": text, "found": [[one.term.slug, one.shown] for one in glossary.find(text) if not isinstance(one, str)]}
        for text in cases
    ]


def said() -> dict[str, list[tuple[object, ...]]]:
    """What the browser has to say itself, as Python says it, of random numbers of every size: [what is given, what is said].
    way: of two nets that take turns, where the one is when the other has had so many seconds."""
    rng = random.Random(12)
    sizes = [round(rng.choice((-1, 1)) * 10 ** rng.uniform(0, 15)) for _ in range(400)]
    parts = [rng.choice((-1, 1)) * 10 ** rng.uniform(-6, 2) for _ in range(400)]
    sure = [*(rng.random() for _ in range(200)), *(10 ** -rng.uniform(0, 6) for _ in range(200))]
    sure += [*(1 - share for share in sure[200:]), 0.0, 1.0, 0.0005, 0.9995]
    blocks = [f"layer{rng.randint(1, 12)}.{rng.randint(0, 999)}" for _ in range(200)]
    # Any number, and those that lie exactly between two digits.
    numbers = [rng.choice((-1, 1)) * 10 ** rng.uniform(-8, 9) for _ in range(600)]
    numbers += [rng.randint(-(10**4), 10**4) / 2 ** rng.randint(0, 7) for _ in range(400)]
    sliders = [
        slider(rng.randint(-5, 200) / 2, rng.choice((0.001, 0.1, 0.25, 0.5, 1, 2500, 10**6))) for _ in range(300)
    ]
    marks = [(one, choice, card.words(one, choice)) for one in sliders for choice in [rng.randint(0, 200)]]
    ways = []
    for passes in range(1, 200):
        times = [rng.uniform(1e-4, 1) for _ in range(passes)]
        for seconds in (0.0, times[0], rng.random() * sum(times), rng.random() * sum(times), 1.01 * sum(times)):
            ways.append(([0.0, *accumulate(times)], seconds, rows.way([times, [seconds]], passes)[0]))
    return {
        "exact": [(value, units.exact(value)) for value in (0, 999, 1000, *sizes, *numbers)],
        "percent": [(part, places, units.percent(part, places)) for part in (*parts, *numbers) for places in (0, 1, 2)],
        "fixed": [(value, places, units.fixed(value, places)) for value in numbers for places in (0, 1, 2, 4)],
        "plain": [(value, units.plain(value)) for value in numbers],
        "size": [(value, units.size(value)) for value in (0, 999, 999_949, 999_950, *sizes)],
        "marks": marks,
        "chance": [(share, units.chance(share)) for share in sure],
        "blocks": [(path, called.block(path)) for path in blocks],
        "ways": ways,
    }


def slider(low: float, step: float) -> card.Question:
    """A question for a number, of which only what its marks say is asked."""
    empty: dict[str, object] = {"choices": [], "lanes": [], "options": 201, "unit": "%"}
    return cast(card.Question, {"kind": "number", "low": low, "step": step, **empty})


def looking() -> list[dict[str, object]]:
    """Where units of several nets look, on pictures of several sizes, first, last and in the middle."""
    found = []
    for name, side in (("resnet18", 61), ("resnet50", 224), ("resnet20_cifar", 33)):
        for node in trace(preset(name), side, side):
            if len(node.out_shape) == 4:
                for unit in {0, node.out_shape[2] // 2, node.out_shape[2] - 1}:
                    span = node.field.span(unit, side)
                    found.append({"field": node.field._asdict(), "unit": unit, "side": side, "span": span})
    return found


def test_the_pure_parts_by_nodes_own_tests(node: str, tree: Path) -> None:
    files = sorted(str(path) for path in (tree / "scripts").glob("*.test.js"))
    run = subprocess.run([node, "--test", *files], capture_output=True, text=True, cwd=tree, timeout=120)
    assert run.returncode == 0, run.stdout[-4000:]
    assert int(re.search(r"^# pass (\d+)", run.stdout, re.M)[1]) >= 20


def test_every_script_is_javascript(node: str, tree: Path) -> None:
    scripts = [*tree.glob("*/*.js"), *tree.glob("*.joined.js")]
    assert parsed(node, scripts) == []
    (tree / "wrong.mjs").write_text("export const a = ;\n")
    (said,) = parsed(node, [*scripts, tree / "wrong.mjs"])
    assert "wrong.mjs" in said and "Unexpected token" in said, "the check sees nothing"


def parsed(node: str, scripts: list[Path]) -> list[str]:
    """What Node cannot read as a module, and why: all in one process, which parses and runs nothing."""
    run = subprocess.run(
        [node, "--experimental-vm-modules", "--no-warnings", "-e", PARSE, *map(str, scripts)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr[-600:]
    said: list[str] = json.loads(run.stdout)
    return said


def test_names_and_types(node: str, tree: Path, request: pytest.FixtureRequest) -> None:
    """TypeScript reads the modules as they are: unknown names, wrong imports, properties that nothing has."""
    compiler = installed(request.config.cache.mkdir("typescript"), TYPESCRIPT, "bin/tsc")
    files = [str(path.relative_to(tree)) for folder in FOLDERS for path in sorted((tree / folder).glob("*.js"))]
    run = subprocess.run(
        [node, str(compiler), *OPTIONS.split(), *files], capture_output=True, text=True, cwd=tree, timeout=120
    )
    assert run.returncode == 0, run.stdout[-4000:]
    (tree / "js" / "wrong.js").write_text("import { clamp } from './dom.js';\nexport const a = unheard(clamp);\n")
    wrong = subprocess.run(
        [node, str(compiler), *OPTIONS.split(), "js/wrong.js"], capture_output=True, text=True, cwd=tree, timeout=120
    )
    assert "has no exported member 'clamp'" in wrong.stdout and "'unheard'" in wrong.stdout, "the check sees nothing"


# ── joining ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / "main.js"


def test_modules_keep_their_own_scope_and_run_once_in_order(node: str, tmp_path: Path) -> None:
    main = write(
        tmp_path,
        main='import { twice as two } from "./a.js";\nimport { count } from "./b.js";\nconst own = 5;\n'
        "export default () => [two(own), count()];\n",
        a='import { add } from "./b.js";\nconst own = 2;\nexport function twice(value) {\n  add();\n  return own * value;\n}\n',
        b="let own = 0;\nexport const add = () => (own += 1);\nexport const count = () => own;\n",
    )
    text = joined(main, {})
    assert text == joined(main, {}), "the same files give the same script"
    (tmp_path / "out.mjs").write_text(text, encoding="utf-8")
    script = 'import run from "./out.mjs"; console.log(JSON.stringify(run()));'
    run = subprocess.run(
        [node, "--input-type=module", "-e", script], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert json.loads(run.stdout) == [10, 1], run.stderr


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"main": 'import { x } from "./none.js";\n'}, "main.js: there is no module"),
        ({"main": 'import { x } from "./a.js";\n', "a": "export const y = 1;\n"}, "main.js: a.js exports no 'x'"),
        (
            {"main": 'import { x } from "./a.js";\n', "a": 'import { y } from "./main.js";\nexport const x = 1;\n'},
            "main.js: modules import each other in a circle: main.js → a.js → main.js",
        ),
        ({"main": 'import * as x from "./a.js";\n', "a": ""}, "is no import or export that can be joined"),
        (
            {"main": 'import { x } from "./a.js";\n', "a": "export let x = 1;\n"},
            "is no import or export that can be joined",
        ),
        ({"main": "export { x };\n"}, "is no import or export that can be joined"),
    ],
)
def test_what_cannot_be_joined_is_named(tmp_path: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        joined(write(tmp_path, **files), {})


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_is_served_has_every_module_of_its_folder(entry: str) -> None:
    path, given = ENTRIES[entry]
    text = joined(path, given)
    assert text.count("export default") == (entry not in hall_page.TITLES) and not re.search(r"^import ", text, re.M)
    if entry in hall_page.TITLES:  # two pages of one folder
        text = "".join(map(hall_page.script, hall_page.TITLES))
    for module in path.parent.glob("*.js"):
        first = re.search(r"^(?:export )?(?:async )?(?:function|class|const) \w+", module.read_text("utf-8"), re.M)
        assert first[0].removeprefix("export ") in text, f"{module.name} is imported by nobody"
    for name in given:
        assert f"const {name} = " in text


# ── what the modules hold ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_only_pythons_own_prose_becomes_markup(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(MARKUP.findall(text)) == (path.name == "prose.js")
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)


def test_constants_stand_in_python_only() -> None:
    assert lecture_bar.GIVEN["NO_GUESS"] == answers.NONE
    assert set(map_component.GIVEN["LEVELS"]) == {*netmap.LEVELS, "fig3"}
    beside = f"min-width: {lecture_bar.GIVEN['BESIDE']}px"
    assert all(beside in (WEB / "lecture_bar" / f"{name}.css").read_text("utf-8") for name in ("stage", "present"))
    written = "".join(path.read_text("utf-8") for path in (*MODULES, *WEB.rglob("*.css")))
    colours = {*palette.STAGE_COLOURS.values(), *palette.KIND_COLOURS.values(), *palette.CSS_COLOURS.values()}
    assert {colour for colour in colours if colour in written} <= ALSO_OTHERWISE
    assert not any(f'"{" ".join(map(str, dash))}"' in written for dash in palette.SHORTCUT_DASH.values() if dash)


ALSO_OTHERWISE = {"#2484c1", "#c07f16"}  # a tint and a warning of the page, by chance those of a stage and of ReLU


def test_every_stylesheet_of_the_map_is_served() -> None:
    assert {path.stem for path in map_component.FOLDER.glob("*.css")} == set(map_component.STYLES)
    assert all(f"--{name}: {value};" in map_component.CSS for name, value in palette.CSS_COLOURS.items())


def test_the_lectures_page_names_every_key() -> None:
    table = (WEB / "lecture_bar" / "keys.js").read_text().partition("KEYS = {")[2].partition("}")[0]
    keys = {"ArrowRight": "→", "ArrowLeft": "←"}
    known = [keys.get(key, key.upper() if len(key) == 1 else key) for key in re.findall(r"(\w+):", table)]
    assert '" ": "halt"' in table and "the space key stops and starts a walk" in KEYS
    assert len(known) == 10 and all(re.search(rf"(?<!\w){key}(?!\w)", KEYS) for key in known), known

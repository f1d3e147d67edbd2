"""R10: every key of a link on its page, and every text of a file and its name, × 8 script payloads in a real browser. Files: of
runs, weights, configs, pictures, lectures.

    .venv/bin/python -m tests.benchmarks.bench_payloads

A place counts where its payload is on the screen as its characters. It says how many places showed theirs, and everything that
ran, became markup or asked another host. In the suite: `tests/browser/test_plain.py` (each kind of text of Streamlit's),
`tests/browser/test_app.py` (links), `test_from_file.py` and `test_feature_maps.py` (files), `tests/web/test_markup.py`.
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import sync_playwright
from safetensors.torch import save

from explorer.model import build
from explorer.spec import preset
from explorer.spec.chosen import DEFAULTS
from explorer.tell import url_keys
from tests.benchmarks.bench_load import machine
from tests.conftest import CHROMIUM, FLAGS, ROOT, SHELL, Server, Visit
from tests.weights.hostile import checkpoint, header, zipped
from tests.weights.hostile import one as entry

PAYLOADS = (
    "<img src=x onerror=fired=1>",
    "<script>fired=1</script>",
    "<svg onload=fired=1>",
    "'\"><iframe srcdoc='<p>x'>",
    "[Log in](javascript:fired=1)",
    "![x](http://evil.example/x.png)",
    "<a href=http://evil.example>x</a>",
    "$\\href{javascript:fired=1}{x}$",
)
# The app's own links carry what a link said, encoded: those that lead elsewhere count.
MADE = "img[src=x], [src*=evil], [href^=http][href*=evil], [href^=javascript], iframe[srcdoc], svg[onload], .katex"
TOGETHER = len(PAYLOADS)
SAID = "document.querySelector('[data-testid=stApp]').innerText.replaceAll('\\u2060', '').replace(/\\s+/g, ' ')"


def links() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """(address, its keys with their payloads): a payload in each key of a page, eight at a time, in eight turns."""
    pages: dict[str, list[str]] = {"": [*DEFAULTS, "unknown"]}
    for key in url_keys.KEYS:
        page = key.pages[0] if key.pages else ""
        pages.setdefault("" if page == "architecture" else page, []).append(key.name)
    for page, names in pages.items():
        names = list(dict.fromkeys(names))
        for start in range(0, len(names), TOGETHER):
            for turn in range(len(PAYLOADS)):
                some = names[start : start + TOGETHER]
                pairs = [(name, PAYLOADS[(turn + at) % len(PAYLOADS)]) for at, name in enumerate(some)]
                yield f"/{page}?{urllib.parse.urlencode(pairs)}", pairs


def files() -> Iterator[tuple[str, str]]:
    """(place, a file of runs with a payload in this text)."""
    made = json.loads((ROOT / "assets" / "timings" / "cpu-xeon-2-cores.json").read_text("utf-8"))
    made["runs"] = made["runs"][:1]

    def texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        if isinstance(value, str):
            yield path
        elif isinstance(value, dict | list):
            for key in value if isinstance(value, dict) else range(len(value)):
                yield from texts(value[key], (*path, key))

    for path in {path[-1]: path for path in texts(made)}.values():  # one place of each field
        for payload in PAYLOADS:
            changed = json.loads(json.dumps(made))
            at = changed
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = payload
            yield payload, json.dumps(changed)


def weights(payload: str) -> Iterator[tuple[str, str, bytes]]:
    """(place, a file's name, the file): the payload in each text of a file of weights or of a config."""
    net = preset("resnet20_cifar")
    tensors = build(replace(net, stages=(1, 1, 1))).state_dict()
    call = f"c{payload}\n{payload}\n)R.".encode()
    huggingface = {"model_type": "resnet", "layer_type": "basic", "depths": [3, 4, 6, 3], "hidden_act": "relu"}
    yield "a file's name", f"{payload}.pth", b"neither weights nor a config"
    yield "a file's name, cut off", f"{payload}.safetensors", header({}, length=1_000)
    yield "a tensor's name", "a.safetensors", save(tensors | {payload: torch.zeros(2)})
    yield "a tensor's name, of no net", "a.safetensors", header({payload: entry()}, bytes(8))
    yield "metadata", "a.safetensors", save(tensors, metadata={payload: payload})
    yield "a number format", "a.safetensors", header({"w": entry(dtype=payload)}, bytes(8))
    yield "a field of an entry", "a.safetensors", header({"w": entry() | {payload: payload}}, bytes(8))
    yield "what a pickle calls", "a.pkl", b"\x80\x02" + call
    yield "what a pickle in a zip file calls", "a.pth", checkpoint(b"\x80\x02" + call)
    yield "a name in a zip file", "a.pth", zipped({f"{payload}/data.pkl": b"N.", f"{payload}/code/a.py": b"x"})
    for key in huggingface:
        yield f"a config's {key}", "config.json", json.dumps(huggingface | {key: payload}).encode()
    yield "a config's key", "config.json", json.dumps(huggingface | {payload: payload}).encode()
    yield "a config of no net", "config.json", json.dumps({payload: payload}).encode()
    yield "timm's config", "config.json", json.dumps({"architecture": payload, "num_classes": payload}).encode()
    yield (
        "detectron2's",
        "a.yaml",
        f"MODEL:\n  RESNETS:\n    NORM: {json.dumps(payload)}\n    {json.dumps(payload)}: 1\n".encode(),
    )
    type_of = f"type='ResNet', depth=50, style={payload!r}, more={payload!r}"
    yield "OpenMMLab's", "a.py", f"model = dict(type='ImageClassifier', backbone=dict({type_of}))".encode()


def own_weights(payload: str) -> Iterator[tuple[str, str, bytes]]:
    """The same for weights that are to look at a picture: nothing but .safetensors is taken."""
    net = build(replace(preset("resnet20_cifar"), stages=(1, 1, 1)))
    for tensor in net.state_dict().values():
        if tensor.is_floating_point():
            tensor.fill_(0.01)  # one number serves: each is checked to be one
    yield "the name of weights that look", f"{payload}.safetensors", save(net.state_dict())
    yield from (row for row in weights(payload) if row[1].endswith(".safetensors"))


def own_picture(payload: str) -> Iterator[tuple[str, str, bytes]]:
    """A picture's name, and what is written inside."""
    made, told = io.BytesIO(), PngInfo()
    told.add_text(payload, payload)
    Image.new("RGB", (64, 48), "red").save(made, "PNG", pnginfo=told)
    yield "the name of a picture, and its texts", f"{payload}.png", made.getvalue()
    yield "the name of what is no picture", f"{payload}.png", b"%PDF-1.7"


SCENE = {
    "": {"title": "My hour", "subtitle": "An hour"},
    "[[scene]]": {"slug": "one", "title": "One", "page": "blocks", "text": "Hello.", "notes": "A note.", "hide": "bar"},
    "[scene.question]": {
        "ask": "How many?",
        "kind": "choice",
        "choices": ["1", "2"],
        "answer": "1",
        "source": "counted",
    },
}
MORE = {"[[scene]]": ("state",), "[scene.question]": ("because", "unit", "then", "figure")}


def lectures(payload: str) -> Iterator[tuple[str, str, bytes]]:
    """The payload in each text of a lecture's file."""
    for table, fields in SCENE.items():
        for key in (*fields, *MORE.get(table, ()), payload):
            changed = SCENE | {table: fields | {key: [payload, "1"] if key == "choices" else payload}}
            lines = [
                f"{name}\n" + "".join(f"{json.dumps(one)} = {json.dumps(text)}\n" for one, text in row.items())
                for name, row in changed.items()
            ]
            yield f"a lecture's {table} {key if key != payload else 'key'}", "mine.toml", "".join(lines).encode()
    yield "a lecture's file name", f"{payload}.toml", b"title = 1"


@dataclass(frozen=True)
class Upload:
    """Where files are given. address, text: of the page, where it is the first place for one, and what it then says; files: of a
    payload; starts: whether what was taken is opened too."""

    name: str
    address: str
    text: str
    files: Callable[[str], Iterator[tuple[str, str, bytes]]]
    starts: bool = False


NET = "net=resnet8_cifar&who=net"
UPLOADS = (
    Upload("From a file", "/identify", "Which net is this file of?", weights),
    Upload("Feature maps, weights", f"/feature_maps?{NET}&weights=file", "Your net’s weights", own_weights),
    Upload("Feature maps, a picture", f"/feature_maps?{NET}&picture=upload", "params", own_picture),
    Upload("Feature maps, a digit", "/feature_maps?digit=upload", "params", own_picture),
    Upload("Lecture", "/lecture", "Your own lecture", lectures, starts=True),
)


def wrong(visit: Visit) -> list[str]:
    page = visit.page
    found = [
        f"<{one}>" for one in page.locator(MADE).evaluate_all("all => all.map((one) => one.outerHTML.slice(0, 80))")
    ]
    if page.evaluate("window.fired"):
        found.append("a script ran")
    found += [fault for fault in visit.faults if "evil" in fault]
    return found


def repeats(visit: Visit, payload: str) -> bool:
    """Whether the beginning of a payload is on the screen as its characters, in a component or not."""
    start = " ".join(payload.split())[:12]
    return start in visit.page.evaluate(SAID) or visit.page.get_by_text(start).count() > 0


def given(
    visit: Visit, upload: Upload, payloads: Sequence[str] = PAYLOADS
) -> Iterator[tuple[str, str, bool, list[str]]]:
    """(place, payload, whether it is on the screen, what is wrong), for each file that is given."""
    visit.goto(upload.address, upload.text)
    box = visit.page.locator("input[type=file]").first
    for payload in payloads:
        for place, name, file in upload.files(payload):
            with visit.runs():
                box.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": file})
            visit.settle()
            faults, shown = wrong(visit), repeats(visit, payload)
            start = visit.page.get_by_role("link", name="Start", exact=True)
            if upload.starts and start.count():
                start.click()
                visit.page.locator(".stage").first.wait_for()
                visit.settle()
                faults, shown = [*faults, *wrong(visit)], shown or repeats(visit, payload)
                visit.goto(upload.address, upload.text)
            yield place, payload, shown, faults


def main() -> None:
    print(machine(), flush=True)
    faults: set[str] = set()
    places = tries = shown = 0
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        path = next(filter(None, map(shutil.which, (SHELL, *CHROMIUM))), None)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        visit = Visit(browser, server.url).goto("/?depth=18", "11.69 M params")
        keys: set[tuple[str, str]] = set()
        for address, pairs in links():
            visit.follow(address)
            said = visit.page.evaluate(SAID)
            tries += len(pairs)
            hits = [(name, payload) for name, payload in pairs if " ".join(payload.split())[:12] in said]
            shown += len(hits)
            keys |= {(address.partition("?")[0], name) for name, _ in pairs}
            faults |= {f"{address}: {one}" for one in wrong(visit)}
        places += len(keys)
        print(
            f"R10 links: {places} keys, {tries} tries, {shown} on the screen as characters; {len(faults)} wrong",
            flush=True,
        )
        visit.goto("/timing?view=machines&depth=50")
        box = visit.page.locator('input[type="file"]').first
        tries = 0
        for payload, text in files():
            name = payload.replace("/", "∕")[:40] + ".json"
            with visit.runs():
                box.set_input_files({"name": name, "mimeType": "application/json", "buffer": text.encode()})
            visit.settle()
            tries += 1
            faults |= {f"a file of runs, {payload}: {one}" for one in wrong(visit)}
        print(f"R10 files of runs: {tries} tries; {len(faults)} wrong in all  (goal: 0)", flush=True)
        for upload in UPLOADS:
            rows = list(given(visit, upload))
            places, shown = {place for place, *_ in rows}, sum(row[2] for row in rows)
            faults |= {
                f"{upload.name}, {place}, {payload}: {one}" for place, payload, _, wrongs in rows for one in wrongs
            }
            print(
                f"R10 {upload.name}: {len(places)} places, {len(rows)} tries, {shown} on the screen as characters; "
                f"{len(faults)} wrong in all",
                flush=True,
            )
        browser.close()
        server.stop()
    for fault in sorted(faults)[:20]:
        print(" ", fault)


if __name__ == "__main__":
    main()

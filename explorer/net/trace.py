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
from typing import TypedDict

import torch
import torch.nn.functional as F
from torch import nn

from explorer.net.field import Field, meeting
from explorer.net.layers import SamePool2d
from explorer.net.node import Node, Shape
from explorer.net.ops import windows
from explorer.net.resnet import IdentityShortcut, build
from explorer.spec import MAX_BATCH, MAX_INPUT, ResNetSpec, check_int


def _no_rule(what: str) -> NotImplementedError:
    return NotImplementedError(f"trace: no rule for {what}")


class Traced:
    """Stands for a tensor while the model's forward runs on it."""

    __slots__ = ("tracer", "node", "shape", "subsample")

    def __init__(self, tracer: Tracer, node: Node, subsample: int = 1) -> None:
        self.tracer, self.node, self.subsample = tracer, node, subsample
        shape = node.out_shape
        self.shape = shape if subsample == 1 else (*shape[:2], *(-(-size // subsample) for size in shape[2:]))

    @classmethod
    def __torch_function__(
        cls,
        func: Callable[..., object],
        types: object,
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> Traced:
        if func not in RULES:
            raise _no_rule(f"the operation {getattr(func, '__name__', func)}")
        return RULES[func](*args, **(kwargs or {}))

    def dim(self) -> int:
        return len(self.shape)

    def __add__(self, other: Traced) -> Traced:
        if self.shape != other.shape:
            raise ValueError(f"{other.node.path}: {other.shape} cannot be added to {self.shape}")
        return self.tracer.record("add", self, other, inplace=True)

    __iadd__ = __add__

    def __mul__(self, gate: Traced) -> Traced:
        if gate.shape != (*self.shape[:2], 1, 1):
            raise _no_rule(f"a gate of {gate.shape} on {self.shape}")
        return self.tracer.record("scale", self, gate, field=self.node.field)

    def __getitem__(self, index: tuple[slice, ...]) -> Traced:
        steps = [part.step or 1 for part in index]
        cut = any(part.start or part.stop for part in index)
        if cut or len(index) != 4 or steps[:2] != [1, 1] or steps[2] != steps[3]:
            raise _no_rule(f"the index {index}")
        return Traced(self.tracer, self.node, subsample=steps[2])


class Tracer:
    """Follows one forward pass of one private model: each `forward` says that it runs, `record` appends.

    Wrapping `forward` on the instance costs a quarter of a hook, and reading a module's own tables of parameters and
    buffers a tenth of the generators over them: together half of a trace.
    """

    def __init__(self, model: nn.Module) -> None:
        self.nodes: list[Node] = []
        self.paths: set[str] = set()
        self.scopes: list[tuple[str, nn.Module]] = []
        for path, module in model.named_modules():
            module.__dict__["training"] = False  # as `eval()` does, at a fraction of its cost
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
        padding: int = 0,
        groups: int = 1,
        dilation: int = 1,
        ceil: bool = False,
        before: int = 0,
        whole: bool = False,
        field: Field | None = None,
        macs: int = 0,
        inplace: bool = False,
    ) -> Traced:
        """Append a node for the running module. `spatial`, `channels`: of the output, where they change; `before`:
        padding above and to the left; `whole`: each unit sees all; `field`: where that doesn't follow from the
        inputs'."""
        path, module = self.scopes[-1]
        functional = bool(module._modules) or isinstance(module, FUNCTIONAL)  # between modules
        if functional:
            path = f"{path}.{kind}".lstrip(".")
            path = next(own for own in (path, *(f"{path}{n}" for n in range(2, 9))) if own not in self.paths)
            self.paths.add(path)
        source = inputs[0].node
        shape = inputs[0].shape
        shape = (shape[0], channels or shape[1], *(shape[2:] if spatial is None else spatial))
        if field is None:
            field = source.field if len(inputs) == 1 else meeting(*(one.node.field for one in inputs))
            if whole:
                field = Field(size=None, jump=field.jump)
            elif kernel > 1 or stride > 1 or before:
                field = field.through(kernel, stride, dilation, before)
        node = Node(
            path,
            kind,
            tuple(one.node.path for one in inputs),
            source.out_shape,
            shape,
            kernel,
            stride,
            padding,
            groups,
            dilation,
            ceil,
            others=tuple(one.shape for one in inputs[1:]),
            weights=tuple(
                (name, tuple(value.shape)) for name, value in module._parameters.items() if value is not None
            ),
            buffers=sum(value.numel() for value in module._buffers.values() if value is not None),
            counters=int("num_batches_tracked" in module._buffers),
            macs=macs,
            field=field,
            inplace=inplace,
            functional=functional,
        )
        self.nodes.append(node)
        return Traced(self, node)


FUNCTIONAL = (SamePool2d,)  # without parts of their own, yet of several operations


class Window(TypedDict):
    """What `record` is told of a kernel that goes over height and width."""

    spatial: Shape
    kernel: int
    stride: int
    padding: int
    before: int
    dilation: int
    ceil: bool


def _window(x: Traced, kernel: int, stride: int, padding: int, dilation: int = 1, ceil: bool = False) -> Window:
    """Raises `ValueError` where it fits nowhere."""
    spatial = tuple(windows(size, kernel, stride, padding, dilation, ceil) for size in x.shape[2:])
    if min(spatial) < 1:
        path, (height, width) = x.tracer.scopes[-1][0], x.shape[2:]
        raise ValueError(f"input: at {path} the maps are {height}×{width}, too small for a {kernel}×{kernel} window")
    return {
        "spatial": spatial,
        "kernel": kernel,
        "stride": stride,
        "padding": padding,
        "before": padding,
        "dilation": dilation,
        "ceil": ceil,
    }


def _conv2d(
    x: Traced, weight: nn.Parameter, bias: object, stride: Shape, padding: Shape, dilation: Shape, groups: int
) -> Traced:
    c_out, c_in_per_group, kernel, wide = weight.shape
    if kernel != wide or stride[0] != stride[1] or padding[0] != padding[1] or dilation[0] != dilation[1]:
        raise _no_rule(f"a {kernel}×{wide} kernel of stride {stride}, padding {padding}, dilation {dilation}")
    window = _window(x, kernel, stride[0], padding[0], dilation[0])
    macs = math.prod(window["spatial"]) * c_out * c_in_per_group * kernel * kernel
    return x.tracer.record("conv", x, channels=c_out, groups=groups, macs=macs, **window)


def _conv1d(
    x: Traced, weight: nn.Parameter, bias: None, stride: Shape, padding: Shape, dilation: Shape, groups: int
) -> Traced:
    *channels, kernel = weight.shape
    if channels != [1, 1] or stride[0] != 1 or 2 * padding[0] != kernel - 1:
        raise _no_rule(f"a convolution along channels of {tuple(weight.shape)}, stride {stride}, padding {padding}")
    return x.tracer.record("conv1d", x, kernel=kernel, padding=padding[0], macs=x.shape[2] * kernel)


def _batch_norm(x: Traced, mean: object, var: object, weight: object, *args: object, **kwargs: object) -> Traced:
    return x.tracer.record("norm" if isinstance(weight, nn.Parameter) else "frozennorm", x)


def _group_norm(x: Traced, groups: int, **kwargs: object) -> Traced:
    if math.prod(x.shape) == groups:  # torch refuses it too
        path = x.tracer.scopes[-1][0]
        raise ValueError(
            f"input: at {path} a group has one value, which GroupNorm cannot normalize; choose a larger one"
        )
    return x.tracer.record("groupnorm", x, groups=groups)


def _max_pool2d(
    x: Traced, kernel: int, stride: int, padding: int, dilation: int = 1, ceil_mode: bool = False, **kwargs: object
) -> Traced:
    return x.tracer.record("maxpool", x, **_window(x, kernel, stride, padding, dilation, ceil_mode))


def _avg_pool2d(
    x: Traced, kernel: int, stride: int, padding: int = 0, ceil_mode: bool = False, *args: object, **kwargs: object
) -> Traced:
    return x.tracer.record("avgpool2d", x, **_window(x, kernel, stride, padding, 1, ceil_mode))


def _linear(x: Traced, weight: nn.Parameter, bias: nn.Parameter) -> Traced:
    return x.tracer.record("linear", x, channels=weight.shape[0], macs=weight.numel())


def _pad(x: Traced, amounts: Shape, *args: object, **kwargs: object) -> Traced:
    if len(amounts) == 4:
        left, right, top, bottom = amounts
        if left != top:
            raise _no_rule(f"the border {amounts}")  # a field is one for both sides
        height, width = x.shape[2:]
        return x.tracer.record("border", x, spatial=(height + top + bottom, width + left + right), before=top)
    if any(amounts[:4]):
        raise _no_rule(f"zeros {amounts}")
    return x.tracer.record(
        "pad", x, channels=x.shape[1] + amounts[4] + amounts[5], stride=x.subsample, padding=amounts[4]
    )


def _adaptive(x: Traced, size: Shape) -> Traced:
    if tuple(size) != (1, 1):
        raise _no_rule(f"an average to {size}")
    return x.tracer.record("avgpool", x, spatial=(1, 1), whole=True)


def _mean(x: Traced, dim: int | Shape, keepdim: bool = False) -> Traced:
    if dim != (2, 3) or not keepdim:
        raise _no_rule(f"a mean over {dim}, keepdim={keepdim}")
    return x.tracer.record("mean", x, spatial=(1, 1), whole=True)


def _flatten(x: Traced, start_dim: int = 0) -> Traced:
    if start_dim != 1:
        raise _no_rule(f"flatten from {start_dim}")
    return x.tracer.record("flatten", x, spatial=(), channels=math.prod(x.shape[1:]), inplace=True)


def _reshape(x: Traced, shape: Shape) -> Traced:
    if math.prod(shape[1:]) != math.prod(x.shape[1:]):
        raise _no_rule(f"{x.shape} as {shape}")
    return x.tracer.record("view", x, spatial=tuple(shape[2:]), channels=shape[1], inplace=True)


RULES: dict[Callable[..., object], Callable[..., Traced]] = {  # torch operation -> what it does to a shape
    torch.conv2d: _conv2d,
    torch.conv1d: _conv1d,
    F.batch_norm: _batch_norm,
    F.group_norm: _group_norm,
    F.relu: lambda x, inplace=False: x.tracer.record("relu", x, inplace=inplace),
    F.max_pool2d: _max_pool2d,
    F.avg_pool2d: _avg_pool2d,
    F.adaptive_avg_pool2d: _adaptive,
    torch.mean: _mean,
    torch.sigmoid: lambda x: x.tracer.record("sigmoid", x),
    torch.reshape: _reshape,
    torch.flatten: _flatten,
    F.linear: _linear,
    F.pad: _pad,
    F.dropout: lambda x, *args, **kwargs: x,  # in eval mode it is not there
}


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
    tracer = Tracer(model)
    node = Node("input", "input", (), shape, shape)
    tracer.nodes.append(node)
    model(Traced(tracer, node))
    return tuple(tracer.nodes)

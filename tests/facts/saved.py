"""What autograd keeps of a pass, asked of torch itself."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch

from explorer.net.resnet import build
from explorer.spec import ResNetSpec


def saved_by_torch(spec: ResNetSpec, under: AbstractContextManager[object] | None = None) -> int:
    """Bytes of the distinct tensors kept for backward, without parameters and buffers, of three pictures of 65×50.
    under: the context of the pass, such as autocast."""
    model = build(spec, seed=0).train()
    parameters = {tensor.untyped_storage()._cdata for tensor in [*model.parameters(), *model.buffers()]}
    saved: dict[int, torch.UntypedStorage] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in parameters:
            saved[storage._cdata] = storage
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor), under or nullcontext():
        model(torch.randn(3, 3, 65, 50))
    return sum(storage.nbytes() for storage in saved.values())

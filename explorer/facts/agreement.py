"""torchinfo's own summary of the same model, and whether its totals agree with ours."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache

from explorer.facts.conventions import reconcile
from explorer.facts.proof import Proof, prove
from explorer.net.trace import trace
from explorer.spec import ResNetSpec

# torchinfo hooks the model, which is private here; its formatting is pure Python and gains nothing from threads.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Agreement:
    """torchinfo's text, and (what, torchinfo's value, the proof of ours) of each total."""

    text: str
    totals: tuple[tuple[str, int, Proof], ...]

    @property
    def holds(self) -> bool:
        return all(theirs == ours.value for _, theirs, ours in self.totals)


def _units(text: str) -> str:
    """The summary with its units as torchinfo means them: since Python 3.11 it prints '(Units.GIGABYTES)' for '(G)'."""
    from torchinfo.enums import Units

    for unit in Units:
        text = text.replace(f" ({unit!s})", f" ({unit.value})" if unit.value else "")
    return text


@lru_cache(maxsize=16)
def agreement(spec: ResNetSpec, height: int, width: int, depth: int = 3, batch: int = 1) -> Agreement:
    """torchinfo's summary for a batch of pictures, of a private model on the meta device, down to `depth` levels."""
    import torch
    import torchinfo

    from explorer.net.resnet import build

    model = build(spec, "meta").eval()
    pictures = torch.zeros(batch, spec.in_channels, height, width, device="meta")
    with _one_at_a_time:
        seen = torchinfo.summary(
            model,
            input_data=pictures,
            depth=depth,
            verbose=0,
            device="meta",
            col_names=("output_size", "num_params", "mult_adds"),
        )
        text = _units(str(seen))
    nodes = trace(spec, height, width)
    mult_adds = next(row for row in reconcile(spec, height, width) if row.key == "torchinfo").of_batch(batch)
    weights = prove("params", nodes)
    return Agreement(
        text,
        (
            ("parameters", seen.total_params, weights),
            ("trainable parameters", seen.trainable_params, weights),
            ("mult-adds, in its convention", seen.total_mult_adds, mult_adds),
        ),
    )

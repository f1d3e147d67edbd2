"""What a net is to do with its pictures: in which number format, and whether it learns from them. No torch."""

from __future__ import annotations

from collections.abc import Mapping

AMP = "amp"  # mixed precision: torch.autocast to bf16 or fp16
BYTES = {"fp64": 8, "fp32": 4, "tf32": 4, "bf16": 2, "fp16": 2}  # of an element
FORMATS: Mapping[str, str] = {  # slug → in words; the first is the usual one
    "fp32": "fp32",
    "bf16": "bf16",
    "fp16": "fp16",
    AMP: "mixed precision (AMP)",
    "tf32": "tf32",
    "fp64": "fp64",
}
SHORT: Mapping[str, str] = {**FORMATS, AMP: "AMP"}  # for a line that has no room: the choice beside it writes it out
INFERENCE = "none"
USUAL_OPTIMIZER = "momentum"
OPTIMIZERS: Mapping[str, str] = {  # slug → as the estimate of memory calls it
    "SGD": "SGD",
    USUAL_OPTIMIZER: "SGD with momentum",
    "Adam": "Adam, AdamW",
}
PURPOSES: Mapping[str, str] = {  # slug of the optimiser → what is done, in words
    INFERENCE: "inference",
    "SGD": "training with SGD",
    USUAL_OPTIMIZER: "training with momentum SGD",
    "Adam": "training with Adam",
}

"""On request: `python tests/benchmarks/bench_timing.py [model] [batch] [threads]`. Ratios within one run; no test.

1. Our measured time against `torch.utils.benchmark` on the same model: within 5 %.
2. Our model against a plain reimplementation of torchvision's definition, same weights: within 3 %.
3. The overhead of the marks, layer by layer: at most 3 %.
4. The parts of a pass against the whole: within 2 %.
Each pair alternates in rounds and the medians are compared, since a host that slows down would favour one. Exit code
1 when a ratio is out of its bounds. On a host that does other work it may be: the load is printed first.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
from torch.utils import benchmark  # noqa: E402

from explorer.spec import preset  # noqa: E402
from explorer.timing.data.settings import Settings  # noqa: E402
from explorer.timing.measure import clock, hardware, loop, parts, race, subject  # noqa: E402
from tests.plain_resnet import PlainResNet  # noqa: E402

ROUNDS, EACH_S = 8, 0.5


class Plain:
    """A model as a call on one input, for the same loop that times ours."""

    def __init__(self, model: torch.nn.Module, x: torch.Tensor) -> None:
        self.model, self.x = model, x

    def prepare(self) -> None: ...

    def __call__(self) -> torch.Tensor:
        return self.model(self.x)


def against_torch(one: subject.Subject) -> float:
    """Median of ours over median of torch.utils.benchmark, in alternating blocks."""
    ours, theirs = [], []
    timer = benchmark.Timer(
        "model(x)", globals={"model": one.module, "x": one.pool[0]}, num_threads=torch.get_num_threads()
    )
    for _ in range(ROUNDS):
        ours.append(statistics.median(loop.timed(one, clock.clock_for(one.device), EACH_S).times_s))
        theirs.append(timer.blocked_autorange(min_run_time=EACH_S).median)
    return statistics.median(a / b for a, b in zip(ours, theirs))


def against_plain(one: subject.Subject, name: str) -> float:
    """Median of our model over a plain reimplementation with the same weights, pass by pass in alternation."""
    plain = PlainResNet(name).to(one.pool[0].dtype).to(one.device).eval()
    plain.load_state_dict(one.module.state_dict())
    x = one.pool[0]
    assert torch.equal(plain(x), one.module(x)), "not the same function"
    rows = race.alternate(
        [Plain(one.module, x), Plain(plain, x)], clock.clock_for(one.device), 2 * ROUNDS * EACH_S, loop.no_checkpoint
    )
    return statistics.median(rows[0][0]) / statistics.median(rows[1][0])


def within(what: str, ratio: float, low: float, high: float) -> bool:
    """Print the ratio beside its bounds; whether it is inside."""
    good = low <= ratio <= high
    bounds = f"{low} … {high}" if low else f"at most {high}"
    print(f"{what:<38} {ratio:.4f}   ({bounds}){'' if good else '   OUT OF BOUNDS'}")
    return good


def main(name: str = "resnet50", batch: str = "1", threads: str = "1") -> int:
    """The exit code: 0 when every ratio is within its bounds, else 1."""
    settings = hardware.resolve(Settings(batch=int(batch), threads=int(threads), budget_s=EACH_S, fresh=False))
    print(f"{name} · {settings.words} · load {hardware.load_average()}")
    with subject.subject(preset(name), settings) as one:
        good = [
            within("ours / torch.utils.benchmark", against_torch(one), 0.95, 1.05),
            within("our model / plain reimplementation", against_plain(one, name), 0.97, 1.03),
        ]
        cut = parts.at_level(one, preset(name), Settings(**settings.as_row() | {"budget_s": 4.0}), "layer", {})
    print(f"the overhead of the marks is known to ± {cut.noise:.1%}, from {cut.n} pairs of passes")
    good += [
        within("with marks / without, per layer", 1 + cut.overhead, 0, 1 + parts.MOST_OVERHEAD),
        within("sum of parts / whole", cut.sum_over_whole, 1 - parts.MOST_GAP, 1 + parts.MOST_GAP),
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

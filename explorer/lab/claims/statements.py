"""The sentences that the page's texts quote, each with the figure that decides it. The rates are in claims.json."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer.lab.experiments import degradation
from explorer.lab.outcome import Row


@dataclass(frozen=True)
class Claim:
    """statement: a sentence that is true of a run or not. figure: the number that decides it, in `unit`."""

    experiment: str
    preset: str
    statement: str
    unit: str
    figure: Callable[[Row], float | None]
    holds: Callable[[float | None], bool]


def net(name: str, key: str) -> Callable[[Row], float | None]:
    """A figure of one net in a summary with `nets`."""
    return lambda summary: next(one for one in summary["nets"] if one["net"] == name)[key]


def over(limit: float) -> Callable[[float | None], bool]:
    return lambda value: value is not None and value > limit


def under(limit: float) -> Callable[[float | None], bool]:
    return lambda value: value is not None and value < limit


def rises(kind: str) -> Callable[[Row], float]:
    """The smallest step up of the final training loss from one depth to the next."""

    def smallest(summary: Row) -> float:
        losses = [one["final_loss"] for one in summary["nets"] if one["kind"] == kind]
        return float(min(later - earlier for earlier, later in zip(losses, losses[1:])))

    return smallest


def within(low: float, high: float) -> Callable[[float | None], bool]:
    return lambda value: value is not None and low < value < high


def furthest_signal(summary: Row) -> float | None:
    """Of the two nets with BN: the larger factor, up or down, between the last and the first block's signal."""
    ratios = [
        one["signal_last_over_first"] for one in summary["nets"] if one["depth"] == 152 and one["norm"] == "batch"
    ]
    return None if None in ratios or 0 in ratios else max(max(ratio, 1 / ratio) for ratio in ratios)


def more_rates(summary: Row) -> int:
    """How many more rates work with BN than without."""
    return len(summary["batch"]["workable"]) - len(summary["none"]["workable"])


def larger_rate(summary: Row) -> float | None:
    """How many times larger the largest workable rate is with BN: None where none works without BN, 0 where none
    works with it."""
    return summary["largest_workable_ratio"] if summary["batch"]["workable"] else 0


CLAIMS: dict[str, Claim] = {
    "bn_explodes": Claim(
        "signal",
        "he",
        "Untrained plain-152 with BN: the first layer’s gradient exceeds the last one’s a billion times.",
        "first/last",
        net("plain-152", "gradient_first_over_last"),
        over(1e9),
    ),
    "shortcut_tames": Claim(
        "signal",
        "he",
        "Untrained ResNet-152 with BN: the same ratio stays below a hundred thousand.",
        "first/last",
        net("residual-152", "gradient_first_over_last"),
        under(1e5),
    ),
    "bn_holds_signal": Claim(
        "signal",
        "he",
        "Untrained nets of 152 layers with BN, plain or residual: the last block’s signal is within three times the first one’s.",
        "last/first",
        furthest_signal,
        under(3),
    ),
    "he_is_healthy": Claim(
        "signal",
        "he",
        "Untrained plain-152 without BN, He initialisation: the ratio is between 1/1000 and 1000.",
        "first/last",
        net("plain-152 without BN", "gradient_first_over_last"),
        within(1e-3, 1e3),
    ),
    "residual_grows": Claim(
        "signal",
        "he",
        "Untrained ResNet-152 without BN: the signal grows more than a million times.",
        "last/first",
        net("residual-152 without BN", "signal_last_over_first"),
        over(1e6),
    ),
    "default_vanishes": Claim(
        "signal",
        "default",
        "Untrained plain-152 without BN, PyTorch’s default initialisation: the signal is exactly 0 at the end.",
        "last/first",
        net("plain-152 without BN", "signal_last_over_first"),
        lambda value: value == 0,
    ),
    "plain_degrades": Claim(
        "degradation",
        "pair",
        "Plain-56 ends with a higher training loss than plain-20.",
        "nats",
        lambda summary: summary["plain_gap"],
        over(degradation.MARGIN),
    ),
    "residual_does_not": Claim(
        "degradation",
        "pair",
        "Residual-56 does not end with a higher training loss than residual-20.",
        "nats",
        lambda summary: summary["residual_gap"],
        under(degradation.MARGIN),
    ),
    "residual_b": Claim(
        "degradation",
        "pair-B",
        "With projection shortcuts (option B), residual-56 does not end with a higher training loss.",
        "nats",
        lambda summary: summary["residual_gap"],
        under(degradation.MARGIN),
    ),
    "zero_slow": Claim(
        "degradation",
        "zero",
        "Last γ at 0, a rate of 0.01: residual-56 ends over 1 nat after 120 steps.",
        "nats",
        net("residual-56", "final_loss"),
        over(1),
    ),
    "fast_stuck": Claim(
        "degradation",
        "fast",
        "Last γ at 1, a rate of 0.3: residual-56 ends over 1 nat.",
        "nats",
        net("residual-56", "final_loss"),
        over(1),
    ),
    "zero_fast": Claim(
        "degradation",
        "fast-zero",
        "Last γ at 0, a rate of 0.3: residual-56 ends below 0.5 nats.",
        "nats",
        net("residual-56", "final_loss"),
        under(0.5),
    ),
    "plain_rises": Claim(
        "degradation",
        "sweep",
        "Plain nets: each deeper one of 8 … 56 layers ends with a higher training loss.",
        "nats",
        rises("plain"),
        over(0),
    ),
    "plain_climbs": Claim(
        "degradation",
        "sweep",
        "Plain-56 ends with a higher training loss than plain-8.",
        "nats",
        lambda summary: summary["plain_gap"],
        over(degradation.MARGIN),
    ),
    "identity_exact": Claim(
        "identity",
        "pair",
        "Plain-20 inside plain-56: the largest difference of any output is exactly 0.",
        "logit",
        lambda summary: summary["largest_difference"],
        lambda value: value == 0,
    ),
    "scratch_worse": Claim(
        "identity",
        "pair",
        "Plain-56 from scratch ends with a higher training loss than that.",
        "nats",
        lambda summary: summary["scratch_loss"] - summary["inserted_loss"],
        over(0),
    ),
    "bn_widens": Claim(
        "learning-rate",
        "residual",
        "Residual-20: at least two more of the seven rates work with BN than without.",
        "rates more",
        more_rates,
        over(1),
    ),
    "bn_larger": Claim(
        "learning-rate",
        "residual",
        "Residual-20: the largest workable rate is at least 3 times larger with BN, or none works without.",
        "times",
        larger_rate,
        lambda value: value is None or value > 2.9,
    ),
    "bn_better": Claim(
        "learning-rate",
        "residual",
        "Residual-20: at its own best rate the net with BN reaches a lower training loss.",
        "nats lower",
        lambda summary: summary["none"]["best_loss"] - summary["batch"]["best_loss"],
        over(0),
    ),
    "bn_fails": Claim(
        "learning-rate",
        "residual",
        "Residual-20 with BN: a rate of 1 does not work.",
        "largest that works",
        lambda summary: max(summary["batch"]["workable"], default=0),
        under(1),
    ),
    "tiny_rates": Claim(
        "learning-rate",
        "residual",
        "Residual-20: at a rate of 0.001 neither net works, BN or not.",
        "smallest that works",
        lambda summary: min(summary["batch"]["workable"] + summary["none"]["workable"], default=1),
        over(0.001),
    ),
    "bn_widens_plain": Claim(
        "learning-rate",
        "plain",
        "Plain-8: at least two more of the seven rates work with BN than without.",
        "rates more",
        more_rates,
        over(1),
    ),
    "plain_shatters": Claim(
        "shattered",
        "lines",
        "Plain-56: gradients of neighbouring inputs are all but unrelated (correlation below 0.1).",
        "correlation",
        net("plain-56", "lag_1"),
        under(0.1),
    ),
    "residual_resists": Claim(
        "shattered",
        "lines",
        "Residual-56: they are related (correlation over 0.5).",
        "correlation",
        net("residual-56", "lag_1"),
        over(0.5),
    ),
    "residual_survives": Claim(
        "lesion",
        "pair",
        "Residual-56: the median deleted block leaves the test error below 10 %.",
        "% error",
        lambda summary: summary["residual"]["median_error_percent"],
        under(10),
    ),
    "plain_collapses": Claim(
        "lesion",
        "pair",
        "Plain-20: the median deleted block takes the test error over 70 %.",
        "% error",
        lambda summary: summary["plain"]["median_error_percent"],
        over(70),
    ),
    "early_blocks_matter": Claim(
        "lesion",
        "pair",
        "Residual-56: the worst single block still takes it over 30 %.",
        "% error",
        lambda summary: summary["residual"]["most_error_percent"],
        over(30),
    ),
    "worst_is_early": Claim(
        "lesion",
        "pair",
        "Residual-56: that block is in the first stage.",
        "stage",
        lambda summary: int(summary["residual"]["worst_block"][5]),
        under(2),
    ),
    "short_paths": Claim(
        "lesion",
        "pair",
        "Residual-56: over half of the gradient comes through paths shorter than the typical one.",
        "share",
        lambda summary: summary["paths"]["gradient_below_typical"],
        over(0.5),
    ),
    "residual_bowl": Claim(
        "landscape",
        "20",
        "Residual-20: at least 98 % of the steps outward go uphill.",
        "share",
        lambda summary: summary["residual"]["uphill_share"],
        over(0.98),
    ),
    "plain_plateau": Claim(
        "landscape",
        "20",
        "Plain-20: less than 90 % of them do.",
        "share",
        lambda summary: summary["plain"]["uphill_share"],
        under(0.9),
    ),
}

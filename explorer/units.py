"""How numbers are written, and the marks that say where each comes from. No figure is formatted anywhere else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

PROVENANCE = {  # mark -> what it means; stands beside every figure
    "computed": "worked out exactly, from the model and its layers",
    "measured": "on this machine, just now",
    "measured earlier": "on this machine, earlier in this visit; when stands beside it",
    "recorded": "measured earlier, and shipped with this app; where it is from stands beside it",
    "published": "from the cited source",
    "estimated": "computed under the stated assumptions; its error is tested",
}
PROVENANCE_MARK = {
    "computed": "∑",
    "measured": "◆",
    "measured earlier": "◆",
    "recorded": "◇",
    "published": "§",
    "estimated": "≈",
}


def mark(source: str) -> str:
    """The mark of a source in words: "computed from the model" → "∑", "recorded run; …" → "◇". A citation is published."""
    first = re.match(r"\w*", source)
    return PROVENANCE_MARK.get(first[0] if first else "", PROVENANCE_MARK["published"])


_COUNTS = (  # least value that rounds to 1.00 of the unit, unit, suffix, digits
    (999.995e12, 1e15, "P", 2),
    (999.995e9, 1e12, "T", 2),
    (999.995e6, 1e9, "G", 2),
    (999.95e3, 1e6, "M", 2),
    (999.5, 1e3, "K", 1),
)
_SIZES = (  # least value that rounds to 1.0 of the unit, unit, suffix
    (999.95e12, 1e15, "PB"),
    (999.95e9, 1e12, "TB"),
    (999.95e6, 1e9, "GB"),
    (999.95e3, 1e6, "MB"),
    (1e3, 1e3, "KB"),
)


def fixed(value: float, places: int) -> str:
    """With so many places, commas between the thousands and a minus: −1234.5 → '−1,234.50'; never '−0.00'."""
    text = f"{value:,.{places}f}"
    return text.replace("-", "−" if any(digit in text for digit in "123456789") else "")


def plain(value: float) -> str:
    """As many of six places as it needs: 28.5 → '28.5', 1000000.0 → '1,000,000'."""
    return fixed(value, 6).rstrip("0").rstrip(".")


def count(value: float) -> str:
    """1179648 → '1.18 M', 69632 → '69.6 K', 25557032 → '25.56 M', 64 → '64'."""
    for least, factor, suffix, digits in _COUNTS:
        if abs(value) >= least:
            return f"{value / factor:,.{digits}f} {suffix}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def macs(value: float) -> str:
    """4089184256 → '4.09 GMACs'."""
    text = count(value)
    return f"{text}MACs" if text[-1].isalpha() else f"{text} MACs"


def size(value: float) -> str:
    """Bytes in decimal units, as memory of devices is sold: 89726880 → '89.7 MB'."""
    for least, factor, suffix in _SIZES:
        if abs(value) >= least:
            return f"{fixed(value / factor, 1)} {suffix}"
    return f"{fixed(value, 0)} B"


def pixels(value: float | None) -> str:
    """A receptive field: '427 px', or that it is the whole picture."""
    return "whole picture" if value is None else f"{value:,.0f} px"


def seconds(value: float) -> str:
    """Three digits: 0.00321 → '3.21 ms', 0.045 → '45.0 ms'."""
    for factor, suffix in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if abs(value) >= factor:
            shown = value / factor
            places = 2 if abs(shown) < 9.995 else 1 if abs(shown) < 99.95 else 0
            return f"{shown:,.{places}f} {suffix}"
    return f"{value * 1e9:,.0f} ns"


def rate(per_s: float) -> str:
    """Pictures per second, whole ones from 100 on, else three digits: 13730.4 → '13,730', 8.412 → '8.41'."""
    places = 2 if per_s < 9.995 else 1 if per_s < 99.95 else 0
    return f"{per_s:,.{places}f}"


def percent(share: float, places: int = 0) -> str:
    """0.2 → '20 %', −0.029 with one place → '−2.9 %'."""
    return f"{fixed(100 * share, places)} %"


def chance(share: float) -> str:
    """A share or a probability in percent with one place; near certainty is not rounded up to it, nor what is hardly likely down to
    nothing: 0.99997 → '> 99.9 %', 0.0001 → '< 0.1 %'."""
    return "> 99.9 %" if share > 0.9995 else "< 0.1 %" if share < 0.0005 else percent(share, 1)


def exact(value: float) -> str:
    """With thousands separators: '25,557,032'."""
    return fixed(value, 0)


SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Scientific(float):
    """A float that prints powers of ten as people write them: 3e+11 → 3·10¹¹."""

    def __format__(self, spec: str) -> str:
        mantissa, exponential, exponent = super().__format__(spec).partition("e")
        mantissa = mantissa.removeprefix("-") if float(mantissa) == 0 else mantissa.replace("-", "−")
        return f"{mantissa}·10{str(int(exponent)).translate(SUPERSCRIPTS)}" if exponential else mantissa


def rough(value: float) -> str:
    """Two digits: 0.03142 → '0.031', 123.4 → '120', 1.0 → '1', 31000.0 → '3.1·10⁴'."""
    rounded = float(f"{value:.1e}")
    return plain(rounded) if 1e-3 <= abs(rounded) < 1e4 or not rounded else f"{Scientific(rounded):.2g}"


def ends(most: float) -> tuple[str, str]:
    """What stands at the ends of a scale around 0: 1.94 → ('−1.9', '+1.9')."""
    return f"−{rough(most)}", f"+{rough(most)}"


def shape(dims: Sequence[int], batch: bool = False) -> str:
    """(1, 64, 56, 56) → '56×56×64', height × width × channels as the paper writes; with the batch, if asked, as torch writes it:
    '1×64×56×56'."""
    return "×".join(map(str, dims if batch else (*dims[2:], dims[1])))


def shape_asked(dims: Sequence[int]) -> str:
    """What stands in the place of `shape` where it is asked for: '?×?×?'."""
    return "×".join("?" * (len(dims) - 1))


TERM = r"‖?(?:F\(x\)|\bx\b|\bsum\b)‖?"
FORMULA = re.compile(rf"{TERM}(?:\s+[-+−=÷/]\s+{TERM})+")


def unbroken(text: str) -> str:
    """A sentence whose formulas stand each in one line: 'makes it F(x) + x.' with no-break spaces around its sign."""
    return FORMULA.sub(lambda found: "\u00a0".join(found[0].split()), text)


FORMATS: dict[str, Callable[..., str]] = {
    "count": count,
    "MACs": macs,
    "bytes": size,
    "px": pixels,
    "s": seconds,
}  # Metric.unit -> short form


def short(value: float | None, unit: str) -> str:
    """A metric's value in its unit's short form; '–' where there is none."""
    return "–" if value is None and unit != "px" else FORMATS[unit](value)

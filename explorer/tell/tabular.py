"""Plain rows as CSV, Markdown and LaTeX."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence


def csv_text(rows: Sequence[Mapping[str, object]]) -> str:
    """Plain rows as CSV with a header line; lists as JSON."""
    out = io.StringIO()
    names = list(dict.fromkeys(key for row in rows for key in row))
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {key: json.dumps(value) if isinstance(value, (list, dict)) else value for key, value in row.items()}
        for row in rows
    )
    return out.getvalue()


def markdown(rows: Sequence[Mapping[str, str]]) -> str:
    """Plain rows as a Markdown table."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *(list(row.values()) for row in rows)]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


_IN_LATEX = str.maketrans(
    {
        **{sign: f"\\{sign}" for sign in "%&_#${}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "×": r"$\times$",
        "·": r"$\cdot$",
        "−": "$-$",
        "≈": r"$\approx$",
        "–": "--",
        "’": "'",
    }
)


def latex_text(text: str) -> str:
    """Words as LaTeX shows them."""
    return text.translate(_IN_LATEX)


def latex_number(text: str) -> str:
    """'25,557,032' → '25{,}557{,}032': no space after a comma in a formula."""
    return text.replace(",", "{,}")


def latex(title: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A `tabular` under its title; the rows are LaTeX already. The second column is set to the right."""
    lines = [" & ".join(row) + r" \\" for row in rows]
    head = " & ".join(latex_text(name) for name in names) + r" \\"
    columns = "".join("r" if index == 1 else "l" for index in range(len(names)))
    return "\n".join(
        [
            f"\\begin{{tabular}}{{{columns}}}",
            f"\\multicolumn{{{len(names)}}}{{l}}{{{latex_text(title)}}} \\\\",
            r"\hline",
            head,
            r"\hline",
            *lines,
            r"\hline",
            r"\end{tabular}",
            "",
        ]
    )

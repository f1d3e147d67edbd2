"""The sheet of `tell.sheet` to be read, copied and cited: on the page, and as text, Markdown, CSV and LaTeX."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from functools import lru_cache

from markupsafe import Markup

from explorer.spec.chosen import Chosen
from explorer.tell import markup, tabular
from explorer.tell.codegen import code
from explorer.tell.sheet import Sheet, of, own, timed
from explorer.timing.data.measurement import Measurement

TAKE = "Take it along"
ABOUT = r"\approx "
WHERE_ASSUMED = (
    "Memory is an estimate, of PyTorch alone on one device; all that it assumes stands on Numbers, below the sheet."
)
COLUMNS = 100  # of the sheet as text: what is to know of a line goes on below it


def to_text(made: Sheet) -> str:
    """Four aligned columns under the title, what to know below: for a mail, and a terminal of 120 columns."""
    cells = [
        (line.label, line.short, f"{line.in_full} {line.unit}" if line.proof else "", line.source if line.proof else "")
        for line in made.lines
    ]
    labels, shorts, exact, _ = (max(map(len, column)) for column in zip(*cells))
    rows = [
        f"{one:<{labels}}  {short:>{shorts}}  {full:<{exact}}  {source}".rstrip() for one, short, full, source in cells
    ]
    notes = [textwrap.fill(note, COLUMNS, subsequent_indent="  ") for note in _notes(made)]
    return "\n".join([made.title, "", *rows, "", *notes]) + "\n"


def _notes(made: Sheet) -> list[str]:
    """What to know of each line, and of all that is estimated, in a sentence each."""
    return [*(f"{line.label}: {line.note}." for line in made.lines if line.note), _assumed(made)]


def _assumed(made: Sheet) -> str:
    return f"Of memory it is assumed: {'; '.join(made.assumed)}."


def to_markdown(made: Sheet) -> str:
    """Title and table with the proofs, and what to know."""
    return f"**{made.title}**\n\n{tabular.markdown(_table(made))}\n{_assumed(made)}\n"


def to_latex(made: Sheet) -> str:
    """A `tabular` with values in full, those that are estimated with their sign; below it what to know. Needs no package."""
    rows = [
        [
            tabular.latex_text(line.label),
            f"${ABOUT if line.source == 'estimated' else ''}{tabular.latex_number(line.in_full)}$"
            if line.proof
            else tabular.latex_text(line.short),
            tabular.latex_text(line.unit if line.proof else ""),
            tabular.latex_text(line.source),
        ]
        for line in made.lines
    ]
    notes = "".join(f"\\par {tabular.latex_text(note)}\n" for note in _notes(made))
    return f"{tabular.latex(made.title, ('Figure', 'Value', 'Unit', 'Source'), rows)}{{\\footnotesize\n{notes}\\par}}\n"


def to_csv(made: Sheet) -> str:
    """A line per number, the configuration in each, and what is assumed in each that is an estimate of memory."""
    estimates = {"estimated": "; ".join(made.assumed)}
    return tabular.csv_text(
        [
            {
                "configuration": made.title,
                **row,
                "assumed": estimates.get(row["source"], "") if row["unit"] == "bytes" else "",
            }
            for row in made.rows
        ]
    )


def _table(made: Sheet) -> list[dict[str, str]]:
    return [
        {
            "Figure": line.label,
            "Short": line.short,
            "In full": line.in_full,
            "Unit": line.unit,
            "Source": line.source,
            "How": f"`{line.proof.text}`" if line.proof else "",
            "What to know": line.note,
        }
        for line in made.lines
    ]


COPIES: dict[str, Callable[[Sheet], str]] = {  # slug of the link → what is copied
    "text": to_text,
    "markdown": to_markdown,
    "csv": to_csv,
    "latex": to_latex,
}


def copied(form: str, one: Sheet, chosen: Chosen) -> str:
    """The whole sheet as text, or the net's own code. form: of `questions.COPY`."""
    return code(chosen.spec, chosen.height, chosen.width) if form == "code" else COPIES[form](one)


@lru_cache(maxsize=64)  # forty kilobytes each
def shown(chosen: Chosen) -> Markup:
    """`table` of this configuration, made once for all who look at it."""
    return table(of(chosen))


@lru_cache(maxsize=256)
def taken(form: str, chosen: Chosen) -> str:
    """`copied` of this configuration, made once."""
    return copied(form, of(chosen), chosen)


def shown_to(chosen: Chosen, mine: Sequence[Measurement]) -> Markup:
    """`shown` to a visitor who has timed these passes."""
    run = own(chosen, mine)
    return table(timed(chosen, run)) if run else shown(chosen)


def taken_by(form: str, chosen: Chosen, mine: Sequence[Measurement]) -> str:
    """`taken` by a visitor who has timed these passes."""
    run = own(chosen, mine)
    return copied(form, timed(chosen, run), chosen) if run else taken(form, chosen)


def table(one: Sheet) -> Markup:
    """A line per number: in words, as people say it, in full; and what it is."""
    cards, lines = markup.Cards("sheet"), []
    for line in one.lines:
        number = cards.number(line.proof, line.short) if line.proof else Markup("{}").format(line.short)
        in_full = cards.number(line.proof) if line.proof else Markup("")
        lines.append(
            Markup(
                '<tr><td>{} {}</td><td class="num big">{}</td><td class="num">{} {}</td><td class="soft">{}</td></tr>'
            ).format(
                cards.explained(line.label),
                markup.mark(line.source) if line.source else "",
                number,
                in_full,
                line.unit if line.proof else "",
                cards.explained(line.note),
            )
        )
    head = Markup('<th>{}</th><th class="num">in short</th><th class="num">in full</th><th>what to know</th>').format(
        one.title
    )
    return Markup('{}<div class="note">Click a number for its proof. {}</div>{}').format(
        markup.framed(head, markup.joined(lines), "sheet"), _assumed(one), cards.html()
    )

"""From a file to figures taken and proposed, and the page that shows what was read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader

from par_intake import documents, phrases, template
from par_intake.documents import Report
from par_intake.figures import Figure, Found, checked, doubts, tables
from par_intake.forms import Reading
from par_intake.sentences import read_text
from par_intake.tables import Table, text_of
from par_lib.language.labels import TABLE_LABELS, measures
from par_lib.language.translation import N_, Language

_SHOWN = 400  # rows of a table on the page


@dataclass(frozen=True, repr=False)
class Result:
    """What one file gave: figures taken or proposed, and what is left."""

    file: str
    year: int
    report: Report
    found: Found
    grids: list[list[Table]] = field(default_factory=list)

    @property
    def taken(self) -> list[Figure]:
        """Figures that nobody needs to look at."""
        return [one for one in self.found.figures if not one.doubts]

    @property
    def proposed(self) -> list[Figure]:
        """Figures that wait for a person, those with the fewest doubts first."""
        return sorted(
            (one for one in self.found.figures if one.doubts), key=lambda o: len(o.doubts)
        )

    def tables(self, source: str) -> dict[tuple[int, str], pd.DataFrame]:
        """Raw tables of what is taken, by year of the data and name."""
        return tables(self.taken, source=source, year=self.year)

    @property
    def title(self) -> str:
        """The file's first line."""
        lines = [line.text for line in self.report.lines]
        titles = [text for one in self.grids for table in one for text in table.titles]
        return next(iter([*lines, *titles]), self.file)[:200]

    def page(self, t: Language) -> str:
        """The reading page in the reader's language, self-contained."""
        environment = Environment(loader=PackageLoader("par_intake"), autoescape=True)
        return environment.get_template("read_report.html.j2").render(
            t=t, file=self.file, lines=list(self._lines(t)), grids=list(self._tables(t)),
            taken=self.taken, proposed=self.proposed, left=self.found.left, told=self.found.told,
            labels=TABLE_LABELS, doubts=doubts, called=_called, n=N_,
        )  # fmt: skip

    def _lines(self, t: Language) -> Iterator[dict]:
        """Every line of the text as parts; a number that was read carries what became of it."""
        said = {
            one.at: ("left", t(one.reason, about=one.about)) for one in self.found.left if one.at
        }
        for one in self.found.figures:
            if one.at and one.at not in said:
                kind = "proposed" if one.doubts else "taken"
                said[one.at] = (
                    kind,
                    ", ".join(filter(None, [one.measure, one.row.get("unit"), one.end])),
                )
        for number, line in enumerate(self.report.lines):
            parts, end = [], 0
            for numeral in phrases.find_numerals(line.text):
                kind, title = said.get((number, numeral.start), ("", ""))
                if kind:
                    parts += [{"text": line.text[end : numeral.start]},
                              {"text": numeral.text, "kind": kind, "title": title}]  # fmt: skip
                    end = numeral.end
            parts.append({"text": line.text[end:]})
            yield {"parts": parts, "depth": max(0, line.depth - 4), "head": line.place == "heading"}

    def _tables(self, t: Language) -> Iterator[dict]:
        """The tables in order; of lists of persons only how long they are."""
        for number, one in enumerate(self.grids):
            grid = self.report.grids[number]
            for shown in {id(table.grid.rows): table.grid for table in one}.values():
                rows = [[text_of(cell) for cell in row] for row in shown.rows[:_SHOWN]]
                if any(table.form in ("list", "answers") for table in one):
                    rows = []
                yield {"name": grid.name, "rows": rows, "length": len(shown.rows)}
            if not one:  # without a header nobody knows which column names persons
                yield {"name": grid.name, "rows": [], "length": len(grid.rows)}


def _called(measure: str, t: Language) -> str:
    """A column or a single figure in the reader's words; a measure nobody named yet as it is."""
    if measure in template.HEADERS:
        return template.header(measure, t)
    named = measures()
    return named.loc[measure, t.code] if measure in named.index else measure.replace("_", " ")


def read(file: Path, known: pd.DataFrame, year: int) -> Result:
    """Read a file about ``year`` with a province's units ``known``.

    Raises documents.ReportError for a file that cannot be read.
    """
    return understand(documents.load(file), known, year, file.name)


def understand(report: Report, known: pd.DataFrame, year: int, name: str = "") -> Result:
    """What the text and the tables of a report give."""
    found = Found()
    reading = Reading(known, year)
    grids = [reading.read(grid, found) for grid in report.grids]
    figures, left = read_text(report, known, year)
    figures = [*found.figures, *figures]
    found.left += left
    found.figures = checked(figures, year)
    return Result(name, year, report, found, grids)

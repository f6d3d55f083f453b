"""A dossier register of any size, one row a dossier, counted into a histogram of days late.

Columns: id, unit (code), level, procedure, field, received, due, finished (missing while open),
online. DuckDB counts it where it lies, larger than memory if need be. Counts of integer days are
additive: those of several files add up, and quantiles from them are exact.
"""

import csv
import datetime as dt
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from par_lib.cleaning import findings
from par_lib.cleaning.schema import FEWEST_DOSSIERS, LEVELS, of_enough
from par_lib.language import N_, Period, Refused, say
from par_lib.storage import paths

if TYPE_CHECKING:
    import duckdb

COLUMNS = ("id", "unit", "level", "procedure", "field", "received", "due", "finished", "online")
KEYS = ["unit", "level", "procedure", "month", "finished", "days_late", "open_days"]
KINDS = {"finished": bool, "days_late": int, "open_days": float, "dossiers": int,
         "month": "datetime64[s]"}  # fmt: skip
SUFFIXES = (".parquet", ".csv")
SOURCE = "register"  # its entry in sources.toml
_MEMORY = "1GB"
DUE = ("overdue", "due_this_week", "due_next_week", "due_later")
AGES = ("open_10_days", "open_30_days", "open_longer")  # since receipt
FEWEST_OF_CURVE = 30  # finished dossiers of a procedure; where there are fewer, the curve of all
_FAULT_WORDS = {
    "broken_row": N_("rows have too many or too few cells, or a quote that is not closed"),
    "missing_cell": N_("rows have no id, unit, level or procedure"),
    "unknown_unit": N_("rows name a unit that units.csv does not know"),
    "unknown_level": N_("rows name a level that does not exist"),
    "missing_date": N_("rows lack the date of receipt or the due date, or have one that is no "
                       "date"),
    "finished_before_received": N_("rows were finished before they were received"),
    "impossible_date": N_("rows are due before they were received, or are of other years, or came "
                          "in after the day of the register"),
    "duplicate": N_("rows repeat the id of another"),
}  # fmt: skip
FAULTS = tuple(_FAULT_WORDS)

_ROWS = """
CREATE TEMP TABLE twice AS
    SELECT id, count(*) - 1 AS extra FROM dossiers WHERE id IS NOT NULL
    GROUP BY id HAVING count(*) > 1;
CREATE TEMP VIEW once AS
    SELECT * FROM dossiers ANTI JOIN twice USING (id)
    UNION ALL
    SELECT * EXCLUDE (place) FROM (
        SELECT *, row_number() OVER (PARTITION BY id ORDER BY received, due, finished) AS place
        FROM dossiers SEMI JOIN twice USING (id)
    ) WHERE place = 1;
"""
# Rows by their days first; names are looked at once a group, not once a dossier.
_HISTOGRAM = """
SELECT
    CASE WHEN fault = 'missing_cell' OR nullif(trim(unit), '') IS NULL
            OR nullif(trim(level), '') IS NULL OR nullif(trim(procedure), '') IS NULL
            THEN 'missing_cell'
         WHEN unit NOT IN (SELECT unnest($units)) THEN 'unknown_unit'
         WHEN level NOT IN (SELECT unnest($levels)) THEN 'unknown_level' ELSE fault END AS fault,
    unit, level, procedure, CAST(month AS DATE) AS month, finished, days_late, open_days,
    CAST(sum(rows) AS BIGINT) AS dossiers
FROM (
    SELECT
        CASE WHEN id IS NULL OR id = '' THEN 'missing_cell'
             WHEN due IS NULL OR received IS NULL OR unread THEN 'missing_date'
             WHEN finished < received THEN 'finished_before_received'
             WHEN due < received OR due > received + 3653 OR received > $until OR finished < $first
                THEN 'impossible_date' END AS fault,
        unit, level, procedure, date_trunc('month', received) AS month,
        finished IS NOT NULL AND finished <= $until AS finished,
        CAST(date_diff('day', due, CASE WHEN finished <= $until THEN finished ELSE $until END)
            AS INTEGER) AS days_late,
        CASE WHEN $snapshot AND (finished IS NULL OR finished > $until)
            THEN CAST(date_diff('day', received, $until) AS INTEGER) END AS open_days,
        count(*) AS rows
    FROM once
    WHERE $since IS NULL OR received IS NULL
        OR received <= $until AND (finished IS NULL OR finished >= $since)
    GROUP BY ALL
) GROUP BY ALL
"""
_BROKEN = """
SELECT count(DISTINCT (file_path, line_byte_position))
FROM reject_errors JOIN reject_scans USING (scan_id, file_id)
"""


def files_of(province: str, year: int) -> list[Path]:
    """Files of a year's register: data/raw/<province>/register/year=<year>/*.parquet or *.csv."""
    folder = paths.raw(province) / "register" / f"year={year}"
    return sorted(file for file in folder.glob("[!.]*") if file.suffix.lower() in SUFFIXES)


def counted_to(sources: pd.DataFrame, period: int | Period) -> tuple[dt.date, bool]:
    """The last day that a period's register counts, and whether it is a snapshot of that day.

    It is one where the ``date`` of its source is a day of the period; else it counts to the end.
    """
    day, (start, end) = sources["date"].get(SOURCE) or dt.date.max, Period(period).span()
    return (day, True) if start <= day <= end else (end, False)


def count(files: Sequence[Path], *, units: Iterable[str], until: dt.date, snapshot: bool = False,
          since: dt.date | None = None) -> tuple[pd.DataFrame, dict[str, int]]:  # fmt: skip
    """Count a register: its histogram, and how many rows each of FAULTS kept out; of none, empty.

    The histogram has a row for each of KEYS that occurs, with ``dossiers``; month is that of
    receipt, days_late below zero of early ones. A dossier not finished by ``until`` is open:
    ``finished`` is false, days_late the days from its due date to ``until`` and, of a ``snapshot``,
    open_days those since its receipt, which are missing of all others. With ``since`` only those
    finished from then on, or open. Of rows with one id
    the first by dates is kept. Times of day are left out; a CSV writes days as 2022-12-31.
    Impossible are dates due before receipt or ten years after it, receipt after ``until`` and an
    end before its year. ValueError naming the file for one that cannot be read or lacks a column.
    """
    if not files:
        return pd.DataFrame(columns=[*KEYS, "dossiers"]), {}
    import duckdb  # only whoever has a register pays for it

    with tempfile.TemporaryDirectory(prefix="par-") as spill:
        config = {"memory_limit": _MEMORY, "temp_directory": spill}
        with duckdb.connect(config=config) as connection:
            try:
                _open(connection, files)
                connection.execute(_ROWS)
                values = {"units": list(units), "levels": list(LEVELS), "until": until,
                          "first": until.replace(month=1, day=1), "since": since,
                          "snapshot": snapshot}  # fmt: skip
                found = connection.execute(_HISTOGRAM, values).df()
                twice = connection.execute("SELECT coalesce(sum(extra), 0) FROM twice").fetchone()
                has_csv = any(map(_is_csv, files))
                broken = connection.execute(_BROKEN).fetchone() if has_csv else (0,)
            except duckdb.Error as error:
                several = N_("{folder}, one of its files")
                which = files[0] if len(files) == 1 else say(several, folder=files[0].parent)
                raise _unreadable(which, error) from error
    faults = found.groupby("fault")["dossiers"].sum().to_dict()  # without those that have none
    faults |= {"duplicate": int(twice[0]), "broken_row": int(broken[0])}
    histogram = found[found["fault"].isna()].drop(columns="fault")
    kept = {name: int(faults[name]) for name in FAULTS if faults.get(name)}
    return histogram.sort_values(KEYS, ignore_index=True), kept


def faults_found(faults: dict[str, int], year: int) -> Iterator[findings.Finding]:
    """A finding for each kind of row that was left out of the counts."""
    what = N_("Dossier register: {rows} {fault}; they are not counted.")
    judged = "gap", N_("Correct these rows where the register is kept.")
    trace = {"source": SOURCE, "locator": str(year)}
    for name, rows in faults.items():
        yield findings.found("register_faults", name, what, (rows, None), judged, trace,
                             rows=rows, fault=_FAULT_WORDS[name])  # fmt: skip


def late_dossiers(histogram: pd.DataFrame, *,
                  by: tuple[str, ...] = ("unit", "level")) -> pd.DataFrame:  # fmt: skip
    """Counts by unit and level: received, resolved, on_time, late (resolved after the due date)."""
    dossiers, is_late = histogram["dossiers"], histogram["days_late"] > 0
    resolved = dossiers.where(histogram["finished"], 0)
    counts = histogram[[*by]].assign(received=dossiers, resolved=resolved,
                                     on_time=resolved.mask(is_late, 0),
                                     late=resolved.where(is_late, 0))  # fmt: skip
    return counts.groupby([*by]).sum().reset_index()


def quantile(histogram: pd.DataFrame, share: float) -> int | None:
    """The smallest number of days late that at least ``share`` of finished dossiers do not exceed.

    None of no dossier; ValueError for a share outside (0, 1].
    """
    if not 0 < share <= 1:
        raise Refused("share is {share}; write one above 0 and at most 1", share=share)
    done = histogram[histogram["finished"]]
    if done.empty:
        return None
    days, weights = done["days_late"], done["dossiers"]
    return int(np.quantile(days, share, weights=weights, method="inverted_cdf"))


def still_open(histogram: pd.DataFrame) -> pd.DataFrame:
    """Share of dossiers not finished by so many days after their due date (Kaplan–Meier).

    Columns days_after_due, open_pct; empty of fewer than 10 dossiers, or where none is finished. A
    dossier still open at the end counts as open up to then and is left out after it, neither
    finished nor open for ever.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    days = histogram.groupby(["days_late", "finished"], as_index=False)["dossiers"].sum()
    if not days["finished"].any() or days["dossiers"].sum() < FEWEST_DOSSIERS:
        return pd.DataFrame({"days_after_due": [], "open_pct": []}, dtype=float)
    shift = days["days_late"].min() - 1  # it takes times above zero only
    curve = SurvfuncRight(days["days_late"] - shift, days["finished"].astype(int),
                          freq_weights=days["dossiers"])  # fmt: skip
    return pd.DataFrame({"days_after_due": curve.surv_times + shift,
                         "open_pct": 100 * curve.surv_prob})  # fmt: skip


def backlog(histogram: pd.DataFrame, *, day: dt.date) -> pd.DataFrame:
    """Open dossiers of a snapshot of a ``day``, soonest due first, with how likely they end late.

    The rows of ``histogram``, and due_date, days_left to it, the bands ``due`` (a week runs from
    Monday to Sunday; what is due on the day itself is within time) and ``age`` since receipt,
    ends_late_pct of those within time, and foreseen_late = dossiers × ends_late_pct / 100 of them.

    ends_late_pct = 100 × S(0) / S(−days_left − 1): of dossiers that were open as many days before
    their due date, those that ended late. S(t): not finished by t days after it, as ``still_open``,
    of the own procedure, or of all where fewer than FEWEST_OF_CURVE of it are finished (``attrs``
    has how many such, ``pooled``). It takes dossiers of a procedure to have about one term, and the
    present to work as the year did.
    """
    by = ["procedure", "days_late", "finished"]
    days = histogram.groupby(by, as_index=False)["dossiers"].sum()
    done = days[days["finished"]].groupby("procedure")["dossiers"].sum()
    known, of_all = done.index[done >= FEWEST_OF_CURVE], still_open(days)
    found = histogram[histogram["open_days"].notna()].assign(ends_late_pct=np.nan)
    for name, own in found.groupby("procedure"):
        curve = still_open(days[days["procedure"] == name]) if name in known else of_all
        open_pct = np.r_[100.0 if len(curve) else np.nan, curve["open_pct"]]
        before, at_due = (open_pct[np.searchsorted(curve["days_after_due"], until, side="right")]
                          for until in (own["days_late"] - 1, 0))  # fmt: skip
        found.loc[own.index, "ends_late_pct"] = 100 * at_due / before
    found.attrs["pooled"] = int((~found["procedure"].drop_duplicates().isin(known)).sum())
    left, sunday = -found["days_late"], 6 - day.weekday()
    found["ends_late_pct"] = found["ends_late_pct"].where(left >= 0)
    late = found["dossiers"] * found["ends_late_pct"] / 100
    found["foreseen_late"] = late.where(left >= 0, 0.0)
    found["due"] = pd.cut(left, [-np.inf, -1, sunday, sunday + 7, np.inf], labels=DUE)
    found["age"] = pd.cut(found["open_days"], [-1, 10, 30, np.inf], labels=AGES)
    found["due_date"] = pd.Timestamp(day) + pd.to_timedelta(left, "D")
    return found.assign(days_left=left).sort_values("days_left", kind="stable", ignore_index=True)


def by_due(backlog: pd.DataFrame, *, by: str | list[str]) -> pd.DataFrame:
    """Open dossiers by columns: how many of each of DUE, open_dossiers, foreseen_late, source."""
    due = {name: backlog["dossiers"].where(backlog["due"] == name, 0) for name in DUE}
    own = backlog.assign(open_dossiers=backlog["dossiers"], **due).groupby(by)
    counts = own[["open_dossiers", *DUE, "foreseen_late"]].sum(min_count=1)
    return counts.join(own[["status", "source", "locator"]].first()).reset_index()


def rates(histogram: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Finished dossiers by a column: finished_dossiers, late, late_pct, days_95, and their source.

    late_pct = 100 × late / finished, 0 to 100, lower is better, missing of fewer than 10; days_95:
    by how many days after their due date 95 of 100 were finished.
    """
    done = histogram[histogram["finished"]]
    late = done.assign(late=done["dossiers"].where(done["days_late"] > 0, 0))
    counts = late.groupby(by).agg(
        finished_dossiers=("dossiers", "sum"), late=("late", "sum"), status=("status", "first"),
        source=("source", "first"), locator=("locator", "first"),
    )  # fmt: skip
    share = 100 * counts["late"] / counts["finished_dossiers"]
    counts["late_pct"] = of_enough(share, counts["finished_dossiers"])
    counts["days_95"] = [quantile(own, 0.95) for _, own in done.groupby(by)]
    return counts.reset_index()


def _open(connection: "duckdb.DuckDBPyConnection", files: Sequence[Path]) -> None:
    """Make the view ``dossiers`` of the rows of all files."""
    import duckdb

    connection.execute("SET TimeZone = 'Asia/Ho_Chi_Minh'")  # where a time with a zone has its day
    scans = []
    for file in files:
        try:
            names = _columns(connection, file)
            if _is_csv(file):  # one by one: of several, columns would be taken by their place
                scans.append(connection.read_csv(
                    str(file), columns=dict.fromkeys(names, "VARCHAR"), header=True,
                    auto_detect=False, delimiter=",", quotechar='"', escapechar='"', comment="",
                    store_rejects=True,  # a row that is not read is counted
                ))  # fmt: skip
        except (OSError, UnicodeDecodeError, csv.Error, duckdb.Error) as error:
            raise _unreadable(file, error) from error
    # In one scan: ten side by side need more memory than is allowed.
    if parquet := [str(file) for file in files if not _is_csv(file)]:
        scans.append(connection.read_parquet(parquet))
    rows = (scan.project(_cells(scan)) for scan in scans)
    reduce(lambda upper, lower: upper.union(lower), rows).create_view("dossiers")


def _is_csv(file: Path) -> bool:
    return file.suffix.lower() == ".csv"


def _columns(connection: "duckdb.DuckDBPyConnection", file: Path) -> Sequence[str]:
    """Names of the columns of a file; of a CSV nothing is guessed."""
    if _is_csv(file):
        with file.open(encoding="utf-8-sig", newline="") as text:
            names = next(csv.reader(text), [])
    else:
        names = connection.read_parquet(str(file)).columns
    if missing := [column for column in COLUMNS if column not in names]:
        raise Refused("{file}: lacks {missing}; a register has {columns}, in small letters, "
                      "separated by commas",
                      file=file, missing=missing, columns=COLUMNS)  # fmt: skip
    return names


def _cells(scan: "duckdb.DuckDBPyRelation") -> str:
    """Columns as they are counted: text, and days; a blank cell is missing, "unread" no day."""
    kinds = dict(zip(scan.columns, map(str, scan.dtypes), strict=True))
    cells = [f"CAST({name} AS VARCHAR) AS {name}" for name in ("id", "unit", "level", "procedure")]
    unread = "FALSE"
    for name in ("received", "due", "finished"):
        cell = name
        if kinds[name] == "VARCHAR":
            cell = f"NULLIF(trim({name}), '')"
            unread = f"{cell} IS NOT NULL AND TRY_CAST({cell} AS TIMESTAMP) IS NULL"
        if kinds[name] != "DATE":
            cell = f"TRY_CAST(TRY_CAST({cell} AS TIMESTAMP) AS DATE)"
        cells.append(f"{cell} AS {name}")
    return ", ".join([*cells, f"{unread} AS unread"])


def _unreadable(file: Path | str, error: Exception) -> ValueError:
    why = str(error).partition("\n")[0]
    return ValueError(say("{file}: cannot be read as a register ({why:.200})", file=file, why=why))

"""Where figures come from: a province's sources.toml."""

import datetime as dt
import re

import pandas as pd

from par_lib.cleaning.schema import DataError
from par_lib.storage import paths
from par_lib.storage.paths import read_toml

RULEBOOK = "rulebook"  # the source of what only a rule of ours says
SYNTHETIC = "synthetic"  # kind of a source whose figures are invented
SOURCE_KINDS = ("report", "press", "law", "dataset", "derived", SYNTHETIC)
NAME = re.compile(r"[A-Za-z0-9]+([-_][A-Za-z0-9]+)*")  # of a source
_REQUIRED = ("title", "producer", "kind", "accessed")
_FIELDS = {
    "title": (str, '"…"'), "title_en": (str, '"…"'), "described": (bool, "true"),
    "producer": (str, '"…"'), "date": (dt.date, "2022-12-31"), "address": (str, '"https://…"'),
    "accessed": (dt.date, "2026-11-24"), "kind": (str, '"report"'), "data_years": (list, "[2022]"),
    "title_year": (int, "2023"), "data_year": (int, "2022"), "note": (str, '"…"'),
}  # fmt: skip
_OWN_RULES = {
    "title": "Bộ quy tắc tính điểm của dự án", "title_en": "Scoring rules of this project",
    "producer": "", "kind": "derived",
}  # fmt: skip


def load_sources(province: str) -> pd.DataFrame:
    """Sources in the order of sources.toml: index ``source``; ``number`` from 1; none at first.

    Raises FileNotFoundError where the province has no sources.toml, and DataError naming each
    source that lacks a title, producer, kind or day of access, and each field that is none.
    """
    path = paths.raw(province) / "sources.toml"
    place = path.relative_to(paths.root()).as_posix()
    try:
        written = read_toml(path, name=place)
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{place}: there is no such file; name every source there, as data/raw/README.md shows"
        ) from None
    except ValueError as error:
        raise DataError([str(error)]) from None
    problems = [f"{place}{fault}" for entry in written.items() for fault in _faults(*entry)]
    if problems:
        raise DataError(problems)
    real = [name for name, source in written.items() if source["kind"] != SYNTHETIC]
    if 0 < len(real) < len(written):
        raise DataError([
            f"{place}: real and synthetic sources stand together; keep them in two provinces, "
            f"or say that these are invented too, kind = {SYNTHETIC!r}: {', '.join(real)}"
        ])  # fmt: skip
    sources = pd.DataFrame.from_dict(written | {RULEBOOK: _OWN_RULES}, orient="index")
    sources.insert(0, "number", range(1, len(sources) + 1))
    return sources.rename_axis("source")


def _faults(name: str, source: object) -> list[str]:
    """What is wrong with one entry, each with its remedy."""
    if not isinstance(source, dict) or name == RULEBOOK:
        return [f": {name} is no [{name}] with fields of its own, or our own name; delete it"]
    found = []
    if not NAME.fullmatch(name):
        found.append(f", [{name}]: write letters a-z, digits and hyphens, as report-2024")
    for field in _REQUIRED:
        if source.get(field, "") == "":
            found.append(f", [{name}]: {field} is missing; write {field} = {_FIELDS[field][1]}")
    for field, value in source.items():
        kind, example = _FIELDS.get(field, (None, ""))
        if kind is None:
            found.append(f", [{name}]: {field} is no field; choose one of {', '.join(_FIELDS)}")
        elif type(value) is not kind:
            found.append(f", [{name}]: {field} is {value!r:.60}; write {field} = {example}")
    if found:
        return found
    if source["kind"] not in SOURCE_KINDS:
        kinds = ", ".join(SOURCE_KINDS)
        found.append(f", [{name}]: kind {source['kind']!r:.60}; choose one of {kinds}")
    # A page links it: nothing but an address of a page may stand there.
    if not re.match("https?://", source.get("address", "https://")):
        found.append(f", [{name}]: address {source['address']!r:.60}; begin it with https://")
    return found

"""Where figures come from: a province's sources.toml."""

import datetime as dt
import tomllib

import pandas as pd

from par_lib import paths
from par_lib.cleaning import DataError

RULEBOOK = "rulebook"  # the source of what only a rule of ours says
SYNTHETIC = "synthetic"  # kind of a source whose figures are invented
SOURCE_KINDS = ("report", "press", "law", "dataset", "derived", SYNTHETIC)
_SOURCE_FIELDS = {
    "title": (str, '"…"'),
    "producer": (str, '"…"'),
    "kind": (str, '"report"'),
    "accessed": (dt.date, "2026-11-24"),
}
_OWN_RULES = {
    "title": "Bộ quy tắc tính điểm của dự án",
    "title_en": "Scoring rules of this project",
    "producer": "",
    "kind": "derived",
}


def load_sources(province: str) -> pd.DataFrame:
    """Sources in the order of sources.toml: index ``source``; ``number`` from 1.

    Raises FileNotFoundError where the province has no sources.toml, and DataError
    naming each source that lacks a title, producer, kind or day of access.
    """
    path = paths.raw(province) / "sources.toml"
    place = path.relative_to(paths.root()).as_posix()
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{place}: there is no such file; name every source there, as data/raw/README.md shows"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError([f"{place}: cannot be read as TOML ({error})"]) from None
    problems = [
        f"{place}: {name} is no [{name}] with fields of its own, or our own name; delete it"
        for name, source in written.items()
        if not isinstance(source, dict) or name == RULEBOOK
    ] or [
        f"{place}, [{name}]: {field} is missing or not {kind.__name__}; write {field} = {example}"
        for name, source in written.items()
        for field, (kind, example) in _SOURCE_FIELDS.items()
        if type(source.get(field)) is not kind or source[field] == ""
    ] + [
        f"{place}, [{name}]: kind {source['kind']!r}; choose one of {', '.join(SOURCE_KINDS)}"
        for name, source in written.items()
        if source.get("kind") not in (None, "", *SOURCE_KINDS)
    ]
    if problems:
        raise DataError(problems)
    real = [name for name, source in written.items() if source["kind"] != SYNTHETIC]
    if 0 < len(real) < len(written):
        raise DataError(
            [
                f"{place}: real and synthetic sources stand together; keep them in two provinces, "
                f"or say that these are invented too, kind = {SYNTHETIC!r}: {', '.join(real)}"
            ]
        )
    sources = pd.DataFrame.from_dict(written | {RULEBOOK: _OWN_RULES}, orient="index")
    sources.insert(0, "number", range(1, len(sources) + 1))
    return sources.rename_axis("source")

"""Tables as CSV: text cell by cell when read; written so that a spreadsheet opens them as they are.

A first line that begins with # is a banner: it says what the whole table is, as "synthetic".
"""

from pathlib import Path

import pandas as pd

_FORMULA = r"^(?=[=+@\t\r-])"  # what a spreadsheet would take for a formula


def read_csv(path: Path) -> pd.DataFrame:
    """Every cell as text, the banner skipped; ``01`` stays ``01``, ``NA`` is a word.

    Labels of rows count from 0, or from 1 below a banner, so that a row's place in the file is
    told alike. Raises UnicodeDecodeError or a pandas ParserError for what is no table in UTF-8.
    """
    with path.open(encoding="utf-8-sig") as file:
        banner = file.readline().startswith("#")
    raw = pd.read_csv(
        path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skiprows=int(banner)
    )
    return raw.set_axis(raw.index + 1) if banner else raw


def to_csv(frame: pd.DataFrame, *, banner: str = "") -> bytes:
    """CSV in UTF-8 with a byte order mark, for Excel; words that begin like a formula get a '.

    Numbers keep the point as decimal mark; missing is empty.

    >>> to_csv(pd.DataFrame({"unit": ["=1+1"], "late": [-3]})).decode("utf-8-sig")
    "unit,late\\n'=1+1,-3\\n"
    """
    words = frame.select_dtypes(["str", "object"]).columns
    inert = {name: frame[name].str.replace(_FORMULA, "'", regex=True) for name in words}
    text = frame.assign(**inert).to_csv(index=False, lineterminator="\n")
    return (f"# {banner}\n{text}" if banner else text).encode("utf-8-sig")

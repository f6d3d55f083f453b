"""A table as CSV that a spreadsheet opens as it is, and in which no cell can run."""

import pandas as pd

_FORMULA = r"^(?=[=+@\t\r-])"  # what a spreadsheet would take for a formula


def to_csv(frame: pd.DataFrame) -> bytes:
    """CSV in UTF-8 with a byte order mark, for Excel; words that begin like a formula get a '.

    Numbers keep the point as decimal mark; missing is empty.

    >>> to_csv(pd.DataFrame({"unit": ["=1+1"], "late": [-3]})).decode("utf-8-sig")
    "unit,late\\n'=1+1,-3\\n"
    """
    words = frame.select_dtypes(["str", "object"]).columns
    inert = {name: frame[name].str.replace(_FORMULA, "'", regex=True) for name in words}
    text = frame.assign(**inert).to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8-sig")

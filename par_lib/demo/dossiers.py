"""An invented dossier register, and the late dossiers counted from it."""

from pathlib import Path

import numpy as np
import pandas as pd

from par_lib.demo.places import HOME, table

_PROCEDURES, _FIELDS = 24, 8
_TERM_DAYS = np.array([3, 5, 7, 10, 15, 20, 30, 45])


def register(
    units: pd.DataFrame, lateness: np.ndarray, year: int, count: int, number: int,
    rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    """One row a dossier received in the year; finished is missing while it is open at its end."""
    offices = units.index[units["level"].isin(["department", "district", "commune"])]
    size = units.loc[offices, "level"].map({"department": 3.0, "district": 6.0, "commune": 1.5})
    weight = size.to_numpy() * rng.uniform(0.5, 1.5, len(offices))
    picked = rng.choice(offices, size=count, p=weight / weight.sum())
    procedure = rng.integers(0, _PROCEDURES, count)
    received = np.datetime64(f"{year}-01-01") + rng.integers(0, 365, count)
    term = _TERM_DAYS[procedure % len(_TERM_DAYS)]
    late = rng.random(count) < lateness[picked] * (1 - 0.15 * number)
    over = np.where(late, 1 + rng.lognormal(1.6, 1.0, count).astype(int),
                    -(rng.random(count) * term).astype(int))  # fmt: skip
    finished = (received + term + over).astype("datetime64[D]")
    open_ = finished > np.datetime64(f"{year}-12-31")
    return pd.DataFrame(
        {
            "id": [f"{year}-{i:07}" for i in range(count)],
            "unit": units["code"].to_numpy()[picked],
            "level": units["level"].to_numpy()[picked],
            "procedure": [f"P{one:02}" for one in procedure],
            "field": [f"F{one % _FIELDS + 1}" for one in procedure],
            "received": received.astype("datetime64[s]"),
            "due": (received + term).astype("datetime64[s]"),
            "finished": pd.Series(finished.astype("datetime64[s]")).mask(open_),
            "online": rng.random(count) < 0.35 + 0.12 * number,
        }
    )


def save(folder: Path, register: pd.DataFrame, rng: np.random.Generator) -> None:
    """The register with a few faulty rows, as every real one has, for its reader to count."""
    faulty = register.sample(max(len(register) // 2_000, 4), random_state=rng).copy()
    kind = np.arange(len(faulty)) % 4
    faulty.loc[kind == 0, "finished"] = faulty["received"] - pd.Timedelta(days=3)
    faulty.loc[kind == 1, "unit"] = "000"
    faulty.loc[kind == 2, "due"] = pd.NaT
    faulty.loc[kind != 3, "id"] += "x"  # the others are duplicates
    folder.mkdir(parents=True)
    both = pd.concat([register, faulty], ignore_index=True)
    both.to_parquet(folder / "part-0.parquet", index=False)


def late(register: pd.DataFrame, units: pd.DataFrame, year: int) -> pd.DataFrame:
    names = dict(zip(units["code"], units["name"], strict=True))
    done = register[register["finished"].notna()].assign(
        on_time=lambda frame: frame["finished"] <= frame["due"],
        month=lambda frame: frame["finished"].dt.month,
    )
    months = [pd.Period(f"{year}-{month:02}", "M") for month in range(1, 13)]
    year_days, half_days = (months[0], months[11]), (months[0], months[5])
    rows = []
    for level, of_level in done.groupby("level"):
        arrived = register[register["level"] == level]
        first_half = of_level[of_level["month"] <= 6]
        rows.append(_period(HOME[1], level, year_days, of_level, len(arrived)))
        rows.append(_period(HOME[1], level, half_days, first_half))
        of_unit = arrived["unit"].value_counts()
        rows += [
            _period(names[code], level, year_days, own, of_unit[code])
            for code, own in of_level.groupby("unit")
        ]
        rows += [
            _period(HOME[1], level, (months[month - 1],) * 2, own)
            for month, own in of_level.groupby("month")
        ]
    return table("late_dossiers", rows, basis="resolved")


def _period(
    unit: str, level: str, span: tuple[pd.Period, pd.Period], done: pd.DataFrame,
    received: int | str = "",
) -> dict:  # fmt: skip
    on_time = int(done["on_time"].sum())
    return {
        "unit": unit, "level": level, "period_start": f"{span[0].start_time:%Y-%m-%d}",
        "period_end": f"{span[1].end_time:%Y-%m-%d}", "received": received,
        "resolved": len(done), "on_time": on_time, "late": len(done) - on_time,
    }  # fmt: skip

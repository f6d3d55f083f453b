"""What is invented of a year: a dossier register, and every raw table.

Rows are as the raw tables declare them: every cell text, each traced to this program. A part of a
year is ``(units, first, last)``: the units there are, from a month to another; districts, where
there are any, else communes.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from par_lib.cleaning import schema
from par_lib.language.vietnamese import fold
from par_lib.scoring import survey

Part = tuple[pd.DataFrame, int, int]
SOURCE = "demo"
NATION, HOME = "Cả nước (giả lập)", "Minh Họa"  # "illustration"
_PROCEDURES, _FIELDS = 24, 8
_HARD = 20  # procedures from here on are late 2.6 times as often as all, the others 0.68 times
_TERM_DAYS = np.array([3, 5, 7, 10, 15, 20, 30, 45])
# Planted: the share of hard procedures, and the lateness else, of two districts. The first is late
# more often, and less than usual for what it handles; the second less often, and more than usual.
HARD_MIX, EASY_MIX = "905", "907"
_PLANTED = {HARD_MIX: (0.7, 0.12), EASY_MIX: (0.0, 0.3)}
# Planted: half of what this department takes in is of one procedure, of which it has finished none
# that came in since July.
BACKLOG_UNIT, BACKLOG_PROCEDURE = "99-d", 3
_HAMLETS = ("thôn Đông", "thôn Tây", "thôn Nam", "thôn Bắc")  # of each place, asked in a survey
_LISTED_BELOW = 70  # of communes only those below are listed at the end of a year
_MAX_POINTS = {"access": 1.5, "procedure": 1.5, "officials": 2.5, "result": 2.5, "feedback": 2.0}
_PLEASED = {"access": 0.80, "procedure": 0.79, "officials": 0.77, "result": 0.76, "feedback": 0.71}
_INDEX = {  # part of the index of service: its maximum, and the share of it in the first month
    "transparency": (18, 0.8), "progress": (20, 0.9), "online_services": (12, 0.65),
    "online_payment": (10, 0.6), "satisfaction": (18, 0.92), "digitisation": (22, 0.6),
}  # fmt: skip
_TASK_COLUMNS = ["area", "task_vi", "task_en", "moves", "target", "target_unit"]
_TASKS = (
    (3, "Khắc phục hồ sơ trễ hạn tại cấp huyện", "Remedy late dossiers at district level",
     "late_dossiers.late:district", "", ""),
    (6, "Giải ngân kế hoạch vốn tại cấp huyện", "Disburse the capital plan at district level",
     "disbursement.rate_pct:district", "", ""),
    (7, "Tăng tỷ lệ hồ sơ thanh toán trực tuyến", "Raise the share of dossiers paid online",
     "online_payment_dossiers_pct", "20% trở lên", "pct"),
    (8, "Cải thiện Chỉ số hài lòng", "Improve the satisfaction index", "sipas.points", "", ""),
    (1, "Ban hành sổ tay hướng dẫn (minh họa)", "Issue a handbook (illustration)", "", "", ""),
)  # fmt: skip


def register(part: Part, lateness: pd.Series, year: int, count: int, number: int,
             rng: np.random.Generator) -> pd.DataFrame:  # fmt: skip
    """One row a dossier received in a part of a year; finished is missing while open at its end.

    ``lateness`` is the part that is late, by index of units, in the first of the years, of which
    this is that ``number``.
    """
    units, first, last = part
    offices = units[units["level"].isin(["department", "district", "commune"])]
    weight = offices["level"].map({"department": 3.0, "district": 6.0, "commune": 1.5})
    weight *= rng.uniform(0.5, 1.5, len(offices))
    picked = offices.loc[rng.choice(offices.index, count, p=weight / weight.sum())]
    procedure, often = rng.integers(0, _PROCEDURES, count), lateness[picked.index].to_numpy()
    for code, (share, rate) in _PLANTED.items():
        easy, hard = rng.integers(0, _HARD, count), rng.integers(_HARD, _PROCEDURES, count)
        own = picked["code"].to_numpy() == code
        procedure = np.where(own, np.where(rng.random(count) < share, hard, easy), procedure)
        often = np.where(own, rate, often)
    held = (picked["code"].to_numpy() == BACKLOG_UNIT) & (np.arange(count) % 2 == 0)
    procedure = np.where(held, BACKLOG_PROCEDURE, procedure)
    often = often * np.where(procedure >= _HARD, 2.6, 0.68) * (1 - 0.15 * number)
    days = pd.date_range(f"{year}-{first:02}-01", _last_day(year, last), unit="s")
    received, term = rng.choice(days, count), _TERM_DAYS[procedure % len(_TERM_DAYS)]
    over = np.where(rng.random(count) < often, 1 + rng.lognormal(1.6, 1.0, count).astype(int),
                    -(rng.random(count) * term).astype(int))  # fmt: skip
    finished = pd.Series(received + pd.to_timedelta(term + over, "D"))
    finished = finished.mask(held & (received >= np.datetime64(f"{year}-07-01")))
    return pd.DataFrame({
        "id": [f"{year}-{first:02}-{i:07}" for i in range(count)],
        "unit": picked["code"].to_numpy(), "level": picked["level"].to_numpy(),
        "procedure": [f"P{one:02}" for one in procedure],
        "field": [f"F{one % _FIELDS + 1}" for one in procedure],
        "received": received, "due": received + pd.to_timedelta(term, "D"),
        "finished": finished.mask(finished > days[-1]),
        "online": rng.random(count) < 0.35 + 0.12 * number,
    })  # fmt: skip


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


def tables(parts: list[Part], register: pd.DataFrame, year: int, number: int,
           rng: np.random.Generator) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Every raw table of a year by name; each year is a little better than the one before."""
    units, first, _ = parts[-1]
    offices, named = _offices(units), units.query("level == 'commune'")["name"].head(4)
    leads = units.query("level == 'department'")["name"].tolist()
    answers = _answers(offices.query("level in ['district', 'commune']"), rng)
    sipas, tasks = _sipas(answers), pd.DataFrame(_TASKS, columns=_TASK_COLUMNS)
    if "district" not in set(offices["level"]):
        tasks = tasks.replace({"cấp huyện": "cấp xã", "district": "commune"}, regex=True)
    found = {
        "late_dossiers": _late(parts, register, year),
        "disbursement": _disbursement(parts, year, rng),
        "answers": answers, "sipas": sipas,
        "scores": _scores(sipas, year, number, rng),
        "service_index": _service_index(_monthly(offices, year, first), year, number, rng),
        "indicators": _indicators(register, year, number),
        "mentions": pd.DataFrame({
            "unit": named, "level": "commune", "table": "late_dossiers", "measure": "late",
            "statement": "high", "period_end": _last_day(year)}),
        "tasks": tasks.assign(plan_year=year, lead_units=[
            ";".join(leads[i : i + 1 + i % 2]) for i in range(len(tasks))]),
    }  # fmt: skip
    return {name: _as_declared(name, frame) for name, frame in found.items()}


def _as_declared(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows as the raw table declares them: cells of text with decimal commas, and their trace."""
    declared = schema.ANSWERS if name == "answers" else schema.TABLES[name]
    trace = {"status": "reported", "source": SOURCE, "locator": "par demo"}
    frame = frame.reindex(columns=[column.name for column in declared.columns]).astype(object)
    return frame.fillna(trace).fillna("").astype(str).replace(r"(?<=\d)\.(?=\d)", ",", regex=True)


def _last_day(year: int, month: int = 12) -> str:
    return f"{pd.Period(f'{year}-{month:02}').end_time:%Y-%m-%d}"


def _offices(units: pd.DataFrame) -> pd.DataFrame:
    """The province, its places and its departments; of two levels of places the upper one."""
    lower = {"commune"} if "district" in set(units["level"]) else set()
    own = units[~units["level"].isin({"nation", *lower})]
    return own[["name", "level"]].rename(columns={"name": "unit"})


def _monthly(offices: pd.DataFrame, year: int, first: int = 1, last: int = 12) -> pd.DataFrame:
    months = range(first, last + 1)
    days = pd.DataFrame({"month": months, "as_of": [_last_day(year, one) for one in months]})
    return offices.merge(days, how="cross")


def _late(parts: list[Part], register: pd.DataFrame, year: int) -> pd.DataFrame:
    """Dossiers of each unit and level in each part of a year, and of each level by month."""
    done = register[register["finished"].notna()]
    done = done.assign(on_time=done["finished"] <= done["due"], month=done["finished"].dt.month)
    arrived, found = register["received"].dt.month, []
    wholes = [(*part[1:], by) for part in parts for by in (["level"], ["level", "unit"])]
    for first, last, by in [*wholes, *((month, month, ["level"]) for month in range(1, 13))]:
        own = done[done["month"].between(first, last)].groupby(by)["on_time"]
        counts = own.agg(resolved="size", on_time="sum")
        if last > first:
            counts["received"] = register[arrived.between(first, last)].groupby(by).size()
        days = {"period_start": f"{year}-{first:02}-01", "period_end": _last_day(year, last)}
        found.append(counts.reset_index().assign(**days))
    rows, units = pd.concat(found).convert_dtypes(), pd.concat([own for own, _, _ in parts])
    names = units.drop_duplicates("code").set_index("code")["name"]
    return rows.assign(unit=rows["unit"].map(names).fillna(HOME), basis="resolved",
                       late=rows["resolved"] - rows["on_time"])  # fmt: skip


def _disbursement(parts: list[Part], year: int, rng: np.random.Generator) -> pd.DataFrame:
    """Rates that rise to a goal, month by month; and how the year before ended."""
    rows = []
    for units, first, last in parts:
        offices = _offices(units)
        goal = np.where(offices["level"] == "province", 81, rng.uniform(45, 99, len(offices)))
        own = offices.assign(goal=goal, bend=rng.uniform(1.2, 2.2, len(offices)))
        rows.append(_monthly(own, year, first, last))
    both, end = pd.concat(rows), _last_day(year)
    sooner = rng.spawn(1)[0].uniform(-0.35, 0.35, len(both)) * (both["month"] < 12)  # in months
    rate = both["goal"] * ((both["month"] + sooner) / 12) ** both["bend"]
    home = both["level"] == "province"
    listed = (both["level"] != "commune") | (both["as_of"] < end) | (rate < _LISTED_BELOW)
    both = both.assign(
        plan_year=year, rate_pct=rate.round(1), plan_bn_vnd=home.map({True: "7000"}),
        disbursed_bn_vnd=(70 * rate).round(3).where(home),
    )  # fmt: skip
    more = [{"unit": HOME, "level": "province", "as_of": f"{year}-01-31", "plan_year": year - 1,
             "rate_pct": round(rng.uniform(92, 98), 1)},
            {"unit": "all others", "level": "commune", "as_of": end, "plan_year": year,
             "rate_pct": f"≥{_LISTED_BELOW}", "status": "bound"}]  # fmt: skip
    both = pd.concat([both[listed], pd.DataFrame(more[: 1 + (not listed.all())])])
    return both.assign(scope="total", basis="province_plan")


def _answers(places: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Some people a place, five answers each; two places have too few people to be shown."""
    people = [22, 26, *rng.integers(31, 31 + 1_500 // len(places), len(places) - 2)]
    mood = rng.uniform(-0.12, 0.12, len(places))
    rows = places.assign(mood=mood).loc[places.index.repeat(people)]
    hamlet = rows.groupby("unit").cumcount() % len(_HAMLETS)
    alike = rng.spawn(1)[0].uniform(-0.14, 0.14, (len(places), len(_HAMLETS)))
    rows["place"] = rows["unit"] + ", " + hamlet.map(dict(enumerate(_HAMLETS)))
    rows["mood"] += alike[places.index.get_indexer(rows.index), hamlet]
    number = rows.groupby("unit").cumcount().map("-{:03}".format)
    rows["respondent"] = rows["unit"].map(fold).str.replace(" ", "-") + number
    rows["weight"] = rng.choice([0.8, 1.0, 1.25], len(rows))
    parts = pd.DataFrame({"component": _PLEASED.keys(), "usual": _PLEASED.values()})
    rows = rows.merge(parts, how="cross")
    pleased = rng.random(len(rows)) < rows["usual"] + rows["mood"]
    others = rng.choice([1, 2, 3], len(rows), p=[0.1, 0.3, 0.6])
    return rows.assign(answer=np.where(pleased, rng.choice([4, 5], len(rows)), others))


def _sipas(answers: pd.DataFrame) -> pd.DataFrame:
    """Satisfaction by unit and component, and of all components together; the province first."""
    both = pd.concat([answers.assign(unit=HOME, level="province"), answers])
    parts = survey.satisfaction(both, by=["unit", "component"])
    whole = survey.overall(parts, by="unit", max_points=_MAX_POINTS).assign(component="overall")
    found = pd.concat([parts, whole]).sort_values("unit", kind="stable").round(2)
    found["level"] = found["unit"].map(both.drop_duplicates("unit").set_index("unit")["level"])
    most = found["component"].map(_MAX_POINTS).where(found["level"] == "province")
    points = (found["satisfaction_pct"] / 100 * most).round(4)
    return found.assign(points=(points.astype(str) + "/" + most.astype(str)).where(most.notna()))


def _scores(sipas: pd.DataFrame, year: int, number: int, rng: np.random.Generator) -> pd.DataFrame:
    every, home = _provinces(year), sipas["points"].dropna()
    earned = home.str.partition("/")[0].astype(float).sum()
    pillars = rng.uniform(9, 11, 8) + 0.15 * number  # of 12.5 each: eighths of 100, nobody's rule
    rank = f"{every - 3 - 4 * number}/{every}"
    rows = [
        ("par_index", f"{sum(pillars):.2f}/100", rank), ("sipas", f"{earned:.4f}/10", ""),
        ("sipas_index", "", rank), ("leaders_survey", f"{17 + 0.6 * number:.2f}/22", ""),
        ("online_payment", f"{0.6 + 0.2 * number:.2f}/1.5", ""),
        *((f"pillar_{i}", f"{points:.2f}/12.5", f"{rng.integers(5, every - 3)}/{every}")
          for i, points in enumerate(pillars, start=1)),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["criterion", "points", "rank"])


def _service_index(rows: pd.DataFrame, year: int, number: int,
                   rng: np.random.Generator) -> pd.DataFrame:  # fmt: skip
    """A share of each maximum, more each month and year; most is lost on digitisation."""
    apart = {unit: rng.uniform(-0.2, 0.08) for unit in rows["unit"].unique()} | {HOME: 0}
    gain = rows["unit"].map(apart) + 0.02 * number + 0.001 * rows["month"]
    ups = rng.spawn(1)[0].uniform(-0.02, 0.02, (len(rows), len(_INDEX)))  # and downs of a month
    earned = {part: (most * (share + gain + up).clip(upper=1)).round(1)
              for (part, (most, share)), up in zip(_INDEX.items(), ups.T, strict=True)}  # fmt: skip
    earned["total"] = sum(earned.values()).round(1)
    whole, every = ["unit", "level", "month", "as_of"], _provinces(year)
    found = rows[whole].assign(**earned).melt(whole, var_name="component", value_name="points")
    maxima = {"total": 100} | {part: most for part, (most, _) in _INDEX.items()}
    home, total = found["level"] == "province", found["component"] == "total"
    rank = (every * (40 - 6 * number - found["month"]) / 63).round().astype(int)
    found["rank"] = (rank.astype(str) + f"/{every}").where(home & total)
    found["points"] = found["points"].astype(str) + "/" + found["component"].map(maxima).astype(str)
    return found[home | total | (found["month"] == 12)]


def _provinces(year: int) -> int:
    return 63 if year < 2025 else 34


def _indicators(register: pd.DataFrame, year: int, number: int) -> pd.DataFrame:
    rows = [
        ("audit_recommendations_implemented_pct", 62 + 5 * number, "pct"),
        ("online_dossiers_processed", register["online"].sum(), "count"),
        ("dossiers_received_online_and_offline", len(register), "count"),
        ("online_payment_procedures_pct", 12 + 9 * number, "pct"),
        ("online_payment_dossiers_pct", 7 + 8 * number, "pct"),
        ("par_index_national_mean_points", f"{84.5 + 0.5 * number}", "points"),
    ]
    found = pd.DataFrame(rows, columns=["measure", "value", "measure_unit"]).assign(
        basis="unstated", unit=HOME, level="province",
        period_start=f"{year}-01-01", period_end=_last_day(year))  # fmt: skip
    found.loc[found["measure"].str.contains("national"), ["unit", "level"]] = NATION, "nation"
    return found

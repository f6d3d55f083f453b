"""Everything invented: places and offices, a dossier register, and a year's results.

Rows are as the raw tables declare them: every cell text, each traced to this program.
"""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from par_lib.cleaning import schema
from par_lib.language.spelling import fold
from par_lib.scoring import survey

PROVINCE = "demo"
HOME = ("99", "Minh Họa")  # "illustration"
_DISTRICTS = (("thành phố", "City", 2), ("thị xã", "Town", 1), ("huyện", "District", 15))
DEPARTMENTS = tuple(f"Sở Ví dụ {letter}" for letter in "ABCDEFGH")
_CORNERS = ("Đông", "Tây", "Nam", "Bắc")


def units() -> pd.DataFrame:
    rows = [("XX", "Cả nước (giả lập)", "Invented nation", "nation", "quốc gia"),
            (*HOME, "Minh Hoa (invented)", "province", "tỉnh")]  # fmt: skip
    code = 900
    for kind, english, count in _DISTRICTS:
        for _ in range(count):
            code += 1
            name = f"Minh họa {code - 900:02}"
            latin = fold(name).title()
            rows.append((str(code), name, f"{latin} {english}", "district", kind))
            for corner in _CORNERS:
                rows.append((f"{code}{len(rows):03}", f"{name} {corner}",
                             f"{latin} {fold(corner).title()}", "commune", "xã"))  # fmt: skip
    rows += [(f"99-{fold(name)[-1]}", name, f"Sample Department {name[-1]}", "department", "sở")
             for name in DEPARTMENTS]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["code", "name", "name_en", "level", "kind"])
    return frame.assign(valid_from="", valid_to="", successor="", aliases="", source=PROVINCE)


def tiles(units: pd.DataFrame) -> pd.DataFrame:
    codes = units.loc[units["level"] == "district", "code"].reset_index(drop=True)
    return pd.DataFrame({"code": codes, "row": codes.index // 5, "column": codes.index % 5})


def table(name: str, rows: list[dict], **common: str) -> pd.DataFrame:
    """Rows as the raw table declares them: every cell text, every row traced to this module."""
    declared = schema.ANSWERS if name == "answers" else schema.TABLES[name]
    columns = [column.name for column in declared.columns]
    trace = {"status": "reported", "source": PROVINCE, "locator": "par demo"}
    frame = pd.DataFrame([common | trace | row for row in rows]).reindex(columns=columns)
    return frame.map(lambda cell: "" if pd.isna(cell) else str(cell))


def decimal(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


_PROCEDURES, _FIELDS = 24, 8
_HARD = 20  # procedures from here on are late 2.6 times as often as all, the others 0.68 times
# Planted: the share of hard procedures, and the lateness else, of two districts. The first is late
# more often, and less than usual for what it handles; the second less often, and more than usual.
HARD_MIX, EASY_MIX = "905", "907"
_PLANTED = {HARD_MIX: (0.7, 0.12), EASY_MIX: (0.0, 0.3)}
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
    often = lateness[picked]
    for code, (hard, rate) in _PLANTED.items():
        own = units["code"].to_numpy()[picked] == code
        kinds = rng.integers(0, _HARD, count), rng.integers(_HARD, _PROCEDURES, count)
        procedure = np.where(own, np.where(rng.random(count) < hard, *kinds[::-1]), procedure)
        often = np.where(own, rate, often)
    often = often * np.where(procedure >= _HARD, 2.6, 0.68)
    received = np.datetime64(f"{year}-01-01") + rng.integers(0, 365, count)
    term = _TERM_DAYS[procedure % len(_TERM_DAYS)]
    late = rng.random(count) < often * (1 - 0.15 * number)
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
    names = units.set_index("code")["name"]
    done = register[register["finished"].notna()].assign(
        on_time=lambda frame: frame["finished"] <= frame["due"],
        month=lambda frame: frame["finished"].dt.month,
    )
    rows = []
    for level, of_level in done.groupby("level"):
        arrived = register.loc[register["level"] == level, "unit"].value_counts()
        parts = [(HOME[1], (1, 12), of_level, arrived.sum()),
                 (HOME[1], (1, 6), of_level[of_level["month"] <= 6], "")]  # fmt: skip
        parts += [(names[code], (1, 12), own, arrived[code])
                  for code, own in of_level.groupby("unit")]  # fmt: skip
        parts += [(HOME[1], (month, month), own, "") for month, own in of_level.groupby("month")]
        for unit, (first, last), own, received in parts:
            on_time = own["on_time"].sum()
            rows.append({
                "unit": unit, "level": level, "period_start": f"{year}-{first:02}-01",
                "period_end": f"{pd.Period(f'{year}-{last:02}').end_time:%Y-%m-%d}",
                "received": received, "resolved": len(own), "on_time": on_time,
                "late": len(own) - on_time,
            })  # fmt: skip
    return table("late_dossiers", rows, basis="resolved")


_MAX_POINTS = {"access": 1.5, "procedure": 1.5, "officials": 2.5, "result": 2.5, "feedback": 2.0}
_TASKS = (  # area, Vietnamese, English, what it moves
    (3, "Khắc phục hồ sơ trễ hạn tại cấp huyện", "Remedy late dossiers at district level",
     "late_dossiers.late:district"),
    (3, "Khắc phục hồ sơ trễ hạn tại cấp xã", "Remedy late dossiers at commune level",
     "late_dossiers.late:commune"),
    (6, "Giải ngân kế hoạch vốn tại cấp huyện", "Disburse the capital plan at district level",
     "disbursement.rate_pct:district"),
    (7, "Tăng tỷ lệ hồ sơ trực tuyến toàn trình",
     "Raise the share of dossiers handled fully online", "online_dossiers_processed"),
    (7, "Tăng tỷ lệ hồ sơ thanh toán trực tuyến", "Raise the share of dossiers paid online",
     "online_payment_dossiers_pct"),
    (8, "Cải thiện Chỉ số hài lòng", "Improve the satisfaction index", "sipas.points"),
    (1, "Ban hành sổ tay hướng dẫn (minh họa)", "Issue a handbook (illustration)", ""),
)  # fmt: skip


def disbursement(units: pd.DataFrame, year: int, rng: np.random.Generator) -> pd.DataFrame:
    common = {"plan_year": year, "scope": "total", "basis": "province_plan"}
    ends = pd.date_range(f"{year}-01-01", periods=12, freq="ME").strftime("%Y-%m-%d")
    rows = []
    districts = units.loc[units["level"] == "district", "name"]
    for unit, level in [(HOME[1], "province"), *((name, "district") for name in districts)]:
        goal = rng.uniform(45, 99) if level == "district" else rng.uniform(70, 92)
        path = goal * (np.arange(1, 13) / 12) ** rng.uniform(1.2, 2.2)
        for end, rate in zip(ends, path, strict=True):
            row = common | {"unit": unit, "level": level, "as_of": end, "rate_pct": decimal(rate)}
            if level == "province":
                disbursed = round(70 * rate, 3)  # of a plan of 7,000 billion
                row |= {"plan_bn_vnd": "7000", "disbursed_bn_vnd": decimal(disbursed, 3)}
            rows.append(row)
    # How the plan of the year before ended, on 31 January of this one.
    rows.append(
        common
        | {
            "unit": HOME[1],
            "level": "province",
            "plan_year": year - 1,
            "as_of": f"{year}-01-31",
            "rate_pct": decimal(rng.uniform(92, 98)),
        }
    )
    rows += [
        common | {"unit": name, "level": "department", "as_of": ends[-1],
                  "rate_pct": decimal(rng.uniform(20, 99))}
        for name in DEPARTMENTS
    ]  # fmt: skip
    return table("disbursement", rows)


def answers(
    units: pd.DataFrame, rng: np.random.Generator, level: str = "district",
    asked: tuple[int, int] = (45, 99),
) -> pd.DataFrame:  # fmt: skip
    """So many people a unit, five answers each; two units have too few people to be shown."""
    places = units.loc[units["level"] == level, "name"].tolist()
    people = [22, 26, *rng.integers(*asked, len(places) - 2)]
    mood = rng.uniform(-0.12, 0.12, len(places))
    parts = dict(zip(_MAX_POINTS, (0.80, 0.79, 0.77, 0.76, 0.71), strict=True))
    rows = []
    for place, count, shift in zip(places, people, mood, strict=True):
        code = fold(place).replace(" ", "-")
        for person in range(count):
            weight = decimal(rng.choice([0.8, 1.0, 1.25]))
            for part, usual in parts.items():
                pleased = rng.random() < usual + shift
                answer = rng.choice([4, 5]) if pleased else rng.choice([1, 2, 3], p=[0.1, 0.3, 0.6])
                rows.append({"unit": place, "level": level, "component": part,
                             "respondent": f"{code}-{person:03}", "answer": answer,
                             "weight": weight})  # fmt: skip
    return table("answers", rows)


def _satisfied(unit: str, answers: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Satisfaction of a unit by component, and all of them together."""
    numbers = answers.assign(weight=answers["weight"].str.replace(",", ".").astype(float))
    by_part = survey.satisfaction(numbers, by=["component"]).assign(unit=unit)
    return by_part, survey.overall(by_part, by="unit", max_points=_MAX_POINTS).iloc[0]


def sipas(answers: pd.DataFrame) -> pd.DataFrame:
    rows = []
    by_unit = ((*of, own) for of, own in answers.groupby(["unit", "level"]))
    for unit, level, own in [(HOME[1], "province", answers), *by_unit]:
        by_part, overall = _satisfied(unit, own)
        for part in [*by_part.to_dict("records"), overall.to_dict() | {"component": "overall"}]:
            share, most = part["satisfaction_pct"], _MAX_POINTS.get(part["component"])
            row = {"unit": unit, "level": level, "component": part["component"],
                   "satisfaction_pct": "" if pd.isna(share) else decimal(share, 2),
                   "respondents": int(part["respondents"])}  # fmt: skip
            if level == "province" and most:
                row["points"] = f"{decimal(share / 100 * most, 4)}/{decimal(most)}"
            rows.append(row)
    return table("sipas", rows)


def scores(
    answers: pd.DataFrame, number: int, rng: np.random.Generator, provinces: int = 63
) -> pd.DataFrame:
    sipas_points = _satisfied(HOME[1], answers)[1]["points"]
    pillars = rng.uniform(9, 11, 8) + 0.15 * number  # of 12.5 each: eighths of 100, nobody's rule
    rank = f"{provinces - 3 - 4 * number}/{provinces}"
    rows = [
        {"criterion": "par_index", "points": f"{decimal(sum(pillars), 2)}/100", "rank": rank},
        {"criterion": "sipas", "points": f"{decimal(sipas_points, 4)}/10"},
        {"criterion": "sipas_index", "rank": rank},
        {"criterion": "leaders_survey", "points": f"{decimal(17 + 0.6 * number, 2)}/22"},
        {"criterion": "online_payment", "points": f"{decimal(0.6 + 0.2 * number, 2)}/1,5"},
    ]
    rows += [{"criterion": f"pillar_{i}", "points": f"{decimal(points, 2)}/12,5",
              "rank": f"{rng.integers(5, provinces - 3)}/{provinces}"}
             for i, points in enumerate(pillars, start=1)]  # fmt: skip
    return table("scores", rows)


_INDEX = {  # part of the index: its maximum, and the share of it in the first month
    "transparency": (18, 0.8), "progress": (20, 0.9), "online_services": (12, 0.65),
    "online_payment": (10, 0.6), "satisfaction": (18, 0.92), "digitisation": (22, 0.6),
}  # fmt: skip


def service_index(
    units: pd.DataFrame, year: int, number: int, *, level: str = "district", provinces: int = 63,
    months: tuple[int, ...] = tuple(range(1, 13)),
) -> pd.DataFrame:  # fmt: skip
    """A share of each maximum, more each month and year; most is lost on digitisation."""
    own = np.random.default_rng(year)  # so that the other tables do not depend on this one
    places, agencies = (units.loc[units["level"] == of, "name"] for of in (level, "department"))
    offices = [(HOME[1], "province", 0.0),
               *((name, level, own.uniform(-0.2, 0.05)) for name in places),
               *((name, "department", own.uniform(-0.1, 0.08)) for name in agencies)]  # fmt: skip
    rows = []
    for (unit, level, apart), month in product(offices, months):
        day = f"{pd.Period(f'{year}-{month:02}').end_time:%Y-%m-%d}"
        gain = apart + 0.02 * number + 0.005 * month
        points = {part: round(most * min(share + gain, 1), 1)
                  for part, (most, share) in _INDEX.items()}  # fmt: skip
        total = {"component": "total", "points": f"{decimal(sum(points.values()))}/100"}
        if level == "province":
            total["rank"] = f"{provinces - 23 - 6 * number - month}/{provinces}"
        parts = [{"component": part, "points": f"{decimal(value)}/{_INDEX[part][0]}"}
                 for part, value in points.items()]  # fmt: skip
        of_day = {"unit": unit, "level": level, "as_of": day}
        shown = [total, *parts] if level == "province" or month == months[-1] else [total]
        rows += [of_day | row for row in shown]
    return table("service_index", rows)


def indicators(register: pd.DataFrame, year: int, number: int) -> pd.DataFrame:
    figures = [
        ("audit_recommendations_implemented_pct", decimal(62 + 5 * number), "pct"),
        ("online_dossiers_processed", int(register["online"].sum()), "count"),
        ("dossiers_received_online_and_offline", len(register), "count"),
        ("online_payment_procedures_pct", decimal(12 + 9 * number), "pct"),
        ("online_payment_dossiers_pct", decimal(7 + 8 * number), "pct"),
        ("par_index_national_mean_points", decimal(84.5 + 0.5 * number), "points"),
    ]
    rows = [{"measure": name, "value": value, "measure_unit": unit, "basis": "unstated",
             "unit": "Cả nước (giả lập)" if "national" in name else HOME[1],
             "level": "nation" if "national" in name else "province",
             "period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}
            for name, value, unit in figures]  # fmt: skip
    return table("indicators", rows)


def mentions(units: pd.DataFrame, year: int) -> pd.DataFrame:
    communes = units.loc[units["level"] == "commune", "name"].head(4)
    return table("mentions", [
        {"unit": name, "level": "commune", "table": "late_dossiers", "measure": "late",
         "statement": "high", "period_end": f"{year}-12-31"} for name in communes
    ])  # fmt: skip


def tasks(year: int, leads: tuple[str, ...] = DEPARTMENTS) -> pd.DataFrame:
    rows = [{"area": area, "task_vi": vi, "task_en": en, "moves": moves, "plan_year": year,
             "lead_units": ";".join(leads[i : i + 1 + i % 2])}
            for i, (area, vi, en, moves) in enumerate(_TASKS)]  # fmt: skip
    return table("tasks", rows)

"""Invented results of a year: disbursement, satisfaction, scores, single figures, tasks."""

import numpy as np
import pandas as pd

from par_lib import schema, survey
from par_lib.demo.places import DEPARTMENTS, HOME, decimal, table
from par_lib.vietnamese import fold

_MAX_POINTS = {"access": 1.5, "procedure": 1.5, "officials": 2.5, "result": 2.5, "feedback": 2.0}
_TASKS = (  # area, Vietnamese, English, what it moves
    (3, "Xử lý hồ sơ trễ hạn ở cấp huyện", "Clear late dossiers in districts",
     "late_dossiers.late:district"),
    (3, "Xử lý hồ sơ trễ hạn ở cấp xã", "Clear late dossiers in communes",
     "late_dossiers.late:commune"),
    (6, "Đẩy nhanh giải ngân tại các huyện", "Speed up disbursement in districts",
     "disbursement.rate_pct:district"),
    (7, "Tăng hồ sơ làm trực tuyến", "Have more dossiers handled online",
     "online_dossiers_processed"),
    (7, "Tăng thanh toán trực tuyến", "Have more fees paid online", "online_payment_dossiers_pct"),
    (8, "Nâng mức độ hài lòng", "Raise satisfaction", "sipas.points"),
    (1, "Viết sổ tay mẫu", "Write a sample handbook", ""),
)  # fmt: skip


def disbursement(units: pd.DataFrame, year: int, rng: np.random.Generator) -> pd.DataFrame:
    common = {"plan_year": year, "scope": "total", "basis": "province_plan"}
    ends = [f"{month.end_time:%Y-%m-%d}" for month in pd.period_range(f"{year}-01", periods=12,
                                                                      freq="M")]  # fmt: skip
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
    rows += [
        common | {"unit": name, "level": "department", "as_of": ends[-1],
                  "rate_pct": decimal(rng.uniform(20, 99))}
        for name in DEPARTMENTS
    ]  # fmt: skip
    return table("disbursement", rows)


def answers(units: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """About 6,000 answers of 1,200 people; two districts have too few people to be shown."""
    districts = units.loc[units["level"] == "district", "name"].tolist()
    asked = [22, 26, *rng.integers(45, 99, len(districts) - 2)]
    mood = rng.uniform(-0.12, 0.12, len(districts))
    parts = dict(zip(_MAX_POINTS, (0.80, 0.79, 0.77, 0.76, 0.71), strict=True))
    rows = []
    for district, people, shift in zip(districts, asked, mood, strict=True):
        code = fold(district).replace(" ", "-")
        for person in range(people):
            weight = decimal(rng.choice([0.8, 1.0, 1.25]))
            for part, level in parts.items():
                pleased = rng.random() < level + shift
                answer = rng.choice([4, 5]) if pleased else rng.choice([1, 2, 3], p=[0.1, 0.3, 0.6])
                rows.append({"unit": district, "level": "district", "component": part,
                             "respondent": f"{code}-{person:03}", "answer": answer,
                             "weight": weight})  # fmt: skip
    return table("answers", rows, table=schema.ANSWERS)


def _satisfied(answers: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    numbers = answers.assign(weight=answers["weight"].str.replace(",", ".").astype(float))
    return survey.satisfaction(numbers, by=by)


def sipas(answers: pd.DataFrame) -> pd.DataFrame:
    rows = []
    by_district = ((unit, "district", own) for unit, own in answers.groupby("unit"))
    for unit, level, own in [(HOME[1], "province", answers), *by_district]:
        by_part = _satisfied(own, ["component"]).assign(unit=unit)
        overall = survey.overall(by_part, by="unit", max_points=_MAX_POINTS).iloc[0]
        for part in [*by_part.to_dict("records"), overall.to_dict() | {"component": "overall"}]:
            share, most = part["satisfaction_pct"], _MAX_POINTS.get(part["component"])
            row = {"unit": unit, "level": level, "component": part["component"],
                   "satisfaction_pct": "" if pd.isna(share) else decimal(share, 2),
                   "respondents": int(part["respondents"])}  # fmt: skip
            if level == "province" and most:
                row["points"] = f"{decimal(share / 100 * most, 4)}/{decimal(most)}"
            rows.append(row)
    return table("sipas", rows)


def scores(answers: pd.DataFrame, number: int, rng: np.random.Generator) -> pd.DataFrame:
    by_part = _satisfied(answers, ["component"]).assign(unit=HOME[1])
    sipas = survey.overall(by_part, by="unit", max_points=_MAX_POINTS)["points"].item()
    pillars = rng.uniform(9, 11, 8) + 0.15 * number  # of 12.5 each: eighths of 100, nobody's rule
    rank = f"{60 - 4 * number}/63"
    rows = [
        {"criterion": "par_index", "points": f"{decimal(sum(pillars), 2)}/100", "rank": rank},
        {"criterion": "sipas", "points": f"{decimal(sipas, 4)}/10"},
        {"criterion": "sipas_index", "rank": rank},
        {"criterion": "leaders_survey", "points": f"{decimal(17 + 0.6 * number, 2)}/22"},
        {"criterion": "online_payment", "points": f"{decimal(0.6 + 0.2 * number, 2)}/1,5"},
    ]
    rows += [{"criterion": f"pillar_{i}", "points": f"{decimal(points, 2)}/12,5",
              "rank": f"{rng.integers(5, 60)}/63"}
             for i, points in enumerate(pillars, start=1)]  # fmt: skip
    return table("scores", rows)


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


def tasks(year: int) -> pd.DataFrame:
    rows = [{"area": area, "task_vi": vi, "task_en": en, "moves": moves, "plan_year": year,
             "lead_units": ";".join(DEPARTMENTS[i : i + 1 + i % 2])}
            for i, (area, vi, en, moves) in enumerate(_TASKS)]  # fmt: skip
    return table("tasks", rows)

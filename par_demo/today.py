"""The invented province ``demo-today``: as demo, but since July 2025, with 94 communes.

2025 shows the break: districts and their communes to June, communes alone from July. In 2026 a
few facts are planted, for a page to find.
"""

import numpy as np
import pandas as pd

from par_demo import invented
from par_demo.invented import HOME, decimal, table

PROVINCE, YEARS = "demo-today", (2025, 2026)
LAST_DAY, FIRST_DAY = "2025-06-30", "2025-07-01"  # of districts; of what came after them
ZONE = "Minh họa 94"  # a special zone, of which there are no figures
SLOW = tuple(f"Minh họa {n:02}" for n in range(8, 93, 9))  # planted: ten communes below 70 %
WORST = SLOW[1]  # planted: the highest late rate of 2026, 42 %, the lowest disbursement, 21.4 %
DEPARTMENTS = {
    "Văn phòng UBND": "Office of the People's Committee", "Sở Nội vụ": "Home Affairs",
    "Sở Tài chính": "Finance", "Sở Xây dựng": "Construction", "Sở Y tế": "Health",
    "Sở Nông nghiệp và Môi trường": "Agriculture and Environment",
    "Sở Khoa học và Công nghệ": "Science and Technology", "Sở Tư pháp": "Justice",
    "Sở Công Thương": "Industry and Trade", "Sở Giáo dục và Đào tạo": "Education and Training",
    "Sở Văn hóa, Thể thao và Du lịch": "Culture, Sports and Tourism",
    "Sở Dân tộc và Tôn giáo": "Ethnic Affairs and Religion",
}  # fmt: skip
_DISTRICTS, _WARDS, _MERGED, _ACROSS = "ABCDEFGHIKLMNOPQR", 23, 3, 10


def units() -> pd.DataFrame:
    """Districts and communes up to June 2025; 23 wards, 70 communes and a special zone after."""
    rows = [("XX", "Cả nước (giả lập)", "Invented nation", "nation", "quốc gia", "", "", ""),
            (*HOME, "Minh Hoa (invented)", "province", "thành phố", "", "", "")]  # fmt: skip
    rows += [(f"99-{n}", name, english, "department", "sở", "", "", "")
             for n, (name, english) in enumerate(DEPARTMENTS.items())]  # fmt: skip
    rows += [(f"9{n:02}", f"Minh họa {letter}", f"Minh Hoa {letter}", "district", "huyện", "",
              LAST_DAY, "") for n, letter in enumerate(_DISTRICTS)]  # fmt: skip
    for n in range(1, 95):
        kind = "phường" if n <= _WARDS else "xã" if n < 94 else "đặc khu"
        rows.append((f"99{n:03}", f"Minh họa {n:02}", f"Minh Hoa {n:02}", "commune", kind,
                     FIRST_DAY, "", ""))  # fmt: skip
        letter = _DISTRICTS[n % len(_DISTRICTS)]
        for part in range(_MERGED if n < 94 else 0):
            rows.append((f"99{n:03}{part}", f"Minh họa {letter}{n}{part}",
                         f"Minh Hoa {letter}{n}{part}", "commune", "xã", "", LAST_DAY,
                         f"99{n:03}"))  # fmt: skip
    columns = ["code", "name", "name_en", "level", "kind", "valid_from", "valid_to", "successor"]
    return pd.DataFrame(rows, columns=columns).assign(aliases="", source=invented.PROVINCE)


def tiles(units: pd.DataFrame) -> pd.DataFrame:
    codes = _new(units)["code"].reset_index(drop=True)
    return pd.DataFrame({"code": codes, "row": codes.index // _ACROSS,
                         "column": codes.index % _ACROSS})  # fmt: skip


def year(units: pd.DataFrame, year: int, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """The raw tables of a year by name: of 2025 what shows the break, of 2026 all of them."""
    old, new = units[units["valid_to"] == LAST_DAY], _new(units)
    end, half = f"{year}-12-31", f"{year}-06-30"
    if year == 2025:
        districts = old.loc[old["level"] == "district", "name"]
        late = [*_late(old, f"{year}-01-01", half, rng), *_late(new, FIRST_DAY, end, rng)]
        rates = [*_rates(districts, "district", half, rng),
                 *_rates(new["name"], "commune", end, rng)]  # fmt: skip
        return _by_unit(late, rates, year)
    agencies = units[units["level"] == "department"]
    late = _late(pd.concat([new, agencies]), f"{year}-01-01", end, rng)
    slow = {name: rng.uniform(40, 69) for name in SLOW} | {WORST: 21.4}
    listed = [{"unit": name, "level": "commune", "as_of": end, "rate_pct": decimal(rate)}
              for name, rate in slow.items()]  # fmt: skip
    others = {"unit": "all others", "level": "commune", "as_of": end, "rate_pct": "≥70",
              "status": "bound"}  # fmt: skip
    rates = [*_rates(new["name"], "commune", half, rng, most=39), *listed, others,
             *_rates(agencies["name"], "department", end, rng)]  # fmt: skip
    rates += [{"unit": HOME[1], "level": "province", "as_of": day, "rate_pct": rate}
              for day, rate in ((half, "31,2"), (end, "78,4"))]  # fmt: skip
    answers = invented.answers(new, rng, level="commune", asked=(31, 45))
    dossiers = pd.DataFrame({"online": rng.random(200_000) < 0.82})
    return _by_unit(late, rates, year) | {
        "answers": answers, "sipas": invented.sipas(answers),
        "scores": invented.scores(answers, 4, rng, provinces=34),
        "indicators": invented.indicators(dossiers, year, 3),
        "mentions": table("mentions", [
            {"unit": ZONE, "level": "commune", "table": "late_dossiers", "measure": "late",
             "statement": "high", "period_end": end}]),
        "service_index": invented.service_index(
            pd.concat([new, agencies]), year, 0, level="commune", provinces=34, months=(3, 6, 9)),
        "tasks": invented.tasks(year, tuple(DEPARTMENTS)),
    }  # fmt: skip


def _by_unit(late: list[dict], rates: list[dict], year: int) -> dict[str, pd.DataFrame]:
    plan = {"plan_year": year, "scope": "total", "basis": "province_plan"}
    return {"late_dossiers": table("late_dossiers", late, basis="resolved"),
            "disbursement": table("disbursement", rates, **plan)}  # fmt: skip


def _new(units: pd.DataFrame) -> pd.DataFrame:
    """The communes since July 2025 of which there are figures."""
    return units[(units["valid_from"] == FIRST_DAY) & (units["name"] != ZONE)]


def _late(units: pd.DataFrame, start: str, end: str, rng: np.random.Generator) -> list[dict]:
    """Dossiers of each unit in a period, and of each level together."""
    size = units["level"].map({"district": 2_400, "department": 3_000, "commune": 700})
    resolved = (size * rng.uniform(0.5, 1.5, len(units))).astype(int)
    lateness = np.where(units["name"] == WORST, 0.42, rng.beta(1.6, 22, len(units)))
    late = (resolved * lateness).round().astype(int)
    counts = pd.DataFrame({"unit": units["name"], "level": units["level"], "late": late,
                           "resolved": resolved, "on_time": resolved - late,
                           "received": resolved + rng.integers(0, 40, len(units))})  # fmt: skip
    totals = counts.drop(columns="unit").groupby("level", as_index=False).sum()
    both = pd.concat([totals.assign(unit=HOME[1]), counts])
    return both.assign(period_start=start, period_end=end).to_dict("records")


def _rates(names: pd.Series, level: str, day: str, rng: np.random.Generator,
           most: float = 97) -> list[dict]:  # fmt: skip
    return [{"unit": name, "level": level, "as_of": day,
             "rate_pct": decimal(rng.uniform(most / 3, most))} for name in names]  # fmt: skip

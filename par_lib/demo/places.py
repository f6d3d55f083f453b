"""Invented places and offices, and rows as the raw tables declare them."""

import pandas as pd

from par_lib import schema
from par_lib.vietnamese import fold

PROVINCE = "demo"
HOME = ("99", "Minh Họa")  # "illustration"
_CITIES, _TOWNS = ("Thí Dụ", "Giả Định"), ("Phỏng Thử",)
_RURAL = (
    "Hư Cấu", "Tượng Trưng", "Ước Lệ", "Mô Phỏng", "Giả Sử", "Thử Số", "Khuôn Mẫu", "Tạm Gọi",
    "Quy Ước", "Phác Thảo", "Tưởng Tượng", "Đặt Bày", "Nháp Sẵn", "Lấy Ví", "Vẽ Ra",
)  # fmt: skip
DEPARTMENTS = tuple(f"Sở Ví dụ {letter}" for letter in "ABCDEFGH")
_CORNERS = ("Đông", "Tây", "Nam", "Bắc")


def units() -> pd.DataFrame:
    rows = [("XX", "Cả nước (giả lập)", "Invented nation", "nation", "quốc gia"),
            (*HOME, "Minh Hoa (invented)", "province", "tỉnh")]  # fmt: skip
    kinds = [("thành phố", "City"), ("thị xã", "Town"), ("huyện", "District")]
    code = 900
    for (kind, english), names in zip(kinds, (_CITIES, _TOWNS, _RURAL), strict=True):
        for name in names:
            code += 1
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


def table(
    name: str, rows: list[dict], *, table: schema.Table | None = None, **common: str
) -> pd.DataFrame:
    """Rows as the raw table declares them: every cell text, every row traced to this module."""
    columns = [column.name for column in (table or schema.TABLES[name]).columns]
    trace = {"status": "reported", "source": PROVINCE, "locator": "par demo"}
    frame = pd.DataFrame([common | trace | row for row in rows]).reindex(columns=columns)
    return frame.map(lambda cell: "" if pd.isna(cell) else str(cell))


def decimal(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace(".", ",")

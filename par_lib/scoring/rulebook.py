"""The rulebook of a year: how points of the PAR INDEX follow from rates, as editable data.

A rule or a maximum that no source states has status "assumed", and so has everything computed
from it.
"""

from pathlib import Path
from typing import Self

from pydantic import PositiveFloat, ValidationError, model_validator

from par_lib.scoring.rule_kinds import Code, Criterion, CriterionBase, Entry, Status
from par_lib.storage import paths
from par_lib.storage.paths import read_toml

RULES = Path(__file__).parent / "rules"
_SLACK = 1e-9  # sums of decimal fractions


class Area(Entry):
    """A part of the index; where ``complete``, its criteria's maxima add up to its own."""

    code: Code
    max_points: PositiveFloat
    complete: bool
    status: Status
    source: str


class Rulebook(Entry):
    """All rules of one year; ``file`` is where they were read."""

    year: int
    max_points: PositiveFloat
    areas: tuple[Area, ...]
    criteria: tuple[Criterion, ...]
    file: str = ""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        for what, codes in (("areas", [area.code for area in self.areas]),
                            ("criteria", [one.code for one in self.criteria])):  # fmt: skip
            twice = sorted({code for code in codes if codes.count(code) > 1})
            if twice:
                raise ValueError(f"{what}: {', '.join(twice)} stands twice; give each its own code")
        declared = sum(area.max_points for area in self.areas)
        if abs(declared - self.max_points) > _SLACK:
            raise ValueError(f"areas add up to {declared:g} points, max_points says "
                             f"{self.max_points:g}; correct one of them")  # fmt: skip
        known = {area.code for area in self.areas}
        for one in self.criteria:
            if one.area not in known:
                raise ValueError(
                    f"criterion {one.code}: area {one.area!r:.60} is not among the areas"
                )
        for area in self.areas:
            held = sum(one.max_points for one in self.criteria if one.area == area.code)
            if held > area.max_points + _SLACK or (
                area.complete and held < area.max_points - _SLACK
            ):
                raise ValueError(f"area {area.code}: its criteria add up to {held:g} points, it "
                                 f"declares {area.max_points:g}; correct one of them")  # fmt: skip
        return self

    def __getitem__(self, code: str) -> CriterionBase:
        """The criterion ``code``; ValueError naming all where there is none."""
        for one in self.criteria:
            if one.code == code:
                return one
        known = ", ".join(one.code for one in self.criteria)
        raise ValueError(f"criterion {code!r} is not in {self.file}; choose one of {known}")


def load(province: str, year: int) -> Rulebook:
    """The rules of a province and year: its own rules.toml, else the year's, else the nearest's.

    Rules of another year are carried over: rules and maxima are then all "assumed".
    """
    own = paths.raw(province, year) / "rules.toml"
    if own.is_file():
        rules = read(own)
    else:
        files = {int(file.stem.rpartition("_")[2]): file for file in RULES.glob("par_index_*.toml")}
        rules = read(files[min(files, key=lambda known: (abs(known - year), known))])
    if rules.year == year:
        return rules
    carried = {"status": "assumed", "max_points_status": "assumed"}
    return rules.model_copy(
        update={
            "areas": tuple(a.model_copy(update={"status": "assumed"}) for a in rules.areas),
            "criteria": tuple(one.model_copy(update=carried) for one in rules.criteria),
        }
    )


def read(file: Path) -> Rulebook:
    """A rulebook from TOML; ValueError naming the file and every fault in it."""
    written = read_toml(file, name=file.name)
    try:
        return Rulebook.model_validate(written | {"file": file.name})
    except ValidationError as error:
        faults = [_say(fault, written) for fault in error.errors()]
        raise ValueError("\n".join(f"{file.name}{fault}" for fault in faults)) from None


def _say(fault: dict, written: dict) -> str:
    place, here, numbered = "", written, False
    for part in fault["loc"]:
        held = here if isinstance(here, dict) else {}
        if isinstance(part, int):
            here, numbered = here[part], True
            code = here.get("code", part + 1) if isinstance(here, dict) else part + 1
            place += f" {code!s:.60}"
        elif numbered and part == held.get("rule"):  # pydantic names the kind of rule it took
            numbered = False
        else:
            here, numbered = held.get(part), False
            place += f", {part!s:.60}"
    value = "" if isinstance(fault["input"], dict) else f" {fault['input']!r:.60}:"
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        message = "is not known here; see par_lib/scoring/rules for the names there are"
    return f"{place}:{value} {message}"

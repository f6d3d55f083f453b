"""Words and figures in the reader's language: gettext catalogs, Babel formats, labels of codes.

Source text is English. A catalog lies in ``locale/<lang>/LC_MESSAGES/par_lib.po``.
"""

import datetime as dt
import math
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, localcontext
from functools import cache
from pathlib import Path

import pandas as pd
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from par_lib.language import LANGUAGES

CATALOGS = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en"
NAMES = {"vi": "Tiếng Việt", "en": "English"}  # each language calls itself so
MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"
UNKNOWN = "–"
# Said in both languages wherever invented figures are shown.
SYNTHETIC_WORDS = "SỐ LIỆU GIẢ LẬP, không có thật · SYNTHETIC DATA, nothing here is real"


def N_(text: str) -> str:
    """Mark a text for translation where it stands as data; it is translated when shown."""
    return text


@dataclass(frozen=True)
class Language:
    """A reader's language: ``t("{late} late dossiers", late=41657)``.

    Whole numbers and dates among the values are written as the language writes them;
    a float is refused, because only the caller knows its digits: use ``t.number``.
    """

    code: str
    messages: dict[str, str | tuple[str, ...]] = field(repr=False)

    def __call__(self, text: str, /, **values: object) -> str:
        """Translate ``text`` and fill in its named values."""
        message = self.messages.get(text, text)
        return self._fill(message if isinstance(message, str) else message[0], values)

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Translate a sentence that depends on ``count``, available as ``{count}``."""
        forms = self.messages.get(one, (one, many))  # Vietnamese has one form
        form = forms if isinstance(forms, str) else forms[0 if count == 1 else -1]
        return self._fill(form, {"count": count, **values})

    def number(self, value: float | None, digits: int = 0) -> str:
        """Write a number.

        >>> language("vi").number(11193), language("en").number(1.1922, digits=4)
        ('11.193', '1.1922')
        >>> language("vi").number(-70.65, digits=1)
        '−70,7'
        """
        if value is None or pd.isna(value):
            return UNKNOWN
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        with localcontext(rounding=ROUND_HALF_UP):  # as 70.65 is taken to 70.7 by hand
            exact = value if isinstance(value, int) else round(float(value), 9)
            text = format_decimal(exact, format=pattern, locale=self._locale)
        return text.replace("-", MINUS)

    def signed(self, value: float, digits: int = 0) -> str:
        """Write a change: +3, −0,5, and 0 without a sign."""
        return ("+" if value > 0 else "") + self.number(value, digits)

    def percent(self, value: float | None, digits: int = 2) -> str:
        """Write a percentage, 72.57 meaning 72.57 %.

        >>> language("vi").percent(72.57).replace(NBSP, " "), language("en").percent(72.57)
        ('72,57 %', '72.57%')
        """
        if value is None or pd.isna(value):
            return UNKNOWN
        return self.number(value, digits) + (f"{NBSP}%" if self.code == "vi" else "%")

    def date(self, value: dt.date | pd.Timestamp) -> str:
        """Write a date.

        >>> language("vi").date(dt.date(2022, 12, 31)), language("en").date(dt.date(2022, 12, 31))
        ('31/12/2022', '31 December 2022')
        """
        pattern = "dd/MM/yyyy" if self.code == "vi" else "d MMMM yyyy"
        return format_date(value, format=pattern, locale=self._locale)

    def interval(
        self, low: float | None, high: float | None, digits: int = 0, *, percent: bool = False
    ) -> str:
        """Write an interval: one number where exact, else its two ends.

        >>> language("vi").interval(0, 3551), language("en").interval(50, 70, 1, percent=True)
        ('0–3.551', '50–70%')
        >>> language("en").interval(0, math.nextafter(20, 0), 1)
        '0–20'
        """
        write = self.percent if percent else self.number
        if low is None or pd.isna(low):
            return UNKNOWN
        if high is None or pd.isna(high) or math.isinf(high):
            return f"≥{NBSP}{write(low, digits)}"
        low, high = round(float(low), 9), round(float(high), 9)  # "<20" ends a hair below 20
        if low == high:
            return write(low, digits)
        if low.is_integer() and high.is_integer():
            digits = 0
        if low < 0:  # a dash beside a minus sign would mislead
            return self("{low} to {high}", low=self.number(low, digits), high=write(high, digits))
        return f"{self.number(low, digits)}–{write(high, digits)}"

    def listing(self, names: list[str]) -> str:
        """Write names as a list: "A, B và C"."""
        return format_list(names, locale="en_GB" if self.code == "en" else self.code)

    @property
    def _locale(self) -> Locale:
        return Locale.parse(self.code)

    def _fill(self, message: str, values: dict[str, object]) -> str:
        return message.format(**{name: self._write(name, value) for name, value in values.items()})

    def _write(self, name: str, value: object) -> object:
        if isinstance(value, bool | str):
            return value
        if isinstance(value, dt.date | pd.Timestamp):
            return self.date(value)
        if hasattr(value, "__index__"):
            return self.number(int(value))
        raise TypeError(
            f"value {name}={value!r}: say how many digits, as t.number({name}, digits=1)"
        )


@cache
def language(code: str) -> Language:
    """The language ``code``: "vi" or "en".

    Raises ValueError for a language without a catalog.
    """
    if code not in LANGUAGES:
        raise ValueError(f"lang {code!r}: choose one of {', '.join(LANGUAGES)}")
    return Language(code, {} if code == SOURCE_LANGUAGE else _messages(code))


def _messages(code: str) -> dict[str, str | tuple[str, ...]]:
    with (CATALOGS / code / "LC_MESSAGES" / "par_lib.po").open("rb") as file:
        catalog = read_po(file, locale=code)
    return {
        (message.id if isinstance(message.id, str) else message.id[0]): message.string
        for message in catalog
        if message.id and message.string and not message.fuzzy
    }


LABELS = {
    "nation": N_("Nation"), "province": N_("Provincial one-stop centre"),
    "department": N_("Departments"), "district": N_("Districts"), "commune": N_("Communes"),
    "access": N_("Access to services"), "procedure": N_("Handling of procedures"),
    "officials": N_("Officials handling procedures"), "result": N_("Results of procedures"),
    "feedback": N_("Handling of feedback and petitions"), "overall": N_("Overall"),
    "start_of_year_plan": N_("plan at the start of the year"),
    "adjusted_plan": N_("adjusted plan"), "supplemented_plan": N_("supplemented plan"),
    "province_plan": N_("province's plan"), "prime_minister_plan": N_("Prime Minister's plan"),
    "unstated": N_("basis not stated"), "total": N_("all capital"),
    "year_plan": N_("this year's capital"), "carried_over": N_("capital carried over"),
    "programmes": N_("national programmes"), "par_index": N_("PAR INDEX"),
    "pillar_1": N_("1. Direction of reform"),
    "pillar_2": N_("2. Institutions and legal documents"),
    "pillar_3": N_("3. Administrative procedures"),
    "pillar_4": N_("4. Organisation of the apparatus"), "pillar_5": N_("5. Civil service"),
    "pillar_6": N_("6. Public finance"), "pillar_7": N_("7. Modern and digital administration"),
    "pillar_8": N_("8. Effect on people and economy"),
    "sipas": N_("Satisfaction (SIPAS) in the PAR INDEX"),
    "sipas_index": N_("Satisfaction index (SIPAS)"),
    "leaders_survey": N_("Survey of leading officials"), "online_payment": N_("Online payment"),
    "sipas_access": N_("SIPAS: access to services"),
    "sipas_procedure": N_("SIPAS: handling of procedures"),
    "sipas_officials": N_("SIPAS: officials handling procedures"),
    "sipas_result": N_("SIPAS: results of procedures"),
    "sipas_feedback": N_("SIPAS: handling of feedback and petitions"),
    "on_time_district": N_("Dossiers on time in districts"),
    "on_time_commune": N_("Dossiers on time in communes"),
    "on_time_department": N_("Dossiers on time in departments"),
    "disbursement": N_("Disbursement of public investment"),
    "audit_recommendations": N_("Audit recommendations carried out"),
    "online_dossiers": N_("Dossiers handled online"),
    "online_dossiers_processed": N_("dossiers handled online"),
    "rest": N_("All other criteria together"), "all": N_("All criteria together"),
    "surely": N_("surely"), "possibly": N_("possibly"), "no": N_("no"), "conflict": N_("conflict"),
    "gap": N_("gap"), "note": N_("note"), "agrees": N_("agrees"), "all others": N_("all others"),
    "reported": N_("reported"), "derived": N_("derived"), "bound": N_("bound"),
}  # fmt: skip
TABLE_LABELS = {
    "late_dossiers": N_("Late dossiers"), "disbursement": N_("Disbursement"),
    "sipas": N_("Satisfaction (SIPAS)"), "scores": N_("Scores"),
    "indicators": N_("Single figures"), "mentions": N_("Places named without a figure"),
    "tasks": N_("Tasks"), "review": N_("Review"),
}  # fmt: skip


def label(codes: pd.Series, language: Language) -> pd.Series:
    """Labels of a column of codes; a code without a label stays as it is."""
    return codes.map(lambda code: language(LABELS.get(code, code)))

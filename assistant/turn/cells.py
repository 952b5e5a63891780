"""How the cells of a table are said: as a listener understands them, who does not see the table's head.

"Code: F4; Meaning: Flame goes out; Reset: no" is "F4; Flame goes out; Reset: no", and "160" below "Fee (£)" is "£160".
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.turn.completing import stems
from assistant.turn.events import Citation
from assistant.turn.values import is_value

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_WORD = re.compile(r"[^\W\d_]{2,}")
#: Says itself what it is: a day, a time of day.
WHEN = re.compile(
    r"\b\d{1,2}:\d\d\b|\d ?[ap]m\b|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|"
    r"june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_MONEY = r"£|\$|€|GBP|USD|EUR|CHF"
_UNITS = (
    r"kg|g|mg|t|lbs?|oz|stone|m|cm|mm|km|ft|feet|inch(?:es)?|miles?|m[l²³]|l|lit(?:re|er)s?|k?W|kWh|V|m?Ah?|bar|psi|°[CF]|"
    r"%|min(?:ute)?s?|h(?:ou)?rs?|h|s|sec(?:ond)?s?|days?|weeks?|months?|years?|nights?|people|persons?|pages?|mph|km/h|"
    r"dB|kcal|kJ"
)
_PER = r"(?:\s*(?:/|\bper\s|\ban?\s)\s*(?P<per>[^\W\d_]+))?"
#: The unit at the end of a column's name: "Fee (£)", "Weight in kg", "Day £", "Rate (€/night)".
_UNIT = re.compile(
    rf"(?P<name>.*?)\s*(?:[(\[]\s*(?:in )?|\bin |\s|^)(?:(?P<money>{_MONEY})|(?P<unit>{_UNITS})){_PER}\s*[)\]]?$"
)


def with_cells_said(question: str, cited: Citation, text: str) -> Citation:
    """A citation of cells of a table in the document `text`, with how they are said."""
    from engines.reader.layout import cells

    if "\n" in cited.text or text[cited.start : cited.end] != cited.text:
        return cited
    touched = [each for each in cells(text, cited.start) if each[1] < cited.end and cited.start < each[2]]
    if not touched:
        return cited
    if cited.start >= touched[0][1]:  # a part of one cell, or all of it
        with_unit = _with_unit(touched[0][0], cited.text) if text[slice(*touched[0][1:])] == cited.text else None
        return replace(cited, said=with_unit[1]) if with_unit else cited
    asked = stems(question)
    said = []
    for number, (column, start, end) in enumerate(touched):
        value = text[start : min(end, cited.end)].strip(" .")
        is_clear = number == 0 or _is_clear(value, is_asked=bool(stems(column) & asked))
        name, value = _with_unit(column, value) or (column, value)
        said.append(value if is_clear or not name else f"{name}: {value}")
    return replace(cited, said="; ".join(said))


def _is_clear(value: str, *, is_asked: bool) -> bool:
    """Whether a cell says without its column what it means: a few words, a time, or the value that was asked for."""
    if is_value(value):
        return is_asked or WHEN.search(value) is not None
    return len(_WORD.findall(value)) > 1


def _with_unit(name: str, value: str) -> tuple[str, str] | None:
    """A column's name without its unit or currency, and a bare number with it; None where there is none.

    "8 to 11 m" is what the number is for.
    """
    unit = _UNIT.fullmatch(name)
    if unit is None or is_value(name) or not _NUMBER.fullmatch(value):
        return None
    per = f" per {unit['per']}" if unit["per"] else ""
    if unit["unit"]:
        return unit["name"], f"{value}{'' if unit['unit'] == '%' else ' '}{unit['unit']}{per}"
    value, money = value.removesuffix(".00"), unit["money"]
    return unit["name"], f"{money}{value}{per}" if len(money) == 1 else f"{value} {money}{per}"

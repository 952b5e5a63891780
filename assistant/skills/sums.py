"""Arithmetic and conversion of units, as one asks for them."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.languages.en.numbers import number_at, say_number
from assistant.skills.arithmetic import PARTS, ArithmeticProblemError, result_of
from assistant.skills.asked import request
from assistant.skills.skill import Said, SkillCall, failed
from assistant.skills.units import Unit, converted, units

if TYPE_CHECKING:
    from assistant.parts import Parts

_ASK = re.compile(
    r"^(?:what(?:'s| is| are| do| does)?|how (?:much|far|long|tall|hot|cold|big|heavy|fast|wide|high) (?:is|are|makes|make)"
    r"|calculate|compute|work out|solve)\b ?"
)
_MONEY = frozenset("dollars dollar euros euro bucks quid pounds pence cents".split())
NO_RATES = "I have no exchange rates: they change every day, and nothing is fetched from elsewhere."
_WEIGHTS_TOO = frozenset(("pound", "pounds", ""))
_CURRENCIES = frozenset(
    "dollar dollars euro euros pound pounds sterling yen franc francs yuan renminbi rupee rupees krona kronor krone kroner "
    "zloty zlotys ruble rubles peso pesos real reais rand won lira shekel shekels forint bitcoin bitcoins bucks quid".split()
) | {
    f"{country} {unit}"
    for country in ("us", "american", "australian", "canadian", "new zealand", "hong kong", "singapore", "british", "swiss",
                    "japanese", "chinese", "indian", "swedish", "danish", "norwegian", "pounds", "mexican")
    for unit in ("dollar", "dollars", "pound", "pounds", "franc", "francs", "yen", "yuan", "rupee", "rupees", "krona",
                 "kronor", "krone", "kroner", "peso", "pesos", "sterling")
}  # fmt: skip
_MANY = re.compile(
    r"how many (?P<to>.+?)(?: (?:are|is|make|makes|do|go|fit))*(?: (?:there|you get))? (?:in|into|to|make|makes) "
    r"(?P<rest>.+)"
)
_MANY_ARE = re.compile(r"how many (?P<to>.+?) (?:is|are) (?P<rest>.+)")
_CONVERT = re.compile(r"(?:convert|change|turn|express) (?P<rest>.+?) (?:to|into|in|as) (?P<to>.+)")
_IN = re.compile(r"(?P<rest>.+?) (?:in|to|into|as) (?P<to>.+)")


class Sums:
    """Works out what is said with numbers."""

    name = "sums"
    examples = ("What is 15 percent of 80?", "How many grams are in two pounds?")

    def understand(self, words: str) -> SkillCall | None:
        """Understand a sum or a conversion that is all of the sentence; "how tall is it in feet" is none."""
        said = request(words)
        if not said or not _has_number(said):
            return None
        text = " ".join(said)
        if (found := self._conversion(text)) is not None:
            return found
        words_left = _ASK.sub("", text, count=1).split()
        if not _MONEY.isdisjoint(words_left):  # sums of money, all in one currency
            words_left = [word for word in words_left if word not in _MONEY]
        while words_left[-1:] in (["="], ["equal"], ["equals"], ["make"], ["?"]):
            words_left.pop()
        try:
            read = result_of(" ".join(words_left))
        except ArithmeticProblemError as problem:
            return SkillCall(skill=self.name, intent="sum", slots={"problem": str(problem)})
        if read is None:
            return None
        return SkillCall(skill=self.name, intent="sum", slots={"value": read})

    def _conversion(self, text: str) -> SkillCall | None:
        asked = _ASK.sub("", text, count=1)
        if _of_currencies(text, asked):
            return SkillCall(skill=self.name, intent="exchange")
        for match in (_MANY.fullmatch(text), _MANY_ARE.fullmatch(text), _CONVERT.fullmatch(text), _IN.fullmatch(asked)):
            if match is None:
                continue
            to = _unit(match["to"].split())
            amount = _amount(match["rest"].split())
            to, amount = _fluid(to, amount)
            if to is not None and amount is not None and to.quantity == amount[1].quantity and to != amount[1]:
                slots = {"value": amount[0], "from": amount[1].one, "to": to.one}
                return SkillCall(skill=self.name, intent="convert", slots=slots)
        return None

    async def call(self, call: SkillCall, parts: Parts) -> str | Said:  # noqa: ARG002
        """Say what it comes to."""
        if "problem" in call.slots:
            return failed(str(call.slots["problem"]))
        if call.intent == "exchange":
            return failed(NO_RATES)
        value = float(str(call.slots["value"]))
        if call.intent == "sum":
            return f"That is {say_number(_tidy(value))}."
        source, target = (_named(str(call.slots[end])) for end in ("from", "to"))
        result = converted(value, source, target)
        shown = _rounded(result)
        exact = math.isclose(shown, result, rel_tol=1e-9)
        return f"{_amount_of(value, source)} is {'' if exact else 'about '}{_amount_of(shown, target)}."


def _fluid(to: Unit | None, amount: tuple[float, Unit] | None) -> tuple[Unit | None, tuple[float, Unit] | None]:
    """Take ounces beside a volume for fluid ones."""
    if to is None or amount is None:
        return to, amount
    if to.one == "ounce" and amount[1].quantity == "volume":
        return _named("fluid ounce"), amount
    return (
        (to, (amount[0], _named("fluid ounce")))
        if amount[1].one == "ounce" and to.quantity == "volume"
        else (to, amount)
    )


def _of_currencies(text: str, asked: str) -> bool:
    """Whether an amount of money is asked for in another currency; a pound may be a weight."""
    for match in (_MANY.fullmatch(text), _MANY_ARE.fullmatch(text), _CONVERT.fullmatch(text), _IN.fullmatch(asked)):
        if match is None:
            continue
        to, amount = match["to"].split(), match["rest"].split()
        number = number_at(amount, 0) or ((1.0, 1) if amount[:1] in (["a"], ["an"], ["one"]) else None)
        if number is None:
            continue
        currencies = (" ".join(amount[number[1] :]), " ".join(to))
        if all(each in _CURRENCIES or not each for each in currencies) and currencies[1]:
            return currencies[0] != currencies[1] and not set(currencies) <= _WEIGHTS_TOO
    return False


def _named(one: str) -> Unit:
    return next(unit for unit in units().values() if unit.one == one)


def _amount_of(value: float, unit: Unit) -> str:
    return f"{say_number(_tidy(float(f'{value:.4g}')) if value % 1 else value)} {unit.one if value == 1 else unit.name}"


def _has_number(words: Sequence[str]) -> bool:
    return any(number_at(words, place) or word in PARTS or word in ("a", "an") for place, word in enumerate(words))


def _unit(words: Sequence[str]) -> Unit | None:
    return units().get(" ".join(words))


def _amount(words: list[str]) -> tuple[float, Unit] | None:
    """Read "two pounds", "a mile", "half a litre", "20 degrees celsius", "minus 5 celsius", "5 feet 10 inches"."""
    sign = -1.0 if words[:1] in (["minus"], ["negative"], ["-"]) else 1.0
    words = words[1:] if sign < 0 else words
    if words[:1] == ["half"] and words[1:2] in (["a"], ["an"]):
        unit = _unit(words[2:])
        return (sign * 0.5, unit) if unit else None
    number = number_at(words, 0) or ((1.0, 1) if words[:1] in (["a"], ["an"], ["one"]) else None)
    if number is None:
        return None
    value, after = number
    if unit := _unit(words[after:]):
        return sign * value, unit
    inches = number_at(words, after + 1) if words[after : after + 1] in (["foot"], ["feet"], ["ft"]) else None
    if inches is not None and inches[1] == len(words) and inches[0] < 12:  # "six foot two", "5 ft 10"
        return sign * (value + inches[0] / 12), _named("foot")
    for end in range(after + 1, len(words)):  # two units of one quantity
        unit, rest = _unit(words[after:end]), _amount(words[end + (words[end] == "and") :])
        if unit is None or rest is None or rest[1].quantity != unit.quantity or unit.zero:
            continue
        if rest[1].size < unit.size:
            return sign * (value + converted(rest[0], rest[1], unit)), unit
    return None


def _tidy(value: float) -> float:
    """Return a result without the dust of binary fractions: 0.1 + 0.2 is 0.3."""
    return float(f"{value:.12g}")


def _rounded(value: float) -> float:
    """Return a conversion with as many figures as are worth saying."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, max(0, 3 - math.floor(math.log10(abs(value)))) if abs(value) < 1e4 else 0)

"""Arithmetic and conversion of units. Nothing is evaluated: words are read by a grammar of numbers and operators."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from assistant.languages.en.numbers import number_at, ordinal_at, say_number
from assistant.skills.asked import request
from assistant.skills.skill import Said, SkillCall, failed
from assistant.skills.units import Unit, converted, units

if TYPE_CHECKING:
    from assistant.parts import Parts

DEEPEST = 20  # parts of a sum within each other
LARGEST = 1e100
_ASK = re.compile(
    r"^(?:what(?:'s| is| are| do| does)?|how (?:much|far|long|tall|hot|cold|big|heavy|fast|wide|high) (?:is|are|makes|make)"
    r"|calculate|compute|work out|solve)\b ?"
)
_P = r"(?:percent|per cent|%)"
#: What is said in other words, as a sum: of `a` and `b`, which are sums themselves.
_IN_WORDS = tuple(
    (re.compile(pattern), work)
    for pattern, work in (
        (rf"(?P<a>.+?) {_P} off(?: of)? (?P<b>.+)", lambda a, b: b - b * a / 100),
        (rf"(?:take|subtract) (?P<a>.+?) {_P} (?:off|from)(?: of)? (?P<b>.+)", lambda a, b: b - b * a / 100),
        (rf"(?P<b>.+?) (?:minus|less) (?P<a>\S+(?: \S+)?) {_P}", lambda a, b: b - b * a / 100),
        (rf"(?P<b>.+?) plus (?P<a>\S+(?: \S+)?) {_P}", lambda a, b: b + b * a / 100),
        (rf"add (?P<a>.+?) {_P} to (?P<b>.+)", lambda a, b: b + b * a / 100),
        (rf"(?:a |the )?(?P<a>.+?) {_P} tip (?:on|for|of) (?P<b>.+)", lambda a, b: b * a / 100),
        (rf"(?:a |the )?tip of (?P<a>.+?) {_P} (?:on|for|of) (?P<b>.+)", lambda a, b: b * a / 100),
        (rf"(?P<a>.+?) {_P} (?:more|higher|greater) than (?P<b>.+)", lambda a, b: b + b * a / 100),
        (rf"(?P<a>.+?) {_P} (?:less|lower|fewer) than (?P<b>.+)", lambda a, b: b - b * a / 100),
        (
            rf"(?:(?:increase|raise) (?P<b>.+?) by|(?P<b2>.+?) (?:increased|raised) by) (?P<a>.+?) {_P}",
            lambda a, b: b + b * a / 100,
        ),
        (
            rf"(?:(?:decrease|reduce|lower) (?P<b>.+?) by|(?P<b2>.+?) (?:decreased|reduced|lowered) by) (?P<a>.+?) {_P}",
            lambda a, b: b - b * a / 100,
        ),
        (r"(?:increase|raise) (?P<a>.+?) by (?P<b>.+)", lambda a, b: a + b),
        (r"(?:decrease|reduce|lower) (?P<a>.+?) by (?P<b>.+)", lambda a, b: a - b),
        (
            rf"(?:the )?{_P.replace('percent|', 'percent|percentage|')} (?:change|increase|rise|growth|difference) (?:from|between) (?P<a>.+?) (?:to|and) (?P<b>.+)",
            lambda a, b: _apply("/", 100 * (b - a), a),
        ),
        (
            rf"(?:the )?{_P.replace('percent|', 'percent|percentage|')} (?:decrease|drop|fall|reduction) (?:from|between) (?P<a>.+?) (?:to|and) (?P<b>.+)",
            lambda a, b: _apply("/", 100 * (a - b), a),
        ),
        (
            rf"(?:what )?{_P.replace('percent|', 'percent|percentage|')} (?:of (?P<b>.+?) is (?P<a>.+)|is (?P<a2>.+?) of (?P<b2>.+))",
            lambda a, b: _apply("/", 100 * a, b),
        ),
        (
            rf"(?P<a>.+?) is what {_P.replace('percent|', 'percent|percentage|')} of (?P<b>.+)",
            lambda a, b: _apply("/", 100 * a, b),
        ),
        (r"multiply (?P<a>.+?) (?:by|and|with) (?P<b>.+)", lambda a, b: _apply("*", a, b)),
        (r"(?:the )?square of (?P<a>.+)(?P<b>)", lambda a, _: _apply("^", a, 2)),
        (r"(?:the )?cube of (?P<a>.+)(?P<b>)", lambda a, _: _apply("^", a, 3)),
        (r"(?P<a>.+?) by (?P<b>.+)", lambda a, b: _apply("*", a, b)),
        (
            r"(?:divide|split|share) (?P<a>.+?) (?:equally )?(?:by|into|between|among|amongst) (?P<b>.+?)(?: (?:people|persons|ways|of us|friends|parts))?",
            lambda a, b: _apply("/", a, b),
        ),
        (r"(?:how many times (?:does|will|do) )?(?P<a>.+?) (?:go|goes) into (?P<b>.+)", lambda a, b: _apply("/", b, a)),
        (r"(?P<a>.+?) split (?P<b>.+?) ways", lambda a, b: _apply("/", a, b)),
        (r"add (?P<a>.+?) to (?P<b>.+)", lambda a, b: a + b),
        (r"subtract (?P<a>.+?) from (?P<b>.+)", lambda a, b: b - a),
        (r"(?:the )?difference between (?P<a>.+?) and (?P<b>.+)", lambda a, b: abs(a - b)),
        (r"(?:the )?remainder (?:of|when) (?P<a>.+?) (?:is )?divided by (?P<b>.+)", lambda a, b: _apply("%", a, b)),
        (r"(?P<a>.+?) (?:raised )?to the power (?:of )?(?P<b>.+)", lambda a, b: _apply("^", a, b)),
        (r"raise (?P<a>.+?) to the power (?:of )?(?P<b>.+)", lambda a, b: _apply("^", a, b)),
    )
)
#: Of any number of numbers, with "," and "and" between them.
_OF_ALL: tuple[tuple[re.Pattern[str], Callable[[Sequence[float]], float]], ...] = (
    (re.compile(r"(?:the )?(?:average|mean)(?: value)? (?:of|between) (?P<all>.+)"), statistics.fmean),
    (re.compile(r"(?:the )?median of (?P<all>.+)"), statistics.median),
    (
        re.compile(r"(?:the )?(?:sum|total) of (?P<all>.+)|add(?: together| up)? (?P<all2>.+?)(?: together| up)?"),
        math.fsum,
    ),
    (re.compile(r"(?:the )?product of (?P<all>.+)|multiply (?P<all2>.+)"), math.prod),
    (re.compile(r"(?:the )?(?:largest|biggest|highest|greatest|maximum) (?:number )?of (?P<all>.+)"), max),
    (re.compile(r"(?:the )?(?:smallest|lowest|least|minimum) (?:number )?of (?P<all>.+)"), min),
)
_FACTORIAL = re.compile(r"(?P<of>.+?) factorial|(?:the )?factorial of (?P<of2>.+)")
_NTH_ROOT = re.compile(r"(?:the )?(?P<nth>.+?) root of (?P<of>.+)")
_PLACES = re.compile(r"(?P<sum>.+?) (?:(?:and )?(?:rounded|round|correct)? ?to (?P<count>\S+) (?:decimal(?: place)?s?|digits|places)|rounded(?P<whole>)(?: (?:up|down|off))?"
                     r"|(?:rounded )?to the nearest (?:whole number|integer)(?P<whole2>))")  # fmt: skip
LARGEST_FACTORIAL = 69  # the last that is no more than LARGEST
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
_OPERATORS: dict[tuple[str, ...], tuple[str, int]] = {
    ("plus",): ("+", 1), ("+",): ("+", 1), ("added", "to"): ("+", 1), ("and",): ("+", 1),
    ("minus",): ("-", 1), ("-",): ("-", 1), ("less",): ("-", 1), ("take", "away"): ("-", 1),
    ("times",): ("*", 2), ("*",): ("*", 2), ("×",): ("*", 2), ("x",): ("*", 2), ("multiplied", "by"): ("*", 2),
    ("divided", "by"): ("/", 2), ("/",): ("/", 2), ("÷",): ("/", 2), ("over",): ("/", 2),
    ("to", "the", "power", "of"): ("^", 3), ("^",): ("^", 3), ("modulo",): ("%", 2), ("mod",): ("%", 2),
}  # fmt: skip
_BEHIND = {"squared": 2.0, "cubed": 3.0}
_ROOTS = {("square", "root", "of"): 2.0, ("cube", "root", "of"): 3.0}
_PARTS = {
    "half": 0.5,
    "third": 1 / 3,
    "quarter": 0.25,
    "fifth": 0.2,
    "sixth": 1 / 6,
    "eighth": 0.125,
    "tenth": 0.1,
    "double": 2.0,
    "twice": 2.0,
    "triple": 3.0,
}
_MANY = re.compile(
    r"how many (?P<to>.+?)(?: (?:are|is|make|makes|do|go|fit))*(?: (?:there|you get))? (?:in|into|to|make|makes) "
    r"(?P<rest>.+)"
)
_MANY_ARE = re.compile(r"how many (?P<to>.+?) (?:is|are) (?P<rest>.+)")
_CONVERT = re.compile(r"(?:convert|change|turn|express) (?P<rest>.+?) (?:to|into|in|as) (?P<to>.+)")
_IN = re.compile(r"(?P<rest>.+?) (?:in|to|into|as) (?P<to>.+)")


_BETWEEN = re.compile(r"(?:\s*,\s*|\s+)(?:and|plus)\s+|\s*,\s*| with ")


class ArithmeticProblemError(Exception):
    """What cannot be worked out; the sentence says why."""


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
            read = _rounded_as_asked(" ".join(words_left))
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
    return any(number_at(words, place) or word in _PARTS or word in ("a", "an") for place, word in enumerate(words))


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


def _rounded_as_asked(text: str) -> float | None:
    """Return what a sum comes to, with as many decimal places as are asked for. Raises ArithmeticProblemError."""
    match = _PLACES.fullmatch(text)
    if match is None or (match["count"] and number_at([match["count"]], 0) is None):
        return _worked_out(text)
    places = number_at([match["count"]], 0) if match["count"] else (0, 1)
    value = _worked_out(match["sum"]) if places is not None else None
    return None if value is None or places is None else round(value, min(12, int(places[0])))


def _worked_out(text: str) -> float | None:
    """Return what a sum comes to, however it is said; None for what is none. Raises ArithmeticProblemError."""
    if (value := _of_all(text)) is not None:
        return value
    words = [word for word in text.split() if word != ","]
    for way in (_factorial, _nth_root, _in_words):
        if (value := way(" ".join(words))) is not None:
            return value
    return _Sum(words).whole()


def _of_all(text: str) -> float | None:
    """Return the average, sum or product of two numbers or more. Raises ArithmeticProblemError."""
    for pattern, work in _OF_ALL:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        said = match["all"] or match.groupdict().get("all2") or ""
        values = [_value(part.split()) for part in _BETWEEN.split(said) if part]
        found = [value for value in values if value is not None]
        if len(found) == len(values) > 1:
            return _apply("+", work(found), 0.0)
    return None


def _factorial(text: str) -> float | None:
    match = _FACTORIAL.fullmatch(text)
    value = _value((match["of"] or match["of2"]).split()) if match is not None else None
    if value is None:
        return None
    if value < 0 or value != int(value):
        raise ArithmeticProblemError("Only whole numbers from zero on have a factorial.")
    if value > LARGEST_FACTORIAL:
        raise ArithmeticProblemError("That number is too large for me.")
    return float(math.factorial(int(value)))


def _nth_root(text: str) -> float | None:
    """Read "the fifth root of 32"."""
    match = _NTH_ROOT.fullmatch(text)
    nth = ordinal_at(match["nth"].split(), 0) if match is not None else None
    if match is None or nth is None or nth[1] != len(match["nth"].split()) or not 2 <= nth[0] <= 100:
        return None
    value = _value(match["of"].split())
    return None if value is None else _root(value, float(nth[0]))


def _in_words(text: str) -> float | None:
    """Return what "20 percent off 50" comes to, None where it is said with operators alone, or is no sum.

    Raises ArithmeticProblemError.
    """
    for pattern, work in _IN_WORDS:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        groups = match.groupdict()
        said = {each: groups[each] if groups[each] is not None else groups.get(f"{each}2") or "" for each in ("a", "b")}
        a, b = (_value(said[each].split()) if said[each] or groups[each] is None else 0.0 for each in ("a", "b"))
        if a is not None and b is not None:
            return work(a, b)
    return None


def _value(words: list[str]) -> float | None:
    """Return a number, or what a sum comes to."""
    found = number_at(words, 0)
    return found[0] if found is not None and found[1] == len(words) else _Sum(words).whole()


class _Sum:
    """Reads a sum by precedence climbing."""

    def __init__(self, words: list[str]) -> None:
        self._words, self._place, self._used = words, 0, False

    def whole(self) -> float | None:
        """Return the value of all the words, None where they are no sum. Raises ArithmeticProblemError."""
        value = self._expression(1, 0)
        return value if value is not None and self._place == len(self._words) and self._used else None

    def _takes(self, head: tuple[str, ...]) -> bool:
        if tuple(self._words[self._place : self._place + len(head)]) != head:
            return False
        self._place += len(head)
        return True

    def _expression(self, least: int, depth: int) -> float | None:
        if depth > DEEPEST:
            return None
        left = self._operand(depth)
        while left is not None:
            start = self._place
            found = next(((sign, level) for head, (sign, level) in _OPERATORS.items() if self._takes(head)), None)
            if found is None or found[1] < least:
                self._place = start
                return left
            sign, level = found
            right = self._expression(level + (sign != "^"), depth + 1)
            if right is None:
                return None
            left, self._used = _apply(sign, left, right), True
        return None

    def _operand(self, depth: int) -> float | None:
        for article in (("the",), ("a",)):
            if self._place + 1 < len(self._words) and self._words[self._place + 1] in ("square", "cube", *_PARTS):
                self._takes(article)
        for head, degree in _ROOTS.items():
            if self._takes(head):
                inner = self._expression(3, depth + 1)
                self._used = True
                return None if inner is None else _root(inner, degree)
        word = self._words[self._place] if self._place < len(self._words) else ""
        if word in _PARTS:
            self._place += 1
            self._takes(("of",))
            inner = self._expression(2, depth + 1)
            self._used = True
            return None if inner is None else _PARTS[word] * inner
        if word in ("minus", "negative", "-"):
            self._place += 1
            inner = self._operand(depth)
            return None if inner is None else -inner
        return self._number(depth)

    def _number(self, depth: int) -> float | None:
        found = number_at(self._words, self._place)
        if found is None:
            return None
        value, self._place = found
        if self._takes(("percent",)) or self._takes(("per", "cent")) or self._takes(("%",)):
            value /= 100
            if self._takes(("of",)):
                inner = self._expression(2, depth + 1)
                self._used = True
                return None if inner is None else value * inner
        part = _PARTS.get(self._next().removesuffix("s").replace("halve", "half"))
        if part is not None and self._next().endswith("s"):  # "two thirds of ninety"
            self._place += 1
            if not self._takes(("of",)):
                return value * part
            inner = self._expression(2, depth + 1)
            self._used = True
            return None if inner is None else value * part * inner
        if (power := self._power()) is not None:
            value, self._used = _apply("^", value, power), True
        while self._place < len(self._words) and self._words[self._place] in _BEHIND:
            value = _apply("^", value, _BEHIND[self._words[self._place]])
            self._place, self._used = self._place + 1, True
        return value

    def _next(self) -> str:
        return self._words[self._place] if self._place < len(self._words) else ""

    def _power(self) -> float | None:
        """Read "to the tenth (power)"."""
        behind = self._words[self._place : self._place + 2]
        found = ordinal_at(self._words, self._place + 2) if behind == ["to", "the"] else None
        if found is None:
            return None
        self._place = found[1] + (self._words[found[1] : found[1] + 1] == ["power"])
        return float(found[0])


def _root(value: float, degree: float) -> float:
    if value < 0:
        raise ArithmeticProblemError("A negative number has no real root.")
    return math.sqrt(value) if degree == 2 else round(math.pow(value, 1 / degree), 12)


def _apply(sign: str, left: float, right: float) -> float:
    if sign in "/%" and right == 0:
        raise ArithmeticProblemError("Nothing can be divided by zero.")
    work: dict[str, Callable[[float, float], float]] = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "%": math.fmod,
        "^": math.pow,
    }
    try:
        value = work[sign](left, right)
    except (OverflowError, ValueError):
        value = math.inf
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise ArithmeticProblemError("That number is too large for me.")
    return value

"""What a sum that is said in words comes to, by a grammar of numbers and operators. Nothing is evaluated."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Sequence

from assistant.languages.en.numbers import number_at, ordinal_at

DEEPEST = 20  # parts of a sum within each other
LARGEST = 1e100
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
_OPERATORS: dict[tuple[str, ...], tuple[str, int]] = {
    ("plus",): ("+", 1), ("+",): ("+", 1), ("added", "to"): ("+", 1), ("and",): ("+", 1),
    ("minus",): ("-", 1), ("-",): ("-", 1), ("less",): ("-", 1), ("take", "away"): ("-", 1),
    ("times",): ("*", 2), ("*",): ("*", 2), ("×",): ("*", 2), ("x",): ("*", 2), ("multiplied", "by"): ("*", 2),
    ("divided", "by"): ("/", 2), ("/",): ("/", 2), ("÷",): ("/", 2), ("over",): ("/", 2),
    ("to", "the", "power", "of"): ("^", 3), ("^",): ("^", 3), ("modulo",): ("%", 2), ("mod",): ("%", 2),
}  # fmt: skip
_BEHIND = {"squared": 2.0, "cubed": 3.0}
_ROOTS = {("square", "root", "of"): 2.0, ("cube", "root", "of"): 3.0}
#: Words for parts and multiples, which may begin a sum.
PARTS = {
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
_BETWEEN = re.compile(r"(?:\s*,\s*|\s+)(?:and|plus)\s+|\s*,\s*| with ")


class ArithmeticProblemError(Exception):
    """What cannot be worked out; the sentence says why."""


def result_of(text: str) -> float | None:
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
            if self._place + 1 < len(self._words) and self._words[self._place + 1] in ("square", "cube", *PARTS):
                self._takes(article)
        for head, degree in _ROOTS.items():
            if self._takes(head):
                inner = self._expression(3, depth + 1)
                self._used = True
                return None if inner is None else _root(inner, degree)
        word = self._words[self._place] if self._place < len(self._words) else ""
        if word in PARTS:
            self._place += 1
            self._takes(("of",))
            inner = self._expression(2, depth + 1)
            self._used = True
            return None if inner is None else PARTS[word] * inner
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
        part = PARTS.get(self._next().removesuffix("s").replace("halve", "half"))
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

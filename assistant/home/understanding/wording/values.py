"""How far, how warm, which colour: the values in a command, from "half" and "a bit brighter" to "2700 kelvin"."""

# ruff: noqa: E501 (words of one kind are on one line)

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.home.understanding.wording.english import COLOURS, WHITES

_SHARES = {
    "half": 50, "a half": 50, "halfway": 50, "half way": 50, "midway": 50, "1 half": 50, "a third": 33, "1 third": 33,
    "2 thirds": 67, "a quarter": 25, "1 quarter": 25, "3 quarters": 75, "three quarter": 75, "full": 100, "fully": 100,
    "completely": 100, "all the way": 100, "full blast": 100, "full whack": 100, "full tilt": 100, "maximum": 100, "max": 100, "the max": 100,
    "the maximum": 100, "highest": 100, "the highest": 100, "brightest": 100, "the brightest": 100, "minimum": 1,
    "min": 1, "the minimum": 1, "the min": 1, "lowest": 1, "the lowest": 1, "dimmest": 1, "its max": 100, "its maximum": 100, "their maximum": 100, "its minimum": 1, "their minimum": 1, "the dimmest": 1,
    "quarter brightness": 25, "quarter speed": 25, "quarter power": 25, "3 quarters brightness": 75,
    "full brightness": 100, "half brightness": 50, "full speed": 100, "half speed": 50, "top speed": 100,
    "full power": 100, "half strength": 50, "full strength": 100, "half power": 50,
    "a third of the way": 33, "a quarter of the way": 25, "half of the way": 50, "3 quarters of the way": 75,
    "2 thirds of the way": 67, "1 third of the way": 33,
    "a fifth": 20, "a tenth": 10, "the middle": 50, "halfway up": 50, "halfway down": 50, "half open": 50,
    "half closed": 50, "half way up": 50, "half way down": 50, "half way open": 50, "half way closed": 50,
    "halfway open": 50, "halfway closed": 50, "maximum brightness": 100, "minimum brightness": 1, "half mast": 50,
    "nothing": 0, "a soft glow": 20, "a gentle glow": 20, "a faint glow": 10, "a dim glow": 10, "a low glow": 15, "a glimmer": 10, "a whisper": 10, "max brightness": 100, "min brightness": 1, "maximum speed": 100, "minimum speed": 1,
}  # fmt: skip
_LEVELS = {"low": 33, "slow": 33, "medium": 66, "middle": 66, "high": 100, "fast": 100, "top": 100}
_MORE = {
    "brighter": ("brightness", 1), "lighter": ("brightness", 1), "dimmer": ("brightness", -1),
    "darker": ("brightness", -1), "softer": ("brightness", -1), "less bright": ("brightness", -1),
    "more bright": ("brightness", 1), "less dim": ("brightness", 1), "less harsh": ("brightness", -1), "gentler": ("brightness", -1), "mellower": ("brightness", -1), "less glaring": ("brightness", -1), "less gloomy": ("brightness", 1), "dimmed": ("brightness", -1),
    "warmer": ("warmth", 1), "cosier": ("warmth", 1), "cozier": ("warmth", 1), "cooler": ("warmth", -1),
    "colder": ("warmth", -1), "hotter": ("warmth", 1), "chillier": ("warmth", -1), "less warm": ("warmth", -1),
    "more warm": ("warmth", 1), "more hot": ("warmth", 1), "more cold": ("warmth", -1), "more cool": ("warmth", -1),
    "more dark": ("brightness", -1), "more strong": ("level", 1), "more weak": ("level", -1), "more dim": ("brightness", -1), "more soft": ("brightness", -1), "more fast": ("speed", 1), "more slow": ("speed", -1),
    "more high": ("level", 1), "more low": ("level", -1), "less dark": ("brightness", 1), "less strong": ("level", -1),
    "less hot": ("warmth", -1), "less cold": ("warmth", 1), "whiter": ("white", -1),  "yellower": ("white", 1),
    "faster": ("speed", 1), "quicker": ("speed", 1), "slower": ("speed", -1), "higher": ("level", 1),
    "stronger": ("level", 1), "weaker": ("level", -1), "lower": ("level", -1), "up": ("level", 1), "down": ("level",
    -1),
    "more open": ("position", 1), "more closed": ("position", -1), "further open": ("position", 1),
    "further closed": ("position", -1), "further up": ("position", 1), "further down": ("position", -1),
    "wider": ("position", 1), "louder": ("level", 1), "quieter": ("level", -1), "more loud": ("level", 1),
    "more quiet": ("level", -1), "less loud": ("level", -1), "less fast": ("speed", -1), "less slow": ("speed", 1),
}  # fmt: skip
_HOW_MUCH = {
    "wee bit": 0.5, "tiny bit": 0.4,
    "a bit": 0.6, "a little": 0.6, "a little bit": 0.6, "slightly": 0.6, "a touch": 0.5, "a tad": 0.5, "a notch": 0.6,
    "somewhat": 0.8, "some": 1.0, "just a bit": 0.6, "a tiny bit": 0.4, "a wee bit": 0.5, "a smidge": 0.5, "a lot": 2.0,
    "much": 2.0, "way": 2.0, "quite a bit": 1.5, "far": 2.0, "a good deal": 2.0, "more": 1.0, "even": 1.0,
    "ever so slightly": 0.4,
    "a bit more": 0.6, "a little bit more": 0.6, "some more": 1.0, "a little more": 0.6, "a good bit": 1.5,
    "lots": 2.0, "just a little": 0.6, "still": 1.0, "a few": 1.0,
    "a couple of": 1.0, "a little way": 0.6, "a crack": 0.4, "an inch": 0.4, "a sliver": 0.4, "a hair": 0.4, "a smidgen": 0.4, "a whisker": 0.4, "a fraction": 0.4, "a tick": 0.5, "loads": 2.0, "a good deal more": 2.0, "a whole lot": 2.0, "heaps": 2.0, "just a touch": 0.5, "just a tad": 0.5, "just a hair": 0.4, "just slightly": 0.4, "a step": 1.0, "further": 1.0, "a bit further": 0.6, "a little further": 0.6, "a little bit further": 0.6, "a touch further": 0.5, "a good bit further": 1.5, "a lot further": 2.0, "a shade": 0.5, "a little less": 0.6,
}  # fmt: skip


def _any_of(phrases: object) -> str:
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))  # type: ignore[call-overload]


_NUMBER = r"minus \d+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = r"degrees?(?: celsius| centigrade| fahrenheit| c| f)?|percent(?:age points?)?|points?|kelvin|k"
#: What may be so many times as it is: "half as bright", "twice as fast".
_TIMES_OF = {
    "bright": "brightness", "brighter": "brightness", "light": "brightness", "fast": "speed", "quick": "speed",
    "faster": "speed", "strong": "level", "stronger": "level", "high": "level", "loud": "level", "much": "level",
}  # fmt: skip
_TIMES = {"half": 0.5, "twice": 2.0, "double": 2.0}
_MORE_WORDS = _any_of(word for word in _MORE if word not in ("up", "down"))
_VALUE = re.compile(
    r"(?<!\S)(?:"
    rf"(?P<times>half|twice|double|{_NUMBER} times) (?:as )?(?P<times_of>{_any_of(_TIMES_OF)}|of (?:what|how) (?:it|they) (?:is|are|was|were))(?: as (?:it is|now|before|that))?(?: now)?"
    rf"|(?P<part>half|a third|a quarter) (?P<part_way>{_any_of(word for word in _MORE if ' ' not in word and word not in ('up', 'down'))})"
    rf"|(?P<amount>{_NUMBER}) (?P<amount_unit>{_UNIT}) (?P<amount_way>{_MORE_WORDS}|more|less)"
    rf"|(?:(?P<much>{_any_of(_HOW_MUCH)}) )?(?P<way>{_MORE_WORDS})(?: by (?P<by>{_NUMBER})(?: (?P<by_unit>{_UNIT}))?)?"
    rf"|(?:by|with) (?P<step>{_NUMBER}(?= (?:{_UNIT})(?!\S))|(?<=by ){_NUMBER}|half|a third|a quarter)(?: (?P<step_unit>{_UNIT}))?"
    rf"|by (?P<step_much>{_any_of(_HOW_MUCH)})"
    rf"|(?P<share>{_any_of(_SHARES)})"
    rf"|(?:warm|deep|bright|soft|pale|rich|cool|bold|cosy|cozy) (?P<tinted>(?!white\b)(?:{_any_of(COLOURS)}))"
    rf"|(?P<number>{_NUMBER})(?: (?P<unit>{_UNIT}))?"
    rf"|(?P<level>{_any_of(_LEVELS)})(?: speed| setting)?"
    rf"|(?P<white>{_any_of(WHITES)})"
    rf"|(?P<colour>{_any_of(COLOURS)})"
    rf"|(?P<little>{_any_of(_HOW_MUCH)})"
    r")(?!\S)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One value of a command.

    `kind`: "percent", "degrees", "kelvin", "number", "colour" (`colour` its name), "level" (0..100, a named step),
    "more" (a relative change of `quality`: "brightness", "warmth", "white", "speed", "level", "position", or "" for
    whatever the verb says). `number` is the value, or for "more" how many `unit` it changes (unit "" counts in
    usual steps, "share" in hundredths, "times" is a factor; the sign tells the way).
    """

    kind: str
    number: float = 0.0
    unit: str = ""
    quality: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A value and where it stands in the text."""

    value: Quantity
    start: int
    end: int


@lru_cache(1_024)  # one sentence is read in many ways, and most of them share their clauses
def values_in(text: str) -> tuple[Placed, ...]:
    """Return the values in a plain text, in their order."""
    return tuple(Placed(_value(match), match.start(), match.end()) for match in _VALUE.finditer(text))


#: One and the same said twice: "a whiter, cooler light".
_SAID_TWICE = re.compile(
    r"\b(whiter|cooler|colder)(?: ,)?(?: and)? (?!\1)(?:whiter|cooler|colder) (?:light|white|tone|glow)\b"
)


def said_once(text: str) -> str:
    """Return a plain sentence with "whiter" for how the white of a lamp is to be, which was said in two words."""
    return _SAID_TWICE.sub("whiter", text)


def is_value(text: str) -> bool:
    """Say whether a plain text is a value and nothing else: "half speed", "40"."""
    values = values_in(text)
    return len(values) == 1 and (values[0].start, values[0].end) == (0, len(text))


def _factor(match: re.Match[str]) -> Quantity:
    """Return how many times what it is something is to be: "twice as bright", "a third slower"."""
    if match["times"]:
        number = _TIMES.get(match["times"]) or _float(match["times"].split()[0])
        return Quantity(kind="more", number=number, unit="times", quality=_TIMES_OF.get(match["times_of"], "level"))
    quality, sign = _MORE[match["part_way"]]
    return Quantity(kind="more", number=1 + sign * _SHARES[match["part"]] / 100, unit="times", quality=quality)


def _value(match: re.Match[str]) -> Quantity:
    if match["times"] or match["part"]:
        return _factor(match)
    if match["amount"]:
        quality, sign = _MORE.get(match["amount_way"], ("", 1 if match["amount_way"] == "more" else -1))
        return Quantity(
            kind="more", number=sign * _float(match["amount"]), unit=_unit(match["amount_unit"]), quality=quality
        )
    if match["way"]:
        quality, sign = _MORE[match["way"]]
        if match["by"]:
            return Quantity(
                kind="more",
                number=sign * _float(match["by"]),
                unit=_unit(match["by_unit"]) or "number",
                quality=quality,
            )
        return Quantity(kind="more", number=sign * _HOW_MUCH.get(match["much"] or "", 1.0), quality=quality)
    if match["step"]:
        share = _SHARES.get(match["step"])
        number, unit = (
            (float(share), "share") if share is not None else (_float(match["step"]), _unit(match["step_unit"]))
        )
        return Quantity(kind="more", number=number, unit=unit or "number")
    if match["step_much"] or match["little"]:
        return Quantity(kind="more", number=_HOW_MUCH[match["step_much"] or match["little"]])
    if match["number"]:
        unit = _unit(match["unit"])
        number = _float(match["number"])
        if unit == "" and number >= 1000:
            unit = "kelvin"
        return Quantity(kind={"": "number"}.get(unit, unit), number=number)
    if match["share"]:
        return Quantity(kind="percent", number=_SHARES[match["share"]], unit="share")
    if match["level"]:
        return Quantity(kind="level", number=_LEVELS[match["level"]], colour=match["level"])
    if match["white"]:
        return Quantity(kind="kelvin", number=WHITES[match["white"]], colour=match["white"])
    return Quantity(kind="colour", colour=match["colour"] or match["tinted"])


def _unit(text: str | None) -> str:
    if not text:
        return ""
    return "percent" if text.startswith(("percent", "point")) else "kelvin" if text in ("k", "kelvin") else "degrees"


def _float(text: str) -> float:
    return -float(text[6:]) if text.startswith("minus ") else float(text)


VALUE_WORDS = frozenset(
    word
    for phrases in (_SHARES, _LEVELS, _MORE, _HOW_MUCH, _TIMES, _TIMES_OF, WHITES, COLOURS)
    for phrase in phrases
    for word in phrase.split()
) | {"by", "as", "times", "percent", "degrees", "degree", "kelvin", "more", "less", "celsius", "fahrenheit", "minus"}

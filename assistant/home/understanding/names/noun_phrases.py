"""The words of a phrase that names things: what it leaves out, where it says "here" or "everywhere", its lists."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.home.understanding.wording.english import HOUSES
from assistant.home.understanding.wording.needed import Sparing
from assistant.home.understanding.wording.words import singular

EXCEPT = tuple(
    tuple(marker.split())
    for marker in (
        "but not;only not;just not;but for;"
        "except for;except;apart from;other than;aside from;excluding;excepting;besides;save for;save;"
        "ignoring;not including;bar;minus;without;not;but;with the exception of;and not"
    ).split(";")
)
#: The words with which it is said what is left out.
LEAVING_OUT = frozenset(marker[0] for marker in EXCEPT) - {"and"}
#: Verbs that begin a command of their own.
COMMANDING = frozenset(
    "turn switch put set make shut open close lock unlock dim start stop raise lower pull draw activate arm run".split()
)
#: Words that lead to what is left out.
_LEADING = frozenset("for in the ones one on that from at not leave keep except including".split())
_PLACING = frozenset("in on at inside upstairs downstairs outside here".split())
#: What parts the things of a list.
LISTING = frozenset(("and", ",", "or", "plus", "nor"))
#: A phrase that ends in one of these is none: "the fan on".
UNFINISHED = frozenset("on in of at to by from with for is are the a an my and or".split())

_IN = "(?:in|on|at|of|across|around|throughout|through|inside|within|about|over|for|from)"
_HOUSE = f"(?:{'|'.join(HOUSES)})"
EVERYWHERE = Sparing(
    rf"(?<!\S)(?:(?:all )?(?:{_IN} )?(?:all (?:of )?)?(?:the |my |our |this )?(?:entire|whole) {_HOUSE}"
    rf"|(?:all )?{_IN} (?:all (?:of )?)?(?:the |my |our |this )?{_HOUSE}"
    rf"|(?:{_IN} )?(?:all (?:of )?(?:the |my |our )?|every |each (?:of the )?)(?:room|area|floor)s?"
    r"|everywhere|house wide)(?!\S)(?! floor\b)"
)
HERE = Sparing(
    r"(?<!\S)(?:(?:in |of |around |inside |on |at )?(?:the|this|my|our|that) (?:same )?"
    r"(?:room(?! \d)|area|space(?! heater))"
    r"|(?:in |around |right |over )*here)(?!\S)"
)
DETERMINERS = (
    (" each and every ", " every "),
    (" every single ", " every "),
    (" all of ", " all "),
    (" each of ", " each "),
    *((f" {said} ", " and ") for said in ("as well as", "along with", "together with", "and also")),
    *(
        (f" {word} is {still}on ", " everything ")
        for word in ("whatever", "anything that", "everything that", "all that")
        for still in ("", "still ")
    ),
    (" whatever lights there are ", " all the lights "),
    (" whatever light there is ", " all the lights "),
    (" any light there is ", " all the lights "),
)


#: Those that are on, which are all that can be turned off: "whichever lights are on".
ON_NOW = Sparing(
    r"(?:whichever|whatever|any|all|all the|the|every) (\w+s?) (?:that |which )?(?:are|is) "
    r"(?:still |currently |left )?(?:on|lit|burning)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What is looked for: things of the set `able`, as seen from `room` after the ids of `last`.

    `kind` is what "the one in the hall" is one of; with `reading`, plural kinds need no room.
    """

    able: int
    room: str | None = None
    last: Sequence[str] = ()
    kind: str = ""
    reading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a phrase means: `ids` where it is plain, `choices` where it may be one of several.

    `problem` is "" for a find, "unknown" (no such thing), "unable" (there is one, which cannot do this), "which" (one
    of `choices`), "room" (the room was not said: all of `choices`?), "area" (only a room was named), "it" (nothing
    was spoken of), "except" (what is left out was not found, or is all there is: `choices`), "here" (the room of the
    speaker is not known).
    """

    ids: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    problem: str = ""
    phrase: str = ""
    place: str = ""  #: the room or floor that was named
    kind: str = ""  #: the generic word that was said: "light", "blind"
    everything: bool = False  #: all of the house
    group: bool = False  #: several were meant: "the lights", "all blinds"


@lru_cache(8_192)
def bare(name: str) -> str:
    """Return a plain name without articles, in the singular of its last word: what two spellings of it share."""
    words = [word for word in name.split() if word not in ("the", "a", "an", "my", "our", "your", ",")]
    return " ".join([*words[:-1], singular(words[-1])]) if words else ""


def bits(mask: int) -> Iterator[int]:
    """Yield the places of the bits that are set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def without(words: list[str], places: Sparing) -> tuple[list[str], bool]:
    """Take a way of saying "here" or "everywhere" out of the words; say whether there was one."""
    text = " ".join(words)
    found = places.search(text)
    return (words, False) if found is None else ((text[: found.start()] + text[found.end() :]).split(), True)


#: After these "the" begins no next thing.
_BEFORE_THE = frozenset(
    "all both every each of in on at by to from for with near next beside under over behind above below".split()
)


#: What is no thing of a list: "lower please, the blind".
_POLITE = frozenset("please now then just thanks".split())


def items(words: list[str]) -> list[list[str]]:
    """Split a list of things at its commas and ands."""
    parts: list[list[str]] = [[]]
    for place, word in enumerate(words):
        if word in LISTING:
            if parts[-1]:
                parts.append([])
        else:
            if word == "the" and place and parts[-1] and parts[-1][-1] not in _BEFORE_THE:
                parts.append([])  # no pause is written between "the lamp the fan and the heater"
            parts[-1].append(word)
    return [part for part in parts if not _POLITE.issuperset(part)]


def placed_exception(phrase: str, at: str, named: Container[int] = ()) -> str:
    """Return "all but the lamp" and " in the hall" as one phrase: the place is that of the whole."""
    base, others = exception(phrase.split(), named)
    if not others or not at or at.split(maxsplit=1)[0] not in _PLACING:
        return phrase + at
    return f"{' '.join(base)}{at} except {' and '.join(' '.join(part) for part in others)}"


_ARTICLES = frozenset("the my our this that".split())
#: How many are left out says not which.
_SOME_OF = frozenset("one some any few several half two three most 1 2 3".split())


def exception(words: list[str], named: Container[int] = ()) -> tuple[list[str], list[list[str]]]:
    """Split "all lights but the hall and the lamp" into what is meant and the phrases that are left out.

    `named` are the places of words that are part of a name: "bar" leaves nothing out of "light bar".
    """
    if not leaves_out(words):
        return words, []
    for start in range(1, len(words)):
        for marker in EXCEPT:
            if (
                start not in named
                and tuple(words[start : start + len(marker)]) == marker
                and not _is_noun(words, start)
            ):
                left = words[:start]
                while left and left[-1] in (",", "and", "but"):
                    left = left[:-1]
                rest = words[start + len(marker) :]
                if all(word in UNFINISHED or word in _LEADING for word in rest):
                    return left, [["some"]]  # the sentence broke off: a word that names nothing
                if rest[0] in COMMANDING:
                    return words, []  # "... but open the curtains" is the next command
                if rest and rest[0] in _SOME_OF and "of" in rest[1:2]:
                    return left, [["some", *rest[1:]]]  # a word that names nothing
                return left, [_unled(part) for part in items(rest)]
    return words, []


def leaves_out(words: list[str]) -> bool:
    """Say whether one of some words says that something is left out."""
    return any(word in LEAVING_OUT and not (place and _is_noun(words, place)) for place, word in enumerate(words))


def _is_noun(words: list[str], place: int) -> bool:
    """Say whether "bar" is the room of that name: "the lights in the bar"."""
    return words[place] == "bar" and words[place - 1] in _ARTICLES


def _unled(words: list[str]) -> list[str]:
    """Take the lead off what is left out: "for the", "in the", "the ones in the"."""
    while words and words[0] in _LEADING:
        if words[0] in ("one", "ones") and len(words) == 1:
            break
        words = words[1:]
    return words

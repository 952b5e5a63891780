"""What has been chosen, and how long something takes yet: "which program is the dishwasher on", "is it on eco".

A choice has a name like "Wash Program" that nobody says as it is written, so that a question for it is read by its
words: those that ask, those of the name, and the choices; a word that is none of these makes it no such question.
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re

from assistant.home.entities import Entity, Query
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.wording.words import plain, singular

_ASKING = frozenset(
    (
        "which what is are was has have had did does do the a an my our i we you it of for in on at to selected select chosen choose "
        "chose picked pick set put currently now right moment been going using running doing up or got this that there still please"
    ).split()
)
#: With one of these it is asked what has been chosen, and not what may be.
_BEING = frozenset("is are was has have did set selected chosen chose picked".split())
#: Words that come to the same in what machines are set to.
_SAME = {
    "programme": "program", "cycle": "program", "wash": "washing", "washer": "washing", "laundry": "washing",
    "dish": "dishwasher", "setting": "mode", "drier": "dryer",
}  # fmt: skip
#: What a choice is of; it alone tells which is meant only where a house has one.
_OF_WHAT = frozenset("program mode option timer speed profile preset source input scene".split())
_FEW = 3  #: choices that are told where it is not plain which is meant


def chosen(directory: Directory, text: str) -> Query | None:
    """Return what a plain question asks of what was chosen: which it is, or whether it is this one."""
    words = [word for word in text.split() if word != ","]
    if not words or words[0] not in ("which", "what", "is", "are", "has", "have", "did"):
        return None
    said = _of_machines(words)
    best: list[tuple[Entity, list[str]]] = []
    most = 0
    for thing in directory.entities:
        if not (thing.domain == "select" or (thing.domain == "sensor" and thing.options)):
            continue
        name = _named(thing)
        options = [option for option in thing.options if _is_said(plain(option), words)]
        left = said - {_same(word) for option in options for word in plain(option).split()}
        if not left or not left <= name:
            continue
        asks = words[0] in ("which", "what") and not (
            {"set", "selected", "chosen"} if left.isdisjoint(_OF_WHAT) else _BEING
        ).isdisjoint(words)
        if not (options or asks):
            continue  # "is the dishwasher on" asks nothing of its program
        fits = len(left) + len(options)
        if fits >= most:
            best = [*(best if fits == most else ()), (thing, options)]
            most = fits
    if not best or len(best) > _FEW:
        return None
    options = best[0][1]
    ids = tuple(thing.id for thing, _ in best)
    if len(best) == 1 and len(options) == 1 and words[0] not in ("which", "what"):
        return Query(kind="is", entities=ids, states=(options[0],), subject=best[0][0].name)
    return Query(kind="value", entities=ids, subject=best[0][0].name)


def _named(thing: Entity) -> set[str]:
    return {_same(word) for word in plain(f"{thing.name} {thing.device or ''}").split()}


def _of_machines(words: list[str]) -> set[str]:
    """Return the words that name something, each in the one way to say it: a washing machine is the washing."""
    said = {_same(word) for word in words if word not in _ASKING}
    return said - {"machine"} if said & {"washing", "dryer"} else said


def _same(word: str) -> str:
    return _SAME.get(singular(word), singular(word))


def _is_said(option: str, words: list[str]) -> bool:
    """Say whether the words of a choice stand in a question one after the other: "delicate" is "Delicates"."""
    wanted = [singular(word) for word in option.split()]
    said = [singular(word) for word in words]
    spoken = any(said[at : at + len(wanted)] == wanted for at in range(len(said) - len(wanted) + 1))
    return spoken and option not in ("on", "off", "")


_HOW_LONG = "how (?:longs?|much longer|much time|many (?:more )?(?:minutes|hours))"
#: How long something takes yet, as people ask for it.
_LEFT = tuple(
    re.compile(way)
    for way in (
        rf"{_HOW_LONG} (?:has|have|does|will|is|are) (?P<np>(?:the|my|our) .+?) (?:got|have|need|take|be|run|going to be)(?: (?:left|still|yet|to go|to run|remaining|more|on it))*",
        rf"{_HOW_LONG} (?:is |are |has |will be )?(?:there )?(?:left|remaining|to go|longer) (?:on|for|of|in|with) (?P<np>.+)",
        rf"{_HOW_LONG} (?:is it )?(?:till|until|til|before) (?P<np>.+?) (?:is |are |will be |has |have )?(?:all )?(?:done|finished|ready|finishes|ends|over|through|stops)",
        r"(?:when|what time) (?:is|are|will|does|do) (?P<np>.+?) (?:be |going to be |due to be |due to )?(?:done|finished|finish|ready|end|over|through|stop)",
        r"(?:is|are|has|have) (?P<np>.+?) (?:nearly|almost|about|just about) (?:done|finished|ready|over|through|there)",
    )
)
_REMAINING = frozenset("left remaining end finish completion eta".split())


def time_left(directory: Directory, text: str) -> Query | None:
    """Return the question how long something that is running takes yet, or when it ends, where a sensor tells."""
    match = next(filter(None, (way.fullmatch(text) for way in _LEFT)), None)
    if match is None:
        return None
    said = _of_machines(match["np"].split())
    ids = tuple(
        thing.id
        for thing in directory.entities
        if thing.domain == "sensor"
        and (thing.device_class in ("duration", "timestamp") or not _REMAINING.isdisjoint(plain(thing.name).split()))
        and said <= _named(thing)
    )
    return Query(kind="value", entities=ids, subject=match["np"]) if said and 0 < len(ids) <= _FEW else None

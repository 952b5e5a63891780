"""Questions about the house: which of its things a sentence asks about, and what about them.

A question that names nothing of this house, or asks what no device tells, is none: the documents may answer it.
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.home.asking.apart import asked_apart
from assistant.home.asking.choices import chosen, time_left
from assistant.home.asking.comparing import compared
from assistant.home.asking.loosely import OF_SOMEBODY, either, lean, taken_apart
from assistant.home.asking.plainly import TRIGGERED, plainly_asked
from assistant.home.asking.sensed import measured, sensed
from assistant.home.asking.things import ATTRIBUTES, attribute, entity_of, everything, find, in_state, motion, quantity
from assistant.home.asking.ways import ASKED, DONE, DONE_WORDS, PERIODS, REASONS, STATE_WORDS, STATES
from assistant.home.entities import Entity, HomeIntent, Query
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import Found, bare
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.words import plain, singular
from assistant.languages.en.durations import duration_at

if TYPE_CHECKING:
    from assistant.home.understanding.context import Context


def ask(directory: Directory, text: str, context: Context) -> HomeIntent | None:
    """Return what a plain question asks of the house, None where it asks nothing of it."""
    if (then := _AGO.fullmatch(text)) and (query := _at_a_moment(directory, then, context)):
        return _intent(query, "was")
    text = plainly_asked(text)
    if (triggered := TRIGGERED.fullmatch(text)) and (query := _alarm(directory, triggered["np"], context)):
        return _intent(query, "is")
    if query := compared(directory, text, context):
        return _intent(query, "temperature" if query.subject == "temperature" else "value")
    if (half := either(text)) and (query := _which_of_two(directory, half, text, context)):
        return _intent(query, "value")
    if asked := sensed(directory, text, context):
        return _intent(*asked)
    said = set(text.split())
    stateless, undone = said.isdisjoint(STATE_WORDS), said.isdisjoint(DONE_WORDS)
    for kind, way, *_ in ASKED.of(text) if text else ():
        asks = way.groupindex
        if (stateless and "state" in asks) or (undone and "done" in asks):
            continue
        match = way.fullmatch(text)
        if match is None:
            continue
        query = _query(directory, kind, match, context)
        if query is not None:
            return _intent(query, kind)
    if query := measured(directory, text):
        return _intent(query, "value")
    return None


def ask_loosely(directory: Directory, text: str, context: Context) -> HomeIntent | None:
    """Return what a question asks that none of the ways to ask knows as it was said.

    It is read without what is said around it, by what its words come to, and as one for what was chosen or is left.
    """
    for question in (text, *asked_apart(directory, text)):
        for said in dict.fromkeys((question, lean(question), *taken_apart(question))):
            found = ask(directory, said, context) if said != text else None
            if found is not None and found.query is not None and (found.entities or found.query.kind == "any"):
                return found
        if query := chosen(directory, question) or time_left(directory, question):
            return _intent(query, query.kind)
    return None


def _which_of_two(directory: Directory, half: str, text: str, context: Context) -> Query | None:
    """Return the question how a thing is, where it was asked whether it is so or otherwise."""
    asked = ask(directory, half, context)
    query = asked.query if asked is not None else None
    if query is None or query.kind not in ("is", "all", "any", "value") or len(query.entities) > _FEW:
        return None
    if OF_SOMEBODY.search(text) and not all(name.startswith(_ROBOTS) for name in query.entities):
        return None  # "is Marta out or is she back home"
    return query if query.kind == "value" else replace(query, kind="value", states=())


_FEW = 3  #: things that are told one by one where it was asked how they are
_ROBOTS = ("vacuum.", "lawn_mower.")


#: "Was the oven on an hour ago": what is asked, and how long before now.
_AGO = re.compile(r"(?P<what>(?:.* )?(?:was|were) .+?) (?:about |around )?(?P<length>(?:\S+ ){1,6}?)(?:ago|earlier)")


def _at_a_moment(directory: Directory, then: re.Match[str], context: Context) -> Query | None:
    """Return the question how something was some time ago: whether it was so, or what a sensor told."""
    words = f"{then['what']} {then['length']}".split()
    for start in range(len(then["what"].split()) - 1, len(words)):
        length = duration_at(words, start)
        if length is not None and length[1] == len(words):
            now = re.sub(r"\bwas\b", "is", re.sub(r"\bwere\b", "are", " ".join(words[:start])), count=1)
            asked = ask(directory, now.removesuffix(" about"), context)
            query = asked.query if asked is not None else None
            if query is None or query.kind not in ("is", "all", "any", "value"):
                return None
            sensors = all(name.startswith(("sensor.", "binary_sensor.")) for name in query.entities)
            if query.kind == "value" and not sensors:
                return None  # of what else a thing was doing only its state is remembered
            return replace(query, kind="was", ago=length[0])
    return None


def _intent(query: Query, kind: str) -> HomeIntent:
    warmth = query.attribute in ("temperature", "current_temperature")
    return HomeIntent(
        kind="query", intent="HassClimateGetTemperature" if warmth else "HassGetState", query=query, entities=query.entities,
        reason=REASONS.get(kind, f"asks for the {kind} of the house"),
        slots={"state": query.states[0]} if query.states else {},
    )  # fmt: skip


def _alarm(directory: Directory, phrase: str, context: Context) -> Query | None:
    """Return the question whether what watches over a house has found something."""
    for state, domain in (("detected", "binary_sensor"), ("triggered", "alarm_control_panel")):
        found = find(directory, phrase, directory.domain.get(domain, 0), context)
        if found.ids and not found.problem:
            return Query(kind="is", entities=found.ids, states=(state,), subject=phrase)
    return None


def _query(directory: Directory, kind: str, match: re.Match[str], context: Context) -> Query | None:
    groups = match.groupdict()
    phrase = (groups.get("np") or "").strip()
    at = (groups.get("at") or "").strip()
    if kind == "motion":
        return motion(directory, phrase, at, context)
    if "state" in groups or "done" in groups:
        phrase = _with_its_side(directory, phrase, match[0])
        words = (groups.get("state") or "").removeprefix("still ").removeprefix("left ")
        state = STATES.get(words) or DONE.get(groups.get("done") or "", "")
        if " not " in match[0] and groups.get("state"):
            state = {
                "on": "off",
                "off": "on",
                "open": "closed",
                "closed": "open",
                "locked": "unlocked",
                "unlocked": "locked",
            }.get(state, state)
        return _of_state(directory, kind, phrase, at, state, PERIODS.get((groups.get("period") or "").strip()), context)
    if kind == "place":  # "what is the nursery at" asks for its temperature
        kind = "temperature" if tuple(phrase.split()) in directory.places else "state"
    if kind in ("temperature", "humidity", "power", "battery", "sensed"):
        return quantity(directory, groups.get("what") or kind, phrase, context)
    if kind == "volume":  # what it is set to by a number of its own, else what the thing is doing
        found = find(directory, f"{phrase} volume", directory.domain.get("number", 0), context)
        return Query(kind="value", entities=found.ids, subject=phrase) if found.ids and not found.problem else None
    if kind in ATTRIBUTES:
        return attribute(directory, kind, phrase, context)
    return _told_by(directory, kind, phrase, match[0], context)


def _told_by(directory: Directory, kind: str, phrase: str, text: str, context: Context) -> Query | None:
    """Return the question what a thing is doing, or, of the kind "reading", what something that measures tells."""
    if kind == "reading" and re.match(r"(?:a|an) ", phrase):
        return None
    able = everything(directory)
    if kind == "reading":
        able = sum(
            (
                directory.domain.get(domain, 0)
                for domain in ("sensor", "number", "climate", "select", "text", "binary_sensor")
            ),
            0,
        )
    found = find(directory, phrase, able, context)
    if text.startswith(("what mode", "what program", "what setting")):
        chosen = find(directory, f"{phrase} program", directory.domain.get("select", 0), context)
        found = found if chosen.problem else chosen
    if found.problem == "which" and len(found.choices) <= 3:
        ids = found.choices
    elif found.problem:
        return None
    else:
        ids = found.ids
    return Query(kind="value", entities=ids, subject=phrase)


def _with_its_side(directory: Directory, phrase: str, text: str) -> str:
    """Return a phrase with the "left" of a name that stood where "left" may be a verb: "is the curtain left open"."""
    whole = f"{phrase} left"
    return whole if whole in text and directory.exact.get(bare(whole)) else phrase


#: What can have another state where it cannot have the one that was asked for: a door with nothing but a lock.
_ELSE = {
    "open": ("lock", "unlocked"), "closed": ("lock", "locked"),
    "docked": ("switch", "off"), "on": ("alarm_control_panel valve", "armed open"),
    "off": ("alarm_control_panel valve", "disarmed closed"),
}  # fmt: skip
_QUANTIFIER = re.compile(
    r"^(?:there )?(?:any|all|every|each|some|both|anything|everything|something)\b ?(?:of )?(?:the |my |our )?"
)
_NO_THING = re.compile(r"^(?:thing|things|else|of them)$")


def _of_state(
    directory: Directory, kind: str, phrase: str, at: str, state: str, period: str | None, context: Context
) -> Query | None:
    if kind == "is" and re.match(r"(?:there )?(?:any|some)(?:thing)?(?: |$)", phrase):
        kind = "any"  # "are any lights still on"
    phrase = _NO_THING.sub("", _QUANTIFIER.sub("", phrase + " ").strip())
    found = in_state(directory, kind, phrase, at, state, context)
    if found.problem in ("unknown", "unable") and state in _ELSE and kind in ("is", "last", "duration"):
        for domain, other in zip(*map(str.split, _ELSE[state]), strict=True):
            again = find(directory, f"{phrase} {at}".strip(), directory.domain.get(domain, 0), context)
            if not again.problem or domain == "lock":
                state, found = other, again
                break
    if found.problem not in ("", "area", "which", "room"):
        return _of_nothing(kind, found, phrase, state)
    ids = found.ids or found.choices
    if found.problem == "area" and kind == "is" and len(ids) > 1:
        ids = _named_after(directory, found.place, ids)
    if not ids:
        return None
    subject = phrase or "things"
    if kind == "is" and len(ids) > 1 and _differ([entity_of(directory, name) for name in ids]):
        kind = "which" if found.problem == "which" else "all"
    return Query(
        kind=kind, entities=ids, states=(state,), subject=subject, area=found.place or None,
        period=period or ("today" if kind == "duration" else None),
    )  # fmt: skip


def _differ(things: list[Entity]) -> bool:
    """Say whether things are not just one that is seen in several ways: other names, or the same in other rooms."""
    return len({(plain(thing.name), thing.area) for thing in things}) > 1


def _named_after(directory: Directory, place: str, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the one thing of a room that has its name: "is the garage open" asks for its door."""
    named = [name for name in ids if set(plain(place).split()) & set(plain(entity_of(directory, name).name).split())]
    return tuple(named) if len(named) == 1 else ()


def _of_nothing(kind: str, found: Found, phrase: str, state: str) -> Query | None:
    """Return a question about things that a room of this house does not have: "which blinds are open in the hall?"."""
    words = [singular(word) for word in phrase.split() if word not in ("the", "my", "our", "of")]
    if (
        found.problem == "unknown"
        and found.place
        and words
        and words[-1] in english.GENERIC
        and kind in ("any", "all", "which", "count")
    ):
        return Query(kind=kind, states=(state,), subject=words[-1] + "s", area=found.place)
    return None

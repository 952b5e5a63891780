"""Questions about the house: which of its things a sentence asks about, and what about them.

A question that names nothing of this house, or asks what no device tells, is none: the documents may answer it.
"""

# ruff: noqa: E501, ISC004 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.home import english
from assistant.home.asked_plainly import TRIGGERED, plainly_asked
from assistant.home.entities import Entity, HomeIntent, Query
from assistant.home.names import Directory
from assistant.home.noun_phrases import Found, bare
from assistant.home.sensed import measured, sensed
from assistant.home.ways import Ways
from assistant.home.words import plain, singular
from assistant.languages.en.durations import duration_at

if TYPE_CHECKING:
    from assistant.home.context import Context

_OPENING = frozenset("door window garage_door opening".split())
_ON_OFF = frozenset("light switch fan climate humidifier siren water_heater media_player input_boolean".split())
#: What people ask for, and the state that it is.
_STATES = {
    "on": "on", "off": "off", "out": "off", "open": "open", "opened": "open", "ajar": "open", "closed": "closed", "shut": "closed",
    "locked": "locked", "unlocked": "unlocked", "secured": "locked", "secure": "locked", "bolted": "locked", "running": "running",
    "going": "running", "working": "running", "active": "running", "cleaning": "cleaning", "vacuuming": "cleaning", "docked": "docked",
    "charging": "docked", "home": "docked", "armed": "armed", "set": "armed", "disarmed": "disarmed", "triggered": "triggered",
    "heating": "heating", "cooling": "cooling", "lit": "on", "up": "open", "down": "closed", "opening": "opening", "closing": "closing", "shutting": "closing",
    "detected": "detected", "occupied": "detected", "clear": "clear", "empty": "clear", "wet": "detected", "dry": "clear", "low": "detected",
    "normal": "clear", "unoccupied": "clear", "jammed": "jammed", "sounding": "on", "ringing": "on", "powered": "on", "raised": "open", "lowered": "closed",
    "dark": "off", "burning": "on", "glowing": "on", "sleeping": "docked", "resting": "docked", "parked": "docked", "drawn": "closed", "pulled": "closed", "retracted": "closed", "rolled up": "open", "rolled down": "closed", "returning": "returning", "paused": "paused",
}  # fmt: skip
_DONE = {
    "turn on": "on", "switch on": "on", "turn off": "off", "switch off": "off", "lock": "locked", "unlock": "unlocked", "close": "closed",
    "shut": "closed", "open": "open", "turned on": "on", "switched on": "on", "turned off": "off", "switched off": "off",
    "lock up": "locked", "locked up": "locked", "locked": "locked", "unlocked": "unlocked", "closed": "closed", "opened": "open", "put out": "off", "shut off": "off", "arm": "armed",
    "armed": "armed", "set": "armed", "run": "running", "ran": "running", "used": "on", "running": "running", "on": "on", "off": "off",
    "triggered": "triggered", "start": "running", "started": "running", "come on": "on", "go on": "on", "go off": "off", "came on": "on", "open up": "open", "detect motion": "detected", "detected": "detected",
    "see motion": "detected", "move": "detected", "disarmed": "disarmed", "disarm": "disarmed", "cleaned": "cleaning", "clean": "cleaning", "activated": "on", "stop": "off", "stopped": "off",
}  # fmt: skip
_S = "|".join(sorted(_STATES, key=len, reverse=True))
_D = "|".join(sorted(_DONE, key=len, reverse=True))
_STATE_WORDS = frozenset(" ".join(_STATES).split())
_DONE_WORDS = frozenset(" ".join(_DONE).split())
#: One of these stands in whatever is asked of the state of a house.
ASKED_WORDS = (
    _STATE_WORDS
    | _DONE_WORDS
    | frozenset(
        "warm worm hot cold cool temperature humid humidity degrees status state bright set doing battery".split()
    )
) - frozenset("and to the is of in".split())
_STILL = r"(?:still |currently |now |already |really |actually |properly |fully |completely |all |both |turned |switched |left |been |even |right now |set to |set |securely |not )*"
_NOW = r"(?: (?:right now|now|at the moment|currently|today|still|at present|just now|yet|please))*"
_AT = (
    r"(?P<at> (?:(?:upstairs|downstairs|outside|inside|here|everywhere|anywhere)(?: .+?)?"
    r"|(?:in|on|at|of|throughout|around|by|near|across|except|but) .+?))?"
)
_ASKED = Ways(
    (
        ("either", rf"(?:is|are) (?P<np>.+?) (?:currently |now |still )?(?P<state>{_S}|in) or (?:{_S}|out|not|what)"),
        ("any", rf"(?:is|are|do i have|do we have|have we got) (?:there )?(?:any|some) (?:of the )?(?P<state>{_S}) (?P<np>.+?){_AT}{_NOW}"),
        ("count", rf"how many (?P<state>{_S}) (?P<np>.+?) (?:are there|do i have|do we have|are){_AT}{_NOW}"),
        ("any", rf"(?:is|are|do i have|do we have|have we got|was|were) (?:there )?(?:any|anything|some|something|still any)(?P<np> .+?)? (?P<state>{_S}|left on|left open){_AT}{_NOW}"),
        ("any", rf"(?:is|are) (?:there )?(?:any|anything|some|something)(?P<np> (?:thing )?(?:else )?)?{_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("any", rf"(?:any|anything)(?P<np> .+?)? ?{_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("any", rf"(?:have|did) (?:i|we) (?:left|leave) (?:any|anything)(?P<np> .+?)? ?(?P<state>{_S}){_AT}{_NOW}"),
        ("any", rf"(?:is|are) there (?P<np>.+?) (?P<state>{_S}){_AT}{_NOW}"),
        ("all", rf"(?:is|are) (?P<np>(?:all|every|each|both|everything)\b.*?) {_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("is", rf"(?:is|are|was|were) (?P<np>.+?) {_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("is", rf"(?:did|have|has) (?:i|we|you|he|she|they|someone|somebody|anyone|anybody) (?:remember to |forget to |forgotten to |actually |really )?(?:leave|left|keep|kept) (?P<np>.+?) (?P<state>{_S}){_AT}{_NOW}"),
        ("is", rf"(?:did|have|has) (?:i|we|you|he|she|they|someone|somebody|anyone|anybody) (?:remember to |actually |really |already )?(?P<done>{_D}) (?P<np>.+?){_NOW}"),
        ("is", rf"(?:did|have|has) (?:i|we|you|someone|somebody|anyone|anybody) (?:remember to |actually |really |already )?(?:turn|switch|turned|switched) (?P<np>.+?) (?P<state>on|off){_NOW}"),
        ("is", rf"did (?P<np>.+?) (?P<done>close|open|lock|unlock|shut|turn on|turn off|come on|go off|go on|start|stop){_NOW}"),
        ("is", rf"(?:has|have) (?P<np>.+?) been (?:left |turned |switched )?(?P<state>{_S}){_NOW}"),
        ("count", rf"how many (?:of )?(?P<np>.+?) (?:are |is |do i have |do we have |have i left |did i leave |have been |were |left )*(?:there )?{_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("which", rf"(?:which|what)(?: of)? (?P<np>.+?) (?:are|is|have been|has been|did i leave|have i left|did we leave|were|was|do i have|have we left|that are) ?{_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("which", rf"(?:which|what)(?: of)?(?P<np> .+?)? (?P<state>(?:still )?on|open){_AT}{_NOW}"),
        ("which", rf"what (?:is|are|did i leave|have i left|did we leave)(?P<np> (?:all|everything|thing))? ?{_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("is", rf"(?!which|what|how|when|why|who)(?:the )?(?P<np>.+?) (?:is|are) {_STILL}(?P<state>{_S}){_AT}{_NOW}"),
        ("motion", rf"(?:is|are|has|have|was) (?:there )?(?:been )?(?:any |a |some )?(?P<np>motion|movement|smoke|gas|leak|water leak|water|presence|someone|somebody|anyone|anybody|carbon monoxide|vibration|sound|rain|occupancy|people|person)"
                   rf"(?: been)?(?: (?:detected|present|leaking|moving|about|around|there))?{_AT}{_NOW}"),
        ("last", rf"when (?:was|were|is|has|have) (?P<np>.+?) (?:been )?(?:last |most recently )(?:been )?(?P<done>{_D})"),
        ("last", rf"when (?:did|has) (?P<np>.+?) (?:last )(?P<done>{_D})"),
        ("last", rf"when (?:did|have) (?:i|we|you|someone|somebody|anyone|anybody) (?:last )?(?P<done>{_D}) (?P<np>.+?)(?: last| the last time)?"),
        ("last", rf"when was the last time (?:that )?(?P<np>.+?) (?:was|were|got|had been|has been) (?:turned |switched )?(?P<done>{_D})"),
        ("last", rf"when was the last time (?:that )?(?:i|we|someone|somebody|anyone) (?P<done>{_D}) (?P<np>.+?)"),
        ("last", rf"when was the last time (?:that )?(?P<np>.+?) (?P<done>{_D})"),
        ("last", rf"(?:when|at what time|what time) (?:was|were|did) (?P<np>.+?) (?:get )?(?P<done>{_D})(?: last)?(?: today)?"),
        ("duration", rf"(?:for )?how long (?:was|were|has|have|had|is|did) (?P<np>.+?) (?:been |stay |was |turned |switched |remain )*(?P<done>{_D})(?: for)?(?P<period> today| yesterday| this week| this morning| tonight| so far today)?"),
        ("duration", rf"(?:for )?how long (?:was|were|has|have|had|is|did) (?P<np>.+?) (?:been |stay |was )*(?P<done>{_D})(?P<at> (?:in|on|at) .+?)(?P<period> today| yesterday| this week)?"),
        ("duration", r"(?:for )?how long (?:did|has|have) (?P<np>.+?) (?P<done>run|heat|running|clean|heating)(?P<period> today| yesterday| this week)?"),
        # values
        ("temperature", r"how (?:warm|hot|cold|cool|chilly) is (?:it )?(?P<np>.*?)(?: right now| now| today| at the moment| currently)?"),
        ("temperature", r"is (?P<np>(?!it |there ).+?) (?:too |very |really |getting |nice and )?(?:warm|hot|cold|cool|chilly)(?: enough)?(?: right now| now)?"),
        ("temperature", r"(?:is it|how is it) (?:(?:too|nice and|getting|very|really|still) )*(?:warm|hot|cold|cool|chilly)(?: enough)?(?P<np> .+)?"),
        ("temperature", r"what is (?:the |my |our )?(?:current |room |indoor |inside )*(?:temperature|temp)(?: like)?(?P<np>.*?)(?: right now| now| at the moment| currently| today| set to)?"),
        ("temperature", r"what (?:temperature|temp) is (?:it )?(?P<np>.*?)(?: right now| now| at the moment| currently)?"),
        ("temperature", r"(?:what is|how is) (?:the )?(?P<np>.+?) (?:current )?(?:temperature|temp)(?: like)?(?: right now| now| at the moment| currently)?"),
        ("target", r"what (?:temperature|temp)? ?(?:is|are) (?P<np>.+?) set (?:to|at)"),
        ("target", r"what is the (?:target|set) (?:temperature|temp)(?P<np> .+?)?"),
        ("humidity", r"how (?:humid|damp) is (?:it )?(?P<np>.*?)(?: right now| now)?"),
        ("humidity", r"(?:what is|how is|how high is) the (?:current |relative |air )?humidity(?: level| like)?(?P<np>.*?)(?: right now| now)?"),
        ("humidity", r"what is (?P<np>.+?) humidity"),
        ("temperature", r"(?:the )?(?P<np>.+?) (?:temperature|temp)"),
        ("humidity", r"(?:the )?(?P<np>.+?) humidity"),
        ("brightness", r"how bright (?:is|are) (?P<np>.+?)(?: right now| now| set)?"),
        ("brightness", r"what is the brightness (?:level )?of (?P<np>.+?)"),
        ("brightness", r"what brightness is (?P<np>.+?)(?: at| set to)?"),
        ("brightness", r"what is (?P<np>.+?) brightness"),
        ("position", r"how (?:far )?(?:open|closed|far up|far down) (?:is|are) (?P<np>.+?)"),
        ("position", r"what is the position of (?P<np>.+?)"),
        ("position", r"how far (?:open|closed|up|down)? ?(?:is|are) (?P<np>.+?)(?: open| closed| up| down)?"),
        ("percentage", r"(?:how fast is|what speed is) (?P<np>.+?)(?: running| going| spinning| at| on| set to)?"),
        ("percentage", r"what is the (?:fan )?speed of (?P<np>.+?)"),
        ("rgb", r"what colou?r (?:is|are) (?P<np>.+?)"),
        ("power", r"how much (?:power|electricity|energy) (?:is|are|does|do|has|have) (?P<np>.+?) (?:using|use|drawing|draw|consuming|consume|used|consumed)(?: right now| now| at the moment| today)?"),
        ("power", r"how much (?:power|electricity|energy) (?:is|are|do|does) (?:we|i|it) (?:getting|get|making|producing|having) (?:out of|from|off) (?P<np>.+?)(?: right now| now| at the moment| today)?"),
        ("power", r"how much (?:power|electricity|energy) (?:is|are|do|does) (?P<np>.+?) (?:making|make|producing|produce|generating|generate|giving|give)(?: us| me)?(?: right now| now| at the moment| today)?"),
        ("power", r"what (?:is|are) (?P<np>.+?) (?:drawing|using|consuming|burning|pulling)(?: right now| now| at the moment)?"),
        ("power", r"how much (?:power|electricity) (?:is|are) (?:being used|used|we using)(?P<np>.*?)"),
        ("power", r"what is the (?:current )?(?:power consumption|power usage|power|energy consumption|energy usage)(?P<np>.*?)"),
        ("battery", r"how much battery (?:does|do|has|have) (?P<np>.+?) (?:have|got)(?: left)?"),
        ("battery", r"(?:what is|how is|how full is|how much) (?:the )?battery (?:level |charge |status )?(?:of |on |in |for )?(?P<np>.*?)(?: left| has left)?"),
        ("sensed", r"(?:what is|how is|how high is) (?:the )?(?:current )?(?P<what>co2|carbon dioxide|air quality|pressure|illuminance|light level|noise level|moisture|voltage|signal strength|uv index|wind speed|rain|rainfall|pm2 5|carbon monoxide)"
                    r"(?: level| concentration)?(?P<np>.*?)"),
        ("place", r"what is (?:the |my |our )?(?P<np>.+?) at(?: right now| now| at the moment)?"),
        ("state", r"(?:what is|how is|what are) the (?:current )?(?:state|status|condition|setting|mode|value|level) (?:of|for) (?P<np>.+?)"),
        ("state", r"(?:the )?(?:current )?(?:state|status) of (?P<np>.+?)"),
        ("state", r"(?:what is|what are) (?P<np>.+?) (?:doing|at|up to|set to|on|state|status|reading|showing|saying)(?: right now| now| at the moment)?"),
        ("state", r"what (?:mode|state|program|programme|setting) (?:is|are) (?P<np>.+?)(?: in| on| at| set to)?(?: right now| now)?"),
        ("state", r"where is (?P<np>.+?)(?: right now| now)?"),
        ("reading", r"(?:what is|what are|how is|how are|what does|how much is|how high is) (?P<np>.+?)(?: say| read| show)?(?: right now| now| at the moment| currently)?"),
    )
)  # fmt: skip
#: The classes of what tells how good the air is.
_OF_AIR = {"aqi", "carbon_dioxide", "pm25", "volatile_organic_compounds", "volatile_organic_compounds_parts"}
_ATTRIBUTES = {
    "brightness": ("light",),
    "position": ("cover", "valve"),
    "percentage": ("fan",),
    "rgb": ("light",),
    "target": ("climate", "water_heater", "humidifier"),
}
_PERIODS = {
    "today": "today",
    "so far today": "today",
    "yesterday": "yesterday",
    "this week": "week",
    "this morning": "today",
    "tonight": "today",
}


#: What is told of a question of each kind, in the ledger.
_REASONS = {
    "is": "asks whether it is so", "any": "asks whether any is so", "all": "asks whether all are so",
    "which": "asks which are so", "count": "asks how many are so", "where": "asks where it is",
    "was": "asks how it was some time ago", "value": "asks for a value of the house", "last": "asks when it last was so", "duration": "asks how long it was so",
}  # fmt: skip


def ask(directory: Directory, text: str, context: Context) -> HomeIntent | None:
    """Return what a plain question asks of the house, None where it asks nothing of it."""
    if (then := _AGO.fullmatch(text)) and (query := _at_a_moment(directory, then, context)):
        return _intent(query, "was")
    text = plainly_asked(text)
    if (triggered := TRIGGERED.fullmatch(text)) and (query := _alarm(directory, triggered["np"], context)):
        return _intent(query, "is")
    if (compared := _COMPARED.fullmatch(text)) and (query := _both_warmths(directory, compared, context)):
        return _intent(query, "temperature")
    if asked := sensed(directory, text, context):
        return _intent(*asked)
    said = set(text.split())
    stateless, undone = said.isdisjoint(_STATE_WORDS), said.isdisjoint(_DONE_WORDS)
    for kind, way, _ in _ASKED.of(text) if text else ():
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


#: "Is it warmer outside than in the kitchen": what is asked of both places.
_COMPARED = re.compile(
    r"is (?:it |the )?(?:(?:any|much|a lot) )?(?:(?P<some>.+?) )?(?:warmer|colder|cooler|hotter|chillier)(?: (?P<here>.+?))? than (?:it is |the )?(?P<other>.+)"
)


def _both_warmths(directory: Directory, compared: re.Match[str], context: Context) -> Query | None:
    """Return the question for the temperatures of two places: with both told, it is plain which is warmer."""
    found = [_quantity(directory, "temperature", place or "", context) for place in (
        compared["some"] or compared["here"], compared["other"])]  # fmt: skip
    if any(query is None or not query.entities for query in found):
        return None
    entities = tuple(dict.fromkeys(name for query in found if query for name in query.entities))
    return Query(kind="value", entities=entities, attribute="current_temperature", subject="temperature")


def _intent(query: Query, kind: str) -> HomeIntent:
    warmth = query.attribute in ("temperature", "current_temperature")
    return HomeIntent(
        kind="query", intent="HassClimateGetTemperature" if warmth else "HassGetState", query=query, entities=query.entities,
        reason=_REASONS.get(kind, f"asks for the {kind} of the house"),
        slots={"state": query.states[0]} if query.states else {},
    )  # fmt: skip


def _alarm(directory: Directory, phrase: str, context: Context) -> Query | None:
    """Return the question whether what watches over a house has found something."""
    for state, domain in (("detected", "binary_sensor"), ("triggered", "alarm_control_panel")):
        found = _find(directory, phrase, directory.domain.get(domain, 0), context)
        if found.ids and not found.problem:
            return Query(kind="is", entities=found.ids, states=(state,), subject=phrase)
    return None


def _query(directory: Directory, kind: str, match: re.Match[str], context: Context) -> Query | None:
    groups = match.groupdict()
    phrase = (groups.get("np") or "").strip()
    at = (groups.get("at") or "").strip()
    if kind == "either":
        words = groups["state"].split()[0]
        found = _in_state(directory, "is", phrase, at, _STATES.get(words, "open"), context)
        return None if found.problem else Query(kind="value", entities=found.ids, subject=phrase)
    if kind == "motion":
        return _motion(directory, phrase, at, context)
    if "state" in groups or "done" in groups:
        phrase = _with_its_side(directory, phrase, match[0])
        words = (groups.get("state") or "").removeprefix("still ").removeprefix("left ")
        state = _STATES.get(words) or _DONE.get(groups.get("done") or "", "")
        if " not " in match[0] and groups.get("state"):
            state = {
                "on": "off",
                "off": "on",
                "open": "closed",
                "closed": "open",
                "locked": "unlocked",
                "unlocked": "locked",
            }.get(state, state)
        return _of_state(
            directory, kind, phrase, at, state, _PERIODS.get((groups.get("period") or "").strip()), context
        )
    if kind == "place":  # "what is the nursery at" asks for its temperature
        kind = "temperature" if tuple(phrase.split()) in directory.places else "state"
    if kind in ("temperature", "humidity", "power", "battery", "sensed"):
        return _quantity(directory, groups.get("what") or kind, phrase, context)
    if kind in _ATTRIBUTES:
        return _attribute(directory, kind, phrase, context)
    return _told_by(directory, kind, phrase, match[0], context)


def _told_by(directory: Directory, kind: str, phrase: str, text: str, context: Context) -> Query | None:
    """Return the question what a thing is doing, or, of the kind "reading", what something that measures tells."""
    if kind == "reading" and re.match(r"(?:a|an) ", phrase):
        return None
    able = _all(directory)
    if kind == "reading":
        able = sum(
            (directory.domain.get(domain, 0) for domain in ("sensor", "number", "climate", "select", "binary_sensor")),
            0,
        )
    found = _find(directory, phrase, able, context)
    if text.startswith(("what mode", "what program", "what setting")):
        chosen = _find(directory, f"{phrase} program", directory.domain.get("select", 0), context)
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
    "docked": ("switch", "off"), "on": ("alarm_control_panel", "armed"), "off": ("alarm_control_panel", "disarmed"),
}  # fmt: skip
_QUANTIFIER = re.compile(
    r"^(?:there )?(?:any|all|every|each|some|both|anything|everything|something)\b ?(?:of )?(?:the |my |our )?"
)
_NO_THING = re.compile(r"^(?:thing|things|else|of them)$")


def _of_state(
    directory: Directory, kind: str, phrase: str, at: str, state: str, period: str | None, context: Context
) -> Query | None:
    if kind == "is" and phrase.startswith(("any ", "some ", "there any ", "there some ")):
        kind = "any"  # "are any lights still on"
    phrase = _NO_THING.sub("", _QUANTIFIER.sub("", phrase + " ").strip())
    found = _in_state(directory, kind, phrase, at, state, context)
    if found.problem in ("unknown", "unable") and state in _ELSE and kind in ("is", "last", "duration"):
        domain, other = _ELSE[state]
        again = _find(directory, f"{phrase} {at}".strip(), directory.domain.get(domain, 0), context)
        if not again.problem or domain == "lock":
            state, found = other, again
    if found.problem not in ("", "area", "which", "room"):
        return _of_nothing(kind, found, phrase, state)
    ids = found.ids or found.choices
    if found.problem == "area" and kind == "is" and len(ids) > 1:
        ids = _named_after(directory, found.place, ids)
    if not ids:
        return None
    subject = phrase or "things"
    if kind == "is" and len(ids) > 1 and _differ([_entity(directory, name) for name in ids]):
        kind = "which" if found.problem == "which" else "all"
    return Query(
        kind=kind, entities=ids, states=(state,), subject=subject, area=found.place or None,
        period=period or ("today" if kind == "duration" else None),
    )  # fmt: skip


def _in_state(directory: Directory, kind: str, phrase: str, at: str, state: str, context: Context) -> Found:
    """Find the things of a question that can be in a state; of "which lamp" all lamps."""
    able = _with_state(directory, state)
    if re.search(r"\b(?:sensor|detector|batter(?:y|ie))s?\b", phrase):
        able |= _where(directory, lambda entity: entity.domain == "binary_sensor" or entity.device_class == "battery")
    whole = f"{phrase or 'everything'} {at}".strip()
    if kind in ("which", "any", "all", "count") and phrase and singular(phrase) == phrase:
        found = _find(directory, f"{phrase}s {at}".strip(), able, context)
        if found.problem != "unknown":
            return found
    return _find(directory, whole, able, context)


def _find(directory: Directory, phrase: str, able: int, context: Context) -> Found:
    return directory.find(phrase, able, room=context.room, last=context.last, reading=True)


def _differ(things: list[Entity]) -> bool:
    """Say whether things are not just one that is seen in several ways: other names, or the same in other rooms."""
    return len({(plain(thing.name), thing.area) for thing in things}) > 1


def _named_after(directory: Directory, place: str, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the one thing of a room that has its name: "is the garage open" asks for its door."""
    named = [name for name in ids if set(plain(place).split()) & set(plain(_entity(directory, name).name).split())]
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


def _motion(directory: Directory, phrase: str, at: str, context: Context) -> Query | None:
    noun = {"movement": "motion", "someone": "motion", "somebody": "motion", "anyone": "motion", "anybody": "motion", "people": "motion",
            "person": "motion", "water leak": "moisture", "leak": "moisture", "water": "moisture"}.get(phrase, phrase)  # fmt: skip
    classes = {
        "motion": ("motion", "occupancy", "presence", "moving"),
        "occupancy": ("occupancy", "presence", "motion"),
    }.get(noun, (noun.replace(" ", "_"),))
    able = _where(directory, lambda entity: entity.domain == "binary_sensor" and entity.device_class in classes)
    if not able:
        return None
    found = directory.find(f"sensors {at}".strip(), able, room=context.room, reading=True)
    ids = found.ids or found.choices
    if found.problem in ("unknown", "here", "it") or not ids:
        return None
    return Query(kind="any", entities=ids, states=("detected",), subject=noun, area=found.place or None)


def _quantity(directory: Directory, what: str, phrase: str, context: Context) -> Query | None:
    """Return the question for a temperature, a humidity, a power: of a thing, or of what measures it in a place."""
    phrase = re.sub(r"^(?:of|in|at|on|for|from) ", "", phrase)
    device_class = {"co2": "carbon_dioxide", "light level": "illuminance"}.get(what, what.replace(" ", "_"))
    classes = {device_class, "energy" if device_class == "power" else device_class}
    if what == "air quality":
        classes = _OF_AIR
    sensors = _where(directory, lambda entity: entity.domain == "sensor" and entity.device_class in classes)
    if what in ("temperature", "humidity"):
        keepers = (
            directory.domain.get("climate", 0)
            | directory.domain.get("water_heater", 0)
            | (directory.domain.get("humidifier", 0) if what == "humidity" else 0)
        )
    else:
        keepers = 0
    attribute = "current_temperature" if what == "temperature" else "current_humidity" if what == "humidity" else None
    if phrase in (
        "",
        "it",
        "here",
        "in here",
        "the room",
        "this room",
        "inside",
        "like",
        "indoors",
        "the house",
        "the home",
    ) or phrase.startswith("like"):
        mask = sensors | keepers
        if context.room:
            mask = mask & directory.area_of.get(plain(context.room), 0) or mask
        mask = mask & sensors or mask
        return (
            Query(kind="value", entities=directory.ids(mask), attribute=attribute, subject=what, area=context.room)
            if mask
            else None
        )
    said = [phrase, f"{phrase} {what}"]
    if phrase in ("outside", "outdoors"):
        said += [f"{other} {what}" for other in ("outdoor", "outside", "garden")]
    for words in said:
        found = directory.find(words, sensors | keepers, room=context.room, last=context.last, reading=True)
        ids = found.ids or (found.choices if found.problem in ("area", "which", "room") else ())
        if found.problem in ("unknown", "unable", "here", "it", "except") or not ids:
            continue
        if found.place or found.problem:
            measured = directory.ids(directory.mask(ids) & sensors)
            own = [name for name in measured if plain(_entity(directory, name).name) == f"{plain(found.place)} {what}"]
            measured = tuple(own) or measured  # "how warm is the kitchen" is not about what is in the freezer
            rooms = {_entity(directory, name).area for name in measured}
            ids = measured + tuple(
                name for name in ids if name not in measured and _entity(directory, name).area not in rooms
            )
        return Query(kind="value", entities=ids, attribute=attribute, subject=what, area=found.place or None)
    if tuple(word for word in phrase.split() if word not in ("the", "my", "our")) in directory.places:
        return Query(kind="value", attribute=attribute, subject=what, area=phrase.removeprefix("the "))
    return None


def _attribute(directory: Directory, kind: str, phrase: str, context: Context) -> Query | None:
    able = sum((directory.domain.get(domain, 0) for domain in _ATTRIBUTES[kind]), 0)
    if kind == "brightness":
        able |= _where(directory, lambda entity: entity.domain == "sensor" and entity.device_class == "illuminance")
    if kind == "target":
        able |= (
            directory.domain.get("fan", 0)
            | directory.domain.get("select", 0)
            | directory.domain.get("number", 0)
            | directory.domain.get("light", 0)
        )
        phrase = re.sub(r"^(?:of|in|for|on) ", "", phrase)
    found = directory.find(phrase, able, room=context.room, last=context.last, reading=True)
    ids = found.ids or (found.choices if found.problem in ("area", "which", "room") else ())
    if found.problem == "area":
        ids = tuple(name for name in ids if name.split(".")[0] in _ATTRIBUTES[kind])
    if not ids or found.problem in ("unable", "unknown", "it", "here"):
        return None
    attribute = {
        "target": "temperature" if all(name.startswith(("climate.", "water_heater.")) for name in ids) else None
    }.get(kind, kind)
    return Query(kind="value", entities=ids, attribute=attribute, subject=phrase, area=found.place or None)


def _with_state(directory: Directory, state: str) -> int:
    """Return the things that can be in a state."""
    if state in ("open", "closed", "opening", "closing"):
        return _where(
            directory,
            lambda entity: (
                entity.domain in ("cover", "valve")
                or (entity.domain == "binary_sensor" and entity.device_class in _OPENING)
            ),
        )
    if state in ("locked", "unlocked", "jammed"):
        return _where(
            directory,
            lambda entity: (
                entity.domain == "lock" or (entity.domain == "binary_sensor" and entity.device_class == "lock")
            ),
        )
    if state in ("cleaning", "docked", "returning", "paused"):
        return directory.domain.get("vacuum", 0) | directory.domain.get("lawn_mower", 0)
    if state in ("armed", "disarmed", "triggered"):
        return directory.domain.get("alarm_control_panel", 0)
    if state in ("heating", "cooling"):
        return directory.domain.get("climate", 0)
    if state in ("detected", "clear"):
        return directory.domain.get("binary_sensor", 0)
    if state == "running":
        return _where(
            directory,
            lambda entity: entity.domain in _ON_OFF or entity.domain in ("vacuum", "lawn_mower", "binary_sensor"),
        )
    return _where(
        directory,
        lambda entity: (
            entity.domain in _ON_OFF
            or (
                entity.domain == "binary_sensor"
                and entity.device_class not in _OPENING
                and entity.device_class not in ("motion", "smoke", "lock", "battery")
            )
        ),
    )


def _where(directory: Directory, fits: Callable[[Entity], bool]) -> int:
    return sum(1 << number for number, entity in enumerate(directory.entities) if fits(entity))


def _all(directory: Directory) -> int:
    return (1 << len(directory.entities)) - 1


def _entity(directory: Directory, name: str) -> Entity:
    return directory.entities[directory.number[name]]

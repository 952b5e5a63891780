"""What is said of alarms and reminders, as patterns: what it asks for, and which of them it means."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from assistant.languages.en.durations import durations_in
from assistant.languages.en.moments import When, when_at
from assistant.languages.en.words import QUESTION_WORDS
from assistant.skills.agenda import Agenda, Entry, Kind, State
from assistant.skills.naming import fitting
from assistant.skills.skill import SkillCall

NAME = "alarms"  #: of the skill
THERE: tuple[State, ...] = ("waiting", "ringing")
_THE = r"(?:the |my |a |an |another |one |our |that |this |new )*"
_SET = r"(?:set(?: up)?|create|make|add|put|(?:i|we) (?:need|want)|give|get|schedule)(?: me| us)?"
_SET_ALARM = re.compile(
    rf"(?:(?:{_SET}(?: on)?|(?:turn|switch) on|activate|enable) {_THE}(?P<name>\w[\w' ]*? )??alarm(?: clock)?|(?:turn|switch|put) {_THE}alarm(?: clock)? on|alarm"
    r"|(?:wake|get)(?: me| us)(?: up)?|wake up|make sure (?:i'm|i am|we're|we are) (?:up|awake)"
    r"|i (?:need|have|want) to (?:get|be|wake) up|i (?:need|have|want) to be awake|(?:get|be) up)"
)
#: Words before "alarm" that say how often it rings.
_REPEATED = {"daily": "day", "weekday": "weekday", "weekend": "weekend", "recurring": "", "everyday": "day"}
_A_NAME = frozenset("and on every".split())  #: of which an alarm's name has none
_CALLED = re.compile(r"(?:called|named|labelled|labeled) (?:the |my )?(?P<name>\w[\w' ]*)")
_REMIND = re.compile(
    rf"(?:don't forget to )?(?:remind (?:me|us)|be reminded|{_SET} {_THE}(?P<often>daily|weekly|monthly|yearly|hourly)? ?reminder|reminder(?= (?:to|about|for|that|of|at)\b)"
    r"|don't let (?:me|us) forget)"
)
_TASK = re.compile(r"(?:to|about|of|that|for)\b *")
_NO_MORE = r"cancel|delete|remove|clear|forget|turn off|switch off|disable|stop|get rid of|deactivate|drop|skip"
_ALL = r"(?:(?:all|every|each|both|any)(?: of)? )"
_THESE = (
    rf"{_THE}(?:(?:two|three|four|five) (?=(?:alarm|reminder)s\b)|(?:current|active|existing|remaining|upcoming) )?"
)
_CANCEL = re.compile(
    rf"(?:{_NO_MORE}) (?P<all>{_ALL})?{_THESE}"
    r"(?P<before>\w[\w': ]*? )??(?P<kind>alarm|reminder)(?P<many>s)?(?: (?:clock|called|to|about|for|at|of"
    r"|that))*(?: (?P<after>.+))?"
)
_CANCEL_OFF = re.compile(
    rf"(?:turn|switch) (?P<all>{_ALL})?{_THESE}(?P<before>\w[\w': ]*? )??(?P<kind>alarm)(?P<many>s)? off"
    rf"|(?:i|we) (?:don't|do not|no longer) need (?P<all2>{_ALL})?{_THESE}(?P<before2>\w[\w': ]*? )??"
    r"(?P<kind2>alarm|reminder)(?P<many2>s)?(?: (?P<after2>tomorrow|today|on \w+day))?(?: any ?more| any longer)?"
)
#: What of several parts one from the next, and what is said of each beside its name or its time.
_JOINT = re.compile(r"(?: ,)? and (?:also )?| , ")
_ARTICLES = frozenset("the my our and".split())
_KINDS = frozenset("alarm alarms reminder reminders one ones".split())
_BESIDE = frozenset("clock called named to about for at of that".split())
_BUT = re.compile(r" (?:except|but|apart from|besides|excluding|other than|bar)(?: for)?(?= )")
#: With this a command of its own begins, or timers are spoken of, too.
_NEXT = re.compile(
    r"\btimers? and\b|\band (?:the |my )*timers?\b"
    r"|\b(?:and|then) (?:then )?(?:set|turn|switch|wake|remind|cancel|add|put|start|tell|open|close|lock)\b"
)
_DO_NOT_WAKE = re.compile(r"(?:don't|do not) wake (?:me|us)(?: up)?(?: (?P<after>.+))?")
_LIST = re.compile(
    r"(?:(?:what|which|how many) (?P<kind>alarm|reminder)s?(?: (?:are|is|do i have|have i|i have|there|set|on|off|got|active))*"
    r"|(?:do i have|are there|have i got|is there|are|is|have i) (?:any|an|a|some|my|the) (?P<kind2>alarm|reminder)s?"
    r"(?: (?:set|on|off|active|there|now))*"
    r"|are (?:all (?:of )?)?(?:the |my |our )?(?P<kind6>alarm|reminder)s (?:still )?(?:set|on|off|active)"
    r"|(?:list|show|read|check|tell me|what are|what is|what's|when is|when's|when are|when do)(?: me)?(?: all)?(?: of)?"
    r"(?: the| my)?(?: next| current)? (?P<kind3>alarm|reminder)s?(?: (?:set|go off|ring|set for|up))*"
    r"|(?:what time|when) (?:is|are|does|do|will) (?:the|my)(?: next)? (?P<kind4>alarm|reminder)s?(?: (?:set|go off|ring"
    r"|going off|due|for))*"
    r"|(?:my |any |all my |all )(?P<kind5>alarm|reminder)s?(?: set)?"
    r"|(?P<wake>(?:when|what time) (?:will you|are you going to|do you) wake (?:me|us)(?: up)?)"
    r"|what (?:do i have to|should i|must i) remember)(?P<day> (?:for )?(?:today|tomorrow))?"
    r"|what (?:do i|do we|should i|must i)(?: have to| need to)? do(?P<day2> tomorrow)"
)
_MOVE = re.compile(
    rf"(?:change|move|shift|update|reset|push|set|make) {_THE}(?P<before>\w[\w': ]*? )??(?P<kind>alarm|reminder)"
    r"(?: (?:at|for|from) (?P<at>.+?))? (?P<to>to|for|until|back to) (?P<after>.+)"
)
#: What stands before "half an hour later" where an alarm is put off.
_PUT_OFF = re.compile(
    rf"wake (?:me|us)(?: up)?|(?P<verb>move|push|shift|put|set|make|delay|postpone|change) {_THE}(?P<before>\w[\w': ]*? )??"
    r"(?P<kind>alarm|reminder)(?P<way> back| off| forward)?(?: by)?"
)
#: A sentence that has none of these, and does not begin with what is asked for, is not looked at more closely.
_SPOKEN_OF = frozenset("alarm alarms remind reminded reminder reminders wake".split())


class Phrases:
    """What sentences ask of the alarms and reminders of an agenda."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda

    def understand(self, said: list[str]) -> SkillCall | None:
        """Return what the words of a sentence ask for."""
        if not said:
            return None
        text = " ".join(said)
        if match := _LIST.fullmatch(text):
            kinds = [match[name] for name in ("kind", "kind2", "kind3", "kind4", "kind5", "kind6") if match[name]]
            kind = kinds[0] if kinds else "alarm" if match["wake"] else "reminder"
            day = match["day"] or match["day2"]
            days = {"days": int(day.endswith("tomorrow"))} if day else {}
            return SkillCall(skill=NAME, intent="list", slots={"kind": kind} | days)
        return (
            self._cancellation(text)
            or self._move(said, text)
            or self._put_off(said)
            or self._reminder(said, text)
            or self._alarm(said, text)
        )

    def _cancellation(self, text: str) -> SkillCall | None:
        if match := _CANCEL.fullmatch(text):
            return self._cancelled(match["kind"], match["all"] or match["many"], match["before"], match["after"])
        if match := _CANCEL_OFF.fullmatch(text):
            groups = match.groupdict()
            kind, every, before = (groups[each] or groups[f"{each}2"] for each in ("kind", "all", "before"))
            every = every or match["many"] or match["many2"]
            return self._cancelled(kind, every, before, match["after2"])
        if (match := _DO_NOT_WAKE.fullmatch(text)) and (not match["after"] or when_at(match["after"].split(), 0)):
            return self._cancelled("alarm", "", "", match["after"])
        return None

    def _cancelled(self, said: str, every: str | None, before: str | None, after: str | None) -> SkillCall | None:
        """Return what is to be cancelled: all, all but some, or those of each name and time that is said."""
        if _NEXT.search(f"{before or ''} {after or ''}"):
            return None
        kind: Kind = "alarm" if said == "alarm" else "reminder"
        entries = self._agenda.entries(kind, states=THERE)
        behind, *spared = _BUT.split(f" {after or ''}", maxsplit=1)
        text = f"{before or ''}{behind}".strip()
        which = self._each(text, entries, several=bool(every))
        slots: dict[str, object] = {"kind": kind} | ({"all": True} if every else {})
        if spared:
            slots["but"] = self._each(spared[0], entries, several=True)
        if len(which) == 1:
            slots |= which[0]
        elif which:
            slots["which"] = which
        unmet = not all(self._fitting(each, entries) for each in which or [{}])
        return SkillCall(skill=NAME, intent="cancel", slots=slots, unmet=unmet)

    def _each(self, text: str, entries: list[Entry], *, several: bool) -> list[dict[str, object]]:
        """Return each name and time that is said: of "the reminder to buy milk and eggs" it is one, if there is one."""
        parts = [part for each in _JOINT.split(text) if (part := _bare(each))]
        whole = _described(_bare(text)) if parts else {}
        if len(parts) < 2 or self._fitting(whole, entries):
            return [whole] if parts else []
        found = [_described(part) for part in parts]
        apart = several or " and the " in text or any("when" in each or self._fitting(each, entries) for each in found)
        return found if apart else [whole]

    def _move(self, said: list[str], text: str) -> SkillCall | None:
        """Understand "change my alarm to eight", where there is one, and with "set" and "make" only "instead"."""
        instead = said[-1] == "instead"
        match = _MOVE.fullmatch(text.removesuffix(" instead"))
        if match is None or (said[0] in ("set", "make") and not instead):
            return None
        words = [match["to"].removeprefix("back "), *match["after"].split()]
        found = when_at(words, 0)
        kind: Kind = "alarm" if match["kind"] == "alarm" else "reminder"
        if found is None or found[1] != len(words):
            return None
        called = _called(kind, match["before"], match["at"])
        unmet = not self._fitting(called, self._agenda.entries(kind))
        return SkillCall(skill=NAME, intent="move", slots=called | {"to": found[0].to_json()}, unmet=unmet)

    def _put_off(self, said: list[str]) -> SkillCall | None:
        """Understand "wake me half an hour later", where an alarm is set."""
        lengths = durations_in(said) if not _SPOKEN_OF.isdisjoint(said) else ()
        if len(lengths) != 1:
            return None
        seconds, start, end = lengths[0]
        match, way = _PUT_OFF.fullmatch(" ".join(said[:start])), " ".join(said[end:])
        if match is None or way not in ("", "later", "earlier", "sooner", "back", "forward"):
            return None
        later = way in ("later", "back") or match["way"] in (" back", " off") or match["verb"] in ("delay", "postpone")
        kind: Kind = "reminder" if match["kind"] == "reminder" else "alarm"
        if not (later or way or match["way"]) or not self._agenda.entries(kind):
            return None
        slots = _called(kind, match["before"]) | {"by_s": seconds if later else -seconds}
        return SkillCall(skill=NAME, intent="put_off", slots=slots)

    def _alarm(self, said: list[str], text: str) -> SkillCall | None:
        match = _SET_ALARM.match(text)
        if match is None and (before := _behind(_SET_ALARM, said)) is not None:
            said, text = before, " ".join(before)  # "every weekday wake me at six"
            match = _SET_ALARM.match(text)
        if match is None or (match.end() < len(text) and text[match.end()] != " "):
            return None
        name, words = (match["name"] or "").strip(), said[len(match[0].split()) :]
        named = _CALLED.search(" ".join(words))
        if named is not None:  # "set an alarm called work for seven", "... for seven called work"
            name, words = _split_name(words, named)
        if not words:
            bare = match[0] in ("alarm", "wake up", "get up", "be up") or match[0].startswith(("get", "i ", "make"))
            return None if bare else SkillCall(skill=NAME, intent="ask_alarm")
        found = _whole(words)
        if found is None and words[0] == "for" and "alarm" in match[0]:  # "an alarm for work at seven"
            for end in range(2, len(words)):
                if _A_NAME.isdisjoint(words[1:end]) and (found := _whole(words[end:])) is not None:
                    name = " ".join(words[1:end])
                    break
        if found is None:
            return None
        every = _REPEATED.get(name)
        if every is not None:
            name, found = "", replace(found, every=found.every or every)
        slots: dict[str, object] = {"name": name} if name else {}
        return SkillCall(skill=NAME, intent="set_alarm", slots=slots | {"when": found.to_json()})

    def _reminder(self, said: list[str], text: str) -> SkillCall | None:
        match = _REMIND.match(text)
        if match is None and (before := _behind(_REMIND, said)) is not None:
            said, text = before, " ".join(before)  # "at four o'clock remind me to ..."
            match = _REMIND.match(text)
        if match is None or (match.end() < len(text) and text[match.end()] != " "):
            return None
        words = said[len(match[0].split()) :]
        if words[:1] and words[0] in QUESTION_WORDS:
            return None  # "remind me who wrote Hamlet"
        words = [match["often"], *words] if match["often"] else words
        when, words = _take_when(words)
        task = _TASK.sub("", " ".join(words), count=1).strip()
        if words[-1:] == [","] or (words and when is None and "," in words):
            words = [word for word in words if word != ","]
        if when is None:
            for start in range(len(words)):  # the earliest place from which all the rest says when
                found = when_at(words, start)
                if found is not None and found[1] == len(words):
                    when, task = found[0], _TASK.sub("", " ".join(words[:start]), count=1).strip()
                    break
        if task.endswith(" and"):
            when = None  # of several times, none is taken for the whole
        if not task and when is None:
            return SkillCall(skill=NAME, intent="ask_reminder")
        slots: dict[str, object] = {"task": _yours(task)} if task else {}
        if when is None or (not task and when.has_day and when.hour is None):  # "on the first": of what?
            return SkillCall(skill=NAME, intent="ask_reminder", slots=slots)
        return SkillCall(skill=NAME, intent="set_reminder", slots=slots | {"when": when.to_json()})

    def _fitting(self, which: Mapping[str, object], entries: list[Entry]) -> list[Entry]:
        return fitting(which, entries, self._agenda.moment)


def _called(kind: str, *said: str | None) -> dict[str, object]:
    """Return which alarm or reminder is meant, as slots: that of a time, or that of a name."""
    words = next((each.strip() for each in said if each), "")
    return {"kind": kind} | (_described(words) if words else {})


def _bare(said: str) -> str:
    """Return the name or the time of "the seven o'clock one", or of "the reminder to call mum"."""
    words = said.split()
    for beside in (_ARTICLES, _KINDS, _BESIDE):
        while words and words[0] in beside:
            words = words[1:]
    while words and words[-1] in _KINDS:
        words = words[:-1]
    return " ".join(words)


def _described(words: str) -> dict[str, object]:
    """Return a time, or else a name, as slots."""
    text = words.replace("'s ", " ").removesuffix("'s").split()
    for said, shift in ((text, 0), (["at", *text], 1)):
        found = when_at(said, 0)
        if found is not None and found[1] == len(text) + shift:
            return {"when": found[0].to_json()}
    return {"name": _yours(words)}


def _whole(words: list[str]) -> When | None:
    """Return the moment that is all of the words; "for two hours from now" is one, too."""
    for said in (words, words[1:] if words[:1] == ["for"] else []):
        found = when_at(said, 0) if said else None
        if found is not None and found[1] == len(said):
            return found[0]
    return None


def _split_name(words: list[str], named: re.Match[str]) -> tuple[str, list[str]]:
    """Return the name behind "called", and the other words, which say when."""
    before, said = " ".join(words)[: named.start()].split(), named["name"].split()
    for end in range(1, len(said) + 1):
        if _whole([*before, *said[end:]]) is not None:
            return " ".join(said[:end]), [*before, *said[end:]]
    return "", words


def _take_when(words: list[str]) -> tuple[When | None, list[str]]:
    """Return the moment with which the words begin, and the words behind it."""
    found = when_at(words, 0)
    if found is None or (found[1] < len(words) and words[found[1]] not in ("to", "about", "of", "that", "for")):
        return None, words
    return found[0], words[found[1] :]


def _behind(asked: re.Pattern[str], said: list[str]) -> list[str] | None:
    """Return "remind me at four to ..." for "at four remind me to ..."; None for what is not begun with a time.

    `asked` is how it begins where the time does not come first.
    """
    found = when_at(said, 0) if not _SPOKEN_OF.isdisjoint(said) else None
    if found is None:
        return None
    at = found[1] + (said[found[1] : found[1] + 1] == [","])
    rest = said[at + (said[at : at + 1] == ["please"]) :]
    match = asked.match(" ".join(rest))
    if match is None or (match.end() < len(" ".join(rest)) and " ".join(rest)[match.end()] != " "):
        return None
    behind = len(match[0].split())
    return [*rest[:behind], *said[: found[1]], *rest[behind:]]


def _yours(task: str) -> str:
    """Return a task as it is told to the one who set it: "call my mum" becomes "call your mum"."""
    turned = {"my": "your", "me": "you", "i": "you", "mine": "yours", "i'm": "you are", "i've": "you have"}
    return " ".join(turned.get(word, word) for word in task.split())

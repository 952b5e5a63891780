"""What a sentence tells of people who have things here: "Will is asleep, his lamp off"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re

from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import COMMANDING
from assistant.home.understanding.names.places_said import place_in
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.contrasts import instead_of
from assistant.home.understanding.wording.values import values_in
from assistant.home.understanding.wording.words import plain, singular

#: Of whom something is, who was spoken of.
_THEIRS = re.compile(r"\b(?:his|her|their)(?= \w)")
#: "Open his curtains", and not "the heat her off", which was heard so, nor what of a neighbour's.
_KNOWN_WHOSE = re.compile(
    r"(?P<lead>(?:(?:please|can you|could you|would you|will you|just|now|so|right|ok) )*"
    r"(?:(?:(?:turn|switch)(?: on| off)?|open|close|shut|get|set|make|put|dim|lock|start|stop|is|are) |(?:has|have|did) (?:he|she|they) (?:left|leave|turned? (?:on|off)|switch(?:ed)? (?:on|off)) ))"
    r"(?:his|her|their)(?= (?!on\b|off\b|up\b|down\b|open\b|closed\b)\w)"
)
#: For whom a command is that names no room.
_FOR = re.compile(r"(?P<command>(?!.* in ).+) for (?P<who>\w+)(?: please)?")
_FOR_ROOM = frozenset("light lights lamp lamps heating fan blind blinds".split())
_LEAD = r"(?:(?:so|well|oh|ok|okay|hey|look|right|um|uh|and|yeah) (?:, )?)*"
#: What somebody is, does, or says of how things are; never what they said is to be done.
_TELLS = (
    r"(?:is|are|was|has|have|had|can not|could not|will not|does not|did not|just|already|finally|(?:says?|thinks|reckons|feels|finds) (?:that )?"
    r"(?:it|he|she|they|the \w+) (?:is|are|can not|does not|keeps?|feels?|looks?|hurts?)|(?:gets?|looks?|seems?|keeps?|went|fell|forgot|left for|lost|needs? to|wants? to|has to|likes? to|hates?))"
)
_ASKED = r"(?:(?:can|could|would|will) you|you (?:can|may|could)|we can|please|just|maybe|so|and|then|now|,)"
#: "Will has gone out , so could you turn his lamp off".
_TOLD_FIRST = re.compile(
    rf"{_LEAD}(?P<who>\w+)(?: and \w+)? (?P<told>{_TELLS}\b(?: (?!,|so\b)\S+){{0,9}}?)(?: ,| so)+ (?P<asked>(?:{_ASKED} )*)(?P<command>\S.*)"
)
#: "His room a bit cooler , he says he is boiling".
_TOLD_LAST = re.compile(rf"(?P<command>.+?)(?: ,)? (?:because |as |since )?(?P<who>\w+) {_TELLS}\b(?: (?!,)\S+){{1,9}}")
#: "Open the garage door for Tom" names nothing of his, if he has no such thing.
_DONE_FOR = re.compile(
    r"(?P<command>(?:(?:can|could|will|would) you |please )*(?:open|close|shut|lock|unlock|put|turn|switch|start|get) (?!.* (?:in|lights?|lamps?|here)\b).+) for (?P<who>\w+)(?: please)?"
)
#: For whom something is opened, whom the next clause tells of: "open the gate for jun , his hands are full".
_FOR_THEM = re.compile(r"(?P<command>(?:open|unlock|turn on|switch on|put) .+) for \w+")
_SAYS = re.compile(
    r"^\w+ (?:says|thinks|reckons) (?:that )?(?=(?:it|the|he|she|they|there|\w+s) (?:(?!,)\S+ ){1,8}?, (?:so |and |can you |could you |please )*(?:turn|switch|put|set|make|open|close|shut|dim|start|stop)\b)"
)
#: "Has Callum still got his console on up there" asks of Callum's.
_STILL_GOT = re.compile(
    r"(?:has|have) (?P<who>\w+) (?:still )?(?:got|left) (?P<whose>his|her|their|\w+s) (?P<np>.+?) (?P<so>on|open|running|off)(?: (?:up|down|in) there| upstairs| downstairs| still)*"
)
_DID = re.compile(r"^(did|has) (?!(?:i|we|you|he|she|they|it|anyone|anybody|someone|somebody)\b)(?P<who>\w+) ")
#: What needs what was told.
_POINTS = re.compile(r"\b(?:it|them|that|those|this)\b")
_PRONOUNS = frozenset(("he", "she", "they"))
#: With one of these what is told is a condition, a doubt or another's words, and not just told.
_NEVER = frozenset("if when whenever unless until whether said told asked not never would should might maybe".split())
#: What somebody wants of a thing of theirs.
_WANTS = re.compile(
    rf"{_LEAD}(?P<who>\w+)(?: and (?P<other>\w+))?(?: both)? (?:wants?|would (?:really |quite )?(?:like|love)|needs?|fancies)(?: to have)? "
    r"(?P<whose>\w+) (?P<np>(?:(?!on\b|off\b|open\b|closed\b|shut\b|up\b|down\b|at\b|to\b|,)\S+ )+)(?P<so>(?:(?:nice and|a bit|a little|to be|to|at|all the way|turned|switched|set to) )*\S+(?: (?!,)\S+){0,9})"
)
_WAYS = re.compile(r"(?:turned |switched )?(?P<way>on|off|open|closed|shut)(?: please)?")
_TONIGHT = re.compile(r"^(?P<wish>\w+ (?:wants?|would (?:like|love)) (?:(?!,|\bat\b).)+) (?:tonight|this evening)$")
_SO = re.compile(r"\b(?:on|off|open|closed|shut|percent|degrees)(?: please)?$")
_VERBS = {"on": "turn on", "off": "turn off", "open": "open", "closed": "close", "shut": "close"}


def theirs(who: str) -> str:
    """Return how it is heard that something is somebody's: "wills"; "james" of James."""
    return who if who.endswith("s") else f"{who}s"


class People:
    """The people of one house, by what is theirs."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        #: How names begin that say whose a thing is: "wills", "kids".
        self._owners = {
            words[0]
            for name in {said for entity in directory.entities for said in (entity.name, entity.area or "")}
            if len(words := plain(name).split()) > 1
            and words[0].endswith("s")
            and singular(words[0]) not in english.GENERIC
        }
        #: The words of what is theirs, by whose it is.
        self._words_of = {
            owner: {
                word
                for entity in directory.entities
                if owner in (words := plain(entity.name).split())
                for word in words
            }
            for owner in self._owners
        }

    def told(self, text: str) -> str:
        """Return a plain sentence without what it tells of somebody, and with whose thing is meant by "his".

        Where it spoke of none who has a thing here, or of several, it stays.
        """
        text = instead_of(self._of_whom(text))
        if (did := _DID.match(text)) and theirs(did["who"]) in self._owners:
            return f"{did[1]} they {text[did.end() :]}"
        if (got := _STILL_GOT.fullmatch(text)) and theirs(got["who"]) in self._owners:
            return f"is {theirs(got['who'])} {got['np']} {got['so']}"
        done = _DONE_FOR.fullmatch(text)
        if done and self._words_of.get(theirs(done["who"]), set(done["command"].split())).isdisjoint(
            done["command"].split()
        ):
            return done["command"]
        text = _SAYS.sub("", text) if theirs(text.split()[0]) in self._owners else text
        return self._without_told(self._wanted(text))

    def for_whom(self, text: str) -> str:
        """Return a plain command with the room of whom it is for: "turn the light on for Emma" is in Emma's room."""
        said = _FOR.fullmatch(text)
        if said is None or _FOR_ROOM.isdisjoint(text.split()):
            return text
        room = (theirs(said["who"]), "room")
        return f"{said['command']} in {' '.join(room)}" if room in self.directory.places else text

    def _of_whom(self, text: str) -> str:
        """Return a plain sentence with the owner that it spoke of for "his": "Will is asleep , wills lamp off"."""
        said = _THEIRS.search(text)
        if said is None:
            return text
        before, behind = text[: said.start()], text[said.end() :].partition(" , ")[2]
        told = self._told_of(before) or self._told_of(behind)  # "dim his lamp , Will is asleep"
        if not told:
            whose = _KNOWN_WHOSE.match(text)  # of whom both know that it is
            return f"{whose['lead']}the{text[whose.end() :]}" if whose else text
        if len({*told}) != 1:
            return text  # of several it is not known whose
        return text[: said.start()] + _THEIRS.sub(told[-1], text[said.start() :])

    def _told_of(self, text: str) -> list[str]:
        return [name for word in text.split() for name in {word, theirs(word)} if name in self._owners]

    def _wanted(self, text: str) -> str:
        """Return what somebody wants of a thing of theirs as a command: "emma wants emmas lamp pink"."""
        text = _TONIGHT.sub(r"\g<wish>", text)
        said = _WANTS.fullmatch(text.removesuffix(" please"))
        if said is None or said["whose"] not in {"his", "her", "their", theirs(said["who"])}:
            return text
        people = [theirs(who) for who in (said["who"], said["other"]) if who]
        if not self._owners.issuperset(people) or not _NEVER.isdisjoint(text[said.start("whose") :].split()):
            return text
        of_each = [f"{person} {said['np'].strip()}" for person in people]
        if len(people) > 1:
            of_each = [" ".join((*name.split()[:-1], singular(name.split()[-1]))) for name in of_each]
        if way := _WAYS.fullmatch(said["so"]):
            return f"{_VERBS[way['way']]} {' and '.join(of_each)}"
        if len(people) == 1 and values_in(said["so"]):
            return f"{of_each[0]} {said['so']}"
        return text[said.start("whose") :] if len(people) == 1 and _SO.search(text) else text

    def _without_told(self, text: str) -> str:
        """Return a plain sentence without what it tells of somebody, beside a command that needs nothing of it."""
        first = _TOLD_FIRST.fullmatch(text)
        if first is not None and self._is_told(first["who"], first["told"]):
            command = first["command"]
            ordered = "you" in first["asked"] or command.split()[0] in COMMANDING
            if ordered and not _POINTS.search(command) and (self._is_whose(command) or not self._places(first["told"])):
                return command
        last = _TOLD_LAST.fullmatch(text)
        if last is not None and (last["who"] in _PRONOUNS or theirs(last["who"]) in self._owners):
            told = text[last.end("command") :]
            command = last["command"].strip(" ,")
            for_whom = _FOR_THEM.fullmatch(command)
            if _NEVER.isdisjoint(told.split()) and (for_whom or self._is_whose(command)) and not self._places(told):
                return for_whom["command"] if for_whom else command
        return text

    def _is_told(self, who: str, told: str) -> bool:
        return theirs(who) in self._owners and _NEVER.isdisjoint(told.replace(" not ", " ").split())

    def _is_whose(self, command: str) -> bool:
        """Say whether a command names whose thing or room it is for."""
        return not self._owners.isdisjoint(command.split())

    def _places(self, told: str) -> bool:
        return bool(place_in(self.directory, told))

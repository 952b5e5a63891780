"""What is said of timers, as patterns: which intent a sentence has, which timer it names, and which length."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.languages.en.durations import duration_at, durations_in, say_length
from assistant.languages.en.moments import When, when_at

_D, _N = "<d>", "<n>"  # a length of time; one by which a timer is called
_THE = r"(?:(?:the|my|our|a|an|another|one|some|new|this|that|extra|quick) )*"
_SET = (
    r"(?:(?:can|could|may) (?:i|we) (?:have|get)|(?:i|we)(?:'d| would)? (?:like|need|want)|set|start|create|make|put|begin"
    r"|run|give|get|need|add|open)(?: up)?(?: me| us)?"
)
#: None of these is a word of a timer's name: what stands before "and set a timer" is a command of its own.
_WORD = (
    r"(?!(?:then|set|turn|switch|cancel|change|all|both|every|less|more|timers?)\b)"
    rf"(?!(?:and )?{_SET} (?:the|my|a|an|another)\b)\w[\w']*"
)
_NAME = rf"(?:{_N}|{_WORD}(?: {_WORD}){{0,4}}?)"
_NAMES = rf"{_NAME}(?:(?: timer)? and {_THE}{_NAME})?"
#: A timer as it is spoken of.
_REF = rf"(?:it|{_THE}(?:(?P<name>{_NAME})(?P<timer> timers?)?|(?P<bare>timers?)))"
_ALL = rf"(?P<all>(?:all|every|each|both)(?: of)? |){_THE}"
_ALL_REF = rf"(?:{_ALL}(?:(?P<name>{_NAMES})(?P<timer> timers?)?|(?P<bare>timers?))|it)"
_AFTER = rf"(?: (?:for|called|named) {_THE}(?P<after>{_NAME}))?"
_DONE = r"(?:done|ready|finished|over|up|end|ends|finish|finishes|go off|goes off|going off|ring|rings|run out|runs out|cooked)"
_HOW_LONG = r"how (?:long|much longer|much(?: more)? time|many (?:more )?(?:minutes|seconds|hours))"


def _patterns(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


_NEW = _patterns(
    rf"(?:{_SET} )?(?:on )?{_THE}(?:(?P<name>{_NAME}) )?timer(?: (?:for|four|fore|of|to|at|with|on))? {_D}{_AFTER}",
    rf"(?:{_SET} )?(?:on )?{_THE}timer (?:called|named|for) {_THE}(?P<name>{_NAME}) (?:(?:for|of|to|at) )?{_D}",
    rf"(?:{_SET} )?{_THE}{_D} (?:long )?(?:(?P<name>{_NAME}) )?timer(?: on)?{_AFTER}",
    rf"time {_THE}(?P<name>{_NAME}) for {_D}",
    rf"(?:{_SET} )?(?:another|one more)(?: one| timer)? (?:for|of) {_D}{_AFTER}",
    rf"{_SET} {_D} (?:on|onto) the clock",
    rf"(?:{_SET} )?{_THE}(?:time|count down|countdown)(?: from| of| for)? {_D}",
    rf"(?:{_SET} )?{_THE}{_D} countdown",
    rf"(?:let me know|tell me|alert me|notify me|ping me|warn me|call me) (?:again )?(?:in|after) {_D}",
    rf"(?:(?:let me know|tell me|alert me|notify me|remind me) )?when {_D} (?:are|is|have|has) (?:up|over|passed|gone)",
)
#: Two at once: "set two timers, one for five and one for ten minutes".
_TWO = re.compile(
    rf"{_SET} (?:two |both |a couple of |some )?timers(?: called)?(?: one)? (?:for|of) (?P<one>.+?) and (?:(?:another|the other|the second|one)(?: one)? )?"
    r"(?:(?:for|of) )?(?P<other>.+)"
)
_UNTIL = re.compile(
    rf"(?:{_SET} )?(?:on )?{_THE}(?:(?P<name>{_NAME}) )?timer (?P<to>until|till|to go off at|for|at) (?P<when>.+)"
)
_ASK_LENGTH = re.compile(
    rf"{_SET} {_THE}(?:(?:(?P<name>{_NAME}) )?timer|timer (?:for|called|named) {_THE}(?P<after>{_NAME}))"
)
_LONGER = _patterns(
    rf"(?:add|give|put) (?:it |(?P<me>me |us )|(?P<before>the \w[\w' ]*? )|)(?:on )?{_D}(?: more| extra)?(?: (?:to|on|onto|for) {_REF})?",
    rf"(?P<more>{_D})(?P<longer> longer| more| extra)?(?: please)?(?: (?:on|for|to) {_REF})?",
    rf"(?:extend|lengthen|prolong|increase|bump|bump up) {_REF} (?:by|for) {_D}",
    rf"make {_REF} {_D} longer",
    rf"{_REF} (?:needs?|wants?|could use) (?P<more>{_D})(?P<longer> longer| more| extra)?",
)
_SHORTER = _patterns(
    rf"(?:take|knock|cut|subtract|remove|deduct|shave) {_D} (?:off|from|off of|out of) {_REF}",
    rf"(?:shorten|reduce|decrease|lower|cut) {_REF} by {_D}",
    rf"make {_REF} {_D} shorter",
    rf"{_D} less (?:on|for) {_REF}",
)
_TO = _patterns(
    rf"(?:change|update|adjust|move) {_REF} (?:to|for) {_D}(?: instead)?",
    rf"set {_REF} (?:to|for) {_D} instead",
    rf"(?P<make>make) {_REF} (?:to )?{_D}(?: instead)?",
)
_LEFT = _patterns(
    rf"(?:{_HOW_LONG}|what(?:'s| is))(?: (?:is|are|do i have|does it have|have i(?: got)?))?(?: there)?"
    rf"(?P<left> (?:left|remaining|remains?|still|to go))?"
    rf"(?: (?:on|for|of|in|until|till|does|has) {_THE}(?:(?P<name>{_NAME})(?P<timer> timers?)?|(?P<bare>timers?)))?"
    r"(?P<later> (?:is done|left|remaining|to go|have left|has left|still))?",
    rf"(?P<left>{_HOW_LONG})(?: is it| will it be| it is)? (?:until|till|til|before) {_REF} (?:is |are |will be |will )?{_DONE}",
    rf"(?P<left>how much (?:longer|more time)) (?:does|do|will|is|for) {_REF}(?: (?:need|take|have|run|going|got))?(?: left)?",
    rf"(?P<left>{_HOW_LONG}) (?:has|have|does|do) {_REF} (?:got|have)(?: left| to go)?",
    rf"(?P<left>when(?:'s| is| are| will| does| do| should)) {_REF} (?:be )?{_DONE}",
    rf"(?P<left>is|are) {_REF} (?:{_DONE}|still running|still going|still on|running|going)(?: yet| now)?",
    rf"(?:what(?:'s| is) (?:the )?|how much |the )?time (?P<left>left|remaining)(?: (?:on|for|of|in) {_REF})?",
    rf"(?P<left>how(?:'s| is| are)) {_REF} (?:doing|going|coming along|coming on|getting on)",
    rf"(?P<left>check(?: on)?|what about|how about|status of|show(?: me)?|read(?: me)?) {_THE}(?P<name>{_NAME})(?P<timer> timer)",
)
_CANCEL = _patterns(
    rf"(?:cancel|stop|delete|remove|end|clear|kill|dismiss|drop|scrap|abort|turn off|switch off|shut off|get rid of"
    rf"|never ?mind|forget(?: about)?) {_ALL_REF}",
    rf"(?:turn|switch|shut) {_ALL_REF} off",
    rf"(?:i|we) (?:don't|do not|no longer) need {_ALL_REF}(?: (?:anymore|any more|any longer|now))?",
)
_PAUSE = _patterns(rf"(?:pause|hold|freeze|halt)(?: {_ALL_REF})?", rf"put {_ALL_REF} on hold")
_RESUME = _patterns(
    rf"(?:resume|continue|unpause|unfreeze|carry on with|go on with)(?: {_ALL_REF})?(?: again)?",
    rf"start {_ALL_REF}(?P<again> again)?",
)
_RESTART = _patterns(
    rf"(?:restart|reset|rerun|repeat) {_REF}",
    rf"(?:start|begin|run) {_REF} (?:over|from the (?:start|beginning)|over again|anew)",
)
_LIST = re.compile(
    r"(?:(?:what|which|how many) timers?(?: (?:are|is|do i have|have i|i have|there|running|set|on|going|got|left|active))*"
    r"|(?:do i have|are there|have i got|is there|are) (?:any|a|some|my)(?: active)? timers?(?: (?:running|set|going|on|active))*"
    r"|(?:list|show|read|tell me|check|what are|what about|status of|how are)(?: me)?(?: all)?(?: of)?(?: the| my)? timers?"
    r"(?: doing)?"
    r"|(?:is|are) (?:my|the|any|a) timers? (?:still )?(?:running|going|on|set)"
    r"|what(?:'s| is) the status of (?:my|the) timers?|timers? status|(?:my |all )?timers|any timers(?: running)?)"
)
_ORDINAL = re.compile(r"\b((?:a|an|the|my|another|one|new) )(?:second|third|fourth|fifth) (?=timer\b)")
_TIMER_FOR = re.compile(rf"\b(?:timer) (?:for|called|named|of) {_THE}(?P<name>\w[\w' ]*)$")
_MORE = frozenset(("another", "more"))
#: A name is known by this; whether there are timers in a state, by the other.
Knows = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a sentence wants of timers: an intent of `Timers.call`, the name of a timer, a length in s or a moment."""

    intent: str
    name: str = ""
    names: tuple[str, ...] = ()
    lengths: tuple[float, ...] = ()
    seconds: float = 0.0
    when: When | None = None
    all: bool = False


class Phrases:
    """Understands sentences about timers. `knows` says whether one goes by a name, `states` how those are that are."""

    def __init__(self, knows: Knows, states: Callable[[], frozenset[str]]) -> None:
        self._knows, self._states = knows, states

    def understand(self, words: list[str]) -> Said | None:
        """Return what `words` (a request, in lower case) want, None for what is not about timers."""
        text = _ORDINAL.sub(r"\1", " ".join(word for word in words if word != ","))
        words = text.split()
        if _LIST.fullmatch(text):
            return Said(intent="list")
        if (two := _TWO.fullmatch(text)) and (both := _both(two["one"].split(), two["other"].split())):
            return Said(intent="set", lengths=both)
        lengths = durations_in(words)
        if len(lengths) > 2:
            return None
        if not lengths:
            return self._without_length(text, "") or self._until(text)
        for number, (seconds, start, end) in enumerate(lengths):
            others = lengths[:number] + lengths[number + 1 :]
            marked = _marked(words, (start, end), [place[1:] for place in others])
            called = say_length(others[0][0]) if others else ""
            if found := self._with_length(marked, words[start:end], seconds, called):
                return found
        if len(lengths) > 1:
            return None
        seconds, start, end = lengths[0]
        reference = " ".join([*words[:start], _N, *words[end:]])
        return self._without_length(reference, say_length(seconds)) if "timer" in text else None

    def _with_length(self, text: str, length: list[str], seconds: float, called: str) -> Said | None:
        for said in dict.fromkeys((text, _named_first(text))):
            for intent, sign, patterns in (("to", 1, _TO), ("change", -1, _SHORTER), ("change", 1, _LONGER)):
                for pattern in patterns:
                    match = pattern.fullmatch(said)
                    if match and self._is_meant(match, length):
                        return Said(intent=intent, name=_name_in(match, called), seconds=sign * seconds)
        for pattern in _NEW:
            if match := pattern.fullmatch(text):
                return Said(intent="set", name=_name_in(match, called), seconds=seconds)
        return None

    def _is_meant(self, match: re.Match[str], length: list[str]) -> bool:
        """Whether a change is one of a timer: the sentence says so, names one, or can be said of nothing else."""
        groups = match.groupdict()
        more = not _MORE.isdisjoint(length) or bool(groups.get("longer"))
        says_so = bool(groups.get("timer") or groups.get("bare"))
        name = _plain(groups.get("name") or (groups.get("before") or "").removeprefix("the "))
        if groups.get("make") and not (self._knows(name) if name else says_so):
            return False
        if groups.get("more") or groups.get("me"):  # "two more minutes"
            return more and (says_so or (self._knows(name) if name else bool(self._states())))
        return says_so or (self._knows(name) if name else True)

    def _without_length(self, text: str, called: str) -> Said | None:
        for said in dict.fromkeys((text, _named_first(text))):
            for intent, patterns in (
                ("left", _LEFT), ("cancel", _CANCEL), ("restart", _RESTART), ("pause", _PAUSE), ("resume", _RESUME),
            ):  # fmt: skip
                for match in _matches(patterns, said):
                    name = _name_in(match, called)
                    several = self._several(name)
                    if self._is_ours(intent, match, name, several):
                        groups = match.groupdict()
                        plural = intent != "left" and (groups.get("timer") or groups.get("bare") or "").endswith("s")
                        every = bool(groups.get("all")) or (plural and not several)
                        return Said(intent=intent, name="" if several else name, names=several, all=every)
        if asked := _ASK_LENGTH.fullmatch(text):
            return Said(intent="ask_length", name=_name_in(asked, called))
        return None

    def _is_ours(self, intent: str, match: re.Match[str], name: str, several: tuple[str, ...]) -> bool:
        groups = match.groupdict()
        if intent == "left" and not (groups["left"] or groups.get("later") or "longer" in match[0]):
            return bool(groups.get("timer") or groups.get("bare")) and not name
        states = self._states()
        if intent == "resume" and match[0].startswith("start"):
            return "paused" in states or (bool(name) and self._knows(name))
        if groups.get("timer") or groups.get("bare"):
            return True
        if name:
            return bool(several) or self._knows(name)
        if intent == "left":
            return match[0].startswith(("how", "time", "the time", "what")) and bool(states)
        return (intent == "pause" and "waiting" in states) or (intent == "resume" and "paused" in states)

    def _several(self, name: str) -> tuple[str, ...]:
        """Return the timers of "pasta timer and the egg", where there are those and none of that name."""
        if " and " not in name or self._knows(name):
            return ()
        names = tuple(_plain(part) for part in name.split(" and "))
        return names if all(each and self._knows(each) for each in names) else ()

    def _until(self, text: str) -> Said | None:
        """Read "set a timer until five o'clock"; "for" is followed by a length unless it is plainly a time."""
        match = _UNTIL.fullmatch(text)
        if match is None:
            return None
        words = match["when"].split()
        found = when_at(["at", *words], 0) if words[0] != "at" else when_at(words, 0)
        if found is None or found[1] != len(words) + (words[0] != "at") or found[0].hour is None:
            return None
        plain = match["to"] in ("until", "till", "to go off at") or found[0].half or "o'clock" in words
        return Said(intent="set", name=_plain(match["name"] or ""), when=found[0]) if plain else None


def _both(one: list[str], other: list[str]) -> tuple[float, ...]:
    """Return two lengths of time, of which one may leave its unit out: "five" and "ten minutes"."""
    for first, second in ((one, other), ([*one, *other[-1:]], other), (one, [*other, *one[-1:]])):
        found = [duration_at(words, 0) for words in (first, second)]
        if all(each is not None and each[1] == len(words) for each, words in zip(found, (first, second), strict=True)):
            return tuple(each[0] for each in found if each is not None)
    return ()


def _matches(patterns: tuple[re.Pattern[str], ...], text: str) -> Iterator[re.Match[str]]:
    return (match for pattern in patterns if (match := pattern.fullmatch(text)) is not None)


def _marked(words: list[str], length: tuple[int, int], others: list[tuple[int, int]]) -> str:
    """Return a sentence with one length of time marked as such, and any other as what a timer is called by."""
    marks = {length[0]: (_D, length[1])} | {start: (_N, end) for start, end in others}
    text, place = [], 0
    while place < len(words):
        mark, behind = marks.get(place, (words[place], place + 1))
        text.append(mark)
        place = behind
    return " ".join(text)


def _named_first(text: str) -> str:
    """Return "the pasta timer" for "the timer for the pasta" at the end of a sentence."""
    match = _TIMER_FOR.search(text)
    return f"{text[: match.start()]}{match['name']} timer" if match and _D not in match[0] else text


def _name_in(match: re.Match[str], called: str) -> str:
    groups = match.groupdict()
    name = groups.get("name") or groups.get("after") or (groups.get("before") or "").removeprefix("the ")
    return _plain(name.replace(_N, called)) if name != _N else called


def _plain(name: str) -> str:
    return " ".join(word for word in name.split() if word not in ("the", "my", "a", "an", "timer", "me", "it"))

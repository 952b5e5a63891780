"""What is said of timers, as patterns: which intent a sentence has, which timer it names, and which length."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.languages.en.durations import duration_at, durations_in, say_length
from assistant.languages.en.moments import When, when_at

_D, _N = "<d>", "<n>"  # a length of time; one by which a timer is called
MOST_NAMED = 16  #: words of the names of timers, with those between them
LONGEST_NAME = 5  #: words
_THE = r"(?:(?:the|my|our|a|an|another|one|some|new|this|that|extra|quick) )*"
_SET = (
    r"(?:(?:can|could|may) (?:i|we) (?:have|get)|(?:i|we)(?:'d| would)? (?:like|need|want)|set|start|create|make|put|begin"
    r"|run|give|get|need|add|open)(?: up)?(?: me| us)?"
)
#: None of these is a word of a timer's name: what stands before "and set a timer" is a command of its own.
_WORD = (
    r"(?!(?:then|set|turn|switch|cancel|change|all|both|every|less|more|timers?|alarms?|reminders?)\b)"
    rf"(?!(?:and )?{_SET} (?:the|my|a|an|another)\b)\w[\w']*"
)
_NAME = rf"(?:{_N}|{_WORD}(?: {_WORD}){{0,4}}?)"
#: One name, or several: "pasta timer and the egg". Where they are parted is seen afterwards.
_NAMES = rf"(?:{_N}|{_WORD})(?: {_N}| {_WORD}| timers?(?= and )){{0,{MOST_NAMED - 1}}}?"
_ALL = rf"(?P<all>(?:all|every|each|both)(?: of)? |){_THE}"
_BUT = (
    rf"(?: (?:except|but|apart from|besides|excluding|other than|bar)(?: for)? {_THE}(?P<but>{_NAMES})(?: timers?)?)?"
)
#: Timers as they are spoken of.
_REF = rf"(?:{_ALL}(?:(?P<name>{_NAMES})(?P<timer> timers?)?|(?P<bare>timers?){_BUT})|it)"
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
    rf"(?: (?:on|for|of|in|until|till|does|has) {_REF})?"
    r"(?P<later> (?:is done|left|remaining|to go|have left|has left|still))?",
    rf"(?P<left>{_HOW_LONG})(?: is it| will it be| it is)? (?:until|till|til|before) {_REF} (?:is |are |will be |will )?{_DONE}",
    rf"(?P<left>how much (?:longer|more time)) (?:does|do|will|is|for) {_REF}(?: (?:need|take|have|run|going|got))?(?: left)?",
    rf"(?P<left>{_HOW_LONG}) (?:has|have|does|do) {_REF} (?:got|have)(?: left| to go)?",
    rf"(?P<left>when(?:'s| is| are| will| does| do| should)) {_REF} (?:be )?{_DONE}",
    rf"(?P<left>is|are) {_REF} (?:{_DONE}|still running|still going|still on|running|going)(?: yet| now)?",
    rf"(?:what(?:'s| is) (?:the )?|how much |the )?time (?P<left>left|remaining)(?: (?:on|for|of|in) {_REF})?",
    rf"(?P<left>how(?:'s| is| are)) {_REF} (?:doing|going|coming along|coming on|getting on)",
    rf"(?P<left>check(?: on)?|what about|how about|status of|show(?: me)?|read(?: me)?) {_THE}(?P<name>{_NAMES})(?P<timer> timers?)",
)
_CANCEL = _patterns(
    rf"(?:cancel|stop|delete|remove|end|clear|kill|dismiss|drop|scrap|abort|turn off|switch off|shut off|get rid of"
    rf"|never ?mind|forget(?: about)?) {_REF}",
    rf"(?:turn|switch|shut) {_REF} off",
    rf"(?:i|we) (?:don't|do not|no longer) need {_REF}(?: (?:anymore|any more|any longer|now))?",
)
_PAUSE = _patterns(rf"(?:pause|hold|freeze|halt)(?: {_REF})?", rf"put {_REF} on hold")
_RESUME = _patterns(
    rf"(?:resume|continue|unpause|unfreeze|carry on with|go on with)(?: {_REF})?(?: again)?",
    rf"start {_REF}(?P<again> again)?",
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
_COMMAS = re.compile(r" ,(?: and)? ")
_AND = re.compile(r" and ")
#: A timer that is called one, or "the" second thing: "the pasta timer and the egg", which is no "fish and chips".
_OF_ITS_OWN = re.compile(r"^(?:the|my) | timers?$")
MOST_LENGTHS = 5  #: that one sentence has
#: A name is known by this; whether there are timers in a state, by the other.
Knows = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a sentence wants of timers: an intent of `Timers.call`, the names of some (or of those spared), a length in s, a moment."""

    intent: str
    names: tuple[str, ...] = ()
    lengths: tuple[float, ...] = ()
    seconds: float = 0.0
    when: When | None = None
    but: tuple[str, ...] = ()
    all: bool = False


class Phrases:
    """Understands sentences about timers. `knows` says whether one goes by a name, `states` how those are that are."""

    def __init__(self, knows: Knows, states: Callable[[], frozenset[str]]) -> None:
        self._knows, self._states = knows, states

    def understand(self, words: list[str]) -> Said | None:
        """Return what `words` (a request, in lower case) want, None for what is not about timers."""
        whole = _ORDINAL.sub(r"\1", " ".join(words))
        text = whole.replace(" ,", "")
        if _LIST.fullmatch(text):
            return Said(intent="list")
        if (two := _TWO.fullmatch(text)) and (both := _both(two["one"].split(), two["other"].split())):
            return Said(intent="set", lengths=both)
        listed = _COMMAS.sub(" and ", whole)
        found = self._of_lengths(listed, is_list=True) if listed != text else None
        if found or (found := self._of_lengths(text)):
            return found
        return None if durations_in(text.split()) else self._until(text)

    def _of_lengths(self, text: str, *, is_list: bool = False) -> Said | None:
        """Read a sentence of which each length of time is one by which a timer is called, or all but one.

        `is_list` is for one whose commas are read as "and": it sets none, as "a timer for tea, four minutes" does.
        """
        words = text.split()
        lengths = durations_in(words)
        if len(lengths) > MOST_LENGTHS:
            return None
        for number, (seconds, start, end) in enumerate(lengths):
            others = lengths[:number] + lengths[number + 1 :]
            marked = _marked(words, (start, end), [place[1:] for place in others])
            called = [say_length(length) for length, *_ in others]
            if found := self._with_length(marked, words[start:end], seconds, called):
                return found
            new = None if is_list else next(_matches(_NEW, marked), None)
            if new is not None:
                return Said(intent="set", names=_one_name(new, called), seconds=seconds)
        if lengths and "timer" not in text:
            return None
        marked = _marked(words, None, [place[1:] for place in lengths])
        return self._without_length(marked, [say_length(length) for length, *_ in lengths])

    def _with_length(self, text: str, length: list[str], seconds: float, called: Sequence[str]) -> Said | None:
        for said in dict.fromkeys((text, _named_first(text))):
            for intent, sign, patterns in (("to", 1, _TO), ("change", -1, _SHORTER), ("change", 1, _LONGER)):
                for pattern in patterns:
                    match = pattern.fullmatch(said)
                    names = self._named(match, called) if match else None
                    if match and names is not None and self._is_meant(match, names, length):
                        return self._of_several(match, names, called, Said(intent=intent, seconds=sign * seconds))
        return None

    def _is_meant(self, match: re.Match[str], names: Sequence[str], length: list[str]) -> bool:
        """Whether a change is one of a timer: the sentence says so, names one, or can be said of nothing else."""
        groups = match.groupdict()
        more = not _MORE.isdisjoint(length) or bool(groups.get("longer"))
        says_so, known = _says_so(match), all(map(self._knows, names))
        if groups.get("make") and not (known if names else says_so):
            return False
        if groups.get("more") or groups.get("me"):  # "two more minutes"
            return more and (says_so or (known if names else bool(self._states())))
        return says_so or known

    def _without_length(self, text: str, called: Sequence[str]) -> Said | None:
        for said in dict.fromkeys((text, _named_first(text))):
            for intent, patterns in (
                ("left", _LEFT), ("cancel", _CANCEL), ("restart", _RESTART), ("pause", _PAUSE), ("resume", _RESUME),
            ):  # fmt: skip
                for match in _matches(patterns, said):
                    names = self._named(match, called)
                    if names is not None and self._is_ours(intent, match, names):
                        return self._of_several(match, names, called, Said(intent=intent))
        if asked := _ASK_LENGTH.fullmatch(text):
            return Said(intent="ask_length", names=_one_name(asked, called))
        return None

    def _is_ours(self, intent: str, match: re.Match[str], names: Sequence[str]) -> bool:
        groups, known = match.groupdict(), bool(names) and all(map(self._knows, names))
        if intent == "left" and not (groups["left"] or groups.get("later") or "longer" in match[0]):
            return _says_so(match) and not names
        states = self._states()
        if intent == "resume" and match[0].startswith("start"):
            return "paused" in states or known
        if names or _says_so(match):
            return known or _says_so(match)
        if intent == "left":
            return match[0].startswith(("how", "time", "the time", "what")) and bool(states)
        return (intent == "pause" and "waiting" in states) or (intent == "resume" and "paused" in states)

    def _named(self, match: re.Match[str], called: Sequence[str]) -> tuple[str, ...] | None:
        """Return the names that are spoken of; None for what is too long to be one.

        "Pasta timer and the egg" are two; "fish and chips" is one where a timer is called so, or where none is called
        by a part of it.
        """
        said = _name_in(match, called)
        whole, parts = _plain(said), _AND.split(said)
        names = [name for part in parts if (name := _plain(part))]
        if len(names) < 2 or self._knows(whole):
            return _short_enough([whole] if whole else [])
        for start in range(len(names)):  # what is called "fish and chips" among others
            for end in range(len(names), start + 1, -1):
                if self._knows(" and ".join(names[start:end])):
                    names[start:end] = [" and ".join(names[start:end])]
        apart = _is_plural(match) or any(_OF_ITS_OWN.search(part) for part in parts)
        return _short_enough(names if apart or any(map(self._knows, names)) else [whole])

    def _of_several(self, match: re.Match[str], names: tuple[str, ...], called: Sequence[str], said: Said) -> Said:
        """Return what is said with those timers of which it is said: some by name, all of a name, all but some."""
        groups = match.groupdict()
        every = bool(groups.get("all")) or (_is_plural(match) and len(names) < 2)
        but = tuple(_plain(each) for each in _AND.split(_filled(groups.get("but") or "", called)))
        return replace(said, names=names, all=every, but=tuple(filter(None, but)))

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
        return Said(intent="set", names=_one_name(match, ()), when=found[0]) if plain else None


def _both(one: list[str], other: list[str]) -> tuple[float, ...]:
    """Return two lengths of time, of which one may leave its unit out: "five" and "ten minutes"."""
    for first, second in ((one, other), ([*one, *other[-1:]], other), (one, [*other, *one[-1:]])):
        found = [duration_at(words, 0) for words in (first, second)]
        if all(each is not None and each[1] == len(words) for each, words in zip(found, (first, second), strict=True)):
            return tuple(each[0] for each in found if each is not None)
    return ()


def _matches(patterns: tuple[re.Pattern[str], ...], text: str) -> Iterator[re.Match[str]]:
    return (match for pattern in patterns if (match := pattern.fullmatch(text)) is not None)


def _marked(words: list[str], length: tuple[int, int] | None, others: list[tuple[int, int]]) -> str:
    """Return a sentence with one length of time marked as such, and any other as what a timer is called by."""
    marks = {start: (_N, end) for start, end in others} | ({length[0]: (_D, length[1])} if length else {})
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


def _name_in(match: re.Match[str], called: Sequence[str]) -> str:
    """Return what is said of the name of a timer, or of several; `called` are the lengths by which some are called."""
    groups = match.groupdict()
    name = groups.get("name") or groups.get("after") or (groups.get("before") or "").removeprefix("the ")
    return _filled(name, called)


def _filled(name: str, called: Sequence[str]) -> str:
    """Return a name with the lengths in the place of their marks."""
    for length in called:
        name = name.replace(_N, length, 1)
    return name


def _one_name(match: re.Match[str], called: Sequence[str]) -> tuple[str, ...]:
    """Return the name of a timer that is set, of which there is one at most."""
    name = _plain(_name_in(match, called))
    return (name,) if name else ()


def _short_enough(names: list[str]) -> tuple[str, ...] | None:
    return tuple(names) if all(name.count(" ") < LONGEST_NAME for name in names) else None


def _says_so(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    return bool(groups.get("timer") or groups.get("bare"))


def _is_plural(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    return (groups.get("timer") or groups.get("bare") or "").endswith("s")


def _plain(name: str) -> str:
    return " ".join(
        word for word in name.split() if word not in ("the", "my", "a", "an", "timer", "timers", "me", "it")
    )

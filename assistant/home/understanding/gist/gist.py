"""The gist of a sentence: which thing, and what is to become of it, from all its words and in whatever order.

What `clauses` reads follows known ways of saying something. Here a clause is taken apart by its words instead
(`gist_parts`): what is politeness, what names a thing or a place, what tells a way ("on", "up", "locked"), a value or a
feeling ("gloomy"). From these a plain command is made, which is then read strictly. Every word has to be one of them,
and the clause has to be one that wants something; where a word is left over, nothing was understood. That keeps free
order harmless.
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.home.understanding.gist.feelings import Feeling, feeling
from assistant.home.understanding.gist.parts import Lexicon, Parts, taken_apart
from assistant.home.understanding.gist.wording import OF_A_ROOM, worded
from assistant.home.understanding.gist.words import (
    ARTICLES,
    ASIDES,
    FEELINGS,
    HARDLY_A_COMMAND,
    LIGHT_VERBS,
    PHRASES,
    PLACING,
    PURPOSELESS,
    STATES,
    VERBS,
)
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import bare
from assistant.home.understanding.wording.values import values_in
from assistant.home.understanding.wording.words import singular

_MOST_WORDS = 26  #: of a sentence
_REMEMBERED = 256  #: clauses without their set phrases
_A_THING_AND_ITS_PLACE = 2
#: Somebody who is called by a name that is a word too: "Will, could you turn off the printer".
_CALLED = re.compile(
    r"(?:will|may|mark|rob|bill|pat|sue|grant|grace|dawn|chip|chuck|skip|art|jack|hope|joy|faith|rose|lily|dean|gene) , "
)
#: How a clause begins that wants something of the one who is asked, or for the one who speaks.
_WANTING = re.compile(
    r"(?:(?:please |kindly |just )*(?:make (?:\w+ )?(?:sure|certain)|ensure|see (?:to it )?that|check that|be sure)\b|(?:can|could|would|will|may|might|shall) (?:you|u|we|i|somebody|someone|anyone|anybody)\b"
    r"|(?:i|we) (?:(?:really|just|also|do|rather|quite|much|very) )*(?:want|need|fancy|prefer)\b|(?:i|we) (?:(?:think|guess|suppose|reckon|believe|i|we|just|rather|quite|very|much|really) )*(?:would|will|should|could) (?:(?:rather|quite|very|much|really|just|so) )*(?:like|love|prefer|have|do with|use|appreciate)\b|(?:i|we) like (?:to )?have\b|it is possible(?: to)? \w+\b|put \w+ to work\b"
    r"|(?:you|u) (?:can|could|may|should|might)\b|let us\b|(?:can|could|will|would) (?:the|my|our) (?:\w+ ){1,3}?(?:go|come|start|stop|clean|hoover|vacuum|mow)\b|how about|(?:do|would) you (?:think|mind|reckon) (?:you|we)\b|would you mind|is it possible|would it be possible|might (?:you|we|i)|it is time|time (?:for|to)|please\b|i (?:ask|beg) you)"
)
#: A thing of which it is said what has to become of it.
_HAS_TO = re.compile(
    r"(?!(?:do|does|did|is|are|i|we|you|it|there|that) ).+? (?:can|could|should|must|may|needs? to|ha(?:s|ve) to|wants? to|ought to|is to|are to) (?:please |now |just |also )*(?:go|be|come|stop|start|run|have|get|take|clean|hoover|vacuum|rest|return)\b"
)
_ASKS = re.compile(r"(?:do|does|did|is|are|was|were|has) ")
#: What is told of goes by "her" too: "tell her to go home".
_HIM = re.compile(
    r"^((?:tell|ask|send|bring|start|stop|let(?= (?:her|him) (?:loose|out|off)\b)|(?:have|get|let|make)(?= (?:her|him) (?:to )?(?:go|come|stop|start|clean|mow|hoover|vacuum|back|return|home|loose|out)\b)) )(?:her|him)\b"
)
#: For whom or with whom something is done, at the end of a command.
_FOR_SOMEBODY = re.compile(r"(?<=\w) (?:behind|after|for|before) (?:(?:my|the|our|your) )?(?P<who>\w+)$")
#: Where it begins what something is for, or until when at the latest.
_PURPOSE = re.compile(
    r"(?<=\w)(?: ,)? (?P<how>to|in order to|so (?:that )?(?:i|we|you|they|he|she|it|nobody|everyone|people|the \w+|my \w+)|before (?:i|we|you|it|he|she|they|somebody|someone|anyone|everyone|everything|something|the \w+|my \w+)|for (?:me|us|him|her|them|you|everyone|everybody) to|while (?:i|we)|for) "
)
_AS_CAN_BE = re.compile(
    r"(?:to )?as (bright|high|dim|low|warm) as (?:(?:it|they) (?:(?:will|can)(?: (?:go|be|get))?|goes?|gets?)|possible)"
)
#: What a machine is to do, where no room is said that somebody may clean by hand.
_CLEANS = re.compile(
    r"(?:(?:can|could|would|will) you )?(?:please )?(?:give )?(?:vacuum|hoover)(?: up)?(?: (?:the|this|my|our|whole|entire|place|house|floors?|flat|home|apartment|carpets?|everything|everywhere|area|round|around|please))*"
)
_CLEANING = re.compile(r"vacuum|hoover")
_NOT_TOO = re.compile(r"(?<!\S)not too (strong|bright|fast|high|loud|hot|warm)\b")
_MILD = {
    "strong": "low",
    "fast": "low",
    "high": "low",
    "bright": "30 percent",
    "loud": "20 percent",
    "hot": "low",
    "warm": "low",
}
_PART = re.compile(
    r" , (?:and |then |so |but |and then )?| (?:and then|and also|then|so|plus|because|cause|as well as|and|but) "
)
_OF_SLATS = frozenset("tilt tilted slat slats louvres louvers vanes".split())
_SET_OFF = re.compile(r"(?<!\S)set off\b")
#: What is said of what is to be heard as a number of light: "more light", "some heat".
_STUFF = {
    "light": "light",
    "lighting": "light",
    "heat": "heat",
    "warmth": "heat",
    "heating": "heat",
    "brightness": "light",
    "air": "air",
    "breeze": "air",
}
_STUFF_SOMEWHERE = re.compile(r"light (?:in|on|at|over|by|near|above|beside) .+")
_SOME_MORE = frozenset(("more", "some more", "a bit more", "a little more", "a little bit more"))
_SOME = _SOME_MORE | {"some", "a bit", "a little"}
STUFF_WANTED = {
    ("light", False): ("turn on the lights",), ("light", True): ("make it brighter",), ("heat", False): ("make it warmer",),
    ("heat", True): ("make it warmer",), ("air", False): ("turn on the fan",), ("air", True): ("turn on the fan",),
}  # fmt: skip
#: What somebody has done, or is thanked for, and what is to end.
_DONE_ALREADY = re.compile(
    r"(?:^|\b(?:i|we|you|somebody|someone|anybody|everyone|have|has|had|just|already) )(?:turned|switched|opened|closed|locked|dimmed|lowered|raised|started|stopped|drawn|killed|activated)\b"
    r"|(?<!can )(?<!could )(?<!would )(?<!will )(?<!shall )(?<!should )(?<!may )(?<!might )\b(?:i|we|you|somebody|someone) (?:just |already )?(?:shut|put|set)\b"
    r"|\b(?:have|has|had) (?:just |already )?(?:shut|put|set)\b"
    r"|\bfor \w+ing\b|\bstop \w+ing\b|\bout of\b|\b(?:off|close|next|back|down|up|on) to (?:the|my|our) (?:\w+ ?)+$(?<!percent)"
)


class Gists:
    """Takes the sentences of one house apart."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._lexicon = Lexicon(directory)
        self._tilts = bool(directory.able(("set_tilt",)))
        self._without_phrases = lru_cache(_REMEMBERED)(self._shortened)

    def splits(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the ways to part a sentence in two where a clause may end."""
        for part in _PART.finditer(text):
            head, tail = text[: part.start()].strip(" ,"), text[part.end() :].strip(" ,")
            if head and tail:
                yield head, tail

    def of_house(self, text: str) -> bool:
        """Say whether a sentence may want something of the house: a word of it, or a feeling, is in it."""
        words = text.split()
        if len(words) > _MOST_WORDS or _CALLED.match(text) or not HARDLY_A_COMMAND.isdisjoint(words):
            return False
        if self._tilts and not _OF_SLATS.isdisjoint(words):
            return False  # how far the slats turn is no position
        return any(self._lexicon.is_name(word) or word in FEELINGS or word == "see" for word in words)

    def feeling(self, clause: str) -> Feeling:
        """Return what a clause feels, and what is wanted then."""
        return feeling(self.directory, clause)

    def without_purpose(self, clause: str) -> Iterator[str]:
        """Yield a clause without what it is for: "get the extractor on to clear the steam"."""
        for adjunct in _PURPOSE.finditer(clause):
            rest = clause[adjunct.end() :].split()
            if rest and not self._is_part_of_it(adjunct["how"], rest) and PURPOSELESS.isdisjoint(rest):
                yield clause[: adjunct.start()].strip(" ,")

    def _is_part_of_it(self, how: str, rest: list[str]) -> bool:
        """Say whether words after "to" or "for" belong to what is wanted: a name, a value, an option, a way."""
        if rest[0] in ARTICLES or rest[0] in STATES or rest[0][0].isdigit() or tuple(rest) in self._lexicon.options:
            return True
        if any(self._lexicon.is_name(word) and word not in _STUFF for word in rest):
            return True
        value_first = any(placed.start == 0 for placed in values_in(" ".join(rest)))
        return how == "to" and (value_first or (len(rest) == 1 and rest[0] in LIGHT_VERBS))

    def commands(self, clause: str) -> Iterator[str]:
        """Yield the plain commands that a clause may stand for, the likeliest first; none where a word is left over."""
        clause = _AS_CAN_BE.sub(lambda match: "minimum" if match[1] in ("dim", "low") else "maximum", clause)
        if _CLEANING.search(clause) and _CLEANS.fullmatch(ASIDES.sub("", f"{clause} ").strip()):
            yield "start the vacuum"
            return
        if _SET_OFF.search(clause):  # "off" is no way there: the siren goes on
            yield from [clause] if clause.startswith("set off ") else []
            return
        text, wishes = self._without_phrases(clause)
        parts = taken_apart(self._lexicon, text) if text and not _DONE_ALREADY.search(text) else None
        if parts is None or not _is_wish(text, clause, parts, denied="off" in wishes):
            return
        parts.wishes = list(dict.fromkeys([*parts.wishes, *wishes]))
        yield from self._made(parts)

    def _shortened(self, clause: str) -> tuple[str, tuple[str, ...]]:
        """Return a clause without its set phrases and what leads up to it, and what those phrases want."""
        text = _NOT_TOO.sub(lambda match: _MILD[match[1]], _HIM.sub(r"\1it", clause))
        if (adjunct := _FOR_SOMEBODY.search(text)) and not self._lexicon.is_name(adjunct["who"]):
            text = text[: adjunct.start()]
        wishes: list[str] = []
        for phrase, wish in PHRASES:
            short = self._without(phrase, text)
            wishes += [wish] if short != text and wish else []
            text = short
        if "off" in wishes:
            text = text.replace(" nor ", " and ").replace(" either", "")
        text = " ".join(text.split())
        asides = ASIDES.match(f"{text} ")
        return (text[asides.end() :].strip() if asides and asides.end() < len(text) else text), tuple(wishes)

    def _without(self, phrase: re.Pattern[str], text: str) -> str:
        """Return a clause without a set phrase, but where that ends within a name."""
        return phrase.sub(lambda said: said[0] if self._goes_on(said, text) else " ", text)

    def _goes_on(self, said: re.Match[str], text: str) -> bool:
        """Say whether a set phrase ends within a name: "the floor" of "the floor lamp" is none."""
        after = text[said.end() :].split(maxsplit=1)
        return bool(after) and (said[0].split()[-1], singular(after[0])) in self.directory.pairs

    def _made(self, parts: Parts) -> Iterator[str]:
        """Yield plain commands of what was found."""
        name = self._one_name(parts.names)
        if name is None:
            return
        wishes = {wish for wish in parts.wishes if wish != "back"}
        if not wishes and not parts.values and parts.bare:
            wishes = {parts.bare}
        if (stuff := _STUFF.get(name.removeprefix("the "))) and parts.values and set(parts.values) <= _SOME:
            yield from STUFF_WANTED[stuff, not _SOME_MORE.isdisjoint(parts.values)]
            return
        if (said := _STUFF_SOMEWHERE.fullmatch(name)) and parts.values and set(parts.values) <= _SOME_MORE:
            yield f"more {said[0]}"  # "a bit more light over the piano"
            return
        if self._is_place(name) and not parts.values and not wishes <= OF_A_ROOM:
            return  # "down in the kitchen"
        if not wishes and not parts.values and parts.calls and self._is_scene(name):
            yield f"activate {name}"
        yield from worded(name, wishes, parts.values)

    def _is_scene(self, name: str) -> bool:
        """Say whether a scene goes by this name, in full."""
        return bool(self.directory.exact.get(bare(name), 0) & self.directory.domain.get("scene", 0))

    def _one_name(self, names: list[str]) -> str | None:
        """Return the thing and its place as one phrase; None where more than one thing is named."""
        if len(names) > 1 and names[0] == "it":
            names = names[1:]  # "I need it brighter over the table"
        if len(names) <= 1:
            return names[0] if names else ""
        one, other = names[:_A_THING_AND_ITS_PLACE]
        if len(names) > _A_THING_AND_ITS_PLACE:
            return None
        if self._is_place(other):
            return _placed(one, other)
        return _placed(other, one) if self._is_place(one) else None

    def _is_place(self, name: str) -> bool:
        words = [word for word in name.split() if word not in PLACING and word not in ARTICLES] or name.split()
        return tuple(words) in self.directory.places


def _is_wish(text: str, clause: str, parts: Parts, *, denied: bool) -> bool:
    """Say whether a clause wants something, and does not only tell: it orders, asks, denies a need or has no verb."""
    first = text.split(maxsplit=1)[0]
    asked = _WANTING.match(text) is not None or _WANTING.match(clause) is not None
    if not asked and _ASKS.match(text):
        return False
    if parts.early and parts.names and not asked and not parts.verb:
        return False  # "half the night"
    ordered = first in VERBS or first in LIGHT_VERBS
    if denied or ordered or asked or _HAS_TO.match(text):
        return True
    return not parts.telling and not parts.verb and first not in ("i", "we", "you")


def _placed(thing: str, place: str) -> str:
    first = place.split(maxsplit=1)[0]
    if first in PLACING or place in ("upstairs", "downstairs", "outside", "inside"):
        return f"{thing} {place}"
    return f"{thing} in {place}" if first in ARTICLES else f"{thing} in the {place}"

"""Words that something is to show: "write Dentist at 4 on the message board", "change the fridge note to say bread"."""

from __future__ import annotations

import re

from assistant.home.entities import Act
from assistant.home.understanding.context import Reading
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import Found
from assistant.home.understanding.wording.words import plain

_LEAD = r"(?:(?:hey|ok|okay|please|and|now|so|can you|could you|would you|will you)[, ]+)*"
_QUOTED = r"(?P<quote>[\"“”])?(?P<text>[^\"“”]+?)[\"“”]?"
_SAYS = re.compile(
    rf"{_LEAD}(?:set|change|update|make|have|get|let) (?:(?:the|my|our) )?(?P<name>[\w' ’-]+?) "
    rf"(?:to say|to read|say|read|to)(?: that)?:? {_QUOTED}[.!]?",
    re.IGNORECASE,
)
_PUTS = re.compile(
    rf"{_LEAD}(?:write|put|type|post) (?:the (?:words?|message|note) )?{_QUOTED} "
    r"(?:on|onto|in|to|up on) (?:(?:the|my|our) )?(?P<name>[\w' ’-]+?)[.!]?",
    re.IGNORECASE,
)
#: What stands for the words and is not they: "put a message on the board".
_NO_WORDS = frozenset("a message;a note;something;that;it;this;the message;the note;them".split(";"))
_NOT_WORDED = frozenset("the a an something anything everything whatever down up my our some his her their".split())
_PLEASE = re.compile(r",? please$", re.IGNORECASE)


def written(directory: Directory, words: str) -> Reading | None:
    """Return what a sentence as it was said wants to be shown; None where it names nothing that shows words."""
    texts = directory.domain.get("text", 0)
    if not texts:
        return None
    said = _PLEASE.sub("", words.strip())
    for way in (_SAYS, _PUTS):
        match = way.fullmatch(said)
        named = directory.exact.get(plain(match["name"]), 0) & texts if match else 0
        loose = way is _PUTS and match is not None and match["quote"] is None and plain(match["text"]).split()[:1]
        if loose and loose[0] in _NOT_WORDED:
            return None  # "put the calendar on the board"
        if match and named.bit_count() == 1 and plain(match["text"]) not in _NO_WORDS:
            found = Found(ids=directory.ids(named), phrase=plain(match["name"]))
            return Reading((Act(found.ids[0], "set_value", {"value": match["text"].strip(" .,")}),), found)
    return None

"""Whose a number or an address is: that of somebody else is no answer to "what is Ann's number"."""

from __future__ import annotations

import re

from assistant.turn.events import Citation
from knowledge.sentences import sentences

_CONTACT = r"(?:(?:tele)?phone|mobile|number|e-?mail|address|extension)(?: (?:number|no|address))?"
_NAME = r"[A-Z][^\W\d_]+(?: [A-Z][^\W\d_]+){0,2}"
_ASKED = re.compile(
    rf"\b({_NAME})['’]s? (?:(?:own|private|home|work|direct) )*{_CONTACT}\b|\b{_CONTACT} (?:for|of) ({_NAME})"
)
#: A number to ring or an address of mail, and nothing else.
_VALUE = re.compile(r"\W*(?:\+?\d(?:[ ()/-]*\d){5,14}|\S+@\S+)\W*")
_PRONOUN = re.compile(r"\b(?:his|her|hers|their|he|she|they|him|them)\b", re.IGNORECASE)


def is_of_another(question: str, cited: Citation) -> bool:
    """Whether a question asks for a number or address of somebody by name who is not named where that stands.

    That is in its row or sentence, in the one before that, in a heading or the title, or by a pronoun.
    """
    from engines.reader.layout import whole_row

    asked = _ASKED.search(question)
    if asked is None or not _VALUE.fullmatch(cited.text):
        return False
    text, (start, end) = cited.passage, cited.span_in_passage
    begin, close = whole_row(text, start, end)
    if (begin, close) == (start, end):
        parts = [each for each in sentences(text, 0, len(text)) if each[0] < end]
        (begin, _), (_, close) = parts[-2:][0], parts[-1]
    own = text[begin:close]
    told = " ".join((own, cited.title, cited.document, *cited.headings)).casefold()
    names = (asked[1] or asked[2]).casefold().split()
    return not any(name in told for name in names) and not _PRONOUN.search(own)

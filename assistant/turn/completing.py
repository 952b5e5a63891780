"""What is told of an answer: the words that the reader found, and what they say nothing without.

A span is as short as training made it: "£10" of "£10 for each started half hour", one item of the list that was asked
for, "no" of the sentence that says so. Each is completed in its place, so that it stays verbatim.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.turn.events import Citation
from assistant.turn.values import is_value
from knowledge.sentences import sentences

#: Words of a sentence or a row that is told whole, at most; of a longer one the span alone is.
MOST_WORDS = 40
#: Words that are taken along behind an amount, at most.
_LONGEST_QUALIFIER = 10

_AMOUNT = re.compile(r"(?:^|[\s(~≤<≥>±–—-])[£$€]?\d[\d.,:]*\s?(?:%|°C?|[€£$]|[^\W\d_]{1,7})?$")
_YEAR = re.compile(r"(?:^|\s)(?:1[0-9]|20)\d\d$")
#: What leads up to an amount at the head of a sentence: the rest of the sentence is no qualifier of it.
_FRONTED = re.compile(r"(?:in|since|by|for|after|at|on|from|until|before|within|during)\b", re.IGNORECASE)
_QUALIFIER = re.compile(
    r"\s+(?:for|each|every|per|an?|if|when|where|unless|until|below|above|as part of|with|without|"
    r"at(?! (?:the (?:same|end)|least|most)))\b\s+[\w“\"'](?:[^,;:!?()]|[,:](?=\d))*"
)
#: How far what was found goes: "cash up to £500".
_LIMIT = re.compile(r" (?:up to|at most|no more than) (?:[£$€]\d+(?:[.,]\d+)*|\d+(?:[.,]\d+)* ?(?:%|€|[a-z]{1,2}\b))")
_CLAUSE = re.compile(r"\s+(?:if|when|where|unless|until)\b")
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|will|can|must|may|costs?)\b")
_OTHER_HALF = re.compile(r"\s+(?:and|or|but|while|then)\s+(?=(?:(?!\b(?:and|or|but)\b).)*\d)", re.DOTALL)
#: The end of a span of time whose beginning is the answer.
_TIME = re.compile(r"(?<![\d.:])\d{1,2}[:.][0-5]\d$")
_UNTIL = re.compile(r" ?[-–—] ?\d{1,2}[:.][0-5]\d(?![.:]?\d)")
_MARKED = re.compile(r"\s*(?:[-*•‣–]|\d{1,3}[.)])\s")
_ENDING = re.compile(r"(?:(?<=([^aeiou\W]))\1(?:ing|ed)|ies|es|s|ing|ed|(?<![aeiou])y)$")
#: Of a section, or a sign that draws the eye, before a sentence.
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)+\.?|\((?:\d+|[a-z])\)|[^\w\s\"'“‘(£$€+-]+)\s+")
_LINE, _COLUMNS = re.compile(r"[^\n]*\n?"), re.compile(r"\S {2,}\S|\t")
_CELLS = re.compile(r"[^\n]*: [^\n]*; [^\n]*|[^\n]*; [^\n]*: [^\n]*")
_WORD = re.compile(r"[^\W_]+")
_YES_OR_NO = re.compile(r"\W*(?:of course|(?:well, |sorry, )?(?:yes|no)(?:, (?:of course|sorry))?)\W*", re.IGNORECASE)
#: What asks for one thing, whatever stands around it.
_FOR_ONE = re.compile(
    r"\b(?:how (?:much|many|long|old|far|often|big|high|late|early|soon)|when|who|whose|where|why|"
    r"what(?:['’]s| is| was) (?:the|my|our|your)|which (?!\w+s\b)(?:\w+ ){1,3}?(?:is|was|has|\w+s)\b)",
    re.IGNORECASE,
)
#: What asks for several things: only then does one value stand for the list that it is of.
_FOR_SEVERAL = re.compile(
    r"\b(?:are there|were there|(?:tell|give|list|show|name|read)(?: me)?(?: all)? (?:the|my|our|your)|all the|"
    r"(?:what|which)(?: (?!is|was|are|were|do|does)\w+){0,3} (?:are|were))\b|^what are\b",
    re.IGNORECASE,
)
_SAY_LITTLE = frozenset(
    "the and are for from can could may must should what which who how does did has have had was were will would with "
    "that this these those there their them they you your our its his her any all tell give name list show please "
    "about into when where why not".split()
)


def with_its_sentence(cited: Citation) -> Citation:
    """A citation with the sentence, the list item or the table's row that it is of, unless that is long."""
    from engines.reader.layout import whole_part

    text, (start, end) = cited.passage, cited.span_in_passage
    begin, close = _lines(text, *whole_part(text, start, end), start, end)
    touched = [each for each in sentences(text, begin, close) if each[0] < end and start < each[1]]
    if touched and _words(text, touched[0][0], touched[-1][1]) <= MOST_WORDS:
        number = _NUMBER.match(text, touched[0][0], start)
        start, end = min(start, number.end() if number else touched[0][0]), max(end, touched[-1][1])
        end = max(end - 1, cited.span_in_passage[1]) if text[end - 1] in ",;" else end
    return moved(cited, start, end)


def with_what_follows(cited: Citation) -> Citation:
    """A citation that is "yes" or "no" alone, with the next sentence of its paragraph: "Yes. It is here by three"."""
    from engines.reader.layout import whole_part

    text, (start, end) = cited.passage, cited.span_in_passage
    if _YES_OR_NO.fullmatch(cited.text):
        close = next((last for _, last in sentences(text, end, whole_part(text, start, end)[1])), end)
        if _words(text, end, close) <= MOST_WORDS and "\n\n" not in text[end:close]:
            end = close
    return moved(cited, start, end)


def may_be_of_a_table(cited: Citation) -> bool:
    """Whether a citation is of a line that looks like the row of a table."""
    text, (start, end) = cited.passage, cited.span_in_passage
    begin, close = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    return "\n" not in cited.text and _CELLS.fullmatch(text, begin, close if close >= 0 else len(text)) is not None


def with_its_row(cited: Citation, text: str) -> Citation:
    """A citation of a cell, with its row of a table in the document `text`; of a long row, with the cells before it."""
    from engines.reader.layout import whole_row

    if text[cited.start : cited.end] != cited.text:
        return cited
    start, end = whole_row(text, cited.start, cited.end)
    start += len(text[start:end]) - len(text[start:end].lstrip())
    if _words(text, start, end) > MOST_WORDS:
        end = cited.end
    if _words(text, start, end) > MOST_WORDS:
        return cited
    return in_document(cited, text, min(start, cited.start), max(end, cited.end))


def with_its_qualifier(cited: Citation) -> Citation:
    """A citation that ends with an amount, with what it is for: "£10 for each started half hour", "10:00–14:00"."""
    from engines.reader.layout import whole_part

    text, (start, end) = cited.passage, cited.span_in_passage
    if _TIME.search(text, 0, end) and (until := _UNTIL.match(text, end)):
        return moved(cited, start, until.end())
    if limit := _LIMIT.match(text, end):
        return moved(cited, start, limit.end())
    if not _AMOUNT.search(cited.text) or _YEAR.search(cited.text):
        return cited
    begin, close = whole_part(text, start, end)
    sentence = next((each for each in sentences(text, begin, close) if each[0] <= start and end <= each[1]), None)
    if sentence is None or (_words(text, sentence[0], start) < 2 and _FRONTED.match(text, sentence[0])):
        return cited
    behind = _QUALIFIER.match(text, end, sentence[1])
    if behind is None or "\n\n" in behind[0]:
        return cited
    words = behind[0]
    if (half := _OTHER_HALF.search(words)) is not None:  # "... and £18 a day" is for something else
        words = words[: half.start()]
        if re.search(r"\d", words):
            return cited
    if not _CLAUSE.match(words) and _VERB.search(words):  # "version 9 with the patch is from May"
        return cited
    words = words.rstrip(" \n.")
    return moved(cited, start, end + len(words)) if len(words.split()) <= _LONGEST_QUALIFIER else cited


def may_be_of_a_list(cited: Citation) -> bool:
    """Whether a citation is of a line with a list's mark, or of several lines."""
    return "\n" in cited.text or begins_an_item(cited.passage, cited.span_in_passage[0])


def begins_an_item(text: str, at: int) -> bool:
    """Whether the line of the character at `at` begins with a list's mark."""
    return _MARKED.match(text[text.rfind("\n", 0, at) + 1 : at]) is not None


def with_its_list(question: str, cited: Citation, text: str) -> Citation:
    """A citation of items of a list, with the others, which may stand in the next passages of the document `text`.

    One item stands for all if a list was asked for by its heading or by what leads up to it: "what are the known
    faults?" asks for what stands below "Known faults", "how long is the lead?" for one of "Technical data". A
    value that was found is what was asked for, without the step that it stands in.
    """
    from engines.reader.layout import list_around

    start, end = cited.start, cited.end
    listed = list_around(text, start, end)
    if text[start:end] != cited.text or listed is None:
        return cited
    of_one = False
    may_be_asked = not _FOR_ONE.search(question) and (not is_value(cited.text) or _FOR_SEVERAL.search(question))
    if listed.first == listed.last and listed.items > 1 and may_be_asked:
        asked = stems(question) - stems(cited.title)
        heading = cited.headings[-1] if cited.headings else ""
        item = text[max(listed.start, text.rfind("\n", 0, start)) : text.find("\n", end) % (len(text) + 1)]
        of_one = bool(asked & (stems(listed.lead) | stems(heading))) and not asked & stems(item)
    if not listed.is_told_whole(of_one=of_one):
        return cited
    return in_document(cited, text, min(listed.start, start), max(listed.end, end))


def _lines(text: str, begin: int, close: int, start: int, end: int) -> tuple[int, int]:
    """`begin`..`close` without the lines before and behind `start`..`end` that are no prose broken to fit a page.

    Prose is broken where the next word has no room. A line that has room for it, columns, or capitals alone ends what
    it says; but the lines of a list's item go on.
    """
    if _MARKED.match(text, text.rfind("\n", 0, begin) + 1):
        return begin, close
    lines = [line for line in _LINE.finditer(text, begin, close) if line[0]]
    width = max((len(line[0].strip()) for line in lines), default=0)
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        words = line[0].strip()
        word = len(following[0].split(maxsplit=1)[0]) if following and following[0].strip() else 0
        is_broken = following is not None and len(words) + 1 + word > width
        if is_broken and not _COLUMNS.search(words) and not words.isupper():
            continue
        if line.end() <= start:
            begin = line.end()
        elif line.end() >= end:
            return begin, line.end()
    return begin, close


def moved(cited: Citation, start: int, end: int) -> Citation:
    """A citation of characters `start`..`end` of the same passage."""
    begun = cited.passage_start
    return replace(cited, start=begun + start, end=begun + end, text=cited.passage[start:end])


def in_document(cited: Citation, text: str, start: int, end: int) -> Citation:
    """A citation moved to characters `start`..`end` of its document `text`, which are shown in it too."""
    if (start, end) == (cited.start, cited.end):
        return cited
    first, last = min(start, cited.passage_start), max(end, cited.passage_start + len(cited.passage))
    return replace(cited, start=start, end=end, text=text[start:end], passage=text[first:last], passage_start=first)


def _words(text: str, start: int, end: int) -> int:
    return len(text[start:end].split())


def stems(text: str) -> set[str]:
    """Words that say something, without what inflects them."""
    words = (word for word in _WORD.findall(text.lower()) if len(word) > 2 and word not in _SAY_LITTLE)
    return {_ENDING.sub("", word) if len(word) > 4 else word for word in words}

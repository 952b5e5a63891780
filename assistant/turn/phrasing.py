"""What a reply says: the answer first, then its source; a hedge when unsure; an honest "I don't know" otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.skills.about import NO_DOCUMENTS
from assistant.turn.events import Citation
from assistant.turn.sources import spoken_source
from knowledge import languages

if TYPE_CHECKING:
    from engines.reader.reader import Reading
    from knowledge.library import Hit
    from knowledge.passages import Passage

HEDGE_BELOW = 0.65  # calibrated probability; the reader abstains at 0.5, so this is where it is not far from doing so
OFFER_FROM = 0.2  # below, the best section most likely speaks of something else
MOST_CITATIONS = 3
_YES_NO = re.compile(
    r"(?:(?:and|but|so|ok|okay|please|hey|tell me|do you know)[, ]+)*(?:whether\b|if\b|"
    r"(?:is|are|was|were|am|do|does|did|can|could|may|might|must|should|shall|will|would|has|have|had|need)(?:n['’]t)?\b)",
    re.IGNORECASE,
)
_OPENS = re.compile(  # a sentence, and is no name: small behind other words
    r"(?:the|an?|its?|you|your|we|our|they|their|there|th[ei]se?|those|that|in|at|on|from|to|for|by|with|after|before|"
    r"when|if|every|each|all|only|no|not|up|because|since|otherwise|until|within|between|about|around|above|below|"
    r"under|over|as|some|any|most|many|several|nobody|everybody|never|always|do|don['’]t|press|turn|switch|put|keep|"
    r"use|take|ask|ring|call|write|bring|wait|check|open|close)\b",
    re.IGNORECASE,
)
_MARK = re.compile(r"(?:[-*•‣–]|\d{1,3}[.)]) (?=\S)")


def cite(reading: Reading, hits: Sequence[Hit]) -> tuple[Citation, ...]:
    """Return the best span's citation, then other places that say the same words; offsets count in the document."""
    found: dict[tuple[str, int, int], Citation] = {}
    wanted = _plain(reading.spans[0].text)
    for span in reading.spans:
        if _plain(span.text) != wanted:
            continue
        passage = hits[span.passage].passage
        start, end = passage.start + span.start, passage.start + span.end
        # Neighbouring passages overlap, so the same place may have been read twice.
        found.setdefault(
            (passage.document, start, end),
            Citation(
                document=passage.document,
                passage_id=passage.id,
                start=start,
                end=end,
                text=span.text,
                page=passage.page(span.start),
                title=passage.title,
                passage=passage.text,
                passage_start=passage.start,
                headings=passage.headings,
            ),
        )
    return tuple(found.values())[:MOST_CITATIONS]


def asks_yes_or_no(question: str) -> bool:
    """Whether a question can be answered by yes or no: it begins with a verb, or with "whether"."""
    return _YES_NO.match(question.strip()) is not None


def spoken_answer(citation: Citation, confidence: float, yesno: str = "") -> str:
    """Return the sentence that says a cited span and where it stands, behind the "yes" or "no" that it means."""
    words = _said(citation.said or citation.text).strip(" ,;:.!")
    source = spoken_source(citation.title, citation.document)
    if yesno and not words.lower().startswith((f"{yesno},", f"{yesno} ", f"{yesno}.", f"{yesno}!")):
        if confidence < HEDGE_BELOW:
            return f"Probably {yesno}. {words[:1].upper()}{words[1:]}, going by {source}."
        return f"{yesno.capitalize()}. {words[:1].upper()}{words[1:]}, according to {source}."
    if confidence < HEDGE_BELOW:
        return f"Perhaps {_running(words, citation.passage)}, going by {source}."
    return f"{words[:1].upper()}{words[1:]}, according to {source}."


def spoken_offer(offered: Citation) -> str:
    """Return the sentence that quotes what may answer, and says where it stands."""
    section, words = _section(offered), _said(offered.said or offered.text).strip(" ,;:.")
    return f"I'm not sure. {section[:1].upper()}{section[1:]} says: {words}{'' if words.endswith(('?', '!')) else '.'}"


def spoken_abstention(reading: Reading, hits: Sequence[Hit] = (), *, store_is_empty: bool, question: str = "") -> str:
    """Return the sentence that says why there is no answer, or which section may have one.

    A question, or else what was found for it, may be in a language that the reader does not know.
    """
    if store_is_empty:
        return NO_DOCUMENTS
    if asked_in := languages.name(languages.language(question)):
        hint = f"; {_section(hits[0].passage)} may speak of that" if hits else ""
        return f"I don't know. That seems to be {asked_in}, and I only read English well{hint}."
    if reading.spans and hits and reading.confidence >= OFFER_FROM:
        return f"I'm not sure; {_section(hits[reading.spans[0].passage].passage)} speaks of that."
    if hits and (written_in := languages.name(languages.language(hits[0].passage.text))):
        return (
            f"I'm not sure; {_section(hits[0].passage)} may speak of that, but in {written_in}, and I only read "
            "English well."
        )
    if not reading.passages_given:
        return "I don't know. I found none of that in your documents."
    if reading.hardly_read:
        return "I don't know. There was no time to read what I found in your documents."
    return "I don't know. I found nothing in your documents that answers that."


def _section(passage: Passage | Citation) -> str:
    """The name of the section that a passage stands in, or what is cited."""
    source = spoken_source(passage.title, passage.document)
    return f"the section on {passage.headings[-1].rstrip(' .:?!')} in {source}" if passage.headings else source


def _running(words: str, passage: str) -> str:
    """Words that go on behind others: the capital that only begins a sentence is small, that of a name is not."""
    first = re.match(r"[^\W\d_]+", words)
    if first is None or (len(first[0]) > 1 and not first[0][1:].islower()):
        return words
    is_no_name = _OPENS.match(words) or re.search(rf"(?<!\w){first[0].lower()}(?!\w)", passage)
    return words[:1].lower() + words[1:] if is_no_name else words


def _said(text: str) -> str:
    """Lines as one; list items without their marks, as an enumeration."""
    said = ""
    for line in text.split("\n"):
        if not (words := " ".join(line.split())):
            continue
        item = _MARK.sub("", words) if said else words
        said += (", " if item != words and said[-1] not in ".,;:!?" else " " if said else "") + item
    return said


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())

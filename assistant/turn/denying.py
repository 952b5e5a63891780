"""An answer that its sentence denies: "theft, tyres and blades" of "It does not cover theft, tyres and blades"."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.turn.completing import begins_an_item, in_document, moved, with_its_sentence
from assistant.turn.events import Citation
from assistant.turn.values import is_value
from knowledge.sentences import sentences

NOT = re.compile(
    r"\b(?:not|never|no|nor|neither|cannot|without|forbidden|prohibited|excludes?|excluding)\b|n['’]t\b", re.IGNORECASE
)
#: What a question says that asks for what is denied, or for more than a thing that may be.
_ASKS_FOR_IT = re.compile(
    rf"{NOT.pattern}|\b(?:avoid|except|apart from|other than|exclu\w+|forb\w+|prohibit\w*|ban(?:ned)?|leave out|"
    r"left out|refus\w*|exempt\w*|free of|against|wrong|why|how)\b",
    re.IGNORECASE,
)
#: Behind a denial, what ends it: "does not start, press reset", "not before 9", "no dogs but cats".
_ENDS_IT = re.compile(
    r"[;:]|\b(?:but|instead|than|before|until|unless|except|only|if|when|because|since|so|to avoid)\b", re.IGNORECASE
)
_CONDITION = re.compile(r"(?:if|when|where|unless|once|while|as long as|should|in case)\b[^,]*,", re.IGNORECASE)
#: What leads up to things that are denied: "DO NOT:", "Not included:", "Things we never take"; no "Hut, no charge:".
_LEADS = re.compile(
    r"\b(?:not|never|nor|neither|cannot|avoid|forbidden|prohibited|exclud(?:ed|es|ing))\b|n['’]ts?\b|^\W*no\s",
    re.IGNORECASE,
)
#: "If it does not start:", "Why the lamp is not lit".
_LEADS_ELSEWHERE = re.compile(
    r"\b(?:if|when|where|unless|until|why|reasons?|because|faults?|only|than|can and|dos? and|may and)\b|[.!?]$",
    re.IGNORECASE,
)
_BEFORE_COLON = re.compile(r"(?:\S+ ){0,4}\S+:\s")
#: "Only with the consent of the owner", and what the next sentence may say of that.
_NEEDS_LEAVE = re.compile(
    r"\b(?:only|needs?|needed|subject to|requires?|unless|without|must)\b[^.;]*?\b(leave|permission|consent|approval|"
    r"permit|licen[cs]e)\b",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\b(?:refuse[sd]?|denie[sd]|withdrawn|withdrew|withheld|declined|(?:not|never|n['’]t) (?:yet )?(?:been )?"
    r"(?:given?|grant(?:ed)?|gave))\b",
    re.IGNORECASE,
)
_CORRECTED = re.compile(r"((?:\S+ ){0,3}\S+?),? (?:and not|but not|not|instead of|rather than) $")
_LONGEST_LEAD = 12  # words; of a heading, without a colon, half as many


def with_the_denial_above(question: str, cited: Citation, text: str) -> Citation:
    """A citation of items of a list of the document `text`, from what leads up to them on, where that denies them.

    What is said of it leaves out the items between.
    """
    from engines.reader.layout import list_around

    is_there = text[cited.start : cited.end] == cited.text
    if _ASKS_FOR_IT.search(question) or is_value(cited.text) or not is_there or not begins_an_item(text, cited.start):
        return cited
    listed = list_around(text, cited.start, cited.end)
    if listed is None or not _denies_below(listed.lead):
        return cited
    item = cited if "\n" in cited.text else with_its_sentence(cited)
    found = in_document(cited, text, text.rindex(listed.lead, 0, listed.start), max(item.end, cited.end))
    return replace(found, said=f"{listed.lead.rstrip(' :')}: {item.text}")


def _denies_below(lead: str) -> bool:
    lead = re.split(r"[.!?] ", lead)[-1]
    most = _LONGEST_LEAD if lead.endswith(":") else _LONGEST_LEAD // 2
    is_lead = len(lead.split()) <= most and _LEADS_ELSEWHERE.search(lead) is None
    return is_lead and _LEADS.search(lead) is not None


def with_its_denial(question: str, cited: Citation) -> Citation:
    """A citation with its sentence, where that denies what the question does not ask to hear denied.

    A long sentence is left as it is: there the denial and what is cited are mostly of different clauses.
    """
    if _ASKS_FOR_IT.search(question):
        return cited
    whole = with_its_sentence(cited)
    before = whole.text[: cited.start - whole.start]
    if not is_value(cited.text) and (lead := _BEFORE_COLON.match(before)) and _denies_below(lead[0].strip()):
        return whole
    if condition := _CONDITION.match(before):
        before = before[condition.end() :]
    denials = list(NOT.finditer(before))
    if not denials or _ENDS_IT.search(before, denials[-1].end()):
        return cited
    return whole


def with_its_refusal(cited: Citation) -> Citation:
    """A citation that something is done with leave alone, with the sentence behind it that says this was refused."""
    from engines.reader.layout import whole_part

    text, (start, end) = cited.passage, cited.span_in_passage
    needed = _NEEDS_LEAVE.search(cited.text)
    if needed is None or is_refused(cited.text):
        return cited
    behind = next((each for each in sentences(text, *whole_part(text, start, end)) if each[0] >= end), None)
    if behind is None:
        return cited
    following = text[slice(*behind)]
    is_of_it = re.search(rf"\b{needed[1]}\b", following, re.IGNORECASE) and _REFUSED.search(following)
    return moved(cited, start, behind[1]) if is_of_it else cited


def is_refused(words: str) -> bool:
    """Whether words say that something is done with leave alone, and then that there is none."""
    needed = _NEEDS_LEAVE.search(words)
    return needed is not None and _REFUSED.search(words, needed.end()) is not None


def with_its_correction(cited: Citation) -> Citation:
    """A citation of a value that is denied, with the one that stands in its place: "20, not 25"."""
    text, (start, _) = cited.passage, cited.span_in_passage
    before = _CORRECTED.search(text, text.rfind("\n", 0, start) + 1, start) if is_value(cited.text) else None
    if before is None:
        return cited
    words = before[1].split(" ")
    value = next((part for n in range(len(words)) if is_value(part := " ".join(words[n:]))), "")
    return moved(cited, before.end(1) - len(value), cited.span_in_passage[1]) if value else cited

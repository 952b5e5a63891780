"""An answer that its sentence denies: "theft, tyres and blades" of "It does not cover theft, tyres and blades"."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.turn.completing import begins_an_item, in_document, with_its_sentence
from assistant.turn.events import Citation
from assistant.turn.values import is_value

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

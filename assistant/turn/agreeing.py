"""Whether the sentence that is told says the "yes" or "no" that the reader means by it.

The reader weighs a passage; told is one sentence of it. "Yes. Dogs are not allowed" is worse than the sentence alone,
so where the two disagree neither is said. What a question denies itself ("can't I ...?", "isn't it closed?") is left
to the reader: there "yes" and "no" mean either.
"""

from __future__ import annotations

import re

from assistant.turn.completing import stems
from assistant.turn.denying import NOT, is_refused
from assistant.turn.events import Citation
from assistant.turn.limits import amounts, limits

_DENIES = re.compile(
    r"\b(?:not|never|no|nor|neither|cannot|nobody|forbidden|prohibited|exclude[sd]?|unable|impossible|refused?|banned|"
    r"barred|unavailable|postponed|deferred|rejected|declined|put off|turned down|voted down|out of (?:order|stock)|"
    r"sold out|suspended|cancelled|stays? (?:at home|outside|away|behind))\b|"
    r"n['’]t\b",
    re.IGNORECASE,
)
_QUESTION_DENIES = re.compile(
    rf"{NOT.pattern}|\b(?:avoid|except|free|against|wrong|illegal|banned|exclu\w+|forbid\w*|prohibit\w*|closed|shut|"
    r"mind|dangerous|harmful|impossible|missing|empty|postpone\w*|defer\w*|reject\w*|declin\w*|put off|"
    r"too \w+|nothing|nobody)\b",
    re.IGNORECASE,
)
#: Says no to nothing.
_HARMLESS = re.compile(
    r"\b(?:no|not|never) (?:more|less|\w+er) than\b|\bnot (?:only|just|until|before|after)\b|\bor not\b|\bif not\b|"
    r"\b(?:no|without)(?: (?:extra|additional|further|any))* (?:charges?|costs?|fees?|problem|limits?|doubt|harm)\b|"
    r"(?:\bnot|\bnever|n['’]t) (?:to )?(?:hesitate|forget|worry|fail|matter|hurt|mind|a problem)\b",
    re.IGNORECASE,
)
_NEED_NOT = re.compile(
    r"\b(?:no need|need not|needs? no|needn['’]t|(?:do|does|did)(?: not|n['’]t) (?:have to|need)|optional|"
    r"not (?:needed|necessary|required|compulsory|obligatory)|no [^,;:.]{1,30}(?:needed|necessary|required))\b",
    re.IGNORECASE,
)
_ASKS_FOR_DUTY = re.compile(
    r"\b(?:have to|has to|need|needed|must|should|shall|required|necessary|compulsory|obliged|mandatory|got to)\b",
    re.IGNORECASE,
)
_WITHOUT = re.compile(r"\bwithout\b", re.IGNORECASE)
_IF = r"(?:if|unless|when|where|whether|in case|as long as|because|since|so that|provided|who|which|that)\b"
#: A condition, in front or behind: "if you have no ticket, ask".
_CONDITION = re.compile(rf"^\W*{_IF}[^,]*,|(?<=\w)[\s,]+{_IF}[^,;:.]*", re.IGNORECASE)
_NEXT_CLAUSE = re.compile(
    r"[;:.!?]\s+|\s[–—-]\s|[()]|,?\s+but\s+|"
    r"\s+and\s+(?=(?:(?:do|does|is|are|can|may|must|will)\s)?(?:not|never|no)\s|\w+n['’]t\s)|,\s+",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|can|cannot|could|may|must|do|does|did|gets?|need|works?|counts?|costs?)\b|"
    r"n['’]t\b",
    re.IGNORECASE,
)
_STARTS_DENIAL = re.compile(r"(?:and |or )?(?:not|never|no)\b", re.IGNORECASE)
_NEW = re.compile(r"\b(?:new|another|replac\w+)\b", re.IGNORECASE)
_KEPT = re.compile(r"\bkeep(?:s|ing)? (?:the|our|its|my|his|her|your|their) old\b", re.IGNORECASE)
#: What a question asks for, and what says no to it.
_OPPOSITES = [
    (re.compile(rf"\b(?:{asked})\b", re.IGNORECASE), re.compile(rf"\b(?:{said})\b", re.IGNORECASE))
    for asked, said in (
        ("open", "closed|shut"),
        (
            "work|working|function",
            "(?:(?<!alarm )goes|go|is|are|be) (?:off|out|dead|down)|stops? working|fails?|cut off",
        ),
    )
]
_SAME = 5  # letters at the beginning of two words that are of one kind: "allergic", "allergies"


def agreed(question: str, yesno: str, told: Citation) -> str:
    """Return `yesno` where what is `told` does not say otherwise, else ""."""
    words = " ".join(told.text.split())
    begins = re.match(r"(yes|no)[,;.!]", words, re.IGNORECASE)
    if not yesno or _QUESTION_DENIES.search(question) or begins:
        return "" if begins and begins[1].lower() != yesno else yesno
    asked = _kinds(question)
    clauses = [(asked & _kinds(text), _denies(question, asked, text)) for text in _clauses(words)]
    most = max((len(shared) for shared, _ in clauses), default=0)
    # what the question speaks of is said in the clauses that have most of its words
    main = [(shared, denies) for shared, denies in clauses if len(shared) == most]
    if yesno == "yes":
        if _is_beyond(question, words) or is_refused(words) or (_NEW.search(question) and _KEPT.search(words)):
            return ""
        return "" if main and all(denies for _, denies in main) else yesno
    elsewhere = [shared for shared, denies in clauses if denies]
    is_elsewhere = bool(elsewhere) and all(any(less and less < shared for shared, _ in main) for less in elsewhere)
    return "" if is_elsewhere else yesno


def _is_beyond(question: str, words: str) -> bool:
    """Whether the one amount that a question names lies outside the one limit that is told: 13 years, "from age 16"."""
    asked, told = amounts(question), limits(words)
    return len(asked) == len(told) == 1 and asked[0][1] == told[0].unit and not told[0].holds(asked[0][0])


def _denies(question: str, asked: set[str], clause: str) -> bool:
    """Whether a clause denies what is asked; who asks for a duty hears no in "you need not" alone, or of it itself."""
    if _NEED_NOT.search(clause):
        return _ASKS_FOR_DUTY.search(question) is not None
    if any(asks.search(question) and says.search(clause) for asks, says in _OPPOSITES):
        return True
    said = _HARMLESS.sub(" ", _CONDITION.sub(" ", clause))
    denials = list(_DENIES.finditer(said))
    if not denials or (len(denials) > 1 and _WITHOUT.search(said)):  # "nobody may ride without a helmet"
        return False
    if _ASKS_FOR_DUTY.search(question):
        return any(asked & _kinds(" ".join(said[each.end() :].split()[:3])) for each in denials)
    return True


def _clauses(words: str) -> list[str]:
    """The clauses of a sentence; commas part them where both sides have a verb."""
    found, begin = [], 0
    for match in _NEXT_CLAUSE.finditer(words):
        rest = words[match.end() :].partition(",")[0]
        if (
            match[0].strip() != ","
            or _STARTS_DENIAL.match(rest)
            or (_VERB.search(words, begin, match.start()) and _VERB.search(rest))
        ):
            found.append(words[begin : match.start()])
            begin = match.end()
    return [clause for clause in [*found, words[begin:]] if clause.strip()]


def _kinds(text: str) -> set[str]:
    words = (word[:-1] if len(word) == 4 and word[-1] == "s" else word.removesuffix("e") for word in stems(text))
    return {word[:_SAME] for word in words}

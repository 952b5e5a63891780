"""Steps in running text: "Rinse the jar. Fill it. Turn it over." is told whole where one of them was found.

A sentence is a step if it tells somebody to do something: it begins with a verb, or with when or how to do that.
"""

from __future__ import annotations

import re

from assistant.turn.completing import may_be_of_a_table, moved
from assistant.turn.events import Citation
from assistant.turn.values import is_value
from knowledge.sentences import sentences

_MOST_WORDS = 60
_ASKS_FOR_STEPS = re.compile(
    r"\bhow (?:do|can|should|must) (?:i|we|you)\b(?! (?:know|tell|see|notice|reach|contact|pay|get (?:to|there))\b)|"
    r"\bhow to\b|\bwhat (?:do|should|must|can) (?:i|we|you) (?:have to )?do\b|\bwhat (?:now|next)\b|\bme through\b",
    re.IGNORECASE,
)
_VERB = "(?:" + "|".join(
    "add adjust bake boil bring brush call change check choose clean clear click close connect cook cool cover "
    "cut drain dry empty enter fill fit fold give go hang heat hold insert keep lay leave let light lock loosen "
    "make mark measure melt mix move open pack paint place plug pour press pull push put raise read release "
    "remove repeat replace report rest ring rinse roll rub run save screw seal select send set shake shut simmer "
    "soak spread sprinkle start stir stop switch take tap tell test tie tighten touch trim try turn type unplug "
    "unscrew use wait warm wash water weigh wind wipe wrap write".split()
) + ")"  # fmt: skip
_STEP = re.compile(
    r"\W*(?:(?:then|now|first|next|finally|afterwards|always|please|carefully|gently|slowly|and|just|only)[, ]+)*"
    rf"(?:(?:do not|don['’]t|never) \w|{_VERB}\b(?!-| *[=:])(?! (?:is|are|was|were|has|have|can|must)\b)|"
    rf"(?:when|once|as soon as|after|before|with|on|in|at|for|until|to|if)\s[^.;:]*,\s{_VERB}\s"
    r"(?:the|an?|it|them|your|all|both|in|on|up|down|off|out|for|to|with|until|over|every|each|at|into|again)\b)",
    re.IGNORECASE,
)
#: Begins what is to be done elsewhere, or for something else: "If it does not start, ...", "To stop it, ...".
_ANOTHER_CASE = re.compile(r"\W*(?:if|to|for|in case|unless|instead|otherwise|alternatively|or)\b", re.IGNORECASE)
#: A line that ends what it says, without a stop.
_NO_PROSE = re.compile(r"[^.!?\s]\s*\n\s*(?=[A-Z][a-z])")


def with_its_steps(question: str, cited: Citation) -> Citation:
    """A citation of a step in running text, with the steps before and behind it in its paragraph or item; bounded."""
    from engines.reader.layout import whole_part

    if not _ASKS_FOR_STEPS.search(question) or is_value(cited.text) or may_be_of_a_table(cited):
        return cited
    text, (start, end) = cited.passage, cited.span_in_passage
    parts = list(sentences(text, *whole_part(text, start, end)))
    touched = [n for n, each in enumerate(parts) if each[0] < end and start < each[1]]
    if not touched or not all(_is_step(text, *parts[n]) for n in touched):
        return cited
    first, last = touched[0], touched[-1]
    while first and not _ANOTHER_CASE.match(text, *parts[first]) and _is_step(text, *parts[first - 1]):
        first -= 1
    while (
        last + 1 < len(parts)
        and _is_step(text, *parts[last + 1])
        and not _ANOTHER_CASE.match(text, *parts[last + 1])
        and len(text[parts[first][0] : parts[last + 1][1]].split()) <= _MOST_WORDS
    ):
        last += 1
    told = text[parts[first][0] : parts[last][1]]
    if (first, last) == (touched[0], touched[-1]) or len(told.split()) > _MOST_WORDS:
        return cited
    return moved(cited, parts[first][0], parts[last][1])


def _is_step(text: str, start: int, end: int) -> bool:
    """Whether a sentence tells somebody to do something."""
    return _STEP.match(text, start, end) is not None and not _NO_PROSE.search(text, start, end)

"""How a sentence looks at a pause, to someone who has tried to answer it; pure."""

from __future__ import annotations

from assistant.languages.en.completeness import Look, is_begun, look_of, names_nothing, words_of
from assistant.turn.events import Reply

SURE = 0.5  # confidence in a foreseen answer at which words look complete
FIRM = 0.7  # and at which a few words do: to the beginning of a question there often is some answer
LONG_SENTENCE = 5  # words


def at_first(text: str) -> Look:
    """Judge a sentence by its words alone, while nobody has tried to answer it."""
    return Look.OPEN if is_begun(text) else look_of(text)


def weigh(text: str, reply: Reply | None) -> Look:
    """Judge a sentence by its word order and by how sure the reader is of an answer to it, which is `reply`.

    While there is no reply yet, it is waited for.
    """
    if names_nothing(text):
        return Look.UNFINISHED  # even after an answer, "what is that" more often means what comes next
    if reply is None:
        return Look.OPEN if is_begun(text) else Look.UNFINISHED
    sure = not reply.abstained and reply.confidence >= SURE
    if reply.abstained and is_begun(text):
        return Look.OPEN
    if look_of(text) in (Look.UNFINISHED, Look.OPEN):
        # A long sentence that a sure answer fits was misheard in a small word; a short one is a beginning.
        misheard = sure and len(words_of(text)) >= LONG_SENTENCE
        return Look.UNCERTAIN if misheard else Look.OPEN if is_begun(text) else Look.UNFINISHED
    if reply.abstained or (reply.confidence < FIRM and len(words_of(text)) < LONG_SENTENCE):
        return Look.DOUBTFUL
    return Look.COMPLETE if sure else Look.UNCERTAIN

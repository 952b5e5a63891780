"""How a sentence looks at a pause, to someone who has tried to answer it; pure."""

from __future__ import annotations

from assistant.languages.en.completeness import Look, is_statement, look_of, names_nothing, words_of
from assistant.turn.events import Reply

SURE = 0.5  # confidence in a foreseen answer at which words look complete
FIRM = 0.7  # and at which a few words do: to the beginning of a question there often is some answer
LONG_SENTENCE = 5  # words


def weigh(text: str, reply: Reply) -> Look:
    """Judge a sentence by its word order and by how sure the reader is of an answer to it, which is `reply`."""
    if names_nothing(text):
        return Look.UNFINISHED  # even after an answer, "what is that" more often means what comes next
    sure = not reply.abstained and reply.confidence >= SURE
    if reply.abstained and is_statement(text):
        return Look.OPEN  # neither a question nor a command: this assistant is told nothing, so more is to come
    if look_of(text) in (Look.UNFINISHED, Look.OPEN):
        # A long sentence that a sure answer fits was misheard in a small word; a short one is a beginning.
        return Look.UNCERTAIN if sure and len(words_of(text)) >= LONG_SENTENCE else Look.UNFINISHED
    if reply.abstained or (reply.confidence < FIRM and len(words_of(text)) < LONG_SENTENCE):
        return Look.DOUBTFUL
    return Look.COMPLETE if sure else Look.UNCERTAIN

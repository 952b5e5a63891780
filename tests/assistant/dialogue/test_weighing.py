"""What the endpointer is told of a sentence that has been tried: a table, without audio or a reader."""

from __future__ import annotations

import pytest

from assistant.dialogue.weighing import FIRM, SURE, at_first, weigh
from assistant.languages.en.completeness import Look
from assistant.turn.events import Reply


def answered(confidence: float) -> Reply:
    return Reply(question="", spoken="It is 41 metres.", outcome="answered", confidence=confidence)


ABSTAINED = Reply(question="", spoken="I don't know.", outcome="abstained", confidence=0.2)


@pytest.mark.parametrize(
    ("text", "reply", "look"),
    [
        ("how tall is the lighthouse", answered(0.9), Look.COMPLETE),
        ("how tall is the lighthouse", answered(SURE - 0.1), Look.UNCERTAIN),
        ("how tall is the lighthouse", ABSTAINED, Look.DOUBTFUL),
        # To a few words there often is some answer.
        ("who built it", answered(FIRM + 0.1), Look.COMPLETE),
        ("who built it", answered(FIRM - 0.1), Look.DOUBTFUL),
        ("how high is tea", answered(0.57), Look.DOUBTFUL),
        ("how high is tea", answered(0.8), Look.COMPLETE),
        ("which planet is the largest", answered(0.57), Look.COMPLETE),
        ("who won the cup", ABSTAINED, Look.DOUBTFUL),
        # A beginning, and a long sentence whose last word was misheard.
        ("what is the", answered(0.9), Look.UNFINISHED),
        ("who was the first keeper of the", answered(0.9), Look.UNCERTAIN),
        ("who was the first keeper of the", answered(SURE - 0.1), Look.UNFINISHED),
        # What names nothing waits for what comes next, whatever is found.
        ("what is that", answered(1.0), Look.UNFINISHED),
        # Told, not asked.
        ("my neighbour owns two dogs", ABSTAINED, Look.OPEN),
        ("and so my fellow americans", ABSTAINED, Look.OPEN),
        ("because it is so cold today", ABSTAINED, Look.OPEN),
        # What nothing answers may have lost its last word; what something answers has not.
        ("what is the height of aid", ABSTAINED, Look.OPEN),
        ("how do i give first aid", answered(0.9), Look.COMPLETE),
        ("who was the first keeper of", answered(SURE - 0.1), Look.OPEN),
        # The reader has not said anything yet.
        ("how tall is the lighthouse", None, Look.UNFINISHED),
        ("and so my fellow americans", None, Look.OPEN),
    ],
)
def test_word_order_and_the_answer_decide_together(text: str, reply: Reply | None, look: Look) -> None:
    assert weigh(text, reply) is look


def test_before_anything_is_read_what_asks_nothing_waits_and_a_whole_question_does_not() -> None:
    assert at_first("And so, my fellow Americans.") is Look.OPEN
    assert at_first("How tall is the lighthouse?") is Look.COMPLETE

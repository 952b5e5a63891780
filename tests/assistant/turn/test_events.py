"""The JSON of a reply is a stable contract."""

import dataclasses
import json

import pytest

from assistant.turn.budget import Stage
from assistant.turn.events import Action, Answer, Citation, Reply

CITATION = Citation(
    document="mill.txt",
    passage_id=7,
    start=104,
    end=108,
    text="1911",
    title="The mill",
    passage="Built in 1911.",
    passage_start=95,
)
REPLY = Reply(
    question="When was it built?",
    transcript=None,
    outcome="answered",
    answer=Answer("1911", (CITATION,)),
    confidence=0.87654321,
    spoken="In 1911.",
    stages=(Stage("read", 10.0, 7.12345, False, "read 4 of 20 passages"),),
    total_ms=9.87654,
)


def test_reply_json_has_exactly_the_documented_keys_in_order():
    reply = json.loads(json.dumps(REPLY.to_json()))
    assert list(reply) == [
        "question",
        "transcript",
        "outcome",
        "answer",
        "confidence",
        "abstained",
        "citations",
        "action",
        "spoken",
        "stages",
        "total_ms",
    ]
    assert reply["citations"] == [
        {"document": "mill.txt", "passage_id": 7, "start": 104, "end": 108, "text": "1911", "page": None}
    ]
    assert reply["stages"] == [
        {"name": "read", "budget_ms": 10.0, "spent_ms": 7.123, "over": False, "note": "read 4 of 20 passages"}
    ]
    assert reply["transcript"] is None
    assert reply["total_ms"] == 9.877


def test_an_action_is_shown_in_place_of_an_answer():
    action = Action(intent="HassTurnOn", entities=("light.hall",), slots={"brightness": 40}, confirmed=True)
    shown = Reply(question="Light", spoken="Done.", outcome="acted", action=action).to_json()
    assert (shown["answer"], shown["abstained"], shown["outcome"]) == (None, False, "acted")
    assert shown["action"] == {
        "intent": "HassTurnOn",
        "entities": ["light.hall"],
        "slots": {"brightness": 40},
        "confirmed": True,
    }


def test_citation_offsets_count_in_the_document_and_map_into_the_passage():
    start, end = CITATION.span_in_passage
    assert CITATION.passage[start:end] == CITATION.text


def test_events_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        REPLY.spoken = "In 1912."

"""An answer is told with what it holds under."""

import pytest

from assistant.turn.conditions import with_its_condition
from assistant.turn.events import Citation


def told(question, passage, words):
    start = passage.index(words)
    cited = Citation(
        document="x.md", passage_id=1, start=start, end=start + len(words), text=words, passage=passage, passage_start=0
    )
    found = with_its_condition(question, cited)
    assert passage[found.start : found.end] == found.text
    return found.text


@pytest.mark.parametrize(
    ("question", "passage", "words", "expected"),
    [
        ("what becomes of my fee if I drop out", "Ask us. Until two weeks before the start the fee is paid back.",
         "the fee is paid back", "Until two weeks before the start the fee is paid back"),
        ("what does the keeper do", "If the lamp is out, the keeper rings the coastguard.",
         "the keeper rings the coastguard", "If the lamp is out, the keeper rings the coastguard"),
        ("what can I bring", "You may bring a dog, but only on a lead. It eats here.", "a dog",
         "a dog, but only on a lead"),
        ("when is it open", "It is open from 9 to 5 (except on Sundays).", "from 9 to 5",
         "from 9 to 5 (except on Sundays)"),
        ("who may borrow a boat", "Members may borrow a boat unless the flag is red; guests may not.",
         "Members may borrow a boat", "Members may borrow a boat unless the flag is red"),
        ("what can I leave there", "You can leave bikes in the hall. But only overnight. Ask Wim.",
         "bikes in the hall", "bikes in the hall. But only overnight."),
        ("who pays half", "Pupils pay half. This does not apply to camps.", "Pupils",
         "Pupils"),
        ("what do pupils get", "Pupils get half off. This does not apply to camps.", "half off",
         "half off. This does not apply to camps."),
    ],
)  # fmt: skip
def test_a_condition_or_an_exception_is_told_too(question, passage, words, expected):
    assert told(question, passage, words) == expected


@pytest.mark.parametrize(
    ("question", "passage", "words"),
    [
        ("what do I do if the lamp is out", "If the lamp is out, ring the coastguard.", "ring the coastguard"),
        ("what burned the barn", "In 1985 a fire took the barn.", "a fire"),
        ("when was it built", "The mill was built in 1911. It burned.", "1911"),
        ("how long does it take", "It takes an hour. Only if it takes two, ring Wim.", "an hour"),
        ("who has the key", "The key is with Wim, who lives at the lock.", "Wim"),
        ("what is the fee", "The fee is £5.\n\nExcept for boats, nothing is towed.", "£5"),
        ("what does it cost", "Tool: Axe; Cost: £5; Notes: except Sunday.\nTool: Saw; Cost: £6; Notes: none.", "£5"),
    ],
)  # fmt: skip
def test_what_is_no_condition_or_was_named_is_not_told(question, passage, words):
    assert told(question, passage, words) == words

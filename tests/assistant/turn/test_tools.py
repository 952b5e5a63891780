"""Which words call a function of the client's own, with which arguments, and how what it gives back is said."""

from __future__ import annotations

import json

import pytest

from assistant.home.entities import HomeIntent
from assistant.turn.events import ToolCall
from assistant.turn.tools import DONE, DeclaredTools, Tools, answering, sentence_of
from assistant.turn.understanding import Command, Context, Question, understand
from engines.errors import ReparteeError

CONFIGURED = {
    "play": ("play [some] {what}", "play [some] {what} in the {room}", "(put|turn) on {what} please"),
    "open_blinds": "(open|raise) the blinds",
    "lights": "HassTurnOn",
}


def declared(*names: str) -> DeclaredTools | None:
    return Tools(CONFIGURED).declared(names)


@pytest.mark.parametrize(
    ("words", "name", "arguments"),
    [
        ("Play some jazz.", "play", {"what": "jazz"}),
        ("Repartee, play miles davis, please!", "play", {"what": "miles davis"}),
        ("Play Miles Davis in the kitchen", "play", {"what": "miles davis", "room": "kitchen"}),
        ("raise the blinds", "open_blinds", {}),
        ("Please open the blinds.", "open_blinds", {}),
    ],
)
def test_a_configured_phrase_calls_its_function_with_what_stands_in_its_blanks(words, name, arguments) -> None:
    context = Context(tools=declared("play", "open_blinds"))
    assert understand(words, context) == ToolCall(name=name, arguments=arguments)


def test_the_recognizer_learns_the_words_of_its_phrases() -> None:
    assert set(Tools(CONFIGURED).phrases) >= {"play some in the", "play", "open the blinds", "put on please"}


def test_what_is_not_the_whole_phrase_or_not_declared_or_not_configured_calls_nothing() -> None:
    tools = declared("play", "something else")
    assert tools is not None
    for words in ("play", "when did they play some jazz", "open the blinds", f"play {'on ' * 30}"):
        assert tools.understand(words) is None, words
    assert declared("something else") is None
    assert isinstance(understand("Open the blinds", Context(tools=tools)), Question)
    assert isinstance(understand("Stop", Context(tools=declared("play"))), Command)
    assert isinstance(understand("Play some jazz", Context()), Question)


def test_an_intent_of_the_house_that_is_bound_calls_the_function_and_does_nothing_itself() -> None:
    meant = HomeIntent(kind="act", intent="HassTurnOn", entities=("light.lamp",), slots={"name": "lamp"})
    asked = HomeIntent(kind="ask_back", intent="HassTurnOn", question="Which lamp?")
    for intent, tools, calls in (
        (meant, declared("lights"), True),
        (meant, declared("play"), False),
        (meant, None, False),
        (asked, declared("lights"), False),
    ):
        context = Context(tools=tools, home=lambda _words, _history, intent=intent: intent)
        found = understand("turn on the lamp", context)
        expected = ToolCall(
            name="lights", arguments={"name": "lamp", "intent": "HassTurnOn", "entities": ["light.lamp"]}
        )
        assert found == (expected if calls else intent)


@pytest.mark.parametrize(
    ("configured", "sentence"),
    [
        ({"two words": "play"}, "no name of a function"),
        ({"play": "{anything}"}, "matches anything"),
        ({"play": "{a} then {a}"}, "a blank twice"),
        ({"play": "play (it"}, "is not a template"),
        ({"halt": "stop"}, "means something already"),
        ({f"t{number}": f"number {number}" for number in range(101)}, "at most 100"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(configured, sentence) -> None:
    with pytest.raises(ReparteeError, match=sentence):
        Tools(configured)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("Jazz is on.", "Jazz is on."),
        ('"Jazz is on."', "Jazz is on."),
        ('{"message": "Jazz is on.", "id": 7}', "Jazz is on."),
        ('{"room_temperature": 21.5, "windows": ["hall", "attic"], "heating": true}',
         "room temperature 21.5, windows hall, attic, heating yes"),
        ("null", DONE),
        ("", DONE),
        ("{}", DONE),
        ('{"a": {"b": {"c": {"d": {"e": 1}}}}}', DONE),
        ("[" * 5000, DONE),
        ("two\nlines", "two lines"),
    ],
)  # fmt: skip
def test_what_a_function_gives_back_is_said(output: str, said: str) -> None:
    assert sentence_of(output) == said


def test_outputs_of_several_are_said_after_each_other_each_sentence_once() -> None:
    reply = answering("play jazz", ["One.", json.dumps("Two."), "One."])
    assert (reply.question, reply.spoken, reply.outcome) == ("play jazz", "One. Two.", "acted")
    assert answering("", []).spoken == DONE

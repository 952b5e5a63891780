"""The cases of the table in turn_taking.py, one after the other."""

import ast
from pathlib import Path

import pytest

from assistant.dialogue import turn_taking
from assistant.dialogue.turn_taking import (
    MOST_PATIENCE,
    NOT_LISTENED_MS,
    SAME_SENTENCE_MS,
    Answer,
    CutReply,
    GoOn,
    TurnTaking,
)

TALL, SHORT = "how tall is the lighthouse", "and the mill"


def cut(
    turn: int | None, generation: int = 1, *, ms: float = 0.0, found: bool = True, answered: bool = True
) -> CutReply:
    return CutReply(generation=generation, turn=turn, played_ms=ms, found=found, answered=answered)


class Taken(TurnTaking):
    """Turn taking with the facts of most turns filled in."""

    def hears(self, turn: int, text: str, *, last: bool = True, answer: bool = True) -> Answer | GoOn | None:
        return self.heard(turn, text, last=last, says_nothing=text in ("", "uh huh", "but"), answer=answer)

    def answers(self, turn: int, text: str) -> None:
        self.began(None)
        assert self.hears(turn, text) == Answer(turn)


@pytest.fixture
def taking() -> Taken:
    return Taken()


def test_a_turn_is_answered(taking: Taken) -> None:
    taking.answers(1, TALL)
    taking.answers(2, "when was it built")


def test_words_of_a_turn_that_the_person_goes_on_from_are_carried_to_the_next(taking: Taken) -> None:
    taking.began(None)
    taking.began(None)
    assert taking.hears(1, "how tall is", last=False) is None
    assert taking.sentence("the mill") == "how tall is the mill"
    assert taking.hears(2, "the mill") == Answer(2)
    assert taking.question == "how tall is the mill"
    taking.answers(3, "who built it")


@pytest.mark.parametrize(
    ("begins", "soon", "asked"),
    [(True, True, "when was it built"), (True, False, "was it built"), (False, True, "was it built")],
)
def test_a_question_word_alone_is_said_nothing_to_and_begins_the_sentence_that_follows_soon(
    taking: Taken, begins: bool, soon: bool, asked: str
) -> None:
    taking.began(None)
    assert taking.heard(1, "when", last=True, says_nothing=True, answer=True, begins=begins) is None
    taking.began(None, soon=soon)
    assert taking.hears(2, "was it built") == Answer(2)
    assert taking.question == asked
    taking.began(None, soon=True)
    assert taking.hears(3, TALL) == Answer(3)
    assert taking.question == TALL


@pytest.mark.parametrize(
    ("reply", "carried"),
    [
        (cut(1, ms=NOT_LISTENED_MS - 1), TALL),
        (cut(1, ms=NOT_LISTENED_MS + 1), ""),
        (cut(1, ms=SAME_SENTENCE_MS - 1, answered=False), TALL),
        (cut(1, ms=SAME_SENTENCE_MS + 1, answered=False), ""),
        (cut(1, found=False, answered=False), TALL),
        (cut(None), ""),  # a reply to something typed
        (None, ""),
    ],
)
def test_whoever_speaks_on_before_listening_had_not_finished(
    taking: Taken, reply: CutReply | None, carried: str
) -> None:
    taking.answers(1, TALL)
    taking.began(reply)
    assert taking.hears(2, SHORT) == Answer(2)
    assert taking.question == f"{carried} {SHORT}".strip()
    taking.answers(3, TALL)


def test_an_unfinished_sentence_that_was_answered_is_carried_also_later(taking: Taken) -> None:
    taking.answers(1, "how tall is the")
    taking.began(cut(1, ms=SAME_SENTENCE_MS - 1))
    assert taking.hears(2, "mill") == Answer(2)
    assert taking.question == "how tall is the mill"


@pytest.mark.parametrize("nothing", ["", "uh huh", "but"])
def test_a_turn_that_says_nothing_lets_the_reply_go_on(taking: Taken, nothing: str) -> None:
    taking.answers(1, TALL)
    taking.began(cut(1, generation=7, ms=2000))
    assert taking.hears(2, nothing) == GoOn(2, 7)
    taking.began(cut(2, generation=8, ms=10))
    assert taking.hears(3, SHORT) == Answer(3)
    assert taking.question == f"{TALL} {SHORT}", "the reply that went on was to those words"


def test_a_turn_that_says_nothing_gets_no_reply(taking: Taken) -> None:
    taking.began(None)
    assert taking.hears(1, "but") is None
    assert taking.asked(1, under_way=None) is None


def test_what_was_carried_is_answered_after_a_cough(taking: Taken) -> None:
    taking.began(None)
    taking.began(None)
    assert taking.hears(1, TALL, last=False) is None
    assert taking.hears(2, "") == Answer(2)
    assert taking.question == TALL


def test_a_channel_that_answers_itself_asks(taking: Taken) -> None:
    taking.began(None)
    assert taking.hears(1, TALL, answer=False) is None
    assert taking.asked(1, under_way=None) == Answer(1)
    assert taking.asked(1, under_way=None) is None
    assert taking.asked(1, under_way=1) == Answer(1)
    taking.began(None)
    assert taking.hears(2, SHORT, answer=False) is None
    assert taking.asked(2, under_way=None) == Answer(2)


def test_it_may_ask_before_the_words_are_there(taking: Taken) -> None:
    assert taking.asked(1, under_way=None) == Answer(1)
    assert taking.hears(1, TALL) is None, "it is being answered"
    taking.began(cut(1))
    assert taking.sentence(SHORT) == f"{TALL} {SHORT}"


@pytest.mark.parametrize("last", [True, False])
def test_words_that_come_after_their_reply_was_stopped_are_carried(taking: Taken, last: bool) -> None:
    taking.began(None)
    assert taking.asked(1, under_way=None) == Answer(1)
    taking.began(cut(1, found=False, answered=False))
    assert taking.hears(1, TALL, last=last, answer=False) is None
    assert taking.hears(2, SHORT, answer=False) is None
    assert taking.asked(2, under_way=None) == Answer(2)
    assert taking.question == f"{TALL} {SHORT}"


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("answer", [True, False])
def test_a_withdrawn_reply_leaves_its_turn_to_be_asked_for_again(taking: Taken, early: bool, answer: bool) -> None:
    if not early:
        assert taking.hears(1, TALL, answer=False) is None
    assert taking.asked(1, under_way=None) == Answer(1)
    taking.withdrawn(cut(1, found=False, answered=False))
    if early:
        assert taking.hears(1, TALL, answer=answer) is None, "the channel did not want it"
    assert taking.asked(1, under_way=None) == Answer(1)


def test_also_where_the_next_turn_was_asked_for_before_that(taking: Taken) -> None:
    taking.asked(1, under_way=None)
    taking.began(cut(1, found=False, answered=False))
    assert taking.asked(2, under_way=None) == Answer(2)
    assert taking.hears(1, TALL, last=False, answer=False) is None
    assert taking.hears(2, SHORT, answer=False) is None
    assert taking.question == f"{TALL} {SHORT}"


def test_a_reply_that_was_there_is_withdrawn_for_good(taking: Taken) -> None:
    taking.answers(1, TALL)
    taking.withdrawn(cut(1, ms=500))
    assert taking.asked(1, under_way=None) is None
    taking.withdrawn(None)


def test_who_is_answered_too_soon_is_waited_for_longer_and_that_passes(taking: Taken) -> None:
    for turn in range(1, 9):
        before = taking.patience
        assert isinstance(taking.hears(turn, TALL), Answer)
        taking.began(cut(turn))
        assert before < taking.patience or taking.patience == MOST_PATIENCE
    for turn in range(9, 30):
        taking.answers(turn, TALL)
    assert taking.patience < 1.05


def test_there_is_no_audio_no_clock_and_no_task_in_it() -> None:
    tree = ast.parse(Path(turn_taking.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"__future__", "dataclasses", "assistant.languages.en.completeness"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.AsyncFunctionDef)]

from assistant.dialogue.history import REMEMBERED, Exchange, History
from assistant.dialogue.playback import Playback
from assistant.turn.events import Citation
from tests.assistant.replies import answered


def exchange(spoken: str = "41 metres, according to the keeper.") -> Exchange:
    citation = Citation(document="lighthouse.md", passage_id=1, start=10, end=19, text="41 metres")
    reply = answered("How tall is it?", "41 metres", citation, spoken=spoken)
    playback = Playback()
    playback.begin_clause("41 metres, ")
    playback.add(1000)
    playback.begin_clause("according to the keeper.")
    playback.add(1500)
    return Exchange(reply, playback)


def test_a_reply_heard_to_its_end_is_remembered_whole() -> None:
    history = History(60)
    history.add(1, exchange())
    assert history.replies() == (exchange().reply,)


def test_an_answer_that_was_cut_off_before_it_was_said_is_not_remembered() -> None:
    cut = exchange()
    assert cut.cut(200) == "41"
    remembered = cut.remembered()
    assert (remembered.answer, remembered.citations, remembered.spoken) == (None, (), "41")
    assert remembered.question == "How tall is it?"


def test_an_answer_that_was_said_survives_a_later_cut() -> None:
    cut = exchange()
    assert cut.cut(1800) == "41 metres, according to"
    assert cut.remembered().answer.text == "41 metres"
    assert cut.reply.spoken[cut.resume_at :] == "according to the keeper."


def test_a_cut_can_be_corrected_in_both_directions() -> None:
    cut = exchange()
    cut.cut(100)
    assert cut.cut(2500) == "41 metres, according to the keeper."
    assert cut.remembered() is cut.reply


def test_what_was_said_expires_after_silence() -> None:
    history = History(60)
    assert not history.touch(100)
    history.add(1, exchange())
    assert not history.touch(159)
    assert not history.touch(218)
    assert history.touch(279)
    assert history.replies() == ()
    assert history.last() is None


def test_memory_is_bounded() -> None:
    history = History(60)
    for generation in range(REMEMBERED * 3):
        history.add(generation, exchange())
    assert len(history.replies()) == REMEMBERED
    assert history.get(0) is None

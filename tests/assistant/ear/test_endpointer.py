import pytest

from assistant.ear.endpointer import FRAME_MS, Endpointer, Waits
from assistant.languages.en.completeness import Look


def silence_until_ended(endpointer: Endpointer, look: Look) -> float:
    endpointer.speech()
    endpointer.look = look
    waited = 0.0
    while not endpointer.ended:
        endpointer.silence()
        waited += FRAME_MS
    return waited


@pytest.mark.parametrize(("look", "wait"), [(Look.COMPLETE, 160), (Look.UNFINISHED, 600), (Look.OPEN, 1200)])
def test_the_wait_follows_the_words_and_is_never_longer(look: Look, wait: int) -> None:
    assert wait - FRAME_MS < silence_until_ended(Endpointer(Waits()), look) <= wait


def test_speech_starts_the_count_again_and_forgets_how_the_words_looked() -> None:
    endpointer = Endpointer(Waits())
    endpointer.look = Look.COMPLETE
    for _ in range(4):
        endpointer.silence()
    assert endpointer.paused
    assert not endpointer.ended
    endpointer.speech()
    endpointer.silence()
    assert not endpointer.paused
    for _ in range(4):
        endpointer.silence()
    assert not endpointer.ended  # 160 ms: enough for words that look complete, which is not known of these


def test_silence_at_the_end_of_a_speech_frame_counts() -> None:
    endpointer = Endpointer(Waits())
    endpointer.speech(tail_ms=20)
    for _ in range(5):
        endpointer.silence()
    assert not endpointer.ended  # 20 + 5 * 32 = 180
    endpointer.silence()
    assert endpointer.ended  # 212, and 244 would be too long


def test_a_fixed_wait_ignores_the_words() -> None:
    waits = Waits.around(500, adaptive=False)
    assert {waits.for_look(look) for look in Look} == {500}


def test_patience_lengthens_what_is_waited_for_beyond_the_default_and_nothing_else() -> None:
    endpointer, fixed = Endpointer(Waits()), Endpointer(Waits.around(500, adaptive=False))
    endpointer.patience = fixed.patience = 2.0
    waited = {}
    for look in Look:
        endpointer.look = fixed.look = look
        waited[look] = endpointer.allowed_ms
        assert fixed.allowed_ms == 500
    assert waited == {
        Look.COMPLETE: 160,
        Look.UNCERTAIN: 240,
        Look.DOUBTFUL: 560,
        Look.UNFINISHED: 960,
        Look.OPEN: 2160,
    }


def test_another_default_keeps_the_short_and_the_long_wait_on_their_sides() -> None:
    assert Waits.around(100).for_look(Look.COMPLETE) == 100
    assert Waits.around(240) == Waits()


def test_more_patience_is_more_of_it_however_the_words_look() -> None:
    for shorter, longer in ((100, 160), (160, 240), (240, 600), (600, 900)):
        for look in Look:
            before, after = Waits.around(shorter).for_look(look), Waits.around(longer).for_look(look)
            assert before < after or (longer <= 240 and before == after)


def test_who_went_on_after_a_pause_is_waited_for_longer_until_the_turn_is_over() -> None:
    endpointer = Endpointer(Waits())
    endpointer.begin()
    for _ in range(20):
        endpointer.silence()  # 640 ms
    endpointer.speech()
    waited = {}
    for look in Look:
        endpointer.look = look
        waited[look] = endpointer.allowed_ms
    assert waited == {
        Look.COMPLETE: 160,
        Look.UNCERTAIN: 240,
        Look.DOUBTFUL: 800,
        Look.UNFINISHED: 800,
        Look.OPEN: 1200,
    }
    endpointer.begin()
    endpointer.look = Look.DOUBTFUL
    assert endpointer.allowed_ms == 400


def test_no_pause_makes_the_next_one_longer_than_an_open_sentence_is_waited_for() -> None:
    endpointer, fixed = Endpointer(Waits()), Endpointer(Waits.around(500, adaptive=False))
    for each in (endpointer, fixed):
        each.begin()
        each.silence(5000)
        each.speech()
        each.look = Look.DOUBTFUL
    assert (endpointer.allowed_ms, fixed.allowed_ms) == (1200, 500)

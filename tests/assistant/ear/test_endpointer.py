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


@pytest.mark.parametrize(("look", "wait"), [(Look.COMPLETE, 160), (Look.UNFINISHED, 600), (Look.OPEN, 1000)])
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


def test_another_default_keeps_the_proportions() -> None:
    assert Waits.around(240) == Waits()
    for default in (120, 480, 1200):
        waits = Waits.around(default)
        assert [waits.for_look(look) / default for look in Look] == [Waits().for_look(look) / 240 for look in Look]


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
        Look.OPEN: 1760,
    }

from hypothesis import given
from hypothesis import strategies as st

from assistant.dialogue.playback import Playback


def played(*clauses: tuple[str, float]) -> Playback:
    playback = Playback()
    for text, ms in clauses:
        playback.begin_clause(text)
        playback.add(ms / 2)
        playback.add(ms / 2)
    return playback


def test_what_was_heard_is_cut_at_words() -> None:
    playback = played(("It is 41 metres tall, ", 1000), ("according to the keeper.", 1000))
    assert playback.heard(0) == ""
    assert playback.heard(300) == "It is"
    assert playback.heard(970) == "It is 41 metres tall,"
    assert playback.heard(1500) == "It is 41 metres tall, according to"
    assert playback.heard(2000) == "It is 41 metres tall, according to the keeper."
    assert playback.heard(99_999) == "It is 41 metres tall, according to the keeper."


def test_only_whole_clauses_are_not_said_again() -> None:
    playback = played(("First, ", 500), ("second, ", 500), ("third.", 500))
    assert playback.whole_clauses(470) == ""
    assert playback.whole_clauses(1200) == "First, second, "


def test_a_player_that_counts_whole_milliseconds_has_heard_the_last_word() -> None:
    playback = played(("At Marlow Point, ", 1000.7), ("the Lighthouse.", 1000.7))
    assert playback.heard(2001) == playback.heard(1990) == "At Marlow Point, the Lighthouse."
    assert playback.heard(1000) == "At Marlow Point,"
    assert playback.heard(1900) == "At Marlow Point, the"
    assert playback.whole_clauses(1000) == "At Marlow Point, "


def test_play_begins_with_the_first_audio_handed_over_and_never_runs_ahead_of_it() -> None:
    playback = played(("One, ", 1000), ("two.", 1000))
    assert playback.position_ms(5000) == 0
    assert not playback.playing(5000)
    playback.hand_over(500, now_ms=10_000)
    assert playback.position_ms(10_200) == 200
    assert playback.position_ms(10_900) == 500
    playback.hand_over(1000, now_ms=10_300)
    assert playback.position_ms(10_900) == 900
    assert playback.playing(11_400)
    assert not playback.playing(11_600)
    assert playback.said == "One, two."


@given(
    st.lists(st.tuples(st.text(min_size=1), st.floats(1, 5000)), max_size=5), st.floats(0, 20_000), st.floats(0, 20_000)
)
def test_hearing_longer_never_means_hearing_less(clauses: list[tuple[str, float]], one: float, other: float) -> None:
    playback = played(*clauses)
    assert playback.heard(max(one, other)).startswith(playback.heard(min(one, other)))


def test_who_heard_nothing_heard_no_word_of_a_clause_that_is_still_being_made() -> None:
    playback = Playback()
    playback.begin_clause("41 metres, ")
    playback.add(5.0)
    assert playback.heard(0) == ""
    assert playback.whole_clauses(0) == ""

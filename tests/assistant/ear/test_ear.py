"""The real model on real recordings, faster than real time: the ear counts samples, not seconds."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import soundfile

from assistant.ear.ear import Began, Continued, Ear, EarEvent, Ended, Paused, Resumed, Woke
from assistant.ear.endpointer import Waits
from assistant.ear.wake import WakeWords
from assistant.languages.en.completeness import Look
from tests.paths import TURNS


def feed(ear: Ear, pcm: np.ndarray, chunk: int = 320) -> list[EarEvent]:
    return [event for at in range(0, len(pcm), chunk) for event in ear.feed(pcm[at : at + chunk])]


def only(events: Sequence[EarEvent], kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


def turns(events: Sequence[EarEvent]) -> list[tuple[int, np.ndarray]]:
    """Return each turn's first sample and its audio."""
    found: list[tuple[int, list[np.ndarray]]] = []
    for event in events:
        if isinstance(event, Began):
            found.append((event.at, [event.audio]))
        elif isinstance(event, Continued):
            found[-1][1].append(event.audio)
    return [(at, np.concatenate(parts)) for at, parts in found]


@pytest.mark.parametrize("number", [0, 1, 4, 9, 14])
def test_a_turn_holds_all_of_the_speech_and_its_end_is_found_to_30_ms(recording: Callable, number: int) -> None:
    spoken = recording(number)
    events = feed(Ear(), spoken.pcm)
    ended = only(events, Ended)
    assert len(ended) == 1
    assert abs(ended[0].speech_end - spoken.end) < 30 * 16
    (at, audio), *_ = turns(events)
    assert at <= spoken.begin
    assert at + len(audio) == ended[0].at >= spoken.end
    assert np.array_equal(audio, spoken.pcm[at : at + len(audio)])


def test_the_turn_is_over_240_ms_after_the_speech(recording: Callable) -> None:
    spoken = recording(1)
    (ended,) = only(feed(Ear(), spoken.pcm), Ended)
    assert 240 - 30 <= (ended.at - spoken.end) / 16 <= 240 + 64


def test_no_sample_is_lost_or_doubled_between_turns(recording: Callable) -> None:
    # Pauses of 350 to 500 ms end a turn here; the next one's pre-roll reaches back to where that one ended.
    spoken = np.concatenate([recording(number, before_ms=400, after_ms=0).pcm for number in (24, 26, 31)])
    spoken = np.concatenate([spoken, np.zeros(16_000, np.int16)])
    events = feed(Ear(prefix_ms=1000), spoken, chunk=777)
    found = turns(events)
    assert len(found) >= 5
    for (at, audio), (following, _) in itertools.pairwise(found):
        assert at + len(audio) == following
    heard = np.concatenate([audio for _, audio in found])
    assert np.array_equal(heard, spoken[found[0][0] : found[0][0] + len(heard)])


@pytest.mark.parametrize("chunk", [1, 160, 512, 4001])
def test_the_size_of_the_chunks_makes_no_difference(recording: Callable, chunk: int) -> None:
    spoken = recording(18, before_ms=300, after_ms=500).pcm[:24_000]
    whole = turns(feed(Ear(), spoken, chunk=len(spoken)))
    parts = turns(feed(Ear(), spoken, chunk=chunk))
    assert [(at, len(audio)) for at, audio in whole] == [(at, len(audio)) for at, audio in parts]


def test_words_that_look_complete_end_the_turn_sooner(recording: Callable) -> None:
    spoken, ear, ends = recording(1), Ear(), []
    for at in range(0, len(spoken.pcm), 512):
        for event in ear.feed(spoken.pcm[at : at + 512]):
            if isinstance(event, Paused):
                ends += list(ear.judge(Look.COMPLETE))
            elif isinstance(event, Ended):
                ends.append(event)
    assert 130 <= (ends[0].at - spoken.end) / 16 <= 160 + 64


def test_words_that_look_unfinished_carry_a_turn_over_a_pause(recording: Callable) -> None:
    spoken, ear, ends, resumed = recording(26), Ear(), [], 0
    for at in range(0, len(spoken.pcm), 512):
        before_pause_is_over = at < spoken.begin + 16_000
        for event in ear.feed(spoken.pcm[at : at + 512]):
            if isinstance(event, Paused) and before_pause_is_over:
                ends += list(ear.judge(Look.UNFINISHED))
            resumed += isinstance(event, Resumed)
            ends += [event] if isinstance(event, Ended) else []
    assert spoken.pauses_ms == (450,)
    assert resumed
    assert len(ends) == 1
    assert abs(ends[0].speech_end - spoken.end) < 30 * 16


def test_late_words_end_a_turn_whose_silence_is_already_long_enough(recording: Callable) -> None:
    spoken, ear = recording(1), Ear()
    events: list[EarEvent] = []
    for at in range(0, spoken.end + 300 * 16, 512):
        for event in ear.feed(spoken.pcm[at : at + 512]):
            events.append(event)
            if isinstance(event, Paused):
                assert not list(ear.judge(Look.UNFINISHED))
    assert not only(events, Ended)
    assert [type(event) for event in ear.judge(Look.COMPLETE)] == [Ended]


def test_speech_over_a_reply_is_noticed_within_100_ms(recording: Callable) -> None:
    latencies = []
    for number in range(24):
        spoken, ear = recording(number, room=15.0), Ear()
        ear.interrupting = True
        for at in range(0, len(spoken.pcm), 160):
            if only(list(ear.feed(spoken.pcm[at : at + 160])), Began):
                latencies.append((at + 160 - spoken.begin) / 16)
                break
    assert len(latencies) == 24
    assert np.percentile(latencies, 95) <= 90


def test_noise_of_a_room_is_no_speech() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 400, 16_000 * 10).astype(np.int16)
    assert not feed(Ear(), noise)


def test_a_deaf_ear_hears_nothing_and_loses_no_count(recording: Callable) -> None:
    spoken, ear = recording(3), Ear()
    ear.deaf = True
    assert not feed(ear, spoken.pcm)
    assert ear.position == len(spoken.pcm)
    ear.deaf = False
    (began, *_) = feed(ear, spoken.pcm)
    assert len(spoken.pcm) < began.at <= len(spoken.pcm) + spoken.begin


def test_finish_ends_the_turn_with_every_sample_heard(recording: Callable) -> None:
    spoken, ear = recording(0), Ear()
    events = feed(ear, spoken.pcm[: spoken.begin + 16_123])
    events += list(ear.finish())
    ((at, audio),) = turns(events)
    assert at + len(audio) == spoken.begin + 16_123
    assert isinstance(events[-1], Ended)


def test_a_turn_without_end_is_cut_at_30_seconds(recording: Callable) -> None:
    speech = recording(1, before_ms=0, after_ms=0).pcm
    events = feed(Ear(waits=Waits.around(600, adaptive=False)), np.tile(speech, 14), chunk=1600)
    first = only(events, Ended)[0]
    assert 29 <= (first.at - only(events, Began)[0].at) / 16_000 <= 30.1


@pytest.mark.parametrize("number", [24, 31])
def test_the_beginning_of_a_word_is_not_counted_as_silence_before_it_is_known_for_speech(
    recording: Callable, number: int
) -> None:
    # The model takes 130 ms to know these words for speech; the silence before them is as long as it was made.
    spoken = recording(number)
    long = max(spoken.pauses_ms)
    ear = Ear(waits=Waits.around(long + 60, adaptive=False))
    assert len(only(feed(ear, spoken.pcm), Ended)) == 1


def test_a_noise_after_the_speech_delays_the_end_of_the_turn_by_160_ms_at_most(recording: Callable) -> None:
    spoken = recording(1)
    noisy = spoken.pcm.copy()
    noisy[spoken.end + 1600 :] = np.random.default_rng(0).normal(0, 400, len(noisy) - spoken.end - 1600)
    (quiet,), (loud,) = (only(feed(Ear(), pcm), Ended) for pcm in (spoken.pcm, noisy))
    waited = [ended.at - ended.speech_end for ended in (quiet, loud)]
    assert waited[0] <= waited[1] <= waited[0] + 160 * 16


def test_a_word_on_the_look_in_the_middle_of_an_event_finds_the_ear_between_two_frames(recording: Callable) -> None:
    # All of it in one piece: every event is handed out while the generator is under way.
    spoken, ear = recording(1), Ear(waits=Waits.around(100, adaptive=False))
    kinds: list[type] = []
    for event in ear.feed(np.concatenate([spoken.pcm, spoken.pcm])):
        kinds.append(type(event))
        if isinstance(event, Paused | Continued):
            kinds += [type(late) for late in ear.judge(Look.COMPLETE)]
    assert kinds.count(Began) == kinds.count(Ended) >= 2
    order = [kind for kind in kinds if kind in (Began, Ended)]
    assert order == [Began, Ended] * (len(order) // 2)


def test_new_settings_in_the_middle_of_a_turn_lose_nothing_of_it(recording: Callable) -> None:
    spoken, ear = recording(0), Ear()
    middle = (spoken.begin + spoken.end) // 2
    events = feed(ear, spoken.pcm[:middle])
    assert ear.speaking
    ear.adjust(0.6, 100, Waits.around(500, adaptive=False))
    events += feed(ear, spoken.pcm[middle:])
    ((at, audio),) = turns(events)
    assert np.array_equal(audio, spoken.pcm[at : at + len(audio)])
    (ended,) = only(events, Ended)
    assert (ended.allowed_ms, len(audio)) == (500, ended.at - at)


def test_what_may_be_left_of_the_loudspeaker_begins_no_turn(recording: Callable) -> None:
    spoken = recording(1)
    loudest = float(np.abs(spoken.pcm.astype(float)).max())
    for residue, begun in ((0.0, 1), (50.0, 1), (loudest, 0)):
        ear = Ear()
        ear.interrupting, ear.residue = True, residue
        assert len(only(feed(ear, spoken.pcm), Began)) == begun


def test_who_says_the_wake_word_though_nobody_has_to_is_heard_from_behind_it(recording: Callable) -> None:
    """Soon after a reply: the word is no part of what is said, and a turn that began with it is begun anew."""
    pytest.importorskip("pymicro_wakeword", reason="wake words need the extra [wake], which make test installs")
    word, _ = soundfile.read(TURNS / "hey-jarvis.flac", dtype="int16")
    spoken = recording(0)
    before = np.concatenate([np.random.default_rng(1).normal(0, 10, 16_000).astype(np.int16), word])
    ear = Ear(wake=WakeWords(("hey_jarvis",)))
    ear.stay_awake()
    events = feed(ear, np.concatenate([before, spoken.pcm]))
    kinds = [type(event) for event in events if isinstance(event, Began | Woke | Ended)]
    assert kinds == [Began, Woke, Began, Ended]
    (woke,) = only(events, Woke)
    assert turns(events)[-1][0] >= woke.at

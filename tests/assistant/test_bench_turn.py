import json
from pathlib import Path

import numpy as np
import pytest

from assistant.bench_caller import RATE, Recording, Turn, load_recordings
from assistant.bench_turn import RECORDINGS, Outcome, is_right, percentiles
from engines.errors import ReparteeError


def turn(latency_ms: float | None, *, cut_off: bool = False, answer: str = "41 metres") -> Turn:
    recording = Recording("How tall is it?", "41 metres", np.zeros(10, np.int16), ())
    return Turn(recording, latency_ms, cut_off, answer=answer, stages={"read": 6.0})


def test_the_recordings_begin_and_end_with_speech() -> None:
    recordings = load_recordings(RECORDINGS)
    assert len(recordings) == 36
    assert sum(bool(recording.pauses_ms) for recording in recordings) == 12
    for recording in recordings:
        peak = np.abs(recording.pcm.astype(int)).max()
        for edge in (recording.pcm[: RATE // 50], recording.pcm[-RATE // 50 :]):
            assert np.abs(edge.astype(int)).max() > peak / 60


def test_a_folder_without_recordings_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReparteeError, match=str(tmp_path)):
        load_recordings(tmp_path)


def test_percentiles_are_of_the_answered_turns_and_cut_offs_of_all() -> None:
    outcome = Outcome("x", [turn(100.0), turn(300.0, cut_off=True), turn(None, answer="")], [50.0])
    figures = outcome.to_json()
    assert figures["latency_ms"] == {"p50": 200.0, "p95": 290.0, "worst": 300.0}
    assert figures["answered"] == 2
    assert figures["false_cut_offs"] == pytest.approx(1 / 3)
    assert figures["right_answers"] == pytest.approx(2 / 3)
    assert figures["stages_ms"] == {"read": {"p50": 6.0, "p95": 6.0, "worst": 6.0}}
    assert percentiles([]) == {}


def test_an_answer_is_right_when_it_holds_the_expected_words() -> None:
    assert is_right(turn(1.0, answer="about 41\nMetres tall"))
    assert not is_right(turn(1.0, answer="41 steps"))


def test_a_spoken_turn_and_an_interruption_are_timed_through_the_socket(repartee, tmp_path: Path) -> None:
    run = repartee(tmp_path, "bench", "turn", "--limit", 1, "--barge-ins", 1, "--speculation", "on", "--json")
    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout)["with speculation"]
    assert figures["answered"] == 1
    assert figures["answers_of_others"] == 0
    # What an idle machine does is in docs/conversation.md; this one may be busy with other tests.
    assert 100 < figures["latency_ms"]["p50"] < 20_000
    assert set(figures["stages_ms"]) == {"endpoint", "recognise", "understand", "retrieve", "read", "first_audio"}
    assert figures["barge_in_ms"]["p50"] < 5000

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.benches.caller import RATE, Caller, Recording, Turn, load_recordings
from assistant.benches.turn import RECORDINGS, Outcome, find_mix_ups
from engines.errors import ReparteeError

#: Budgets that a machine which is busy with other tests keeps to.
AMPLE = {"REPARTEE_BUDGET_UNDERSTAND": "500", "REPARTEE_BUDGET_RETRIEVE": "2000", "REPARTEE_BUDGET_READ": "5000"}
#: What speaks in real time takes its time, on a busy machine several times that.
in_real_time = pytest.mark.timeout(900)


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


@pytest.mark.parametrize("line", ["", "{", "[]", '{"text": "Why?"}', '{"file": "gone.flac", "text": "Why?"}'])
def test_a_broken_list_of_recordings_is_one_sentence(tmp_path: Path, line: str) -> None:
    (tmp_path / "turns.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(ReparteeError, match=r"turns\.jsonl"):
        load_recordings(tmp_path)


def test_percentiles_are_of_the_answered_turns_and_cut_offs_of_all() -> None:
    outcome = Outcome("x", [turn(100.0), turn(300.0, cut_off=True), turn(None, answer="")], [50.0])
    figures = outcome.to_json()
    assert figures["latency_ms"] == {"p50": 100.0, "p95": 300.0, "p99": 300.0, "worst": 300.0, "runs": 2}
    assert figures["answered"] == 2
    assert figures["false_cut_offs"] == pytest.approx(1 / 3)
    assert figures["right_answers"] == pytest.approx(2 / 3)
    assert figures["stages_ms"] == {"read": {"p50": 6.0, "p95": 6.0, "p99": 6.0, "worst": 6.0, "runs": 3}}


def test_an_answer_is_right_when_it_holds_the_expected_words() -> None:
    assert turn(1.0, answer="about 41\nMetres tall").right
    assert not turn(1.0, answer="41 steps").right


@in_real_time
def test_a_spoken_turn_and_an_interruption_are_timed_through_the_socket(repartee, tmp_path: Path) -> None:
    once = ("--limit", 1, "--barge-ins", 1, "--speculation", "on", "--recognizer", "pocketsphinx")
    run = repartee(tmp_path, "bench", "turn", *once, "--json")
    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout)["with speculation, heard by pocketsphinx"]
    assert figures["answered"] == 1
    assert figures["answers_of_others"] == 0
    # What an idle machine does is in docs/conversation.md; this one may be busy with other tests.
    assert figures["latency_ms"]["p50"] > 100
    assert set(figures["stages_ms"]) == {"endpoint", "recognise", "understand", "retrieve", "read", "first_audio"}
    assert figures["barge_in_ms"]["p50"] > 0


def test_a_mix_up_is_found_by_its_words_and_by_its_response() -> None:
    def spoken(text: str, heard: str, response: str) -> Turn:
        return Turn(Recording(text, "", np.zeros(10, np.int16), ()), 1.0, transcript=heard, response=response)

    callers = [Caller(0), Caller(1)]
    callers[0].responses, callers[1].responses = {"a", "b"}, {"b", "c"}
    tea, bees = "When did tea reach Europe?", "How many bees are in a hive?"
    turns = [
        spoken(tea, "when did he reach europe", "a"),
        spoken(bees, "how many bees are in a hive", "b"),  # which the other session got too
        spoken(bees, "when did tea reach europe", "c"),
    ]
    find_mix_ups(callers, turns)
    assert [turn.own for turn in turns] == [True, False, False]


@in_real_time
def test_many_who_speak_at_once_get_their_own_answers_only(repartee, tmp_path: Path) -> None:
    options = ("--sessions", 8, "--speaking", 4, "--turns", 8, "--speculation", "on", "--json")
    run = repartee(tmp_path, "bench", "turn", *options, env=AMPLE)
    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout)["with speculation"]
    assert figures["answered"] == figures["turns"] == 8
    assert figures["answers_of_others"] == 0
    assert figures["right_answers"] >= 0.5  # of 8 questions that are all different
    assert "questions asked: 8 of 8" in run.stderr

"""`repartee bench page`: the page's own reaction to an interruption is measured in the real browser."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.benches import page as bench_page
from assistant.benches.caller import RATE, Recording
from assistant.benches.page import write_microphone
from assistant.config import Config
from engines.errors import ReparteeError


def test_an_interruption_is_timed_from_the_event_and_from_the_speech(repartee, tmp_path: Path) -> None:
    for times in (2, 6):  # on a busy machine an answer may come too late to be interrupted
        run = repartee(tmp_path, "bench", "page", "--times", times, "--json")
        assert run.returncode == 0, run.stderr
        figures = json.loads(run.stdout)
        if figures["interruptions"]:
            break
    assert figures["interruptions"] >= 1
    told, spoken = figures["speech_started_to_silence_ms"], figures["speech_to_silence_ms"]
    assert 0 <= told["p50"] < spoken["p50"]


def test_the_microphone_hears_each_question_while_the_answer_before_sounds(tmp_path: Path) -> None:
    speech = Recording("", "", np.full(RATE, 5000, np.int16), ())
    seconds = write_microphone(tmp_path / "mic.wav", [speech, Recording("", "", speech.pcm, (300,))], 3)
    pcm, rate = soundfile.read(tmp_path / "mic.wav", dtype="int16")
    assert (rate, len(pcm)) == (RATE, seconds * RATE)
    loud = np.flatnonzero(np.diff((pcm > 1000).astype(int)) == 1)
    assert len(loud) == 3
    assert np.all(np.diff(loud) == (1 + bench_page.ANSWERED_S) * RATE)


async def test_without_chromium_the_sentence_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReparteeError, match=r"Chromium is not installed; .* apt-get install chromium"):
        await bench_page.interrupt(Config(tmp_path), [], 1)

"""`repartee bench page`: the page's own reaction to an interruption is measured in the real browser."""

import json
from pathlib import Path

import pytest

from assistant.benches import page as bench_page
from assistant.config import Config
from engines.errors import ReparteeError


@pytest.mark.timeout(900)  # it speaks in real time, and on a busy machine several times
def test_an_interruption_is_timed_from_the_event_and_from_the_speech(repartee, tmp_path: Path) -> None:
    for _ in range(3):  # on a busy machine speech may be told of when the answer is over
        run = repartee(tmp_path, "bench", "page", "--times", 2, "--json")
        assert run.returncode == 0, run.stderr
        figures = json.loads(run.stdout)
        if figures["interruptions"]:
            break
    assert figures["interruptions"] >= 1
    told, spoken = figures["speech_started_to_silence_ms"], figures["speech_to_silence_ms"]
    assert 0 <= told["p50"] < spoken["p50"]


async def test_without_chromium_the_sentence_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReparteeError, match=r"Chromium is not installed; .* apt-get install chromium"):
        await bench_page.interrupt(Config(tmp_path), [], 1)

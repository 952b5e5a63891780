import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from assistant.commands.eval_speech import Recording, command, read_manifest, recognise, summarise
from assistant.config import Config
from assistant.recognizers.word_errors import comparable, word_errors
from assistant.turn.events import Transcript
from engines.errors import ReparteeError
from tests.paths import SPEECH

WORDS = st.lists(st.sampled_from("abc"), max_size=6)


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [("a b c", "a b c", 0), ("a b c", "a c", 1), ("a b", "a x b", 1), ("a b c", "a x c", 1), ("", "a b", 2)],
)  # fmt: skip
def test_errors_are_words_put_in_taken_out_or_replaced(said: str, heard: str, errors: int) -> None:
    assert word_errors(said.split(), heard.split()) == errors


@given(WORDS, WORDS, WORDS)
def test_errors_are_a_distance(first: list[str], second: list[str], third: list[str]) -> None:
    assert word_errors(first, second) == word_errors(second, first)
    assert (word_errors(first, second) == 0) == (first == second)
    assert word_errors(first, third) <= word_errors(first, second) + word_errors(second, third)


def test_case_punctuation_and_figures_do_not_count() -> None:
    assert comparable("It's 1908: Who was Martha Reed?") == comparable("its nineteen oh eight who was martha reed")


def test_rows_are_cut_filtered_and_those_without_text_left_out(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.arange(32_000, dtype=np.int16), 16_000)
    manifest = tmp_path / "m.jsonl"
    rows = [
        {"file": "a.wav", "text": "one", "kind": "asr", "start": 0.5, "end": 1.25},
        {"file": "a.wav", "text": "two", "kind": "wake"},
        {"file": "a.wav", "text": None, "kind": "asr"},
    ]
    manifest.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    assert [recording.text for recording in read_manifest(manifest)] == ["one", "two"]
    (only,) = read_manifest(manifest, "asr")
    assert len(only.load()) == 12_000
    assert only.load()[0] == pytest.approx(8_000, abs=2)


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "no file"}', '{"file": "a.wav", "text": "x", "start": "soon"}'])
def test_a_bad_row_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "m.jsonl").write_text('{"file": "a.wav", "text": "x"}\n' + line)
    with pytest.raises(ReparteeError, match="line 2: "):
        list(read_manifest(tmp_path / "m.jsonl"))


def test_nothing_to_score_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text("")
    for manifest, sentence in [(tmp_path / "m.jsonl", "no rows to score"), (tmp_path / "nowhere", "cannot be read")]:
        result = CliRunner().invoke(command, [str(manifest)], obj=Config(home=tmp_path))
        assert isinstance(result.exception, ReparteeError)
        assert sentence in str(result.exception)


@pytest.mark.parametrize("live", [False, True])
def test_the_command_scores_real_recordings(tmp_path: Path, live: bool) -> None:
    manifest = tmp_path / "m.jsonl"
    manifest.write_text(json.dumps({"file": str(SPEECH / "stop-slt.flac"), "text": "Stop!"}))
    arguments = [str(manifest), "--json", "-v", "--recognizer", "pocketsphinx", *(["--live"] if live else [])]
    result = CliRunner().invoke(command, arguments, obj=Config(home=tmp_path), catch_exceptions=False)
    (report,) = json.loads(result.output).values()
    assert report["wer"] == 0.0
    assert report["cpu_s"] > 0
    assert 10 < report["memory_mb"] < 2000
    assert report["words"] == report["rows"][0]["words"] == 1
    assert 0 < report["wait_ms_p50"] <= 1000 * report["rows"][0]["spent_s"] + 1
    assert report["real_time_factor"] > 0


def test_the_summary_counts_words_not_recordings() -> None:
    from assistant.commands.eval_speech import Result

    results = [Result("a", "", "", 9, 0, 2.0, 1.0, 0.1), Result("b", "", "", 1, 1, 2.0, 1.0, 0.3)]
    assert summarise(results) == {
        "recordings": 2,
        "audio_s": 4.0,
        "words": 10,
        "errors": 1,
        "wer": 0.1,
        "real_time_factor": 0.5,
        "wait_ms_p50": 100.0,
        "wait_ms_p95": 300.0,
    }


class Quick:
    """A recognizer that notes what is asked of it, and needs a moment to settle."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def stream(self) -> "Quick":
        return self

    async def feed(self, pcm: np.ndarray) -> None:
        self.asked.append("feed")

    async def settle(self) -> str:
        self.asked.append("settle")
        return "stop"

    async def finish(self) -> Transcript:
        self.asked.append("finish")
        return Transcript("stop")


@pytest.mark.parametrize(("pause_ms", "asked"), [(100.0, ["settle", "finish"]), (0.0, ["finish"])])
async def test_a_pause_is_where_it_settles_as_in_a_conversation(pause_ms: float, asked: list[str]) -> None:
    quick = Quick()
    result = await recognise(quick, Recording(SPEECH / "stop-slt.flac", "stop"), live=True, pause_ms=pause_ms)
    assert [each for each in quick.asked if each != "feed"] == asked
    assert result.errors == 0
    assert result.spent_s >= result.audio_s + pause_ms / 1000 - 0.11, "the last chunk may be shorter than its time"


def test_noise_gives_a_row_for_each_condition_and_a_column_for_each_recognizer(tmp_path: Path) -> None:
    piece = {"start": 0.4, "end": 1.1}  # of "Turn on the light in the kitchen": it is heard fourteen times
    row = {"file": str(SPEECH / "kitchen-rms.flac"), "text": "Turn on the", **piece}
    (tmp_path / "m.jsonl").write_text(json.dumps(row))
    call = [str(tmp_path / "m.jsonl"), "--noise", "--recognizer", "pocketsphinx", "--plain"]
    result = CliRunner().invoke(command, [*call, "--json"], obj=Config(tmp_path))
    assert result.exit_code == 0, result.output
    table = json.loads(result.output)
    assert list(table) == ["pocketsphinx"]
    wrong = table["pocketsphinx"]
    expected = {"clean", "pink noise, 20 dB", "fan, 10 dB", "babble, 5 dB", "reverberation", "telephone, 8 kHz"}
    assert expected | {"clipped", "quiet"} <= set(wrong)
    assert all(0 <= share <= 3 for share in wrong.values())
    assert wrong["babble, 5 dB"] >= wrong["clean"]


def test_the_ways_to_the_same_words_are_compared(tmp_path: Path) -> None:
    row = {"file": str(SPEECH / "stop-slt.flac"), "text": "stop"}
    (tmp_path / "m.jsonl").write_text(json.dumps(row))
    call = [str(tmp_path / "m.jsonl"), "--recognizer", "pocketsphinx", "--json", "--ways"]
    run = CliRunner().invoke(command, [*call, "live,push"], obj=Config.load(tmp_path))
    assert run.exit_code == 0, run.output
    table = json.loads(run.output.splitlines()[-1])["pocketsphinx"]
    assert list(table) == ["live", "push"]
    assert table["push"] == 0.0
    run = CliRunner().invoke(command, [*call, "file,shout"], obj=Config.load(tmp_path))
    assert isinstance(run.exception, ReparteeError)
    assert "file, push, live" in str(run.exception)

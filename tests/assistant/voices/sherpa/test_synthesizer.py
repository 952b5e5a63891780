import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from assistant.voices.choose import installed_voices, load_synthesizer
from assistant.voices.sherpa.synthesizer import SherpaVoice
from assistant.voices.voice import VoiceError
from tests.assistant.voices.sherpa.tones import METADATA, RATE, SAMPLES, phonemes, write_voice

pytestmark = pytest.mark.skipif(find_spec("sherpa_onnx") is None, reason="needs pip install 'repartee[voices]'")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_voice(tmp_path_factory.mktemp("voices") / "tones")


@pytest.fixture
async def voice(folder: Path) -> AsyncIterator[SherpaVoice]:
    voice = await asyncio.to_thread(SherpaVoice.load, folder)
    yield voice
    await voice.close()


async def spoken(voice: SherpaVoice, text: str, speed: float = 1.0) -> np.ndarray:
    return np.frombuffer(b"".join([chunk async for chunk in voice.stream(text, speed=speed)]), np.int16)


async def test_a_text_is_said_sound_by_sound_with_its_punctuation(voice: SherpaVoice) -> None:
    pcm = await spoken(voice, "Light the lamp, please!")
    assert voice.rate == RATE
    assert phonemes(pcm) == "lˈaɪt ðə lˈæmp,plˈiːz!"  # two clauses
    assert 9_000 < np.abs(pcm.astype(int)).max() < 10_500


async def test_figures_reach_the_voice_in_words(voice: SherpaVoice) -> None:
    assert phonemes(await spoken(voice, "£5")) == phonemes(await spoken(voice, "five pounds"))


async def test_speed_is_the_voices_own(voice: SherpaVoice) -> None:
    normal = len(await spoken(voice, "Light the lamp."))
    assert len(await spoken(voice, "Light the lamp.", 0.25)) == pytest.approx(4 * normal, rel=0.05)
    assert len(await spoken(voice, "Light the lamp.", 4.0)) == pytest.approx(normal / 4, rel=0.05)


async def test_clauses_come_one_by_one(voice: SherpaVoice) -> None:
    stream = voice.stream("This is the first clause, and this is the second one. " * 40)
    first = await anext(stream)
    assert len(first) < 2 * RATE * 3  # of minutes
    await stream.aclose()
    assert phonemes(await spoken(voice, "Next.")) == "nˈɛkst."


async def test_several_texts_at_once_do_not_mix(voice: SherpaVoice) -> None:
    texts = ["Light the lamp.", "Close the door.", "Two, please."]
    alone = [phonemes(await spoken(voice, text)) for text in texts]
    together = await asyncio.gather(*(spoken(voice, text) for text in texts * 3))
    assert [phonemes(pcm) for pcm in together] == alone * 3


async def test_a_process_that_dies_is_replaced(voice: SherpaVoice) -> None:
    assert voice._process is not None
    os.kill(voice._process.pid, signal.SIGKILL)
    assert phonemes(await spoken(voice, "Light the lamp.")) == "lˈaɪt ðə lˈæmp."


async def test_a_closed_voice_says_so_and_its_process_is_gone(folder: Path) -> None:
    voice = await asyncio.to_thread(SherpaVoice.load, folder)
    assert voice._process is not None
    process = voice._process
    await voice.close()
    await voice.close()
    assert process.returncode is not None
    with pytest.raises(VoiceError, match="was closed"):
        await spoken(voice, "Hello.")


async def test_what_ends_the_librarys_process_is_one_sentence(tmp_path: Path) -> None:
    write_voice(tmp_path / "v")
    model = tmp_path / "v" / "tones.onnx"
    import onnx

    damaged = onnx.load(model)
    damaged.graph.node[0].op_type = "NoSuchOperator"
    onnx.save(damaged, model)
    with pytest.raises(VoiceError, match=r"cannot be used|does not run here|failed"):
        await asyncio.to_thread(SherpaVoice.load, tmp_path / "v")


def without(key: str) -> dict[str, str]:
    return {name: value for name, value in METADATA.items() if name != key}


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        (without("sample_rate"), "no metadata sample_rate"),
        (without("comment"), "no metadata comment"),
        (without("language"), "no metadata language"),
        (METADATA | {"sample_rate": "fast"}, "metadata sample_rate is 'fast'"),
        (METADATA | {"sample_rate": "96000"}, "metadata sample_rate is '96000'"),
        (METADATA | {"model_type": "zipvoice"}, "its kind is zipvoice"),
        (METADATA | {"comment": "melo"}, "lexicon.txt is missing"),
    ],
)
def test_metadata_that_would_end_the_process_is_told_before(
    tmp_path: Path, metadata: dict[str, str], reason: str
) -> None:
    with pytest.raises(VoiceError, match=reason):
        SherpaVoice(write_voice(tmp_path / "v", metadata=metadata))


def test_files_that_are_missing_or_damaged_are_named(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="there is no such folder"):
        SherpaVoice(tmp_path / "none")
    with pytest.raises(VoiceError, match="it holds no model"):
        SherpaVoice(tmp_path)
    folder = write_voice(tmp_path / "v")
    with pytest.raises(VoiceError, match="has no speaker 3; expected 0 to 0"):
        SherpaVoice(folder, speaker=3)
    tokens = (folder / "tokens.txt").read_text(encoding="utf-8")
    (folder / "tokens.txt").write_text(tokens.replace("^ 1\n", ""), encoding="utf-8")
    with pytest.raises(VoiceError, match="lacks one of"):
        SherpaVoice(folder)
    (folder / "tokens.txt").write_text("a b\n", encoding="utf-8")
    with pytest.raises(VoiceError, match=r"line 1 of tokens\.txt"):
        SherpaVoice(folder)
    (folder / "tokens.txt").unlink()
    with pytest.raises(VoiceError, match=r"tokens\.txt is missing"):
        SherpaVoice(folder)
    (folder / "tones.onnx").write_bytes((folder / "tones.onnx").read_bytes()[:200])
    with pytest.raises(VoiceError, match=r"tones\.onnx: it is cut off"):
        SherpaVoice(folder)


async def test_voices_are_named_by_where_they_lie(folder: Path) -> None:
    voice = await asyncio.to_thread(load_synthesizer, "sherpa:tones", folder=folder.parent)
    assert len(await spoken(voice, "Hello.")) > SAMPLES  # type: ignore[arg-type]
    await voice.close()
    assert "sherpa:tones" in list(installed_voices(folder.parent))
    with pytest.raises(VoiceError, match="no number of a speaker"):
        load_synthesizer("sherpa:tones#one", folder=folder.parent)


async def test_a_first_sound_beyond_the_slot_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    for took_ms, told in ((29.0, 0), (90.0, 1)):
        caplog.clear()
        monkeypatch.setattr(SherpaVoice, "_first_sound_ms", lambda _voice, took_ms=took_ms: took_ms)
        await SherpaVoice.load(folder).close()
        assert len(caplog.records) == told
    assert "takes 90 ms to its first sound on this machine, and the slot is 30 ms" in caplog.text

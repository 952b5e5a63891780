"""The NeMo recognizer on a GPU, next to the same one on the CPU; and what is said where there is no GPU."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.recognizers.nemo.archive import NemoError
from assistant.recognizers.nemo.recognizer import NemoRecognizer
from tests.assistant.recognizers.nemo.tones import SENTENCE, listen, needs_nemo, said

SENTENCES = (SENTENCE, "right alpha right bravo", "charlie charlie bravo alpha right")


@needs_nemo
def test_a_gpu_that_is_not_there_is_named(archives: Callable[[str], Path]) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA GPU here")
    with pytest.raises(NemoError, match="sees no CUDA GPU; use cpu, or auto"):
        NemoRecognizer.load(archives("ctc"), device="cuda")


@pytest.fixture
def on_both(load: Callable[..., NemoRecognizer]) -> Callable[..., tuple[NemoRecognizer, NemoRecognizer]]:
    """Returns a function that loads the same file on the CPU and on the GPU; products are float32 on both."""
    import torch

    if not torch.cuda.is_available():
        pytest.skip("PyTorch sees no CUDA GPU here")
    torch.backends.cudnn.allow_tf32 = False
    return lambda kind, **options: (load(kind, **options), load(kind, device="cuda", **options))


@needs_nemo
@pytest.mark.gpu
@pytest.mark.parametrize("kind", ["ctc", "rnnt", "hybrid", "offline"])
async def test_a_gpu_writes_down_what_the_cpu_does(on_both: Callable[..., Any], kind: str) -> None:
    cpu, gpu = on_both(kind)
    assert {parameter.device.type for parameter in gpu._model.parameters()} == {"cuda"}
    for sentence in SENTENCES:
        assert (await gpu.transcribe(said(sentence))).text == (await cpu.transcribe(said(sentence))).text != ""


@needs_nemo
@pytest.mark.gpu
@pytest.mark.parametrize("kind", ["ctc", "rnnt", "hybrid", "offline"])
async def test_words_come_from_a_gpu_while_they_are_spoken(on_both: Callable[..., Any], kind: str) -> None:
    cpu, gpu = on_both(kind)
    assert gpu.streaming == (kind != "offline")
    for sentence in SENTENCES:
        pcm = said(" ".join([sentence] * 2))
        stable, final = await listen(gpu, pcm)
        assert final == (await listen(cpu, pcm))[1]
        assert stable
        assert final.startswith(" ".join(stable))


@needs_nemo
@pytest.mark.gpu
@pytest.mark.parametrize("kind", ["ctc", "rnnt"])
async def test_expected_phrases_win_on_a_gpu_as_on_the_cpu(on_both: Callable[..., Any], kind: str) -> None:
    cpu, gpu = on_both(kind, phrases=["write"], boost=2.5)
    assert gpu.biased
    pcm = said("alpha right bravo")
    written = (await gpu.transcribe(pcm)).text
    assert "write" in written.split()
    assert written == (await cpu.transcribe(pcm)).text
    assert (await listen(gpu, pcm))[1] == (await listen(cpu, pcm))[1]


@needs_nemo
@pytest.mark.gpu
async def test_streams_side_by_side_on_a_gpu_hear_only_their_own(on_both: Callable[..., Any]) -> None:
    cpu, gpu = on_both("rnnt")
    together = await asyncio.gather(*(listen(gpu, said(sentence)) for sentence in SENTENCES))
    alone = [await listen(cpu, said(sentence)) for sentence in SENTENCES]
    assert [final for _, final in together] == [final for _, final in alone]


@needs_nemo
@pytest.mark.gpu
async def test_a_gpu_that_is_there_is_taken(on_both: Callable[..., Any], load: Callable[..., NemoRecognizer]) -> None:
    assert load("ctc", device="auto")._model.device.type == "cuda"

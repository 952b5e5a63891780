"""The NeMo voice, on a tiny FastPitch and a tiny HiFi-GAN that the tests build. What they say is a hum; when, how long
and in which pieces they say it is what is tested."""

from __future__ import annotations

import asyncio
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.recognizers.nemo.archive import NemoError
from assistant.voices.choose import load_synthesizer
from assistant.voices.nemo import NemoSynthesizer
from tests.assistant.recognizers.nemo.tones import needs_nemo

HOP = 256

FASTPITCH = """
preprocessor:
  {_target_: nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor, features: 20, sample_rate: 22050,
   n_window_size: 1024, n_window_stride: 256, n_fft: 1024, window_size: false, window_stride: false, lowfreq: 0,
   highfreq: 8000, mag_power: 1.0, dither: 0.0, pad_to: 1, normalize: null}
learn_alignment: true
n_speakers: 2
symbols_embedding_dim: 16
pitch_embedding_kernel_size: 3
n_mel_channels: 20
max_token_duration: 75
pitch_mean: 200.0
pitch_std: 50.0
text_tokenizer:
  {_target_: nemo.collections.common.tokenizers.text_to_speech.tts_tokenizers.EnglishCharsTokenizer, punct: true,
   apostrophe: true, pad_with_space: true}
train_ds: {dataset: {_target_: nemo.collections.tts.data.dataset.TTSDataset}}
alignment_module: {_target_: nemo.collections.tts.modules.aligner.AlignmentEncoder, n_mel_channels: 20,
  n_text_channels: 16}
input_fft: {_target_: nemo.collections.tts.modules.transformer.FFTransformerEncoder, n_layer: 1, n_head: 1, d_model: 16,
  d_head: 16, d_inner: 32, kernel_size: 3, dropout: 0.0, dropatt: 0.0, d_embed: 16}
output_fft: {_target_: nemo.collections.tts.modules.transformer.FFTransformerDecoder, n_layer: 1, n_head: 1,
  d_model: 16, d_head: 16, d_inner: 32, kernel_size: 3, dropout: 0.0, dropatt: 0.0}
duration_predictor: {_target_: nemo.collections.tts.modules.fastpitch.TemporalPredictor, input_size: 16,
  filter_size: 16, kernel_size: 3, dropout: 0.0, n_layers: 1}
pitch_predictor: {_target_: nemo.collections.tts.modules.fastpitch.TemporalPredictor, input_size: 16, filter_size: 16,
  kernel_size: 3, dropout: 0.0, n_layers: 1}
"""
# The first published generator's rates, kernels and dilations, whose reach is the widest, with few channels.
HIFIGAN = """
preprocessor:
  {_target_: nemo.collections.asr.parts.preprocessing.features.FilterbankFeatures, nfilt: 20, sample_rate: 22050,
   n_window_size: 1024, n_window_stride: 256, n_fft: 1024, lowfreq: 0, highfreq: 8000, mag_power: 1.0, dither: 0.0,
   pad_to: 0, normalize: null}
train_ds: {dataset: {_target_: nemo.collections.tts.data.datalayers.MelAudioDataset}, dataloader_params: {}}
generator: {_target_: nemo.collections.tts.modules.hifigan_modules.Generator, initial_input_size: 20, resblock: 1,
  upsample_rates: [8, 8, 2, 2], upsample_kernel_sizes: [16, 16, 4, 4], upsample_initial_channel: 32,
  resblock_kernel_sizes: [3, 7, 11], resblock_dilation_sizes: [[1, 3, 5], [1, 3, 5], [1, 3, 5]]}
"""


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The .nemo files of an acoustic model, each of whose characters lasts five frames, and of a vocoder."""
    import torch
    from nemo.collections.tts.models import FastPitchModel, HifiGanModel
    from nemo.utils.app_state import AppState
    from omegaconf import OmegaConf

    torch.manual_seed(1)
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("voice")
    AppState().is_model_being_restored = True  # as when restoring, no training data is opened
    try:
        acoustic = FastPitchModel(cfg=OmegaConf.create(FASTPITCH))
        vocoder = HifiGanModel(cfg=OmegaConf.create(HIFIGAN))
    finally:
        AppState().is_model_being_restored = False
    with torch.no_grad():
        acoustic.fastpitch.duration_predictor.fc.weight.zero_()
        acoustic.fastpitch.duration_predictor.fc.bias.fill_(float(np.log(5 + 1)))
        for name, weight in vocoder.generator.named_parameters():  # random weights are too small to make a sound
            if name.endswith(("weight_g", "original0")):
                weight.mul_(8)
    acoustic.save_to(str(folder / "acoustic.nemo"))
    vocoder.save_to(str(folder / "vocoder.nemo"))
    return folder / "acoustic.nemo", folder / "vocoder.nemo"


@pytest.fixture
def voice(models: tuple[Path, Path]) -> Iterator[NemoSynthesizer]:
    voice = NemoSynthesizer.load(*models, device="cpu")
    yield voice
    asyncio.run(voice.close())


async def spoken(voice: Any, text: str) -> np.ndarray:
    return np.frombuffer(b"".join([chunk async for chunk in voice.stream(text)]), np.int16)


def characters(pcm: np.ndarray) -> float:
    return len(pcm) / HOP / 5


@needs_nemo
async def test_text_becomes_sound_of_its_length(voice: NemoSynthesizer) -> None:
    assert voice.rate == 22050
    pcm = await spoken(voice, "hello world")
    assert characters(pcm) == len("hello world") + 2  # the tokenizer adds a space to both ends
    assert np.abs(pcm).max() > 100


@needs_nemo
def test_windows_of_the_vocoder_join_without_a_seam(voice: NemoSynthesizer) -> None:
    import torch

    frames = torch.randn(1, 20, 250, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        whole = voice._vocoder.convert_spectrogram_to_audio(spec=frames)[0]
        windows = list(voice._vocode(frames))
    assert [len(one) // HOP for one in windows] == [24, 96, 96, 34]
    assert whole.abs().max() > 0.01
    torch.testing.assert_close(torch.cat(windows), whole, rtol=0, atol=1e-5)


@needs_nemo
async def test_figures_are_spoken(voice: NemoSynthesizer) -> None:
    assert characters(await spoken(voice, "in 1889")) == len("in eighteen eighty nine") + 2


@needs_nemo
async def test_an_interruption_stops_the_synthesis(voice: NemoSynthesizer, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = 0
    convert = voice._vocoder.convert_spectrogram_to_audio

    def counted(**frames: Any) -> Any:
        nonlocal windows
        windows += 1
        return convert(**frames)

    monkeypatch.setattr(voice._vocoder, "convert_spectrogram_to_audio", counted)
    text = "this is a sentence that is long enough to need many windows, " * 20
    chunks = voice.stream(text)
    assert await anext(chunks)
    await chunks.aclose()
    assert windows < 10
    windows = 0
    await spoken(voice, text)
    assert windows > 40


@needs_nemo
async def test_speed_and_speaker_are_heeded(models: tuple[Path, Path], voice: NemoSynthesizer) -> None:
    fast = NemoSynthesizer.load(*models, device="cpu", speed=2.0)
    normal, hurried = await spoken(voice, "the same words"), await spoken(fast, "the same words")
    assert len(hurried) < 0.7 * len(normal)
    other = NemoSynthesizer.load(*models, device="cpu", speaker=1)
    assert not np.array_equal(await spoken(other, "the same words"), normal)
    with pytest.raises(NemoError, match="no speaker 2; expected 0 to 1"):
        NemoSynthesizer.load(*models, device="cpu", speaker=2)


@needs_nemo
async def test_two_models_are_a_voice_by_configuration(models: tuple[Path, Path]) -> None:
    voice = load_synthesizer(", ".join(map(str, models)), speed=2.0)
    assert voice.name == "nemo"
    assert len(await spoken(voice, "hello")) > 0
    await voice.close()


@needs_nemo
async def test_nothing_to_say_is_silence_and_a_closed_voice_says_so(voice: NemoSynthesizer) -> None:
    assert len(await spoken(voice, "...")) == 0
    await voice.close()
    await voice.close()
    with pytest.raises(NemoError, match="closed"):
        await spoken(voice, "hello")


@needs_nemo
def test_models_that_do_not_fit_are_refused(models: tuple[Path, Path], voice: NemoSynthesizer) -> None:
    voice._vocoder.cfg.preprocessor.nfilt = 80
    with pytest.raises(NemoError, match="takes 80 mel bands, the acoustic model makes 20"):
        NemoSynthesizer(voice._acoustic, voice._vocoder)
    with pytest.raises(NemoError, match="holds a HifiGanModel; expected a FastPitchModel"):
        NemoSynthesizer.load(models[1], models[0], device="cpu")


@pytest.fixture
def gpu_voice(models: tuple[Path, Path]) -> Iterator[NemoSynthesizer]:
    """The voice on a GPU; products are float32, as on the CPU."""
    import torch

    if not torch.cuda.is_available():
        pytest.skip("PyTorch sees no CUDA GPU here")
    torch.backends.cudnn.allow_tf32 = False
    voice = NemoSynthesizer.load(*models, device="cuda")
    yield voice
    asyncio.run(voice.close())


@needs_nemo
@pytest.mark.gpu
async def test_a_gpu_makes_the_sound_that_the_cpu_makes(voice: NemoSynthesizer, gpu_voice: NemoSynthesizer) -> None:
    for model in (gpu_voice._acoustic, gpu_voice._vocoder):
        assert {parameter.device.type for parameter in model.parameters()} == {"cuda"}
    for text in ("hello world", "in 1889 the tower was the tallest in the world, and it stayed so for forty one years"):
        expected, pcm = await spoken(voice, text), await spoken(gpu_voice, text)
        assert len(pcm) == len(expected)
        difference = pcm.astype(float) - expected
        assert np.linalg.norm(difference) < 0.02 * np.linalg.norm(expected.astype(float))


@needs_nemo
@pytest.mark.gpu
async def test_an_interruption_stops_the_synthesis_on_a_gpu(gpu_voice: NemoSynthesizer) -> None:
    chunks = gpu_voice.stream("this is a sentence that is long enough to need many windows, " * 5)
    first = await anext(chunks)
    await chunks.aclose()
    assert len(first) == 2 * 24 * HOP
    assert np.abs(await spoken(gpu_voice, "hello")).max() > 100


def test_a_recognizer_is_not_taken_for_a_voice(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "ears.nemo", "w") as archive:
        for name, text in {
            "model_config.yaml": b"target: nemo.collections.asr.models.Any\n",
            "model_weights.ckpt": b"",
        }.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
    with pytest.raises(NemoError, match=r"holds a nemo\.collections\.asr\.models\.Any; expected one of .*tts\.models"):
        NemoSynthesizer.load(tmp_path / "ears.nemo", tmp_path / "absent.nemo")

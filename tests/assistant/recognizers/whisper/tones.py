"""A Whisper model that the tests make themselves: it takes tones for words.

Its layers do nothing; what is left is the way of a sound through the real library: the first convolution looks at a few
bands of the spectrum, cross-attention averages over time, and the projection writes down the word of the loudest band.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ctranslate2.specs import common_spec, model_spec, transformer_spec, whisper_spec

from assistant.audio.samples import RATE

LAMP, DOOR, MURMUR, DRONE = 500.0, 1500.0, 3000.0, 6000.0  # Hz
#: What is written down for a tone. The murmur is known to be no speech, and of the drone the model finds no end.
TEXTS = ["Ġlamp", "Ġdoor", "Ġla", "Ġthanks"]
WIDTH = 32
TOKENS = [
    *TEXTS, "<|endoftext|>", "<|startoftranscript|>", "<|nospeech|>", "<|notimestamps|>",
    *(f"<|{step * 0.02:.2f}|>" for step in range(1501)),
]  # fmt: skip
END, NO_SPEECH, START_S = 4, 6, 8


def tone(frequency: float, seconds: float, level: float = 8000.0) -> np.ndarray:
    """Return int16[samples] at 16 kHz, with a little noise in it: nothing is as clean as a sine."""
    time = np.arange(int(seconds * RATE)) / RATE
    swell = np.clip(np.minimum(time, seconds - time) / 0.03, 0, 1)  # without clicks, which have every frequency
    noise = np.random.default_rng(0).normal(0, 1, len(time))
    return (level * swell * np.sin(2 * np.pi * frequency * time) + noise).astype(np.int16)


#: Heard as a lamp, or nearly so as a door.
BETWEEN = (tone(LAMP, 1.0, 4000.0) + tone(DOOR, 1.0, 4000.0)).astype(np.int16)


def make_model(folder: Path) -> Path:
    """Write the model's files into a folder, as CTranslate2's own converter would."""
    spec = whisper_spec.WhisperSpec(1, 1, 1, 1)
    _encoder(spec.encoder)
    _decoder(spec.decoder)
    spec.register_vocabulary(TOKENS)
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [5, 6, 7], []
    spec.config.lang_ids, spec.config.alignment_heads = [], []
    spec.validate()
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    if (folder / "vocabulary.json").exists():
        (folder / "vocabulary.json").unlink()
        (folder / "vocabulary.txt").write_text("".join(f"{token}\n" for token in TOKENS), encoding="utf-8")
    return folder


def _encoder(encoder: whisper_spec.WhisperEncoderSpec) -> None:
    first = np.zeros((WIDTH, 80, 3), np.float32)
    for channel, frequency in enumerate((LAMP, DOOR, MURMUR, DRONE)):
        first[channel, _band(frequency), 1] = 4.0
    second = np.zeros((WIDTH, WIDTH, 3), np.float32)
    second[:, :, 1] = np.eye(WIDTH)
    threshold = _zeros(WIDTH)
    threshold[:4] = -2.0
    encoder.conv1.weight, encoder.conv1.bias = first, threshold
    encoder.conv2.weight, encoder.conv2.bias = second, _zeros(WIDTH)
    encoder.position_encodings.encodings = _zeros(1500, WIDTH)
    _norm(encoder.layer_norm)
    for layer in encoder.layer:
        _attention(layer.self_attention)
        _feed_forward(layer.ffn)


def _decoder(decoder: transformer_spec.TransformerDecoderSpec) -> None:
    positions = _zeros(448, WIDTH)
    positions[2:, 8] = 20.0  # after the first word comes the end
    decoder.position_encodings.encodings = positions
    decoder.embeddings.weight = _zeros(len(TOKENS), WIDTH)
    _norm(decoder.layer_norm)
    decoder.scale_embeddings = False
    heard = _zeros(WIDTH, WIDTH)  # output, input
    for channel, strength in enumerate((1.0, 1.0, 1.0, 100.0)):
        heard[channel, channel] = strength
    for layer in decoder.layer:
        _attention(layer.self_attention)
        _attention(layer.attention, heard)
        _feed_forward(layer.ffn)
    projection = _zeros(len(TOKENS), WIDTH)
    projection[0, 0] = projection[1, 1] = projection[2, 3] = projection[END, 8] = 4.0
    projection[3, 2], projection[NO_SPEECH, 2] = 4.0, 8.0
    projection[START_S:] = -4.0 / WIDTH
    projection[START_S, 0:4] = 1.0
    decoder.projection.weight = projection


def _attention(attention: model_spec.LayerSpec, values: np.ndarray | None = None) -> None:
    _norm(attention.layer_norm)
    if values is None:
        values = _zeros(WIDTH, WIDTH)
    sizes = [3, 1] if len(attention.linear) == 2 else [1, 2, 1]
    for linear, size in zip(attention.linear, sizes, strict=True):
        _linear(linear, _zeros(size * WIDTH, WIDTH))
    if len(sizes) == 3:
        attention.linear[1].weight[WIDTH:] = np.eye(WIDTH)
        attention.linear[2].weight[:] = values


def _feed_forward(layer: model_spec.LayerSpec) -> None:
    _norm(layer.layer_norm)
    _linear(layer.linear_0, _zeros(4 * WIDTH, WIDTH))
    _linear(layer.linear_1, _zeros(WIDTH, 4 * WIDTH))


def _linear(linear: common_spec.LinearSpec, weight: np.ndarray) -> None:
    linear.weight, linear.bias = weight, _zeros(len(weight))


def _norm(norm: common_spec.LayerNormSpec) -> None:
    norm.gamma, norm.beta = np.ones(WIDTH, np.float32), _zeros(WIDTH)


def _zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float32)


def _band(frequency: float) -> int:
    """Return the mel band in which a tone is loudest."""
    from assistant.recognizers.whisper.features import log_mel

    return int(log_mel(tone(frequency, 0.5), RATE // 2)[0].mean(axis=1).argmax())

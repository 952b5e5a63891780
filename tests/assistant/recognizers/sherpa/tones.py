"""Streaming models that the tests make themselves: they take tones for letters.

No weights from anywhere: every number is written by hand. A tone is a letter and begins with a rise of its mel band;
the frame before the first of a chunk lies in the encoder's cache, so that streams whose states are lost or mixed up
read other letters. The three layouts are those that sherpa-onnx takes: a k2 transducer, zipformer2 with CTC, a NeMo
transducer that was exported for streaming.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from assistant.audio.samples import RATE
from assistant.recognizers.sherpa.pieces import BOUNDARY

ALPHABET = [BOUNDARY, *"abcdefghijklmnopqrstuvwxyz"]
BANDS = [27 + 2 * place for place in range(len(ALPHABET))]  # of 80 mel bands, that of each letter
TONE_S, GAP_S, LEAD_S = 0.12, 0.08, 0.2
STRIDE = 4  # frames of 10 ms that one step of the encoder stands for
QUIET = -2.0  # the logarithm of a band's energy, under which nothing is heard
CACHE = 128 * 3 * 19  # numbers in the cache of a zipformer's first layers
Pitch = Callable[[float], float]


def kaldi_pitch(band: float) -> float:
    """Return the middle, in Hz, of a mel band as Kaldi cuts 20 to 7600 Hz into 80."""
    low, high = (1127 * math.log(1 + hertz / 700) for hertz in (20, 7600))
    return 700 * (math.exp((low + (band + 1) / 81 * (high - low)) / 1127) - 1)


def slaney_pitch(band: float) -> float:
    """Return the middle, in Hz, of a mel band as Slaney cuts 0 to 8000 Hz into 80: linear to 1 kHz, then not."""
    top = 15 + 27 * math.log(8) / math.log(6.4)
    mel = (band + 1) / 81 * top
    return mel * 200 / 3 if mel < 15 else 1000 * math.exp((mel - 15) * math.log(6.4) / 27)


def say(text: str, pitch: Pitch = kaldi_pitch, *, level: float = 9000.0) -> np.ndarray:
    """Return int16[samples] at 16 kHz of a text; "l5" is a letter half way between l and m."""
    sounds = [np.zeros(int(LEAD_S * RATE))]
    for word in text.split():
        letters, place = [(BOUNDARY, 0.0)], 0
        while place < len(word):
            unclear = word[place + 1 : place + 2].isdigit()
            letters.append((word[place], int(word[place + 1]) / 10 if unclear else 0.0))
            place += 1 + unclear
        for letter, between in letters:
            time = np.arange(int(TONE_S * RATE)) / RATE
            swell = np.clip(np.minimum(time, TONE_S - time) / 0.03, 0, 1)  # without clicks, which have every frequency
            hertz = pitch(BANDS[ALPHABET.index(letter)] + 2 * between)
            sounds += [level * swell * np.sin(2 * np.pi * hertz * time), np.zeros(int(GAP_S * RATE))]
    return np.concatenate(sounds).astype(np.int16)


class Graph:
    """An ONNX graph that is written step by step."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []

    def constant(self, value: object, kind: type = np.float32) -> str:
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def do(self, kind: str, *inputs: str, **attributes: object) -> str:
        name = f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def cut(self, value: str, start: int, stop: int, axis: int, step: int = 1) -> str:
        return self.do("Slice", value, *(self.constant([number], np.int64) for number in (start, stop, axis, step)))

    def input(self, name: str, shape: list[int | str], kind: int = TensorProto.FLOAT) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value: str, name: str, shape: list[int | str], kind: int = TensorProto.FLOAT) -> None:
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def save(self, path: Path, about: Mapping[str, object]) -> None:
        graph = helper.make_graph(self.nodes, path.stem, self.inputs, self.outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        helper.set_model_props(model, {key: str(value) for key, value in about.items() if value is not None})
        onnx.save(model, str(path))

    def letters(self, frames: str) -> str:
        """Return 0 to 1 for each letter, where its band is the loudest of float[N, steps, 80]."""
        own = np.zeros((80, len(ALPHABET)))
        own[BANDS, range(len(ALPHABET))] = 1
        loudest = self.do("ReduceMax", frames, axes=[2], keepdims=1)
        below = self.do("Sub", self.do("MatMul", frames, self.constant(own)), loudest)
        zero, one = self.constant(0.0), self.constant(1.0)
        near = self.do("Clip", self.do("Add", below, self.constant(2.5)), zero, one)
        heard = self.do("Clip", self.do("Sub", loudest, self.constant(QUIET)), zero, one)
        return self.do("Mul", near, heard)

    def scores(self, letters: str, before: str, *, blank_first: bool) -> str:
        """Return the score of each token, float[N, steps, tokens]: a letter's where it rises, else the blank's."""
        past = self.do("Concat", before, self.cut(letters, 0, -1, 1), axis=1)
        rise = self.do("Mul", self.do("Sub", letters, past), self.constant(10.0))
        nothing = self.do("Mul", self.cut(rise, 0, 1, 2), self.constant(0.0))
        blank = self.do("Add", nothing, self.constant(5.0))  # of a rise in two steps one half is more
        return self.do("Concat", *((blank, rise) if blank_first else (rise, blank)), axis=2)


def make_zipformer(
    folder: Path, *, ctc: bool = False, chunk: int = 32, about: Mapping[str, object] | None = None
) -> Path:
    """Write a zipformer2, a transducer or CTC; `about` changes its metadata, None takes a key out."""
    folder.mkdir(parents=True, exist_ok=True)
    left, width, steps, tokens = 8, 8, chunk // STRIDE, len(ALPHABET) + 1
    graph = Graph()
    frames = graph.cut(graph.input("x", ["N", chunk + 13, 80]), 0, chunk, 1, STRIDE)
    layer = {
        "key": [left, "N", 4], "nonlin": [1, "N", left, 3 * width // 4], "val1": [left, "N", 4],
        "val2": [left, "N", 4], "conv1": ["N", width, 1], "conv2": ["N", width, 1],
    }  # fmt: skip
    for name, shape in layer.items():
        graph.input(f"cached_{name}_0", shape)
    cache = graph.input("embed_states", ["N", 128, 3, 19])
    processed = graph.input("processed_lens", ["N"], TensorProto.INT64)
    flat = graph.do("Reshape", cache, graph.constant([0, CACHE], np.int64))
    letters, axis = graph.letters(frames), graph.constant([1], np.int64)
    scores = graph.scores(letters, graph.do("Unsqueeze", graph.cut(flat, 0, len(ALPHABET), 1), axis), blank_first=True)
    last = graph.do("Squeeze", graph.cut(letters, -1, 2**31, 1), axis)
    kept = graph.do("Concat", last, graph.cut(flat, len(ALPHABET), CACHE, 1), axis=1)
    if ctc:
        graph.output(graph.do("LogSoftmax", scores, axis=2), "log_probs", ["N", steps, tokens])
    else:
        graph.output(scores, "encoder_out", ["N", steps, tokens])
    for name, shape in layer.items():
        graph.output(f"cached_{name}_0", f"new_cached_{name}_0", shape)
    graph.output(
        graph.do("Reshape", kept, graph.constant([0, 128, 3, 19], np.int64)), "new_embed_states", ["N", 128, 3, 19]
    )
    further = graph.do("Add", processed, graph.constant([steps], np.int64))
    graph.output(further, "new_processed_lens", ["N"], TensorProto.INT64)
    facts = {
        "model_type": "zipformer2", "version": 1, "encoder_dims": width, "query_head_dims": 4, "value_head_dims": 4,
        "num_heads": 1, "num_encoder_layers": 1, "cnn_module_kernels": 3, "left_context_len": left, "T": chunk + 13,
        "decode_chunk_len": chunk,
    }  # fmt: skip
    graph.save(folder / ("model.onnx" if ctc else "encoder.onnx"), facts | dict(about or {}))
    if not ctc:
        _k2_decoder(folder, tokens)
    write_tokens(folder, ["<blk>", *ALPHABET])
    return folder


def _k2_decoder(folder: Path, tokens: int) -> None:
    """Whatever was said before says nothing of what comes next."""
    decoder = Graph()
    newest = decoder.cut(decoder.input("y", ["N", 2], TensorProto.INT64), 1, 2, 1)
    nothing = decoder.do("Gather", decoder.constant(np.zeros((tokens, tokens))), newest, axis=0)
    decoder.output(decoder.do("Squeeze", nothing, decoder.constant([1], np.int64)), "decoder_out", ["N", tokens])
    decoder.save(folder / "decoder.onnx", {"vocab_size": tokens, "context_size": 2})
    joiner = Graph()
    heard, said = joiner.input("encoder_out", ["N", tokens]), joiner.input("decoder_out", ["N", tokens])
    joiner.output(joiner.do("Add", heard, said), "logit", ["N", tokens])
    joiner.save(folder / "joiner.onnx", {})


def make_nemo(folder: Path, *, shift: int = 16, about: Mapping[str, object] | None = None) -> Path:
    """Write a NeMo transducer that was exported for streaming."""
    folder.mkdir(parents=True, exist_ok=True)
    letters_count = len(ALPHABET)
    tokens, steps = letters_count + 1, shift // STRIDE
    graph = Graph()
    sound = graph.input("audio_signal", ["B", 80, "T"])
    length = graph.input("length", ["B"], TensorProto.INT64)
    channel = graph.input("cache_last_channel", ["B", 1, 4, letters_count])
    time = graph.input("cache_last_time", ["B", 1, 4, 2])
    filled = graph.input("cache_last_channel_len", ["B"], TensorProto.INT64)
    letters = graph.letters(graph.cut(graph.do("Transpose", sound, perm=[0, 2, 1]), 0, shift, 1, STRIDE))
    flat = graph.do("Reshape", channel, graph.constant([0, 4, letters_count], np.int64))
    scores = graph.scores(letters, graph.cut(flat, 0, 1, 1), blank_first=False)
    kept = graph.do("Concat", graph.cut(letters, -1, 2**31, 1), graph.cut(flat, 1, 4, 1), axis=1)
    graph.output(graph.do("Transpose", scores, perm=[0, 2, 1]), "outputs", ["B", tokens, steps])
    lengths = graph.do("Div", length, graph.constant([STRIDE], np.int64))
    graph.output(lengths, "encoded_lengths", ["B"], TensorProto.INT64)
    graph.output(
        graph.do("Unsqueeze", kept, graph.constant([1], np.int64)),
        "cache_last_channel_next",
        ["B", 1, 4, letters_count],
    )
    graph.output(time, "cache_last_time_next", ["B", 1, 4, 2])
    graph.output(filled, "cache_last_channel_next_len", ["B"], TensorProto.INT64)
    facts = {
        "model_type": "EncDecHybridRNNTCTCBPEModel", "vocab_size": letters_count, "window_size": shift + 9,
        "chunk_shift": shift, "subsampling_factor": STRIDE, "normalize_type": "NA", "pred_rnn_layers": 1,
        "pred_hidden": 4, "cache_last_channel_dim1": 1, "cache_last_channel_dim2": 4,
        "cache_last_channel_dim3": letters_count, "cache_last_time_dim1": 1, "cache_last_time_dim2": 4,
        "cache_last_time_dim3": 2,
    }  # fmt: skip
    graph.save(folder / "encoder.onnx", facts | dict(about or {}))
    decoder = Graph()
    newest = decoder.input("targets", ["B", 1], TensorProto.INT32)
    count = decoder.input("target_length", ["B"], TensorProto.INT32)
    states = [decoder.input(name, [1, "B", 4]) for name in ("states.1", "states.2")]
    said = decoder.do("Gather", decoder.constant(np.eye(tokens)), newest, axis=0)
    decoder.output(decoder.do("Transpose", said, perm=[0, 2, 1]), "outputs", ["B", tokens, 1])
    decoder.output(count, "prednet_lengths", ["B"], TensorProto.INT32)
    for value, name in zip(states, ("states", "states.3"), strict=True):
        decoder.output(value, name, [1, "B", 4])
    decoder.save(folder / "decoder.onnx", {})
    joiner = Graph()
    heard, said = joiner.input("encoder_outputs", ["B", tokens, 1]), joiner.input("decoder_outputs", ["B", tokens, 1])
    # A letter that was just said loses to the blank, or it would be said again and again in the same step.
    not_blank = np.ones((1, tokens, 1))
    not_blank[0, -1, 0] = 0
    again = joiner.do("Mul", said, joiner.constant(7 * not_blank))
    rest = joiner.do("Transpose", joiner.do("Sub", heard, again), perm=[0, 2, 1])
    joiner.output(joiner.do("Unsqueeze", rest, joiner.constant([1], np.int64)), "outputs", ["B", 1, 1, tokens])
    joiner.save(folder / "joiner.onnx", {})
    write_tokens(folder, [*ALPHABET, "<blk>"])
    return folder


def write_tokens(folder: Path, tokens: list[str]) -> None:
    """Write tokens.txt."""
    lines = (f"{token} {number}\n" for number, token in enumerate(tokens))
    (folder / "tokens.txt").write_text("".join(lines), encoding="utf-8")

"""A voice of a few hundred bytes that sherpa-onnx takes for a piper's: each phoneme is a tone of its own, 20 ms long.

It has what a VITS has: phonemes by espeak-ng, their numbers in tokens.txt, a scale of duration, sound at its end.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RATE = 16_000
SAMPLES = 320  # of one phoneme at speed 1
LOWEST, STEP = 200.0, 20.0  # Hz
SIGNS = [
    "_",
    "^",
    "$",
    " ",
    "!",
    "'",
    ",",
    ".",
    ":",
    ";",
    "?",
    *"abcdefghijklmnopqrstuvwxyz",
    *"æðŋɐɑɒɔəɚɛɜɡɪɫɹɾʃʊʌʒˈˌːθᵻ",
]
METADATA = {
    "model_type": "vits", "comment": "piper", "language": "English", "voice": "en-us", "has_espeak": "1",
    "n_speakers": "1", "sample_rate": str(RATE),
}  # fmt: skip


def write_voice(folder: Path, *, metadata: dict[str, str] | None = None, gain: float = 0.3) -> Path:
    """Write model.onnx and tokens.txt; returns the folder."""
    constants = {
        "two_pi": np.float32(2 * np.pi / RATE),
        "step": np.float32(STEP),
        "lowest": np.float32(LOWEST),
        "samples": np.float32(SAMPLES),
        "gain": np.float32(gain),
        "zero": np.float32(0),
        "one": np.float32(1),
        "index": np.int64(1),
        "last": np.array([2], np.int64),
        "shape": np.array([1, 1, -1], np.int64),
    }
    nodes = [
        helper.make_node("Cast", ["input"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["numbers", "step"], ["above"]),
        helper.make_node("Add", ["above", "lowest"], ["hertz"]),
        helper.make_node("Unsqueeze", ["hertz", "last"], ["columns"]),
        helper.make_node("Gather", ["scales", "index"], ["duration"]),
        helper.make_node("Mul", ["duration", "samples"], ["count"]),
        helper.make_node("Range", ["zero", "count", "one"], ["times"]),
        helper.make_node("Mul", ["columns", "times"], ["turns"]),
        helper.make_node("Mul", ["turns", "two_pi"], ["angles"]),
        helper.make_node("Sin", ["angles"], ["waves"]),
        helper.make_node("Mul", ["waves", "gain"], ["sound"]),
        helper.make_node("Reshape", ["sound", "shape"], ["output"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tones",
        [
            helper.make_tensor_value_info("input", TensorProto.INT64, [1, "n"]),
            helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
        ],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, "samples_out"])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    for key, value in (METADATA if metadata is None else metadata).items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / "tones.onnx")
    lines = [f"{sign} {number}" for number, sign in enumerate(SIGNS)]
    (folder / "tokens.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def phonemes(sound: np.ndarray) -> str:
    """Return what a voice said, from the tone of every 20 ms; marks and pads are left out."""
    said = []
    for start in range(0, len(sound) - SAMPLES + 1, SAMPLES):
        piece = sound[start : start + SAMPLES].astype(float)
        if np.abs(piece).max() < 500:
            continue
        spectrum = np.abs(np.fft.rfft(piece * np.hanning(SAMPLES), 16 * SAMPLES))
        hertz = int(spectrum.argmax()) * RATE / (16 * SAMPLES)
        said.append(SIGNS[round((hertz - LOWEST) / STEP) % len(SIGNS)])
    return "".join(sign for sign in said if sign not in "_^$")

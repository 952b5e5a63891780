"""Recordings made worse, as rooms, machines, people and telephones do it; the same seed gives the same samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.audio import g711
from assistant.audio.samples import RATE, Pcm

LEVELS = (20, 10, 5)  # dB, speech over noise
TALKERS = 4  # who babble at once
REVERBERATION_S = 0.5  # until an echo is 60 dB lower
QUIET_DB, CLIPPED_DB = -30.0, 18.0  # under the recorded level; over full scale, from a peak that reaches it
FULL = 32767.0

Floats = NDArray[np.float64]
#: Returns int16[samples] at 16 kHz made worse, as many as were given.
Condition = Callable[[Pcm], Pcm]


def conditions(others: Sequence[Pcm], seed: int = 0) -> dict[str, Condition]:
    """Return what may be done to a recording, by name; babble is mixed from the recordings `others`."""
    noises: dict[str, Callable[[int, np.random.Generator], Floats]] = {
        "pink noise": pink,
        "fan": fan,
        "babble": partial(babble, others=others),
    }
    made: dict[str, Condition] = {"clean": lambda pcm: pcm}
    for name, noise in noises.items():
        for level in LEVELS:
            made[f"{name}, {level} dB"] = partial(_with_noise, noise=noise, level=level, seed=seed)
    made["reverberation"] = partial(reverberated, seed=seed)
    made["telephone, 8 kHz"] = telephone
    made["clipped"] = clipped
    made["quiet"] = lambda pcm: (pcm * 10 ** (QUIET_DB / 20)).round().astype(np.int16)
    return made


def pink(count: int, rng: np.random.Generator) -> Floats:
    """Return float64[count] of noise whose power falls by 3 dB an octave."""
    spectrum = np.fft.rfft(rng.normal(size=count))
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), count)


def fan(count: int, rng: np.random.Generator) -> Floats:
    """Return float64[count] of a fan: a hum with its overtones, a little unsteady, and the rush of air."""
    seconds = np.arange(count) / RATE
    turns = 2 * np.pi * rng.uniform(90, 130) * seconds + 0.3 * np.sin(2 * np.pi * 0.7 * seconds)
    hum = sum(np.sin(overtone * turns + rng.uniform(0, 6)) / overtone for overtone in range(1, 9))
    air = pink(count, rng)
    return np.asarray(hum + air * float(np.std(hum)) / max(float(np.std(air)), 1e-9))


def babble(count: int, rng: np.random.Generator, *, others: Sequence[Pcm]) -> Floats:
    """Return float64[count] of several who speak at once, each from anywhere in a recording and equally loud."""
    mixed = np.zeros(count)
    for place in rng.permutation(len(others))[:TALKERS]:
        voice = others[place].astype(np.float64)
        if len(voice):
            mixed += np.resize(np.roll(voice, int(rng.integers(len(voice)))), count) / max(_loudness(voice), 1.0)
    return mixed


def reverberated(pcm: Pcm, seed: int = 0) -> Pcm:
    """Return what is heard across a hard room: the direct sound, and as much that its walls return."""
    rng = np.random.default_rng(seed)
    count = int(REVERBERATION_S * RATE)
    response = rng.normal(size=count) * 10 ** (-3 * np.arange(count) / count)
    response[0] = np.sqrt(np.sum(response[1:] ** 2))
    size = len(pcm) + count
    sound = np.fft.irfft(np.fft.rfft(pcm, size) * np.fft.rfft(response, size), size)[: len(pcm)]
    return _as_loud_as(pcm, sound)


def telephone(pcm: Pcm) -> Pcm:
    """Return what comes through a telephone: 8 kHz, companded (G.711)."""
    import soxr

    # As float32, because int16 is dithered by the resampler.
    narrow = _int16(soxr.resample(pcm.astype(np.float32), RATE, g711.RATE))
    coded = g711.decode("mu", g711.encode("mu", narrow)).astype(np.float32)
    wide = _int16(soxr.resample(coded, g711.RATE, RATE))
    return np.resize(np.pad(wide, (0, max(0, len(pcm) - len(wide)))), len(pcm))


def clipped(pcm: Pcm) -> Pcm:
    """Return what a microphone that is turned up far too much records."""
    peak = max(1.0, float(np.abs(pcm.astype(np.float64)).max(initial=0)))
    return _int16(pcm * (FULL / peak * 10 ** (CLIPPED_DB / 20)))


def _with_noise(pcm: Pcm, *, noise: Callable[[int, np.random.Generator], Floats], level: float, seed: int) -> Pcm:
    sound = noise(len(pcm), np.random.default_rng(seed + len(pcm)))
    share = _loudness(pcm) / max(float(np.std(sound)), 1e-9) * 10 ** (-level / 20)
    mixed = pcm + sound * share
    return _int16(mixed * min(1.0, FULL / max(float(np.abs(mixed).max(initial=0)), 1.0)))


def _loudness(pcm: NDArray[np.generic]) -> float:
    """Return the level of the louder half, in pieces of 20 ms: of speech without its pauses."""
    size = RATE // 50
    pieces = np.asarray(pcm, np.float64)[: len(pcm) // size * size].reshape(-1, size)
    if not len(pieces):
        return 0.0
    power = np.sort(np.mean(pieces**2, axis=1))
    return float(np.sqrt(np.mean(power[len(power) // 2 :])))


def _as_loud_as(pcm: Pcm, sound: Floats) -> Pcm:
    return _int16(sound * (float(np.std(pcm)) / max(float(np.std(sound)), 1e-9)))


def _int16(sound: NDArray[Any]) -> Pcm:
    pcm: Pcm = np.clip(sound, -FULL, FULL).round().astype(np.int16)
    return pcm

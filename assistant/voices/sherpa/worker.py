"""The process in which sherpa-onnx speaks: lines of JSON in, frames of sound out.

The first line is the voice ({"folder", "threads"}), each further one a clause ({"text", "speed", "speaker"}). An empty
line while a clause is spoken gives it up.
"""

from __future__ import annotations

import json
import os
import select
import struct
import unicodedata
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from assistant.voices.espeak import ipa
from assistant.voices.sherpa.model import VoiceModel, read_voice
from engines.errors import ReparteeError
from engines.processes import serve_parent

HEADER = struct.Struct("<BI")  # what a frame is, bytes that follow
READY, SOUND, DONE, FAILED = range(4)  # READY: JSON with rate and speakers; SOUND: int16; FAILED: a sentence
PIECE = 16_384  # bytes of a frame of sound


class Worker:
    """Answers the lines of `source` on `sink`."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink

    def run(self) -> None:
        """Work until the end of input."""
        asked = json.loads(self._source.readline())
        try:
            model = read_voice(Path(asked["folder"]))
            voice = load(model, threads=asked["threads"])
        except (ReparteeError, ImportError, RuntimeError, MemoryError) as error:
            self._fail(error)
            return
        self._send(READY, json.dumps({"rate": model.rate, "speakers": model.speakers}).encode())
        for line in self._source:
            if not line.strip():
                continue  # it came too late: the clause was over
            clause = json.loads(line)
            try:
                voice.generate(*_said(model, clause), callback=self._take)
            except (RuntimeError, MemoryError, ValueError) as error:
                self._fail(error)
            else:
                self._send(DONE)

    def _take(self, samples: np.ndarray, _progress: float) -> int:
        """Pass sound on; 0 gives up."""
        sound = np.nan_to_num(np.asarray(samples, np.float32))
        pcm = (np.clip(sound, -1, 1) * 32767).round().astype("<i2").tobytes()
        for start in range(0, len(pcm), PIECE):
            self._send(SOUND, pcm[start : start + PIECE])
        return 0 if select.select([self._source], [], [], 0)[0] else 1

    def _fail(self, error: Exception) -> None:
        sentence = str(error) if isinstance(error, ReparteeError) else f"The voice failed: {error}."
        self._send(FAILED, sentence.encode())

    def _send(self, kind: int, payload: bytes = b"") -> None:
        self._sink.write(HEADER.pack(kind, len(payload)) + payload)
        self._sink.flush()


def _said(model: VoiceModel, clause: dict[str, Any]) -> tuple[str, Any]:
    """Return the text of a clause and how it is to be said."""
    import sherpa_onnx

    how = sherpa_onnx.GenerationConfig()
    how.sid, how.speed = clause["speaker"], clause["speed"]
    if not model.takes_phonemes:
        return clause["text"], how
    # As piper's own phonemizer gives them: letters and their accents apart.
    how.phoneme_codepoints = [[ord(sign) for sign in unicodedata.normalize("NFD", ipa(clause["text"]))]]
    return "", how


def load(model: VoiceModel, *, threads: int) -> Any:
    """Return sherpa-onnx's OfflineTts of a voice. Raises ImportError, RuntimeError; may end the process."""
    import sherpa_onnx

    kind = {
        "vits": sherpa_onnx.OfflineTtsVitsModelConfig,
        "matcha": sherpa_onnx.OfflineTtsMatchaModelConfig,
        "kokoro": sherpa_onnx.OfflineTtsKokoroModelConfig,
        "kitten": sherpa_onnx.OfflineTtsKittenModelConfig,
    }[model.family](**model.settings)
    config = sherpa_onnx.OfflineTtsConfig(
        model=sherpa_onnx.OfflineTtsModelConfig(**{model.family: kind}, num_threads=threads)
    )
    if not config.validate():
        raise RuntimeError("sherpa-onnx does not take its files")
    return sherpa_onnx.OfflineTts(config)


def main() -> None:
    """Serve the parent on standard input and output."""
    source = os.fdopen(os.dup(0), "rb", buffering=0)  # unbuffered: what was read ahead could not be waited for
    serve_parent(lambda sink: Worker(source, sink).run())


if __name__ == "__main__":
    main()

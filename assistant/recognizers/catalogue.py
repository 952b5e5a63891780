"""Recognizers that can be had, the most accurate first, with what is published of them; none was measured by us.

What is pulled from the hub has no hash here: its publisher may correct a file. The commit and the SHA-256 of what came
are recorded at the first pull (`engines.pull`), and held against from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engines.pull import Wanted, read_record

KIND = "recognizer"
#: Of a part in several kinds the int8 one is taken, of the decoder the plain one: it is small, and no quicker in int8.
TRANSDUCER_FILES = (
    ("encoder*.int8.onnx", "encoder*.onnx"),
    ("decoder*[!8].onnx", "decoder*.onnx"),
    ("joiner*.int8.onnx", "joiner*.onnx"),
    ("tokens.txt",),
)


@dataclass(frozen=True, kw_only=True)
class Published:
    """A streaming model on the hub.

    `errors`: per cent of words wrong, as published, and on what. `cost`: seconds a core needs for a second of sound, as
    others measured. `unclear`: why its licence is no licence to build on; "" for one that is.
    """

    name: str
    repository: str
    licence: str
    unclear: str = ""
    megabytes: int
    memory_mb: int
    errors: str
    cost: float
    about: str

    @property
    def wanted(self) -> Wanted:
        """What is to be fetched."""
        return Wanted(name=self.name, repository=self.repository, patterns=TRANSDUCER_FILES)


STREAMING = (
    Published(
        name="nemotron-en",
        repository="csukuangfj2/sherpa-onnx-nemotron-speech-streaming-en-0.6b-560ms-int8-2026-04-25",
        licence="NVIDIA Open Model License",
        megabytes=632,
        memory_mb=1000,
        errors="7 to 8.5 on average over eight sets",
        cost=0.6,
        about="the most accurate; sentences as they are written",
    ),
    Published(
        name="zipformer-en",
        repository="csukuangfj/sherpa-onnx-streaming-zipformer-en-2023-06-21",
        licence="Apache-2.0",
        megabytes=181,
        memory_mb=400,
        errors="6.0 on LibriSpeech other",
        cost=0.15,
        about="words after 320 ms; lower case",
    ),
    Published(
        name="fastconformer-en",
        repository="csukuangfj/sherpa-onnx-nemo-streaming-fast-conformer-transducer-en-480ms-int8",
        licence="CC-BY-4.0",
        megabytes=130,
        memory_mb=260,
        errors="5.4 on LibriSpeech other",
        cost=0.19,
        about="accurate on long sentences; its 80 ms kind lost short commands in a test; lower case",
    ),
    Published(
        name="kroko-en",
        repository="csukuangfj/sherpa-onnx-streaming-zipformer-en-kroko-2025-08-06",
        licence="CC-BY-SA-4.0 or non-commercial",
        unclear="its pages disagree: CC-BY-SA in one place, for non-commercial use in another",
        megabytes=71,
        memory_mb=185,
        errors="12.7 on FLEURS, by others",
        cost=0.06,
        about="light enough for a Raspberry Pi; sentences as they are written",
    ),
    Published(
        name="zipformer-en-20m",
        repository="csukuangfj/sherpa-onnx-streaming-zipformer-en-20M-2023-02-17",
        licence="Apache-2.0",
        megabytes=44,
        memory_mb=150,
        errors="9.5 on LibriSpeech other",
        cost=0.06,
        about="the smallest; lower case",
    ),
)


def pulled(models_dir: Path) -> list[str]:
    """Return the names of the recognizers that were pulled, the most accurate first, those that are not known last."""
    known = [model.name for model in STREAMING]
    folders = sorted(models_dir.iterdir()) if models_dir.is_dir() else []
    names = [each.name for each in folders if each.name[0] != "." and read_record(each).get("kind") == KIND]
    return sorted(names, key=lambda name: known.index(name) if name in known else len(known))

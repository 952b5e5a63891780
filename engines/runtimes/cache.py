"""Built engines on disk: each file says what it was made from, and is used only if that still holds and it is whole.

Layout of a file: `MAGIC`, the header's length (uint32, little endian), the header (JSON: the key, the plan's length
and SHA-256, when and how long it was built), then the plan as the builder serialised it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engines.errors import ReparteeError
from engines.files import private_folder, whole_file, write_whole

MAGIC = b"RPTENG1\n"


@dataclass(frozen=True)
class EngineKey:
    """What an engine depends on; one that differs in any field is rebuilt. `shapes`: in words; `options`: JSON."""

    weights: str
    head: str
    shapes: str
    library: str
    version: str
    gpu: str
    options: str

    @property
    def file_name(self) -> str:
        """Same for every version of the library, so that a rebuilt engine takes the place of the stale one."""
        options = hashlib.sha256(self.options.encode()).hexdigest()[:8]
        return f"{self.weights[:12]}-{self.head}-{_slug(f'{self.library} {self.gpu} {self.shapes}')}-{options}.engine"


@dataclass(frozen=True)
class CachedEngine:
    """A file of the cache. `bytes`: its plan's; `built_at`: seconds since 1970; `build_seconds`: taken."""

    path: Path
    key: EngineKey
    bytes: int
    built_at: float
    build_seconds: float


class CacheError(ReparteeError):
    """An engine file that cannot be used as it is."""


class EngineCache:
    """The folder of built engines. Safe for several processes: files appear whole, and only one process builds one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: EngineKey) -> Path:
        """Where the engine of `key` lies, or would."""
        return self.folder / key.file_name

    def load_or_build(self, key: EngineKey, build: Callable[[], bytes]) -> bytes:
        """Give the plan of `key`, from disk if it is there, whole and made from the same; else build and keep it.

        A folder that cannot be written to costs a build each time, no error. Whatever `build` raises passes through.
        """
        with contextlib.suppress(CacheError):
            return read_engine(self.path(key), key)
        with self._lock(key):
            with contextlib.suppress(CacheError):  # another process may have built it while this one waited
                return read_engine(self.path(key), key)
            started = time.perf_counter()
            plan = build()
            self.store(key, plan, time.perf_counter() - started)
        return plan

    def store(self, key: EngineKey, plan: bytes, build_seconds: float) -> None:
        """Keep `plan`, replacing any engine of the same name; does nothing if the folder cannot be written to."""
        facts = {
            "key": asdict(key),
            "bytes": len(plan),
            "sha256": hashlib.sha256(plan).hexdigest(),
            "built_at": time.time(),
            "build_seconds": round(build_seconds, 3),
        }
        header = json.dumps(facts).encode()
        with contextlib.suppress(OSError):
            private_folder(self.folder)
            with whole_file(self.path(key)) as file:
                file.writelines((MAGIC, struct.pack("<I", len(header)), header, plan))

    def entries(self) -> list[CachedEngine]:
        """Every readable engine in the cache, newest first; damaged files are left out."""
        found = []
        for path in self.folder.glob("*.engine"):
            with contextlib.suppress(CacheError):
                found.append(read_header(path)[0])
        return sorted(found, key=lambda entry: entry.built_at, reverse=True)

    def remove(self, key: EngineKey) -> None:
        """Forget the engine of `key`: it turned out not to load, say."""
        with contextlib.suppress(OSError):
            self.path(key).unlink(missing_ok=True)

    def read_timings(self, name: str) -> bytes:
        """Give the tactic timings kept under `name`, empty if there are none."""
        try:
            return (self.folder / f"{_slug(name)}.timing").read_bytes()
        except OSError:
            return b""

    def write_timings(self, name: str, timings: bytes) -> None:
        """Keep tactic timings, which make the next build on the same GPU faster."""
        with contextlib.suppress(OSError):
            private_folder(self.folder)
            write_whole(self.folder / f"{_slug(name)}.timing", timings)

    @contextlib.contextmanager
    def _lock(self, key: EngineKey) -> Iterator[None]:
        """Hold the file lock of `key`; without one where files cannot be locked or written."""
        try:
            import fcntl

            private_folder(self.folder)
            file = (self.folder / f"{key.file_name}.lock").open("wb")
        except (ImportError, OSError):
            yield
            return
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)  # released by closing the file, also when the process dies
            yield


def read_header(path: Path) -> tuple[CachedEngine, str, int]:
    """Read what an engine file says of itself: the entry, its plan's SHA-256 and where the plan begins.

    Raises:
        CacheError: the file is missing, or no engine file of ours, or was cut short.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise CacheError(f"{path} is no engine file of Repartee; build one with repartee engine build.")
            (length,) = struct.unpack("<I", file.read(4))
            facts: dict[str, Any] = json.loads(file.read(length))
        entry = CachedEngine(path, EngineKey(**facts["key"]), facts["bytes"], facts["built_at"], facts["build_seconds"])
        start = len(MAGIC) + 4 + length
        if path.stat().st_size != start + entry.bytes:
            raise CacheError(f"{path} was cut short; delete it, it will be built again.")
        return entry, facts["sha256"], start
    except OSError as error:
        raise CacheError(
            f"{path} cannot be read ({error.strerror}); build an engine with repartee engine build."
        ) from error
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise CacheError(f"{path} has a damaged header; delete it, it will be built again.") from error


def read_engine(path: Path, key: EngineKey | None = None) -> bytes:
    """Read the plan of an engine file, which must have been made from `key` if one is given.

    Raises:
        CacheError: the file is missing, damaged, or was made from something else, which the sentence names.
    """
    entry, digest, start = read_header(path)
    if key is not None and entry.key != key:
        raise CacheError(_difference(path, entry.key, key))
    with path.open("rb") as file:
        file.seek(start)
        plan = file.read()
    if hashlib.sha256(plan).hexdigest() != digest:
        raise CacheError(f"{path} is damaged (its checksum does not match); delete it, it will be built again.")
    return plan


def _difference(path: Path, found: EngineKey, wanted: EngineKey) -> str:
    names = {
        "gpu": "for",
        "version": "by version",
        "library": "by",
        "weights": "from weights",
        "head": "for the head",
    }
    for field, words in names.items():
        if (old := getattr(found, field)) != (new := getattr(wanted, field)):
            return (
                f"{path.name} was built {words} {old[:60]}, but this is {new[:60]}; "
                "rebuild it with repartee engine build."
            )
    return f"{path.name} was built with other options; rebuild it with repartee engine build."


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")

"""Files that others see whole or not at all, and that survive a power cut."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Open a file to write in place of `path`: it appears there, flushed to the disk, when the block ends well.

    Until then, and after an error, what was there before stays; `private`, nobody but its owner can read it, even
    before that. A link is followed; what is no regular file, such as /dev/stdout, is written directly. Raises OSError
    as `open` does.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    partial = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.partial")
    try:
        partial.touch(mode=0o600 if private else 0o666, exist_ok=False)
        with partial.open("r+b") as file:
            yield file
            flush(file)
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def write_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write `content` to `path`, whole or not at all, as `whole_file` does. Raises OSError."""
    with whole_file(path, private=private) as file:
        file.write(content)


def private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for nobody but its owner; one that is there stays as it is.

    What a household says and owns is its own business. Raises OSError as `Path.mkdir` does.
    """
    if not folder.is_dir():
        private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def flush(file: BinaryIO) -> None:
    """Have what was written to an open file on the disk before going on."""
    file.flush()
    os.fsync(file.fileno())

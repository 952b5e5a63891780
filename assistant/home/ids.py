"""Which entity has which id, kept in the home folder: a device that is renamed keeps its own over restarts."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from engines.files import private_folder, write_whole

IDS_FILE = "home-ids.json"
MAX_IDS_BYTES = 8 * 1024 * 1024

_log = logging.getLogger(__name__)


def read_ids(file: Path | None) -> dict[str, str]:
    """Return which entity has which id; nothing where that is not known, or no longer readable."""
    if file is None:
        return {}
    try:
        if file.stat().st_size > MAX_IDS_BYTES:
            return {}
        read = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(read, dict):
        return {}
    return {key: value for key, value in read.items() if isinstance(value, str)}


def write_ids(file: Path, ids: Mapping[str, str]) -> None:
    """Write which entity has which id, readable by its owner only; a disk that takes nothing is told in the log."""
    text = json.dumps(ids)
    try:
        private_folder(file.parent)
        write_whole(file, text.encode(), private=True)
    except OSError as error:
        _log.warning("%s: cannot be written (%s).", file, error.strerror)

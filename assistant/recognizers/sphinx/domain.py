"""What was learned from the documents, in files, as a process that recognises loads it.

Nothing here makes it (`learning.py` does), so that such a process need not load what that takes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from assistant.recognizers.sphinx.library import model_path

KIND = "sphinx-domain 6"  # raised whenever what is built from the same contents changes
CHECKSUMS = "checksums.json"
FILES = ("forms.json", "domain.lm", "words.dict", "frequent.dict")


@dataclass(frozen=True)
class Domain:
    """Files in the cache: a language model (None without documents) and dictionaries that cover it.

    `dictionary` has every English word. `frequent` has the frequent ones and the documents': no document answers what
    is neither, and the search takes four fifths of the time with half of the memory.
    """

    language_model: Path | None
    dictionary: Path
    frequent: Path
    forms: dict[str, str]  # how the documents write what is said

    @classmethod
    def plain(cls) -> Domain:
        """Return general English."""
        english = model_path() / "cmudict-en-us.dict"
        return cls(None, english, english, {})


def cached(cache_dir: Path, key: str) -> Domain | None:
    """Return what was built for `key`, None where it was not or is damaged; an empty key is plain English."""
    if not key:
        return Domain.plain()
    folder = cache_dir / f"sphinx-{key}"
    try:
        checksums = json.loads((folder / CHECKSUMS).read_bytes())
        if any(digest(folder / name) != checksums[name] for name in FILES):
            return None
        forms = json.loads((folder / "forms.json").read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Domain(folder / "domain.lm", folder / "words.dict", folder / "frequent.dict", forms)


def digest(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

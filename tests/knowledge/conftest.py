"""A library in a temporary home, with a tokenizer that needs no vocabulary file."""

import re
import zlib

import numpy as np
import pytest

from engines.tokenize import Tokens
from knowledge.library import Library

LIGHTHOUSE = """# The Lighthouse

## The tower

The tower is 41 metres tall. It was built in 1871 by Henry Dawson.

## The keepers

The first keeper was Martha Reed. She stayed for 29 years.
"""


def tokenize(text: str) -> Tokens:
    """Words and signs as tokens; an id is a checksum, so every process gives the same one."""
    found = list(re.finditer(r"\w+|[^\w\s]", text))
    ids = np.array([zlib.crc32(match[0].encode()) % 30000 for match in found], np.int32)
    return Tokens(ids, np.array([match.span() for match in found], np.int32).reshape(-1, 2))


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def opened(home):
    """Open the library of ``home`` as often as wanted; all are closed at the end."""
    libraries = []

    def open_library(**options):
        libraries.append(Library.open(home, options.pop("tokenize", tokenize), **options))
        return libraries[-1]

    yield open_library
    for library in libraries:
        library.close()


@pytest.fixture
def library(opened):
    return opened()


@pytest.fixture
def lighthouse(tmp_path):
    path = tmp_path / "lighthouse.md"
    path.write_text(LIGHTHOUSE)
    return path

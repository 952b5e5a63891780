"""A library in a temporary home."""

import pytest

from knowledge.library import Library
from tests.knowledge.texts import LIGHTHOUSE, tokenize


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def opened(home):
    """Open the library of `home` as often as wanted; all are closed at the end."""
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

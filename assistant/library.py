"""The library of a home by itself, for commands that answer nothing."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from assistant.config import Config

if TYPE_CHECKING:
    from engines.tokenize import Tokenizer, Tokens
    from knowledge.library import Library


@contextlib.contextmanager
def open_library(config: Config) -> Iterator[Library]:
    """Open the library without the reader; the reader's vocabulary is loaded when a passage is tokenised.

    What the library put right by itself is told on standard error.
    """
    from knowledge.library import Library

    @cache
    def tokenizer() -> Tokenizer:
        from engines.checkpoint import Checkpoint, default_checkpoint_path
        from engines.tokenize import Tokenizer

        checkpoint = Checkpoint.load(config.reader.model or default_checkpoint_path())
        return Tokenizer(checkpoint.vocab, checkpoint.lower_case)

    def tokenize(text: str) -> Tokens:
        return tokenizer().encode(text)

    library = Library.open(config.home, tokenize, max_document_bytes=round(config.knowledge.max_document_mb * 2**20))
    try:
        yield library
    finally:
        library.close()
        for note in library.notes:
            print(f"repartee: {note}", file=sys.stderr)

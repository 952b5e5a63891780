"""The library as the settings say, for whoever needs one: turns, commands, the doctor."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from assistant.config import Config

if TYPE_CHECKING:
    from engines.tokenize import Tokenizer, Tokens
    from knowledge.library import Library


def has_store(config: Config) -> bool:
    """Tell whether there may be documents: a file in the home, or a database that is shared."""
    from knowledge.library import STORE_NAME

    return bool(config.knowledge.store) or (config.home / STORE_NAME).exists()


def open_library(
    config: Config,
    tokenize: Callable[[str], Tokens] | None = None,
    *,
    readonly: bool = False,
    tell: Callable[[str], None] | None = None,
) -> Library:
    """Open the library of the home for a reader whose `tokenize` is given; the caller closes it.

    Without it, the vocabulary of the configured reader is loaded when the first passage is tokenised. `tell` hears of
    every note (an index made again, a full disk, a damaged passage), from whatever thread it comes; they are also kept
    in `Library.notes`. Raises StoreError as `Library.open` does.
    """
    from knowledge.library import Library

    @cache
    def tokenizer() -> Tokenizer:
        from engines.checkpoint import Checkpoint, default_checkpoint_path
        from engines.tokenize import Tokenizer

        checkpoint = Checkpoint.load(config.reader.model or default_checkpoint_path())
        return Tokenizer(checkpoint.vocab, checkpoint.lower_case)

    return Library.open(
        config.home,
        tokenize or (lambda text: tokenizer().encode(text)),
        store=config.knowledge.store,
        readonly=readonly,
        max_document_bytes=round(config.knowledge.max_document_mb * 2**20),
        tell=tell,
    )


@contextlib.contextmanager
def opened_library(config: Config, *, readonly: bool = False) -> Iterator[Library]:
    """Open the library for a command; at the end it is closed and its notes are told on standard error."""
    import click

    from assistant.channels.terminal.printable import printable

    library = open_library(config, readonly=readonly)
    try:
        yield library
    finally:
        library.close()
        for note in library.notes:
            click.echo(f"repartee: {printable(note)}", err=True)


def read_ahead(config: Config, library: Library) -> None:
    """Make the token vectors and states that passages of `library` lack, and show how far it is.

    Ctrl-C leaves the rest to later: a turn makes what is missing too, in the background, and until then those passages
    are ranked by their words alone and read whole.
    """
    from rich.console import Console
    from rich.progress import Progress

    from engines.checkpoint import Checkpoint, default_checkpoint_path
    from engines.reader.apart import Apart
    from engines.reader.late import TokenVectors

    settings, threads = config.reader, config.reader.threads or None
    checkpoint = Checkpoint.load(settings.model or default_checkpoint_path())
    console = Console(stderr=True)
    with contextlib.ExitStack() as stack:
        vectors = TokenVectors.load(checkpoint, cache_dir=config.cache_dir, threads=threads)
        if vectors is not None:
            stack.callback(vectors.close)
            library.rank_with(vectors)
        apart = Apart.load(
            checkpoint, runtime=settings.runtime, cache_dir=config.cache_dir, threads=threads, isa=settings.isa
        )
        if apart is not None:
            stack.callback(apart.close)
            library.read_with(apart, states_bytes(config))
        stack.callback(library.stop)  # before what it is made with is closed
        total = library.unmade()
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("reading ahead", total=total)
            while left := library.unmade():
                bar.update(task, completed=total - left)
                if library.finish(0.2):
                    break


def states_bytes(config: Config) -> int:
    """How many bytes of states are kept at most."""
    return round(config.knowledge.states_mb * 2**20)

"""`repartee demo`: the main job in front of the user, on bundled documents and a bundled spoken question."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from typing import TYPE_CHECKING, Self

import click

from assistant.config import Config
from assistant.samples import SAMPLES
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.parts import Parts


@click.command()
@click.pass_obj
def command(config: Config) -> None:
    """Ask a bundled spoken question of the bundled documents, say the answer, then offer a prompt.

    Everything happens in a home of its own, the folder "demo" of --home; your documents are not touched.
    """
    from rich.console import Console

    from assistant.channels.terminal.console import prompt
    from assistant.parts import Parts

    console = Console(highlight=False)
    config = with_an_ear(config, console).elsewhere(config.home / "demo")
    console.print("[bold]1[/] Loading the reader")
    parts = Parts.open(config)
    with asyncio.Runner() as runner:
        try:
            runner.run(demo(parts, console))
            if sys.stdin.isatty():
                prompt(parts, console, runner)
        finally:
            runner.run(parts.close())


def with_an_ear(config: Config, console: Console) -> Config:
    """Return the settings with the best ear of the user's home; on a terminal offer one if only pocketsphinx hears."""
    from assistant.recognizers.choose import BETTER_EAR, POCKETSPHINX, best_installed, in_any_home
    from assistant.recognizers.pulling import pull_recognizer
    from assistant.recognizers.recommending import recommendation

    if config.speech.recognizer != "auto":
        return config
    best = best_installed(config.cache_dir, config.models_dir)
    if best == POCKETSPHINX:
        console.print(BETTER_EAR, style="dim")
        if sys.stdin.isatty():
            name = recommendation(config)["recommended"]
            if name != POCKETSPHINX and click.confirm(f"Get {name} now?", default=False):
                try:
                    console.print(pull_recognizer(config, name), style="dim", markup=False)
                    best = best_installed(config.cache_dir, config.models_dir)
                except ReparteeError as problem:
                    console.print(f"{problem} Going on without.", style="yellow", markup=False)
    best = in_any_home(best, config.cache_dir, config.models_dir)
    return dataclasses.replace(config, speech=dataclasses.replace(config.speech, recognizer=best))


async def demo(parts: Parts, console: Console) -> None:
    """Add the samples, hear and answer the question, write the reply to a WAV file and play it."""
    from assistant.audio.files import write_wav
    from assistant.channels.terminal.console import show_reply
    from assistant.channels.terminal.recordings import hear, play

    home = parts.config.home
    console.print(f"  {parts.reader.runtime_name}. {parts.reads()}", style="dim", markup=False)
    console.print("[bold]2[/] Adding the sample documents")
    report = await parts.in_library(parts.library.add, [SAMPLES])
    for path, sentence in report.failed:
        console.print(f"  {path}: {sentence}", style="red", markup=False)
    documents = await parts.in_library(parts.library.documents)
    passages = sum(document.passages for document in documents)
    console.print(f"  {len(documents)} documents, {passages} passages, in {home}", style="dim", markup=False)
    await parts.in_library(parts.library.finish)
    await parts.in_library(parts.library.warm_up)  # the new index is read once
    recording = min((SAMPLES / "audio").glob("*.flac"))
    await asyncio.gather(parts.recognizer(), parts.synthesizer())
    console.print(f"[bold]3[/] Listening to {recording.name}")
    with Words(console) as words:
        said = await hear(parts, recording, speak=True, on_words=words.add)
    console.print()
    speech = home / "reply.wav"
    write_wav(speech, said.pcm, said.rate)
    show_reply(said.reply, console)
    silent = await play(said.pcm, said.rate)
    console.print(f"The spoken answer is in {speech}" + (f" ({silent})." if silent else "."), markup=False)
    console.print(f'Ask again: repartee --home {home} ask "QUESTION"', markup=False)
    console.print(f"A virtual house to command: repartee --home {home} home demo\n", markup=False)


class Words:
    """The words as they are heard, on a line of the terminal that goes when the sentence, which may differ, is known.

    Where the output is no terminal they are not shown.
    """

    def __init__(self, console: Console) -> None:
        from rich.live import Live
        from rich.text import Text

        self._text = Text("  ", "dim italic")
        self._live = (
            Live(self._text, console=console, transient=True, auto_refresh=False) if console.is_terminal else None
        )

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def add(self, words: str) -> None:
        """Show further words."""
        self._text.append(f"{words} ")
        if self._live is not None:
            self._live.refresh()

"""``repartee demo``: the main job in front of the user, on bundled documents and a bundled spoken question."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from pathlib import Path

import click

from assistant.config import Config

SAMPLES = Path(__file__).parents[1] / "samples"


@click.command()
@click.pass_obj
def command(config: Config) -> None:
    """Ask a bundled spoken question of the bundled documents, say the answer, then offer a prompt.

    Everything happens in a home of its own, the folder "demo" of --home; your documents are not touched.
    """
    asyncio.run(demo(dataclasses.replace(config, home=config.home / "demo")))


async def demo(config: Config) -> None:
    """Add the samples, hear and answer the question, write the reply to a WAV file, offer a prompt on a terminal."""
    from rich.console import Console

    from assistant.console import prompt, show_reply
    from assistant.spoken import hear, play, save_speech
    from assistant.turn import Assistant

    console = Console(highlight=False)
    console.print("[bold]1[/] Loading the reader")
    assistant = Assistant.open(config)
    try:
        console.print(f"  {assistant.reader.runtime_name} {assistant.reader.fallback_note}".rstrip(), style="dim")
        console.print("[bold]2[/] Adding the sample documents")
        report = await assistant.in_library(assistant.library.add, [SAMPLES])
        for path, sentence in report.failed:
            console.print(f"  {path}: {sentence}", style="red", markup=False)
        documents = await assistant.in_library(assistant.library.documents)
        passages = sum(document.passages for document in documents)
        console.print(f"  {len(documents)} documents, {passages} passages, in {config.home}", style="dim", markup=False)
        recording = min((SAMPLES / "audio").glob("*.flac"))
        await assistant.recognizer()
        console.print(f"[bold]3[/] Listening to {recording.name}")
        console.print("  ", end="")
        budget, transcript = await hear(assistant, recording, lambda words: console.print(words, end=" ", style="dim"))
        console.print("\n")
        reply = await assistant.answer(transcript, transcript=transcript, budget=budget)
        speech = config.home / "reply.wav"
        reply = await save_speech(assistant, reply, speech)
        show_reply(reply, console)
        silent = await play(speech)
        console.print(f"The spoken answer is in {speech}" + (f" ({silent})." if silent else "."), markup=False)
        console.print(f'Ask again: repartee --home {config.home} ask "QUESTION"\n', markup=False)
        if sys.stdin.isatty():
            await prompt(assistant, console)
    finally:
        await assistant.close()

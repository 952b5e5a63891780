"""`repartee ask`: one question, typed or recorded, answered with its citation and ledger."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import click

from assistant.audio.files import write_wav
from assistant.config import Config
from assistant.parts import Parts
from assistant.skills.choose import load_skills
from assistant.turn.events import Reply
from assistant.turn.turn import take
from assistant.turn.understanding import MAX_QUESTION, Context, Question, clean, understand
from engines.errors import ReparteeError

ADD_SOME = "add some with: repartee knowledge add PATH"
HOME_WITHIN_S = 10.0  # for the broker to tell of every device
FILE = click.Path(path_type=Path, readable=False)  # unreadable files are refused by what reads them, in one sentence


@click.command()
@click.argument("question", required=False)
@click.option("--audio", type=FILE, help="Take the question from a WAV, FLAC or OGG recording.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a page for people.")
@click.option("--speak", type=FILE, help="Write the spoken reply to this WAV file.")
@click.pass_obj
def command(config: Config, question: str | None, audio: Path | None, as_json: bool, speak: Path | None) -> None:
    """Answer QUESTION from the documents in the store; "-" reads it from standard input.

    The answer is a verbatim span with its citation, or an honest "I don't know".
    """
    if (question is None) == (audio is None):
        raise click.UsageError(
            'Give either a QUESTION or --audio FILE, for instance: repartee ask "Who was the keeper?"'
        )
    if question == "-":
        question = sys.stdin.buffer.read(4 * MAX_QUESTION + 1).decode(errors="replace").strip()
    if question is not None:
        clean(question)  # refuse what cannot be asked before anything is loaded
    if speak is not None and not speak.absolute().parent.is_dir():
        raise ReparteeError(f"{speak}: there is no folder {speak.absolute().parent} to write to; create it first.")
    reply = asyncio.run(ask(config, question, audio, speak))
    if as_json:
        click.echo(json.dumps(reply.to_json()))
    else:
        from rich.console import Console

        from assistant.channels.terminal.console import show_reply

        show_reply(reply, Console())


async def ask(config: Config, question: str | None, audio: Path | None, speak: Path | None) -> Reply:
    """Run one turn on fresh parts. Raises ReparteeError for an empty store or a recording without words."""
    from assistant.home.mqtt.address import broker_url
    from assistant.library import has_store

    has_nothing = broker_url(config.smart_home, config.home) is None and not has_store(config)
    if has_nothing and (
        question is None or isinstance(understand(question, Context(skills=load_skills(config))), Question)
    ):  # nothing is loaded for what could only be looked up
        raise ReparteeError(f"There are no documents in {config.home} yet; {ADD_SOME}")
    async with Parts.open(config) as parts, parts.at_home(HOME_WITHIN_S):
        reply = await _take(parts, question or "", audio, speak)
        if reply.abstained and not reply.fallback and not await parts.in_library(parts.library.count):
            raise ReparteeError(f"There are no documents in {config.home} yet; {ADD_SOME}")
        return reply


async def _take(parts: Parts, question: str, audio: Path | None, speak: Path | None) -> Reply:
    from assistant.channels.terminal import recordings

    if audio is None and speak is None:
        return await take(question, parts=parts, context=parts.context(collections=None))
    if audio is not None:
        said = await recordings.hear(parts, audio, speak=speak is not None)
    else:
        said = await recordings.ask(parts, question, speak=True)
    if speak is not None:
        write_wav(speak, said.pcm, said.rate)
    return said.reply

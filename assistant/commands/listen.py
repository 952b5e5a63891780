"""`repartee listen`: a conversation through this machine's microphone and loudspeaker."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

import click
import numpy as np

from assistant.channels.terminal.console import show_reply
from assistant.channels.terminal.printable import printable
from assistant.config import Config
from assistant.dialogue.conversation import Conversation, UnknownReplyError
from assistant.dialogue.events import (
    Cleared,
    Committed,
    ConversationEvent,
    Heard,
    HearingFailed,
    Overheard,
    Partial,
    ReplyAudio,
    ReplyDone,
    ReplyStarted,
    ReplyText,
    SpeechStarted,
    SpeechStopped,
    Woken,
)
from assistant.dialogue.settings import ConversationSettings
from assistant.parts import Parts
from assistant.service import telling

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

    from assistant.audio.devices import SoundDevices
    from assistant.audio.echo import Echo

METER = 24  # cells
REDRAW_S = 0.08


@click.command()
@click.option("--name", default="listen", show_default=True, help="What this place is called, for announcements.")
@click.option("--area", default="", help="The room it is in.  [default: of its name in satellites.areas, home.room]")
@click.option("--turns", type=click.IntRange(0), default=0, help="End after so many replies; 0 goes on until Ctrl-C.")
@click.pass_obj
def command(config: Config, name: str, area: str, turns: int) -> None:
    """Talk with the microphone and the speaker; Ctrl-C ends it.

    Replies can be interrupted: what the speaker plays is taken out of what the microphone hears (extra audio). Where
    that is not installed, or switched off with processing = false under [ear] in repartee.toml, nothing is heard during
    a reply, unless echo_cancelled = true says that the microphone does not hear the speaker (headphones). With
    wake_words set there, speech counts only after one.

    Timers and alarms that are set here are told here, also beside a running `repartee serve`.
    """
    area = area or config.satellites.areas.get(name, "") or config.smart_home.room
    asyncio.run(listen(config, turns, name=name, area=area))


async def listen(config: Config, turns: int, *, name: str = "listen", area: str = "") -> None:
    """Converse until `turns` replies were given, or until cancelled. Raises ReparteeError for missing parts."""
    from rich.console import Console
    from rich.live import Live

    from assistant.audio.devices import SoundDevices

    console = Console(highlight=False)
    echo = open_echo(config)
    settings = replace(ConversationSettings.of(config), room=area)
    if echo is not None:
        settings = replace(settings, echo_cancelled=True)
    async with Parts.open(config) as parts, parts.at_home(0), telling(parts, name) as service:
        conversation = Conversation(parts, settings=settings)
        here = service.sessions.opened(conversation, name=service.name, area=area, kind="listen")
        try:
            voice, _ = await asyncio.gather(parts.synthesizer(), parts.recognizer())
            devices = SoundDevices(
                voice.rate, name=config.ear.device, told=lambda said: console.print(said or "Listening."), echo=echo
            )
            if settings.wake_words:
                console.print(f"Say {' or '.join(word.replace('_', ' ') for word in settings.wake_words)} first.")
            with here, Live(console=console, refresh_per_second=4, transient=True) as live:
                await _Screen(conversation, devices, console, live, turns).run()
        finally:
            await conversation.close()


def open_echo(config: Config) -> Echo | None:
    """Return what cleans the microphone's audio; None where it is not wanted, not needed or not installed."""
    from assistant.audio.echo import Echo, available

    wanted = config.ear.processing and not config.ear.echo_cancelled
    return Echo() if wanted and available() else None


class _Screen:
    """Carries events between the conversation, the devices and the terminal."""

    def __init__(
        self, conversation: Conversation, devices: SoundDevices, console: Console, live: Live, turns: int
    ) -> None:
        self._conversation, self._devices, self._console, self._live = conversation, devices, console, live
        self._turns = turns
        self._words = ""
        self._generation = 0

    async def run(self) -> None:
        """Return when enough replies were given."""
        listening, drawing = asyncio.create_task(self._listen()), asyncio.create_task(self._draw())
        showing = asyncio.create_task(self._show())
        tasks = (listening, drawing, showing)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _listen(self) -> None:
        async for pcm in self._devices.microphone():
            await self._conversation.hear(pcm, residue=self._devices.residue)

    async def _show(self) -> None:
        replies = 0
        async for event in self._conversation.events():
            self._on(event)
            if isinstance(event, ReplyDone):
                replies += 1
                if replies == self._turns:
                    await asyncio.sleep(self._devices.loudspeaker.remaining_s + 0.1)
                    return

    def _on(self, event: ConversationEvent) -> None:
        speaker = self._devices.loudspeaker
        match event:
            case SpeechStarted() | Woken():
                heard_ms = speaker.stop()
                if self._generation and self._conversation.replying is None:
                    with contextlib.suppress(UnknownReplyError):  # forgotten meanwhile
                        self._conversation.truncate(self._generation, heard_ms)
                self._words = "…"
            case Partial():
                self._words = event.text
            case SpeechStopped():
                self._words += " …"
            case Heard():
                self._words = event.transcript.text
            case HearingFailed():
                self._console.print(printable(event.sentence), style="red", markup=False)
            case ReplyStarted():
                self._generation = event.generation
                speaker.begin()
            case ReplyAudio():
                speaker.play(event.pcm)
            case ReplyDone():
                self._show_reply(event)
            case Overheard():
                self._words = ""
            case Committed() | Cleared() | ReplyText():
                pass  # the words are shown with their sources, at the end
            case _:
                assert_never(event)

    def _show_reply(self, event: ReplyDone) -> None:
        self._words = ""
        if event.error:
            self._console.print(printable(event.error), style="red", markup=False)
        elif event.status == "cancelled":
            heard = printable(event.heard or "nothing")
            self._console.print(f"(interrupted after: {heard})", style="dim", markup=False)
        elif event.reply is not None:
            show_reply(event.reply, self._console)

    async def _draw(self) -> None:
        """Keep one line with the level and the words so far."""
        from rich.text import Text

        while True:
            decibels = 20 * np.log10(max(self._conversation.level, 1.0) / 32768)
            cells = int(np.clip((decibels + 66) / 60 * METER, 0, METER))
            meter = "█" * cells + "·" * (METER - cells)
            self._live.update(Text.assemble((meter, "green"), "  ", (printable(self._words), "italic")))
            await asyncio.sleep(REDRAW_S)

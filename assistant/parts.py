"""What one process owns: reader, library, recognizer, voice, skills; opened in order, closed the other way round."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from types import EllipsisType
from typing import TYPE_CHECKING, Self, TypeVar

from assistant.access import Access
from assistant.config import Config
from assistant.library import open_library, states_bytes
from assistant.skills.choose import OwnSkills
from assistant.turn.answering import Answering
from assistant.turn.budget import DEFAULT_SLOTS, Budget
from assistant.turn.events import Reply
from assistant.turn.recollection import Recollection
from assistant.turn.tools import Tools
from assistant.turn.understanding import MAX_QUESTION, Context
from engines.errors import ReparteeError
from knowledge.collections import Collections

if TYPE_CHECKING:
    from assistant.home.entities import HomeIntent
    from assistant.home.home import Home
    from assistant.recognizers.lexicon import Phrases
    from assistant.recognizers.recognizer import Recognizer
    from assistant.turn.last_resort import LastResort
    from assistant.voices.voice import Synthesizer
    from engines.reader.reader import Reader
    from knowledge.library import Library

T = TypeVar("T")

#: Says a sentence in the open conversation of an id or name, "" for all; returns in how many.
Announce = Callable[[str, str], Awaitable[int]]

#: Questions that are answered in silence at the start, of words that many documents have.
REHEARSED = ("What is it, and when was it made?", "How many of them are there in all, and what for?")
REHEARSED_WORDS = 8
HOME_REMEMBERS = 8  # exchanges that "it" and "yes" may go back to; each knows its own "it"

log = logging.getLogger(__name__)


@dataclass
class Load:
    """What this process is busy with, so that guesses give way to what somebody waits for."""

    hearing: int = 0  # turns being recognised
    foreseeing: int = 0  # questions being answered before they are finished


class Parts:
    """The parts of a turn, loaded once and shared by every conversation of the process.

    The recognizer and the voice are loaded when first used; each part that blocks has threads of its own.
    """

    def __init__(self, config: Config, reader: Reader, library: Library) -> None:
        self.config = config
        self.access = Access.of(config)
        self.reader = reader
        self.library = library
        if reader.vectors is not None:
            library.rank_with(reader.vectors)
        if reader.apart is not None:
            library.read_with(reader.apart, states_bytes(config))
        self.own_skills = OwnSkills(config)
        self.skills = self.own_skills.load()
        self.tools = Tools(config.tools)
        self.announce: Announce | None = None  # says something in open conversations, where a service has any
        self.answering = Answering(config.reader, reader, library)
        self.last_resort: LastResort | None = None
        self.load = Load()
        self.recollection = Recollection()
        self.home: Home | None = None
        self.muted = False  # nothing is said aloud
        self._recognizer: Recognizer | None = None
        self._synthesizer: Synthesizer | None = None
        self._further_voices: dict[str, Synthesizer] = {}
        self._choosing_recognizer, self._choosing_voice = asyncio.Lock(), asyncio.Lock()
        self._prepared = False
        self._stack = AsyncExitStack()
        for close in (reader.close, library.close, self.answering.close):  # the library stops making vectors first
            self._stack.callback(close)
        if config.fallback.base_url:
            from assistant.turn.last_resort import LastResort

            self.last_resort = LastResort(config.fallback)
            self._stack.push_async_callback(self.last_resort.close)

    @classmethod
    def open(cls, config: Config) -> Parts:
        """Load the reader and open the library. Raises ReparteeError for what is missing, unusable or damaged."""
        from assistant.channels.terminal.printable import printable
        from engines.reader.reader import Reader

        settings = config.reader
        with ThreadPoolExecutor(1) as aside:
            reader = aside.submit(
                Reader.load,
                settings.model or None,
                runtime=settings.runtime,
                cache_dir=config.cache_dir,
                threads=settings.threads or None,
                isa=settings.isa,
            )
            library = open_library(
                config,
                lambda text: reader.result().tokenize(text),
                tell=lambda note: log.warning("%s", printable(note)),  # an index made again, a full disk, damage
            )
            try:
                library.search("What was it before?", k=1)  # opens the index: the first turn has no time for that
                # The reader is waited for here and not by leaving the block: Python (3.11, 3.12) takes a thread whose
                # join was interrupted for one that has ended, and aborts when it goes on while the process exits.
                parts = cls(config, reader.result(), library)
                library.warm_up()
            except BaseException:
                library.close()
                raise
        return parts

    def reads(self) -> str:
        """Say what the reader gets done in its slot on this machine, and why a GPU that is there does not read."""
        from engines.reader.capacity import in_the_slot

        said = in_the_slot(self.reader, self.config.budget.read)
        return f"{said} It runs {self.reader.fallback_note}." if self.reader.fallback_note else said

    async def __aenter__(self) -> Self:
        await self._rehearse()
        return self

    async def _rehearse(self) -> None:
        """Answer questions in silence: who asks the first one shall not wait for what is only slow the first time."""
        with contextlib.suppress(ReparteeError), self.reader.practising():  # whoever asks is told
            for question in REHEARSED:
                reply = await self._rehearsed(question)
            if reply.offer is not None:  # one that is answered takes another way
                await self._rehearsed(f"What does it say of {' '.join(reply.offer.text.split()[:REHEARSED_WORDS])}?")

    async def _rehearsed(self, question: str) -> Reply:
        return await self.answering.answer(question, (), Budget(self.config.budget.slots()), None)

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def open_home(self, *, serving: bool = False) -> Home | None:
        """Return the home of the configured broker, or of a running demo; None where there is neither.

        Whoever opens it runs `Home.run`. Raises ReparteeError for an unusable setting.
        """
        from assistant.home.mqtt.address import broker_url

        settings = self.config.smart_home
        if self.home is None and broker_url(settings, self.config.home) is not None:
            from assistant.home.home import Home

            self.home = Home.open(settings, self.config.home, serving=serving, stages=DEFAULT_SLOTS)
            self._stack.push_async_callback(self.home.close)
        return self.home

    @asynccontextmanager
    async def at_home(self, timeout_s: float) -> AsyncIterator[None]:
        """Know the devices for the length of the block, if a broker is set up; they are waited for so long."""
        home = self.open_home()
        running = asyncio.create_task(home.run()) if home is not None else None
        try:
            if home is not None and timeout_s:
                await home.ready(timeout_s)
            yield
        finally:
            if running is not None:
                running.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await running

    def speaks_first(self) -> bool:
        """Whether what is set now will be told when it is due: by this process, or by one that serves this home."""
        return self.announce is not None or self.own_skills.agenda.memory.tell()

    def context(
        self,
        history: Sequence[Reply] = (),
        *,
        last: Reply | None = None,
        room: str = "",
        asker: str = "",
        tools: Sequence[str] = (),
        collections: Collections | EllipsisType = ...,
    ) -> Context:
        """Return what a turn may know, as `Context` has it.

        `tools` are the names that its client declares; without `collections`, those that everybody may ask.
        """

        def at_home(words: str, history: Sequence[Reply]) -> HomeIntent | None:
            return self._understood_at_home(words, history, room)

        return Context(
            history=history,
            last=last,
            skills=self.skills,
            home=at_home if self.home is not None else None,
            asker=asker,
            room=room,
            tools=self.tools.declared(tools) if tools else None,
            collections=self.access.everybodys if collections is ... else collections,
        )

    def recalled(self, history: Sequence[Reply]) -> list[Reply]:
        """Return exchanges that a client remembers with what they meant for the house understood again.

        So a client that keeps the conversation itself may say "yes" and "it". Only the newest are looked at; what they
        meant is remembered where they were said here, with what "it" was then.
        """
        known = list(history)
        if self.home is None:
            return known
        for number in range(max(0, len(known) - HOME_REMEMBERS), len(known)):
            reply = known[number]
            if (meant := self.recollection.meant(history[: number + 1])) is not None:
                known[number] = replace(reply, intent=meant[0], outcome=meant[1])
                continue
            intent = self._understood_at_home(reply.question[:MAX_QUESTION], known[:number], "")
            if intent is not None:
                asked = intent.kind == "ask_back" and intent.question == reply.spoken.strip()
                known[number] = replace(reply, intent=intent, outcome="asked_back" if asked else reply.outcome)
        return known

    def _understood_at_home(self, words: str, history: Sequence[Reply], room: str) -> HomeIntent | None:
        """What `words` mean for the house: "it" is what was spoken of last, "yes" answers what was just asked."""
        if self.home is None:
            return None
        from assistant.home.understanding.replies import YES

        newest = history[-1] if history else None
        pending = newest.intent if newest is not None and newest.outcome == "asked_back" else None
        spoken_of = (
            reply.intent.entities
            for age, reply in enumerate(reversed(history))
            if reply.intent is not None and not (age and reply.outcome == "asked_back")  # what was declined is not "it"
        )
        last = next((entities for entities in spoken_of if entities), ())
        before = newest.question if newest is not None and newest.intent is not None else ""
        if len(history) > 1 and history[-2].outcome == "asked_back" and before.strip(" .!,").casefold() in YES:
            before = history[-2].question  # what the "yes" said of itself says nothing
        return self.home.understand(
            words, self.home.context(room=room or None, last=last, before=before, pending=pending)
        )

    def report(self, reply: Reply, history: Sequence[Reply] = ()) -> None:
        """Tell whoever watches this process what a turn came to; does not wait."""
        if self.home is not None:
            self.recollection.note(history, reply)
            from assistant.home.ourselves import TurnReport

            stages = {stage.name: stage.spent_ms for stage in reply.stages}
            self.home.report_turn(
                TurnReport(
                    transcript=reply.question,
                    spoken=reply.spoken,
                    outcome=reply.outcome,
                    stages=stages,
                    total_ms=reply.total_ms,
                )
            )

    async def recognizer(self, *, live: bool = True) -> Recognizer:
        """Return the recognizer, biased to the library's words; loaded at the first call, and ready for live speech.

        Not `live`, for a recording, what live speech needs is left for when it is needed.
        Raises ReparteeError for a recognizer that is not installed.
        """
        async with self._choosing_recognizer:
            if self._recognizer is None:
                self._recognizer = await asyncio.to_thread(self._load_recognizer, self._phrases())
                self._stack.push_async_callback(self._recognizer.close)
            if live and not self._prepared:
                await self._recognizer.prepare()
                self._prepared = True
            return self._recognizer

    def _load_recognizer(self, phrases: list[Phrases]) -> Recognizer:
        """Load the one that is set; of "auto" it is said once if nothing good is here. Blocking."""
        from assistant.recognizers.choose import POCKETSPHINX, best_installed, hint_once, load_recognizer
        from assistant.recognizers.lexicon import Lexicon

        config, name = self.config, self.config.speech.recognizer
        if name == "auto":
            name = best_installed(config.cache_dir, config.models_dir)
            if name == POCKETSPHINX and (hint := hint_once(config.cache_dir)):
                log.warning("%s", hint)
        lexicon, language = Lexicon([self.library], phrases), config.speech.language
        return load_recognizer(name, config.cache_dir, lexicon, models_dir=config.models_dir, language=language)

    async def synthesizer(self) -> Synthesizer:
        """Return the voice; loaded at the first call. Raises ReparteeError for a voice that is not installed."""
        async with self._choosing_voice:
            if self._synthesizer is None:
                self._synthesizer = await self._loaded(self.config.speech.voice)
            return self._synthesizer

    async def voices(self) -> list[str]:
        """Return the names of the voices installed here, the one of `synthesizer` first."""
        from assistant.voices.choose import installed_voices

        own = await self._own_voice()
        others = await asyncio.to_thread(lambda: list(installed_voices(self.config.voices_dir)))
        return [own, *(name for name in others if name != own)]

    async def voice(self, name: str) -> Synthesizer:
        """Return one of `voices` by its name, loaded when first asked for; for any other name, that of `synthesizer`.

        Raises ReparteeError for a voice that is damaged.
        """
        if name == await self._own_voice() or name not in await self.voices():
            return await self.synthesizer()
        async with self._choosing_voice:
            if name not in self._further_voices:
                self._further_voices[name] = await self._loaded(name)
            return self._further_voices[name]

    async def _own_voice(self) -> str:
        wanted = self.config.speech.voice
        return (await self.synthesizer()).name if wanted == "auto" else wanted

    async def _loaded(self, name: str) -> Synthesizer:
        from assistant.voices.choose import load_synthesizer

        voice = await asyncio.to_thread(
            load_synthesizer, name, speed=self.config.speech.rate, folder=self.config.voices_dir
        )
        self._stack.push_async_callback(voice.close)
        return voice

    def _phrases(self) -> list[Phrases]:
        from assistant.skills.phrases import SkillPhrases

        skills = SkillPhrases(self.skills, (*self.own_skills.routines.phrases, *self.tools.phrases))
        if self.home is None:
            return [skills]
        from assistant.home.phrases import HomePhrases

        return [skills, HomePhrases(self.home)]

    async def in_library(self, work: Callable[..., T], *args: object, **options: object) -> T:
        """Run blocking `work` on the library's own thread."""
        return await self.answering.in_library(partial(work, **options), *args)

    async def close(self) -> None:
        """Release every part; safe to call twice."""
        await self._stack.aclose()

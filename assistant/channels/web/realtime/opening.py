"""How a Realtime session begins, whatever carries it: a conversation that is known, and its side of the protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Self

from assistant.channels.json import ApiError, Json, clean
from assistant.channels.web.realtime.protocol import Protocol
from assistant.dialogue.conversation import Conversation
from assistant.dialogue.sessions import Kind
from assistant.dialogue.settings import ConversationSettings
from assistant.ear.wake import WakeWordError, check_words
from assistant.service import Service
from assistant.telemetry.log import session
from engines.errors import ReparteeError
from knowledge.collections import Collections

MAX_NAME = 100  # characters of a session's name, and of its area


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who connects and with which settings: each of `wanted` is in the shape of session.update, the last one wins."""

    name: str = ""
    area: str = ""
    kind: Kind = "realtime"
    wake_words: tuple[str, ...] = ()
    collections: Collections = None
    transcribes_only: bool = False
    wanted: tuple[Json, ...] = ()

    @classmethod
    def asking(cls, query: Mapping[str, str], *wanted: Json | None, collections: Collections) -> Self:
        """Return who the parameters of an address say: `name`, `area`, `by`, `wake` and `intent=transcription`.

        Raises ApiError where they name a wake word that there is not.
        """
        name, area = (clean(query.get(key, "")).strip()[:MAX_NAME] for key in ("name", "area"))
        words = tuple(word for word in query.get("wake", "").split(",") if word)
        try:
            if words:
                check_words(words)
        except WakeWordError as error:
            raise ApiError("invalid_value", str(error)) from error
        return cls(
            name=name,
            area=area,
            kind="page" if query.get("by") == "page" else "realtime",
            wake_words=words,
            collections=collections,
            transcribes_only=query.get("intent") == "transcription",
            wanted=tuple(each for each in wanted if each),
        )


@asynccontextmanager
async def opened(
    service: Service, caller: Caller, *, plays: bool = False
) -> AsyncIterator[tuple[Conversation, Protocol]]:
    """Hold a session open; with `plays` the server plays replies itself.

    Raises ApiError where there is no room for it (503), or with settings that cannot be.
    """
    parts, config = service.parts, service.parts.config
    if service.sessions.full:
        sentence = f"All {config.serve.sessions} sessions are taken; try again later."
        raise ApiError("sessions_exhausted", sentence, status=503)
    area = caller.area or config.satellites.areas.get(caller.name, "")
    settings = replace(
        ConversationSettings.for_client(config),
        room=area,
        wake_words=caller.wake_words,
        collections=caller.collections,
    )
    conversation = Conversation(parts, settings=settings)
    with service.sessions.opened(conversation, name=caller.name, area=area, kind=caller.kind) as found:
        session.set(found.id)
        try:
            voice, voices = (await parts.synthesizer()).name, await parts.voices()
        except ReparteeError as error:
            raise ApiError("voice_unavailable", str(error), status=503) from error
        yield (
            conversation,
            Protocol(
                voice=voice,
                voices=voices,
                settings=settings,
                transcribes_only=caller.transcribes_only,
                session_id=found.id,
                wanted=caller.wanted,
                plays=plays,
            ),
        )

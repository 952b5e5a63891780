"""What the protocol asks of the shell: send an event, or do something with the conversation; carried out in order."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assistant.audio.formats import AudioFormat
from assistant.channels.web.realtime.events import Event
from assistant.channels.web.realtime.items import Item
from assistant.channels.web.realtime.session import Modality
from assistant.dialogue.settings import ConversationSettings
from assistant.turn.events import Reply


@dataclass(frozen=True)
class Send:
    """Send an event. With a generation it is audio, to be dropped when that reply is no longer current."""

    event: Event
    generation: int | None = None


@dataclass(frozen=True)
class Feed:
    """conversation.hear(pcm): int16[n] at 16 kHz; `live` from a microphone, and not sent by its client as an event."""

    pcm: NDArray[np.int16]
    live: bool = False


@dataclass(frozen=True)
class Play:
    """sound.play(pcm, generation): int16 mono at 24 kHz, of a line that plays replies itself."""

    pcm: bytes
    generation: int


@dataclass(frozen=True)
class PlayedOut:
    """sound.end(generation): all of this reply was given to play."""

    generation: int


@dataclass(frozen=True, eq=False)
class Bring:
    """conversation.hear_recording(pcm, tag=self), of which the item is made; when it refuses, Protocol.not_brought."""

    pcm: NDArray[np.int16]
    item: Item
    after: str | None
    event_id: str


@dataclass(frozen=True)
class Commit:
    """conversation.commit(); when it refuses, Protocol.refused."""

    event_id: str


@dataclass(frozen=True)
class Clear:
    """conversation.clear()."""


@dataclass(frozen=True, eq=False)
class Request:
    """A response.create: what its response looks like. The tag of the reply that it asks for."""

    event_id: str
    modality: Modality
    audio: AudioFormat
    metadata: dict[str, str] = field(default_factory=dict)
    aside: bool = False  # outside the conversation: no item of it, and not remembered
    note: str = ""  # what of the question was passed over


@dataclass(frozen=True)
class RespondAside:
    """conversation.respond_aside(question, alone=alone, tag=request)."""

    question: str
    alone: bool
    request: Request


@dataclass(frozen=True)
class Respond:
    """conversation.respond(question, tag=request)."""

    question: str | None
    request: Request


@dataclass(frozen=True)
class Say:
    """conversation.say(reply, tag=request): what the client's functions gave back."""

    reply: Reply
    request: Request


@dataclass(frozen=True)
class Interrupt:
    """conversation.interrupt()."""


@dataclass(frozen=True)
class Truncate:
    """conversation.truncate(generation, heard_ms); then Protocol.truncated, before the client's next event."""

    generation: int
    heard_ms: int
    item_id: str
    event_id: str = ""
    wished: bool = True  # by the client; else the server itself knows what was played


@dataclass(frozen=True)
class Remember:
    """conversation.remember(question, answer, generation)."""

    question: str
    answer: str
    generation: int


@dataclass(frozen=True)
class Forget:
    """conversation.forget(generation)."""

    generation: int


@dataclass(frozen=True)
class Update:
    """conversation.update(settings)."""

    settings: ConversationSettings


Output = (
    Send
    | Feed
    | Play
    | PlayedOut
    | Bring
    | Commit
    | Clear
    | Respond
    | RespondAside
    | Say
    | Interrupt
    | Truncate
    | Remember
    | Forget
    | Update
)

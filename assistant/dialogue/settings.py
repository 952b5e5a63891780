"""What a conversation may be told to do otherwise while it goes on: how turns end, whether it speaks, who it is for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.access import Access
from assistant.ear.endpointer import SILENCE_MS, Waits
from knowledge.collections import Collections

if TYPE_CHECKING:
    from assistant.config import Config


@dataclass(frozen=True)
class TurnDetection:
    """How the end of a person's turn is found.

    With `adaptive`, the silence waited for is shorter than `silence_ms` where the words look complete and longer where
    they look unfinished; without, it is always `silence_ms`.
    """

    threshold: float = 0.5
    prefix_padding_ms: int = 300
    silence_ms: int = SILENCE_MS
    adaptive: bool = True
    create_response: bool = True
    interrupt_response: bool = True

    @property
    def waits(self) -> Waits:
        """The silences that are waited for."""
        return Waits.around(self.silence_ms, adaptive=self.adaptive)


@dataclass(frozen=True)
class ConversationSettings:
    """What a client may change while it is connected. `turn_detection` None is push-to-talk.

    `echo_cancelled` False means that the microphone hears the loudspeaker: then what is heard during a reply is not
    taken for speech (half duplex). `expires_s` is the silence after which earlier turns are forgotten. With
    `wake_words`, speech counts only after one of them, or soon after a reply. `voice` is one of those installed by its
    name, "" for the usual one, and `speed` how many times as fast as usual it speaks. `room` is the area the person is
    in, "" where that is not known. `tools` are the names of the functions that the client can be called for, and
    `collections` are those of the documents that may be asked here.
    """

    turn_detection: TurnDetection | None = field(default_factory=TurnDetection)
    speak: bool = True
    speculate: bool = True
    echo_cancelled: bool = True
    expires_s: float = 300.0
    wake_words: tuple[str, ...] = ()
    voice: str = ""
    speed: float = 1.0
    room: str = ""
    tools: tuple[str, ...] = ()
    collections: Collections = None

    @classmethod
    def of(cls, config: Config) -> ConversationSettings:
        """Return what the configuration says for this machine's own microphone."""
        ear, settings = config.ear, cls.for_client(config)
        assert settings.turn_detection is not None
        detection = replace(
            settings.turn_detection,
            threshold=ear.threshold,
            prefix_padding_ms=ear.prefix_ms,
            adaptive=ear.adaptive,
        )
        return replace(
            settings,
            turn_detection=detection,
            echo_cancelled=ear.echo_cancelled,
            wake_words=ear.wake_words,
            collections=None,
        )

    @classmethod
    def for_client(cls, config: Config) -> ConversationSettings:
        """Return what the configuration says for a client over the network, which sets its own turn detection."""
        return cls(
            turn_detection=TurnDetection(silence_ms=round(config.budget.endpoint)),
            speculate=config.conversation.speculate,
            expires_s=config.conversation.expires_s,
            collections=Access.of(config).everybodys,
        )

"""What a client asks, as actions: the protocol's side of one connection. No I/O: events in, actions out.

A client may ask several things after each other on one connection; Home Assistant opens a new one for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant.audio.samples import RATE, Pcm
from assistant.channels.wyoming.sound import Sound, format_of
from assistant.ear.wake import WAKE_WORDS
from assistant.languages import is_spoken
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from wyoming.event import Event

MAX_TEXT = 10_000  # characters to be said in one go
MAX_RECORDING = 120 * RATE  # samples of one utterance
MAX_CONTEXT = 16 * 1024  # characters of a context, which is sent back with the answer


class BadEventError(ReparteeError):
    """An event that is known and cannot be followed."""


@dataclass(frozen=True)
class Send:
    """Send this event."""

    event: Event


@dataclass(frozen=True)
class BeginHearing:
    """Begin to recognise an utterance, to be told of with `context`."""

    context: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Hear:
    """The next of its audio: int16[n] at 16 kHz."""

    pcm: Pcm


@dataclass(frozen=True)
class EndHearing:
    """The utterance is over: tell its words."""


@dataclass(frozen=True)
class BeginWaking:
    """Listen for these words, for all that are set up if there are none."""

    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listen:
    """The next of the audio in which they are waited for: int16[n] at 16 kHz."""

    pcm: Pcm


@dataclass(frozen=True)
class EndWaking:
    """The audio is over."""


@dataclass(frozen=True)
class BeginSaying:
    """Begin to say a text that is still to come."""


@dataclass(frozen=True)
class SayMore:
    """The next of it."""

    text: str


@dataclass(frozen=True)
class EndSaying:
    """The text is complete; `streamed` where the client sent it in pieces."""

    streamed: bool


@dataclass(frozen=True)
class Take:
    """Answer or do this."""

    text: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Understand:
    """Say what this means, without doing it."""

    text: str
    context: Mapping[str, Any] = field(default_factory=dict)


Action = (
    Send
    | BeginHearing
    | Hear
    | EndHearing
    | BeginWaking
    | Listen
    | EndWaking
    | BeginSaying
    | SayMore
    | EndSaying
    | Take
    | Understand
)


class Protocol:
    """Reads what one client sends. `info` is the answer to `describe`."""

    def __init__(self, info: Event) -> None:
        self._info = info
        models = [model for program in info.data.get("asr", ()) for model in program["models"]]
        self._heard: list[str] = [language for model in models for language in model["languages"]]
        self._sound = Sound()
        self._hearing = self._waking = self._saying = False
        self._context: Mapping[str, Any] | None = None  # of the transcription that was asked for
        self._samples = self._letters = 0

    def receive(self, event: Event) -> Sequence[Action]:
        """Return what to do about an event; nothing about one that is unknown or that servers only send.

        One that cannot be followed is answered with an `error`, and what it belonged to is dropped.
        """
        receiver = RECEIVERS.get(event.type)
        if receiver is None:
            return ()
        try:
            return receiver(self, event)
        except ReparteeError as error:
            return (Send(error_event(str(error), "bad-event")),)

    def _describe(self, event: Event) -> Sequence[Action]:  # noqa: ARG002
        return (Send(self._info),)

    def _ping(self, event: Event) -> Sequence[Action]:
        from wyoming.ping import Pong

        return (Send(Pong(text=_text(event, optional=True) or None).event()),)

    def _transcribe(self, event: Event) -> Sequence[Action]:
        language = event.data.get("language")
        if isinstance(language, str) and language and not self._hears(language):
            raise BadEventError(f"'{language[:20]}' is not heard here; {', '.join(self._heard)} is.")
        self._waking, self._context = False, context_of(event)
        return ()

    def _hears(self, language: str) -> bool:
        return is_spoken(language) or language.lower().replace("_", "-").partition("-")[0] in self._heard

    def _detect(self, event: Event) -> Sequence[Action]:
        names = event.data.get("names") or []
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise BadEventError("detect has a list of names of wake words, or none.")
        words = tuple(dict.fromkeys(name.lower().replace(" ", "_") for name in names))
        if any(word not in WAKE_WORDS for word in words):
            raise BadEventError(f"detect names wake words of {', '.join(WAKE_WORDS)}; this names another.")
        self._waking = True
        return (BeginWaking(words),)

    def _audio_start(self, event: Event) -> Sequence[Action]:
        format_of(event.data)
        return self._begin_audio()

    def _begin_audio(self) -> Sequence[Action]:
        self._sound.begin()
        self._samples, self._hearing = 0, not self._waking
        return (BeginHearing(self._context),) if self._hearing else ()

    def _audio_chunk(self, event: Event) -> Sequence[Action]:
        begun = () if self._hearing or self._waking else self._begin_audio()
        pcm = self._sound.decode(event)
        self._samples += len(pcm)
        if self._waking:
            return (*begun, Listen(pcm))
        if self._samples > MAX_RECORDING:
            self._hearing = False
            seconds = MAX_RECORDING // RATE
            raise BadEventError(f"More than {seconds} seconds were sent for one utterance; send audio-stop before.")
        return (*begun, Hear(pcm))

    def _audio_stop(self, event: Event) -> Sequence[Action]:  # noqa: ARG002
        tail = self._sound.end()
        if self._waking:
            self._waking = False
            return (Listen(tail), EndWaking())
        begun = () if self._hearing else self._begin_audio()
        self._hearing, self._context = False, None
        return (*begun, Hear(tail), EndHearing())

    def _synthesize(self, event: Event) -> Sequence[Action]:
        text = _text(event)
        if self._saying:  # the whole text once more, for servers that do not take it in pieces
            return ()
        if len(text) > MAX_TEXT:
            raise BadEventError(f"The text has {len(text)} characters; at most {MAX_TEXT} are said in one go.")
        return BeginSaying(), SayMore(text), EndSaying(streamed=False)

    def _synthesize_start(self, event: Event) -> Sequence[Action]:  # noqa: ARG002
        self._saying, self._letters = True, 0
        return (BeginSaying(),)

    def _synthesize_chunk(self, event: Event) -> Sequence[Action]:
        text = _text(event)
        if not self._saying:
            raise BadEventError("synthesize-chunk comes after synthesize-start; this came without it.")
        self._letters += len(text)
        if self._letters > MAX_TEXT:
            self._saying = False
            raise BadEventError(f"The text has more than {MAX_TEXT} characters, which is the most for one go.")
        return (SayMore(text),)

    def _synthesize_stop(self, event: Event) -> Sequence[Action]:  # noqa: ARG002
        if not self._saying:
            raise BadEventError("synthesize-stop comes after synthesize-start; this came without it.")
        self._saying = False
        return (EndSaying(streamed=True),)

    def _transcript(self, event: Event) -> Sequence[Action]:
        return (Take(_text(event), context_of(event) or {}),)

    def _recognize(self, event: Event) -> Sequence[Action]:
        return (Understand(_text(event), context_of(event) or {}),)


Receiver = Callable[[Protocol, "Event"], Sequence[Action]]
#: What is done about each type of event that a client sends.
RECEIVERS: dict[str, Receiver] = {
    "describe": Protocol._describe,  # noqa: SLF001
    "ping": Protocol._ping,  # noqa: SLF001
    "transcribe": Protocol._transcribe,  # noqa: SLF001
    "detect": Protocol._detect,  # noqa: SLF001
    "audio-start": Protocol._audio_start,  # noqa: SLF001
    "audio-chunk": Protocol._audio_chunk,  # noqa: SLF001
    "audio-stop": Protocol._audio_stop,  # noqa: SLF001
    "synthesize": Protocol._synthesize,  # noqa: SLF001
    "synthesize-start": Protocol._synthesize_start,  # noqa: SLF001
    "synthesize-chunk": Protocol._synthesize_chunk,  # noqa: SLF001
    "synthesize-stop": Protocol._synthesize_stop,  # noqa: SLF001
    "transcript": Protocol._transcript,  # noqa: SLF001
    "recognize": Protocol._recognize,  # noqa: SLF001
}


def error_event(sentence: str, code: str) -> Event:
    """Return an `error`."""
    from wyoming.error import Error

    return Error(text=sentence, code=code).event()


def context_of(event: Event) -> dict[str, Any] | None:
    """Return the context that an event carries, None where it has none. Raises BadEventError."""
    context = event.data.get("context")
    if context is None:
        return None
    if not isinstance(context, dict):
        raise BadEventError("The context of an event is a JSON object; this is none.")
    if len(repr(context)) > MAX_CONTEXT:
        raise BadEventError(f"The context of an event has at most {MAX_CONTEXT} characters; this has more.")
    return context


def _text(event: Event, *, optional: bool = False) -> str:
    text = event.data.get("text")
    if text is None and optional:
        return ""
    if not isinstance(text, str):
        raise BadEventError(f"{event.type} has a text; this one has none.")
    return text

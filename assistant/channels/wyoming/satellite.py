"""What a satellite and a conversation tell each other: the protocol's side of one satellite. No I/O.

A satellite is a server that we connect to. It is told `run-satellite`; when it wants something said or heard it sends
`run-pipeline` and audio, and is sent what was heard and the sound of the reply.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from assistant.audio.samples import RATE
from assistant.channels.wyoming.protocol import Hear, Send, error_event
from assistant.channels.wyoming.services import audio_chunks
from assistant.channels.wyoming.sound import Sound
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
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from wyoming.event import Event

PATIENCE_S = 10.0  # of audio without speech, after which nothing more is waited for
#: Home Assistant's code for a satellite that heard what another one answers.
OVERHEARD_CODE = "duplicate_wake_up_detected"
OVERHEARD = "Another satellite heard that better and answers it."
NO_WAKE_WORD = "No wake word is set up here; set ear.wake_words, or let the satellite listen for its own."


@dataclass(frozen=True)
class Listen:
    """Listen from here on, with these settings; what was heard before is not part of it."""

    settings: ConversationSettings


@dataclass(frozen=True)
class Announce:
    """Say this."""

    text: str


@dataclass(frozen=True)
class Pong:
    """The satellite is there."""


@dataclass(frozen=True)
class Wake:
    """The satellite heard a wake word itself, "" where it does not say which."""

    word: str


Action = Send | Listen | Hear | Announce | Wake | Pong


class SatelliteProtocol:
    """One connection with one satellite. `settings` are those of its conversation, `wake_words` those set up here."""

    def __init__(self, settings: ConversationSettings, wake_words: Sequence[str]) -> None:
        self._settings, self._wake_words = settings, tuple(wake_words)
        self._sound = Sound()
        self.listening = False
        self._again = False  # the pipeline starts anew at its end
        self._own_word = False  # the satellite itself listens for its wake word
        self._goes_on = False  # audio may come after the end of a pipeline, for the next wake word
        self._speech = False  # the person speaks
        self._waits = False  # for speech that must come within PATIENCE_S
        self._samples = 0
        self._speaking: int | None = None  # the generation whose audio-start was sent
        self._sent_ms = 0

    def opened(self) -> list[Event]:
        """What a satellite is told first."""
        return [_run_satellite()]

    def receive(self, event: Event) -> Sequence[Action]:
        """Return what to do about an event of the satellite's; nothing about what it only tells."""
        try:
            return self._received(event)
        except ReparteeError as error:
            self._stop()
            return (Send(error_event(str(error), "bad-event")),)

    def _received(self, event: Event) -> Sequence[Action]:
        match event.type:
            case "ping":
                return (Send(_pong(event)),)
            case "pong":
                return (Pong(),)
            case "run-pipeline":
                return self._run(event)
            case "detection":
                name = event.data.get("name")
                return (Wake(name if isinstance(name, str) else ""),)
            case "audio-chunk":
                return self._hear(event)
            case "audio-stop":
                self._stop()
        return ()

    def _run(self, event: Event) -> Sequence[Action]:
        from wyoming.pipeline import PipelineStage, RunPipeline
        from wyoming.wake import Detect

        try:
            wanted = RunPipeline.from_event(event)
        except (KeyError, ValueError, TypeError) as error:
            raise ReparteeError("run-pipeline names a first and a last stage that follow each other.") from error
        if wanted.start_stage is PipelineStage.TTS:
            text = wanted.announce_text
            return (Announce(text),) if isinstance(text, str) and text.strip() else ()
        if wanted.start_stage not in (PipelineStage.WAKE, PipelineStage.ASR):
            raise ReparteeError("A satellite's pipeline begins with wake, asr or tts here.")
        by_word = wanted.start_stage is PipelineStage.WAKE
        if by_word and not self._wake_words:
            raise ReparteeError(NO_WAKE_WORD)
        self._sound.begin()
        self._own_word, self._goes_on, self._speech = not by_word, by_word, False
        self.listening, self._again, self._waits, self._samples = True, bool(wanted.restart_on_end), not by_word, 0
        assert self._settings.turn_detection is not None
        answers = wanted.end_stage is not PipelineStage.ASR
        settings = replace(
            self._settings,
            wake_words=self._wake_words if by_word else (),
            speak=wanted.end_stage is PipelineStage.TTS,
            turn_detection=replace(self._settings.turn_detection, create_response=answers),
        )
        listen = Listen(settings)
        return (listen, Send(Detect(names=list(self._wake_words)).event())) if by_word else (listen,)

    def _hear(self, event: Event) -> Sequence[Action]:
        if not self.listening:
            return ()
        pcm = self._sound.decode(event)
        self._samples += len(pcm)
        if self._waits and self._samples > PATIENCE_S * RATE:
            self._ended()
            return tuple(map(Send, _told("No speech was heard.", "stt-no-text-recognized")))
        return (Hear(pcm),)

    def _stop(self) -> None:
        self.listening = self._again = self._waits = self._goes_on = False

    def _ended(self) -> None:
        """The pipeline came to nothing; what is sent on may hold the next wake word."""
        self._waits = False
        if not self._goes_on:
            self._stop()

    def tell(self, event: ConversationEvent) -> list[Event]:
        """Return what the satellite is to know of an event of its conversation."""
        from wyoming.asr import Transcript
        from wyoming.vad import VoiceStarted, VoiceStopped
        from wyoming.wake import Detection, NotDetected

        match event:
            case Woken(word, audio_ms):
                if self._own_word:
                    return []
                self._waits, self._samples = not (self._again or self._speech), 0
                return [Detection(name=word, timestamp=audio_ms).event()]
            case Overheard():
                self._speech = False
                if self._again:
                    return [NotDetected().event()]
                self._ended()
                return _told(OVERHEARD, OVERHEARD_CODE)
            case SpeechStarted(audio_ms=audio_ms):
                self._waits, self._speech = False, True
                return [VoiceStarted(timestamp=audio_ms).event()]
            case SpeechStopped(audio_ms=audio_ms):
                self._speech = False
                return [VoiceStopped(timestamp=audio_ms).event()]
            case Heard(transcript=transcript):
                self._heard()
                return [Transcript(text=transcript.text).event()]
            case HearingFailed(sentence=sentence):
                self._heard()
                failed = error_event(sentence, "stt-stream-failed")
                return [failed] if self.listening else _told(sentence, "stt-stream-failed")
            case ReplyAudio():
                return self._audio(event)
            case ReplyDone():
                return self._done(event)
            case Committed() | Cleared() | Partial() | ReplyStarted() | ReplyText():
                return []
            case _:
                assert_never(event)

    def _heard(self) -> None:
        """The pipeline has what it was run for.

        One that streams always (wyoming-satellite 1.0 without a wake word of its own) runs no further one, and expects
        that the next wake word in what it sends is heard all the same.
        """
        if not self._goes_on:
            self._stop()

    def _audio(self, event: ReplyAudio) -> list[Event]:
        from wyoming.audio import AudioStart

        begun: list[Event] = []
        if self._speaking != event.generation:
            begun = self._silent()
            self._speaking, self._sent_ms = event.generation, 0
            begun.append(AudioStart(rate=event.rate, width=2, channels=1, timestamp=0).event())
        chunks = audio_chunks(event.pcm, event.rate, self._sent_ms)
        self._sent_ms += len(event.pcm) * 500 // event.rate
        return [*begun, *chunks]

    def _done(self, event: ReplyDone) -> list[Event]:
        ended = self._silent() if event.generation == self._speaking else []
        return [*ended, error_event(event.error, "intent-failed")] if event.error else ended

    def _silent(self) -> list[Event]:
        from wyoming.audio import AudioStop

        if self._speaking is None:
            return []
        self._speaking = None
        return [AudioStop(timestamp=self._sent_ms).event()]


def _run_satellite() -> Event:
    from wyoming.satellite import RunSatellite

    return RunSatellite().event()


def _told(sentence: str, code: str) -> list[Event]:
    """Return what ends a pipeline that came to nothing.

    wyoming-satellite 1.0 takes an error for nothing and sends audio on: only a transcript or this has it wait again.
    """
    return [error_event(sentence, code), _run_satellite()]


def _pong(event: Event) -> Event:
    from wyoming.ping import Pong

    text = event.data.get("text")
    return Pong(text=text if isinstance(text, str) else None).event()

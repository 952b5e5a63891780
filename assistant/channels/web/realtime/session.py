"""The session object: what a client may set, what of it is in effect, and what it means for a conversation."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.audio.formats import PCM_RATES, AudioFormat
from assistant.channels.json import ApiError, Json, checked
from assistant.channels.web.realtime.beta import refuse_fields
from assistant.dialogue.settings import ConversationSettings, TurnDetection
from assistant.ear.endpointer import SILENCE_MS
from assistant.languages import is_spoken
from assistant.voices.voice import FASTEST, SLOWEST

Modality = Literal["audio", "text"]

#: By how much longer a silence ends a turn when semantic_vad's eagerness asks for patience or haste.
EAGERNESS = {"low": 2.5, "medium": 1.0, "auto": 1.0, "high": 2 / 3}

#: Fields that are kept and shown; of them only `tools`, `tool_choice` and `include` change anything here: a reader of
#: documents takes no instructions.
KEPT = ("instructions", "tools", "tool_choice", "include", "prompt", "tracing", "truncation", "reasoning", "metadata")

LEAST_SILENCE_MS = 100  # less would end turns between two words
MAX_KEPT_BYTES = 256 * 1024
MAX_DEPTH = 32


@dataclass(frozen=True)
class Vad:
    """Turn detection as the API has it. `silence_duration_ms` None is the adaptive endpointer of the house."""

    type: Literal["server_vad", "semantic_vad"] = "server_vad"
    threshold: float = 0.5
    prefix_padding_ms: int = 300
    silence_duration_ms: int | None = None
    eagerness: str = "auto"
    create_response: bool = True
    interrupt_response: bool = True

    def to_json(self, usual_ms: int) -> Json:
        """Return the object that a session shows; a silence that adapts shows its middle, `usual_ms`."""
        shared = {"create_response": self.create_response, "interrupt_response": self.interrupt_response}
        if self.type == "semantic_vad":
            return {"type": self.type, "eagerness": self.eagerness} | shared
        silence = usual_ms if self.silence_duration_ms is None else self.silence_duration_ms
        return {
            "type": self.type,
            "threshold": self.threshold,
            "prefix_padding_ms": self.prefix_padding_ms,
            "silence_duration_ms": silence,
            "idle_timeout_ms": None,
        } | shared

    def turn_detection(self, usual_ms: int, *, create_response: bool) -> TurnDetection:
        """Return the conversation's settings; `usual_ms` is the silence where the client wants no other."""
        semantic = self.type == "semantic_vad"
        silence = round(usual_ms * EAGERNESS[self.eagerness]) if semantic else self.silence_duration_ms
        return TurnDetection(
            threshold=self.threshold,
            prefix_padding_ms=self.prefix_padding_ms,
            silence_ms=usual_ms if silence is None else silence,
            adaptive=semantic or self.silence_duration_ms is None,
            create_response=create_response and self.create_response,
            interrupt_response=self.interrupt_response,
        )


@dataclass(frozen=True)
class Session:
    """One connection's settings. `voice` is the synthesizer's name, which a client changes for one of `voices`.

    `silence_ms` is the silence that ends a turn where the client does not ask for another one.
    """

    id: str
    type: Literal["realtime", "transcription"] = "realtime"
    model: str = "repartee"
    voice: str = "default"
    voices: tuple[str, ...] = ()
    speed: float = 1.0
    modality: Modality = "audio"
    input_format: AudioFormat = field(default_factory=AudioFormat)
    output_format: AudioFormat = field(default_factory=AudioFormat)
    transcription: Json | None = None
    noise_reduction: Json | None = None
    vad: Vad | None = field(default_factory=Vad)
    kept: Json = field(default_factory=dict)
    silence_ms: int = SILENCE_MS

    def to_json(self) -> Json:
        """Return the session object: what is in effect, not what was asked for."""
        audio: Json = {
            "input": {
                "format": self.input_format.to_json(),
                "transcription": self.transcription,
                "noise_reduction": self.noise_reduction,
                "turn_detection": self.vad.to_json(self.silence_ms) if self.vad else None,
            }
        }
        shown: Json = {"id": self.id, "object": f"realtime.{'transcription_' * self.transcribes_only}session"}
        shown |= {"type": self.type, "audio": audio}
        if self.transcribes_only:
            return shown
        audio["output"] = {"format": self.output_format.to_json(), "voice": self.voice, "speed": self.speed}
        defaults: Json = {"instructions": "", "tools": [], "tool_choice": "auto"}
        return (
            shown
            | {"model": self.model, "output_modalities": [self.modality], "max_output_tokens": "inf"}
            | defaults
            | self.kept
        )

    @property
    def tools(self) -> tuple[str, ...]:
        """The names of the functions that the client can be called for."""
        return () if self.kept.get("tool_choice") == "none" else declared_tools(self.kept.get("tools"))

    def includes(self, what: str) -> bool:
        """Whether the client asks for something that is not told otherwise."""
        wanted = self.kept.get("include")
        return isinstance(wanted, list) and what in wanted

    @property
    def transcribes_only(self) -> bool:
        """Whether this is a transcription session, which hears and never replies."""
        return self.type == "transcription"

    def conversation_settings(self, base: ConversationSettings) -> ConversationSettings:
        """Return `base` with what the client set."""
        detection = None
        if self.vad is not None:
            detection = self.vad.turn_detection(self.silence_ms, create_response=not self.transcribes_only)
        return dataclasses.replace(
            base,
            turn_detection=detection,
            speak=self.modality == "audio",
            voice=self.voice if self.voice in self.voices[1:] else "",
            speed=self.speed,
            tools=self.tools,
            speculate=base.speculate and not self.transcribes_only,
        )

    def updated(self, patch: Json) -> Session:
        """Return the session after `session.update`; unknown fields are ignored.

        Raises ApiError naming the parameter for a value that cannot be.
        """
        refuse_fields(patch, "session")
        changes: Json = {}
        if (kind := patch.get("type")) is not None:
            changes["type"] = _one_of(kind, ("realtime", "transcription"), "session.type")
        if (model := patch.get("model")) is not None:
            changes["model"] = checked(model, str, "session.model")[:200]
        if (modalities := patch.get("output_modalities")) is not None:
            changes["modality"] = modality(modalities, "session.output_modalities")
        audio = _object(patch, "audio", "session.audio")
        self._update_input(_object(audio, "input", "session.audio.input"), changes)
        output = _object(audio, "output", "session.audio.output")
        if output.get("format") is not None:
            changes["output_format"] = audio_format(output["format"], "session.audio.output.format")
        if output.get("voice") in self.voices:  # any other name, such as one of the API's own, means the voice there is
            changes["voice"] = output["voice"]
        if (speed := output.get("speed")) is not None:
            speed = float(speed) if type(speed) is int else speed
            changes["speed"] = _between(speed, SLOWEST, FASTEST, "session.audio.output.speed")
        kept = {name: patch[name] for name in KEPT if patch.get(name) is not None}
        for name, kind in (("instructions", str), ("tools", list)):
            if name in kept:
                checked(kept[name], kind, f"session.{name}")
        kept = self.kept | kept
        if _depth(kept) > MAX_DEPTH or len(repr(kept)) > MAX_KEPT_BYTES:
            raise ApiError(
                "invalid_value", f"The session may hold 256 KiB, nested {MAX_DEPTH} deep; shorten its tools."
            )
        return dataclasses.replace(self, **changes, kept=kept).that_transcribes()

    def that_transcribes(self) -> Session:
        """Return the session with transcripts where there is nothing else to be had."""
        wanted = self.transcribes_only and self.transcription is None
        return dataclasses.replace(self, transcription={"model": "repartee"}) if wanted else self

    def _update_input(self, given: Json, changes: Json) -> None:
        where = "session.audio.input"
        if given.get("format") is not None:
            changes["input_format"] = audio_format(given["format"], f"{where}.format")
        if "noise_reduction" in given:
            reduction = given["noise_reduction"]
            changes["noise_reduction"] = None if reduction is None else _typed(reduction, f"{where}.noise_reduction")
        if "transcription" in given:
            changes["transcription"] = _transcription(given["transcription"], f"{where}.transcription")
        if "turn_detection" in given:
            changes["vad"] = self._vad(given["turn_detection"], f"{where}.turn_detection")

    def _vad(self, given: Any, where: str) -> Vad | None:
        if given is None or given is False:
            return None
        if given is True:
            return self.vad or Vad()
        given = checked(given, dict, where)
        kind = _one_of(given.get("type") or (self.vad or Vad()).type, ("server_vad", "semantic_vad"), f"{where}.type")
        base = self.vad if self.vad and self.vad.type == kind else Vad(type=kind)
        changes: Json = {}
        for name, low, high in (
            ("threshold", 0.0, 1.0),
            ("prefix_padding_ms", 0, 5_000),
            ("silence_duration_ms", 0, 10_000),
        ):
            if (value := given.get(name)) is not None:
                changes[name] = _between(value, low, high, f"{where}.{name}")
        if "silence_duration_ms" in changes:
            changes["silence_duration_ms"] = max(LEAST_SILENCE_MS, changes["silence_duration_ms"])
        for name in ("create_response", "interrupt_response"):
            if (value := given.get(name)) is not None:
                changes[name] = checked(value, bool, f"{where}.{name}")
        if (eagerness := given.get("eagerness")) is not None:
            changes["eagerness"] = _one_of(eagerness, tuple(EAGERNESS), f"{where}.eagerness")
        return dataclasses.replace(base, **changes)


def declared_tools(given: Any) -> tuple[str, ...]:
    """Return the names of the functions among the tools of a request, in the shape of Realtime or in that of a chat."""
    tools = [tool for tool in given if isinstance(tool, dict)] if isinstance(given, list) else []
    functions = [tool.get("function", tool) for tool in tools if tool.get("type") == "function"]
    names = [function.get("name") for function in functions if isinstance(function, dict)]
    return tuple(name for name in names if isinstance(name, str))


def modality(given: Any, param: str) -> Modality:
    """Return "audio" or "text". The API knows ["audio"] and ["text"]; audio comes with its words anyway."""
    given = checked(given, list, param)
    if not given or any(name not in ("audio", "text") for name in given):
        raise ApiError("invalid_value", f'\'{param}\' must be ["audio"] or ["text"].', param=param)
    return "audio" if "audio" in given else "text"


def audio_format(given: Any, param: str) -> AudioFormat:
    """Return the format of a format object. Raises ApiError for any but the API's three, and PCM of 16 kHz."""
    given = checked(given, dict, param)
    found = AudioFormat(_one_of(given.get("type"), ("audio/pcm", "audio/pcmu", "audio/pcma"), f"{param}.type"))
    rates = PCM_RATES if found.type == "audio/pcm" else (found.rate,)
    if (rate := given.get("rate")) is None:
        return found
    if rate not in rates:
        raise ApiError(
            "invalid_value", f"'{param}.rate' must be {' or '.join(map(str, rates))}.", param=f"{param}.rate"
        )
    return AudioFormat(found.type, int(rate)) if found.type == "audio/pcm" else found


def _transcription(given: Any, param: str) -> Json | None:
    if given is None:
        return None
    given = checked(given, dict, param)
    texts = {name: checked(given[name], str, f"{param}.{name}") for name in _TEXTS if given.get(name) is not None}
    if not is_spoken(texts.get("language") or "en"):
        raise ApiError(
            "invalid_value",
            f"'{param}.language' must be en, not '{texts['language'][:35]}'; only English is heard.",
            param=f"{param}.language",
        )
    return {"model": "repartee"} | {name: text[:1000] for name, text in texts.items()}


_TEXTS = ("model", "language", "prompt")


def _typed(given: Any, param: str) -> Json:
    kind = checked(given, dict, param).get("type")
    return {"type": _one_of(kind, ("near_field", "far_field"), f"{param}.type")}


def _object(parent: Json, name: str, param: str) -> Json:
    value = parent.get(name)
    found: Json = {} if value is None else checked(value, dict, param)
    return found


def _depth(value: Any, level: int = 0) -> int:
    """Return how deep a JSON value is nested, counting no further than one past the limit."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return level if level > MAX_DEPTH else max((_depth(child, level + 1) for child in children), default=level)


def _one_of(given: Any, allowed: tuple[str, ...], param: str) -> Any:
    if given not in allowed:
        raise ApiError("invalid_value", f"'{param}' must be one of {', '.join(allowed)}.", param=param)
    return given


def _between(given: Any, low: float, high: float, param: str) -> float:
    value: float = checked(given, type(low), param)
    if not low <= value <= high:
        raise ApiError("invalid_value", f"'{param}' must be from {low} to {high}.", param=param)
    return value

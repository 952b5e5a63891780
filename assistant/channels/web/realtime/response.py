"""One response: the order of its events, its single message with its single part, its usage and its metadata."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from assistant.audio.formats import Encoder
from assistant.channels.json import Json
from assistant.channels.web.realtime import server_events
from assistant.channels.web.realtime.actions import Request
from assistant.channels.web.realtime.events import Event
from assistant.channels.web.realtime.items import Item
from assistant.channels.web.realtime.metadata import reply_metadata
from assistant.dialogue import events as said


@dataclass
class Response:
    """A reply of the conversation on its way to the client. `item` is its message once there is something to say."""

    id: str
    generation: int
    request: Request
    conversation_id: str
    voice: str
    item: Item | None = None
    input_audio_ms: int = 0
    text: str = ""
    audio_bytes: int = 0

    def __post_init__(self) -> None:
        self._encoder = Encoder(self.request.audio)
        self._previous_item_id: str | None = None

    @property
    def _spoken(self) -> bool:
        return self.request.modality == "audio"

    def created(self) -> list[Event]:
        """Return what announces the response; the client's own metadata is what it knows the response by."""
        return [server_events.ResponseCreated(response=self._to_json("in_progress", None, self.request.metadata))]

    def opened(self, previous_item_id: str | None) -> list[Event]:
        """Return what comes before the first delta, in the order that clients rely on."""
        self._previous_item_id = previous_item_id
        item = self._item.to_json()
        added = [server_events.ItemAdded(item=item, previous_item_id=previous_item_id)]
        return [
            server_events.OutputItemAdded(response_id=self.id, item=item),
            *([] if self.request.aside else added),
            server_events.ContentPartAdded(**self._place, part=self._part("")),
        ]

    def called(self, item: Item, previous_item_id: str | None) -> list[Event]:
        """Return what tells of a function call, which is the whole of the response."""
        self.item, shown = item, item.to_json()
        begun = shown | {"status": "in_progress", "arguments": ""}
        call: Json = {"response_id": self.id, "item_id": item.id, "call_id": item.fields["call_id"]}
        name, arguments = item.fields["name"], item.fields["arguments"]
        return [
            server_events.OutputItemAdded(response_id=self.id, item=begun),
            server_events.ItemAdded(item=begun, previous_item_id=previous_item_id),
            server_events.FunctionCallArgumentsDelta(**call, delta=arguments),
            server_events.FunctionCallArgumentsDone(**call, name=name, arguments=arguments),
            server_events.OutputItemDone(response_id=self.id, item=shown),
            server_events.ItemDone(item=shown, previous_item_id=previous_item_id),
        ]

    def text_delta(self, text: str) -> list[Event]:
        """Return the event for more words."""
        self.text += text
        delta = server_events.AudioTranscriptDelta if self._spoken else server_events.TextDelta
        return [delta(**self._place, delta=text)]

    def audio(self, pcm: bytes, rate: int) -> bytes:
        """Return more audio, of int16 mono at `rate` Hz, in the client's format; none while it is held back."""
        return self._counted(self._encoder.encode(pcm, rate))

    def audio_tail(self) -> bytes:
        """Return what the resampler held back."""
        return self._counted(self._encoder.flush())

    def _counted(self, data: bytes) -> bytes:
        if not data or not self._spoken:
            return b""
        self.audio_bytes += len(data)
        self._item.audio_ms = self.audio_bytes * 1000 // self.request.audio.bytes_per_second
        return data

    def audio_delta(self, data: bytes) -> Event:
        """Return the event that carries audio in the client's format."""
        return server_events.AudioDelta(**self._place, delta=base64.b64encode(data).decode("ascii"))

    def done(self, event: said.ReplyDone) -> list[Event]:
        """Return everything that ends the response; what was said stays, what was not heard leaves the item."""
        metadata = self.request.metadata
        if event.reply is not None:
            metadata = reply_metadata(event.reply, metadata, self.request.note)
        truncated = self.item.text if self.item is not None and self.item.status == "incomplete" else None
        ended = self._ended(event.status == "completed")
        if self.item is not None and self.item.type == "message" and self._spoken:
            if event.status == "cancelled" or event.heard != event.said:
                self.item.cut_to(event.heard)
            elif truncated is not None:
                self.item.cut_to(truncated)  # when all was made, and its end was not sent yet
        details: Json | None = None
        if event.status == "cancelled":
            reason = "turn_detected" if event.reason == "turn_detected" else "client_cancelled"
            details = {"type": "cancelled", "reason": reason}
        elif event.status == "failed":
            kind, code = "server_error", "reply_failed"
            if event.reason == "nothing_to_answer":
                kind, code = "invalid_request_error", event.reason
            error = {"type": kind, "code": code, "message": event.error or "The reply failed."}
            details = {"type": "failed", "error": error}
        question = event.reply.question if event.reply else ""
        response = self._to_json(event.status, details, metadata, self._usage(question))
        return [*ended, server_events.ResponseDone(response=response)]

    def _ended(self, completed: bool) -> list[Event]:
        if self.item is None or self.item.type != "message":
            return []
        self.item.status = "completed" if completed else "incomplete"
        self.item.content = [
            {"type": "output_audio", "transcript": self.text}
            if self._spoken
            else {"type": "output_text", "text": self.text}
        ]
        item = self.item.to_json()
        events: list[Event] = (
            [
                server_events.AudioDone(**self._place),
                server_events.AudioTranscriptDone(**self._place, transcript=self.text),
            ]
            if self._spoken
            else [server_events.TextDone(**self._place, text=self.text)]
        )
        done = [server_events.ItemDone(item=item, previous_item_id=self._previous_item_id)]
        return [
            *events,
            server_events.ContentPartDone(**self._place, part=self._part(self.text)),
            server_events.OutputItemDone(response_id=self.id, item=item),
            *([] if self.request.aside else done),
        ]

    @property
    def _item(self) -> Item:
        assert self.item is not None
        return self.item

    @property
    def _place(self) -> Json:
        return {"response_id": self.id, "item_id": self._item.id}

    def _part(self, text: str) -> Json:
        return {"type": "audio", "transcript": text} if self._spoken else {"type": "text", "text": text}

    def _usage(self, question: str) -> Json:
        """Return counts in the API's shape: words for text tokens; 10 audio tokens a second heard, 20 a second said."""
        rate = self.request.audio.bytes_per_second
        heard_audio, said_audio = self.input_audio_ms // 100, self.audio_bytes * 20 // rate
        asked, said = len(question.split()), len(self.text.split())
        return {
            "total_tokens": heard_audio + asked + said_audio + said,
            "input_tokens": heard_audio + asked,
            "output_tokens": said_audio + said,
            "input_token_details": {
                "text_tokens": asked,
                "audio_tokens": heard_audio,
                "image_tokens": 0,
                "cached_tokens": 0,
                "cached_tokens_details": {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0},
            },
            "output_token_details": {"text_tokens": said, "audio_tokens": said_audio},
        }

    def _to_json(self, status: str, details: Json | None, metadata: dict[str, str], usage: Json | None = None) -> Json:
        output = {"format": self.request.audio.to_json(), "voice": self.voice}
        return {
            "object": "realtime.response",
            "id": self.id,
            "conversation_id": None if self.request.aside else self.conversation_id,
            "status": status,
            "status_details": details,
            "output": [self.item.to_json()] if self.item is not None and status != "in_progress" else [],
            "output_modalities": [self.request.modality],
            "max_output_tokens": "inf",
            "audio": {"output": output},
            "usage": usage,
            "metadata": metadata or None,
        }


def transcription_usage(model: str, audio_ms: int, text: str) -> Json:
    """Return what a transcript took: seconds, but tokens for who asks for one of the API's models that count those.

    Clients of these models know no other kind of usage.
    """
    if not model.startswith("gpt-"):
        return {"type": "duration", "seconds": round(audio_ms / 1000, 3)}
    heard, written = audio_ms // 100, len(text.split())
    return {
        "type": "tokens",
        "total_tokens": heard + written,
        "input_tokens": heard,
        "input_token_details": {"text_tokens": 0, "audio_tokens": heard},
        "output_tokens": written,
    }

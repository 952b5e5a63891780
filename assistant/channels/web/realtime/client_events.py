"""Every event a client may send, one dataclass each; field lists are those of the API reference."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.channels.json import ApiError, Json
from assistant.channels.web.realtime.beta import instead_of
from assistant.channels.web.realtime.events import Event


@dataclass(frozen=True, kw_only=True)
class SessionUpdate(Event):
    """Change the session; absent fields stay as they are."""

    type = "session.update"
    session: Json


@dataclass(frozen=True, kw_only=True)
class InputAudioAppend(Event):
    """Audio from the microphone, base64 in the session's input format, of any length."""

    type = "input_audio_buffer.append"
    audio: str


@dataclass(frozen=True, kw_only=True)
class InputAudioCommit(Event):
    """Push-to-talk: what was appended is the person's turn."""

    type = "input_audio_buffer.commit"


@dataclass(frozen=True, kw_only=True)
class InputAudioClear(Event):
    """Throw away what was appended and not committed."""

    type = "input_audio_buffer.clear"


@dataclass(frozen=True, kw_only=True)
class OutputAudioClear(Event):
    """Stop what is being played; in a call, whose audio the server plays."""

    type = "output_audio_buffer.clear"


@dataclass(frozen=True, kw_only=True)
class ItemCreate(Event):
    """Put an item into the conversation, at its end, after an item, or first ("root")."""

    type = "conversation.item.create"
    item: Json
    previous_item_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ItemRetrieve(Event):
    """Ask for an item as the server holds it."""

    type = "conversation.item.retrieve"
    item_id: str


@dataclass(frozen=True, kw_only=True)
class ItemTruncate(Event):
    """Say how much of a reply was played; what was not is taken out of the conversation."""

    type = "conversation.item.truncate"
    item_id: str
    audio_end_ms: int
    content_index: int = 0


@dataclass(frozen=True, kw_only=True)
class ItemDelete(Event):
    """Take an item out of the conversation."""

    type = "conversation.item.delete"
    item_id: str


@dataclass(frozen=True, kw_only=True)
class ResponseCreate(Event):
    """Ask for a reply to what the person said or wrote last."""

    type = "response.create"
    response: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ResponseCancel(Event):
    """Stop the reply that is being made."""

    type = "response.cancel"
    response_id: str | None = None


CLIENT_EVENTS: dict[str, type[Event]] = {
    event.type: event
    for event in (
        SessionUpdate,
        InputAudioAppend,
        InputAudioCommit,
        InputAudioClear,
        OutputAudioClear,
        ItemCreate,
        ItemRetrieve,
        ItemTruncate,
        ItemDelete,
        ResponseCreate,
        ResponseCancel,
    )
}


def parse(data: object) -> Event:
    """Return the client event of a decoded JSON message. Raises ApiError; its `event_id` is the message's."""
    if not isinstance(data, dict):
        raise ApiError("invalid_event", f"An event must be a JSON object, not {type(data).__name__}.")
    name, event_id = data.get("type"), data.get("event_id")
    event_id = event_id if isinstance(event_id, str) else None
    if not isinstance(name, str):
        raise ApiError(
            "missing_required_parameter", "An event needs a 'type', a string.", param="type", event_id=event_id
        )
    event = CLIENT_EVENTS.get(name)
    if event is None:
        sentence = f"The event type '{name[:100]}' is not supported; supported are {', '.join(CLIENT_EVENTS)}."
        raise ApiError("unknown_event_type", instead_of(name) or sentence, param="type", event_id=event_id)
    try:
        return event.from_json(data)
    except ApiError as error:
        error.event_id = event_id
        raise

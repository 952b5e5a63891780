"""Every event the server sends, one dataclass each; field lists are those of the API reference.

Objects inside events (session, item, response, error) are made by the modules named after them.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.channels.json import Json
from assistant.channels.web.realtime.events import Event


@dataclass(frozen=True, kw_only=True)
class Error(Event):
    """A client event could not be done; the connection goes on."""

    type = "error"
    error: Json


@dataclass(frozen=True, kw_only=True)
class SessionCreated(Event):
    """The first event of a connection."""

    type = "session.created"
    session: Json


@dataclass(frozen=True, kw_only=True)
class SessionUpdated(Event):
    """The session as it is in effect after an update."""

    type = "session.updated"
    session: Json


@dataclass(frozen=True, kw_only=True)
class ConversationCreated(Event):
    """The connection's one conversation."""

    type = "conversation.created"
    conversation: Json


@dataclass(frozen=True, kw_only=True)
class ItemAdded(Event):
    """An item entered the conversation; a reply's content follows."""

    type = "conversation.item.added"
    item: Json
    previous_item_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ItemDone(Event):
    """An item is complete."""

    type = "conversation.item.done"
    item: Json
    previous_item_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ItemRetrieved(Event):
    """Answers conversation.item.retrieve."""

    type = "conversation.item.retrieved"
    item: Json


@dataclass(frozen=True, kw_only=True)
class ItemTruncated(Event):
    """The reply and the history were cut to what was heard."""

    type = "conversation.item.truncated"
    item_id: str
    content_index: int
    audio_end_ms: int


@dataclass(frozen=True, kw_only=True)
class ItemDeleted(Event):
    """Answers conversation.item.delete, and tells of items dropped from a full conversation."""

    type = "conversation.item.deleted"
    item_id: str


@dataclass(frozen=True, kw_only=True)
class TranscriptionPartial(Event):
    """What has been heard so far, for who asked for it: an event of our own, as the final words may be others."""

    type = "repartee.partial_transcript"
    item_id: str
    transcript: str


@dataclass(frozen=True, kw_only=True)
class WakeWord(Event):
    """A wake word was heard, for who asked for it; without `answers` another session heard it better and answers."""

    type = "repartee.wake_word"
    word: str
    answers: bool


@dataclass(frozen=True, kw_only=True)
class TranscriptionDelta(Event):
    """Final words: joined, the deltas of an item are its transcript. All of them come at once."""

    type = "conversation.item.input_audio_transcription.delta"
    item_id: str
    content_index: int
    delta: str


@dataclass(frozen=True, kw_only=True)
class TranscriptionCompleted(Event):
    """The final transcript."""

    type = "conversation.item.input_audio_transcription.completed"
    item_id: str
    content_index: int
    transcript: str
    usage: Json


@dataclass(frozen=True, kw_only=True)
class TranscriptionFailed(Event):
    """The turn could not be recognised."""

    type = "conversation.item.input_audio_transcription.failed"
    item_id: str
    content_index: int
    error: Json


@dataclass(frozen=True, kw_only=True)
class SpeechStarted(Event):
    """The person began to speak, in milliseconds of the audio appended."""

    type = "input_audio_buffer.speech_started"
    item_id: str
    audio_start_ms: int


@dataclass(frozen=True, kw_only=True)
class SpeechStopped(Event):
    """The person's turn ended, in milliseconds of the audio appended."""

    type = "input_audio_buffer.speech_stopped"
    item_id: str
    audio_end_ms: int


@dataclass(frozen=True, kw_only=True)
class InputAudioCommitted(Event):
    """The turn's audio is complete and becomes the item named."""

    type = "input_audio_buffer.committed"
    item_id: str
    previous_item_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class InputAudioCleared(Event):
    """Answers input_audio_buffer.clear."""

    type = "input_audio_buffer.cleared"


@dataclass(frozen=True, kw_only=True)
class ResponseCreated(Event):
    """A reply is being made."""

    type = "response.created"
    response: Json


@dataclass(frozen=True, kw_only=True)
class ResponseDone(Event):
    """The reply ended: completed, cancelled or failed; citations and ledger are in its metadata."""

    type = "response.done"
    response: Json


@dataclass(frozen=True, kw_only=True)
class _OfResponse(Event):
    response_id: str
    output_index: int = 0


@dataclass(frozen=True, kw_only=True)
class OutputItemAdded(_OfResponse):
    """The reply's message begins."""

    type = "response.output_item.added"
    item: Json


@dataclass(frozen=True, kw_only=True)
class OutputItemDone(_OfResponse):
    """The reply's message is complete, or was cut short."""

    type = "response.output_item.done"
    item: Json


@dataclass(frozen=True, kw_only=True)
class FunctionCallArgumentsDelta(_OfResponse):
    """The arguments of a function call, all of them."""

    type = "response.function_call_arguments.delta"
    item_id: str
    call_id: str
    delta: str


@dataclass(frozen=True, kw_only=True)
class FunctionCallArgumentsDone(_OfResponse):
    """The arguments of a function call are complete."""

    type = "response.function_call_arguments.done"
    item_id: str
    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True)
class _OfPart(_OfResponse):
    item_id: str
    content_index: int = 0


@dataclass(frozen=True, kw_only=True)
class ContentPartAdded(_OfPart):
    """The message's only part begins: audio with a transcript, or text."""

    type = "response.content_part.added"
    part: Json


@dataclass(frozen=True, kw_only=True)
class ContentPartDone(_OfPart):
    """The message's only part is complete, or was cut short."""

    type = "response.content_part.done"
    part: Json


@dataclass(frozen=True, kw_only=True)
class TextDelta(_OfPart):
    """More text of a written reply."""

    type = "response.output_text.delta"
    delta: str


@dataclass(frozen=True, kw_only=True)
class TextDone(_OfPart):
    """The whole text of a written reply."""

    type = "response.output_text.done"
    text: str


@dataclass(frozen=True, kw_only=True)
class AudioTranscriptDelta(_OfPart):
    """More of the words of a spoken reply."""

    type = "response.output_audio_transcript.delta"
    delta: str


@dataclass(frozen=True, kw_only=True)
class AudioTranscriptDone(_OfPart):
    """All the words of a spoken reply."""

    type = "response.output_audio_transcript.done"
    transcript: str


@dataclass(frozen=True, kw_only=True)
class AudioDelta(_OfPart):
    """More audio of a spoken reply, base64 in the session's output format."""

    type = "response.output_audio.delta"
    delta: str


@dataclass(frozen=True, kw_only=True)
class AudioDone(_OfPart):
    """The audio of a spoken reply is complete, or was cut short."""

    type = "response.output_audio.done"


@dataclass(frozen=True, kw_only=True)
class OutputAudioStarted(Event):
    """In a call: the server plays a reply from now on."""

    type = "output_audio_buffer.started"
    response_id: str


@dataclass(frozen=True, kw_only=True)
class OutputAudioStopped(Event):
    """In a call: all of a reply was played."""

    type = "output_audio_buffer.stopped"
    response_id: str


@dataclass(frozen=True, kw_only=True)
class OutputAudioCleared(Event):
    """In a call: a reply was interrupted, and the rest of it is not played."""

    type = "output_audio_buffer.cleared"
    response_id: str

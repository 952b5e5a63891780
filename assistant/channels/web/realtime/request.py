"""What a response.create says of its response: how it is told, in which format, and with which metadata."""

from __future__ import annotations

from assistant.audio.formats import AudioFormat
from assistant.channels.json import ApiError, Json
from assistant.channels.web.realtime import beta
from assistant.channels.web.realtime.actions import Request
from assistant.channels.web.realtime.client_events import ResponseCreate
from assistant.channels.web.realtime.metadata import client_metadata
from assistant.channels.web.realtime.session import Session, audio_format, modality


def request_from(event: ResponseCreate, session: Session, *, plays: bool, note: str) -> Request:
    """Return what a client asks for; what it does not say is as its session has it. Raises ApiError.

    With `plays` the server plays replies itself. `note` tells what of the question was passed over.
    """
    given = event.response
    beta.refuse_fields(given, "response")
    if given.get("conversation") not in (None, "auto", "none"):
        raise ApiError(
            "invalid_value", "'response.conversation' must be 'auto' or 'none'.", param="response.conversation"
        )
    return Request(
        event.event_id,
        session.modality
        if given.get("output_modalities") is None
        else modality(given["output_modalities"], "response.output_modalities"),
        _audio_format(given, session, plays=plays),
        client_metadata(given.get("metadata")),
        given.get("conversation") == "none",
        note,
    )


def unasked_request(session: Session, *, plays: bool, note: str) -> Request:
    """Return what a reply looks like that no response.create asked for."""
    return Request("", session.modality, _audio_format({}, session, plays=plays), note=note)


def _audio_format(given: Json, session: Session, *, plays: bool) -> AudioFormat:
    if plays:
        return AudioFormat()  # what the track makes of it, the two ends have agreed upon
    audio = given.get("audio")
    output = audio.get("output") if isinstance(audio, dict) else None
    wanted = output.get("format") if isinstance(output, dict) else None
    return session.output_format if wanted is None else audio_format(wanted, "response.audio.output.format")

"""The beta of the Realtime API, which is not spoken here: who speaks it is told so, and what took the place of what.

Refused is what would be misunderstood: who sends one of these fields, headers or subprotocols, or asks one of these
endpoints, waits for events that are not sent here. What has the same meaning in both shapes is taken: `temperature`
and its like, which change nothing, and parts of a message that are called `text` or `audio`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.channels.json import ApiError, Json

#: Fields of the beta, and where their successors are in a session and in a response.
_IN_BOTH = {
    "modalities": "output_modalities",
    "voice": "audio.output.voice",
    "output_audio_format": "audio.output.format",
    "max_response_output_tokens": "max_output_tokens",
}
SESSION = {
    **_IN_BOTH,
    "input_audio_format": "audio.input.format",
    "input_audio_transcription": "audio.input.transcription",
    "input_audio_noise_reduction": "audio.input.noise_reduction",
    "turn_detection": "audio.input.turn_detection",
}
RESPONSE = _IN_BOTH
#: Events of the beta, and what is sent in their place.
EVENTS = {"transcription_session.update": "session.update with a session of the type 'transcription'"}
#: Endpoints of the beta, and their successors.
PATHS = {
    "/v1/realtime": "a call is begun at /v1/realtime/calls",
    "/v1/realtime/sessions": "keys are made at /v1/realtime/client_secrets",
    "/v1/realtime/transcription_sessions": "keys are made at /v1/realtime/client_secrets",
}
SUBPROTOCOL = "openai-beta.realtime-v1"
CLOSE = 4000  # the code of a connection that is closed for it

_DISABLED = "beta_api_shape_disabled"
_NOT_SPOKEN = "The beta of the Realtime API is not spoken here"


def refuse_fields(given: Json, where: str) -> None:
    """Raise ApiError for a field of the beta in a "session" or in a "response"."""
    for name, successor in (SESSION if where == "session" else RESPONSE).items():
        if name in given:
            raise ApiError(
                "unknown_parameter",
                f"'{where}.{name}' is of the beta API, which is not spoken here; use '{where}.{successor}'.",
                param=f"{where}.{name}",
            )


def instead_of(name: str) -> str:
    """Return a sentence about what is sent in the place of an event of the beta, "" for any other."""
    return f"'{name}' is of the beta API, which is not spoken here; send {EVENTS[name]}." if name in EVENTS else ""


def refuse_headers(headers: Mapping[str, str]) -> None:
    """Raise ApiError for the header of the beta."""
    if "realtime" in headers.get("openai-beta", ""):
        raise ApiError(_DISABLED, f"{_NOT_SPOKEN}; use a client of the API, without OpenAI-Beta.")


def refusal_of(subprotocols: Sequence[str]) -> ApiError | None:
    """Return what a client is told that asks for the subprotocol of the beta; None for any other."""
    if SUBPROTOCOL not in subprotocols:
        return None
    return ApiError(_DISABLED, f"{_NOT_SPOKEN}; use a client of the API, without the subprotocol {SUBPROTOCOL}.")


def refusal_at(path: str) -> ApiError:
    """Return what is said at an endpoint of the beta."""
    return ApiError(_DISABLED, f"{_NOT_SPOKEN}; {PATHS[path]}.")

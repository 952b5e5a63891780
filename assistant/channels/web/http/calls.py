"""POST /v1/realtime/calls: a Realtime session over WebRTC, by an offer and its answer; and how it is hung up."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from assistant.access import asked_by
from assistant.channels.gate import given_key
from assistant.channels.json import ApiError, Json, checked, decode
from assistant.channels.web.calls.calls import Calls
from assistant.channels.web.http.errors import form_body
from assistant.channels.web.realtime.beta import refuse_headers
from assistant.channels.web.realtime.opening import Caller

PATH = "/v1/realtime/calls"
SDP = "application/sdp"


async def call(request: Request) -> Response:
    """Answer an offer, as it is or as the field `sdp` of a form beside `session`; Location is where the call is."""
    calls: Calls = request.app.state.calls
    refuse_headers(request.headers)
    offer, session = await _asked(request)
    key = request.app.state.keys.find(given_key(request.headers))
    wanted = key.session if key is not None else None
    caller = Caller.asking(request.query_params, wanted, session, collections=asked_by(request.scope))
    number, answer = await calls.take(offer, caller)
    return Response(answer, 201, {"Location": f"{PATH}/{number}"}, SDP)


async def hang_up(request: Request) -> Response:
    """End a call."""
    calls: Calls = request.app.state.calls
    calls.hang_up(request.path_params["number"])
    return Response(status_code=200)


async def _asked(request: Request) -> tuple[str, Json | None]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == SDP:
        return _text(await request.body()), None
    if kind != "multipart/form-data":
        sentence = f"Send an offer as {SDP}, or a multipart form with 'sdp' and 'session', not '{kind[:60]}'."
        raise ApiError("unsupported_content_type", sentence, status=415)
    async with form_body(request, most_files=2) as form:
        fields = {name: await _field(form.get(name)) for name in ("sdp", "session")}
    if not fields["sdp"]:
        raise ApiError("missing_required_parameter", "'sdp' is needed: the offer.", param="sdp")
    if not fields["session"]:
        return fields["sdp"], None
    return fields["sdp"], checked(decode(fields["session"]), dict, "session")


async def _field(value: UploadFile | str | None) -> str:
    """Return a field of a form: some clients send it as a file."""
    return _text(await value.read()) if isinstance(value, UploadFile) else value or ""


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ApiError("invalid_offer", "The offer cannot be taken: it is not UTF-8.", param="sdp") from error

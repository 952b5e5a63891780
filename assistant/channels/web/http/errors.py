"""Errors in the API's shape, and bodies that are what they should be."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.channels.web.realtime.events import ProtocolError, checked, decode
from engines.errors import ReparteeError

Json = dict[str, Any]


class ApiError(ReparteeError):
    """A request that cannot be done: HTTP status, machine-readable code, and the parameter it concerns."""

    def __init__(self, sentence: str, *, status: int = 400, code: str = "invalid_value", param: str | None = None):
        super().__init__(sentence)
        self.status, self.code, self.param = status, code, param


def error_response(sentence: str, *, status: int, code: str | None = None, param: str | None = None) -> JSONResponse:
    """Return the error object of the API."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    error = {"message": sentence, "type": kind, "param": param, "code": code}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {"Retry-After": "60"} if status == 429 else None
    return JSONResponse({"error": error}, status, headers)


async def answer_error(_request: Request, error: Exception) -> Response:
    """Turn our errors into the API's; anything else is for the log."""
    if isinstance(error, ApiError):
        return error_response(str(error), status=error.status, code=error.code, param=error.param)
    if isinstance(error, ProtocolError):
        return error_response(error.sentence, status=400, code=error.code, param=error.param)
    return error_response(str(error), status=400)


async def json_body(request: Request) -> Json:
    """Return the JSON object of a request. Raises ProtocolError or ApiError."""
    try:
        text = (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise ApiError("The body must be JSON in UTF-8.", code="invalid_json") from error
    body: Json = checked(decode(text), dict, "body")
    return body


def text_field(body: Json, name: str, *, longest: int, default: str | None = None) -> str:
    """Return a text field. Raises ProtocolError or ApiError where it is missing, no text or too long."""
    value = body.get(name)
    if value is None:
        if default is None:
            raise ApiError(f"'{name}' is needed.", code="missing_required_parameter", param=name)
        return default
    text: str = checked(value, str, name)
    if len(text) > longest:
        raise ApiError(f"'{name}' must not be longer than {longest} characters.", param=name)
    return text

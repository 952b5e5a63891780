"""Errors in the API's shape, and bodies that are what they should be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from assistant.channels.json import ApiError, Json, checked, decode
from assistant.channels.web.http.presence import CLIENT_LEFT
from assistant.channels.web.shown import without_folder


def error_response(sentence: str, *, status: int, code: str | None = None, param: str | None = None) -> JSONResponse:
    """Return the error object of the API."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    error = {"message": sentence, "type": kind, "param": param, "code": code}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {"Retry-After": "60"} if status == 429 else None
    return JSONResponse({"error": error}, status, headers)


async def answer_error(request: Request, error: Exception) -> Response:
    """Turn our errors into the API's, without where on this machine the home is; anything else is for the log."""
    if isinstance(error, ApiError):
        return error_response(str(error), status=error.status, code=error.code, param=error.param)
    home: Path = request.app.state.service.parts.config.home
    return error_response(without_folder(str(error), home), status=400)


@asynccontextmanager
async def form_body(request: Request, *, most_files: int = 1) -> AsyncIterator[FormData]:
    """Hold the form of a request, with no more files than that. Raises ApiError or HTTPException."""
    try:
        form = await request.form(max_files=most_files, max_fields=32)
    except ValueError as error:  # some charsets are known and decode nothing
        raise ApiError("invalid_value", "The form cannot be read: send its names in UTF-8.") from error
    except ClientDisconnect as error:  # nobody reads the answer; it keeps a traceback out of the log
        raise ApiError("client_left", "The client left before all of the form came.", status=CLIENT_LEFT) from error
    try:
        yield form
    finally:
        await form.close()


async def json_body(request: Request) -> Json:
    """Return the JSON object of a request. Raises ApiError."""
    body: Json = checked(decode(await request.body()), dict, "body")
    return body


def text_field(body: Json, name: str, *, longest: int, default: str | None = None) -> str:
    """Return a text field. Raises ApiError where it is missing, no text or too long."""
    value = body.get(name)
    if value is None:
        if default is None:
            raise ApiError("missing_required_parameter", f"'{name}' is needed.", param=name)
        return default
    text: str = checked(value, str, name)
    if len(text) > longest:
        raise ApiError("invalid_value", f"'{name}' must not be longer than {longest} characters.", param=name)
    return text

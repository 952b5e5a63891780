"""The web application: the page, the HTTP endpoints and the Realtime WebSocket, behind one gate."""

from __future__ import annotations

import asyncio
import logging

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from assistant.access import Access, asked_by, note
from assistant.channels.gate import HEALTH, SUBPROTOCOL, Gate, Refusal, given_key
from assistant.channels.json import ApiError
from assistant.channels.keys import ClientKeys
from assistant.channels.web.body import KB, MB, PASSED_OVER, Body
from assistant.channels.web.calls.calls import Calls
from assistant.channels.web.http import audio, calls, chat, documents, home, household, responses, skills
from assistant.channels.web.http.client_secrets import client_secret
from assistant.channels.web.http.errors import answer_error, error_response
from assistant.channels.web.http.recordings import MOST_RECORDINGS
from assistant.channels.web.page import PARTS, part
from assistant.channels.web.realtime import beta, server_events
from assistant.channels.web.realtime.connection import Connection
from assistant.channels.web.realtime.opening import Caller, opened
from assistant.channels.web.realtime.websocket import WebSocketLine
from assistant.service import Service
from assistant.turn.asked_back import Asked
from assistant.turn.examples import Examples
from engines.errors import ReparteeError

log = logging.getLogger(__name__)

MODEL = "repartee"
#: What a request to a path may carry; anything else may carry SMALL_BODY.
BODY_BYTES = {
    "/v1/audio/transcriptions": 26 * MB,  # a recording of 25 MB, as the API has it, and its form
    "/v1/chat/completions": 4 * MB,  # 200 messages, or a spoken question of a minute and a half
    "/v1/responses": 4 * MB,
    calls.PATH: 512 * KB,  # an offer, and a session of 256 KB
    "/v1/audio/speech": 128 * KB,  # 4096 characters, however they are escaped
}
SMALL_BODY = 64 * KB
DOCUMENTS = "/v1/knowledge/documents"  # where a request may carry what knowledge.max_document_mb says, and its form


def build_app(service: Service) -> Starlette:
    """Return the application of a service, whose parts stay the caller's to close."""
    config = service.parts.config
    routes: list[BaseRoute] = [
        *(Route(path, page) for path in PARTS),
        Route(HEALTH, health),
        Route("/v1/models", models),
        Route("/v1/models/{name:path}", model),
        Route("/v1/audio/voices", audio.voices),
        Route("/v1/home/devices", home.devices),
        Route("/v1/home/devices/{name}", home.command, methods=["POST"]),
        Route("/v1/home/events", home.events),
        Route(DOCUMENTS, documents.documents, methods=["GET", "POST"]),
        Route("/v1/knowledge/examples", documents.examples),
        Route(DOCUMENTS + "/{number:int}", documents.document, methods=["GET", "DELETE"]),
        Route("/v1/skills/timers", skills.timers),
        Route("/v1/skills/timers/{number:int}", skills.timer, methods=["DELETE"]),
        Route("/v1/skills/stop", skills.stop, methods=["POST"]),
        Route("/v1/skills/lists", skills.lists),
        Route("/v1/skills/lists/{name}", skills.one_list, methods=["PUT", "DELETE"]),
        Route("/v1/household/satellites", household.satellites),
        Route("/v1/household/announcements", household.announce, methods=["POST"]),
        Route("/v1/household/events", household.events),
        Route("/v1/chat/completions", chat.complete, methods=["POST"]),
        Route("/v1/responses", responses.respond, methods=["POST"]),
        Route("/v1/responses/{name}", responses.kept_response, methods=["GET", "DELETE"]),
        Route("/v1/audio/transcriptions", audio.transcribe, methods=["POST"]),
        Route("/v1/audio/speech", audio.speak, methods=["POST"]),
        Route("/v1/realtime/client_secrets", client_secret, methods=["POST"]),
        Route(calls.PATH, calls.call, methods=["POST"]),
        Route(calls.PATH + "/{number}/hangup", calls.hang_up, methods=["POST"]),
        WebSocketRoute("/v1/realtime", realtime),
        *(Route(path, past, methods=["POST"]) for path in beta.PATHS),
        WebSocketRoute("/{path:path}", nowhere),
    ]
    handlers = {ReparteeError: answer_error, HTTPException: _http_error, Exception: _internal_error}
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.state.service = service
    app.state.asked = Asked()
    app.state.responses = responses.Responses()
    app.state.watching = asyncio.Semaphore(home.MOST_WATCHERS)
    app.state.recordings = asyncio.Semaphore(MOST_RECORDINGS)
    app.state.documents = asyncio.Semaphore(documents.MOST_AT_ONCE)
    app.state.examples = Examples(service.parts)
    app.state.keys = ClientKeys()
    app.state.calls = Calls(service)
    app.add_middleware(
        _Guard,
        gate=Gate(config.serve, app.state.keys, Access.of(config)),
        document_bytes=round(config.knowledge.max_document_mb * MB),
    )
    if config.serve.origins:
        # Outside the guard: a browser asks for permission without the token.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=config.serve.origins,
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["*"],
            expose_headers=["Location"],
        )
    return app


async def page(request: Request) -> Response:
    """The page of the house, or a part that a browser asks for on its own."""
    content, headers = await asyncio.to_thread(part, request.url.path)
    return Response(content, headers=headers)


async def health(request: Request) -> Response:
    """Whether the server is up, and how many sessions it holds."""
    return JSONResponse({"status": "ok", "sessions": len(request.app.state.service.sessions)})


async def models(_request: Request) -> Response:
    """The one model there is."""
    return JSONResponse({"object": "list", "data": [_model(MODEL)]})


async def model(request: Request) -> Response:
    """The model by its name."""
    name = request.path_params["name"]
    if name != MODEL:
        return error_response(
            f"There is no model '{name[:100]}'; there is {MODEL}.", status=404, code="model_not_found"
        )
    return JSONResponse(_model(MODEL))


def _model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "repartee"}


async def nowhere(websocket: WebSocket) -> None:
    """A WebSocket where there is none."""
    await websocket.send_denial_response(error_response("Not Found; Realtime is at /v1/realtime.", status=404))


async def realtime(websocket: WebSocket) -> None:
    """One Realtime session: `?name=` is who it is with, `?area=` where they are, `?wake=` words that it waits for."""
    if (refusal := beta.refusal_of(websocket.scope["subprotocols"])) is not None:
        # Of browsers, which show no page why a connection was not accepted.
        await websocket.accept(beta.SUBPROTOCOL)
        await websocket.send_json(server_events.Error(error=refusal.to_json()).to_json())
        await websocket.close(beta.CLOSE, refusal.code)
        return
    key = websocket.app.state.keys.find(given_key(websocket.headers, websocket.scope["subprotocols"]))
    wanted = key.session if key is not None else None
    try:
        beta.refuse_headers(websocket.headers)
        caller = Caller.asking(websocket.query_params, wanted, collections=asked_by(websocket.scope))
        async with opened(websocket.app.state.service, caller) as (conversation, protocol):
            log.info("opened for %s", websocket.client.host if websocket.client else "")
            chosen = SUBPROTOCOL if SUBPROTOCOL in websocket.scope["subprotocols"] else None
            await websocket.accept(chosen)
            await Connection(WebSocketLine(websocket), conversation, protocol).run()
    except ApiError as error:  # before the connection was accepted: one that runs answers its own
        await websocket.send_denial_response(error_response(str(error), status=error.status, code=error.code))


async def past(request: Request) -> Response:
    """An endpoint of the beta of the Realtime API."""
    raise beta.refusal_at(request.scope["path"])


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return error_response(f"{error.detail.rstrip('.')}.", status=error.status_code)


async def _internal_error(_request: Request, error: Exception) -> Response:
    log.error("a request failed", exc_info=error)
    return error_response("Something went wrong in the server; its log says what.", status=500)


class _Guard:
    """Asks the gate about every request, and reads no body that is too large.

    What whoever is let in may ask is noted in the scope.
    """

    def __init__(self, app: ASGIApp, gate: Gate, document_bytes: int) -> None:
        self._app, self._gate, self._documents = app, gate, document_bytes + MB

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        client = scope["client"][0] if scope.get("client") else ""
        path = scope["path"]
        if path.startswith("/v1/"):  # a slash at the end is of no account; a redirection would lose what is sent
            scope = {**scope, "path": (path := path.rstrip("/"))}
        if log.isEnabledFor(logging.INFO):
            send = _logged(scope, send)
        headers, subprotocols = Headers(scope=scope), scope.get("subprotocols", ())
        refusal = self._gate.refuse(headers, client, subprotocols, path=path)
        if refusal is None:
            note(scope, self._gate.asks(headers, subprotocols, path=path))
        if scope["type"] == "websocket":
            if refusal is not None:
                await WebSocket(scope, receive, send).send_denial_response(_refused(refusal))
            else:
                await self._app(scope, receive, send)
            return
        limit = self._documents if path == DOCUMENTS else BODY_BYTES.get(path, SMALL_BODY)
        # Of whoever is not let in no more is let come than would be read.
        body = Body(headers, receive, limit, limit if refusal is not None else PASSED_OVER)
        app: ASGIApp = self._app
        if refusal is not None:
            app = _refused(refusal)
        elif body.is_too_large:  # also where nobody would read it
            app = error_response(body.too_large, status=413)
        await app(scope, body.receive, body.answering(send))


def _logged(scope: Scope, send: Send) -> Send:
    """Return `send` with a line in the log for how the request is answered."""
    client = scope["client"][0] if scope.get("client") else ""
    asked = f"{client} {scope.get('method', 'WebSocket')} {scope['path']!r}"

    async def logged(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            log.info("%s %d", asked, message["status"])
        elif message["type"] == "websocket.accept":
            log.info("%s accepted", asked)
        await send(message)

    return logged


def _refused(refusal: Refusal) -> JSONResponse:
    return error_response(refusal.sentence, status=refusal.status, code=refusal.code)

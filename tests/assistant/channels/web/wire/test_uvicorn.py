"""The names of uvicorn's that we build on although nothing promises them: an upgrade that moves them fails here."""

import inspect

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import Server, ServerState

HANDED_OVER = "Read assistant/channels/web/wire and server.py against this version of uvicorn, then widen its range."


def source(thing: object) -> str:
    return inspect.getsource(thing)  # type: ignore[arg-type]


def test_a_connection_is_made_from_what_it_was():
    for cls in (H11Protocol,):
        assert list(inspect.signature(cls).parameters) == ["config", "server_state", "app_state", "_loop"], HANDED_OVER
    for line in ("protocol.connection_made(self.transport)", "protocol.data_received(", "set_protocol(protocol)"):
        assert line in source(H11Protocol.handle_websocket_upgrade), HANDED_OVER
    for argument in ("config=", "server_state=", "app_state="):
        assert argument in source(H11Protocol.handle_websocket_upgrade), HANDED_OVER


def test_the_callbacks_that_are_overridden_are_called():
    assert "on_response=self.on_response_complete" in source(H11Protocol.handle_events), HANDED_OVER
    assert "self.handle_websocket_upgrade(event)" in source(H11Protocol.handle_events), HANDED_OVER
    assert "self.conn.next_event()" in source(H11Protocol.handle_events), HANDED_OVER
    assert "await self.startup(sockets=sockets)" in source(Server._serve), HANDED_OVER
    assert "self.capture_signals()" in source(Server.serve), HANDED_OVER


def test_a_server_keeps_its_account_as_it_did():
    state = ServerState()
    assert (state.connections, state.tasks) == (set(), set()), HANDED_OVER
    assert "connection.shutdown()" in source(Server.shutdown), HANDED_OVER
    assert "self.servers" in source(Server.shutdown), HANDED_OVER
    config = uvicorn.Config(lambda: None, lifespan="off", log_config=None, ws="none")
    config.load()
    for name in ("loaded_app", "ssl", "root_path", "ws_max_size", "ws_ping_interval", "timeout_keep_alive", "backlog"):
        assert hasattr(config, name), HANDED_OVER

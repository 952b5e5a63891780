"""The running server: whom it lets in, how it ends, and what hostile clients do to it."""

import asyncio
import base64
import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
import soxr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from assistant.audio import g711
from assistant.audio.files import load_audio
from assistant.channels.gate import is_loopback
from assistant.channels.web.server import bind, check_tls
from assistant.config import ServeConfig
from engines.errors import ReparteeError
from tests.paths import TURNS

CLIP = TURNS / "05-rms.flac"
QUESTIONS = {
    "How tall is the lighthouse at Marlow Point?": "41 metres",
    "When did the railway open?": "1893",
    "Who made the great tower clock?": "Anna Lindqvist",
    "Which planet is the largest?": "Jupiter",
}


@asynccontextmanager
async def session(served, modality: str = "text", **options: Any) -> AsyncIterator[ClientConnection]:
    async with connect(served.ws_url, max_size=None, compression=None, **options) as line:
        await until(line, "conversation.created")
        audio = {"input": {"turn_detection": None}}
        await send(line, "session.update", session={"output_modalities": [modality], "audio": audio})
        await until(line, "session.updated")
        yield line


async def send(line: ClientConnection, event_type: str, **fields: Any) -> None:
    await line.send(json.dumps({"type": event_type} | fields))


async def until(line: ClientConnection, event_type: str = "") -> dict[str, Any]:
    """Return the next event of a type, or the next one of any."""
    async with asyncio.timeout(60):
        while True:
            event: dict[str, Any] = json.loads(await line.recv())
            if event_type in ("", event["type"]):
                return event


async def ask(line: ClientConnection, question: str) -> str:
    """Ask by text; return the words of the reply."""
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": question}]}
    await send(line, "conversation.item.create", item=item)
    await send(line, "response.create")
    response = (await until(line, "response.done"))["response"]
    assert response["status"] == "completed", response
    part = response["output"][0]["content"][0]
    return part.get("text") or part["transcript"]


async def close_code(line: ClientConnection) -> int | None:
    """Read until the server closes; return why."""
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(60):
            async for _ in line:
                pass
    return line.close_code


# Talking


async def test_what_is_no_event_is_answered_by_an_error_and_the_line_holds(served):
    async with session(served) as line:
        for wrong in ("{", "NaN", "[" * 50_000, '{"type": "nonsense"}', "[]", b"\x00\x01", '{"type":"x","n":1e999}'):
            await line.send(wrong)
            assert (await until(line, "error"))["error"]["message"]
        assert "41 metres" in await ask(line, "How tall is the lighthouse at Marlow Point?")


async def test_each_session_hears_its_own_answers(served):
    async def talk(number: int) -> None:
        async with session(served, "audio" if number % 2 else "text") as line:
            for turn in range(3):
                question = list(QUESTIONS)[(number + turn) % len(QUESTIONS)]
                assert QUESTIONS[question] in await ask(line, question)

    async with asyncio.timeout(60):
        await asyncio.gather(*(talk(number) for number in range(8)))


async def test_a_client_that_resumes_a_conversation_can_go_on_with_it(served):
    async with session(served) as line:
        for role, text in (("user", "What is the lighthouse at Marlow Point?"), ("assistant", "A lighthouse.")):
            item = {"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]}
            await send(line, "conversation.item.create", item=item)
        assert "41 metres" in await ask(line, "How tall is it?")


async def test_a_transcription_session_is_asked_for_in_the_address(served):
    async with connect(f"{served.ws_url}?intent=transcription") as line:
        assert (await until(line, "session.created"))["session"]["type"] == "transcription"


@pytest.mark.parametrize(("kind", "law"), [("audio/pcmu", "mu"), ("audio/pcma", "a")])
async def test_a_telephone_is_heard_and_spoken_to(served, kind, law):
    pcm = soxr.resample(load_audio(CLIP), 16_000, g711.RATE)
    async with session(served, "audio") as line:
        telephone = {"format": {"type": kind}}
        audio = {"input": telephone | {"transcription": {"model": "any"}}, "output": telephone}
        await send(line, "session.update", session={"audio": audio})
        await send(line, "input_audio_buffer.append", audio=base64.b64encode(g711.encode(law, pcm)).decode())
        await send(line, "input_audio_buffer.commit")
        await send(line, "response.create")
        spoken, heard = b"", ""
        while (event := await until(line))["type"] != "response.done":
            if event["type"] == "response.output_audio.delta":
                spoken += base64.b64decode(event["delta"])
            elif event["type"] == "conversation.item.input_audio_transcription.completed":
                heard = event["transcript"]
    assert "railway" in heard
    assert "1893" in event["response"]["output"][0]["content"][0]["transcript"]
    assert 1 < len(spoken) / g711.RATE < 15
    assert np.abs(g711.decode(law, spoken).astype(int)).max() > 2000


# Who is let in


async def test_without_the_token_nobody_is_let_in(serve, samples_home):
    with serve(samples_home, env={"REPARTEE_SERVE_TOKEN": "sesame"}) as served:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            with pytest.raises(InvalidStatus) as refused:
                await connect(served.ws_url, additional_headers=headers)
            assert refused.value.response.status_code == 401
            assert json.loads(refused.value.response.body)["error"]["code"] == "invalid_api_key"
        async with connect(served.ws_url, additional_headers={"Authorization": "Bearer sesame"}) as line:
            await until(line, "session.created")
        protocols = ["realtime", "openai-insecure-api-key.sesame"]
        async with connect(served.ws_url, subprotocols=protocols) as line:
            assert line.subprotocol == "realtime"
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{served.url}/v1/models")
        assert urllib.request.urlopen(f"{served.url}/health").status == 200


async def test_a_foreign_page_is_not_let_in(served):
    with pytest.raises(InvalidStatus) as refused:
        await connect(served.ws_url, origin="https://evil.example")
    assert refused.value.response.status_code == 403
    async with connect(served.ws_url, origin=served.url) as line:
        await until(line, "session.created")


def test_a_listed_origin_may_call_the_endpoints_from_its_pages(serve, samples_home):
    env = {"REPARTEE_SERVE_ORIGINS": "https://app.example", "REPARTEE_SERVE_TOKEN": "sesame"}
    asking = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    asking |= {"Access-Control-Request-Headers": "authorization,content-type"}
    with serve(samples_home, env=env) as served:
        url = f"{served.url}/v1/chat/completions"
        permission = urllib.request.urlopen(urllib.request.Request(url, headers=asking, method="OPTIONS"))
        assert permission.headers["Access-Control-Allow-Origin"] == "https://app.example"
        headers = {"Origin": "https://app.example", "Authorization": "Bearer sesame"}
        answer = urllib.request.urlopen(urllib.request.Request(f"{served.url}/v1/models", headers=headers))
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, "https://app.example")
        stranger = urllib.request.Request(url, headers=asking | {"Origin": "https://evil.example"}, method="OPTIONS")
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(stranger)


@pytest.mark.parametrize("path", ["/v1/nonsense", "/v1/realtime/nonsense", "/"])
async def test_a_websocket_where_there_is_none_is_not_found(served, path):
    with pytest.raises(InvalidStatus) as refused:
        await connect(served.ws_url.replace("/v1/realtime", path))
    assert refused.value.response.status_code == 404
    assert json.loads(refused.value.response.body)["error"]["message"].endswith(".")


async def test_a_client_of_the_beta_is_told_so(served):
    with pytest.raises(InvalidStatus) as refused:
        await connect(served.ws_url, additional_headers={"OpenAI-Beta": "realtime=v1"})
    assert refused.value.response.status_code == 400
    assert "beta" in json.loads(refused.value.response.body)["error"]["message"]


async def test_a_browser_with_the_subprotocol_of_the_beta_is_told_so_in_an_event(served):
    offered = ["realtime", "openai-insecure-api-key.none", "openai-beta.realtime-v1"]
    async with connect(served.ws_url, subprotocols=offered) as line:
        event = json.loads(await line.recv())
        with pytest.raises(ConnectionClosed) as closed:
            await line.recv()
    assert (event["type"], event["error"]["code"]) == ("error", "beta_api_shape_disabled")
    assert "openai-beta.realtime-v1" in event["error"]["message"]
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4000, "beta_api_shape_disabled")
    async with connect(served.ws_url, subprotocols=offered[:2]) as line:
        assert json.loads(await line.recv())["type"] == "session.created"


@pytest.mark.parametrize(
    ("path", "headers", "instead"),
    [
        ("sessions", {}, "/v1/realtime/client_secrets"),
        ("transcription_sessions", {}, "/v1/realtime/client_secrets"),
        ("", {}, "/v1/realtime/calls"),
        ("client_secrets", {"OpenAI-Beta": "realtime=v1"}, "without OpenAI-Beta"),
        ("calls", {"OpenAI-Beta": "realtime=v1"}, "without OpenAI-Beta"),
    ],
)
def test_an_endpoint_in_the_shape_of_the_beta_names_its_successor(served, path, headers, instead):
    url = f"{served.url}/v1/realtime/{path}".rstrip("/")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(url, b"{}", headers, method="POST"))
    error = json.loads(refused.value.read())["error"]
    assert (refused.value.code, error["code"]) == (400, "beta_api_shape_disabled")
    assert instead in error["message"]


async def test_a_wake_word_that_is_none_is_refused_and_one_that_is_set_is_waited_for(served):
    pytest.importorskip("pymicro_wakeword", reason="needs the extra wake")
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"{served.ws_url}?wake=hey_you")
    assert refused.value.response.status_code == 400
    assert "hey_jarvis" in json.loads(refused.value.response.body)["error"]["message"]
    async with connect(f"{served.ws_url}?wake=hey_jarvis,alexa") as line:
        assert json.loads(await line.recv())["type"] == "session.created"


async def test_more_sessions_than_allowed_are_refused_until_one_ends(serve, samples_home):
    with serve(samples_home, env={"REPARTEE_SERVE_SESSIONS": "2"}) as served:
        async with connect(served.ws_url), connect(served.ws_url):
            with pytest.raises(InvalidStatus) as refused:
                await connect(served.ws_url)
            assert refused.value.response.status_code == 503
        for _ in range(50):
            try:
                async with connect(served.ws_url):
                    break
            except InvalidStatus:
                await asyncio.sleep(0.05)
        else:
            pytest.fail("no session was given back")


async def test_too_many_requests_are_refused(serve, samples_home):
    with serve(samples_home, env={"REPARTEE_SERVE_REQUESTS_PER_MINUTE": "5"}) as served:
        codes = []
        for _ in range(7):
            try:
                codes.append(urllib.request.urlopen(f"{served.url}/v1/models").status)
            except urllib.error.HTTPError as error:
                codes.append(error.code)
    assert codes[:5] == [200] * 5
    assert codes[6] == 429


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_other_machines_are_let_in_only_with_a_token_or_when_that_is_meant(host):
    with pytest.raises(ReparteeError, match="no token is set"):
        bind(ServeConfig(host=host, port=0))
    for config, insecure in (
        (ServeConfig(host=host, port=0, token="t"), False),
        (ServeConfig(host=host, port=0), True),
    ):
        bind(config, insecure=insecure).close()


def test_a_port_that_is_taken_is_told_in_a_sentence(repartee, samples_home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = repartee(samples_home, "serve", "--port", taken.getsockname()[1])
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "choose another" in done.stderr


def test_a_host_that_is_none_is_told_in_a_sentence():
    with pytest.raises(ReparteeError, match="not an address of this machine"):
        bind(ServeConfig(host="no.such.host.invalid"))


@pytest.mark.parametrize(
    ("address", "own"), [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("10.0.0.1", False)]
)
def test_loopback_is_told_from_other_addresses(address, own):
    assert is_loopback(address) is own


async def test_tls(serve, samples_home, tmp_path):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    make += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(make, check=True, capture_output=True)
    with pytest.raises(ReparteeError, match="belong together"):
        check_tls(ServeConfig(certificate=str(certificate)))
    with pytest.raises(ReparteeError, match="matching pair"):
        check_tls(ServeConfig(certificate=str(key), key=str(certificate)))
    with serve(samples_home, "--certificate", str(certificate), "--key", str(key)) as served:
        assert served.url.startswith("https://")
        trusting = ssl.create_default_context(cafile=certificate)
        async with session(served, ssl=trusting) as line:
            assert "41 metres" in await ask(line, "How tall is the lighthouse at Marlow Point?")


# What the log says


async def test_every_line_of_a_session_names_it_and_requests_are_told_when_that_is_wished(serve, samples_home):
    with serve(samples_home, "--verbose") as served:
        ids = []
        for _ in range(2):
            async with connect(served.ws_url) as line:
                ids.append((await until(line, "session.created"))["session"]["id"])
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{served.url}/no%1b%5bsuch")
        with pytest.raises(InvalidStatus):
            await connect(served.ws_url, origin="https://evil.example")
        await eventually(lambda: served.log.read_text().count("ended by the client") == 2)
    log = served.log.read_text()
    for each in ids:
        assert [line.partition(f" {each}: ")[2] for line in log.splitlines() if each in line] == [
            "opened for 127.0.0.1",
            "127.0.0.1 WebSocket '/v1/realtime' accepted",
            "ended by the client with 1000",
        ]
    assert "127.0.0.1 GET '/no\\x1b[such' 404" in log
    assert "127.0.0.1 WebSocket '/v1/realtime' 403" in log
    assert "Traceback" not in log
    assert "without completing" not in log


async def test_strangers_leave_no_lines_in_the_log(serve, samples_home):
    with serve(samples_home, env={"REPARTEE_SERVE_TOKEN": "sesame"}) as served:
        host, port = served.url.removeprefix("http://").split(":")
        with pytest.raises(InvalidStatus):
            await connect(served.ws_url)
        for nonsense in (
            b"\x00\x01\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
        ):
            with socket.create_connection((host, int(port))) as line:
                line.sendall(nonsense)
                assert line.recv(4096)
        headers = {"Authorization": "Bearer sesame"}
        async with connect(served.ws_url, additional_headers=headers) as line:
            await line.send(b"\xff\xfe", text=True)
            assert await close_code(line) == 1007
    reads, listening = served.log.read_text().splitlines()
    assert reads.startswith("In the ")
    assert listening == f"Listening on {served.url}"


# How it ends


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_in_order_and_tells_the_clients(serve, samples_home, number):
    with serve(samples_home) as served:
        async with session(served) as line:
            served.process.send_signal(number)
            assert await close_code(line) == 1012
        assert await asyncio.to_thread(served.process.wait, 15) == 0
        assert "Traceback" not in served.log.read_text()


# Hostile clients


@pytest.fixture(scope="module")
def alone(serve, samples_home):
    """A server that tests may hurt, and must not break for each other; impatient, so that they are short."""
    env = {"REPARTEE_SERVE_PING_S": "0.5", "REPARTEE_SERVE_REQUESTS_PER_MINUTE": "0", "REPARTEE_SERVE_SESSIONS": "400"}
    with serve(samples_home, env=env) as served:
        yield served
        assert "Traceback" not in served.log.read_text()


async def still_answers(served) -> None:
    async with session(served) as line:
        assert "41 metres" in await ask(line, "How tall is the lighthouse at Marlow Point?")


async def test_a_giant_message_ends_only_its_own_connection(alone):
    async with connect(alone.ws_url, max_size=None, compression=None) as line:
        await until(line, "session.created")
        with contextlib.suppress(ConnectionClosed):
            await line.send("x" * (17 * 1024 * 1024))
        assert await close_code(line) == 1009
    await still_answers(alone)


async def test_who_reads_nothing_and_answers_no_ping_is_cut(alone):
    """A half-open socket: shaken hands, then silence for ever."""
    await still_answers(alone)
    files = alone.open_files()
    with contextlib.ExitStack() as sockets:
        for _ in range(20):  # on a busy machine the first are cut before the last come
            sockets.enter_context(await asyncio.to_thread(shake_hands, alone.url))
        assert alone.open_files() > files + 1
        await eventually(lambda: alone.open_files() <= files + 1)


async def test_a_client_that_asks_and_never_reads_is_held_to_a_bound(alone):
    await still_answers(alone)
    memory = alone.memory_mb()
    greedy = await asyncio.to_thread(shake_hands, alone.url)
    wish = json.dumps({"type": "conversation.item.retrieve", "item_id": "x" * 90}).encode()
    frame = b"\x81\xfe" + len(wish).to_bytes(2, "big") + bytes(4) + wish
    greedy.settimeout(5)

    def flood() -> None:
        try:
            for _ in range(2000):
                greedy.sendall(frame * 50)
        except OSError:
            pass  # cut, or no longer read: both are bounds

    await asyncio.to_thread(flood)
    assert alone.memory_mb() < memory + 40
    await still_answers(alone)
    greedy.close()


async def test_who_sends_large_items_is_told_what_is_wrong_with_them_and_not_taken_for_slow(alone):
    """7.7 MB of items, echoed: almost twice what may wait to be read."""
    text = {"type": "input_text", "text": "x" * 60_000}
    async with session(alone) as line:
        await send(line, "conversation.item.create", item={"type": "message", "role": "user", "content": [text] * 64})
        assert (await until(line, "error"))["error"]["code"] == "string_above_max_length"
        item = {"type": "message", "role": "user", "content": [text] * 8}
        sending = [asyncio.create_task(send(line, "conversation.item.create", item=item)) for _ in range(16)]
        for _ in range(16):
            assert len((await until(line, "conversation.item.done"))["item"]["content"]) == 8
        await asyncio.gather(*sending)
        assert "41 metres" in await ask(line, "How tall is the lighthouse at Marlow Point?")


async def test_a_conversation_holds_a_bounded_memory_and_none_when_its_client_has_left(alone):
    """60 MB of items."""
    await still_answers(alone)
    memory = alone.memory_mb()
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x" * 60_000}] * 8}
    async with session(alone) as line:
        reading = asyncio.create_task(drain(line))
        for _ in range(125):
            await send(line, "conversation.item.create", item=item)
        assert alone.memory_mb() < memory + 40
        reading.cancel()
    await still_answers(alone)
    assert alone.memory_mb() < memory + 60


async def drain(line: ClientConnection) -> None:
    async for _ in line:
        pass


async def test_connects_and_drops_leave_nothing_behind(alone):
    second = base64.b64encode(bytes(48_000)).decode()

    async def come_and_go(number: int) -> None:
        line = await connect(alone.ws_url, compression=None)
        if number % 2:
            await send(line, "input_audio_buffer.append", audio=second)  # each has an ear of 3 MB by then
        if number % 4:
            await send(line, "response.create")
            await line.close()
        else:
            line.transport.abort()

    async def wave(count: int) -> None:
        for _ in range(count // 20):
            await asyncio.gather(*(come_and_go(number) for number in range(20)))

    await wave(300)
    await eventually(lambda: health(alone)["sessions"] == 0)
    files, memory = alone.open_files(), alone.memory_mb()
    await wave(500)
    await eventually(lambda: health(alone)["sessions"] == 0)
    await eventually(lambda: alone.open_files() <= files + 2)
    assert alone.memory_mb() < memory + 60
    await still_answers(alone)


async def test_a_flood_of_audio_is_read_no_faster_than_it_is_worth(alone):
    """Two minutes of audio at once: the burst is taken, the rest slowly, and others are served meanwhile."""
    second = base64.b64encode(bytes(48_000)).decode()
    async with connect(alone.ws_url, max_size=None, compression=None) as flood:
        message = json.dumps({"type": "input_audio_buffer.append", "audio": second})

        async def pour() -> None:
            for _ in range(120):
                await flood.send(message)

        pouring = asyncio.create_task(pour())
        began = time.monotonic()
        await still_answers(alone)
        assert time.monotonic() - began < 60
        pouring.cancel()


async def test_audio_faster_than_real_time_is_heard_more_slowly_and_the_line_holds(alone):
    """What comes after it waits for longer than both sides wait for an answer to a ping."""
    patient = {"ping_interval": 0.5, "ping_timeout": 2, "max_size": None, "compression": None}
    async with connect(alone.ws_url, **patient) as line:
        await send(line, "session.update", session={"output_modalities": ["text"]})
        await send(line, "input_audio_buffer.append", audio=base64.b64encode(bytes(48_000 * 76)).decode())
        assert "41 metres" in await ask(line, "How tall is the lighthouse at Marlow Point?")


async def test_pings_are_answered_while_an_hour_of_audio_is_poured_in(alone):
    """What there is no room for is refused by an error that names its event; it costs a bounded memory."""
    audio = base64.b64encode(bytes(48_000 * 230)).decode()  # 15 MB
    async with connect(alone.ws_url, max_size=None, compression=None, ping_interval=None) as line:
        await send(line, "input_audio_buffer.append", audio=audio)
        memory = alone.memory_mb()
        for number in range(7):
            await send(line, "input_audio_buffer.append", event_id=f"e{number}", audio=audio)
        await asyncio.wait_for(await line.ping(), 60)
        refused = [(await until(line, "error"))["error"] for _ in range(6)]
        assert {error["code"] for error in refused} == {"input_audio_buffer_full"}
        assert [error["event_id"] for error in refused] == ["e1", "e2", "e3", "e4", "e5", "e6"]
        assert alone.memory_mb() < memory + 200  # of 100 MB that were sent, several copies each
    await still_answers(alone)


def shake_hands(url: str) -> socket.socket:
    """Open a WebSocket by hand and read nothing more."""
    host, port = url.removeprefix("http://").split(":")
    line = socket.create_connection((host, int(port)))
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    key = base64.b64encode(os.urandom(16)).decode()
    line.sendall(
        f"GET /v1/realtime HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert b" 101 " in line.recv(64)
    return line


def health(served) -> dict[str, Any]:
    return json.loads(urllib.request.urlopen(f"{served.url}/health").read())


async def eventually(holds, within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.1)

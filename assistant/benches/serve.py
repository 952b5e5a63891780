"""`repartee bench serve`: hostile clients against a server of its own, and what they leave behind. Linux only."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from assistant.benches.turn import Server, served
from assistant.config import Config
from engines.figures import Figures

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

PING_S = 1.0  # the server is made impatient, so that the bench need not wait long for it
TOGETHER = 50  # connections opened at once
SETTINGS = {
    "REPARTEE_SERVE_PING_S": str(PING_S),
    "REPARTEE_SERVE_REQUESTS_PER_MINUTE": "0",
    "REPARTEE_SERVE_SESSIONS": "1000",
}


@dataclass(frozen=True)
class State:
    """The server after an attack: what it holds, and how long a typed question takes it (median, ms).

    `curve_mb` is its memory after each tenth of the attack, sessions that are still ending included.
    """

    attack: str
    memory_mb: float
    open_files: int
    answer_ms: float
    seconds: float
    curve_mb: tuple[float, ...] = ()


Attack = Callable[[str, int], Awaitable[None]]


@click.command()
@click.option("--connects", default=10_000, show_default=True, type=click.IntRange(1), help="Connects and drops.")
@click.option("--events", default=20_000, show_default=True, type=click.IntRange(1), help="Events of the flood.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each attack.")
@click.pass_obj
def command(config: Config, connects: int, events: int, as_json: bool) -> None:
    """Attack a server of its own on this machine; print its memory, open files and answers after each attack."""
    if not as_json:
        click.echo(f"{'after':<44}{'MB':>8}{'files':>8}{'answer ms':>11}{'s':>8}")

    def tell(state: State) -> None:
        if as_json:
            click.echo(json.dumps(vars(state)))
            return
        click.echo(
            f"{state.attack:<44}{state.memory_mb:>8.1f}{state.open_files:>8}{state.answer_ms:>11.1f}{state.seconds:>8.1f}"
        )
        if state.curve_mb:
            click.echo("  MB after each tenth: " + " ".join(f"{mb:.0f}" for mb in state.curve_mb))

    asyncio.run(attack_all(config, connects, events, tell))


async def attack_all(config: Config, connects: int, events: int, tell: Callable[[State], None]) -> None:
    """Tell the state before and after each attack. Raises ReparteeError where the server cannot be started."""
    attacks: list[tuple[str, Attack, int]] = [
        (f"{connects} connects and drops", connects_and_drops, connects),
        (f"{events} events that are none", flood, events),
        ("20 messages of 17 MiB", giants, 20),
        ("100 half-open sockets", half_open, 100),
        ("20 that ask and never read", deaf, 20),
        (f"{connects} connects and drops again", connects_and_drops, connects),
    ]
    async with served(config, SETTINGS) as server:
        await _settled(server, "warm-up", time.monotonic())
        tell(await _settled(server, "nothing", time.monotonic()))
        for name, attack, count in attacks:
            began, curve = time.monotonic(), []
            if attack is connects_and_drops:
                for tenth in range(10):
                    await attack(server.url, count * (tenth + 1) // 10 - count * tenth // 10)
                    curve.append(_memory_mb(server))
            else:
                await attack(server.url, count)
            tell(replace(await _settled(server, name, began), curve_mb=tuple(curve)))


async def connects_and_drops(url: str, count: int) -> None:
    """Connect and leave: at once by cutting the line, in the middle of a question, or of a sentence."""
    second = json.dumps({"type": "input_audio_buffer.append", "audio": base64.b64encode(bytes(48_000)).decode()})

    async def come_and_go(number: int) -> None:
        async with _line(url) as line:
            if number % 3 == 0:
                line.transport.abort()
            elif number % 3 == 1:
                await _ask(line)
            else:
                await line.send(second)

    for start in range(0, count, TOGETHER):
        await asyncio.gather(*(come_and_go(start + n) for n in range(min(TOGETHER, count - start))))


async def flood(url: str, count: int) -> None:
    """Send what is no JSON, no event, no base64, nested too deeply or out of place, from ten connections."""
    rng = random.Random(1)  # noqa: S311
    shapes = (
        lambda: "{" * rng.randrange(1, 4000),
        lambda: json.dumps({"type": rng.choice(["session.update", "nonsense"]), "session": rng.random()}),
        lambda: json.dumps({"type": "input_audio_buffer.append", "audio": "*" * rng.randrange(1, 2000)}),
        lambda: json.dumps({"type": "conversation.item.truncate", "item_id": "x" * 5000, "audio_end_ms": -1}),
        lambda: json.dumps({"type": "conversation.item.create", "item": {"type": "message", "role": "user"}}),
        lambda: json.dumps({"type": "session.update", "session": {"tools": [{}] * 1000}}),
        lambda: base64.b64encode(rng.randbytes(300)).decode(),
    )

    async def pour(messages: int) -> None:
        async with _line(url) as line:
            reading = asyncio.create_task(_read_all(line))
            for _ in range(messages):
                await line.send(rng.choice(shapes)())
            reading.cancel()

    await asyncio.gather(*(pour(count // 10) for _ in range(10)))


async def giants(url: str, count: int) -> None:
    """Send messages larger than any may be."""
    from websockets.exceptions import ConnectionClosed

    for _ in range(count):
        async with _line(url) as line:
            with contextlib.suppress(ConnectionClosed):
                await line.send("x" * (17 * 1024 * 1024))


async def half_open(url: str, count: int) -> None:
    """Shake hands and fall silent; the server's pings find out."""
    lines = [await _by_hand(url) for _ in range(count)]
    await asyncio.sleep(3 * PING_S)
    for writer in lines:
        writer.transport.abort()


async def deaf(url: str, count: int) -> None:
    """Ask and ask and read nothing."""
    wish = json.dumps({"type": "conversation.item.retrieve", "item_id": "x" * 90}).encode()
    frame = b"\x81\xfe" + len(wish).to_bytes(2, "big") + bytes(4) + wish

    async def shout() -> None:
        writer = await _by_hand(url)
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(5 * PING_S):
                while True:
                    writer.write(frame * 100)
                    await writer.drain()
        writer.transport.abort()

    await asyncio.gather(*(shout() for _ in range(count)))


@asynccontextmanager
async def _line(url: str) -> AsyncIterator[ClientConnection]:
    from websockets.asyncio.client import connect

    async with connect(
        url, compression=None, max_size=None, ping_interval=None, open_timeout=60, close_timeout=2
    ) as line:
        yield line


async def _by_hand(url: str) -> asyncio.StreamWriter:
    """Open a WebSocket whose incoming bytes nobody takes."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1024)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    return writer


async def _ask(line: ClientConnection) -> None:
    content = [{"type": "input_text", "text": "How tall is the lighthouse at Marlow Point?"}]
    item = {"type": "message", "role": "user", "content": content}
    for event in ({"type": "conversation.item.create", "item": item}, {"type": "response.create"}):
        await line.send(json.dumps(event))


async def _read_all(line: ClientConnection) -> None:
    async for _ in line:
        pass


async def _settled(server: Server, attack: str, began: float) -> State:
    """Return the state once every session of the attack has ended."""
    seconds = time.monotonic() - began
    times_ms = []
    async with _line(server.url) as line:
        session: dict[str, Any] = {"output_modalities": ["text"]}
        await line.send(json.dumps({"type": "session.update", "session": session}))
        for _ in range(15):
            asked = time.perf_counter()
            await _ask(line)
            while json.loads(await line.recv())["type"] != "response.done":
                pass
            times_ms.append((time.perf_counter() - asked) * 1000)
            await asyncio.sleep(0.6)  # slower than the pace that is allowed
    await asyncio.sleep(2 * PING_S)
    return State(attack, _memory_mb(server), _open_files(server), round(Figures.of(times_ms).p50, 1), round(seconds, 1))


def _memory_mb(server: Server) -> float:
    """Return the server's resident memory, without the recognizer's processes."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return round(int(status.partition("VmRSS:")[2].split()[0]) / 1024, 1)


def _open_files(server: Server) -> int:
    return len(list(Path(f"/proc/{server.pid}/fd").iterdir()))

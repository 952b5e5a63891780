"""The devices over HTTP: the application on real sockets, a real broker, a virtual house on it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import types
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from assistant.channels.web.app import build_app
from assistant.channels.web.http import home as module
from assistant.config import Config
from assistant.home.demo import Demo
from assistant.home.home import Home
from assistant.home.settings import HomeConfig
from assistant.service import Service
from assistant.skills.choose import OwnSkills
from tests.assistant.channels.web.http.test_http import call
from tests.assistant.home.conftest import Mosquitto

PLAIN = {"id", "name", "domain", "area", "state", "available"}


@dataclass
class House:
    """What is there: the server's port, its service, its home, and the virtual house."""

    port: int
    service: Service
    home: Home
    demo: Demo
    broker: Mosquitto

    async def get(self, path: str) -> tuple[int, Any]:
        status, _, body = await asyncio.to_thread(call, f"http://127.0.0.1:{self.port}/v1/home/{path}")
        return status, json.loads(body)

    async def post(self, device: str, body: Any) -> tuple[int, Any]:
        url = f"http://127.0.0.1:{self.port}/v1/home/devices/{device}"
        status, _, answer = await asyncio.to_thread(call, url, body)
        return status, json.loads(answer)

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[Watch]:
        """A client of the stream, over HTTP 1.0, which knows no chunks."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"GET /v1/home/events HTTP/1.0\r\nHost: x\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        try:
            yield Watch(int(head.split()[1]), head, reader)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


@dataclass
class Watch:
    """What a client of the stream reads."""

    status: int
    head: bytes
    reader: asyncio.StreamReader

    async def event(self) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while not (line := await self.reader.readline()).startswith(b"data: "):
                assert line, "the stream ended"
        return json.loads(line[6:])

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while not holds(event := await self.event()):
            pass
        return event


@pytest.fixture
def house(running: Any, tmp_path: Path) -> Callable[..., AbstractAsyncContextManager[House]]:
    @asynccontextmanager
    async def run(silent: tuple[str, ...] = (), ping_s: float = 20.0, **settings: Any) -> AsyncIterator[House]:
        broker = Mosquitto(tmp_path / "broker")
        broker.start()
        wanted = HomeConfig(broker=broker.url, publish=False, history_days=0, **settings)
        home, demo = Home.open(wanted, tmp_path), Demo(HomeConfig(), broker.url, silent=silent)
        config = Config(tmp_path)
        config = replace(config, serve=replace(config.serve, requests_per_minute=0, ping_s=ping_s))
        service = Service(types.SimpleNamespace(config=config, home=home, own_skills=OwnSkills(config)))
        tasks = [asyncio.create_task(demo.run()), asyncio.create_task(home.run())]
        try:
            await until(lambda: len(known := home.devices()) == 14 and all(one["available"] for one in known))
            async with running(build_app(service)) as server:
                yield House(server.port, service, home, demo, broker)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            broker.kill()

    return run


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


async def test_the_list_keeps_its_six_fields_and_tells_all_where_it_is_asked(house) -> None:
    async with house() as there:
        status, listed = await there.get("devices")
        assert status == 200
        assert [set(one) for one in listed] == [PLAIN] * 14
        _, listed = await there.get("devices?detail=1")
        by_id = {one["id"]: one for one in listed}
        lamp = by_id["light.sofa_lamp"]
        assert set(lamp) > PLAIN
        assert {"brightness", "color_temp", "rgb"} <= set(lamp["features"])
        assert (lamp["attributes"]["brightness"], lamp["minimum"], lamp["confirm"]) == (71, 2000, [])
        assert by_id["lock.front_door"]["confirm"] == ["unlock"]
        assert by_id["cover.garage_door"]["confirm"] == ["open", "set_position"]
        assert by_id["sensor.kitchen_temperature"]["unit"] == "°C"


async def test_a_command_is_carried_out_once_and_confirmed(house) -> None:
    async with house() as there:
        status, told = await there.post("light.sofa_lamp", {"service": "turn_on", "values": {"brightness": 40}})
        assert (status, told["outcome"], told["spoken"]) == (200, "acted", "The sofa lamp is at 40 percent.")
        assert told["action"]["confirmed"]
        assert told["action"]["results"] == {"light.sofa_lamp": "done"}
        assert told["device"]["attributes"]["brightness"] == 40
        assert (await there.post("light.sofa_lamp", {"service": "toggle"}))[1]["device"]["state"] == "off"
        assert there.demo.commands == 2


async def test_a_risky_command_wants_to_be_confirmed_whatever_it_is_called(house) -> None:
    async with house() as there:
        for body in ({"service": "unlock"}, {"service": "toggle"}, {"service": "unlock", "confirmed": False}):
            status, told = await there.post("lock.front_door", body)
            assert (status, told["error"]["code"]) == (409, "confirmation_required")
            assert told["error"]["message"].startswith("Unlock the front door?")
        assert (await there.post("cover.garage_door", {"service": "turn_on"}))[0] == 409
        assert (await there.post("cover.garage_door", {"service": "set_position", "values": {"position": 5}}))[0] == 409
        assert there.demo.commands == 0
        status, told = await there.post("lock.front_door", {"service": "unlock", "confirmed": True})
        assert (status, told["action"]["results"]) == (200, {"lock.front_door": "under_way"})
        assert there.demo.commands == 1


async def test_what_the_owner_trusts_needs_no_confirmation(house) -> None:
    async with house(unconfirmed=("lock",)) as there:
        assert (await there.post("lock.front_door", {"service": "unlock"}))[0] == 200
        assert (await there.post("cover.garage_door", {"service": "open"}))[0] == 409


async def test_a_device_that_does_not_answer_is_told(house) -> None:
    async with house(silent=("Landing Lamp",)) as there:
        status, told = await there.post("light.landing_lamp", {"service": "turn_on"})
        assert (status, told["outcome"]) == (200, "failed")
        assert told["spoken"] == "The landing lamp did not answer."


@pytest.mark.parametrize(
    ("device", "body", "status", "said"),
    [
        ("light.nowhere", {"service": "turn_on"}, 404, "There is no device 'light.nowhere'."),
        ("light.sofa_lamp", {}, 400, "'service' is needed."),
        ("light.sofa_lamp", {"service": 5}, 400, "'service' must be a string"),
        ("light.sofa_lamp", {"service": "x" * 51}, 400, "longer than 50"),
        ("light.sofa_lamp", {"service": "explode"}, 400, "Sofa Lamp cannot do that: it has no explode."),
        ("sensor.kitchen_temperature", {"service": "turn_on"}, 400, "cannot do that"),
        ("light.sofa_lamp", {"service": "turn_on", "values": []}, 400, "'values' must be an object"),
        ("light.sofa_lamp", {"service": "turn_on", "values": {"glow": 1}}, 400, "There is no 'values.glow'"),
        ("light.sofa_lamp", {"service": "turn_on", "values": {"effect": "e" * 256}}, 400, "longer than 255"),
        ("light.sofa_lamp", {"service": "turn_on", "values": {"rgb": [1, 2]}}, 400, "a colour of three numbers"),
        ("light.sofa_lamp", {"service": "turn_on", "values": {"rgb": [1, 2, "x"]}}, 400, "must be a whole number"),
        ("light.sofa_lamp", {"service": "turn_on", "values": {"brightness": {}}}, 400, "must be a number"),
        ("light.sofa_lamp", {"service": "turn_on", "values": {"brightness": "dim"}}, 400, "is no number"),
        ("light.sofa_lamp", b'{"service": "turn_on", "values": {"brightness": 1e999}}', 400, "is not a json number"),
        ("cover.blinds", {"service": "set_position"}, 400, "it needs to be told the position"),
        ("climate.bedroom_heating", {"service": "set_mode", "values": {"mode": "boil"}}, 400, "it knows no boil"),
        ("lock.front_door", {"service": "unlock", "confirmed": "yes"}, 400, "'confirmed' must be a boolean"),
        ("light.sofa_lamp", b'{"service": NaN}', 400, "not valid JSON"),
        ("light.sofa_lamp", b"[" * 70_000, 413, "larger than 64 KB"),
    ],
)
async def test_what_cannot_be_done_is_refused_in_one_sentence(house, device, body, status, said) -> None:
    async with house() as there:
        answered, told = await there.post(device, body)
        assert answered == status, told
        assert said in told["error"]["message"]
        assert there.demo.commands == 0


async def test_a_value_out_of_range_is_refused_in_one_sentence_and_not_cut(house) -> None:
    lamp, blinds, fan, heating = "light.sofa_lamp", "cover.blinds", "fan.bedroom_fan", "climate.bedroom_heating"
    percent = "goes from 0 to 100 percent, not to"
    async with house() as there:
        for device, service, name, value, said in (
            (lamp, "turn_on", "brightness", -4, f"Sofa Lamp cannot do that: its brightness {percent} -4."),
            (lamp, "turn_on", "brightness", 900, f"Sofa Lamp cannot do that: its brightness {percent} 900."),
            (lamp, "turn_on", "brightness", True, "its brightness has to be a number, and True is no number."),
            (lamp, "turn_on", "brightness", 10**400, "that it could be told."),
            (lamp, "turn_on", "kelvin", 1500, "its colour temperature goes from 2000 to 6500 kelvin, not to 1500."),
            (lamp, "turn_on", "rgb", [0, 256, 0], "its green goes from 0 to 255, not to 256."),
            (lamp, "turn_on", "position", 5, "it takes no position when it is told to turn on."),
            (blinds, "set_position", "position", 101, f"its position {percent} 101."),
            (fan, "set_percentage", "percentage", -1, f"its percentage {percent} -1."),
            (heating, "set_temperature", "temperature", 99, "it goes from 5 to 30 °C."),
            (heating, "set_temperature", "temperature", "20", "has to be a number, and '20' is no number."),
        ):
            status, told = await there.post(device, {"service": service, "values": {name: value}})
            assert (status, told.get("error", told)["message"][-len(said) :]) == (400, said)
        assert there.demo.commands == 0


async def test_without_its_broker_nothing_is_claimed(house) -> None:
    async with house() as there, there.watch() as watch:
        await watch.event()
        there.broker.kill()
        told = await watch.until(lambda event: not event["connected"])
        assert (told["devices"], bool(told["problem"])) == ([], True)
        status, told = await there.post("light.sofa_lamp", {"service": "turn_on"})
        assert (status, told["error"]["code"]) == (503, "home_unreachable")
        there.broker.start()
        await watch.until(lambda event: event["connected"])


async def test_the_stream_tells_everything_and_then_what_changes(house) -> None:
    async with house() as there, there.watch() as watch:
        assert watch.status == 200
        assert b"text/event-stream" in watch.head
        first = await watch.event()
        assert (first["whole"], first["more"], first["connected"]) == (True, False, True)
        assert len(first["devices"]) == 14
        assert all("services" in one for one in first["devices"])
        await there.post("light.sofa_lamp", {"service": "turn_on"})
        later = await watch.until(lambda event: any(one["id"] == "light.sofa_lamp" for one in event["devices"]))
        [lamp] = [one for one in later["devices"] if one["id"] == "light.sofa_lamp"]
        assert set(lamp) == {"id", "state", "available", "attributes"}
        assert (later["whole"], lamp["state"]) == (False, "on")
        removal = there.demo.house.removal()[0]
        await there.demo.broker.publish(removal, retain=True)
        gone = await watch.until(lambda event: event["removed"])
        assert gone["removed"] == ["light.ceiling_light"]


async def test_a_stream_ends_with_its_client_and_with_the_server(house) -> None:
    async with house(ping_s=0.2) as there:
        async with there.watch() as watch:
            await watch.event()
            assert len(there.home._listeners) == 1
        await until(lambda: not there.home._listeners)
        async with there.watch() as watch:
            await watch.event()
            async with asyncio.timeout(60):
                while b"still here" not in await watch.reader.readline():  # so that a client that is gone is found out
                    pass
            there.service.stopping.set()
            await asyncio.wait_for(watch.reader.read(), 60)
        assert not there.home._listeners


async def test_a_client_that_does_not_read_is_owed_states_and_not_events(house, monkeypatch) -> None:
    made, real = 0, module._event

    def counted(*given: Any, **options: Any) -> str:
        nonlocal made
        made += 1
        return real(*given, **options) + f":{' ' * 1000}\n" * 4000

    monkeypatch.setattr(module, "_event", counted)
    async with house() as there, there.watch() as watch:
        await until(lambda: made == 1)
        for _ in range(40):  # more than its line and its buffers hold, were each an event
            assert (await there.post("switch.fridge", {"service": "toggle"}))[1]["outcome"] == "acted"
            await asyncio.sleep(0.06)
        assert made < 10
        assert (await there.post("switch.fridge", {"service": "turn_off"}))[1]["outcome"] == "acted"
        await watch.until(
            lambda event: any((one["id"], one["state"]) == ("switch.fridge", "off") for one in event["devices"])
        )


async def test_no_more_watch_than_there_is_room_for(house, monkeypatch) -> None:
    monkeypatch.setattr("assistant.channels.web.http.home.MOST_WATCHERS", 1)
    async with house() as there:
        async with there.watch() as first:
            await first.event()
            assert (await there.get("events"))[0] == 503
        await until(lambda: not there.home._listeners)
        async with there.watch() as second:
            assert second.status == 200


async def test_without_a_broker_clients_are_told_not_to_come_back(running, tmp_path) -> None:
    config = Config(tmp_path)
    service = Service(types.SimpleNamespace(config=config, home=None, own_skills=OwnSkills(config)))
    async with running(build_app(service)) as server:
        status, _, body = await asyncio.to_thread(call, f"http://127.0.0.1:{server.port}/v1/home/events")
        assert (status, body) == (204, b"")


@pytest.mark.parametrize(
    ("path", "body"), [("events", None), ("devices?detail=1", None), ("devices/light.x", {"service": "turn_on"})]
)
async def test_who_has_no_token_sees_and_does_nothing(running, tmp_path, path, body) -> None:
    config = Config(tmp_path)
    config = replace(config, serve=replace(config.serve, token="open-sesame"))
    service = Service(types.SimpleNamespace(config=config, home=None, own_skills=OwnSkills(config)))
    async with running(build_app(service)) as server:
        status, _, _ = await asyncio.to_thread(call, f"http://127.0.0.1:{server.port}/v1/home/{path}", body)
        assert status == 401

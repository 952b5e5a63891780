"""Who asks from a room means that room: the real server, a real broker and a virtual house."""

from __future__ import annotations

import asyncio
import json
import urllib.request

import pytest
from websockets.asyncio.client import connect as websocket
from wyoming.asr import Transcript
from wyoming.handle import Handled
from wyoming.info import Describe, Info
from wyoming.intent import Intent, NotRecognized, Recognize

from assistant.home.demo import Demo
from assistant.home.settings import HomeConfig
from tests.assistant.channels.wyoming.conftest import connecting, uri_of
from tests.assistant.home.conftest import Mosquitto
from tests.conftest import Served

AREAS = {"assist_satellite.kitchen": "Kitchen", "bedside": "Bedroom"}
NEEDED = {"Kitchen Light", "Bedside Lamp", "Sofa Lamp"}


def lights(url: str) -> dict[str, str]:
    """Return the state of every light by its name."""
    with urllib.request.urlopen(f"{url}/v1/home/devices", timeout=60) as answer:
        return {one["name"]: one["state"] for one in json.load(answer) if one["domain"] == "light"}


async def understood(served: Served, *names: str) -> bool:
    """Whether the server knows what to do when these lights are to be turned on."""
    async with connecting(await asyncio.to_thread(uri_of, served))() as client:
        await client.send(*(Recognize(text=f"Turn on the {name}") for name in names))
        return all([Intent.is_type((await client.next()).type) for _ in names])


@pytest.fixture
async def house(serve, own_home, tmp_path):
    """A server with a virtual house, and what its devices heard."""
    mosquitto = Mosquitto(tmp_path / "broker")
    mosquitto.start()
    demo = Demo(HomeConfig(), mosquitto.url)
    living = asyncio.create_task(demo.run())
    settings = {"REPARTEE_HOME_BROKER": mosquitto.url, "REPARTEE_SATELLITES_AREAS": json.dumps(AREAS)}
    running = serve(own_home, "--wyoming", "tcp://127.0.0.1:0", env=settings)
    served = await asyncio.to_thread(running.__enter__)
    try:
        async with asyncio.timeout(120):  # on a busy machine the house comes after the server
            while not (await asyncio.to_thread(lights, served.url)).keys() >= NEEDED:
                await asyncio.sleep(0.05)
            while not await understood(served, *NEEDED):  # what may be said of them is compiled beside the turns
                await asyncio.sleep(0.05)
        yield served, demo
    finally:
        living.cancel()
        await asyncio.wait([living])
        await asyncio.to_thread(running.__exit__, None, None, None)
        mosquitto.kill()


async def test_the_light_is_that_of_the_room_in_which_it_was_asked_for(house) -> None:
    served, demo = house
    connect = connecting(await asyncio.to_thread(uri_of, served))
    before = await asyncio.to_thread(lights, served.url)

    async def say(text: str, **context: str) -> str | None:
        async with connect() as client:
            await client.send(Transcript(text=text, context=context))
            return Handled.from_event((await client.until("handled"))[-1]).text

    async with connect() as client:
        await client.send(Describe(), Recognize(text="Turn on the light", context={"satellite_id": "bedside"}))
        assert Info.from_event(await client.next()).handle[0].supports_home_control
        meant = Intent.from_event(await client.next())
        assert meant.name == "HassTurnOn"
        assert demo.commands == 0, "to understand is not to do"
        await client.send(Recognize(text="Unlock the front door"))
        assert NotRecognized.from_event(await client.next()).text.endswith("?")
        await client.send(Recognize(text="Turn on the sofa lamp and turn off the kitchen light", context={"a": 1}))
        first, *several, last = await client.until("intents-stop")
        assert (first.type, first.data["context"], last.data["context"]) == ("intents-start", {"a": 1}, {"a": 1})
        intents = [Intent.from_event(event) for event in several]
        assert [(one.name, one.entities[0].value) for one in intents] == [
            ("HassTurnOn", "Sofa Lamp"),
            ("HassTurnOff", "Kitchen Light"),
        ]
    assert demo.commands == 0

    await say("Turn off the light", conversation_id="k", satellite_id="assist_satellite.kitchen")
    assert (await asyncio.to_thread(lights, served.url)) == before | {"Kitchen Light": "off"}
    await say("Turn it on", conversation_id="k")
    assert (await asyncio.to_thread(lights, served.url)) == before
    await say("Turn on the light", satellite_id="bedside")
    assert (await asyncio.to_thread(lights, served.url)) == before | {"Bedside Lamp": "on"}
    assert demo.commands == 3


async def test_a_realtime_session_says_where_it_is_or_has_a_name_whose_place_is_set(house) -> None:
    served, demo = house

    async def turn_on(query: str) -> list[str]:
        demo.heard.clear()
        async with websocket(f"{served.ws_url}?model=repartee&{query}") as line:
            item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Turn on the light"}]}
            await line.send(json.dumps({"type": "conversation.item.create", "item": item}))
            await line.send(json.dumps({"type": "response.create", "response": {"output_modalities": ["text"]}}))
            async with asyncio.timeout(60):
                while json.loads(await line.recv())["type"] != "response.done":
                    pass
        return [what.partition(":")[0] for what in demo.heard]

    assert await turn_on("area=Kitchen") == ["Kitchen Light"]
    assert await turn_on("name=bedside") == ["Bedside Lamp"]

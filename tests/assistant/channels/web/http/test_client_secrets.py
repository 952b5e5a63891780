"""Short-lived keys for browsers: what they open, with which settings, and for how long."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from assistant.channels.keys import MOST_KEYS, ClientKeys

TOKEN = "correct-horse"
MUTE = {"type": "realtime", "output_modalities": ["text"], "audio": {"input": {"turn_detection": None}}}


@pytest.fixture(scope="module")
def guarded(serve, samples_home):
    with serve(samples_home, env={"REPARTEE_SERVE_TOKEN": TOKEN}) as served:
        yield served


def call(served, path: str, key: str, body: Any = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{served.url}{path}", data, {"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def made(served, **body: Any) -> dict[str, Any]:
    status, key = call(served, "/v1/realtime/client_secrets", TOKEN, body)
    assert status == 200
    return key


@pytest.mark.parametrize("how", ["header", "subprotocol"])
async def test_a_key_opens_realtime_with_its_settings(guarded, how):
    key = made(guarded, session=MUTE)
    assert key["value"].startswith("ek_")
    assert key["session"]["output_modalities"] == ["text"]
    given = (
        {"additional_headers": {"Authorization": f"Bearer {key['value']}"}}
        if how == "header"
        else {"subprotocols": ["realtime", f"openai-insecure-api-key.{key['value']}"]}
    )
    async with connect(guarded.ws_url, **given) as line:
        session = json.loads(await line.recv())["session"]
    assert session["output_modalities"] == ["text"]
    assert session["audio"]["input"]["turn_detection"] is None


def test_a_key_opens_nothing_else(guarded):
    key = made(guarded)["value"]
    assert call(guarded, "/v1/models", TOKEN)[0] == 200
    assert call(guarded, "/v1/models", key)[0] == 401
    assert call(guarded, "/v1/realtime/client_secrets", key, {})[0] == 401


async def test_what_is_no_key_opens_nothing(guarded):
    with pytest.raises(InvalidStatus, match="401"):
        await connect(guarded.ws_url, additional_headers={"Authorization": "Bearer ek_guessed"})


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"expires_after": {"anchor": "created_at", "seconds": 9}}, "expires_after.seconds"),
        ({"expires_after": {"seconds": "long"}}, "expires_after.seconds"),
        ({"session": {"turn_detection": None}}, "session.turn_detection"),
        ({"session": {"output_modalities": ["smell"]}}, "session.output_modalities"),
    ],
)
def test_a_key_that_could_not_be_used_is_not_made(guarded, body, param):
    status, answer = call(guarded, "/v1/realtime/client_secrets", TOKEN, body)
    assert (status, answer["error"]["param"]) == (400, param)


def test_a_key_ends_when_it_said_and_the_oldest_when_there_are_too_many():
    now = 1000.0
    keys = ClientKeys(lambda: now)
    first = keys.make({}, 600)
    assert first.expires_at == 1600
    assert keys.find(first.value) is first
    for _ in range(MOST_KEYS):
        last = keys.make({}, 60)
    assert keys.find(first.value) is None
    now = 1060.0
    assert keys.find(last.value) is None

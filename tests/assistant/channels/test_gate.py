import pytest
from starlette.datastructures import Headers

from assistant.channels.gate import Gate
from assistant.config import ServeConfig


def refusal(config: ServeConfig, subprotocols=(), *, public=False, **headers: str) -> str | None:
    found = Gate(config).refuse(Headers(headers), "127.0.0.1", subprotocols, public=public)
    return found.code if found else None


def test_without_a_token_everybody_on_this_machine_is_let_in():
    assert refusal(ServeConfig()) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Bearer right", None),
        ("bearer right", None),
        ("Bearer wrong", "invalid_api_key"),
        ("Bearer right\u00e9", "invalid_api_key"),
        ("Basic right", "invalid_api_key"),
        ("", "invalid_api_key"),
    ],
)
def test_the_token_must_be_right(header, expected):
    assert refusal(ServeConfig(token="right"), authorization=header) == expected


def test_a_browser_carries_the_token_as_a_subprotocol():
    config = ServeConfig(token="right")
    assert refusal(config, ["realtime", "openai-insecure-api-key.right"]) is None
    assert refusal(config, ["realtime", "openai-insecure-api-key.wrong"]) == "invalid_api_key"


def test_what_is_public_needs_no_token():
    assert refusal(ServeConfig(token="right"), public=True) is None


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        ("http://localhost:8765", "localhost:8765", True),
        ("http://127.0.0.1:8765", "127.0.0.1:8765", True),
        ("http://[::1]:8765", "[::1]:8765", True),
        ("http://evil.example", "localhost:8765", False),
        ("http://localhost:9999", "localhost:8765", False),
        ("http://rebound.example:8765", "rebound.example:8765", False),
        ("http://house.example:8765", "house.example:8765", True),
        ("https://App.example/", "localhost:8765", True),
        ("null", "localhost:8765", False),
        ("http://[broken", "localhost:8765", False),
    ],
)
def test_only_pages_of_this_server_or_of_listed_origins_connect(origin, host, allowed):
    config = ServeConfig(hosts=("house.example",), origins=("https://app.example",))
    assert refusal(config, origin=origin, host=host) == (None if allowed else "origin_not_allowed")


def test_one_address_may_only_ask_so_often():
    gate = Gate(ServeConfig(requests_per_minute=5))
    answers = [gate.refuse(Headers({}), "10.0.0.1") for _ in range(6)]
    assert [answer and answer.status for answer in answers] == [None] * 5 + [429]
    assert gate.refuse(Headers({}), "10.0.0.2") is None

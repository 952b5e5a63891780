import pytest
from starlette.datastructures import Headers

from assistant.access import check_token
from assistant.channels.gate import Gate
from assistant.config import ServeConfig
from engines.errors import ReparteeError


def refusal(config: ServeConfig, subprotocols=(), *, path="/v1/models", **headers: str) -> str | None:
    found = Gate(config).refuse(_named(headers), "127.0.0.1", subprotocols, path=path)
    return found.code if found else None


def _named(headers: dict[str, str]) -> Headers:
    return Headers({name.replace("_", "-"): value for name, value in headers.items()})


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


@pytest.mark.parametrize("path", ["/", "/health"])
def test_what_is_public_needs_no_token(path):
    assert refusal(ServeConfig(token="right"), path=path) is None


@pytest.mark.parametrize("token", ["plain", "a+b/c==", "~!#"])
def test_a_token_that_can_be_sent_is_taken(token):
    check_token(token)
    assert refusal(ServeConfig(token=token), authorization=f"Bearer {token}") is None


@pytest.mark.parametrize("token", [" lead", "trail ", "in side", "tab\t", "caf\u00e9", "\u2013"])
def test_a_token_that_cannot_be_sent_is_refused_in_a_sentence(token):
    with pytest.raises(ReparteeError, match=r"serve\.token must be .*\.$") as caught:
        check_token(token)
    assert token not in str(caught.value)


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


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors", "sec_fetch_dest": "image"}, False),
        ({"sec_fetch_site": "same-site", "sec_fetch_mode": "no-cors", "sec_fetch_dest": "script"}, False),
        ({"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"}, False),
        ({"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}, True),
        ({"sec_fetch_site": "same-origin", "sec_fetch_mode": "cors", "sec_fetch_dest": "empty"}, True),
        ({"sec_fetch_site": "none", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}, True),
        ({"sec_fetch_site": "cross-site", "origin": "https://app.example", "host": "localhost:8765"}, True),
    ],
)
def test_what_a_page_of_another_site_embeds_is_refused(headers, allowed):
    config = ServeConfig(origins=("https://app.example",))
    assert refusal(config, path="/", **headers) == (None if allowed else "origin_not_allowed")


OWNER = {"authorization": "Bearer right"}
GUESS = {"authorization": "Bearer wrong"}
FOREIGN = {"origin": "https://evil.example", "host": "localhost:8765"}
EMBEDDED = {"sec_fetch_site": "cross-site", "sec_fetch_dest": "image"}


@pytest.mark.parametrize(
    ("visits", "after"),
    [
        # ((address, path, headers) often), ((address, path, headers) once, status)
        (("10.0.0.1", "/v1/models", OWNER), ("10.0.0.1", "/v1/models", OWNER, 429)),
        (("10.0.0.1", "/v1/models", OWNER), ("10.0.0.2", "/v1/models", OWNER, None)),
        (("10.0.0.1", "/v1/models", GUESS), ("10.0.0.1", "/v1/models", GUESS, 429)),
        (("10.0.0.1", "/v1/models", GUESS), ("10.0.0.1", "/v1/models", OWNER, None)),
        (("10.0.0.1", "/v1/models", {}), ("10.0.0.1", "/v1/models", OWNER, None)),
        (("10.0.0.1", "/v1/models", GUESS), ("10.0.0.1", "/", {}, None)),
        (("10.0.0.1", "/", {}), ("10.0.0.1", "/", {}, 429)),
        (("10.0.0.1", "/", {}), ("10.0.0.1", "/v1/models", OWNER, None)),
        (("10.0.0.1", "/v1/models", FOREIGN), ("10.0.0.1", "/v1/models", OWNER, None)),
        (("127.0.0.1", "/v1/models", FOREIGN | OWNER), ("127.0.0.1", "/v1/models", OWNER, None)),
        (("127.0.0.1", "/", EMBEDDED), ("127.0.0.1", "/", {}, None)),
        (("127.0.0.1", "/health", {}), ("127.0.0.1", "/health", {}, None)),
        (("::ffff:127.0.0.1", "/health", {}), ("::ffff:127.0.0.1", "/health", {}, None)),
        (("127.0.0.1", "/health", OWNER), ("127.0.0.1", "/v1/models", OWNER, None)),
        (("10.0.0.1", "/health", {}), ("10.0.0.1", "/health", {}, 429)),
    ],
)
@pytest.mark.parametrize("per_minute", [5, 0])
def test_who_uses_up_whose_requests(visits, after, per_minute):
    gate = Gate(ServeConfig(token="right", requests_per_minute=per_minute))
    address, path, headers = visits
    for _ in range(6):
        gate.refuse(_named(headers), address, path=path)
    address, path, headers, status = after
    found = gate.refuse(_named(headers), address, path=path)
    expected = status if per_minute else (401 if headers == GUESS else None)
    assert (found and found.status) == expected

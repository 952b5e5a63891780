"""What of a request's body is read, and what is let come before it is refused: counted, without a socket."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Message

from assistant.channels.web.body import Body

PART = b"x" * 100


class Line:
    """A request of so many parts: what was taken of it, and what was sent, in order."""

    def __init__(self, parts: int) -> None:
        self.left, self.log = parts, list[str]()

    async def receive(self) -> Message:
        self.left -= 1
        self.log.append("part")
        return {"type": "http.request", "body": PART, "more_body": self.left > 0}

    async def send(self, message: Message) -> None:
        more = ", more to come" if message.get("more_body") else ""
        self.log.append(f"{message.get('status', message.get('body', b'').decode())}{more}")

    def body(self, headers: dict[str, str], *, limit: int = 1000, most: int = 1000) -> Body:
        return Body(Headers(headers), self.receive, limit, most)

    async def answer(self, body: Body, status: int) -> list[str]:
        await Response("said", status)({"type": "http", "method": "POST"}, body.receive, body.answering(self.send))
        return self.log


@pytest.mark.parametrize("headers", [{"content-length": "300"}, {"transfer-encoding": "chunked"}])
async def test_a_refusal_waits_until_the_body_is_there(headers: dict[str, str]) -> None:
    line = Line(3)
    assert await line.answer(line.body(headers), 403) == ["part"] * 3 + ["403", "said"]


async def test_what_was_read_is_not_waited_for_and_an_answer_that_refuses_nothing_waits_for_nothing() -> None:
    line = Line(2)
    body = line.body({"content-length": "200"})
    while (await body.receive())["more_body"]:
        pass
    assert await line.answer(body, 400) == ["part", "part", "400", "said"]
    line = Line(2)
    assert await line.answer(line.body({"content-length": "200"}), 200) == ["200", "said"]
    line = Line(0)
    assert await line.answer(line.body({}), 404) == ["404", "said"], "a request without a body"


async def test_what_is_too_long_to_wait_for_is_refused_at_once_and_let_come_for_a_while() -> None:
    line = Line(100)
    refused = await line.answer(line.body({"content-length": "10000"}, most=300), 413)
    assert refused == ["413", "said, more to come", "part", "part", "part", ""]


async def test_who_asks_before_sending_is_refused_without() -> None:
    line = Line(3)
    assert await line.answer(line.body({"content-length": "300", "expect": "100-continue"}), 403) == ["403", "said"]


async def test_more_than_the_limit_is_not_read() -> None:
    assert Line(1).body({"content-length": "1001"}).is_too_large
    assert not Line(1).body({"content-length": "1000"}).is_too_large
    line = Line(20)
    body = line.body({"transfer-encoding": "chunked"}, limit=250)
    await body.receive()
    await body.receive()
    with pytest.raises(HTTPException, match="larger than 0 KB") as refused:
        await body.receive()
    assert refused.value.status_code == 413

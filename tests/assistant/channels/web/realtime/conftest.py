from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from assistant.channels.web.realtime.actions import Output, Respond, Send
from assistant.channels.web.realtime.protocol import Protocol
from assistant.dialogue.events import ReplyAudio, ReplyDone, ReplyStarted, ReplyText
from assistant.dialogue.settings import ConversationSettings
from assistant.turn.budget import Stage
from assistant.turn.events import Answer, Citation, Reply

PASSAGE = "The mill was built in 1782 by Anna Weir. It ground oats until the river froze."


def reply(**changes: Any) -> Reply:
    cited = Citation(
        document="docs/mill.md", passage_id=4, start=22, end=26, text="1782", title="The mill", passage=PASSAGE
    )
    values = {
        "question": "When was the mill built?",
        "transcript": None,
        "outcome": "answered",
        "answer": Answer("1782", (cited,)),
        "confidence": 0.9123,
        "spoken": "In 1782.",
        "stages": (Stage("read", 10.0, 8.25, False, "read 12 of 20 passages"),),
        "total_ms": 14.4,
    }
    return Reply(**(values | changes))


class Line:
    """A protocol with a client's end: what is sent, as JSON, and what is asked of the conversation."""

    def __init__(self, **options: Any) -> None:
        self.protocol = Protocol(voice="espeak", **({"settings": ConversationSettings()} | options))
        self.actions: list[Any] = []
        self.sent: list[dict[str, Any]] = []
        self._take(self.protocol.opened())

    def _take(self, outputs: list[Output]) -> list[dict[str, Any]]:
        new = [json.loads(json.dumps(output.event.to_json())) for output in outputs if isinstance(output, Send)]
        self.actions += [output for output in outputs if not isinstance(output, Send)]
        self.sent += new
        return new

    def feed(self, event_type: str = "", /, **fields: Any) -> list[dict[str, Any]]:
        return self._take(self.protocol.feed({"type": event_type, **fields}))

    def on(self, *events: Any) -> list[dict[str, Any]]:
        return [sent for event in events for sent in self._take(self.protocol.on(event))]

    def take(self, outputs: list[Output]) -> list[dict[str, Any]]:
        return self._take(outputs)

    def type_question(self, text: str, **response: Any) -> Respond:
        """Create a user item and ask for a response; returns the action."""
        content = [{"type": "input_text", "text": text}]
        self.feed("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        self.feed("response.create", event_id="ask", response=response)
        action = self.actions[-1]
        assert isinstance(action, Respond)
        return action

    @staticmethod
    def reply(**changes: Any) -> Reply:
        return reply(**changes)

    @staticmethod
    def audio(ms: int, rate: int = 24_000) -> str:
        """Return base64 silence, 16 bits."""
        return base64.b64encode(bytes(rate * 2 * ms // 1000)).decode()

    def answer(
        self, generation: int = 1, turn: int | None = None, *, ms: int = 500, **done: Any
    ) -> list[dict[str, Any]]:
        """Play the conversation's part of one whole reply, the last that was asked for or one that nobody asked for."""
        tag = self.actions[-1].request if isinstance(self.actions[-1], Respond) else None
        tone = (np.sin(np.arange(22_050 * ms // 1000) / 20) * 9000).astype("<i2").tobytes()
        values = {"reply": reply(), "status": "completed", "said": "In 1782.", "heard": "In 1782."} | done
        return self.on(
            ReplyStarted(generation, turn, tag),
            ReplyText(generation, "In "),
            ReplyText(generation, "1782."),
            ReplyAudio(generation, tone[:8000], 22_050),
            ReplyAudio(generation, tone[8000:], 22_050),
            ReplyDone(generation, **values),
        )


@pytest.fixture(scope="session")
def new_line() -> type[Line]:
    return Line


@pytest.fixture
def line() -> Line:
    return Line()


def names(events: list[dict]) -> list[str]:
    return [event["type"] for event in events]


def write(line, text: str, **where) -> str:
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    return line.feed("conversation.item.create", item=item, **where)[0]["item"]["id"]


def asked(line) -> str | None:
    before = len(line.actions)
    line.feed("response.create")
    return line.actions[-1].question if len(line.actions) > before else "nothing"

"""Which question a response is about: typed or spoken, of its own input, or what the client's functions gave back."""

from __future__ import annotations

from collections import OrderedDict

from assistant.channels import unread
from assistant.channels.json import ApiError, Json
from assistant.channels.web.realtime import actions
from assistant.channels.web.realtime.actions import Request
from assistant.channels.web.realtime.items import Items, item_from_json, new_id
from assistant.channels.web.realtime.turns import Turns
from assistant.dialogue.conversation import GREETING
from assistant.turn.events import Reply
from assistant.turn.tools import answering

#: Function calls whose outputs may still come.
_RECENT_CALLS = 64


class Questions:
    """What is asked in one session, by its items, its spoken turns and the function calls that its client makes."""

    def __init__(self, items: Items, turns: Turns) -> None:
        self._items, self._turns = items, turns
        self._calls: OrderedDict[str, str] = OrderedDict()  # by their ids, what was said to make them

    def call_for(self, question: str) -> str:
        """Return the id of a new function call, of which the output answers a question."""
        call_id = new_id("call")
        self._calls[call_id] = question
        while len(self._calls) > _RECENT_CALLS:
            self._calls.popitem(last=False)
        return call_id

    def asked_for(self, given: Json, request: Request) -> actions.Respond | actions.RespondAside | actions.Say | None:
        """Return what is to be done for the response of a response.create; None where there is nothing to answer.

        Then what was asked last is deleted. Raises ApiError for a response aside that asks nothing.
        """
        items = given.get("input")
        alone = isinstance(items, list)
        if request.aside:
            return actions.RespondAside(self._asked_aside(items), alone, request)
        if not alone and (reply := self._given_back()) is not None:
            return actions.Say(reply, request)
        if self._passed_over(items)[1]:
            return actions.Say(unread.nothing_else(), request)
        question = self._asked(given)
        if question is None and self._turns.withdrawn and not self._turns.coming:
            return None
        return actions.Respond(question, request)

    def note(self, given: object = None) -> str:
        """Return the note about what is passed over in a response's own input, or in what came since the last reply."""
        return unread.note(self._passed_over(given)[0])

    def _passed_over(self, given: object) -> tuple[list[str], bool]:
        """Return the kinds of what nobody looks at, and whether there is nothing else, in what the user sent."""
        if isinstance(given, list):
            contents = [data.get("content") for data in given if isinstance(data, dict) and data.get("role") == "user"]
            parts = [part for content in contents if isinstance(content, list) for part in content]
            kinds = unread.kinds_in(parts)
            return kinds, 0 < len(kinds) == len(parts)
        items = self._items.since_reply()
        kinds = [kind for item in items for kind in item.unread]
        worded = self._turns.coming or any(item.text or item.turn is not None for item in items)
        return kinds, bool(kinds) and not worded

    def _given_back(self) -> Reply | None:
        """Return the reply that tells what the client's functions gave back for calls that were made here, if any."""
        outputs = [item for item in self._items.outputs() if item.fields["call_id"] in self._calls]
        if not outputs:
            return None
        for item in outputs:
            item.answered = True
        question = self._calls[outputs[0].fields["call_id"]]
        return answering(question, [item.fields["output"] for item in outputs])

    def _asked(self, given: Json) -> str | None:
        """Return the typed question a response.create is about, None for the last spoken turn.

        It is what the user said last in the order of the items, and not what was deleted. What was answered is answered
        again, unless the client brought its answer along or says what to say instead: a greeting, as far as we can.
        """
        items = given.get("input")
        for data in reversed(items if isinstance(items, list) else []):
            if isinstance(data, dict) and data.get("role") == "user" and (text := item_from_json(data, "input").text):
                return text
        asked = None if self._turns.coming else self._items.last_asked
        if asked is None:
            return None
        if asked.answered and (given.get("instructions") or self._items.was_brought(asked)):
            return GREETING
        if asked.turn is not None:
            return None
        asked.answered = True
        return asked.text if asked.asks is None else asked.asks or GREETING

    def _asked_aside(self, items: object) -> str:
        """Return the question of a response outside the conversation: of its own input, or the last that was asked."""
        if isinstance(items, list):
            texts = [self._text_of(data) for data in items if isinstance(data, dict)]
        else:
            texts = [asked.text] if (asked := self._items.last_asked) is not None else []
        found = next((text for text in reversed(texts) if text.strip()), "")
        if not found:
            raise ApiError(
                "invalid_value",
                "A response outside the conversation answers the last user message of its 'input', or of the "
                "conversation; there is none with words.",
                param="response.input",
            )
        return found

    def _text_of(self, data: Json) -> str:
        """Return the words of a user's message in a response's input, or of one of the conversation by its id."""
        if data.get("type") == "item_reference":
            item = self._items.get(str(data.get("id", "")), "invalid_value")
            return item.text if item.role == "user" else ""
        return item_from_json(data, "input").text if data.get("role") == "user" else ""

"""The responses of a session: the one that its client waits for, the one that is being told, those that are played."""

from __future__ import annotations

import json
from collections import OrderedDict

from assistant.channels.json import ApiError, clean
from assistant.channels.web.realtime import actions, item_events, server_events
from assistant.channels.web.realtime.actions import Output, Request, Send
from assistant.channels.web.realtime.items import Item, Items, new_id
from assistant.channels.web.realtime.line import Played
from assistant.channels.web.realtime.questions import Questions
from assistant.channels.web.realtime.request import unasked_request
from assistant.channels.web.realtime.response import Response
from assistant.channels.web.realtime.session import Session
from assistant.dialogue import events as said
from assistant.turn.events import Reply, ToolCall

DELETED = "There is nothing to answer: what was asked last is deleted."

#: Replies of which it may still be told that they are played.
_RECENT_REPLIES = 16


class Responses:
    """Those of one conversation. With `plays`, the server plays replies itself and does not send them as events."""

    def __init__(self, items: Items, questions: Questions, conversation_id: str, *, plays: bool) -> None:
        self._items, self._questions = items, questions
        self._conversation_id, self._plays = conversation_id, plays
        self._active: Request | None = None  # asked for, neither cancelled nor over: as the client sees it
        self._notice: Request | None = None  # an announcement's: it makes way for what the client asks for
        self._response: Response | None = None  # whose events are being sent; may be cancelled already
        self._playing: OrderedDict[int, Response] = OrderedDict()  # by generation, while it may be played

    # What the client asks for.

    def check_free(self) -> None:
        """Raise ApiError while the client waits for a response."""
        if self._active is not None and self._active is not self._notice:
            raise ApiError(
                "conversation_already_has_active_response",
                "The conversation has an active response; wait for its response.done or send response.cancel.",
            )

    def wait_for(self, request: Request) -> None:
        """Take that a response was asked for."""
        self._active = request

    def nothing_to_answer(self, request: Request, session: Session) -> list[Output]:
        """Return the whole of a response to what is deleted."""
        response = self._new(0, request, session)
        failed = said.ReplyDone(0, None, "failed", "nothing_to_answer", error=DELETED)
        return [Send(event) for event in (*response.created(), *response.done(failed))]

    def cancel(self, response_id: str | None) -> list[Output]:
        """Cancel the response that the client waits for. Raises ApiError where that is none, or has another id."""
        begun = self._response is not None and self._response.request is self._active
        known = self._response.id if self._response is not None and begun else None
        if self._active is None or response_id not in (None, known):
            raise ApiError("response_cancel_not_active", "Cancellation failed: no active response found.")
        return self._interrupt()

    def clear_audio(self) -> list[Output]:
        """Stop what is played. Raises ApiError where the client plays it."""
        if not self._plays:
            sentence = "Only a call's audio is played by the server; here it is the client's to stop."
            raise ApiError("invalid_event", sentence)
        return self._interrupt()

    def _interrupt(self) -> list[Output]:
        self._active = None
        return [actions.Interrupt()]

    # What the conversation replies.

    def started(self, event: said.ReplyStarted, session: Session) -> list[Output]:
        """Take that a reply begins, whether it was asked for or not."""
        request = event.tag
        if not isinstance(request, Request):
            request = unasked_request(session, plays=self._plays, note=self._questions.note())
            self._active = self._active or request
            self._notice = request if event.turn is None else None
        self._response = self._new(event.generation, request, session)
        if event.turn is not None and (item := self._items.of_turn(event.turn)):
            self._response.input_audio_ms, item.answered = item.audio_ms, True
        return [Send(created) for created in self._response.created()]

    def went_on(self, event: said.ReplyText | said.ReplyAudio | said.ReplyDone) -> list[Output]:
        """Take more of a reply, or its end."""
        response = self._response
        if response is None or response.generation != event.generation:
            return []
        outputs: list[Output] = []
        if isinstance(event, said.ReplyDone) and event.reply is not None and event.reply.call is not None:
            outputs += self._call(response, event.reply, event.reply.call)
        if response.item is None and not isinstance(event, said.ReplyDone):
            outputs += self._open(response)
        match event:
            case said.ReplyText():
                outputs += [Send(delta) for delta in response.text_delta(clean(event.text))]
            case said.ReplyAudio():
                outputs += self._audio(response, response.audio(event.pcm, event.rate))
            case said.ReplyDone():
                outputs += self._end(response, event)
        return outputs

    def _new(self, generation: int, request: Request, session: Session) -> Response:
        return Response(new_id("resp"), generation, request, self._conversation_id, session.voice)

    def _open(self, response: Response) -> list[Output]:
        """Begin the message of a response."""
        previous = self._items.last_id
        response.item = Item(new_id("item"), role="assistant", status="in_progress", generation=response.generation)
        opened = response.opened(previous)
        dropped = [] if response.request.aside else self._items.add(response.item)[1]
        return [*(Send(event) for event in opened), *item_events.deleted(dropped)]

    def _end(self, response: Response, event: said.ReplyDone) -> list[Output]:
        # The audio held back belongs to the reply only if the reply was not cut short.
        outputs = self._audio(response, response.audio_tail() if event.status == "completed" else b"")
        outputs += [Send(done) for done in response.done(event)]
        if response.generation in self._playing:
            outputs.append(actions.PlayedOut(response.generation))
        self._response = None
        if self._active is response.request:
            self._active = None
        return outputs

    def _call(self, response: Response, reply: Reply, call: ToolCall) -> list[Output]:
        """Have the client call a function of its own."""
        call_id, arguments = self._questions.call_for(reply.question), json.dumps(call.arguments, ensure_ascii=False)
        fields = {"call_id": call_id, "name": call.name, "arguments": arguments}
        item = Item(new_id("item"), "function_call", fields=fields)
        previous, dropped = self._items.add(item)
        return [*(Send(event) for event in response.called(item, previous)), *item_events.deleted(dropped)]

    def _audio(self, response: Response, data: bytes) -> list[Output]:
        """Return what brings audio of a reply to the client: an event, or the line that plays it."""
        if not data:
            return []
        if not self._plays:
            return [Send(response.audio_delta(data), response.generation)]
        self._playing[response.generation] = response
        while len(self._playing) > _RECENT_REPLIES:
            self._playing.popitem(last=False)
        return [actions.Play(data, response.generation)]

    # What is played.

    def played(self, event: Played) -> list[Output]:
        """Take what became of a reply that the line plays: of one that was cut off, what was heard is known."""
        response = self._playing.get(event.generation)
        if response is None:
            return []
        if event.what == "started":
            return [Send(server_events.OutputAudioStarted(response_id=response.id))]
        del self._playing[event.generation]
        if event.what == "stopped":
            return [Send(server_events.OutputAudioStopped(response_id=response.id))]
        outputs: list[Output] = [Send(server_events.OutputAudioCleared(response_id=response.id))]
        if response.item is not None and response.item.id in self._items:
            heard_ms = min(event.played_ms, response.item.audio_ms)
            outputs.append(actions.Truncate(event.generation, heard_ms, response.item.id, wished=False))
        return outputs

"""The Realtime protocol without I/O: client events in, actions out; conversation events in, server events out.

The shell (connection.py) calls `feed` with each message and `on` with each event of the conversation, and carries out
what they return, in order. What comes of a response.create are events of the conversation too, which carry its Request:
so no command waits for what came of another.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import OrderedDict
from collections.abc import Sequence
from typing import assert_never

import numpy as np

from assistant.audio.formats import AudioFormat, Decoder
from assistant.audio.samples import RATE
from assistant.channels import unread
from assistant.channels.json import ApiError, Json, clean
from assistant.channels.web.realtime import actions, beta, client_events, server_events
from assistant.channels.web.realtime.actions import Output, Send
from assistant.channels.web.realtime.events import Event
from assistant.channels.web.realtime.items import Item, Items, item_from_json, new_id, recording_in
from assistant.channels.web.realtime.line import Played
from assistant.channels.web.realtime.metadata import client_metadata
from assistant.channels.web.realtime.response import Response, transcription_usage
from assistant.channels.web.realtime.saved import saved_in
from assistant.channels.web.realtime.session import Session, audio_format, modality
from assistant.channels.web.realtime.turns import Turns
from assistant.dialogue import events as said
from assistant.dialogue.conversation import GREETING, LEAST_COMMIT, LONGEST_COMMIT
from assistant.dialogue.settings import ConversationSettings
from assistant.ear.endpointer import SILENCE_MS
from assistant.turn.events import Reply, ToolCall
from assistant.turn.tools import answering

DELETED = "There is nothing to answer: what was asked last is deleted."

#: In `session.include`: what has been heard so far is wanted while the person speaks.
LIVE_WORDS = "repartee.partial_transcript"
#: And that it is told when a wake word was heard, where the session waits for one.
WAKE_WORDS = "repartee.wake_word"

#: Function calls whose outputs may still come.
_RECENT_CALLS = 64
#: Replies of which it may still be told that they are played.
_RECENT_REPLIES = 16


class Protocol:
    """One connection's side of the protocol; bounded in memory whatever a client sends."""

    def __init__(
        self,
        *,
        voice: str,
        voices: Sequence[str] = (),
        settings: ConversationSettings,
        transcribes_only: bool = False,
        session_id: str = "",
        wanted: Sequence[Json] = (),
        plays: bool = False,
    ) -> None:
        """Begin with the session that `wanted` makes, each in the shape of session.update. Raises ApiError.

        `voice` speaks unless the client chooses another one of `voices`. With `plays`, replies are played by the server
        (a call) and not sent as events.
        """
        self._settings, self._plays = settings, plays
        self.session = Session(
            id=session_id or new_id("sess"),
            voice=voice,
            voices=tuple(voices),
            type="transcription" if transcribes_only else "realtime",
            silence_ms=settings.turn_detection.silence_ms if settings.turn_detection else SILENCE_MS,
        ).that_transcribes()
        for each in wanted:
            self.session = self.session.updated(each)
        self.items = Items()
        self._conversation_id = new_id("conv")
        self._decoder = Decoder(self.session.input_format)
        self._turns = Turns()
        self._calls: OrderedDict[str, str] = OrderedDict()  # by their ids, what was said to make them
        self._active: actions.Request | None = None  # asked for, neither cancelled nor over: as the client sees it
        self._notice: actions.Request | None = None  # an announcement's: it makes way for what the client asks for
        self._response: Response | None = None  # whose events are being sent; may be cancelled already
        self._playing: OrderedDict[int, Response] = OrderedDict()  # by generation, while it may be played
        self._recalled = 0  # exchanges that the client brought along are known by the generations -1, -2 ...
        self._events = 0

    def opened(self) -> list[Output]:
        """Return what a new connection is greeted with."""
        return [
            self._send(server_events.SessionCreated(session=self.session.to_json())),
            self._send(
                server_events.ConversationCreated(
                    conversation={"id": self._conversation_id, "object": "realtime.conversation"}
                )
            ),
            actions.Update(self.session.conversation_settings(self._settings)),
        ]

    def feed(self, data: object) -> list[Output]:
        """Take one decoded JSON message of the client. Whatever it is, the worst answer is an `error` event."""
        event_id = None
        try:
            event = client_events.parse(data)
            event_id = event.event_id or None
            return self._do(event)
        except ApiError as error:
            error.event_id = error.event_id or event_id
            return [self.error(error)]

    def error(self, error: ApiError) -> Send:
        """Return the event for something that could not be done."""
        return self._send(server_events.Error(error=error.to_json()))

    def refused(self, action: actions.Commit) -> list[Output]:
        """Take that the conversation had nothing to commit."""
        self._turns.refused()
        sentence = "The input audio buffer holds less than 100 ms of audio; append audio before committing it."
        return [self.error(ApiError("input_audio_buffer_commit_empty", sentence, event_id=action.event_id or None))]

    def truncated(self, action: actions.Truncate, kept: str) -> list[Output]:
        """Take what the conversation keeps of a reply that the client truncated."""
        item = self.items.get(action.item_id, "item_truncate_invalid_item_id")
        item.cut_to(kept)
        return [self._send(server_events.ItemTruncated(item_id=item.id, content_index=0, audio_end_ms=action.heard_ms))]

    def played(self, event: Played) -> list[Output]:
        """Take what became of a reply that the line plays: of one that was cut off, what was heard is known."""
        response = self._playing.get(event.generation)
        if response is None:
            return []
        if event.what == "started":
            return [self._send(server_events.OutputAudioStarted(response_id=response.id))]
        del self._playing[event.generation]
        if event.what == "stopped":
            return [self._send(server_events.OutputAudioStopped(response_id=response.id))]
        outputs: list[Output] = [self._send(server_events.OutputAudioCleared(response_id=response.id))]
        if response.item is not None and response.item.id in self.items:
            heard_ms = min(event.played_ms, response.item.audio_ms)
            outputs.append(actions.Truncate(event.generation, heard_ms, response.item.id, wished=False))
        return outputs

    def on(self, event: said.ConversationEvent) -> list[Output]:
        """Take one event of the conversation."""
        match event:
            case said.SpeechStarted():
                started = server_events.SpeechStarted(
                    item_id=self._turns.id_of(event.turn), audio_start_ms=event.audio_ms
                )
                return [self._send(started)]
            case said.SpeechStopped():
                stopped = server_events.SpeechStopped(
                    item_id=self._turns.id_of(event.turn), audio_end_ms=event.audio_ms
                )
                return [self._send(stopped)]
            case said.Committed():
                return self._committed(event)
            case said.Cleared():
                return [self._send(server_events.InputAudioCleared())]
            case said.Partial():
                return self._partial(event)
            case said.Heard():
                return self._heard(event)
            case said.HearingFailed():
                return self._hearing_failed(event)
            case said.ReplyStarted():
                return self._reply_started(event)
            case said.ReplyText() | said.ReplyAudio() | said.ReplyDone():
                return self._reply(event)
            case said.Woken() | said.Overheard():
                return self._woken(event)
            case _:
                assert_never(event)

    # Client events.

    def _do(self, event: Event) -> list[Output]:
        match event:
            case client_events.InputAudioAppend():
                return self._append(event)
            case client_events.InputAudioCommit():
                return self._commit(event)
            case client_events.InputAudioClear():
                self._end_of_audio()
                return [actions.Clear()]
            case client_events.OutputAudioClear():
                return self._clear_output()
            case client_events.SessionUpdate():
                return self._update(event.session)
            case client_events.ItemCreate():
                return self._create_item(event)
            case client_events.ItemRetrieve():
                found = self.items.get(event.item_id, "item_retrieve_invalid_item_id")
                return [self._send(server_events.ItemRetrieved(item=found.to_json()))]
            case client_events.ItemTruncate():
                return self._truncate(event)
            case client_events.ItemDelete():
                return self._delete(event)
            case client_events.ResponseCreate():
                return self._create_response(event)
            case client_events.ResponseCancel():
                return self._cancel(event)
        raise AssertionError(event)

    def _append(self, event: client_events.InputAudioAppend) -> list[Output]:
        pcm = self._decoder.decode(_base64(event.audio))
        return [actions.Feed(pcm)] if len(pcm) else []

    def _commit(self, event: client_events.InputAudioCommit) -> list[Output]:
        tail = self._end_of_audio()
        self._turns.coming += 1
        return [*tail, actions.Commit(event.event_id)]

    def _clear_output(self) -> list[Output]:
        if not self._plays:
            sentence = "Only a call's audio is played by the server; here it is the client's to stop."
            raise ApiError("invalid_event", sentence)
        self._active = None
        return [actions.Interrupt()]

    def _end_of_audio(self) -> list[Output]:
        tail = self._decoder.flush()
        return [actions.Feed(tail)] if len(tail) else []

    def _update(self, patch: Json) -> list[Output]:
        before, self.session = self.session, self.session.updated(patch)
        outputs: list[Output] = []
        if self.session.input_format != before.input_format:
            outputs += self._end_of_audio()
            self._decoder = Decoder(self.session.input_format)
        outputs.append(actions.Update(self.session.conversation_settings(self._settings)))
        return [*outputs, self._send(server_events.SessionUpdated(session=self.session.to_json()))]

    def _create_item(self, event: client_events.ItemCreate) -> list[Output]:
        if (audio := recording_in(event.item)) is not None:
            return self._bring(event, audio)
        item = item_from_json(event.item, new_id("item"))
        outputs = self._add(item, event.previous_item_id)
        text = item.text.strip()
        if item.role == "assistant" and text and (asked := self.items.question_before(item)):
            asked.answered = True
            self._recalled -= 1
            item.generation = self._recalled
            outputs.append(actions.Remember(asked.text.strip(), text, item.generation))
        elif item.role == "user" and (saved := saved_in(text)):
            item.asks = saved.asked
            for question, answer in saved.exchanges:
                self._recalled -= 1
                outputs.append(actions.Remember(question, answer, self._recalled))
        return outputs

    def _bring(self, event: client_events.ItemCreate, audio: str) -> list[Output]:
        """Take a recording for a turn of the person; its item is there once the conversation has it."""
        item = item_from_json(event.item | {"content": []}, new_id("item"))
        self.items.check(item, event.previous_item_id)
        decoder = Decoder(self.session.input_format)
        pcm = np.concatenate([decoder.decode(_base64(audio)), decoder.flush()])
        if not LEAST_COMMIT <= len(pcm) <= LONGEST_COMMIT:
            sentence = f"A recording must have 100 ms to 60 s, not {len(pcm) / RATE:.1f} s."
            raise ApiError("invalid_value", sentence, param="item.content[0].audio")
        self._turns.coming += 1
        return [actions.Bring(pcm, item, event.previous_item_id, event.event_id)]

    def not_brought(self, action: actions.Bring, sentence: str) -> list[Output]:
        """Take that the conversation cannot hear the recording."""
        self._turns.refused()
        refusal = ApiError("invalid_value", sentence, param="item.content[0].audio", event_id=action.event_id or None)
        return [self.error(refusal)]

    def _truncate(self, event: client_events.ItemTruncate) -> list[Output]:
        item = self.items.get(event.item_id, "item_truncate_invalid_item_id")
        if item.generation is None or not item.audio_ms or event.content_index != 0 or event.audio_end_ms < 0:
            raise ApiError(
                "invalid_value",
                "Only the spoken audio of a reply can be truncated, at content_index 0 and at 0 ms or later.",
                param="item_id",
            )
        # Players count the audio they got and their clocks drift: a little past the end means the end.
        heard_ms = min(event.audio_end_ms, item.audio_ms)
        return [actions.Truncate(item.generation, heard_ms, item.id, event.event_id)]

    def _delete(self, event: client_events.ItemDelete) -> list[Output]:
        item = self.items.remove(event.item_id)
        if item.turn is not None:
            self._turns.deleted(item.turn)
        deleted = self._send(server_events.ItemDeleted(item_id=item.id))
        return [deleted] if item.generation is None else [actions.Forget(item.generation), deleted]

    def _create_response(self, event: client_events.ResponseCreate) -> list[Output]:
        if self.session.transcribes_only:
            raise ApiError("invalid_event", "A transcription session has no responses; use type 'realtime'.")
        if self._active is not None and self._active is not self._notice:
            raise ApiError(
                "conversation_already_has_active_response",
                "The conversation has an active response; wait for its response.done or send response.cancel.",
            )
        given = event.response
        beta.refuse_fields(given, "response")
        if given.get("conversation") not in (None, "auto", "none"):
            raise ApiError(
                "invalid_value", "'response.conversation' must be 'auto' or 'none'.", param="response.conversation"
            )
        passed_over, nothing_else = self._passed_over(given.get("input"))
        request = actions.Request(
            event.event_id,
            self.session.modality
            if given.get("output_modalities") is None
            else modality(given["output_modalities"], "response.output_modalities"),
            self._output_format(given),
            client_metadata(given.get("metadata")),
            given.get("conversation") == "none",
            unread.note(passed_over),
        )
        if request.aside:
            aside = actions.RespondAside(
                self._asked_aside(given.get("input")), isinstance(given.get("input"), list), request
            )
            self._active = request
            return [aside]
        if (outputs := self._given_back()) and not isinstance(given.get("input"), list):
            self._active = request
            asked = next((self._calls[item.fields["call_id"]] for item in outputs), "")
            for item in outputs:
                item.answered = True
            return [actions.Say(answering(asked, [item.fields["output"] for item in outputs]), request)]
        if nothing_else:
            self._active = request
            return [actions.Say(unread.nothing_else(), request)]
        question = self._asked(given)
        if question is None and self._turns.withdrawn and not self._turns.coming:
            response = Response(new_id("resp"), 0, request, self._conversation_id, self.session.voice)
            failed = said.ReplyDone(0, None, "failed", "nothing_to_answer", error=DELETED)
            return [self._send(sent) for sent in (*response.created(), *response.done(failed))]
        self._active = request
        return [actions.Respond(question, request)]

    def _passed_over(self, given: object = None) -> tuple[list[str], bool]:
        """Return the kinds of what nobody looks at, and whether there is nothing else, in what the user sent.

        That is a response's own input, or what came since the last reply.
        """
        if isinstance(given, list):
            contents = [data.get("content") for data in given if isinstance(data, dict) and data.get("role") == "user"]
            parts = [part for content in contents if isinstance(content, list) for part in content]
            kinds = unread.kinds_in(parts)
            return kinds, 0 < len(kinds) == len(parts)
        items = self.items.since_reply()
        kinds = [kind for item in items for kind in item.unread]
        worded = self._turns.coming or any(item.text or item.turn is not None for item in items)
        return kinds, bool(kinds) and not worded

    def _given_back(self) -> list[Item]:
        """Return what the client's functions gave back for calls that were made here."""
        return [item for item in self.items.outputs() if item.fields["call_id"] in self._calls]

    def _output_format(self, given: Json) -> AudioFormat:
        if self._plays:
            return AudioFormat()  # what the track makes of it, the two ends have agreed upon
        audio = given.get("audio")
        output = audio.get("output") if isinstance(audio, dict) else None
        wanted = output.get("format") if isinstance(output, dict) else None
        return self.session.output_format if wanted is None else audio_format(wanted, "response.audio.output.format")

    def _asked(self, given: Json) -> str | None:
        """Return the typed question a response.create is about, None for the last spoken turn.

        It is what the user said last in the order of the items, and not what was deleted. What was answered is answered
        again, unless the client brought its answer along or says what to say instead: a greeting, as far as we can.
        """
        items = given.get("input")
        for data in reversed(items if isinstance(items, list) else []):
            if isinstance(data, dict) and data.get("role") == "user" and (text := item_from_json(data, "input").text):
                return text
        asked = None if self._turns.coming else self.items.last_asked
        if asked is None:
            return None
        if asked.answered and (given.get("instructions") or self.items.was_brought(asked)):
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
            texts = [asked.text] if (asked := self.items.last_asked) is not None else []
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
            item = self.items.get(str(data.get("id", "")), "invalid_value")
            return item.text if item.role == "user" else ""
        return item_from_json(data, "input").text if data.get("role") == "user" else ""

    def _cancel(self, event: client_events.ResponseCancel) -> list[Output]:
        begun = self._response is not None and self._response.request is self._active
        known = self._response.id if self._response is not None and begun else None
        if self._active is None or event.response_id not in (None, known):
            raise ApiError("response_cancel_not_active", "Cancellation failed: no active response found.")
        self._active = None
        return [actions.Interrupt()]

    # Conversation events.

    def _committed(self, event: said.Committed) -> list[Output]:
        if isinstance(event.tag, actions.Bring):
            return self._brought(event, event.tag)
        item_id = self._turns.id_of(event.turn)
        if item_id in self.items:  # a client took the id that speech_started told it for an item of its own
            item_id = self._turns.another_id(event.turn)
        item = Item(
            item_id,
            role="user",
            content=[{"type": "input_audio", "transcript": None}],
            turn=event.turn,
            audio_ms=event.audio_ms,
        )
        self._turns.came()
        committed = server_events.InputAudioCommitted(item_id=item.id, previous_item_id=self.items.last_id)
        return [self._send(committed), *self._add(item)]

    def _brought(self, event: said.Committed, action: actions.Bring) -> list[Output]:
        item, after = action.item, action.after
        if item.id in self.items:  # taken since
            item.id = new_id("item")
        if after != "root" and after not in self.items:
            after = None  # deleted since
        item.turn, item.audio_ms = event.turn, event.audio_ms
        item.content = [{"type": "input_audio", "transcript": None}]
        self._turns.came()
        return self._add(item, after)

    def _partial(self, event: said.Partial) -> list[Output]:
        """Tell live words to who asked for them: the final ones may be others, so they are no deltas."""
        if self.session.transcription is None or not self.session.includes(LIVE_WORDS):
            return []
        words = clean(event.text)
        return [self._send(server_events.TranscriptionPartial(item_id=self._turns.id_of(event.turn), transcript=words))]

    def _woken(self, event: said.Woken | said.Overheard) -> list[Output]:
        """Tell who asked for it that a wake word was heard, and whether it is answered here."""
        if not self.session.includes(WAKE_WORDS):
            return []
        return [self._send(server_events.WakeWord(word=event.word, answers=isinstance(event, said.Woken)))]

    def _heard(self, event: said.Heard) -> list[Output]:
        item, text = self.items.of_turn(event.turn), clean(event.transcript.text)
        if item is not None:
            item.content = [{"type": "input_audio", "transcript": text}]
        if self.session.transcription is None:
            return []
        model, audio_ms = str(self.session.transcription["model"]), item.audio_ms if item is not None else 0
        item_id, usage = self._item_id(event.turn), transcription_usage(model, audio_ms, text)
        completed = server_events.TranscriptionCompleted(item_id=item_id, content_index=0, transcript=text, usage=usage)
        if not text:
            return [self._send(completed)]
        delta = server_events.TranscriptionDelta(item_id=item_id, content_index=0, delta=text)
        return [self._send(delta), self._send(completed)]

    def _hearing_failed(self, event: said.HearingFailed) -> list[Output]:
        if self.session.transcription is None:
            return []
        error = {"type": "server_error", "code": "transcription_failed", "message": event.sentence}
        failed = server_events.TranscriptionFailed(item_id=self._item_id(event.turn), content_index=0, error=error)
        return [self._send(failed)]

    def _reply_started(self, event: said.ReplyStarted) -> list[Output]:
        request = event.tag
        if not isinstance(request, actions.Request):
            note = unread.note(self._passed_over()[0])
            request = actions.Request("", self.session.modality, self._output_format({}), note=note)
            self._active = self._active or request
            self._notice = request if event.turn is None else None
        self._response = Response(new_id("resp"), event.generation, request, self._conversation_id, self.session.voice)
        if event.turn is not None and (item := self.items.of_turn(event.turn)):
            self._response.input_audio_ms, item.answered = item.audio_ms, True
        return [self._send(created) for created in self._response.created()]

    def _reply(self, event: said.ReplyText | said.ReplyAudio | said.ReplyDone) -> list[Output]:
        response = self._response
        if response is None or response.generation != event.generation:
            return []
        outputs: list[Output] = []
        if isinstance(event, said.ReplyDone) and event.reply is not None and event.reply.call is not None:
            outputs += self._call(response, event.reply, event.reply.call)
        if response.item is None and not isinstance(event, said.ReplyDone):
            previous = self.items.last_id
            response.item = Item(new_id("item"), role="assistant", status="in_progress", generation=event.generation)
            opened = response.opened(previous)
            dropped = [] if response.request.aside else self.items.add(response.item)[1]
            outputs += [self._send(part) for part in opened] + self._deleted(dropped)
        match event:
            case said.ReplyText():
                return outputs + [self._send(delta) for delta in response.text_delta(clean(event.text))]
            case said.ReplyAudio():
                return outputs + self._audio(response, response.audio(event.pcm, event.rate))
            case said.ReplyDone():
                # The audio held back belongs to the reply only if the reply was not cut short.
                outputs += self._audio(response, response.audio_tail() if event.status == "completed" else b"")
                outputs += [self._send(done) for done in response.done(event)]
                if response.generation in self._playing:
                    outputs.append(actions.PlayedOut(response.generation))
                self._response = None
                if self._active is response.request:
                    self._active = None
        return outputs

    def _call(self, response: Response, reply: Reply, call: ToolCall) -> list[Output]:
        """Have the client call a function of its own."""
        call_id, arguments = new_id("call"), json.dumps(call.arguments, ensure_ascii=False)
        self._calls[call_id] = reply.question
        while len(self._calls) > _RECENT_CALLS:
            self._calls.popitem(last=False)
        fields = {"call_id": call_id, "name": call.name, "arguments": arguments}
        item = Item(new_id("item"), "function_call", fields=fields)
        previous, dropped = self.items.add(item)
        return [self._send(event) for event in response.called(item, previous)] + self._deleted(dropped)

    def _audio(self, response: Response, data: bytes) -> list[Output]:
        """Return what brings audio of a reply to the client: an event, or the line that plays it."""
        if not data:
            return []
        if not self._plays:
            return [self._send(response.audio_delta(data), response.generation)]
        self._playing[response.generation] = response
        while len(self._playing) > _RECENT_REPLIES:
            self._playing.popitem(last=False)
        return [actions.Play(data, response.generation)]

    # Shared.

    def _add(self, item: Item, after: str | None = None) -> list[Output]:
        previous, dropped = self.items.add(item, after)
        shown = item.to_json()
        return [
            self._send(server_events.ItemAdded(item=shown, previous_item_id=previous)),
            self._send(server_events.ItemDone(item=shown, previous_item_id=previous)),
            *self._deleted(dropped),
        ]

    def _deleted(self, item_ids: list[str]) -> list[Output]:
        return [self._send(server_events.ItemDeleted(item_id=item_id)) for item_id in item_ids]

    def _item_id(self, turn: int) -> str:
        """Return the id of the item that a spoken turn is, however long ago it was committed."""
        item = self.items.of_turn(turn)
        return item.id if item is not None else self._turns.id_of(turn)

    def _send(self, event: Event, generation: int | None = None) -> Send:
        self._events += 1
        # Events are frozen for everybody else; this one is not shared yet.
        object.__setattr__(event, "event_id", f"event_{self.session.id[5:]}_{self._events}")
        return Send(event, generation)


def _base64(audio: str) -> bytes:
    try:
        return base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ApiError("invalid_value", f"'audio' must be base64: {str(error).lower()}.", param="audio") from error

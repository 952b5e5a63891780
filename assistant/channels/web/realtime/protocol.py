"""The Realtime protocol without I/O: client events in, actions out; conversation events in, server events out.

The shell (connection.py) calls `feed` with each message and `on` with each event of the conversation, and carries out
what they return, in order. What comes of a response.create are events of the conversation too, which carry its Request:
so no command waits for what came of another.

Which question is to be answered, questions.py knows; what is told of turns and of replies, spoken.py and responses.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from assistant.channels.json import ApiError, Json
from assistant.channels.web.realtime import actions, client_events, item_events, server_events
from assistant.channels.web.realtime.actions import Output, Send
from assistant.channels.web.realtime.events import Event
from assistant.channels.web.realtime.input_audio import InputAudio
from assistant.channels.web.realtime.items import Items, item_from_json, new_id, recording_in
from assistant.channels.web.realtime.line import Played
from assistant.channels.web.realtime.questions import Questions
from assistant.channels.web.realtime.request import request_from
from assistant.channels.web.realtime.responses import Responses
from assistant.channels.web.realtime.saved import saved_in
from assistant.channels.web.realtime.session import Session
from assistant.channels.web.realtime.spoken import Spoken
from assistant.channels.web.realtime.turns import Turns
from assistant.dialogue import events as said
from assistant.dialogue.settings import ConversationSettings
from assistant.ear.endpointer import SILENCE_MS


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
        self._input = InputAudio(self.session.input_format)
        self._turns = Turns()
        self._spoken = Spoken(self.items, self._turns)
        self._questions = Questions(self.items, self._turns)
        self._responses = Responses(self.items, self._questions, self._conversation_id, plays=plays)
        self._recalled = 0  # exchanges that the client brought along are known by the generations -1, -2 ...
        self._events = 0

    def opened(self) -> list[Output]:
        """Return what a new connection is greeted with."""
        conversation: Json = {"id": self._conversation_id, "object": "realtime.conversation"}
        return self._numbered(
            [
                Send(server_events.SessionCreated(session=self.session.to_json())),
                Send(server_events.ConversationCreated(conversation=conversation)),
                actions.Update(self.session.conversation_settings(self._settings)),
            ]
        )

    def feed(self, data: object) -> list[Output]:
        """Take one decoded JSON message of the client. Whatever it is, the worst answer is an `error` event."""
        event_id = None
        try:
            event = client_events.parse(data)
            event_id = event.event_id or None
            return self._numbered(self._do(event))
        except ApiError as error:
            error.event_id = error.event_id or event_id
            return [self.error(error)]

    def error(self, error: ApiError) -> Send:
        """Return the event for something that could not be done."""
        return self._number(Send(server_events.Error(error=error.to_json())))

    def refused(self, action: actions.Commit) -> list[Output]:
        """Take that the conversation had nothing to commit."""
        self._turns.refused()
        sentence = "The input audio buffer holds less than 100 ms of audio; append audio before committing it."
        return [self.error(ApiError("input_audio_buffer_commit_empty", sentence, event_id=action.event_id or None))]

    def not_brought(self, action: actions.Bring, sentence: str) -> list[Output]:
        """Take that the conversation cannot hear the recording."""
        self._turns.refused()
        refusal = ApiError("invalid_value", sentence, param="item.content[0].audio", event_id=action.event_id or None)
        return [self.error(refusal)]

    def truncated(self, action: actions.Truncate, kept: str) -> list[Output]:
        """Take what the conversation keeps of a reply that the client truncated."""
        item = self.items.get(action.item_id, "item_truncate_invalid_item_id")
        item.cut_to(kept)
        truncated = server_events.ItemTruncated(item_id=item.id, content_index=0, audio_end_ms=action.heard_ms)
        return self._numbered([Send(truncated)])

    def played(self, event: Played) -> list[Output]:
        """Take what became of a reply that the line plays."""
        return self._numbered(self._responses.played(event))

    def on(self, event: said.ConversationEvent) -> list[Output]:
        """Take one event of the conversation."""
        return self._numbered(self._tell(event))

    def _numbered(self, outputs: list[Output]) -> list[Output]:
        for output in outputs:
            if isinstance(output, Send):
                self._number(output)
        return outputs

    def _number(self, send: Send) -> Send:
        self._events += 1
        # Events are frozen for everybody else; this one is not shared yet.
        object.__setattr__(send.event, "event_id", f"event_{self.session.id[5:]}_{self._events}")
        return send

    # Conversation events.

    def _tell(self, event: said.ConversationEvent) -> list[Output]:
        match event:
            case said.SpeechStarted():
                return self._spoken.started(event)
            case said.SpeechStopped():
                return self._spoken.stopped(event)
            case said.Committed():
                return self._spoken.committed(event)
            case said.Cleared():
                return [Send(server_events.InputAudioCleared())]
            case said.Partial():
                return self._spoken.partial(event, self.session)
            case said.Heard():
                return self._spoken.heard(event, self.session)
            case said.HearingFailed():
                return self._spoken.not_heard(event, self.session)
            case said.ReplyStarted():
                return self._responses.started(event, self.session)
            case said.ReplyText() | said.ReplyAudio() | said.ReplyDone():
                return self._responses.went_on(event)
            case said.Woken() | said.Overheard():
                return self._spoken.woken(event, self.session)
            case _:
                assert_never(event)

    # Client events.

    def _do(self, event: Event) -> list[Output]:
        match event:
            case client_events.InputAudioAppend():
                return self._input.append(event.audio)
            case client_events.InputAudioCommit():
                return self._commit(event)
            case client_events.InputAudioClear():
                self._input.end()
                return [actions.Clear()]
            case client_events.OutputAudioClear():
                return self._responses.clear_audio()
            case client_events.SessionUpdate():
                return self._update(event.session)
            case client_events.ItemCreate():
                return self._create_item(event)
            case client_events.ItemRetrieve():
                found = self.items.get(event.item_id, "item_retrieve_invalid_item_id")
                return [Send(server_events.ItemRetrieved(item=found.to_json()))]
            case client_events.ItemTruncate():
                return self._truncate(event)
            case client_events.ItemDelete():
                return self._delete(event)
            case client_events.ResponseCreate():
                return self._create_response(event)
            case client_events.ResponseCancel():
                return self._responses.cancel(event.response_id)
        raise AssertionError(event)

    def _commit(self, event: client_events.InputAudioCommit) -> list[Output]:
        tail = self._input.end()
        self._turns.coming += 1
        return [*tail, actions.Commit(event.event_id)]

    def _update(self, patch: Json) -> list[Output]:
        self.session = self.session.updated(patch)
        return [
            *self._input.change(self.session.input_format),
            actions.Update(self.session.conversation_settings(self._settings)),
            Send(server_events.SessionUpdated(session=self.session.to_json())),
        ]

    def _create_item(self, event: client_events.ItemCreate) -> list[Output]:
        if (audio := recording_in(event.item)) is not None:
            return self._bring(event, audio)
        item = item_from_json(event.item, new_id("item"))
        outputs = item_events.added(self.items, item, event.previous_item_id)
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
        pcm = self._input.recording(audio)
        self._turns.coming += 1
        return [actions.Bring(pcm, item, event.previous_item_id, event.event_id)]

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
        deleted = Send(server_events.ItemDeleted(item_id=item.id))
        return [deleted] if item.generation is None else [actions.Forget(item.generation), deleted]

    def _create_response(self, event: client_events.ResponseCreate) -> list[Output]:
        if self.session.transcribes_only:
            raise ApiError("invalid_event", "A transcription session has no responses; use type 'realtime'.")
        self._responses.check_free()
        note = self._questions.note(event.response.get("input"))
        request = request_from(event, self.session, plays=self._plays, note=note)
        action = self._questions.asked_for(event.response, request)
        if action is None:
            return self._responses.nothing_to_answer(request, self.session)
        self._responses.wait_for(request)
        return [action]

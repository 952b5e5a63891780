"""What a client is told of what is said to it: turns that begin and end, their items and their words, wake words."""

from __future__ import annotations

from assistant.channels.json import clean
from assistant.channels.web.realtime import actions, item_events, server_events
from assistant.channels.web.realtime.actions import Output, Send
from assistant.channels.web.realtime.items import Item, Items, new_id
from assistant.channels.web.realtime.response import transcription_usage
from assistant.channels.web.realtime.session import Session
from assistant.channels.web.realtime.turns import Turns
from assistant.dialogue import events as said

#: In `session.include`: what has been heard so far is wanted while the person speaks.
LIVE_WORDS = "repartee.partial_transcript"
#: And that it is told when a wake word was heard, where the session waits for one.
WAKE_WORDS = "repartee.wake_word"


class Spoken:
    """Takes what the conversation hears, and returns what tells of it."""

    def __init__(self, items: Items, turns: Turns) -> None:
        self._items, self._turns = items, turns

    def started(self, event: said.SpeechStarted) -> list[Output]:
        """Take that a turn begins."""
        item_id = self._turns.id_of(event.turn)
        return [Send(server_events.SpeechStarted(item_id=item_id, audio_start_ms=event.audio_ms))]

    def stopped(self, event: said.SpeechStopped) -> list[Output]:
        """Take that a turn ends."""
        item_id = self._turns.id_of(event.turn)
        return [Send(server_events.SpeechStopped(item_id=item_id, audio_end_ms=event.audio_ms))]

    def committed(self, event: said.Committed) -> list[Output]:
        """Take that a turn is complete: its item is there."""
        if isinstance(event.tag, actions.Bring):
            return self._brought(event, event.tag)
        item_id = self._turns.id_of(event.turn)
        if item_id in self._items:  # a client took the id that speech_started told it for an item of its own
            item_id = self._turns.another_id(event.turn)
        item = Item(
            item_id,
            role="user",
            content=[{"type": "input_audio", "transcript": None}],
            turn=event.turn,
            audio_ms=event.audio_ms,
        )
        self._turns.came()
        committed = server_events.InputAudioCommitted(item_id=item.id, previous_item_id=self._items.last_id)
        return [Send(committed), *item_events.added(self._items, item)]

    def _brought(self, event: said.Committed, action: actions.Bring) -> list[Output]:
        item, after = action.item, action.after
        if item.id in self._items:  # taken since
            item.id = new_id("item")
        if after != "root" and after not in self._items:
            after = None  # deleted since
        item.turn, item.audio_ms = event.turn, event.audio_ms
        item.content = [{"type": "input_audio", "transcript": None}]
        self._turns.came()
        return item_events.added(self._items, item, after)

    def partial(self, event: said.Partial, session: Session) -> list[Output]:
        """Tell live words to who asked for them: the final ones may be others, so they are no deltas."""
        if session.transcription is None or not session.includes(LIVE_WORDS):
            return []
        item_id = self._turns.id_of(event.turn)
        return [Send(server_events.TranscriptionPartial(item_id=item_id, transcript=clean(event.text)))]

    def heard(self, event: said.Heard, session: Session) -> list[Output]:
        """Take the words of a turn."""
        item, text = self._items.of_turn(event.turn), clean(event.transcript.text)
        if item is not None:
            item.content = [{"type": "input_audio", "transcript": text}]
        if session.transcription is None:
            return []
        model, audio_ms = str(session.transcription["model"]), item.audio_ms if item is not None else 0
        item_id, usage = self._item_id(event.turn), transcription_usage(model, audio_ms, text)
        completed = server_events.TranscriptionCompleted(item_id=item_id, content_index=0, transcript=text, usage=usage)
        if not text:
            return [Send(completed)]
        delta = server_events.TranscriptionDelta(item_id=item_id, content_index=0, delta=text)
        return [Send(delta), Send(completed)]

    def not_heard(self, event: said.HearingFailed, session: Session) -> list[Output]:
        """Take that the words of a turn could not be had."""
        if session.transcription is None:
            return []
        error = {"type": "server_error", "code": "transcription_failed", "message": event.sentence}
        failed = server_events.TranscriptionFailed(item_id=self._item_id(event.turn), content_index=0, error=error)
        return [Send(failed)]

    def woken(self, event: said.Woken | said.Overheard, session: Session) -> list[Output]:
        """Tell who asked for it that a wake word was heard, and whether it is answered here."""
        if not session.includes(WAKE_WORDS):
            return []
        return [Send(server_events.WakeWord(word=event.word, answers=isinstance(event, said.Woken)))]

    def _item_id(self, turn: int) -> str:
        """Return the id of the item that a spoken turn is, however long ago it was committed."""
        item = self._items.of_turn(turn)
        return item.id if item is not None else self._turns.id_of(turn)

"""Whose turn it is: what new speech means for the reply under way, and with which words a turn is answered. Pure.

Facts in, decisions out; no audio, no clock, no tasks. The cases:

| fact                                 | and before                              | decision                         |
|--------------------------------------|-----------------------------------------|----------------------------------|
| a turn was heard                     | nothing                                 | Answer it                        |
|                                      | the person speaks again already         | none: its words are carried      |
|                                      | words are carried                       | Answer both as one sentence      |
|                                      | it stopped a reply hardly listened to   | Answer both as one sentence      |
|                                      | it stopped a reply that was listened to | Answer it alone                  |
| a turn was heard that says nothing:  | it stopped a reply                      | GoOn with that reply             |
| a cough, "uh-huh", a word of babble  | words are carried, no reply was stopped | Answer those                     |
|                                      | nothing                                 | none                             |
| a turn was heard                     | soon before, a question word alone, to  | Answer both as one sentence      |
|                                      | which nothing was said                  |                                  |
| a turn was heard that the channel    | any                                     | none until it asks               |
| answers itself                       |                                         |                                  |
| the channel asks for the last turn   | it was not answered                     | Answer it, with what is carried  |
|                                      | its reply is being made                 | Answer it anew                   |
|                                      | it was answered                         | none                             |
|                                      | its reply was withdrawn before it was   | Answer it: nobody has yet        |
|                                      | found                                   |                                  |
| speech stops a reply that waits for  | any                                     | none: the words are carried when |
| the words of its turn                |                                         | they come                        |

Words are carried to the next turn only; a reply to a typed question carries none.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.languages.en.completeness import Look, look_of

NOT_LISTENED_MS = 350.0  # who speaks on before hearing so much of a reply had not finished
SAME_SENTENCE_MS = 1200.0  # nor had they if they do before hearing so much of one that did not answer
UNHURRIED, MOST_PATIENCE = 1.5, 2.5  # more is waited for in a pause after each sentence that was answered too soon
CALMING = 0.8  # share of that which is left after a turn that was not


@dataclass(frozen=True, kw_only=True)
class CutReply:
    """A reply that was stopped: to which spoken turn (None: to typed words), and how much of it was played.

    `found` is whether there was a reply yet, `answered` whether it had an answer.
    """

    generation: int
    turn: int | None
    played_ms: float
    found: bool
    answered: bool


@dataclass(frozen=True)
class Answer:
    """Answer `turn`; TurnTaking.question says which words, once they are there."""

    turn: int


@dataclass(frozen=True)
class GoOn:
    """Say the rest of the reply `generation`, which was stopped for nothing; `turn` is what stopped it."""

    turn: int
    generation: int


class TurnTaking:
    """The state of one conversation; turns are numbered from 1."""

    def __init__(self) -> None:
        self.carried = ""  # words of turns before that begin the sentence under way
        self.patience = 1.0  # by how much this person's pauses are longer than usual
        self._settled = 0  # the newest turn that was answered or needs no answer
        self._heard: tuple[int, str] = (0, "")  # the newest turn that was recognised
        self._replied: tuple[int, str, str | None] = (
            0,
            "",
            None,
        )  # turn answered last, what was carried to it, its words
        self._stopped: int | None = None  # generation of the reply that the turn under way stopped
        self._owed = 0  # turn whose words are carried as soon as they are there
        self._only_begun = ""  # the newest turn's words, where they begin a question and were not answered
        self._withdrawn = 0  # turn whose reply the channel did not want; it may ask for one again

    def sentence(self, text: str) -> str:
        """Return the whole sentence that ends in these words of the turn under way."""
        return _joined(self.carried, text)

    @property
    def question(self) -> str:
        """The words of the turn that is answered, with those that were carried to it."""
        return _joined(self._replied[1], self._replied[2] or "")

    def began(self, cut: CutReply | None, *, soon: bool = False) -> None:
        """The person begins a turn, `soon` after the last one was heard; `cut` is the reply that this stopped."""
        self.carried, self._owed = self._only_begun if soon and cut is None else "", 0
        self._only_begun = ""
        self._stopped = cut.generation if cut is not None else None
        turn, _, own = self._replied
        if cut is not None and cut.turn == turn and self._too_soon(cut):
            self.carried, self._owed = self.question, turn if own is None else 0
            self.patience = min(MOST_PATIENCE, self.patience * UNHURRIED)
        else:
            self.patience = 1.0 + (self.patience - 1.0) * CALMING

    def heard(
        self, turn: int, text: str, *, last: bool, says_nothing: bool, answer: bool, begins: bool = False
    ) -> Answer | GoOn | None:
        """Decide about a turn whose words are there. `last`: the person has not begun another one.

        Where it says nothing it may be what a question `begins` with.
        Without `answer` the channel decides which turns are answered.
        """
        self._heard = (turn, text)
        if turn == self._replied[0] and self._replied[2] is None:
            self._replied = (*self._replied[:2], text)
        ours = answer and turn > self._settled and turn != self._withdrawn
        if turn == self._owed and turn < self._replied[0]:  # the next turn was asked for meanwhile
            self._replied = (self._replied[0], _joined(self._replied[1], text), self._replied[2])
            return None
        if turn == self._owed or (ours and not last):
            self._owed, self._settled = 0, max(turn, self._settled)
            self.carried = _joined(self.carried, text)
            return None
        if not ours:
            return None
        stopped, self._stopped = self._stopped, None
        self._settled = turn
        if says_nothing and stopped is not None:
            self.carried = ""
            self._replied = (turn, *self._replied[1:])  # what goes on answers the words from before
            return GoOn(turn, stopped)
        if says_nothing and not self.carried:
            self._only_begun = text if begins else ""
            return None
        return self._answer(turn, own=not says_nothing)

    def asked(self, turn: int, *, under_way: int | None) -> Answer | None:
        """Decide about the channel's wish that `turn`, the last one, be answered; `under_way` is the one that is."""
        if turn > self._settled:
            self._settled = turn
            return self._answer(turn)
        return Answer(turn) if turn == self._replied[0] == under_way else None

    def withdrawn(self, cut: CutReply | None) -> None:
        """The channel stopped a reply by itself."""
        if cut is not None and not cut.found and cut.turn == self._settled == self._replied[0]:
            self._settled, self._withdrawn, self.carried = cut.turn - 1, cut.turn, self._replied[1]

    def _answer(self, turn: int, *, own: bool = True) -> Answer:
        text = self._heard[1] if self._heard[0] == turn else None
        self._replied, self.carried = (turn, self.carried, text if own else ""), ""
        return Answer(turn)

    def _too_soon(self, cut: CutReply) -> bool:
        """Say whether the person had not finished the sentence that was replied to."""
        if cut.played_ms < NOT_LISTENED_MS:
            return True
        unanswered = not cut.answered or look_of(self.question) in (Look.UNFINISHED, Look.OPEN)
        return cut.played_ms < SAME_SENTENCE_MS and unanswered


def _joined(before: str, text: str) -> str:
    return f"{before} {text}".strip()

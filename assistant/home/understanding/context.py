"""What surrounds a sentence, and one way to read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.home.entities import Act, HomeIntent, State
from assistant.home.understanding.names.noun_phrases import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What surrounds a sentence.

    `room` is where the speaker is; `last` are the ids that were spoken of last ("it", "them"); `before` is the sentence
    before this one, if it was about the house ("and the hall too"); `pending` is the ask-back that this may answer;
    `states` gives the live state of an id; `unconfirmed` names the domains ("lock", "cover", ... and "everything")
    that need no confirmation.
    """

    room: str | None = None
    last: tuple[str, ...] = ()
    before: str = ""
    pending: HomeIntent | None = None
    states: Callable[[str], State | None] = lambda _: None
    unconfirmed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a clause: acts, or why there are none."""

    acts: tuple[Act, ...] = ()
    found: Found = field(default_factory=Found)
    problem: str = ""
    wish: str = ""  #: what was wanted, for a question back: "turn on"
    said: str = ""  #: the clause
    template: str = ""  #: the clause with "@" for what it speaks of
    alternative: tuple[Act, ...] = ()  #: what "yes" to a question back does

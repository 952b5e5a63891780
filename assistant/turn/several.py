"""What several things that were asked for in one sentence came to, as one reply."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.turn.events import Action, Answer, Outcome, Reply

#: The outcome of all is the first of these that one of them has.
_BEFORE: tuple[Outcome, ...] = ("asked_back", "acted", "answered", "failed")
INTENT = "several"  #: of the action, whose slots then hold each as `actions`


def together(question: str, replies: Sequence[Reply]) -> Reply:
    """Return the reply that says what became of each, what is asked back last; one that waits for a yes waits on."""
    told = sorted(replies, key=lambda reply: reply.outcome == "asked_back")
    spoken = " ".join(_sentence(reply.spoken) for reply in told)
    outcome = next(each for each in _BEFORE if any(reply.outcome == each for reply in replies))
    of_the_house = [reply.intent for reply in told if reply.intent is not None]
    return Reply(
        question=question,
        spoken=spoken,
        outcome=outcome,
        answer=Answer(spoken, ()) if outcome == "answered" else None,
        action=_action([reply.action for reply in replies if reply.action is not None]),
        intent=of_the_house[-1] if of_the_house else None,
    )


def _action(actions: Sequence[Action]) -> Action | None:
    """Return what was done as one; confirmed where everything is that could be."""
    told = [action.confirmed for action in actions if action.confirmed is not None]
    return Action(
        intent=INTENT,
        entities=tuple(dict.fromkeys(name for action in actions for name in action.entities)),
        slots={"actions": [action.to_json() for action in actions]},
        confirmed=all(told) if told else None,
        results={name: fate for action in actions for name, fate in action.results.items()},
    )


def _sentence(text: str) -> str:
    return text if text[-1:] in ".!?" else f"{text}."

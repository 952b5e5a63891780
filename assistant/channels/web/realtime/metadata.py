"""What a reply rests on, in a response's metadata: at most 16 strings of at most 512 characters, as the API has it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from assistant.channels.json import ApiError, Json, checked
from assistant.channels.web.shown import shown_citation
from assistant.turn.events import Action, Citation, Reply

MAX_KEYS, MAX_KEY, MAX_VALUE = 16, 64, 512


def client_metadata(given: Any) -> dict[str, str]:
    """Return the metadata of a response.create. Raises ApiError for what the API would not hold."""
    if given is None:
        return {}
    given = checked(given, dict, "response.metadata")
    if len(given) > MAX_KEYS:
        raise ApiError(
            "invalid_value", f"'response.metadata' holds at most {MAX_KEYS} keys.", param="response.metadata"
        )
    for key, value in given.items():
        where = f"response.metadata.{key[:MAX_KEY]}"
        if len(key) > MAX_KEY or len(checked(value, str, where)) > MAX_VALUE:
            raise ApiError(
                "invalid_value", f"'{where}' is longer than {MAX_KEY} (key) or {MAX_VALUE} (value).", param=where
            )
    return dict(given)


def reply_metadata(reply: Reply, given: dict[str, str], note: str = "") -> dict[str, str]:
    """Return the client's metadata with ours added; where 16 keys are not enough, the client's stay.

    `note` says what of the question was passed over, "" for nothing.
    """
    ours = {
        "repartee_question": reply.question[:MAX_VALUE],
        "repartee_answer": (reply.answer.text if reply.answer else "")[:MAX_VALUE],
        "repartee_outcome": reply.outcome,
        **({"repartee_note": note} if note else {}),
        "repartee_abstained": "true" if reply.abstained else "false",
        "repartee_confidence": f"{reply.confidence:.4f}",
        "repartee_citations": _fitted([shown_citation(citation) for citation in reply.citations]),
        "repartee_passage": _passage(reply.citations[0]) if reply.citations else "null",
        "repartee_action": _action(reply.action) if reply.action else "null",
        "repartee_stages": _stages(reply),
        "repartee_total_ms": f"{reply.total_ms:.1f}",
        "repartee_asks": _asks(reply),
    }
    return given | {key: value for key, value in list(ours.items())[: MAX_KEYS - len(given)] if key not in given}


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _first_that_fits(tries: Sequence[Callable[[], Any]]) -> str:
    """Return the first of the values, each smaller than the one before, whose JSON is at most 512 characters."""
    for attempt in tries:
        if len(text := _dumps(attempt())) <= MAX_VALUE:
            return text
    return "[]"


def _fitted(citations: list[dict[str, object]]) -> str:
    """Return the best citations as JSON; of a single one too long, the document's path is cut from the left."""
    if not citations:
        return "[]"
    best: Json = dict(citations[0])
    path = str(best.get("document", ""))
    return _first_that_fits(
        [
            *(lambda n=n: citations[:n] for n in range(len(citations), 0, -1)),
            *(lambda n=n: [best | {"document": "…" + path[-n:]}] for n in (200, 100, 40)),
            lambda: [best | {"document": "…" + path[-40:], "text": str(best["text"])[:200]}],
        ]
    )


def _action(action: Action) -> str:
    """Return the action as JSON; of too many entities those that failed come first, and `more` counts the rest."""
    whole = action.to_json()
    worked = ("done", "already", "under_way", "sent")
    names = sorted(action.entities, key=lambda name: action.results.get(name) in worked)

    def of(count: int) -> Json:
        results = {"results": {name: action.results[name] for name in names[:count] if name in action.results}}
        return whole | (results if action.results else {}) | {"entities": names[:count], "more": len(names) - count}

    return _first_that_fits(
        [
            lambda: whole,
            *(lambda n=n: of(n) for n in (12, 6, 3, 1)),
            lambda: {"intent": action.intent[:64], "entities": [], "confirmed": action.confirmed, "more": len(names)},
        ]
    )


def _asks(reply: Reply) -> str:
    """Return what a question back waits for: "yes" or no, "which" of the action's entities, else "words"; or ""."""
    if reply.outcome != "asked_back":
        return ""
    if reply.intent is None:
        return "words"
    if reply.intent.pending is not None:
        return "yes"
    return "which" if len(reply.intent.entities) > 1 else "words"


def _stages(reply: Reply) -> str:
    """Return the ledger as [name, budget_ms, spent_ms, over, note] rows; notes are what is shortened."""
    return _first_that_fits(
        [
            lambda n=n: [  # type: ignore[misc]
                [stage.name, round(stage.budget_ms, 1), round(stage.spent_ms, 2), stage.over, stage.note[:n]]
                for stage in reply.stages
            ]
            for n in (400, 120, 60, 30, 0)
        ]
    )


def _passage(citation: Citation) -> str:
    """Return {title, text, start, end}: the passage around the cited span, which is text[start:end]."""
    start, end = citation.span_in_passage
    text = citation.passage

    def around(margin: int) -> Json:
        low, high = max(0, start - margin), min(len(text), end + margin)
        if low and (space := text.find(" ", low, start)) >= 0:
            low = space + 1
        if high < len(text) and (space := text.rfind(" ", end, high)) >= 0:
            high = space
        return {"title": citation.title[:80], "text": text[low:high], "start": start - low, "end": end - low}

    fitted = _first_that_fits([lambda n=n: around(n) for n in (len(text), 180, 150, 120, 90, 60, 30, 0)])  # type: ignore[misc]
    return "null" if fitted == "[]" or not text else fitted

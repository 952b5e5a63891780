"""How well sentences are understood over a house: right, asked back, missed, and the dangerous number, acted wrongly.

A sentence set is a file of JSON lines: `sentence`; `kind` ("act", "confirm" which is to be asked back and then done,
"ask" which is to be asked back, "query", "nothing" which must not act); `acts` [{`entity`, `service`, `values`}] with
null for a value that may be any, and a list as `entity` where several do the same; `entities` of a query; and
optionally `room`, `before` (sentences said before it, each carried out) and `may_ask` (a misheard sentence may be
asked back, if "yes" then does the right thing).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.home.entities import Act, HomeIntent
from assistant.home.house_file import HouseFile
from assistant.home.understanding.grammar import Context, Grammar
from engines.errors import ReparteeError
from engines.figures import Figures
from engines.json_lines import read_objects

KINDS = ("act", "confirm", "ask", "query", "nothing")
RIGHT, WRONG, ASKED, MISSED = "right", "wrong", "asked", "missed"
_TOLERANCE = 0.51  #: of a value: percents are rounded


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one sentence: `result` is RIGHT, WRONG (it acted on a wrong device, with a wrong value, or at
    all), ASKED (a question back where an act was expected) or MISSED; `ms` what it took to understand."""

    sentence: str
    kind: str
    result: str
    ms: float
    told: str


@dataclass(slots=True)
class Score:
    """The verdicts of a set."""

    verdicts: list[Verdict] = field(default_factory=list)

    def count(self, result: str) -> int:
        """Return how many sentences had this result."""
        return sum(verdict.result == result for verdict in self.verdicts)

    def as_json(self) -> dict[str, Any]:
        """Return the figures: counts, shares for each kind, and milliseconds."""
        ms = Figures.of([verdict.ms for verdict in self.verdicts])
        kinds = Counter(verdict.kind for verdict in self.verdicts)
        right = Counter(verdict.kind for verdict in self.verdicts if verdict.result == RIGHT)
        return {
            "sentences": len(self.verdicts),
            **{result: self.count(result) for result in (RIGHT, ASKED, MISSED, WRONG)},
            "right_percent": round(100 * self.count(RIGHT) / max(1, len(self.verdicts)), 1),
            "kinds": {kind: {"sentences": kinds[kind], "right": right[kind]} for kind in KINDS if kinds[kind]},
            "p50_ms": round(ms.p50, 2) if ms.runs else None,
            "p95_ms": round(ms.p95, 2) if ms.runs else None,
        }


def read_sentences(path: Path) -> list[dict[str, Any]]:
    """Read a sentence set. Raises ReparteeError, which names the line.

    Where no kind is said, a sentence with acts is to do them, and one without must do nothing.
    """
    rows: list[dict[str, Any]] = []
    for number, said in read_objects(path):
        row = {"kind": "act" if said.get("acts") else "nothing", **said}
        if not isinstance(row.get("sentence"), str) or row.get("kind") not in KINDS:
            raise ReparteeError(f"{path}, line {number}: expected a sentence and its kind, one of {', '.join(KINDS)}.")
        try:
            rows.append(row | {"acts": list(_one_by_one(row["acts"]))} if row.get("acts") else row)
        except (TypeError, KeyError) as error:
            raise ReparteeError(f"{path}, line {number}: each of its acts needs an entity and a service.") from error
    if not rows:
        raise ReparteeError(f"There are no sentences in {path}.")
    return rows


def _one_by_one(acts: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for act in acts:
        entities = act["entity"] if isinstance(act["entity"], list) else [act["entity"]]
        for entity in entities:
            yield {**act, "entity": entity, "service": act["service"]}


def evaluate(rows: Iterable[Mapping[str, Any]], house: HouseFile) -> Score:
    """Understand each sentence over a house, whose states stay as the file has them, and judge what it would do."""
    grammar = Grammar.build(house.entities, house.areas, house.floors, house.aliases)
    score = Score()
    for row in rows:
        room = row.get("room", house.room)
        last: tuple[str, ...] = ()
        before = ""
        for sentence in row.get("before", ()):
            said = grammar.understand(sentence, Context(room=room, last=last, before=before, states=house.states.get))
            last, before = (said.entities or last, sentence) if said else (last, "")
        context = Context(room=room, last=last, before=before, states=house.states.get)
        start = time.perf_counter_ns()
        intent = grammar.understand(row["sentence"], context)
        ms = (time.perf_counter_ns() - start) / 1e6
        score.verdicts.append(Verdict(row["sentence"], row["kind"], judge(row, intent), ms, told(intent)))
    return score


def judge(row: Mapping[str, Any], intent: HomeIntent | None) -> str:
    """Return what is to be said of an intent, given what was expected."""
    kind = row["kind"]
    acts = intent.acts if intent is not None and intent.kind == "act" else ()
    asked = intent is not None and intent.kind == "ask_back"
    later = intent.pending.acts if asked and intent is not None and intent.pending is not None else ()
    if acts:
        return RIGHT if kind == "act" and _same(row.get("acts"), acts) else WRONG
    if kind == "act":
        if asked and row.get("may_ask"):
            return RIGHT if later and _same(row.get("acts"), later) else ASKED
        return ASKED if asked else MISSED
    if kind == "confirm":
        return RIGHT if later and _same(row.get("acts"), later) else MISSED
    if kind == "ask":
        return RIGHT if asked else MISSED
    if kind == "nothing":
        return RIGHT
    query = intent.query if intent is not None and intent.kind == "query" else None
    if query is None:
        return ASKED if asked else MISSED
    return RIGHT if "entities" not in row or set(row["entities"]) == set(query.entities) else MISSED


def told(intent: HomeIntent | None) -> str:
    """Return an intent in one line."""
    if intent is None:
        return "no home matter"
    acts = intent.acts or (intent.pending.acts if intent.pending else ())
    done = "; ".join(f"{act.entity_id} {act.service}" + (f" {dict(act.values)}" if act.values else "") for act in acts)
    asked = (
        f"{intent.query.kind} {' '.join(intent.query.states)} {' '.join(intent.query.entities)}" if intent.query else ""
    )
    return " | ".join(part for part in (intent.kind, intent.question, done, asked, intent.reason) if part)


def _same(expected: Any, acts: Iterable[Act]) -> bool:
    """Say whether acts are those expected, in any order; without an expectation, any acts are."""
    if expected is None:
        return True
    left = list(acts)
    for wanted in expected:
        match = next((act for act in left if _is(wanted, act)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _is(wanted: Mapping[str, Any], act: Act) -> bool:
    if (wanted["entity"], wanted["service"]) != (act.entity_id, act.service):
        return False
    values = wanted.get("values", {})
    if values.keys() != act.values.keys():
        return False
    return all(value is None or _equal(value, act.values[name]) for name, value in values.items())


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, list):
        return isinstance(other, tuple) and list(other) == one
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) < _TOLERANCE
    return bool(one == other)

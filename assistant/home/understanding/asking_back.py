"""What a reading becomes: an intent to act, a question back, or one sentence why nothing is done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.home.entities import Act, HomeIntent
from assistant.home.understanding.acts import confirm, intent_name, the, verb
from assistant.home.understanding.clauses import Clauses
from assistant.home.understanding.context import Context, Reading
from assistant.home.understanding.telling_back import first_up, merged, slots, wish
from assistant.home.understanding.wording.words import joined

#: How a command begins: only then it is told that there is no such thing.
ORDER = re.compile(
    r"(?:turn|switch|open|close|shut|lock|unlock|dim|set|raise|lower|put|kill|activate|brighten|toggle|change|make)\b"
)
#: Whatever is asked back once is not asked back again.
ALL_DOMAINS = frozenset("lock cover valve siren alarm_control_panel everything".split())
_PLAIN_WISHES = frozenset("on off open close lock unlock set dimmer brighter toggle".split())


def asks_which(intent: HomeIntent) -> bool:
    """Say whether an intent is the question which of several things was meant."""
    return intent.reason.endswith(": which")


class Asking:
    """Makes intents of the readings of one house."""

    def __init__(self, clauses: Clauses) -> None:
        self._clauses = clauses

    def intent(self, reading: Reading, context: Context, reason: str) -> HomeIntent:
        """Return what a reading does, asked back first where that is risky; where it has a problem, a question."""
        if reading.problem:
            return self.question(reading, context)
        kept = merged(reading.acts)
        intent = HomeIntent(
            kind="act", intent=intent_name(kept), acts=kept,
            entities=tuple(dict.fromkeys(act.entity_id for act in kept)),
            slots=slots(kept, reading.found), reason=reason,
        )  # fmt: skip
        risky = [
            act
            for act in kept
            if confirm(self._clauses.entity(act.entity_id), act)
            and self._clauses.entity(act.entity_id).domain not in context.unconfirmed
        ]
        everything = reading.found.everything and "everything" not in context.unconfirmed
        if not risky and not everything:
            return intent
        if everything:
            question = f"{verb(kept[0]).capitalize()} everything: {len(kept)} devices?"
        else:
            names = [self._clauses.entity(act.entity_id).name for act in risky]
            question = f"{verb(risky[0]).capitalize()} {the(names[:4])}?"
        return HomeIntent(
            kind="ask_back", intent=intent.intent, question=question, pending=replace(intent, confirm_needed=True),
            confirm_needed=True, entities=intent.entities, slots=intent.slots, reason="wants a confirmation",
        )  # fmt: skip

    def question(self, reading: Reading, context: Context) -> HomeIntent:
        """Return what is asked back where a command may mean several things."""
        found = reading.found
        pending = None
        if reading.alternative and reading.problem in ("area", "room", "degrees", "either"):
            pending = self.intent(
                Reading(reading.alternative, replace(found, problem="")),
                replace(context, unconfirmed=ALL_DOMAINS),
                "asked back",
            )
        names = [self._clauses.entity(name).name for name in found.choices]
        what = {
            "heating": "heaters",
            "climate": "heaters",
            "heat": "heaters",
            "lighting": "lights",
            "switch": "switches",
        }.get(found.kind, f"{found.kind or 'device'}s")
        if reading.problem == "it":
            question = "What do you mean by that?"
        elif reading.problem == "here":
            question = "I do not know which room you are in: which one do you mean?"
        elif reading.problem == "either" and reading.alternative:
            shown = the(names) if len(names) <= 2 else f"all {len(names)} {what}"
            if reading.alternative[0].service == "activate":
                shown = names[0]
            question = f"{verb(reading.alternative[0]).capitalize()} {shown}?"
        elif reading.problem == "degrees" and any("temperature" in act.values for act in reading.alternative):
            question = self._whether_degrees(reading.alternative)
        elif reading.problem == "area":
            question = (
                f"{wish(reading)} {the([f'{found.place} {what}'])}?"
                if len(names) > 1
                else f"{wish(reading)} {the(names)}?"
            )
        elif reading.problem == "room" and len(names) > 1:
            question = f"{wish(reading)} all {len(names)} {what}, or which ones?"
        elif len(names) == 1:
            acts = reading.alternative
            pending = (
                self.intent(
                    Reading(acts, replace(found, ids=found.choices, problem="")),
                    replace(context, unconfirmed=ALL_DOMAINS),
                    "asked back",
                )
                if acts
                else None
            )
            question = f"Did you mean {the(names)}?"
        elif len(names) <= 4:
            question = f"Which one: {(joined([f'the {name}' for name in self._told_apart(found.choices)], 'or'))}?"
        else:
            question = f"There are {len(names)} {what} that this could be: which one?"
        return HomeIntent(
            kind="ask_back", intent="HassClarify", question=question, pending=pending, entities=found.choices,
            slots={"again": reading.template} if reading.template else {},
            reason=f"not plain what is meant: {reading.problem}",
        )  # fmt: skip

    def _whether_degrees(self, acts: Sequence[Act]) -> str:
        """Ask whether numbers were meant as temperatures: "Set the den to 20 degrees and the hall to 18 degrees?"."""
        warm: dict[str, list[str]] = {}
        for act in acts:
            if "temperature" in act.values:
                name = self._clauses.entity(act.entity_id).name
                warm.setdefault(f"{act.values['temperature']:g} degrees", []).append(name)
        return f"Set {joined([f'{the(names)} to {degrees}' for degrees, names in warm.items()])}?"

    def _told_apart(self, ids: Sequence[str]) -> list[str]:
        """Return names that differ: with the room, where several things are called the same."""
        names = [self._clauses.entity(name).name for name in ids]
        return [
            f"{name} in the {self._clauses.entity(id_).area}"
            if names.count(name) > 1 and self._clauses.entity(id_).area
            else name
            for name, id_ in zip(names, ids, strict=True)
        ]

    def refusal(self, reading: Reading) -> HomeIntent | None:
        """Return why nothing is done, where the sentence was plainly a command for the house."""
        found = reading.found
        phrase = " ".join(word for word in found.phrase.split() if word not in ("the", "a", "my", "our", ","))
        if reading.problem == "unable" and found.choices:
            names = list(dict.fromkeys(self._clauses.entity(name).name for name in found.choices))
            told = f"{the(names)} cannot do that.".capitalize() if len(names) < 3 else "They cannot do that."
            return HomeIntent(
                kind="refuse",
                intent="HassUnable",
                question=first_up(told),
                entities=found.choices,
                reason="no such function",
            )
        if reading.problem == "except" and found.choices:
            return HomeIntent(
                kind="refuse",
                intent="HassUnknown",
                question="That leaves nothing to do.",
                reason="all that was meant is left out",
            )
        if reading.problem == "except":
            return HomeIntent(
                kind="ask_back",
                intent="HassClarify",
                question="What shall I leave out?",
                reason="what is left out is not known",
            )
        if (
            found.problem == "unknown"
            and found.place
            and reading.problem == "unknown"
            and not found.choices
            and phrase in found.place.lower()
        ):
            return HomeIntent(
                kind="refuse",
                intent="HassUnknown",
                question=f"I know of nothing in the {found.place.lower()} that does that.",
                reason="no such thing there",
            )
        if 0 < len(phrase.split()) <= 6 and reading.wish in _PLAIN_WISHES and ORDER.match(reading.said):
            return HomeIntent(
                kind="refuse",
                intent="HassUnknown",
                question=f"I know of no {phrase} here.",
                reason="no device, area or floor goes by that name",
            )
        return None

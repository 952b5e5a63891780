"""What a reply did in the house, in metadata that holds 512 characters a value."""

from __future__ import annotations

import json

import pytest

from assistant.channels.web.realtime.metadata import MAX_KEYS, MAX_VALUE, reply_metadata
from assistant.home.entities import Act, HomeIntent
from assistant.turn.events import Action, Outcome, Reply

NAMES = tuple(f"light.ceiling_lamp_number_{number}" for number in range(60))


def reply(outcome: Outcome, action: Action | None = None, intent: HomeIntent | None = None) -> Reply:
    return Reply(question="?", spoken="Done.", outcome=outcome, action=action, intent=intent)


@pytest.mark.parametrize("count", [1, 5, 60])
def test_an_action_is_whole_json_with_what_failed_first(count: int) -> None:
    results = dict.fromkeys(NAMES[:count], "done") | {NAMES[count - 1]: "silent"}
    action = Action(intent="HassTurnOff", entities=NAMES[:count], confirmed=False, results=results)
    text = reply_metadata(reply("acted", action), {})["repartee_action"]
    told = json.loads(text)
    assert len(text) <= MAX_VALUE
    assert told["results"][NAMES[count - 1]] == "silent"
    assert len(told["entities"]) + told.get("more", 0) == count
    assert told["confirmed"] is False


def test_even_the_longest_names_leave_an_action() -> None:
    action = Action(intent="HassTurnOff", entities=("light." + "x" * 600,), results={"light." + "x" * 600: "done"})
    told = json.loads(reply_metadata(reply("acted", action), {})["repartee_action"])
    assert (told["intent"], told["more"]) == ("HassTurnOff", 1)


def test_a_question_back_says_what_it_waits_for() -> None:
    act = HomeIntent(kind="act", intent="HassTurnOn", acts=(Act("lock.door", "unlock"),))
    for asks, intent in (
        ("yes", HomeIntent(kind="ask_back", intent="HassTurnOn", question="Unlock it?", pending=act)),
        ("which", HomeIntent(kind="ask_back", intent="HassClarify", question="Which?", entities=NAMES[:2])),
        ("words", HomeIntent(kind="ask_back", intent="HassClarify", question="What shall I do?", entities=NAMES[:1])),
    ):
        assert reply_metadata(reply("asked_back", intent=intent), {})["repartee_asks"] == asks
    assert reply_metadata(reply("acted", intent=act), {})["repartee_asks"] == ""


def test_the_clients_own_keys_stay_where_there_is_no_room_for_ours() -> None:
    mine = {f"key{number}": "mine" for number in range(MAX_KEYS - 1)}
    assert reply_metadata(reply("acted"), mine) == mine | {"repartee_question": "?"}

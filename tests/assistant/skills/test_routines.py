"""Routines: what a phrase of the configuration stands for, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.config import Config, ConfigError
from assistant.parts import Parts
from assistant.skills.routines import Routines
from assistant.skills.templates import MOST_PHRASES
from assistant.turn.turn import take
from engines.errors import ReparteeError


def test_a_template_stands_for_each_of_its_phrases() -> None:
    routines = Routines({"(good|sweet) night [everybody]": "say Sleep well"})
    for words in ("Good night!", "sweet night", "good night everybody", "Good night, please"):
        call = routines.understand(words)
        assert call is not None
        assert call.slots == {"phrase": "(good|sweet) night [everybody]"}
    for words in ("night", "good night and good luck", "what is a good night", ""):
        assert routines.understand(words) is None


@pytest.mark.parametrize(
    ("configured", "sentence"),
    [
        ({"one": "two", "two": ["say hello", "three"], "three": "one"}, "start each other for ever"),
        ({"once again": "once again"}, "start each other for ever"),
        ({"stop": "say no"}, "means something already"),
        ({"[very] yes": "say no"}, "means something already"),
        ({"good night": []}, "has 0 steps"),
        ({"good night": ["say x"] * 21}, "has 21 steps"),
        ({"good night": ["..."]}, "a step without words"),
        ({"turn on {name}": "say x"}, "has a list or a rule in it"),
        ({"good (night": "say x"}, "is not a template"),
        ({"good night": "say x", "(good|bad) night": "say y"}, 'is a phrase of "good night" and of'),
        ({" ".join(["[very]"] * 12) + " good night": "say x"}, f"more than {MOST_PHRASES} phrases"),
        ({"(a|b|c|d|e|f|g|h) (a|b|c|d|e|f|g|h) (a|b|c|d|e|f|g|h)": "say x"}, f"more than {MOST_PHRASES} phrases"),
    ],
)
def test_what_could_never_end_or_be_said_is_refused_at_the_start(configured, sentence: str) -> None:
    with pytest.raises(ReparteeError, match="routines: ") as refused:
        Routines(configured)
    assert sentence in str(refused.value)


def test_routines_are_read_from_the_configuration_alone(tmp_path: Path) -> None:
    (tmp_path / "repartee.toml").write_text('[routines]\n"good night" = ["add tea to my list", "say Good night"]\n')
    assert Config.load(tmp_path).routines == {"good night": ("add tea to my list", "say Good night")}
    (tmp_path / "repartee.toml").write_text('[routines]\n"good night" = 7\n')
    with pytest.raises(ConfigError, match=r"\[routines\] must give each phrase"):
        Config.load(tmp_path)
    (tmp_path / "repartee.toml").write_text("")
    with pytest.raises(ConfigError, match="no such setting"):
        Config.load(tmp_path, {"REPARTEE_ROUTINES_NIGHT": "unlock the door"})


@pytest.mark.usefixtures("one_reader")
async def test_each_step_is_taken_and_the_reply_says_what_came_of_it(own_home: Path) -> None:
    steps = ("add tea to the shopping list", "what is two plus two", "cancel the pasta timer", "say Good night")
    config = replace(Config.load(own_home), routines={"good night": steps, "bed time": "good night"})
    async with Parts.open(config) as parts:
        reply = await take("Good night", parts=parts, context=parts.context())
        assert reply.spoken == (
            "“cancel the pasta timer” failed: There is no pasta timer. Tea is on the shopping list now. That is 4. "
            "Good night."
        )
        assert reply.outcome == "failed"
        assert parts.own_skills.lists.all()["shopping"] == ["tea"]
        nested = await take("bed time", parts=parts, context=parts.context())
        assert "Tea is on the shopping list already." in nested.spoken
        # As many times as it is said, and never ahead of that.
        assert (await take("what's on my list", parts=parts, context=parts.context())).spoken == (
            "On the shopping list: tea."
        )


@pytest.mark.usefixtures("one_reader")
async def test_what_is_announced_goes_to_every_conversation(own_home: Path) -> None:
    config = replace(Config.load(own_home), routines={"dinner time": "announce Dinner is ready"})
    heard = []

    async def announce(text: str, to: str) -> int:
        heard.append((text, to))
        return 2

    async with Parts.open(config) as parts:
        parts.announce = announce
        reply = await take("dinner time", parts=parts, context=parts.context())
    assert heard == [("Dinner is ready", "")]
    assert reply.spoken == "Done."

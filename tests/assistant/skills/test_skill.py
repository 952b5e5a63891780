import importlib.metadata
import logging
from pathlib import Path

import pytest

from assistant.config import Config
from assistant.skills import choose
from assistant.skills.choose import GROUP, load_skills
from assistant.skills.skill import SkillCall


class Coin:
    name = "coin"
    examples = ("Toss a coin.",)

    def understand(self, words: str) -> SkillCall | None:
        return SkillCall(skill="coin", intent="toss") if "coin" in words else None

    async def call(self, call: SkillCall, parts: object) -> str:
        return "Heads."


def broken() -> None:
    raise RuntimeError("no coin")


async def test_a_package_adds_a_skill_and_a_broken_one_is_told_and_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    here = [
        importlib.metadata.EntryPoint("coin", f"{__name__}:Coin", GROUP),
        importlib.metadata.EntryPoint("broken", f"{__name__}:broken", GROUP),
    ]
    for entry, made in zip(here, (Coin, broken), strict=True):
        vars(entry)["load"] = lambda made=made: made
    monkeypatch.setattr(choose, "entry_points", lambda group: here if group == GROUP else [])
    with caplog.at_level(logging.ERROR):
        skills = load_skills(Config(tmp_path))
    call = skills.understand("toss a coin")
    assert call is not None
    assert (await skills.call(call, None)).spoken == "Heads."
    assert "the skill broken cannot be loaded" in caplog.text
    assert "Toss a coin." in skills.examples()

"""A package of somebody else's adds a skill: a real one, in a folder with its metadata, as pip installs it."""

from __future__ import annotations

import json
from pathlib import Path

CODE = """
from assistant.skills.skill import SkillCall

class Coin:
    name = "coin"
    examples = ("Toss a coin.",)

    def understand(self, words):
        return SkillCall(skill=self.name, intent="toss") if "toss a coin" in words.lower() else None

    async def call(self, call, parts):
        return "Heads."
"""


def install(folder: Path) -> dict[str, str]:
    """Put the package into a folder; return the environment in which it is found."""
    (folder / "tossing.py").write_text(CODE)
    told = folder / "tossing-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: tossing\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[repartee.skills]\ncoin = tossing:Coin\n")
    return {"PYTHONPATH": str(folder)}


def test_it_is_listed_and_called(repartee, tmp_path: Path) -> None:
    site, home = tmp_path / "site", tmp_path / "home"
    site.mkdir()
    environment = install(site)
    listed = json.loads(repartee(home, "skills", "list", "--json", env=environment).stdout)
    assert {"name": "coin", "package": "tossing", "examples": ["Toss a coin."]} in listed
    assert "coin (of tossing): Toss a coin." in repartee(home, "skills", "list", env=environment).stdout
    assert "coin" not in repartee(home, "skills", "list").stdout
    reply = json.loads(repartee(home, "ask", "Toss a coin, please", "--json", env=environment).stdout)
    assert (reply["spoken"], reply["outcome"], reply["action"]["intent"]) == ("Heads.", "acted", "coin.toss")


def test_every_skill_understands_its_own_examples(repartee, tmp_path: Path) -> None:
    from assistant.config import Config
    from assistant.skills.choose import load_skills

    skills = load_skills(Config(tmp_path))
    context_bound = {"Add a minute.", "Take the milk off."}
    for skill in skills:
        for example in skill.examples:
            call = skills.understand(example)
            assert (call is not None and call.skill == skill.name) or example in context_bound, example

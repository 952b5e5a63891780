"""A home whose weights can be read apart: what `knowledge add` makes is what a turn reads, also after a restart."""

from __future__ import annotations

import dataclasses
import sqlite3
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli import main
from assistant.config import Config
from assistant.parts import Parts
from assistant.turn.budget import DEFAULT_SLOTS, Budget
from engines.checkpoint import Apart, Calibration
from engines.quantize import write_int8
from engines.reader.cost import CostModel
from knowledge.library import STATES_NAME
from plugins.bert_cpu import missing
from tests.engines.small_bert import random_checkpoint

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

TEXT = "# The tower\n\nThe tower is in Paris. The tower is high.\n\n# Paris\n\nParis is in the tower, the high tower.\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A home with two passages, added by the command."""
    folder = tmp_path_factory.mktemp("apart")
    tiny = random_checkpoint(hidden_size=64, heads=2, layers=3, max_positions=448)
    weights = dataclasses.replace(tiny, calibration=Calibration(), apart=Apart(2, 16, Calibration()))
    write_int8(weights, folder / "tiny.safetensors")
    (folder / "tower.md").write_text(TEXT)
    home = folder / "home"
    home.mkdir()
    (home / "repartee.toml").write_text(f'[reader]\nmodel = "{folder / "tiny.safetensors"}"\nruntime = "cpu"\n')
    added = CliRunner().invoke(main, ["--home", str(home), "knowledge", "add", str(folder / "tower.md")])
    assert added.exit_code == 0, added.output
    return home


def kept(home: Path) -> int:
    with sqlite3.connect(home / STATES_NAME) as file:
        return file.execute("SELECT count(*) FROM states WHERE length(codes) > 0").fetchone()[0]


async def test_passages_are_read_ahead_when_they_are_added_and_read_apart_in_a_turn(home, monkeypatch):
    assert kept(home) == 2
    async with Parts.open(Config.load(home, {})) as parts:
        assert parts.library.unmade() == 0
        dear = CostModel({(1, 24): 1e6}, compiles=False)  # as if whole reading were far too slow for the slot
        monkeypatch.setattr(parts.reader.whole, "cost", dear)
        apart, ran = parts.reader.apart, []
        run = apart.run_within
        monkeypatch.setattr(apart, "run_within", lambda *given: ran.append(len(given[1])) or run(*given))
        budget = Budget(dict(DEFAULT_SLOTS) | {"retrieve": 60_000, "read": 60_000})
        await parts.answering.answer("Where is the high tower in Paris?", (), budget)
        assert sum(ran) == 2
        assert next(stage.note for stage in budget.ledger() if stage.name == "read") == ""
        where, lower = [], parts.reader.runtime.lower
        monkeypatch.setattr(
            parts.reader.runtime, "lower", lambda *row: where.append(threading.current_thread().name) or lower(*row)
        )
        await parts.answering.answer(
            "Is the high tower in Paris?", (), Budget(dict(DEFAULT_SLOTS) | {"retrieve": 60_000, "read": 60_000})
        )
    assert [name.partition("_")[0] for name in where] == ["library"], "the question's part, after the search"


async def test_nothing_is_kept_where_no_room_is_given_for_it(home, tmp_path):
    async with Parts.open(Config.load(home, {"REPARTEE_KNOWLEDGE_STATES_MB": "0"})) as parts:
        assert {hit.passage.states for hit in parts.library.search("tower")} == {b""}
        assert parts.library.unmade() == 0
    assert not (home / STATES_NAME).exists()
    async with Parts.open(Config.load(home, {})) as parts:
        parts.library.finish()
    assert kept(home) == 2

"""What the ear is told of the words at a pause."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.dialogue.listening import Listening
from assistant.dialogue.outbox import Outbox
from assistant.languages.en.completeness import Look
from assistant.parts import Load


class Pausing:
    """An ear in a pause that notes how the words are said to look."""

    paused = True
    position = 0

    def __init__(self) -> None:
        self.looks: list[Look] = []

    def judge(self, look: Look) -> list[object]:
        self.looks.append(look)
        return []

    def drop(self) -> None:
        pass


@pytest.mark.parametrize(
    ("look", "told"),
    [
        (Look.COMPLETE, Look.DOUBTFUL),
        (Look.UNCERTAIN, Look.DOUBTFUL),
        (Look.DOUBTFUL, Look.DOUBTFUL),
        (Look.UNFINISHED, Look.UNFINISHED),
        (Look.OPEN, Look.OPEN),
    ],
)
async def test_words_that_are_looked_at_again_are_not_taken_for_complete(look: Look, told: Look) -> None:
    stand: Any = None
    ear: Any = Pausing()
    listening = Listening(stand, stand, Outbox(), Load())
    listening.use(ear)
    listening.unsure = True
    listening.judge(look)
    listening.unsure = False
    listening.judge(look)
    assert ear.looks == [told, look]
    await listening.close()

from datetime import UTC, datetime

import pytest

from assistant.skills.clock import Clock

NOON = datetime(2031, 3, 9, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "said"),
    [("What time is it, please?", "It is 12:05."), ("what's today's date", "It is Sunday, 9 March 2031.")],
)
async def test_the_clock_is_read_when_it_is_asked(words: str, said: str) -> None:
    clock = Clock(lambda: NOON)
    call = clock.understand(words)
    assert call is not None
    assert await clock.call(call, None) == said

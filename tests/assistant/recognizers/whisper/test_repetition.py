"""What is said again and again."""

import pytest

from assistant.recognizers.whisper.repetition import is_loop, without_loops


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("turn it on", "turn it on"),
        ("no no no that was very very good", "no no no that was very very good"),
        ("Big, big, big, big, big dogs", "Big, dogs"),
        ("I am here. I am here. I am here. I am here. I am", "I am here."),
        ("so I see so I see so I see so I see and go", "so I see and go"),
        ("", ""),
    ],
)
def test_what_is_said_many_times_in_a_row_is_left_once(text: str, rest: str) -> None:
    assert without_loops(text) == rest
    assert is_loop(text) == (text != rest)

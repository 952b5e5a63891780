from __future__ import annotations

import pytest

from knowledge.spelling import as_written


@pytest.mark.parametrize(
    ("asked", "written", "expected"),
    [
        ("What does the KX9 do?", "The KX-9 opens the vent.", "What does the KX-9 do?"),
        ("What does the KX-9 do?", "The KX9 opens the vent.", "What does the KX9 do?"),
        ("what does kx 9 do", "The KX-9 opens the vent.", "what does KX-9 do"),
        ("Which plug takes 12 V?", "The left plug takes 12V.", "Which plug takes 12V?"),
        ("Which tank holds 4500 l?", "The tank holds 4,500 l.", "Which tank holds 4,500 l?"),
        ("Which tank holds 4,500 litres?", "The tank holds 4500 litres.", "Which tank holds 4500 litres?"),
        ("Which drill is 2.5mm?", "A drill of 2.5 mm.", "Which drill is 2.5 mm?"),
        ("Where is QRS10B?", "QRS-10-B hangs in the hall.", "Where is QRS-10-B?"),
        ("Who lives in room 4 and room 5B?", "Room 5-B is let.", "Who lives in room 4 and Room 5-B?"),
        ("what does code k seven mean", "Code K7: no water.", "what does code K7 mean"),
        ("what does code k twenty-one mean", "Code K-21: no water.", "what does code K-21 mean"),
        ("which plug takes twelve volts", "The left plug takes 12 volts.", "which plug takes 12 volts"),
        ("Where do Lady birds sleep?", "They feed ladybirds.", "Where do Ladybirds sleep?"),
        ("who came in nineteen oh four", "In 1904 came the baker.", "who came in 1904"),
    ],
)
def test_a_code_or_number_becomes_what_the_documents_write(asked: str, written: str, expected: str) -> None:
    assert as_written(asked, ["Nothing of it.", written]) == expected


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("What does the KX9 do?", "The KX-9 is the KX9 of old."),  # stands as it was asked, too
        ("What does the KX9 do?", "The KX-91 opens the vent, the AKX-9 shuts it."),
        ("What is 5 mm wide?", "The slot is 3.5mm wide."),
        ("Which is 2.5 mm?", "Take the 25mm drill."),
        ("What happened in 1904?", "In 1,9041 cases nothing."),
        ("When do the two of us meet?", "The two-of-us meet at 9."),
        ("Is it 3 or 4?", "It is 3-4."),
        ("What does code k seven mean?", "Code K7 (say: k seven) is for no water."),
        ("Which plug takes twelve volts?", "Of plugs with 120 volts take none with 12.5."),
        ("Where do lady birds sleep?", "Lady birds and ladybirds sleep here."),
        ("Where do lady birds sleep?", "The malladybirdsong is heard here."),
        ("When is to day?", "It is today."),
        ("Is the lady, birds too, here?", "The ladybirds are."),
        ("Where is a four room flat?", "The A4 is in the hall."),
        ("", "KX-9"),
    ],
)
def test_what_is_not_the_same_code_is_left_alone(asked: str, written: str) -> None:
    assert as_written(asked, [written]) == asked


def test_of_a_question_that_is_nothing_but_codes_only_some_are_looked_for() -> None:
    asked = " ".join(f"k{number}" for number in range(5_000))
    written = " ".join(f"k-{number}" for number in range(100))
    assert 1 <= as_written(asked, [written]).count("-") < 64

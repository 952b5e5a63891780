"""What a sentence wraps its command in, what it leaves out of all, and what it must not be taken for."""

from __future__ import annotations

import pytest

from assistant.home.understanding.put_plainly import put_plainly
from assistant.home.understanding.wording.words import plain

PLAINLY = (
    ("downstairs lights off, all but the one in the hall", "downstairs lights off except the one in the hall"),
    ("kitchen lights off, all of them except the strip", "kitchen lights off except the strip"),
    ("close the blinds, everything bar the study's", "close the blinds except the studys"),
    ("sorry, changed my mind, turn it off again", "turn it off again"),
    ("turn it back off, I've changed my mind", "turn it back off"),
    ("we can shut the heater off now", "shut the heater off now"),
    ("set the siren off, I want to check it", "set off the siren , i want to check it"),
    ("every light off, inside and out", "every light off everywhere"),
    ("someone left the hall light on again, get that would you", "someone left the hall light on again , turn it off"),
    ("Dad's left the back door unlocked, see to it", "dads left the back door unlocked , lock it"),
    ("I fancy the strip in purple tonight", "i fancy the strip in purple"),
    ("now make them both warmer", "now make them warmer"),
    ("shut the blinds please, but not the study one obviously", "shut the blinds , but not the study one"),
    ("all off upstairs, the fan should stay as it is", "all off upstairs but leave the fan alone"),
    ("could you open the gate, we're going to get the bikes out", "could you open the gate"),
    ("some light please", "turn on the lights please"),
    ("turn off every fan we have", "turn off every fan"),
    ("the yard lights can go off, all but the gate one", "turn off the yard lights except the gate one"),
)  # fmt: skip
AS_SAID = (
    "turn on the lamp, changed my mind", "changed my mind about the curtains", "I changed my mind",
    "the lamp on, everything else but the fan off", "everything off, all but", "all but the one in the hallway",
    "we could turn the telly off now", "we can turn the telly off after the film", "the smoke set the siren off",
    "someone left their coat on the sofa, get that would you", "I fancy the strip on at eight tonight",
    "let's have the porch light on tonight", "close them all the way", "close the gate, I want to get the car out",
    "the guests can stay", "of course you may turn it off",
)  # fmt: skip


@pytest.mark.parametrize(("said", "put"), PLAINLY)
def test_a_command_is_taken_out_of_what_it_is_wrapped_in(said: str, put: str) -> None:
    assert put_plainly(plain(said)) == put


@pytest.mark.parametrize("said", AS_SAID)
def test_what_is_no_such_wrapping_stays_as_it_was_said(said: str) -> None:
    assert put_plainly(plain(said)) == plain(said)

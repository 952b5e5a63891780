import pytest

from assistant.dialogue.own_words import is_echo

SAID = "Up to 2,000, according to Honey Bees: “In summer a queen lays up to 2,000 eggs a day.”"


@pytest.mark.parametrize(
    ("heard", "echo"),
    [
        ("in summer a queen lays up to 2,000 eggs", True),
        ("according to honey bees in summer a queen laze up to", True),  # a word misheard
        ("honey bees in summer a queen", True),
        ("lays up to two thousand eggs", True),
        ("how many eggs can a queen lay", False),
        ("is that in summer a day or a week", False),
        ("eggs a queen in honey", False),  # our words in another order are a person's
        ("a queen", False),
        ("", False),
    ],
)
def test_words_that_were_just_said_in_that_order_are_an_echo(heard: str, echo: bool) -> None:
    assert is_echo(heard, SAID) is echo
    assert not is_echo(heard, "")

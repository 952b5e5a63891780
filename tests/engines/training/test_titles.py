import random

import pytest

from engines.training.titles import NONE, Titles

MILLS = [
    f"The Overton Mill stands on the river. Its wheel drives two stones. The Overton Mill was built by {builder} there."
    for builder in ("Anna Holt", "Peter Quince", "Mary Lamb")
]
FILLERS = [f"Lake Nr{number} is a lake of the north. Ships cross the lake{number} on Sundays." for number in range(12)]
BEES = ["Bees keep the hive warm. A hive of bees eats honey, and bees fan the hive in summer."]


@pytest.fixture(scope="module")
def titles() -> Titles:
    return Titles([*MILLS, *FILLERS, *BEES])


def drawn(titles: Titles, passage: str, count: int = 300) -> list[str]:
    chance = random.Random(4)
    return [titles(passage, chance) for _ in range(count)]


def test_an_article_is_called_what_its_paragraphs_speak_of(titles: Titles) -> None:
    named = [each for each in drawn(titles, MILLS[1]) if "overton mill" in each.lower()]
    assert len(named) > 100
    assert {"Overton Mill", "overton mill"} <= set(named)


def test_a_title_may_be_followed_by_headings_but_does_not_repeat_itself(titles: Titles) -> None:
    parts = [each.split(" > ") for each in drawn(titles, MILLS[0])]
    assert {len(each) for each in parts} == {1, 2, 3}
    assert all(len(set(each)) == len(each) for each in parts)


def test_some_passages_go_without_a_title(titles: Titles) -> None:
    assert abs(drawn(titles, MILLS[2], 1000).count("") / 1000 - NONE) < 0.05


def test_no_title_begins_with_a_word_that_only_begins_a_sentence(titles: Titles) -> None:
    firsts = {each.partition(" ")[0] for passage in FILLERS for each in drawn(titles, passage, 40)}
    assert not firsts & {"Its", "On", "A"}


def test_the_same_chance_gives_the_same_titles(titles: Titles) -> None:
    assert drawn(titles, BEES[0], 20) == drawn(titles, BEES[0], 20)


def test_without_passages_there_is_nothing_to_say() -> None:
    assert Titles([])("", random.Random(1)) == ""

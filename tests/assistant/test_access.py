"""A token opens the collections that the settings give it, the owner's opens all, and none only what is everybody's."""

import pytest

from assistant.access import Access, asked_by, note
from assistant.config import Config
from engines.errors import ReparteeError
from knowledge.collections import UNNAMED

COLLECTIONS = {"work": "anna  ben", "house": "ben", "games": "*"}


def test_a_token_opens_its_collections_and_everybodys():
    access = Access("owner", COLLECTIONS)
    assert access.asks("owner") is None
    assert access.asks("anna") == {"", "games", "work"}
    assert access.asks("ben") == {"", "games", "work", "house"}
    assert access.asks("") == access.asks("Anna") == access.asks("änna") == access.everybodys == {"", "games"}


def test_with_an_owner_only_known_tokens_are_let_in_and_without_everybody():
    access = Access("owner", COLLECTIONS)
    assert [access.is_known(token) for token in ("owner", "anna", "ben", "", "*", "other")] == [True] * 3 + [False] * 3
    assert Access("", COLLECTIONS).is_known("")


def test_without_an_owner_a_named_collection_is_for_its_tokens_alone():
    access = Access("", {"work": "anna"})
    assert (access.asks("anna"), access.asks("")) == ({"", "work"}, UNNAMED)
    assert Access().asks("") == UNNAMED


@pytest.mark.parametrize(
    ("collections", "sentence"),
    [
        ({"Work": "anna"}, "is no name for a collection"),
        ({"": "anna"}, "needs the tokens"),
        ({"work": "  "}, "needs the tokens"),
        ({"work": "anna bén"}, r"knowledge\.collections\.work must be letters"),
        ({"work": "anna owner"}, "choose another"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence_without_the_token(collections, sentence):
    with pytest.raises(ReparteeError, match=sentence) as caught:
        Access("owner", collections)
    assert "anna" not in str(caught.value)
    assert "bén" not in str(caught.value)


def test_the_settings_say_it_in_a_table_of_the_file(tmp_path):
    (tmp_path / "repartee.toml").write_text('[knowledge.collections]\nwork = "anna ben"\n')
    assert Access.of(Config.load(tmp_path, {})).asks("ben") == {"", "work"}


def test_a_scope_in_which_nothing_was_noted_asks_what_is_everybodys():
    scope: dict[str, object] = {}
    assert asked_by(scope) == UNNAMED
    note(scope, None)
    assert asked_by(scope) is None

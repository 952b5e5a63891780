"""Sentences that break off, run together or are nothing but small words are understood as something or as nothing."""

import random

import pytest

from assistant.commands.eval_home import HOUSE, SAMPLES
from assistant.home.evaluate import read_sentences
from assistant.home.house_file import read_house
from assistant.home.understanding.clauses import Clauses
from assistant.home.understanding.context import Context
from assistant.home.understanding.grammar import Grammar
from assistant.home.understanding.in_part import MOST_TRIED

SMALL = (
    "ah no oh well please ok wait um sorry actually never mind stop hey thanks then and or but so now again it them "
    "that all everything yes is what who when if not"
).split()
JOINTS = (", ", ". ", " ", "? ", "- ")


@pytest.fixture(scope="module")
def house():
    return read_house(SAMPLES / HOUSE)


@pytest.fixture(scope="module")
def grammar(house):
    return Grammar.build(house.entities, house.areas, house.floors, house.aliases)


def sentences(chance: random.Random) -> list[str]:
    said = [row["sentence"] for file in sorted(SAMPLES.glob("*.jsonl")) for row in read_sentences(file)]
    made = []
    for sentence in said:
        words = sentence.split()
        cut = chance.randint(0, len(words))
        small = " ".join(chance.choices(SMALL, k=chance.randint(0, 4)))
        joint = chance.choice(JOINTS)
        made.append(
            chance.choice(
                (
                    f"{small}{joint}{sentence}",
                    f"{sentence}{joint}{chance.choice(said)}",
                    " ".join(words[:cut]),
                    " ".join(words[cut:]),
                    f"{small}{joint}",
                )
            )
        )
    return made


@pytest.mark.parametrize(
    "sentence",
    [
        "ah no, open them again, I was reading",
        "close it then? that's enough, half will do",
        "ah sorry stop no, turn off the lamp",
        "ah no ok what or.",
        "turn on all except , the",
        ", ,",
        "",
    ],
)
def test_what_is_hardly_a_sentence_is_no_error(grammar, house, sentence):
    for last in ((), ("light.sofa_lamp",)):
        grammar.understand(sentence, Context(last=last, states=house.states.get))


def test_broken_sentences_are_no_error(grammar, house):
    chance = random.Random(7)
    for sentence in sentences(chance):
        context = Context(
            room=chance.choice((None, "Kitchen")),
            last=chance.choice(((), ("light.sofa_lamp",))),
            before=chance.choice(("", "turn on the sofa lamp")),
            states=house.states.get,
        )
        grammar.understand(sentence, context)


def test_many_things_that_are_not_here_are_not_left_out_in_every_order(grammar, monkeypatch):
    read = Clauses.understood
    calls: list[str] = []

    def counted(self, text, context, last):
        calls.append(text)
        return read(self, text, context, last)

    monkeypatch.setattr(Clauses, "understood", counted)
    grammar.understand("turn on the lamp" + ", the disco ball, the laser and the fog machine" * 4, Context())
    grammar.understand("turn on the lamp " + "changed my mind , " * 10, Context())
    assert 0 < len(calls) < 4 * MOST_TRIED

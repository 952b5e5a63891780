"""What may go with a command, and what keeps it from being one: each freedom beside what must not act."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from assistant.home.house_file import HouseFile, read_house
from assistant.home.understanding.context import Context
from assistant.home.understanding.grammar import Grammar
from assistant.home.understanding.loosened import loosened, shortened
from assistant.home.understanding.reasons import is_reason
from assistant.home.understanding.wording.words import plain

HOUSE = Path(__file__).with_name("sentences") / "third_house" / "house.json"
COMMANDS = ("turn off the den light", "lock the side door", "kitchen spotlights off", "open the kitchen blinds")


@pytest.fixture(scope="module")
def house() -> HouseFile:
    return read_house(HOUSE)


def acted(grammar: Grammar, house: HouseFile, words: str) -> list[tuple[str, str]]:
    """Return what a sentence would do at once: (entity, service) of each act."""
    intent = grammar.understand(words, Context(room="Den", states=house.states.get))
    return [(act.entity_id, act.service) for act in intent.acts] if intent and intent.kind == "act" else []


REASONS_BEFORE = (
    "it's getting late, {};the sun is going down so {};I'm knackered, {};everyone's asleep, {};"
    "right then, {};we've finished eating, so {} please;spilled tea everywhere, {};oh dear, {};"
    "I wonder if you could {};ugh homework, {};the dog tracked mud everywhere, {};it got chilly, {};"
    "no more screens tonight, {};changed my mind, {};the film's about to start, {};morning! {}"
).split(";")
REASONS_AFTER = (
    "{}, I've finished here;{} for the kids;{}, mum's staying;{} because it's late;{} quick;{} for my bath;"
    "{} would you, the sun's in my eyes;{}, there's a dear;{} so I can sleep;"
    "{}, I can't remember if I did;{}, we can't hear ourselves think;{}, we're eating outside tonight;"
    "{}, it starts to rain;{} dear, I'm not done with my book;{} would you, Sheila's on the step;"
    "{}, I want to see how it looks;"
    "{}, the game's just started;{} for the little one;"
    "{}, the forecast says rain;{}, someone dropped crumbs all over the floor"
).split(";")


@pytest.mark.parametrize("way", [*REASONS_BEFORE, *REASONS_AFTER])
def test_a_reason_and_what_it_is_for_take_nothing_from_a_command(grammar: Grammar, house: HouseFile, way: str) -> None:
    for command in COMMANDS:
        plainly = acted(grammar, house, command)
        assert plainly
        assert acted(grammar, house, way.format(command)) == plainly, way.format(command)


NO_COMMAND_BEFORE = (
    "she said, {};he is shouting, {};the sign reads, {};the rule is simple, {};I'm kidding, {};"
    "if it rains, {};my favourite line is, {};when I'm home, {};don't {};I told Jack to {};tell the kids, {};"
    "in the film, {};on Sundays, {};remind me to {};repeat after me, {};why would I {};how do I {};never {};"
    "Jack, {};we might {};I forgot to {};note to self, {};unless it's cold, {};the song goes, {};"
    "is it wise to {};mum always says so, {};every night, {};for the last time nobody should {};"
    "I just had to {};it says here, {};the play starts with, {};the film starts with, {};"
    "I changed my mind about what, {};my brother went and, {};I can't remember if he said, {};no more of that if you {}"
).split(";")
NO_COMMAND_AFTER = (
    "{}, she said;{}, just kidding;{} is what he told me;{} if it gets cold;{} when we're asleep;"
    "{} in an hour;{} at seven tonight;{}, I was only joking;{} said nobody ever;{} tomorrow;"
    "{}, or maybe not;{} unless I'm out;{}, I never meant that;{}, in my dreams;{} is a song;{} after dinner;"
    "{}? no way;{}, whoever is closest;{}, whoever's nearest;{}, the queen commanded them;{}, the film said;"
    "{}, I can't remember who wanted that;{}, I changed my mind;{}, tonight at eight;"
    "{}, someone made that up;{}, we decided against it;{}, we're not doing that tonight;{}, the joke got old;"
    "{}, it's the name of a band;{}, no more of that tonight;{}, the film is on about that;{}, it got a laugh;"
    "{}, I was going to;{}, I'm going to do it myself tonight;{}, I can hear it now;{}, the babysitter texted me that"
).split(";")


@pytest.mark.parametrize("way", [*NO_COMMAND_BEFORE, *NO_COMMAND_AFTER])
def test_what_others_said_a_jest_a_condition_or_another_time_moves_nothing(
    grammar: Grammar, house: HouseFile, way: str
) -> None:
    for command in COMMANDS:
        assert not acted(grammar, house, way.format(command)), way.format(command)


def test_two_asides_around_a_command_never_move_more_than_the_command_itself(
    grammar: Grammar, house: HouseFile
) -> None:
    befores = (*REASONS_BEFORE[:5], *NO_COMMAND_BEFORE[::5])
    afters = (*REASONS_AFTER[:4], *NO_COMMAND_AFTER[::4])
    for before, after, command in product(befores, afters, COMMANDS[:2]):
        words = before.format(after.format(command))
        assert acted(grammar, house, words) in ([], acted(grammar, house, command)), words


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        ("nuke everything in the den but the TV",
         {("light.den", "turn_off"), ("light.neon", "turn_off"), ("switch.soundbar", "turn_off"),
          ("switch.console", "turn_off"), ("fan.desk", "turn_off")}),
        ("the kitchen's a bit gloomy, brighten it up",
         {("light.spots", "turn_on"), ("light.hob", "turn_on"), ("light.pendants", "turn_on")}),
        ("why is the pantry light on, switch it off", {("light.pantry", "turn_off")}),
        ("can I have the workshop light", {("light.workshop", "turn_on")}),
        ("turn off that bloody TV", {("switch.tv", "turn_off")}),
        ("dinner party vibes please", {("scene.dinner", "activate")}),
        ("AC on please", {("climate.ac", "set_mode")}),
        ("give the floors a once over with Dusty", {("vacuum.dusty", "start")}),
    ],
)  # fmt: skip
def test_looser_words_mean_the_plain_command(
    grammar: Grammar, house: HouseFile, words: str, acts: set[tuple[str, str]]
) -> None:
    assert set(acted(grammar, house, words)) == acts


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("could you get the blinds in the kitchen", "Open the kitchen blinds?"),
        ("hit the lights in the den", "Turn off the den light and the neon sign?"),
        ("I'm off to bed", "Start Bedtime?"),
        ("bedtime", "Start Bedtime?"),
    ],
)
def test_what_may_be_meant_is_asked_and_done_after_a_yes(
    grammar: Grammar, house: HouseFile, words: str, question: str
) -> None:
    asked = grammar.understand(words, Context(room="Den", states=house.states.get))
    assert asked is not None
    assert (asked.kind, asked.question) == ("ask_back", question)
    agreed = grammar.understand("yes", Context(room="Den", states=house.states.get, pending=asked))
    assert agreed is not None
    assert agreed.kind == "act"
    assert agreed.acts


def test_a_complaint_about_the_cold_is_for_the_heating_and_never_for_a_lamp(grammar: Grammar, house: HouseFile) -> None:
    for words in ("I'm freezing", "it's a bit chilly in here", "make it 21 in here", "two degrees warmer please"):
        assert acted(grammar, house, words) == [("climate.hall", "set_temperature")], words


def test_a_clause_is_a_reason_only_where_it_tells_how_things_are() -> None:
    for clause in ("the sun is blinding me", "mum's staying", "I've finished cooking", "spilled rice everywhere"):
        assert is_reason(plain(clause)), clause
    for clause in (
        "she is shouting",
        "if it is cold",
        "turn off the lamp",
        "lights down",
        "I don't want it",
        "it's a joke",
    ):
        assert not is_reason(plain(clause)), clause


def test_a_reason_about_another_room_moves_nothing_in_this_one(grammar: Grammar, house: HouseFile) -> None:
    assert acted(grammar, house, "the ensuite's steamy, whack the fan on") == []  # there is none; the den has one
    assert acted(grammar, house, "the kitchen's gloomy, whack the lights on") == [
        ("light.spots", "turn_on"), ("light.hob", "turn_on"), ("light.pendants", "turn_on"),
    ]  # fmt: skip


def test_few_ways_to_loosen_a_sentence_are_tried() -> None:
    words = " , ".join(["it is late", "mum is here", "get the lights", "for the kids"] * 3)
    assert len(list(loosened(words, frozenset({"light"})))) <= 10
    assert list(shortened("turn off the bloody lamp for the kids")) == [
        "turn off the lamp for the kids", "turn off the lamp",
    ]  # fmt: skip

"""Which devices a sentence moves, in a house of names that are alike: never one that was not meant."""

from __future__ import annotations

import pytest

from assistant.home.entities import Act, Entity, HomeIntent
from assistant.home.understanding.grammar import Context, Grammar
from assistant.home.understanding.wording.politeness import stripped

_AREAS = {"Kitchen": "Counter", "Hall": "Porch", "Bathroom": "Shower", "Emma's Room": "Reading", "Bedroom 2": "Wall"}


def _light(number: int, name: str, area: str) -> Entity:
    return Entity(
        id=f"light.{number}", name=name, area=area, domain="light", features=frozenset(("brightness",)),
        services=frozenset(("turn_on", "turn_off", "toggle")),
    )  # fmt: skip


def _switch(name: str, area: str) -> Entity:
    return Entity(
        id=f"switch.{name.lower()}", name=name, area=area, domain="switch",
        services=frozenset(("turn_on", "turn_off", "toggle")),
    )  # fmt: skip


def _fan(where: str) -> Entity:
    return Entity(
        id=f"fan.{where.lower()}", name=f"{where} Fan", area=where, domain="fan",
        services=frozenset(("turn_on", "turn_off", "toggle")),
    )  # fmt: skip


_NAMES = [
    *((f"{area} Light" if "'" not in area else "Emma's Light", area) for area in _AREAS),
    *((f"{what} Lamp", area) for area, what in _AREAS.items()),
    ("Floor Lamp", "Study"), ("Hall Mirror Light", "Hall"), ("Mirror Light", "Bathroom"), ("Lamp 1", "Study"),
]  # fmt: skip
THINGS = [*(_light(n, name, area) for n, (name, area) in enumerate(_NAMES)), _switch("Kettle", "Kitchen"),
          _switch("Radio", "Study")]  # fmt: skip
FANS = [_fan(where) for where in ("Attic", "Den", "Loft")]
NAME = {entity.id: entity.name for entity in [*THINGS, *FANS]}


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar.build(THINGS)


def moved(grammar: Grammar, words: str, room: str | None = None) -> dict[str, str]:
    intent = grammar.understand(words, Context(room=room))
    acts = intent.acts if intent is not None and intent.kind == "act" else ()
    return {NAME[act.entity_id]: act.service.removeprefix("turn_") for act in acts}


@pytest.mark.parametrize(
    "words",
    [
        "turn on the counter lamp, actually the porch lamp",
        "turn on the counter lamp er the porch lamp I mean",
        "turn the counter lamp on, um, the porch lamp I meant",
    ],
)
def test_what_is_put_right_is_not_moved(grammar: Grammar, words: str) -> None:
    assert moved(grammar, words) == {"Porch Lamp": "on"}


@pytest.mark.parametrize("words", ["I'm going to the bathroom, turn the light off", "off to the bathroom, lights off"])
def test_a_light_that_goes_off_is_of_the_room_that_is_left(grammar: Grammar, words: str) -> None:
    assert moved(grammar, words) == {}
    assert set(moved(grammar, words, room="Study")) <= {"Floor Lamp", "Lamp 1"}


def test_a_light_that_goes_on_is_of_the_room_where_somebody_is_going(grammar: Grammar) -> None:
    assert set(moved(grammar, "I'm going to the bathroom, turn the lights on", room="Study")) == {
        "Bathroom Light", "Shower Lamp", "Mirror Light"
    }  # fmt: skip


def test_the_other_one_is_of_the_same_room(grammar: Grammar) -> None:
    wanted = {"Emma's Light": "on", "Reading Lamp": "off"}
    assert moved(grammar, "Emma's light on and the other one off") == wanted


def test_two_ways_in_two_rooms_are_not_one(grammar: Grammar) -> None:
    assert "off" not in {
        moved(grammar, "turn the lights off here and on in the kitchen", room="Hall").get(name)
        for name in ("Kitchen Light", "Counter Lamp")
    }


def test_for_somebody_is_in_their_room(grammar: Grammar) -> None:
    assert moved(grammar, "turn the lights on for Emma", room="Hall") == {"Emma's Light": "on", "Reading Lamp": "on"}


def test_both_are_just_the_two_that_are_named(grammar: Grammar) -> None:
    assert moved(grammar, "turn on both the kitchen light and the kettle") == {"Kitchen Light": "on", "Kettle": "on"}
    assert moved(grammar, "I'd like the kettle as well as the radio off") == {"Kettle": "off", "Radio": "off"}


def test_two_names_that_are_a_third_together_are_two(grammar: Grammar) -> None:
    both = {"Mirror Light": "on", "Hall Light": "on"}
    assert moved(grammar, "turn on the mirror light and the hall light") == both


def test_a_verb_is_no_thing(grammar: Grammar) -> None:
    assert moved(grammar, "switch on the kettle, then the radio off") == {"Kettle": "on", "Radio": "off"}


def test_a_number_of_a_room_is_no_value(grammar: Grammar) -> None:
    assert moved(grammar, "the lamp 1 in bedroom 2 on please") == {}
    assert moved(grammar, "the bedroom 2 light is fine, turn the lamp 1 on") == {"Lamp 1": "on"}


def test_the_floor_of_a_name_is_not_cleaned(grammar: Grammar) -> None:
    assert moved(grammar, "get the floor lamp in the bathroom on") == {}


#: A house of its own: rooms with numbers and blinds, a bar, a thermostat beside a radiator.
_OTHERS = [
    *(_light(50 + n, name, area) for n, (name, area) in enumerate([
        ("Deck Spots", "Deck"), ("Deck Lantern", "Deck"), ("Piano Lamp", "Lounge"), ("Sofa Lamp", "Lounge"),
        ("Breakfast Bar Lights", "Galley"), ("Galley Light", "Galley"), ("Main Bedroom Light", "Main Bedroom"),
        ("Mum's Lamp", "Main Bedroom"), ("Bedroom 1 Lamp", "Bedroom 1"), ("Ceiling Light", "Bedroom 2"),
        ("Hall Light", "Hall"),
    ])),
    *(Entity(id=f"cover.{n}", name=f"Bedroom {n} Blind", area=f"Bedroom {n}", domain="cover", device_class="blind",
             features=frozenset(("position",)), services=frozenset(("open", "close", "set_position"))) for n in (1, 2)),
    *(Entity(id=f"climate.{n}", name=name, area=area, domain="climate", modes=("off", "heat"), minimum=5, maximum=30,
             features=frozenset(("temperature",)), services=frozenset(("set_mode", "set_temperature")))
      for n, (name, area) in enumerate([("Bedroom Radiator", "Main Bedroom"), ("Thermostat", "Hall")])),
]  # fmt: skip
NAME |= {entity.id: entity.name for entity in _OTHERS}
_DECK_OFF = {"Deck Spots": "off", "Deck Lantern": "off"}


@pytest.fixture(scope="module")
def other() -> Grammar:
    return Grammar.build(_OTHERS)


def test_the_last_of_a_list_may_go_a_way_of_its_own(other: Grammar) -> None:
    wanted = {**_DECK_OFF, "Piano Lamp": "on"}
    assert moved(other, "switch off the deck lights, then the piano lamp on") == wanted
    assert moved(other, "switch off the deck lights and the piano lamp off") == {**_DECK_OFF, "Piano Lamp": "off"}


def test_a_name_after_a_clause_without_a_pause_is_not_its_whole_room(other: Grammar) -> None:
    first, second = "turn off the deck lights the main bedroom light", "lights on in the galley the main bedroom light"
    assert moved(other, first) == {**_DECK_OFF, "Main Bedroom Light": "off"}
    assert moved(other, f"{first} on") in ({}, {**_DECK_OFF, "Main Bedroom Light": "on"})
    assert "off" not in {moved(other, f"{second} off").get(name) for name in ("Galley Light", "Breakfast Bar Lights")}


def test_on_somewhere_else_is_the_same_kind_of_thing_there(other: Grammar) -> None:
    wanted = {"Hall Light": "off", "Ceiling Light": "on"}
    assert moved(other, "lights off here and on in bedroom 2", room="Hall") == wanted
    assert moved(other, "lights off in the hall and on in bedroom 2") == wanted


@pytest.mark.parametrize("words", ["lights off here, on in the lounge", "hall light off, on in the lounge"])
def test_a_comma_parts_two_ways_too(other: Grammar, words: str) -> None:
    assert moved(other, words, room="Hall") in ({}, {"Hall Light": "off", "Piano Lamp": "on", "Sofa Lamp": "on"})


def test_a_way_before_and_is_of_what_goes_before(other: Grammar) -> None:
    wanted = {"Hall Light": "on", "Galley Light": "off", "Breakfast Bar Lights": "off"}
    assert moved(other, "hall light on and off in the galley") == wanted


def test_a_room_that_goes_its_own_way_does_not_go_that_of_the_first(other: Grammar) -> None:
    assert "Thermostat" not in moved(other, "lounge lights off, hall on")


def test_the_number_of_a_room_that_is_not_here_is_no_value(other: Grammar) -> None:
    assert moved(other, "lights off here and on in bedroom 3", room="Hall") == {}


@pytest.mark.parametrize("first", ["everything in the lounge off", "galley lights off", "turn off all the lights"])
@pytest.mark.parametrize("left_out", [", bar", ", bar the", " but not", ", except", " except for", ", apart from"])
def test_what_is_left_out_and_not_told_is_asked(other: Grammar, first: str, left_out: str) -> None:
    intent = other.understand(first + left_out, Context())
    assert intent is not None
    assert intent.kind == "ask_back"


def test_a_name_may_end_in_what_leaves_out(other: Grammar) -> None:
    assert moved(other, "turn on the breakfast bar") == {"Breakfast Bar Lights": "on"}


@pytest.mark.parametrize("mending", ["sorry, the thermostat", "no, the thermostat", "I mean the thermostat"])
def test_what_is_put_right_is_something_else(other: Grammar, mending: str) -> None:
    assert "Bedroom Radiator" not in moved(other, f"put the bedroom radiator on 19, {mending}")


def test_what_is_put_more_exactly_is_done(other: Grammar) -> None:
    assert moved(other, "switch the hall light off, I mean the hall one") == {"Hall Light": "off"}


@pytest.mark.parametrize("way", ["on", "off"])
def test_what_is_to_be_left_is_no_act_whatever_number_its_name_has(other: Grammar, way: str) -> None:
    assert moved(other, f"leave the bedroom 1 lamp {way}") == {}
    assert moved(other, f"turn the piano lamp on and leave the bedroom 1 lamp {way}") == {"Piano Lamp": "on"}


def test_a_value_at_which_something_is_left_is_set(other: Grammar) -> None:
    assert moved(other, "leave the bedroom 1 blind 20 percent open") == {"Bedroom 1 Blind": "set_position"}
    assert moved(other, "leave the thermostat on 19") == {"Thermostat": "set_temperature"}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("turn Emma's reading lamp on", {"Reading Lamp": "on"}),
        ("Emma's reading lamp off please", {"Reading Lamp": "off"}),
        ("turn off Emma's wall lamp", {}),  # it stands elsewhere
        ("turn Emma's kettle on", {}),
    ],
)
def test_a_thing_of_somebody_is_the_one_in_their_room(grammar: Grammar, words: str, wanted: dict[str, str]) -> None:
    assert moved(grammar, words) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("bathroom lights off please, all of them", {"Bathroom Light", "Mirror Light", "Shower Lamp"}),
        ("turn the porch lamp off completely", {"Porch Lamp"}),
        ("porch lamp off quick", {"Porch Lamp"}),
    ],
)
def test_what_only_repeats_what_was_said_changes_nothing(grammar: Grammar, words: str, wanted: set[str]) -> None:
    assert moved(grammar, words) == dict.fromkeys(wanted, "off")


def test_what_is_an_option_of_something_is_not_taken_off_an_order() -> None:
    assert stripped("set the wash programme to quick") == "set the wash programme to quick"
    assert stripped("hall light on , quick") == "hall light on"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("the porch lamp out in the hall is far too bright, dim it", {"Porch Lamp": "on"}),
        ("the lovely old mirror light in the bathroom is too bright, turn it down a bit", {"Mirror Light": "on"}),
        ("the neon lamp in the hall is too bright, turn it down a bit", {}),
        ("the counter light by the stairs in the hall is too bright, turn it down a bit", {}),
        ("the reading light in the hall is on, turn it off", {}),
    ],
)
def test_it_is_what_all_words_of_the_name_mean(grammar: Grammar, words: str, expected: dict[str, str]) -> None:
    assert moved(grammar, words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "lights off in the hall, though not the one by the mirror",
        "switch all the hall lights off now, only not the mirror light",
        "turn the hall lights off please, except the mirror light of course",
        "hall lights off, the mirror light can stay",
    ],
)
def test_what_is_left_out_in_passing_stays(grammar: Grammar, words: str) -> None:
    assert moved(grammar, words) == {"Hall Light": "off", "Porch Lamp": "off"}


def test_them_again_leaves_out_what_is_said(grammar: Grammar) -> None:
    context = Context(last=("light.1", "light.6", "light.11"))
    intent = grammar.understand("turn them all off again, all but the porch lamp", context)
    assert intent is not None
    assert {NAME[act.entity_id] for act in intent.acts} == {"Hall Light", "Hall Mirror Light"}


@pytest.fixture(scope="module")
def mixed() -> Grammar:
    return Grammar.build([*THINGS, *FANS])


@pytest.mark.parametrize(
    "words",
    [
        "leave the den fan on but turn all the others off",
        "keep the den fan running and turn off the rest",
        "leave the den fan on, the other ones off",
    ],
)
def test_the_others_are_of_the_kind_that_was_named(mixed: Grammar, words: str) -> None:
    assert moved(mixed, words) == {"Attic Fan": "off", "Loft Fan": "off"}


def test_the_others_of_what_is_of_no_kind_are_not_known(mixed: Grammar) -> None:
    assert moved(mixed, "leave the kettle on but turn off all the others") == {}
    assert moved(mixed, "leave the radio on and turn off the rest") == {}


def test_what_alone_is_to_be_on_is_turned_on(mixed: Grammar) -> None:
    assert moved(mixed, "just the porch lamp on in the hall, everything else off") == {
        "Porch Lamp": "on", "Hall Light": "off", "Hall Mirror Light": "off",
    }  # fmt: skip
    assert moved(mixed, "leave just the porch lamp on in the hall, everything else off") == {
        "Hall Light": "off", "Hall Mirror Light": "off",
    }  # fmt: skip


ROOMS = {"Tilly": ("Lamp", "Night Light", "Fan"), "Noah": ("Lamp", "Night Light", "Fan")}


@pytest.fixture(scope="module")
def theirs() -> Grammar:
    return Grammar.build(
        [
            *(
                _light(100 + 10 * n + m, f"{who}'s {what}", f"{who}'s Room")
                for n, (who, whats) in enumerate(ROOMS.items())
                for m, what in enumerate(whats)
            ),
            _light(199, "Hall Lamp", "Hall"),
        ]
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Tilly's lamp on and Noah's off", {"110": "off", "100": "on"}),
        ("turn Noah's night light off, and Tilly's too", {"111": "off", "101": "off"}),
        ("turn on Tilly's and Noah's lamps", {"100": "on", "110": "on"}),
        ("turn Tilly and Noah's fans off", {"102": "off", "112": "off"}),
        ("switch on the lamp in Tilly's room and the one in Noah's", {"100": "on", "110": "on"}),
        ("turn off the lamp in Noah's and turn Tilly's on", {"110": "off", "100": "on"}),
        ("turn on Noah's lamp, not Tilly's", {"110": "on"}),
        ("turn off the hall lamp, not Tilly's", {"199": "off"}),
    ],
)
def test_what_one_of_them_has_is_meant_of_the_other(theirs: Grammar, words: str, expected: dict[str, str]) -> None:
    intent = theirs.understand(words, Context())
    assert intent is not None
    assert intent.kind == "act"
    done = {act.entity_id.removeprefix("light."): act.service.removeprefix("turn_") for act in intent.acts}
    assert done == expected


def test_a_half_is_not_done_for_both(theirs: Grammar) -> None:
    intent = theirs.understand("turn them both back on", Context(last=("light.100",)))
    assert intent is not None
    assert intent.kind == "ask_back"


def test_it_tells_what_the_other_has(theirs: Grammar) -> None:
    intent = theirs.understand("set it to 25 percent and Noah's to 50", Context(last=("light.101",)))
    assert intent is not None
    assert {act.entity_id: act.values["brightness"] for act in intent.acts} == {"light.101": 25, "light.111": 50}


def test_one_a_bit_and_the_other_a_bit(theirs: Grammar) -> None:
    intent = theirs.understand("Tilly's lamp a bit dimmer, and Noah's a bit brighter", Context())
    assert intent is not None
    assert {act.entity_id for act in intent.acts} == {"light.100", "light.110"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("turn off the lamp, not the porch one, the reading one", {"Reading Lamp": "off"}),
        ("turn the lamp off, not in the hall, in the bathroom", {"Shower Lamp": "off"}),
        ("turn on the radio, I mean the kettle, no, the counter lamp", {"Counter Lamp": "on"}),
    ],
)
def test_what_is_meant_may_come_last(grammar: Grammar, words: str, expected: dict[str, str]) -> None:
    assert moved(grammar, words, "Hall") == expected


def test_of_two_with_or_it_is_asked_which(grammar: Grammar) -> None:
    asked = grammar.understand("turn on the kettle or the radio please")
    assert asked is not None
    assert (asked.kind, asked.question) == ("ask_back", "Which one: the Kettle or the Radio?")
    chosen = grammar.understand("the radio", Context(pending=asked))
    assert chosen is not None
    assert [NAME[act.entity_id] for act in chosen.acts] == ["Radio"]
    assert moved(grammar, "turn off everything in the study but the radio or the floor lamp") == {"Lamp 1": "off"}


def test_yes_may_go_on_with_more(grammar: Grammar) -> None:
    pending = HomeIntent(kind="act", intent="HassTurnOn", acts=(Act("light.5", "turn_on"),), entities=("light.5",))
    asked = HomeIntent(kind="ask_back", intent="HassTurnOn", pending=pending, entities=("light.5",), question="Really?")
    both = grammar.understand("yes, and turn on the kettle", Context(pending=asked))
    assert both is not None
    assert [act.entity_id for act in both.acts] == ["light.5", "switch.kettle"]
    only = grammar.understand("yeah, go on", Context(pending=asked))
    assert only is not None
    assert only.acts == pending.acts


def test_in_there_is_in_what_was_just_named() -> None:
    shed = Entity(id="lock.shed", name="Shed", area="Yard", domain="lock", services=frozenset(("lock", "unlock")))
    grammar = Grammar.build([shed, _light(1, "Shed Light", "Yard"), _light(2, "Path Lights", "Yard")])
    intent = grammar.understand("lock the shed and turn off the light in there")
    assert intent is not None
    assert [act.entity_id for act in intent.acts] == ["lock.shed", "light.1"]


def test_a_name_said_in_somebodys_room_is_rather_theirs() -> None:
    grammar = Grammar.build([_light(1, "Desk Lamp", "Study"), _light(2, "Tilly's Desk Lamp", "Tilly's Room")])
    for room, number in (("Tilly's Room", "light.2"), ("Study", "light.1"), (None, "light.1")):
        intent = grammar.understand("desk lamp off", Context(room=room))
        assert intent is not None
        assert [act.entity_id for act in intent.acts] == [number]


def test_what_cannot_be_done_is_not_left_out_as_a_reason(grammar: Grammar) -> None:
    assert moved(grammar, "porch lamp off, and warm up the mirror light please") == {}

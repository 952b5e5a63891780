"""Houses whose names are hard: names that are kinds, names within names, numbers, plurals, rooms in names."""

from __future__ import annotations

import pytest

from assistant.home.entities import Entity, HomeIntent, State
from assistant.home.understanding.grammar import Context, Grammar

_SWITCHED = frozenset({"turn_on", "turn_off", "toggle"})


def thing(domain: str, name: str, area: str | None = None, **more: object) -> Entity:
    services = {"cover": {"open", "close", "set_position"}, "lock": {"lock", "unlock"}, "sensor": set(),
                "binary_sensor": set(), "climate": {"set_temperature", "set_mode"}, "scene": {"activate"}}  # fmt: skip
    return Entity(
        id=f"{domain}.{(area or 'no')}_{name}".lower().replace(" ", "_"), name=name, domain=domain, area=area,
        services=frozenset(services.get(domain, _SWITCHED)), **more,
    )  # type: ignore[arg-type]  # fmt: skip


HOUSE = [
    thing("light", "Kitchen Light", "Kitchen", features=frozenset({"brightness"})),
    thing("light", "Worktop Strip", "Kitchen", features=frozenset({"brightness"})),
    thing("switch", "Kettle", "Kitchen"),
    thing("light", "Light", "Shed"),
    thing("light", "Telly Light", "Snug", features=frozenset({"brightness"})),
    thing("light", "Arc Lamp", "Snug", features=frozenset({"brightness"})),
    thing("light", "Arc Lamp 2", "Snug", features=frozenset({"brightness"})),
    thing("fan", "Fan", "Nursery", features=frozenset({"percentage"})),
    thing("fan", "Desk Fan", "Den"),
    thing("light", "Green Lamp", "Den", features=frozenset({"brightness"})),
    thing("binary_sensor", "Side Door", "Kitchen", device_class="door"),
    thing("lock", "Side Door Lock", "Kitchen"),
    thing("cover", "Window Blind", "Den", device_class="blind"),
    thing("sensor", "Den Temperature", "Den", device_class="temperature", unit="°C"),
    thing("climate", "Den Heater", "Den", features=frozenset({"temperature"}), modes=("off", "heat")),
    thing("scene", "Unwind"),
    thing("switch", "Socket 1", "Hall"),
    thing("switch", "Socket 2", "Hall"),
]
STATES = {entity.id: State(value="on" if entity.id == "light.snug_arc_lamp" else "off") for entity in HOUSE}


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar.build(HOUSE, floors={"First Floor": ["Den", "Nursery"]})


@pytest.fixture
def say(grammar: Grammar):
    def understand(words: str, **context: object) -> HomeIntent | None:
        return grammar.understand(words, Context(states=STATES.get, **context))  # type: ignore[arg-type]

    return understand


def acts(intent: HomeIntent | None) -> dict[str, str]:
    return {act.entity_id: act.service for act in intent.acts} if intent else {}


def test_a_plural_is_more_than_the_one_thing_that_is_named_in_the_singular(say) -> None:
    both = {"light.kitchen_kitchen_light": "turn_off", "light.kitchen_worktop_strip": "turn_off"}
    assert acts(say("kitchen lights off")) == both
    assert acts(say("turn the kitchen light off")) == {"light.kitchen_kitchen_light": "turn_off"}
    assert acts(say("lights off", room="Kitchen")) == both


def test_a_thing_that_is_called_light_is_not_the_light_of_another_room(say) -> None:
    assert "light.shed_light" not in acts(say("switch the light on", room="Snug"))
    assert acts(say("turn on the shed light")) == {"light.shed_light": "turn_on"}


def test_a_door_that_only_reports_gives_way_to_its_lock(say) -> None:
    assert acts(say("lock the side door")) == {"lock.kitchen_side_door_lock": "lock"}
    assert say("is the side door locked").query.entities == ("lock.kitchen_side_door_lock",)
    assert say("is the side door open").query.entities == ("binary_sensor.kitchen_side_door",)
    assert say("is the side door locked or unlocked").query.entities == ("lock.kitchen_side_door_lock",)


def test_what_stands_beside_a_thing_is_not_that_thing(say) -> None:
    for words in ("turn on the telly", "open the window in the den", "switch the snug telly on"):
        intent = say(words)
        assert intent is None or not intent.acts, words


def test_a_name_that_broke_off_is_asked_back() -> None:
    grammar = Grammar.build([thing("light", "Reading Lamp", "Den")])
    intent = grammar.understand("turn off the reading")
    assert intent is not None
    assert intent.kind == "ask_back"


def test_a_number_that_was_heard_as_a_small_word_is_asked_for(say) -> None:
    asked = say("turn on the arc lamp too")
    assert asked.kind == "ask_back"
    assert acts(say("yes", pending=asked)) == {"light.snug_arc_lamp_2": "turn_on"}
    assert acts(say("switch on the second socket")) == {"switch.hall_socket_2": "turn_on"}


def test_what_is_left_out_never_becomes_a_command_of_its_own(say) -> None:
    spared = {"fan.den_desk_fan", "fan.nursery_fan"}
    for words in (
        "turn off everything in the den but the fan",
        "everything off in the den, but not the fan",
        "turn everything in the den off but leave the fan on",
    ):
        done = acts(say(words))
        assert set(done) == {"light.den_green_lamp", "climate.den_den_heater"}, words
        assert not spared & set(done)
    intent = say("turn off everything in the den but the zither")
    assert intent is None or not intent.acts


def test_a_room_but_one_thing_is_everything_in_it_but_that(say) -> None:
    assert set(acts(say("turn off the kitchen except the kettle"))) == {
        "light.kitchen_kitchen_light", "light.kitchen_worktop_strip",
    }  # fmt: skip


def test_the_others_are_those_that_were_not_spoken_of(say) -> None:
    for words in (
        "turn on the arc lamp and turn off all the other lights in the snug",
        "keep the arc lamp on and turn the other snug lights off",
        "turn off all the lights in the snug but the arc lamp should stay on",
    ):
        done = acts(say(words))
        assert done.get("light.snug_arc_lamp") in (None, "turn_on"), words
        assert done["light.snug_arc_lamp_2"] == done["light.snug_telly_light"] == "turn_off"


def test_of_several_lamps_those_that_are_off_are_not_lit_to_be_dimmer(say) -> None:
    assert set(acts(say("dim the snug lights"))) == {"light.snug_arc_lamp"}


def test_a_sensor_does_not_stand_in_the_way_of_what_is_set(say) -> None:
    intent = say("lower the den temperature to 18 degrees")
    assert [dict(act.values) for act in intent.acts] == [{"temperature": 18.0}]


def test_a_value_whose_verb_and_side_word_both_point_is_read_once(say) -> None:
    assert say("turn the green lamp up to 40 percent up please").kind in ("act", "ask_back")
    assert acts(say("crank the green lamp all the way up")) == {"light.den_green_lamp": "turn_on"}


@pytest.mark.parametrize(
    ("words", "does"),
    [
        ("the green lamp, switch it on", {"light.den_green_lamp": "turn_on"}),
        ("someone left the green lamp on, turn it off", {"light.den_green_lamp": "turn_off"}),
        ("i think i left the kettle on so turn it off", {"switch.kitchen_kettle": "turn_off"}),
        ("i am off out, turn the green lamp off", {"light.den_green_lamp": "turn_off"}),
        ("the green lamp can go off", {"light.den_green_lamp": "turn_off"}),
        ("i do not need the green lamp any more", {"light.den_green_lamp": "turn_off"}),
        ("close the window blind, it is getting dark", {"cover.den_window_blind": "close"}),
        ("um put uh the kettle on", {"switch.kitchen_kettle": "turn_on"}),
        ("first floor fans on", {"fan.den_desk_fan": "turn_on", "fan.nursery_fan": "turn_on"}),
    ],
)
def test_a_command_may_come_with_its_reason(say, words: str, does: dict[str, str]) -> None:
    assert acts(say(words)) == does


@pytest.mark.parametrize(
    "words",
    """he said the kettle is loud, turn it off
she told me to go to the kettle and turn it off
if the kettle boils, turn it off
the manual mentions the kettle, then turn it off
they fill the kettle and they turn it off
leave the green lamp on
keep the kettle on
unwind
i need to unwind
take the tea out of the kettle
no more tea
red
fifty percent
twenty degrees
turn on the all light""".splitlines(),
)
def test_what_is_told_or_left_as_it_is_moves_nothing(say, words: str) -> None:
    assert not acts(say(words)), words


def test_questions_without_a_word_of_the_house_are_not_even_tried(grammar: Grammar, monkeypatch) -> None:
    from assistant.home.understanding import asked as module

    tried: list[str] = []
    monkeypatch.setattr(module, "ask", lambda _, text, __: tried.append(text))
    for words in ("which clauses mention liability", "when does the policy expire", "who signed the agreement"):
        assert grammar.understand(words) is None
    assert tried == []
    grammar.understand("which lights are lit")
    assert tried


def _climate(name: str, area: str) -> Entity:
    return Entity(
        id=f"climate.{area.lower()}", name=name, area=area, domain="climate", modes=("off", "heat", "cool"),
        services=frozenset(("set_temperature", "set_mode")), features=frozenset(("temperature", "mode")),
    )  # fmt: skip


def test_an_air_conditioner_is_no_radiator() -> None:
    grammar = Grammar.build([_climate("Attic AC", "Attic"), _climate("Den Radiator", "Den")])
    intent = grammar.understand("set the radiators to 17")
    assert intent is not None
    assert [act.entity_id for act in intent.acts] == ["climate.den"]
    intent = grammar.understand("turn the aircon to 22")
    assert intent is not None
    assert [act.entity_id for act in intent.acts] == ["climate.attic"]


def test_lights_of_a_room_are_all_asked_for() -> None:
    lights = [
        Entity(
            id=f"light.{n}", name=name, area="West Room", domain="light", services=frozenset(("turn_on", "turn_off"))
        )
        for n, name in enumerate(("West Room Light", "Ada's Lamp", "Sconce"))
    ]  # fmt: skip
    intent = Grammar.build(lights).understand("are any of the lights in the west room on")
    assert intent is not None
    assert intent.query is not None
    assert len(intent.query.entities) == 3

"""What sentences mean for a house of sixty devices: the right devices, or a question, never the wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.commands.eval_home import SAMPLES
from assistant.home.entities import Entity, HomeIntent, State
from assistant.home.house_file import HouseFile, read_house
from assistant.home.understanding.grammar import Context, Grammar


@pytest.fixture(scope="module")
def house() -> HouseFile:
    return read_house(Path(SAMPLES) / "house.json")


@pytest.fixture
def say(grammar: Grammar, house: HouseFile):
    def understand(words: str, **context: object) -> HomeIntent | None:
        return grammar.understand(words, Context(states=house.states.get, **context))  # type: ignore[arg-type]

    return understand


def done(intent: HomeIntent | None) -> dict[str, object]:
    """Return {entity: (service, values)} of an intent that acts; fail on any other."""
    assert intent is not None
    assert intent.kind == "act", intent.question
    return {act.entity_id: (act.service, dict(act.values)) for act in intent.acts}


def test_a_name_is_found_however_it_is_put(say) -> None:
    for words in (
        "turn on the sofa lamp",
        "Sofa lamp on, please!",
        "could you switch the lamp by the sofa on",
        "get the sofa lamp going",
    ):
        assert done(say(words)) == {"light.sofa_lamp": ("turn_on", {})}


def test_everything_but_leaves_the_exception_out(say) -> None:
    acts = done(say("turn off everything in the kitchen but the fridge"))
    assert set(acts) == {
        "light.kitchen_ceiling", "light.counter_lights", "switch.kettle", "switch.coffee_machine", "switch.dishwasher",
    }  # fmt: skip


def test_of_several_things_those_that_are_here_are_meant_and_of_the_others_it_is_said(say) -> None:
    for words in (
        "turn off the sofa lamp and the disco ball",
        "turn the disco ball and the sofa lamp off, please",
    ):
        assert done(say(words)) == {"light.sofa_lamp": ("turn_off", {})}
        assert say(words).besides == ("I know of no disco ball here.",)
    several = say("turn on the sofa lamp, the disco ball, the lava lamp and the kettle")
    assert set(done(several)) == {"light.sofa_lamp", "switch.kettle"}
    assert sorted(several.besides) == ["I know of no disco ball here.", "I know of no lava lamp here."]
    assert done(say("dim the sofa lamp and the disco ball to 20 percent")) == {
        "light.sofa_lamp": ("turn_on", {"brightness": 20})
    }
    assert say("lock the front door and the trap door").besides == ("I know of no trap door here.",)


def test_what_is_risky_or_no_thing_is_not_done_in_part(say) -> None:
    for words in (
        "unlock the front door and the trap door",
        "turn on the disco ball and the lava lamp",
        "turn on the sofa lamp and dance",
        "turn on the sofa lamp and wait for me",
        "turn off everything but the sofa lamp and the disco ball",
    ):
        found = say(words)
        assert found is None or found.kind != "act", words


def test_an_exception_that_is_not_known_stops_the_whole_command(say) -> None:
    intent = say("turn off everything in the kitchen but the toaster")
    assert intent is not None
    assert intent.kind == "ask_back"
    assert intent.question.endswith("?")
    assert intent.pending is None


@pytest.mark.parametrize(
    "words",
    [
        "turn off everything in the study except the printer",
        "everything off in the study apart from the printer",
        "all but the printer off in the study",
        "except for the printer turn everything off in the study",
        "switch off everything in the study but leave the printer on",
        "everything in the study off, not the printer",
    ],
)
def test_an_exception_may_stand_anywhere(say, words: str) -> None:
    assert set(done(say(words))) == {"light.desk_lamp", "light.study_ceiling", "fan.study_fan"}


def test_a_thing_is_never_turned_on_and_off_by_one_sentence(say) -> None:
    intent = say("turn off the study lights and turn the study lights on")
    assert intent is None or intent.kind != "act"


def test_what_is_left_out_is_never_misheard_away(say) -> None:
    for words in (
        "turn off everything in the kitchen except the frisch",
        "turn off the study lights except the dusk lamp",
    ):
        intent = say(words)
        acts = intent.acts or (intent.pending.acts if intent.pending else ())
        assert not {"switch.fridge", "light.desk_lamp"} & {act.entity_id for act in acts}


def test_several_commands_in_a_sentence_are_done_in_order(say) -> None:
    intent = say("turn off the hall light, close the kitchen blind and set the living room to 21 degrees")
    assert [act.entity_id for act in intent.acts] == [
        "light.hall_light",
        "cover.kitchen_blind",
        "climate.living_room_thermostat",
    ]


def test_nothing_is_done_of_a_sentence_half_of_which_is_not_known(say) -> None:
    intent = say("turn off the hall light and open the wormhole")
    assert intent is None or intent.kind != "act"


def test_it_is_what_was_spoken_of(say) -> None:
    assert done(say("turn it off", last=("switch.iron",))) == {"switch.iron": ("turn_off", {})}
    assert say("turn it off").kind == "ask_back"


def test_in_here_is_the_room_of_the_speaker(say) -> None:
    assert set(done(say("lights on in here", room="Study"))) == {"light.desk_lamp", "light.study_ceiling"}
    assert say("lights on in here").question.endswith("?")


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("dim the sofa lamp to a third", {"brightness": 33}),
        ("make the sofa lamp a bit brighter", {"brightness": 55}),
        ("increase the sofa lamp by twenty percent", {"brightness": 60}),
        ("set the sofa lamp to 3000 kelvin", {"kelvin": 3000.0}),
        ("make the sofa lamp warmer", {"kelvin": 3500.0}),
    ],
)
def test_values_are_absolute_or_reckoned_from_the_state(say, words: str, values: dict[str, object]) -> None:
    assert done(say(words)) == {"light.sofa_lamp": ("turn_on", values)}


def test_two_degrees_warmer_adds_to_what_is_aimed_at(say) -> None:
    acts = done(say("two degrees warmer in the living room"))
    assert acts == {"climate.living_room_thermostat": ("set_temperature", {"temperature": 22})}


def test_what_lets_people_in_is_done_after_yes_only(say) -> None:
    for words, entity in (
        ("unlock the front door", "lock.front_door"), ("open the garage door", "cover.garage_door"),
        ("disarm the alarm", "alarm_control_panel.house_alarm"),
        ("open the water valve", "valve.water_valve"), ("sound the siren", "siren.siren"),
    ):  # fmt: skip
        asked = say(words)
        assert asked.kind == "ask_back"
        assert asked.question.endswith("?")
        assert not asked.acts
        assert set(done(say("yes", pending=asked))) == {entity}
        assert say("no", pending=asked).kind == "refuse"


def test_the_owner_may_leave_confirmations_out(say) -> None:
    assert done(say("unlock the front door", unconfirmed=frozenset({"lock"}))) == {"lock.front_door": ("unlock", {})}


def test_the_whole_house_is_asked_for_and_a_room_is_not(say) -> None:
    assert say("turn everything off").kind == "ask_back"
    assert say("turn everything off in the study").kind == "act"


def test_of_several_the_choices_are_asked_and_the_answer_is_taken(say) -> None:
    asked = say("turn on the bedside lamp")
    assert asked.question == "Which one: the Left Bedside Lamp or the Right Bedside Lamp?"
    for answer in ("the left one", "left", "the first one", "the left bedside lamp please"):
        assert done(say(answer, pending=asked)) == {"light.bedside_left": ("turn_on", {})}
    assert len(done(say("both", pending=asked))) == 2


def test_another_command_after_a_question_back_is_a_command(say) -> None:
    asked = say("turn on the bedside lamp")
    assert done(say("close the kitchen blind", pending=asked)) == {"cover.kitchen_blind": ("close", {})}


def test_a_misheard_name_is_taken_where_nothing_else_is_near(say) -> None:
    assert set(done(say("turn of the cattle"))) == {"switch.kettle"}
    assert set(done(say("close the bed room curtains"))) == {"cover.bedroom_curtains"}


def test_a_weak_match_is_asked_back_and_yes_does_it(say) -> None:
    asked = say("open the skylark")
    assert asked.kind == "ask_back"
    assert asked.question == "Did you mean to open the skylight?"
    assert done(say("yes please", pending=asked)) == {"cover.skylight": ("open", {})}


def test_what_a_house_might_have_but_has_not_is_told_and_not_heard_as_something_near(say) -> None:
    for words in ("turn on the wall lamp", "turn off the attic light", "turn on the bed lamp", "dim the sink light"):
        intent = say(words)
        assert intent is None or intent.kind == "refuse", (words, intent)


def test_a_part_of_a_name_that_does_not_say_what_it_is_is_asked_back(say) -> None:
    intent = say("turn off the tv")
    assert intent.kind == "ask_back"
    assert done(say("yes", pending=intent)) == {"light.tv_backlight": ("turn_off", {})}


@pytest.mark.parametrize(
    "words",
    """How do I clean the kettle?
What does the manual say about the garage door?
I turned off the lamp yesterday
Don't turn on the desk lamp
please never open the skylight
If it rains close the skylight
turn on the porch light at seven
turn off the hall light in ten minutes
turn off the iron when I leave
turn on the
turn off the lights in
the kettle
the lamp on the desk
turn the lamp on the desk
she said turn on the kettle
hey google, turn on the kettle
my brother left the hall light on
we should turn the iron off
what if I opened the skylight
should I close the skylight
turning on the kettle takes power
turn off the light that you bought in Berlin
turn off the lights is what she shouted
turn on the jacuzzi
half the night
open a new tab""".splitlines(),
)
def test_what_is_no_command_does_nothing(say, words: str) -> None:
    intent = say(words)
    assert intent is None or (intent.kind != "act" and not intent.acts), intent


def test_what_is_about_no_device_is_left_to_the_documents(say) -> None:
    for words in (
        "When was the lighthouse built?",
        "tell me about the iron bridge",
        "how do i clean the kettle",
        "",
        "?!",
        "word " * 200,
    ):
        assert say(words) is None


def test_understanding_leaves_no_trace(say) -> None:
    first = say("turn it off")
    say("turn on the iron")
    assert say("turn it off") == first


def test_two_things_of_one_name_are_told_apart_by_their_rooms() -> None:
    lamps = [
        Entity(id=f"light.{area.lower()}", name="Ceiling Light", domain="light", area=area,
        services=frozenset({"turn_on", "turn_off"}))
        for area in ("Kitchen", "Bedroom")
    ]  # fmt: skip
    grammar = Grammar.build(lamps)
    asked = grammar.understand("turn on the ceiling light")
    assert asked is not None
    assert asked.question == "Which one: the Ceiling Light in the Kitchen or the Ceiling Light in the Bedroom?"
    chosen = grammar.understand("the one in the kitchen", Context(pending=asked))
    assert set(done(chosen)) == {"light.kitchen"}
    assert set(done(grammar.understand("turn on the bedroom ceiling light"))) == {"light.bedroom"}
    assert set(done(grammar.understand("turn on the ceiling light", Context(room="Bedroom")))) == {"light.bedroom"}


def test_names_of_hostile_devices_are_only_words() -> None:
    names = ["(.*", "turn off", "a|b", "[", "\\", "{name}", "@light.x", "<b>lamp</b>", "", "on", "💡", "x" * 500]
    things = [
        Entity(id=f"light.n{number}", name=name, domain="light", services=frozenset({"turn_on",
        "turn_off"})) for number, name in enumerate(names)
    ]  # fmt: skip
    grammar = Grammar.build(
        [*things, Entity(id="light.real", name="Lamp", domain="light", services=frozenset({"turn_on"}))]
    )
    assert set(done(grammar.understand("turn on the lamp"))) == {"light.real"}
    for words in ("turn on @light.n0", "turn on", "turn off everything but @light.real", "@light.n1"):
        intent = grammar.understand(words)
        assert intent is None or intent.kind != "act"


def test_a_disabled_entity_is_not_known() -> None:
    lamp = Entity(id="light.a", name="Attic Lamp", domain="light", services=frozenset({"turn_on"}), enabled=False)
    intent = Grammar.build([lamp]).understand("turn on the attic lamp")
    assert intent is None or intent.kind != "act"


def test_states_that_are_missing_do_not_hinder_a_relative_value() -> None:
    lamp = Entity(
        id="light.a",
        name="Attic Lamp",
        domain="light",
        services=frozenset({"turn_on"}),
        features=frozenset({"brightness"}),
    )
    intent = Grammar.build([lamp]).understand(
        "make the attic lamp brighter", Context(states=lambda _: State(available=False))
    )
    assert done(intent)["light.a"] == ("turn_on", {"brightness": 75})


@pytest.mark.parametrize(
    "words",
    [
        "close all the curtains but the living room curtains",
        "turn off all the lights except",
        "turn off everything in the kitchen except for the",
        "turn off all the lights in the kitchen but the kitchen ceiling light and the counter lights and the kettle",
    ],
)
def test_what_is_left_out_is_never_the_next_command(say, words: str) -> None:
    intent = say(words)
    assert intent is None or not intent.acts


def test_a_place_at_the_end_is_that_of_all_where_the_exception_needs_none(say) -> None:
    upstairs = done(say("turn off all the lights but the desk lamp upstairs"))
    assert upstairs
    assert upstairs == done(say("turn off all the lights upstairs but the desk lamp"))


def test_a_second_command_is_no_part_of_a_name(say) -> None:
    acts = done(say("turn on the sofa lamp and switch off the kettle"))
    assert acts == {"light.sofa_lamp": ("turn_on", {}), "switch.kettle": ("turn_off", {})}


def test_yes_to_which_one_asks_again(say) -> None:
    asked = say("turn on the bedside lamp")
    assert asked is not None
    assert len(asked.entities) > 1
    again = say("yes", pending=asked)
    assert again is not None
    assert (again.kind, again.question) == ("ask_back", asked.question)


def test_a_heater_is_no_air_conditioner() -> None:
    heater = Entity(id="climate.trv", name="Valve", domain="climate", area="Hall", modes=("off", "heat", "auto"),
                    services=frozenset({"set_mode"}))  # fmt: skip
    cooler = Entity(id="climate.split", name="Panasonic", domain="climate", area="Attic", modes=("off", "cool", "heat"),
                    services=frozenset({"set_mode"}))  # fmt: skip
    intent = Grammar.build([heater, cooler]).understand("turn the air conditioning off", Context(room="Hall"))
    assert list(done(intent)) == ["climate.split"]


def test_the_only_bedroom_needs_no_first_name() -> None:
    def lamp(area: str) -> Entity:
        name = f"light.{area.split(maxsplit=1)[0].lower()}"
        return Entity(id=name, name=f"Lamp {area[0]}", domain="light", area=area, services=frozenset({"turn_off"}))

    one = Grammar.build([lamp("Master Bedroom"), lamp("Kitchen")]).understand("turn off the lights in the bedroom")
    assert list(done(one)) == ["light.master"]
    two = Grammar.build([lamp("Master Bedroom"), lamp("Guest Bedroom")])
    intent = two.understand("turn off the lights in the bedroom")
    assert intent is None or not intent.acts

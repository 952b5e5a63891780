"""What is left out is never moved, and nothing moves that goes beyond what was said."""

from __future__ import annotations

import pytest

from assistant.home.entities import Entity
from assistant.home.understanding.grammar import Context, Grammar
from assistant.home.understanding.put_plainly import put_plainly
from assistant.home.understanding.wording.words import plain
from tests.assistant.home.houses import thing

THINGS = [
    thing("Snug Ceiling Light", "Snug"), thing("Reed Lamp", "Snug"), thing("Snug Strip", "Snug"),
    thing("Larder Light", "Larder"), thing("Shelf Lights", "Larder"), thing("Loft Light", "Loft"),
    thing("Ines's Lamp", "Ines's Room"), thing("Ines's Ceiling Light", "Ines's Room"), thing("Lantern", "Garden"),
    thing("Telly", "Snug", "switch"), thing("Urn", "Larder", "switch"), thing("Amp", "Loft", "switch"),
    thing("Snug Curtains", "Snug", "cover", "curtain"), thing("Larder Blind", "Larder", "cover", "blind"),
    thing("Loft Blind", "Loft", "cover", "blind"), thing("Front Door", "Snug", "lock"),
    thing("Back Door", "Larder", "lock"), thing("Garden Door", "Snug", "lock"), thing("Story", "Loft", "scene"),
    thing("Bar Spots", "Bar"), thing("Bar Shelf", "Bar"), thing("Garden Tap", "Garden", "valve"),
]  # fmt: skip
NAME = {entity.id: entity.name for entity in THINGS}
FLOORS = {"Ground Floor": ["Snug", "Larder", "Bar"], "Top Floor": ["Loft", "Ines's Room"]}
INSIDE = {name for name in NAME.values() if name not in ("Lantern", "Garden Tap")}


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar.build(THINGS, floors=FLOORS)


def moved(grammar: Grammar, words: str, room: str | None = None) -> dict[str, object]:
    intent = grammar.understand(words, Context(room=room, states={}.get))
    acts = intent.acts if intent is not None and intent.kind == "act" else ()
    return {NAME[act.entity_id]: next(iter(act.values.values()), act.service.removeprefix("turn_")) for act in acts}


GROUND = (
    "Snug Ceiling Light",
    "Reed Lamp",
    "Snug Strip",
    "Larder Light",
    "Shelf Lights",
    "Bar Spots",
    "Bar Shelf",
)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("apart from the strip, I'd like the snug lights off",
         dict.fromkeys(("Snug Ceiling Light", "Reed Lamp"), "off")),
        ("don't touch the reed lamp, but switch off all the other lights in the snug",
         dict.fromkeys(("Snug Ceiling Light", "Snug Strip"), "off")),
        ("the larder and snug lights off, the strip and the reed lamp excepted",
         dict.fromkeys(("Snug Ceiling Light", "Larder Light", "Shelf Lights"), "off")),
        ("shut every blind and curtain on the ground floor except the larder one", {"Snug Curtains": "close"}),
        ("the snug lights can all go off now, all except the strip",
         dict.fromkeys(("Snug Ceiling Light", "Reed Lamp"), "off")),
        ("not the strip, just the ceiling light off in the snug", {"Snug Ceiling Light": "off"}),
        ("turn off the telly and the ceiling light in here but not the lamp",
         {"Telly": "off", "Snug Ceiling Light": "off"}),
        ("turn off the telly and the urn, not the blind", {"Telly": "off", "Urn": "off"}),
        ("lock all the doors but the garden one", {"Front Door": "lock", "Back Door": "lock"}),
        ("turn off the lights in the bar, all except the shelf", {"Bar Spots": "off"}),
        ("open all the blinds apart from the larder blind in the larder", {"Loft Blind": "open"}),
        ("turn the lights off in the bar and on on the top floor",
         dict.fromkeys(("Bar Spots", "Bar Shelf"), "off")
         | dict.fromkeys(("Loft Light", "Ines's Lamp", "Ines's Ceiling Light"), "on")),
        ("all the snug lights off except the reed lamp, and put that one down to 20 percent",
         {"Snug Ceiling Light": "off", "Snug Strip": "off", "Reed Lamp": 20}),
        ("lights out on the whole ground floor", dict.fromkeys(GROUND, "off")),
    ],
)  # fmt: skip
def test_all_but_what_is_left_out(grammar: Grammar, words: str, what: dict[str, object]) -> None:
    assert moved(grammar, words, room="Snug") == what


def test_inside_is_all_that_is_not_outside(grammar: Grammar) -> None:
    lights = {name for name in INSIDE if f"light.{plain(name).replace(' ', '_')}" in NAME}
    assert set(moved(grammar, "all the inside lights off")) == lights
    assert set(moved(grammar, "all the lights inside off but the loft")) == lights - {"Loft Light"}


@pytest.mark.parametrize(
    "words",
    [
        "I'd like the lights on in every room on the top floor, just don't put Ines's whatsit on",
        "all the lights but the thingummy off",
        "the snug strip is blinding me, 50 percent or whatever of that dazzle is enough",
    ],
)
def test_what_is_left_out_is_not_moved_where_that_is_all_that_is_known(grammar: Grammar, words: str) -> None:
    assert "Reed Lamp" not in moved(grammar, words)
    assert not {*moved(grammar, words)} & {"Ines's Lamp", "Ines's Ceiling Light"}


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("the snug ceiling light is blinding me, 50 percent is enough", {"Snug Ceiling Light": 50}),
        ("nobody's sleeping on the top floor tonight so you can switch all the lights off up there",
         dict.fromkeys(("Loft Light", "Ines's Lamp", "Ines's Ceiling Light"), "off")),
        ("turn on the lights on the top floor except the loft",
         dict.fromkeys(("Ines's Lamp", "Ines's Ceiling Light"), "on")),
    ],
)  # fmt: skip
def test_nothing_beyond_what_was_said(grammar: Grammar, words: str, what: dict[str, object]) -> None:
    assert moved(grammar, words) == what


def test_a_scene_is_named_and_no_floor_without_a_room(grammar: Grammar) -> None:
    assert "Story" not in moved(grammar, "turn the lights on the top floor except Ines's room")
    assert moved(grammar, "story please") == {"Story": "activate"}


PLAINLY = (
    ("reed lamp right up to 100 percent", "reed lamp up to 100 percent"),
    ("I can't see a thing out here in the garden", "i can not see a thing in the garden"),
    ("could you unlock the front door? She just pulled up", "could you unlock the front door"),
    ("the guests are here, let's have the lantern on", "let us have the lantern on"),
    ("how much longer on the washer", "how long does the washer have left"),
    ("turn the urn on, there's a good lad", "turn the urn on"),
    ("the reed lamp off, I have to drive to Leeds tomorrow", "the reed lamp off"),
    ("we don't need the amp on in the loft, switch it off", "turn off the amp in the loft"),
    ("start charging the van", "turn on the van charger"),
    ("put Hedda back on charge", "send hedda back to its dock"),
    ("put the shed alarm on for the night", "set the shed alarm for the night"),
    ("warm up the reed lamp a little", "make the reed lamp a bit warmer"),
    ("oh shoot, turn off the urn, I forgot all about it", "turn off the urn"),
    ("let the courier in, just unlock the front door", "unlock the front door"),
    ("we can do without the amp now, switch it off", "turn off the amp"),
    ("telly off, everything else can stay as it is", "telly off"),
    ("the attic fan at 25 percent is plenty", "set the attic fan to 25 percent"),
    ("it's story time, set it up", "activate story time"),
    ("send the mower out", "start the mower"),
    ("arm the shed alarm for the knight", "arm the shed alarm for the night"),
    ("I'd love the strip orange today", "i would love the strip orange"),
    ("I'm done with the urn, you can shut it off", "turn off the urn"),
    ("can you pause Hedda for a moment, I'm on the phone", "can you pause hedda"),
    ("no idea where Hedda's got to, make it beep so I can find it", "locate hedda"),
    ("wind the awning back in", "close the awning"),
    ("put the sauna night scene on", "activate the sauna night scene"),
    ("start the stove with 80 degrees", "start the stove at 80 degrees"),
    ("start warming the towel rail", "turn on the towel rail"),
    ("you can stop charging the van", "you can turn off the van charger"),
    ("send Hedda round the house", "start hedda"),
    ("the awning can come back in", "close the awning"),
    ("let's hear some vinyl, switch on the amp", "switch on the amp"),
    ("the urn is loaded so you can start it", "start the urn"),
    ("no need for the reed lamp any more, off please", "turn off the reed lamp"),
    ("unlock the front door, my mum is outside", "unlock the front door"),
    ("open the blinds, except the back ones", "open the blinds , except the back blinds"),
    ("open the gates, the back one is stuck", "open the gates , the back one is stuck"),
    ("tell the kids to stop", "tell the kids to stop"),
    ("where's Hedda, make it beep", "locate hedda"),
    ("the front door needs unlocking, the courier is here", "unlock the front door"),
    ("can you tell Hedda to start vacuuming", "can you start hedda"),
    ("whoever was in the larder left the light on, can you turn it off", "turn off the light in the larder"),
    ("the lantern and the strip, both at half brightness", "the lantern at half and the strip at half"),
    ("for the kids, the strip to 20 percent", "the strip to 20 percent"),
    ("heating to 22 in the snug and 18 in the loft", "heating in the snug to 22 and heating in the loft to 18"),
)


@pytest.mark.parametrize(("said", "put"), PLAINLY)
def test_what_is_said_around_a_command_is_taken_off(said: str, put: str) -> None:
    assert put_plainly(plain(said)) == put


def test_one_place_follows_several(grammar: Grammar) -> None:
    before = "turn on the lights in the larder and the loft"
    said = grammar.understand(before)
    assert said is not None
    intent = grammar.understand("and the bar", Context(last=said.entities, before=before))
    assert intent is not None
    assert {NAME[act.entity_id] for act in intent.acts} == {"Bar Spots", "Bar Shelf"}


def test_leaving_two_things_on_moves_nothing(grammar: Grammar) -> None:
    assert moved(grammar, "no, leave the bar spots and the telly on") == {}
    assert moved(grammar, "leave the telly on and turn off the urn") == {"Urn": "off"}


def test_the_one_with_the_word_in_its_name_is_meant() -> None:
    things = [thing("Den Lamp", "Den"), thing("Quiet Lamp", "Den"), thing("Loft Lamp", "Loft")]
    grammar = Grammar.build(things)
    asked = grammar.understand("turn on the lamp")
    assert asked is not None
    chosen = grammar.understand("the den one", Context(pending=asked))
    assert chosen is not None
    assert [act.entity_id for act in chosen.acts] == ["light.den_lamp"]


def test_warm_in_here_is_of_a_sensor_that_stands_here() -> None:
    sensor = Entity(
        id="sensor.loft", name="Thermometer", area="Loft", domain="sensor", device_class="temperature", unit="°C"
    )
    grammar = Grammar.build([sensor, thing("Den Lamp", "Den")])
    here = grammar.understand("how warm is it in here?", Context(room="Den"))
    assert here is not None
    assert here.query is not None
    assert (here.query.entities, here.query.area) == ((), "Den")
    anywhere = grammar.understand("how warm is it?", Context(room="Den"))
    assert anywhere is not None
    assert anywhere.query is not None
    assert (anywhere.query.entities, anywhere.query.area) == (("sensor.loft",), "Loft")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("telly off, it's getting late, and shut the loft blind too", {"Telly": "off", "Loft Blind": "close"}),
        ("leave the reed lamp on in the snug and turn the other lights off",
         dict.fromkeys(("Snug Ceiling Light", "Snug Strip"), "off")),
        ("close the curtains and blinds on the ground floor and turn on the amp",
         {"Snug Curtains": "close", "Larder Blind": "close", "Amp": "on"}),
        ("lights off in the snug but leave the reed lamp on, and shut the loft blind",
         {"Snug Ceiling Light": "off", "Snug Strip": "off", "Loft Blind": "close"}),
        ("apart from the reed lamp I want all the snug lights off",
         dict.fromkeys(("Snug Ceiling Light", "Snug Strip"), "off")),
        ("shut the lights off in the snug, all but the reed lamp, and in the larder too", {}),
        ("curtains on the ground floor", {}),
        ("open the blinds, except the loft one", {"Larder Blind": "open"}),
        ("telly on please, and the loft blind at 40 percent", {"Telly": "on", "Loft Blind": 40}),
        ("all the snug lights to 30 percent except the reed lamp, that one can go off",
         {"Snug Ceiling Light": 30, "Snug Strip": 30, "Reed Lamp": "off"}),
        ("switch on the telly and switch of the urn", {"Telly": "on", "Urn": "off"}),
        ("shut all the blinds, shut the loft blind", {"Loft Blind": "close"}),
        ("dim the reed lamp to 20 and switch on the bar shelf", {"Reed Lamp": 20, "Bar Shelf": "on"}),
        ("open the larder blind and put the loft ones at 40 percent", {"Larder Blind": "open", "Loft Blind": 40}),
        ("the lantern's been on all night, shut it off", {"Lantern": "off"}),
        ("I'm off to read so I need the loft lights and the samovar on", {}),
        ("turn on the snug strip, not the reed lamp, and the telly too", {}),
        ("turn off all the lights in the snug apart from the strip, and the telly too", {}),
        ("larder blind down and the loft blind up to 40 percent", {"Larder Blind": "close", "Loft Blind": 40}),
    ],
)  # fmt: skip
def test_each_of_two_wishes_is_for_its_own(grammar: Grammar, words: str, what: dict[str, object]) -> None:
    assert moved(grammar, words) == what


@pytest.mark.parametrize(
    "words",
    [
        "should it get cold tonight, turn the telly on",
        "should anyone knock, unlock the front door",
        "were it to rain, shut the loft blind",
        "provided it's dark, turn on the lantern",
        "turn on the lantern as long as nobody is in the garden",
        "assuming we're back late, put the reed lamp on",
        "supposing it rains, close the larder blind",
    ],
)
def test_what_is_wanted_under_a_condition_is_not_done(grammar: Grammar, words: str) -> None:
    assert moved(grammar, words) == {}

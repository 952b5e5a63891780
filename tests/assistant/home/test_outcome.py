"""What is said of a command: what worked, what is under way, what failed, by name and in one breath."""

import pytest

from assistant.home.entities import Act, Entity
from assistant.home.outcome import Outcome, Result, spoken


def result(name, service, fate, note="", area=None, untold=(), **values):
    domain = values.pop("domain", "light")
    entity = Entity(id=f"{domain}.{name.lower().replace(' ', '_')}", name=name, domain=domain, area=area)
    return Result(act=Act(entity.id, service, values), entity=entity, fate=fate, note=note, untold=frozenset(untold))


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        ([result("Sofa Lamp", "turn_on", "done")], "The sofa lamp is on."),
        ([result("TV", "turn_off", "done")], "The TV is off."),
        ([result("Blinds", "close", "under_way")], "The blinds are closing."),
        ([result("Lamp", "turn_on", "done", brightness=40)], "The lamp is at 40 percent."),
        ([result("Lamp", "turn_on", "done", rgb=(1, 2, 3))], "The lamp is in the colour you wanted."),
        ([result("Heating", "set_temperature", "done", temperature=21.0)], "The heating is set to 21 degrees."),
        ([result("Blind", "set_position", "under_way", position=33)], "The blind is on the way to 33 percent."),
        ([result("Bell", "press", "sent")], "The bell was pressed."),
        ([result("Blinds", "close", "already")], "The blinds are closed already."),
        (
            [result("Heating", "set_temperature", "already", temperature=21.0)],
            "The heating is set to 21 degrees already.",
        ),
        (
            [result(f"Lamp {n}", "turn_off", "already") for n in range(6)] + [result("Porch", "turn_off", "done")],
            "7 lights are off.",
        ),
        (
            [result("Lamp", "turn_on", "sent", untold={"rgb"}, brightness=40, rgb=(1, 2, 3))],
            "The lamp is at 40 percent, but does not report whether it is in the colour you wanted.",
        ),
        (
            [result("Blinds", "set_position", "sent", untold={"position"}, position=40)],
            "The blinds are open, but do not report whether they are at 40 percent.",
        ),
        (
            [result("Blind", "set_position", "sent", untold={"position"}, position=0)],
            "The blind is closed, but does not report whether it is at 0 percent.",
        ),
        ([result("Siren", "turn_on", "sent", untold={"volume"}, volume=40)], "The siren is on."),
        ([result("Fan", "turn_on", "sent")], "I told the fan to turn on; it does not report back."),
        (
            [result("Ant", "turn_off", "done"), result("Bee", "turn_off", "silent")],
            "The ant is off. The bee did not answer.",
        ),
        (
            [result("Ant", "turn_on", "silent"), result("Bee", "turn_on", "silent")],
            "The ant and the bee did not answer.",
        ),
        (
            [result("Lamp", "turn_off", "done", area="Kitchen"), result("Lamp", "turn_off", "done", area="Hall")],
            "The lamp in the kitchen and the lamp in the hall are off.",
        ),
        ([result(f"Lamp {n}", "turn_off", "done") for n in range(7)], "7 lights are off."),
        (
            [result(f"Lamp {n}", "turn_off", "done") for n in range(6)] + [result("Porch", "turn_off", "unavailable")],
            "6 lights are off. The porch is not reachable.",
        ),
        (
            [result("Lamp", "turn_on", "not_sent", "Nothing was sent: the broker is away.")],
            "Nothing was sent to the lamp: the broker is away.",
        ),
        (
            [result("Lamp", "lock", "refused", "Lamp cannot do that: it has no lock.")],
            "Lamp cannot do that: it has no lock.",
        ),
        ([result("{0} {x}", "turn_on", "done")], "The {0} {x} is on."),
        ([result("{0}", "turn_on", "not_sent", "Broken {1}.")], "The {0} may not have heard: broken (1)."),
    ],
)
def test_each_fate_has_its_sentence(results, sentence):
    assert spoken(results) == sentence


def test_only_what_every_state_confirms_is_confirmed():
    done, sent = result("A", "turn_on", "done"), result("B", "turn_on", "sent")
    assert Outcome(kind="acted", spoken="", action={}, results=(done, done)).confirmed
    assert not Outcome(kind="acted", spoken="", action={}, results=(done, sent)).confirmed
    assert not Outcome(kind="acted", spoken="", action={}).confirmed

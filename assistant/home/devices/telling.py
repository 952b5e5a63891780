"""What an entity is told: the service that it has for an act, what that sends, and what is assumed of it then."""

from __future__ import annotations

from assistant.home.devices import ranges
from assistant.home.devices.components.component import CommandError, Plan
from assistant.home.devices.thing import Thing
from assistant.home.entities import Act

#: What a service is called that a domain has under another name.
_OTHER_NAMES = {
    "turn_on": {"button": "press", "scene": "activate", "cover": "open", "valve": "open", "vacuum": "start"},
    "turn_off": {"cover": "close", "valve": "close", "vacuum": "return_home", "lawn_mower": "return_home"},
}

#: Services that turn a state into its opposite: the state, and what is done then; else the last one.
_TOGGLES: dict[str, tuple[str, str, str]] = {
    "cover": ("closed", "open", "close"),
    "valve": ("closed", "open", "close"),
    "lock": ("locked", "unlock", "lock"),
}


def resolve(thing: Thing, act: Act) -> Act:
    """Return `act` with a service that the thing has (`toggle` by what it does now). Raises CommandError."""
    domain, service = thing.entity.domain, act.service
    if service in thing.component.services:
        return act
    if service == "toggle":
        state, then, otherwise = _TOGGLES.get(domain, ("off", "turn_on", "turn_off"))
        service = then if thing.report.value in (state, None) else otherwise
    if service not in thing.component.services:
        service = _OTHER_NAMES.get(service, {}).get(domain, service)
    if service not in thing.component.services:
        raise CommandError(f"{thing.entity.name} cannot do that: it has no {act.service.replace('_', ' ')}.")
    return act if service == act.service else Act(act.entity_id, service, act.values)


def plan(thing: Thing, act: Act) -> Plan:
    """Return what carries out `act`, and what it should lead to. Raises CommandError: one sentence with the name."""
    act = resolve(thing, act)
    try:
        ranges.check(thing.component, act.service, act.values)
        return thing.component.services[act.service](act.values, thing.report)
    except CommandError as error:
        raise CommandError(f"{thing.entity.name} cannot do that: {error}.") from None


def assume(thing: Thing, act: Act) -> bool:
    """Take what was commanded into the report, where the device never reports it; return whether that changed it."""
    report = thing.report
    report.changed = False
    for name, value in plan(thing, act).expects.items():
        if not (thing.component.optimistic or name in thing.component.unreported):
            continue
        if name == "value":
            report.set(value if isinstance(value, str | int | float) else None)
        else:
            report.put(name, value)
    return report.changed

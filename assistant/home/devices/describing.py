"""What entities are called: what they announce, and what the configuration adds: areas, aliases, floors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from assistant.home.devices.announcement import Keys, clean
from assistant.home.devices.components.component import Component
from assistant.home.devices.discovery import Announcement
from assistant.home.devices.naming import full_name
from assistant.home.entities import Entity, Names


class Describing:
    """Makes entities of announcements, and the names of all of them.

    `areas` maps names of devices that announce no area to theirs, `aliases` what people say to the name of a device
    or area, `floors` a floor to its areas, `codes` names of locks and alarm panels to the codes that they want.
    """

    def __init__(
        self,
        areas: Mapping[str, str],
        aliases: Mapping[str, str],
        floors: Mapping[str, Sequence[str]],
        codes: Mapping[str, str],
    ) -> None:
        self._codes = {name.casefold(): code for name, code in codes.items()}
        self._areas = {name.casefold(): clean(area) for name, area in areas.items()}
        self._floors = {clean(floor): tuple(map(clean, names)) for floor, names in floors.items()}
        self._aliases: dict[str, list[str]] = {}
        for said, name in aliases.items():
            self._aliases.setdefault(name.casefold(), []).append(clean(said))

    def describe(self, announcement: Announcement, component: Component, keys: Keys) -> Entity:
        """Return the entity of an announcement, still without its id. Raises AnnouncementError."""
        device = keys.values.get("device")
        about = Keys(device if isinstance(device, dict) else {})
        device_name, own_name = about.name("name"), keys.name("name")
        name = full_name(device_name, own_name, announcement, component)
        area = about.name("suggested_area")
        for known in (name, own_name, device_name):
            area = area or self._areas.get((known or "").casefold())
        aliases = [said for known in {name, own_name or name} for said in self._aliases.get(known.casefold(), ())]
        codes = (self._codes.get((known or "").casefold()) for known in (name, own_name, device_name, *aliases))
        component.code_given = next((code for code in codes if code is not None), None)
        lists = component.lists
        return Entity(
            id="",
            name=name,
            domain=component.domain,
            area=area,
            device=device_name,
            device_class=component.device_class,
            unit=component.unit,
            features=frozenset(component.features),
            services=frozenset(component.services),
            options=lists.get("options", ()),
            modes=lists.get("modes", ()),
            presets=lists.get("presets", ()),
            effects=lists.get("effects", ()),
            fan_modes=lists.get("fan_modes", ()),
            swing_modes=lists.get("swing_modes", ()),
            minimum=component.minimum,
            maximum=component.maximum,
            step=component.step,
            category=keys.name("entity_category"),
            optimistic=component.optimistic,
            short_name=own_name if own_name != name else None,
            aliases=tuple(dict.fromkeys(aliases)),
        )

    def names(self, version: int, entities: Sequence[Entity]) -> Names:
        """Return every name that people may say for `entities`."""
        said = Counter(
            name.casefold() for entity in entities for name in {entity.name, entity.short_name} if name is not None
        )
        names: list[tuple[str, tuple[str, ...]]] = []
        for entity in entities:
            own = [entity.name]
            if entity.short_name and said[entity.short_name.casefold()] == 1:
                own.append(entity.short_name)
            names.append((entity.id, tuple(dict.fromkeys((*own, *entity.aliases)))))
        known = {entity.area for entity in entities if entity.area}
        known |= {area for areas in self._floors.values() for area in areas} | set(self._areas.values())
        areas = {area: tuple(self._aliases.get(area.casefold(), ())) for area in sorted(known)}
        return Names(version, tuple(names), areas, self._floors)

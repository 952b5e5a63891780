"""What an entity is called and known by: its name, its identity, its id."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping

from assistant.home.devices.announcement import Keys, clean
from assistant.home.devices.components.component import Component
from assistant.home.devices.discovery import Announcement

#: Domain and unique id, or domain, topic and part: what an entity is known by, whatever it is called.
Identity = tuple[str, ...]


def identity_of(announcement: Announcement, component: Component, keys: Keys) -> Identity:
    """Return what an entity is known by. Raises AnnouncementError."""
    unique = keys.text("unique_id", "")[:200]
    return (component.domain, unique) if unique else (component.domain, *announcement.key)


def full_name(device: str | None, own: str | None, announcement: Announcement, component: Component) -> str:
    """Return what an entity is called: its device's name and its own, as Home Assistant joins them."""
    if own:
        if not device or device.casefold() in own.casefold():
            return own
        return device if device.casefold().endswith(own.casefold()) else f"{device} {own}"
    said_null = "name" in announcement.values
    kind = component.device_class.replace("_", " ") if component.device_class and not said_null else ""
    if device:
        return f"{device} {kind}".strip()
    return clean(announcement.object_id.replace("_", " ").replace("-", " ")).capitalize() or "Unnamed"


def slug(text: str) -> str:
    """Return `text` in the letters and digits that an id is made of, empty where it has none."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return re.sub(r"[^a-z0-9]+", "_", "".join(char for char in plain if not unicodedata.combining(char)).lower()).strip(
        "_"
    )


class Ids:
    """Which id each entity has, and had: one that comes back, even under another name, gets its own."""

    def __init__(self, known: Mapping[str, str], limit: int) -> None:
        self._ids: dict[Identity, str] = {tuple(key.split("\0")): value for key, value in known.items()}
        self._taken = set(self._ids.values())
        self._limit = limit

    def known(self) -> dict[str, str]:
        """Return what the next house is given."""
        return {"\0".join(identity): id_ for identity, id_ in self._ids.items()}

    def id_of(self, identity: Identity, domain: str, wishes: tuple[str, ...], present: Container[Identity]) -> str:
        """Return an entity's id: the one it had, else one made of the first of `wishes` that has letters.

        Of those that are not `present`, none is remembered once there are too many.
        """
        known = self._ids.get(identity)
        if known is not None:
            return known
        if len(self._ids) >= self._limit:
            self._ids = {one: kept for one, kept in self._ids.items() if one in present}
            self._taken = set(self._ids.values())
        plain = next((name for wish in wishes if (name := slug(wish))), "unnamed")
        id_, count = f"{domain}.{plain}", 1
        while id_ in self._taken:
            count += 1
            id_ = f"{domain}.{plain}_{count}"
        self._ids[identity] = id_
        self._taken.add(id_)
        return id_

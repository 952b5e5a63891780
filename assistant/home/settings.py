"""The section [home] of the configuration: which broker, what things are called, what wants no confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.setting import setting


@dataclass(frozen=True)
class HomeConfig:
    """Where the devices are, and what people call them."""

    broker: str = setting("", "mqtt://[user:password@]host[:port], mqtts:// for TLS; empty for no devices")
    prefix: str = setting("homeassistant", "first part of the topics on which devices announce themselves")
    room: str = setting("", 'where this assistant stands, for "in here"')
    name: str = setting("Repartee", "what the assistant is called as a device among the others")
    publish: bool = setting(True, "announce the assistant itself as a device")
    protocol: str = setting("auto", "version of MQTT; auto tries 5 first", choices=("auto", "5", "3.1.1"))
    ca: str = setting("", "PEM file of the authority that signed the broker's certificate; empty for the system's")
    certificate: str = setting("", "PEM file of the certificate that the assistant shows to the broker")
    key: str = setting("", "PEM file of that certificate's private key")
    unconfirmed: tuple[str, ...] = setting(
        (),
        "what is done without asking back",
        choices=("lock", "cover", "valve", "siren", "alarm_control_panel", "everything"),
    )
    history_days: int = setting(30, "days for which changes of state are remembered", minimum=0, maximum=3650)
    floors: Mapping[str, tuple[str, ...]] = setting({}, "floors, each with the areas on it")
    aliases: Mapping[str, str] = setting({}, "what people say, each with the name of a device or an area")
    codes: Mapping[str, str] = setting({}, "locks and alarm panels that want a code, each with its code as text")
    areas: Mapping[str, str | tuple[str, ...]] = setting(
        {}, "devices that announce no area, each with its area; or areas, each with a list of devices"
    )

    def area_of(self) -> dict[str, str]:
        """Return the configured area of each device, whichever way round it was written."""
        found: dict[str, str] = {}
        for name, value in self.areas.items():
            found.update({name: value} if isinstance(value, str) else dict.fromkeys(value, name))
        return found

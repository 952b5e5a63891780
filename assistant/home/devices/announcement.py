"""Reading the keys of an announcement: every value is checked, and what is wrong is told by its key."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from assistant.home.devices.templates.sandbox import TemplateError
from assistant.home.devices.templates.template import Template, read

MAX_NAME = 100  #: characters of a name, a unit, an option
MAX_OPTIONS = 500  #: options, modes, effects of one entity
_MAX_TOPIC = 1024  # bytes

#: Encodings that a payload may be announced in; "" is raw bytes: text where they are UTF-8.
_ENCODINGS = frozenset(("", "utf-8", "utf8", "utf-16", "ascii", "latin-1", "latin1", "iso-8859-1", "cp1252"))


class AnnouncementError(ValueError):
    """An announcement that cannot be used: which `key` is wrong, and how."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key} {why}")
        self.key = key


def clean(text: str, limit: int = MAX_NAME) -> str:
    """Return `text` as one line without control or invisible characters, of at most `limit` characters."""
    if not text.isascii() or not text.isprintable():
        text = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in text)
    return " ".join(text.split())[:limit].strip()


def valid_topic(topic: str) -> bool:
    """Return whether `topic` names one topic, without wildcards."""
    return bool(topic) and topic.isprintable() and not {"+", "#"} & set(topic) and len(topic.encode()) <= _MAX_TOPIC


class Keys:
    """The keys of one entity's announcement, in their long spelling. Every method raises AnnouncementError."""

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def __contains__(self, key: str) -> bool:
        return self.values.get(key) is not None

    def text(self, key: str, default: str) -> str:
        """Return a text; numbers and switches are texts too, as Home Assistant reads them (true is "True")."""
        value = self.values.get(key)
        if value is None:
            return default
        if isinstance(value, dict | list):
            raise AnnouncementError(key, f"must be a text, not {type(value).__name__}")
        return str(value)[:MAX_OPTIONS]

    def text_or_none(self, key: str, default: str | None) -> str | None:
        """Return a text, or None where the key is there and null: the device cannot do it."""
        return None if key in self.values and self.values[key] is None else self.text(key, default or "") or None

    def name(self, key: str) -> str | None:
        """Return a text as one clean line, or None where there is none."""
        return clean(self.text(key, "")) or None

    def topic(self, key: str) -> str | None:
        """Return a topic without wildcards, or None where the key is not there."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not valid_topic(value):
            raise AnnouncementError(key, "must be a topic without wildcards")
        return value

    def needed_topic(self, key: str) -> str:
        """Return a topic that must be there."""
        topic = self.topic(key)
        if topic is None:
            raise AnnouncementError(key, "is missing")
        return topic

    def template(self, *keys: str) -> Template | None:
        """Return the template of the first of `keys` that is there, or None."""
        for key in keys:
            value = self.values.get(key)
            if value is None or value == "":
                continue
            if not isinstance(value, str):
                raise AnnouncementError(key, f"must be a template, not {type(value).__name__}")
            try:
                return read(value)
            except TemplateError as error:
                raise AnnouncementError(key, str(error)) from None
        return None

    def needed_template(self, key: str) -> Template:
        """Return a template that must be there."""
        template = self.template(key)
        if template is None:
            raise AnnouncementError(key, "is missing")
        return template

    def number(self, key: str, default: float) -> float:
        """Return a finite number."""
        value = self.values.get(key)
        if value is None:
            return default
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise AnnouncementError(key, "must be a number") from None
        if not abs(number) < 1e12:
            raise AnnouncementError(key, "must be a number below 10^12")
        return number

    def whole(self, key: str, default: int, minimum: int = -1_000_000) -> int:
        """Return a whole number of at least `minimum`."""
        number = self.number(key, default)
        if number != int(number) or number < minimum:
            raise AnnouncementError(key, f"must be a whole number of at least {minimum}")
        return int(number)

    def number_or_none(self, key: str) -> float | None:
        """Return a finite number, or None where the key is not there."""
        return self.number(key, 0) if key in self else None

    def flag(self, key: str, default: bool) -> bool:
        """Return a switch, in any of the spellings that Home Assistant reads."""
        value = self.values.get(key)
        if value is None:
            return default
        text = str(value).strip().lower()
        if text in ("true", "yes", "on", "enable", "1"):
            return True
        if text in ("false", "no", "off", "disable", "0"):
            return False
        raise AnnouncementError(key, "must be true or false")

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return a list of texts; one text is a list of one."""
        value = self.values.get(key)
        if value is None:
            return default
        items = value if isinstance(value, list) else [value]
        if len(items) > MAX_OPTIONS or any(isinstance(item, dict | list) for item in items):
            raise AnnouncementError(key, f"must be a list of at most {MAX_OPTIONS} texts")
        return tuple(dict.fromkeys(str(item)[:MAX_NAME] for item in items if item is not None))

    def choice(self, key: str, default: str, choices: tuple[str, ...]) -> str:
        """Return one of `choices`."""
        value = self.text(key, default)
        if value not in choices:
            raise AnnouncementError(key, f"must be one of {', '.join(choices)}")
        return value

    def encoding(self) -> str:
        """Return the encoding of the payloads, "" where they are raw bytes."""
        value = self.values.get("encoding")
        if value is None:
            return "utf-8"
        if str(value).lower() not in _ENCODINGS:
            raise AnnouncementError("encoding", "is not known")
        return str(value).lower()

"""Templates that devices announce, rendered as Home Assistant does, in a sandbox bounded in time and in output.

What a device announces is hostile input. Jinja's sandbox keeps a template from Python's internals; it does not bound
the work, so this module does:

- long and deep templates, macros, includes and recursive loops are refused when the template is read: what is left ends
  after as many steps as its loops have;
- loops, filters, calls and comparisons count steps (`MAX_STEPS`) and look at the clock of the thread (`MAX_SECONDS`);
  what is done with every item, such as sorting, where nobody looks at the clock, is counted before it begins;
- a message longer than `MAX_VALUE` is not rendered by templates that read its text; its JSON may be picked from;
- no value grows beyond `MAX_LENGTH`: products, powers, sums, joins, padding and formats are measured before they
  are made, and lists with all that they hold;
- regular expressions have a time limit of their own;
- a template that went over a limit, over that of time twice in a row, is never rendered again;
- all that one message brings about shares `MESSAGE_SECONDS`; who comes after that does not take the message.

Most templates only pick a value out of a JSON object (`{{ value_json.state }}`): those never reach Jinja.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from assistant.home.devices.templates.limits import MAX_OUTPUT, LeftOutError, OverLimitError, OverTimeError, work
from assistant.home.devices.templates.sandbox import TemplateError, compile_template, names_in, parse

MAX_SOURCE = 4096  #: characters of a template
MAX_VALUE = 10_000  #: characters of a message that is rendered by a template that reads its text
_CACHED = 4096  # templates, by source: devices of one maker share theirs

_log = logging.getLogger(__name__)

_UNREADABLE = object()  # instead of the JSON of a text that is none
_TOO_LONG = f"a message of more than {MAX_VALUE} characters is not given to templates that read its text"


class Payload:
    """One message as templates see it: its text, and its JSON, read once for all who listen to its topic."""

    __slots__ = ("_json", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._json: Any = None if text else _UNREADABLE

    def json(self) -> Any:
        """Return the JSON value of the text. Raises ValueError where it is none."""
        if self._json is None:
            try:
                self._json = (json.loads(self.text),)
            except (ValueError, RecursionError):
                self._json = _UNREADABLE
        if self._json is _UNREADABLE:
            raise ValueError("not JSON")
        return self._json[0]

    def is_json(self) -> bool:
        """Return whether the text is JSON."""
        try:
            self.json()
        except ValueError:
            return False
        return True

    def json_object(self) -> dict[str, Any] | None:
        """Return the JSON object of the text, or None where it is none."""
        try:
            value = self.json()
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


_STEP = r"""(?:\.[A-Za-z_]\w*|\[\s*(?:'[^'\\]*'|"[^"\\]*"|\d{1,6})\s*\])"""
_PATH = re.compile(rf"\{{\{{-?\s*value_json((?:{_STEP})+)\s*-?\}}\}}", re.ASCII)
_ONE_STEP = re.compile(r"""\.(\w+)|\[\s*(?:'([^']*)'|"([^"]*)"|(\d+))\s*\]""", re.ASCII)
_ABOUT = re.compile(r"\b(?:entity_id|this|name|is_state|states|state_attr)\b")
_PLAIN = re.compile(r"\s*\{\{-?\s*value\s*-?\}\}\s*")


class Template:
    """One announced template. Made by `read`; compiled when it is rendered."""

    __slots__ = ("_path", "_reads_text", "asks_about_itself", "broken", "slow", "source")

    def __init__(self, source: str) -> None:
        if len(source) > MAX_SOURCE:
            raise TemplateError(f"has {len(source)} characters; at most {MAX_SOURCE} are read")
        self.source = source
        self.broken = False  #: it went over a limit
        self.slow = False  #: its last rendering took too long; when the next does too, it is broken
        #: It names its entity, so that `about` is wanted among its variables.
        self.asks_about_itself = bool(_ABOUT.search(source))
        self._path = _path_of(source)
        self._reads_text = False
        if self._path is None:
            self._reads_text = "value" in names_in(parse(source))
            if not work.exhausted():
                compile_template(source)  # now, and not with the first of the messages that many have to take

    def value(
        self, payload: Payload, variables: Mapping[str, Any] | None = None, *, whose: str = "an entity"
    ) -> str | None:
        """Return what the template makes of a message, without white space around it, or None where it fails.

        `whose`: the entity that is told of where it is the template's fault, or where the message was left out.
        """
        if self._path is None:
            if self._reads_text and len(payload.text) > MAX_VALUE:
                work.leave_out(_TOO_LONG, whose)
                return None
            values: dict[str, Any] = {**(variables or {}), "value": payload.text}
            with suppress(ValueError):
                values["value_json"] = payload.json()
            return self._render(values, whose)
        try:
            found: Any = payload.json() if self._path else payload.text
        except ValueError:
            return None
        for step in self._path:
            if isinstance(found, dict):
                found = found.get(step, "")
            elif isinstance(found, list) and isinstance(step, int):
                found = found[step] if step < len(found) else ""
            else:
                return None
        text = str(found).strip()
        return text if len(text) <= MAX_OUTPUT else None

    def reading(
        self, payload: Payload, variables: Mapping[str, Any] | None = None, *, whose: str = "an entity"
    ) -> str | None:
        """Return what the template makes of a message; of one that is no JSON, where it wants JSON, its text.

        So does Home Assistant, and a device that answers now "ON", now {"state": "ON"}, is understood either way.
        """
        value = self.value(payload, variables, whose=whose)
        if value is None and not self.broken and "value_json" in self.source and not payload.is_json():
            return payload.text.strip()
        return value

    def command(self, value: object, variables: Mapping[str, Any] | None = None, *, topic: str = "") -> str | None:
        """Return the payload for a command to `topic` that sets `value`, or None where the template fails."""
        return self._render({**(variables or {}), "value": value}, f"commands to {topic!a}")

    def _render(self, values: dict[str, Any], whose: str) -> str | None:
        if self.broken:
            return None
        try:
            work.begin()
            pieces = compile_template(self.source)(values)
            work.begin()  # anew: compiling may have taken longer than a rendering may
            text = "".join(pieces).strip()
        except LeftOutError as error:
            work.leave_out(str(error), whose)
            return None
        except OverLimitError as error:
            if isinstance(error, OverTimeError) and not self.slow:
                self.slow = True
                return None
            _log.warning(
                "The template of %s%.200s is not rendered any more, nor for others: it %s: %.80r",
                whose,
                f", with a message on {work.topic!a}," if work.topic is not None else "",
                error,
                self.source,
            )
            self.broken = True
            return None
        except Exception as error:  # whatever a filter or operator raises on what a device sent
            # Not what the error says: the code of a lock may stand in it.
            _log.debug("A template failed: %s: %.80r", type(error).__name__, self.source)
            return None
        self.slow = False
        return text


def about(entity_id: str, name: str, state: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a template may know of its own entity, and of no other: Home Assistant's names for it."""

    def state_of(asked: str) -> str:
        return state if asked == entity_id else "unknown"

    return {
        "entity_id": entity_id,
        "name": name,
        "this": {"entity_id": entity_id, "state": state, "attributes": attributes, "name": name},
        "states": state_of,
        "is_state": lambda asked, wanted: state_of(asked) == str(wanted),
        "state_attr": lambda asked, attribute: attributes.get(attribute) if asked == entity_id else None,
    }


@functools.lru_cache(maxsize=_CACHED)
def read(source: str) -> Template:
    """Return the template of `source`. Raises TemplateError where it cannot be read or is not allowed."""
    return Template(source)


def _path_of(source: str) -> tuple[str | int, ...] | None:
    """Return the keys that a template only follows into `value_json`, () for `{{ value }}`, None for any other."""
    if _PLAIN.fullmatch(source):
        return ()
    found = _PATH.fullmatch(source.strip())
    if not found:
        return None
    steps: list[str | int] = []
    for attribute, single, double, index in _ONE_STEP.findall(found[1]):
        if attribute and hasattr(dict, attribute):
            return None  # to Jinja, value_json.items is a method
        steps.append(int(index) if index else attribute or single or double)
    return tuple(steps)

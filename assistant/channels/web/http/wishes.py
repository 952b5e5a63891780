"""What clients wish of an answer besides its words: a shape, a tool that must be called."""

from __future__ import annotations

import json
from collections.abc import Callable

from assistant.channels.json import ApiError, Json, checked

#: What else a string of a schema may say of itself without promising more than a sentence.
_SAYS_NOTHING = {"type", "title", "description", "default"}


def shape(wanted: Json, schema: object, param: str) -> Callable[[str], str]:
    """Return what makes a reply's content of its sentence: itself, or the JSON object of a schema with one string.

    Args:
        wanted: the API's format object; its `type` is text (the default) or json_schema.
        schema: what holds the `schema` of a json_schema.
        param: what errors call it.

    Raises ApiError for any other format: an answer is one sentence, and nothing is made up to fill a form.
    """
    kind = checked(wanted.get("type", "text"), str, f"{param}.type")
    if kind == "text":
        return lambda sentence: sentence
    name = _only_string(checked(schema, dict, f"{param}.{kind}")) if kind == "json_schema" else None
    if name is None:
        raise ApiError(
            "invalid_value",
            f"'{param}' must be text, or the json_schema of an object with one string: an answer is a sentence.",
            param=param,
        )
    return lambda sentence: json.dumps({name: sentence}, ensure_ascii=False)


def refuse_forced_tools(body: Json) -> None:
    """Raise ApiError where a tool must be called: tools may be named, and none is ever called."""
    if body.get("tool_choice") not in (None, "auto", "none"):
        raise ApiError(
            "invalid_value", "'tool_choice' must be auto or none: no tools are called here.", param="tool_choice"
        )


def _only_string(given: Json) -> str | None:
    """Return the name of the one property of an object's JSON schema that is a plain string, if there is just that."""
    schema = given.get("schema")
    properties = schema.get("properties") if isinstance(schema, dict) and schema.get("type") == "object" else None
    if not isinstance(properties, dict) or len(properties) != 1:
        return None
    ((name, value),) = properties.items()
    plain = isinstance(value, dict) and value.get("type") == "string" and not set(value) - _SAYS_NOTHING
    return str(name) if plain else None

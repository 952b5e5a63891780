"""Which alarm is spoken of: one that rings at its time, or the one that guards the house."""

from __future__ import annotations

import re

from assistant.languages.en.moments import when_at

#: Said of what guards a house: it is armed and triggered, in modes; "my alarm" and "any alarms" are others.
_GUARDS = re.compile(
    r"\b(?:(?:dis|re)?arm(?:s|ed|ing)?|trigger\w*|tripped|panels?|systems?|security|burglar|intruders?|sirens?|smoke"
    r"|fire|(?:house|home) alarms?|(?:went|gone|going) off|did .* go off"
    r"|alarms? (?:(?:to|in|into|on|as|for) (?:the |our )?)?"
    r"(?:away|stay|home|nights?|bed ?time|sleep|vacation|holidays?|leaving|out)(?: mode)?$)\b"
)
_WHOSE = r"(?:an|any|another|my|every|each|no|which|what|a new|how many|all|both|some|these|those)"
_RINGS = re.compile(
    rf"\b{_WHOSE} alarms?\b|\b(?:any|each|which|what) other alarms?\b|\balarm clocks?\b"
    r"|^(?:are |have |(?:\w+ )?(?:on|off) )?(?:the |our )?alarms\b"
    r"|\b(?:set|show|list|read|cancel|delete|clear|remove|have|off|on|me|the|our|are|your) alarms\b"
)
_AT = re.compile(r"\balarm (?:\w+ )?(?:to|for|at) (?P<when>.+)")


def rings(text: str) -> bool:
    """Whether the alarm of a sentence (plain words in lower case) is one that rings: "an alarm", "which alarms".

    "The alarm" alone may be either.
    """
    if "alarm" not in text or _GUARDS.search(text):
        return False
    return bool(_RINGS.search(text)) or any(_is_time(found["when"]) for found in _AT.finditer(text))


def _is_time(words: str) -> bool:
    found = when_at(["at", *words.split()], 0) or when_at(words.split(), 0)
    return found is not None and (found[0].hour is not None or found[0].has_day)

"""Questions which of two is warmer, damper or brighter: both are told, so that it is plain which."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.home.asking.things import attribute, quantity
from assistant.home.entities import Query
from assistant.home.understanding.names.names import Directory

if TYPE_CHECKING:
    from assistant.home.understanding.context import Context

_OF_LAMPS = ("brighter", "dimmer", "darker")
_OF_AIR = ("more humid", "damper", "drier")
_HOW = rf"(?P<how>warmer|colder|cooler|hotter|chillier|{'|'.join(_OF_AIR)}|{'|'.join(_OF_LAMPS)})"
_COMPARED = (
    #: "Is it warmer outside than in the kitchen", "is mum's lamp brighter than dad's", "is it warmer here or outside".
    re.compile(
        rf"is (?:it |the )?(?:(?:any|much|a lot) )?(?:(?P<some>.+?) )?{_HOW}(?: (?P<here>.+?))? (?:than|or) "
        r"(?:it is |the )?(?P<other>.+)"
    ),
    #: "Is the cellar or the hall warmer".
    re.compile(rf"(?:is|are) (?P<some>.+?) or (?P<other>.+?) {_HOW}"),
    #: "Which is warmer, the hall or the cellar".
    re.compile(rf"(?:which|what|where) is (?:it )?{_HOW} (?:, )?(?P<some>.+?) or (?P<other>.+)"),
)


def compared(directory: Directory, text: str, context: Context) -> Query | None:
    """Return the question for what two places or lamps tell; None where a plain text does not compare them."""
    said = next(filter(None, (way.fullmatch(text) for way in _COMPARED)), None)
    if said is None:
        return None
    groups = said.groupdict()
    how, places = said["how"], (groups.get("some") or groups.get("here") or "", said["other"])
    if how in _OF_LAMPS:
        what = "brightness"
        found = [attribute(directory, what, place, context) for place in places]
    else:
        what = "humidity" if how in _OF_AIR else "temperature"
        found = [quantity(directory, what, place, context) for place in places]
    entities = tuple(dict.fromkeys(name for query in found if query for name in query.entities))
    if any(query is None or not query.entities for query in found):
        return None
    return Query(
        kind="value", entities=entities, attribute=what if how in _OF_LAMPS else f"current_{what}", subject=what
    )

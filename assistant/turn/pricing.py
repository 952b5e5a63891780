"""What a price is for where that stands before it: "two bags for £5, three for £7"."""

from __future__ import annotations

import re

from assistant.turn.completing import moved
from assistant.turn.events import Citation

_PRICE = r"[£$€]\d+(?:,\d{3})*(?:\.\d\d)?"
_OFFER = rf"(?:\d+|one|two|three|four|five|six|eight|ten|twelve|half|a|an)(?: [^\W\d]+){{0,3}} for {_PRICE}"
_OFFERS = re.compile(rf"\b{_OFFER}(?:,? (?:and |or )?{_OFFER})*", re.IGNORECASE)


def with_what_it_buys(cited: Citation) -> Citation:
    """A citation of a price, with how much one gets for it and what more or less costs beside it."""
    text, (start, end) = cited.passage, cited.span_in_passage
    if not re.fullmatch(_PRICE, cited.text.strip(" .,")):
        return cited
    begin, close = text.rfind("\n", 0, start) + 1, text.find("\n", end) % (len(text) + 1)
    found = next((each for each in _OFFERS.finditer(text, begin, close) if each.start() < start < each.end()), None)
    return moved(cited, found.start(), found.end()) if found else cited

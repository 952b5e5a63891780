"""How deep the elements of an HTML page are nested, told before it is parsed.

A parser that walks up from each element to the root takes time with the square of the depth: 100,000 nested elements
were 42 seconds. Browsers flatten what is nested more than 512 deep.
"""

from __future__ import annotations

import re
from collections import Counter

from knowledge.text import DocumentError

DEEPEST = 20_000

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
#: These hold nothing, or end where the next of their kind begins: pages leave their end tags out.
_FLAT = frozenset(
    "area base br col embed hr img input link meta source track wbr p li dt dd tr td th thead tbody tfoot colgroup "
    "caption option optgroup rt rp a button nobr h1 h2 h3 h4 h5 h6 body html head".split()
)


def refuse_too_deep(page: str) -> None:
    """Raise DocumentError for a page whose elements are nested more than DEEPEST deep; each tag is looked at once."""
    if page.count("<") <= DEEPEST:
        return
    opened: list[str] = []
    count: Counter[str] = Counter()
    for tag in _TAG.finditer(page):
        name = tag[2].lower()
        if name in _FLAT:
            continue
        if not tag[1]:
            opened.append(name)
            count[name] += 1
            if len(opened) > DEEPEST:
                raise DocumentError(f"nests elements more than {DEEPEST} deep; save it again, or convert it to .txt.")
        elif count[name]:  # ends what was opened inside it as well
            last = ""
            while last != name:
                last = opened.pop()
                count[last] -= 1

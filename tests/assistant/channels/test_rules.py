"""What a client writes is of any length, so every rule that channels look at it with goes through it once."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

from assistant import channels

#: Repeated so often, a rule that looks at all the rest from every place takes seconds, and one that does not 20 ms.
TIMES = 40_000
MOST_S = 0.5  #: of the processor
PIECES = (" ", "\n", "a", ". ", "a\n", "> ")


def rules() -> dict[str, re.Pattern[str]]:
    found = {}
    for module in pkgutil.walk_packages(channels.__path__, "assistant.channels."):
        try:
            names = vars(importlib.import_module(module.name))
        except ImportError:  # an extra that is not installed
            continue
        found |= {f"{module.name}.{name}": rule for name, rule in names.items() if isinstance(rule, re.Pattern)}
    return {name: rule for name, rule in found.items() if isinstance(rule.pattern, str)}


def literals(rule: re.Pattern[str]) -> list[str]:
    """Return what of a rule stands in it letter by letter; of marks, the whole mark too."""
    words = re.findall(r"[\w:]{2,}(?: [\w:]{2,})*", re.sub(r"\\[sSdDwWbBAZ1]|\(\?\w+", " ", rule.pattern))
    return [*words, *(f"<{word}>" for word in words if f"<{word}" in rule.pattern or f"{word})>" in rule.pattern)]


def texts(rule: re.Pattern[str]) -> Iterator[str]:
    """Yield what is likeliest to send a rule back and forth: what it begins with, again and again or before a gap."""
    told = literals(rule)
    for piece in (*PIECES, *told):
        yield piece * TIMES
        for begins in told:
            yield begins + piece * TIMES


def slowest(rule: re.Pattern[str]) -> tuple[float, str]:
    """Return what the first text takes that takes too long, else the one that takes longest; and its beginning."""
    worst = (0.0, "")
    for text in texts(rule):
        began = time.process_time()
        for _ in rule.finditer(text):
            pass
        worst = max(worst, (time.process_time() - began, text[:40]))
        if worst[0] > MOST_S:
            break
    return worst


RULES = rules()


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_goes_through_a_text_once(name):
    took, text = slowest(RULES[name])
    assert took < MOST_S, f"{name} takes {took:.1f} s of {text!r}…"


def test_one_that_does_not_is_noticed():
    took, _ = slowest(re.compile(r"^\s*USER:\s*(\S.*)$", re.MULTILINE))
    assert took > MOST_S

"""Phrases as an owner configures them: "(good|sweet) night [everybody]", and for tools "play {what} in the {room}"."""

from __future__ import annotations

import re
from itertools import islice

from assistant.languages.en.completeness import words_of
from assistant.languages.en.control import control_of
from assistant.skills.asked import enumerated
from engines.errors import ReparteeError

MOST_PHRASES = 500
MOST_BLANKS = 5
LONGEST_BLANK = 20  #: words that a blank stands for
_TAKEN = frozenset("yes no yeah okay ok sure".split())
_POLITE = frozenset("please repartee hey".split())
_BLANK = re.compile(r"\{([a-z_][a-z0-9_]{0,30})\}")


def phrases_of(template: str, section: str) -> list[str]:
    """Return everything that a template of hassil's matches. Raises ReparteeError, which names the `section`."""
    from hassil import parse_sentence
    from hassil.sample import sample_expression

    if "{" in template or "<" in template:
        raise ReparteeError(
            f'{section}: "{template}" has a list or a rule in it; write words, [optional ones] and (one|other).'
        )
    try:
        expression = parse_sentence(template).expression
        sampled = list(islice(sample_expression(expression), MOST_PHRASES + 1))
    except Exception as error:  # hassil raises errors of several kinds
        raise ReparteeError(f'{section}: "{template}" is not a template ({error}); see docs/skills.md.') from error
    if len(sampled) > MOST_PHRASES:
        raise ReparteeError(
            f'{section}: "{template}" stands for more than {MOST_PHRASES} phrases; write a shorter one.'
        )
    phrases = list(dict.fromkeys(" ".join(words_of(text)) for text in sampled))
    for phrase in phrases:
        if not phrase or phrase in _TAKEN or control_of(phrase) is not None:
            taken = enumerated(["stop", "repeat", "yes", "no"])
            raise ReparteeError(
                f'{section}: "{template}" matches "{phrase}", which means something already, as {taken} do.'
            )
    return phrases


def patterns_of(template: str, section: str) -> list[re.Pattern[str]]:
    """Return what matches the phrases of a template; its blanks, such as {what}, are groups of one word or more."""
    blanks = _BLANK.findall(template)
    if len(blanks) > MOST_BLANKS or len(set(blanks)) < len(blanks):
        raise ReparteeError(f'{section}: "{template}" has a blank twice, or more than {MOST_BLANKS} of them.')
    marks = {f"zqblank{chr(97 + number)}": name for number, name in enumerate(blanks)}
    marked = template
    for mark, name in marks.items():
        marked = marked.replace(f"{{{name}}}", mark)
    found = []
    for phrase in phrases_of(marked, section):
        if phrase in marks:
            raise ReparteeError(f'{section}: "{template}" matches anything that is said; put words beside the blank.')
        pattern = re.escape(phrase).replace(r"\ ", " ")
        for mark, name in marks.items():
            pattern = pattern.replace(mark, rf"(?P<{name}>\S+(?: \S+){{0,{LONGEST_BLANK - 1}}}?)")
        found.append(re.compile(pattern))
    return found


def said(words: str) -> tuple[str, str]:
    """Return words as phrases are compared with them: as they are, and without politeness."""
    plain = words_of(words)
    return " ".join(plain), " ".join(word for word in plain if word not in _POLITE)

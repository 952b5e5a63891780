"""Other ways to ask for the state of a house, each as the plain question that it stands for."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Iterator

_SO = r"on|off|open|opened|closed|shut|locked|unlocked|running|charged|charging|lit"
_LEADING = re.compile(
    r"^(?:(?:so|oh|ok|okay|hey|and|um|uh|right|well|please|tell me|do you know|any idea|just|wait|hang on|hmm|sorry|,) )+"
)
_ANEW = tuple(
    (re.compile(said), question)
    for said, question in (
        (r"(?:is there|have we got|do we have) (?:any |some )?(?:water|wet|damp|a puddle|a leak|leak)(?: (?:on|across|all over) the floor)? (?P<np>(?:in|on|at|under|by) .+)", "is the floor wet {np}"),
        (r"(?:is there|have we got|do we have) (?:any |some )?(?:water|a puddle)(?: (?:on|across|all over) the floor)?", "is the floor wet"),
        (r"who(?: has|s)? (?:left|turned|switched|put) (?P<np>.+?) (?P<so>on|open|off|unlocked)", "is {np} {so}"),
        (r"how much (?:power |electricity |energy )?(?:is|are) (?P<np>(?:the|my|our) .+?)(?: panels?| system)? (?:making|producing|generating|giving|using|drawing|pulling)(?: now| just now| right now| at the moment)?", "what is {np} power"),
        (rf"(?:(?:can|could|would|will) you )?(?:please )?(?:just )?(?:double )?check (?:that |whether |if )?(?P<np>(?:the|my|our|all) .+?) (?P<is>is|are) (?P<so>{_SO})", "{is} {np} {so}"),
        (r"what is moving (?P<np>(?:in|on|at) .+)", "is there motion {np}"),
    )
)  # fmt: skip
_VERBLESS = re.compile(
    rf"(?P<np>(?:(?!(?:is|are|turn|switch|put|set|leave|keep|get|make|have|can|could|will|would|shall|should)\b)[^ ,]+ ){{1,5}}?)(?:(?:all|still|both) )*(?P<so>{_SO})"
)


def asked_anew(text: str, *, asks: bool) -> Iterator[str]:
    """Yield the questions that a plain sentence may stand for; with `asks`, as it was said with a question mark."""
    text = _LEADING.sub("", text)
    for said, question in _ANEW:
        if match := said.fullmatch(text):
            yield question.format(**match.groupdict(default=""))
    if asks and (match := _VERBLESS.fullmatch(text)):
        so = match["so"]
        phrase = match["np"].strip()
        if phrase == "everything" and so in ("locked", "shut", "closed"):
            yield f"are all the doors {so}"
        yield f"{'are' if phrase.endswith('s') else 'is'} {phrase} {so}"

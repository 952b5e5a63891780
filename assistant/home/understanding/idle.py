"""What is said to people or of a mood and wants nothing of a house: "lighten up", "I like it dark", "get off the radio"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re

from assistant.home.understanding.wording.politeness import regretted

_IDLE = re.compile(
    r"(?:i|we|he|she|they|you|\w+) (?:like|love|prefer|hate|likes|loves|prefers|hates) it (?!when\b)\w+(?:(?! so |,).)*"
    r"|it is (?:nice|lovely|cosy|cozy|good) and \w+(?:(?! so |,).)*"
    r"|(?:(?:we|you|i) (?:could|can|should|might|will) )?chill(?: out)?(?: (?!to\b).+)?"
    r"|(?:lighten|brighten|cheer) up(?: ,)?(?: \w+)?"
    r"|(?:set the |a |the )?(?:table|desk) for \d+(?: .+)?"
    r"|(?:turn up|shut|close|close up) (?:(?:at|in) )?(?:the )?\w+ at \d+(?! (?:percent|degrees))(?: (?:please|for \w+))?"
    r"|(?:everyone |everybody |kids |kids , )?(?:get )?off (?:the|that|your) \w+(?: ,? ?.*)?"
    r"|raise the roof|(?:\w+ )?spotlights? on (?:me|him|her|us|them)(?: .+)?|(?:\w+ ){1,2}on the floor"
    r"|(?:kids|people|children|guests|they|you|we|some people) (?:always |never |all )?(?:leave|leaves|left) (?:every|all|the|their)\b.*"
)
#: Conditions that are no "if".
_PROVIDED = re.compile(r"\b(?:supposing|provided|providing|assuming|(?:as|so) long as|on (?:the )?condition)\b")
#: What is offered to somebody, or wanted under a condition: "nan , shall i turn your radiator up", "should it rain , ...".
_OFFERED = re.compile(
    r"(?:\w+ , )?(?:shall i|should i|do you want me to|would you like me to|would you prefer)\b"
    r"|(?:should|were) (?:it|there|he|she|they|anyone|anybody|someone|somebody|anything|we|(?:the|my|our) \w+(?: \w+)?|\w+) "
    r"(?:still )?(?:to )?(?:drop|fall|get|go|rise|rain|snow|be|come|start|stop|arrive|ring|knock|call|leave|happen|reach|turn|wake|feel|stay)\b.* , "
)
_ALREADY = re.compile(r"it is (?:\w+ ){1,3}already")


def is_idle(text: str, *, asks: bool) -> bool:
    """Say whether a plain sentence wants nothing now, whatever words of a house it has.

    It is an idiom, a mood, a regret, a word to people, or under a condition; `asks` where a question mark ends it.
    """
    return (
        regretted(text)
        or _OFFERED.match(text) is not None
        or _PROVIDED.search(text) is not None
        or _IDLE.fullmatch(text) is not None
        or (asks and _ALREADY.fullmatch(text) is not None)
    )

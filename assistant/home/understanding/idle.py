"""What is said to people or of a mood and wants nothing of a house: "lighten up", "I like it dark", "get off the radio"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re

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


def is_idle(text: str) -> bool:
    """Say whether a plain sentence is an idiom, a mood or a word to people, whatever words of a house it has."""
    return _IDLE.fullmatch(text) is not None

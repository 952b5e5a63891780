"""What people say before and behind a command that changes nothing of it: "..., there's water everywhere", "nah, ..."."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Callable

VERB = r"(?:turn|switch|shut|put|close|open|lock|unlock|dim|make|set|start|stop|pause|arm|disarm|raise|lower|bring|send|get)"
_SORRY = (
    r"(?:oops|whoops|sorry|oh|ah|argh|wait|hang on|hold on|nah|one (?:sec|second|moment)|just a (?:sec|second|moment))"
)
#: What leads to a command: "oops , wrong lamp , turn it off", "hang on , i forgot my keys , ...", "i meant the fan , not the light , ...".
_LEADING = (
    re.compile(
        rf"^(?:{_SORRY} (?:, )?)+(?:wrong \w+ , |(?:i|we) (?:have )?(?:just )?(?:forgot|forgotten|left|lost|need|dropped) (?:(?:to|my|our|something) (?:the )?)+(?:\w+ ){{0,4}}?, (?:so |and |please )*)?(?={VERB}\b)"
    ),
    re.compile(
        rf"^(?:ok |okay |right |and )*that (?:will do|is (?:enough|plenty|it)) (?:for now |now )?, (?:so |and |please |now |you can )*(?=(?:{VERB}|tell|let|ask|have)\b)"
    ),
    re.compile(rf"^(?:no|nope) (?:, )?not (?:the|my|that|our) (?:(?!,)\S+ ){{1,4}}?, (?={VERB}\b(?!.*\b(?:it|them|that)\b))"),
    re.compile(
        rf"^i (?:meant|mean|said|want|wanted) (?:(?!,)\S+ ){{1,4}}?, not (?:(?!,)\S+ ){{1,4}}?, (?:so |and |please )*(?={VERB}\b(?!.*\b(?:it|them|that)\b))"
    ),
    re.compile(
        r"^(?:everyone|everybody|\w+|the \w+) (?:is|are) in (?:(?:the|our|my) )?(?:(?!,)\S+ ){1,3}?, (?:so |and )*(?=.*\bhere\b)"
    ),
    re.compile(
        rf"^(?:nice|great|lovely|perfect|good|cool|awesome|thanks|thank you)(?: one)? , (?:and )?(?:now )?(?={VERB}\b)"
    ),
    re.compile(rf"^(?:anyway|anyhow|on second thoughts?) (?:, )?(?={VERB}\b)"),
    re.compile(rf"^(?:i|we) (?:thought|wanted) (?:(?!,|\bbut\b)\S+ )+?(?:, )?but (?:please |now )*(?={VERB}\b)"),
    re.compile(
        r"^(?:i|we) (?:just )?(?:came|walked|went|popped|got)(?: \w+)? (?:from|to|by|past|through|into|out of) (?:the |my |our )?\w+(?: \w+)? and (?=(?:the|my|our)\b)"
    ),
    re.compile(
        r"^(?:i|we) (?:need|have|want|am going|are going) to get (?:the|my|our) \w+(?: \w+)? (?:out|in|through|past) , (?=\w)"
    ),
)  # fmt: skip
#: What only tells something behind it.
_BEHIND = (
    re.compile(r" ,(?: (?:because|as|and))? there (?:is|are) (?!.*\b(?:on|off)$)(?!,)\S+(?: (?!,)\S+)*$"),
    re.compile(r"(?: ,)? before (?:i|we|he|she|they|mum|mom|dad|everyone|anyone|\w+s?) (?:go|goes|come|comes|get|gets|leave|leaves|head|heads|turn|turns) ?(?:in|up|down|out|off|home|back|to bed|to work|to sleep|here|there|in here)?$"),
    re.compile(r" ,(?: (?:because|as))? (?:i|we) (?:like|love|want|hate|prefer) to (?:see|watch|hear|know|look)\b(?:(?!,).)+$"),
    re.compile(r" ,(?: (?:because|as))? (?:i|we) (?:think )?(?:i|we) (?:forgot|might have forgotten|may have forgotten|did not)(?: to| it)?$"),
    re.compile(r" ,(?: (?:because|as))? (?:it|that|they) (?:looks?|feels?|seems?) (?:so |really |very |much )*\w+ (?:when|while|like|with|that|at)\b(?:(?!,).)+$"),
    re.compile(r" ,(?: (?:because|as))? (?:the|my) sun(?:s| is) (?:right |shining |glaring |straight |blazing )*(?:on|in|into|through|at|onto)\b(?:(?!,).)+$"),
    re.compile(r" ,(?: (?:because|as))? (?:i|we) have (?:just )?(?:drunk|eaten|finished|used|run out)\b(?:(?!,).)*$"),
    re.compile(r"(?:,)? and (?:i|we) will (?!be\b)\w+ (?:some|the|a|my|our) \w+(?: \w+)?$"),
    re.compile(r" , (?:just )?like (?:(?!,).)+ (?:was|were|did|had|used to)\b(?:(?!,).)*$"),
    re.compile(r" , (?:the|my|our) (?:(?!,)\S+ ){1,4}?(?:i|we) will (?:do|see to|get|close|lock|take care of|handle) (?:myself|ourselves)(?: (?!,)\S+)*$"),
    re.compile(r" ,(?: (?:and|but))? (?:i|we) will (?:do|see to|get|close|lock|take care of|handle) (?:the|my|our) (?:(?!,)\S+ ){1,4}?(?:myself|ourselves)$"),
    re.compile(r"(?<= or) (?:what is|whats|is|has) (?:he|she|it) (?:doing|up to|at|(?:gone|back|on|in)\b.*)$"),
)  # fmt: skip
_OR = re.compile(r" or$")


def _narrowed(said: re.Match[str]) -> str:
    """Return a command for the one that is said behind its kind: "turn off the light , the mirror one"."""
    if said["at"]:
        return f"{said['verb']} the {said['noun']} {said['at']}"
    noun = said["noun"].rpartition(" ")[2]
    return f"{said['verb']} {said['whose'] or 'the ' + said['which']} {noun}"


_DOING = {
    "locked": "lock", "closed": "close", "shut": "shut", "off": "turn off", "on": "turn on", "open": "open",
    "unlocked": "unlock",
}  # fmt: skip
_FILLING: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\bu(?= (?:turn|switch|put|get|open|close|shut|make|set|dim|please|just)\b)"), "you"),
    (re.compile(r"\ball the way up to (?=\d)"), "up to "),
    (re.compile(r"(?<= to) (?:like|about|around|roughly|say) (?=\d)"), " "),
    (re.compile(r"\bon(?:to)? (?:its|a) (?=\w+ (?:setting|mode|preset)\b)"), "on "),
    (re.compile(r"(?<=\w) setting$"), ""),
    (re.compile(r"\b(?:just )?a (?:little|bit|crack|touch) , (?=\d+ percent)"), "to "),
    (re.compile(r"(?<=percent) or so$"), ""),
    (re.compile(r"^(?:are|is) either of "), "are any of "),
    (
        re.compile(
            r"^(?:let us (?:have|get|let in)|(?:i|we) (?:want|would like)) (?:some |a bit of )?(?:daylight|sunlight|sunshine|sun|natural light)(?P<at> in (?:the |my )?(?!,)\S+(?: (?!,)\S+){0,3}?)? , (?P<rest>.+?)(?P<end>(?: please)?)$"
        ),
        r"\g<rest>\g<at>\g<end>",
    ),
    (re.compile(r" , (?:just )?(?:dim|low|bright|dimly) , (?:say )?(?=\d+ percent)"), " at "),
    (re.compile(r"(?<=\w) out (?:back|front)(?= ,|$)"), ""),
    (re.compile(r"\b(?P<way>on|off|up|down) out there\b"), r"\g<way>"),
    (re.compile(r"\b(?P<way>on|off|up|down) out (?=(?:here|there|(?:in|on|at|by) the)\b)"), r"\g<way> "),
    (
        re.compile(
            rf"^(?P<verb>{VERB}(?: on| off| up| down)?) the (?P<noun>(?:\w+ )?\w+) , (?:the (?P<which>\w+) ones?|the ones? (?P<at>(?:in|on|by|over|at) .+)|(?P<whose>\w+s) one)$"
        ),
        _narrowed,
    ),
    (re.compile(r"\bblowing (?:way |far |much )?too (?:hard|strong|strongly)\b"), "too fast"),
    (re.compile(r"\bpower (?P<np>it|them|that|(?:the|my|our) (?:\w+ ){0,2}?\w+) down\b"), r"turn off \g<np>"),
    (re.compile(r"^(?:let us )?do (?P<to>\d+)(?: degrees)? (?:on|for) (?=(?:the|my|our) )"), r"set to \g<to> "),
    (
        re.compile(
            r"^(?:please )?make sure (?:that )?(?P<np>(?:the|my|our) (?:\w+ ){1,4}?)(?:is|are|gets?) (?:turned |switched )?(?P<so>locked|closed|shut|off|on|open|unlocked)(?: please)?$"
        ),
        lambda said: f"{_DOING[said['so']]} {said['np'].strip()}",
    ),
    (
        re.compile(
            r"^(?:nobody|no one) is (?:watching|using|listening to|reading by) (?P<np>(?:the|my|our) (?:\w+ ){0,3}?\w+)(?: any ?more)?(?: ,)?(?: so)? (?:please |can you |could you |you can )*(?:turn|switch) (?:it|that) off"
        ),
        r"turn off \g<np>",
    ),
    (re.compile(r"\b(?:fully|completely|totally|all the way) (?=(?:closed|open|shut)\b)"), ""),
    (
        re.compile(r"(?P<noun>\b(?:[a-z]+ )?[a-z]+) (?P<one>\d)(?P<rest> .*?(?:\band|,) )(?:the )?number (?=\d\b)"),
        r"\g<noun> \g<one>\g<rest>\g<noun> ",
    ),
    (re.compile(r"\b(?:out|in) to (?=\d+ percent)"), "to "),
    (
        re.compile(r"^(?P<how>(?:a bit|a little|slightly|much) \w+er) on (?:that one|that|it|this one)(?: please)?$"),
        r"make it \g<how>",
    ),
    (re.compile(r"\bpl+e+a+s+e+\b"), "please"),
    (re.compile(r"^give (?P<np>(?:the |my |our )?(?:\w+ ){1,3})a (?:press|push)\b"), r"press \g<np>"),
    (
        re.compile(r"\b(?:she|he|it) can go (?:back )?(?:home|to (?:its|her|his) (?:dock|base|charger))(?: now)?$"),
        "send it back to its dock",
    ),
    (re.compile(r"(?<=\w) , not (?:on|off|up|down|out)(?: ,)?(?: just (?:up|down|on|off|dim|dimmed))?$"), ""),
    (
        re.compile(
            r"^(?P<asks>how (?:cold|warm|hot|humid) is .+?) (?:this (?:morning|afternoon|evening)|today|tonight)$"
        ),
        r"\g<asks>",
    ),
    (re.compile(r"^how full is (?P<np>(?:the|my|our) \w+(?: \w+)*)$"), r"what is \g<np> level"),
    (re.compile(r"(?:,? )?(?:on second thoughts?|second thoughts?) ,? ?(?=\w)"), ""),
    (re.compile(r"(?<=\w )up there\b"), "upstairs"),
    (re.compile(r"(?<=\w )down there\b"), "downstairs"),
    (re.compile(r" , more like (?:(?!,).)+$"), ""),
    (re.compile(r"^(?P<lead>(?:(?:can|could) you |please )*)fire up (?=\w)"), r"\g<lead>turn on "),
    (re.compile(r"^(?P<what>pause (?:the )?\w+(?: \w+)?) for (?:a|one) (?:sec(?:ond)?|minute|moment)$"), r"\g<what>"),
    (re.compile(r"(?<=pause it) (?:a|one) (?:sec(?:ond)?|minute|moment)\b"), ""),
    (
        re.compile(
            r"(?<=\w)(?<! on)(?<! to)(?<! in)(?<! and) its (?=(?!(?:charging|docking|cleaning|setting|heating|lighting|opening|washing|drying|spinning)\b)\w+ing\b|(?:so|too|a bit|really|very|halloween|christmas|cold|hot|dark|freezing|late|time|bright)\b)"
        ),
        " , it is ",
    ),
    (re.compile(r"\b(?P<verb>open|close|shut) (?P<np>it|them|that) back (?:up|down)\b"), r"\g<verb> \g<np>"),
    (re.compile(r"(?<= too bright) for \w+(?: to \w+(?: \w+)?)?$"), ""),
)
_MACHINE = re.compile(r"^(?P<verb>pause|stop) (?:him|her) (?:a|one) (?:sec(?:ond)?|minute|moment)\b")
#: A question, and what is told behind it.
_ASKED_THEN_TOLD = re.compile(r"(?P<asked>(?:(?![.?!]).)+\?)\s+(?P<told>(?:(?!\?).)+)")


def spoken(text: str) -> str:
    """Return a plain sentence without what leads to its command, and what is only told behind it."""
    for leading in _LEADING:
        text = leading.sub("", text, count=1)
    text = _MACHINE.sub(r"\g<verb> him", text)
    for behind in _BEHIND:
        shorter = behind.sub("", text)
        text = shorter if " " in shorter.strip() else text
    for said, plainly in _FILLING:
        text = said.sub(plainly, text)
    return _OR.sub("", text)


def asked_first_of_all(words: str) -> str:
    """Return the question of a sentence as it was said that goes on to tell something; "" where it does not."""
    said = _ASKED_THEN_TOLD.fullmatch(words.strip())
    return said["asked"] if said else ""

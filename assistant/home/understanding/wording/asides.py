"""A command after something told: "somebody left the loo light on, turn it off", "I am cold, turn the heating up"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_VERB = (
    "(?:turn|switch|shut|put|flip|flick|close|open|lock|unlock|dim|make|set|start|stop|kill|brighten|pull|draw"
    "|activate|arm|run|raise|lower|tone|up|bump|crank|knock|nudge|halve|drop|pop|stick|chuck|get|send|give|bring|take|push|cut|fire|warm|heat"
    "|cool|roll|wind|let|nuke|hold|press|ring|sound|disarm|lift|slow|speed|boost|reduce|increase|freshen|clear|bung|whack|hit|pause|resume|fetch)"
)
_POINTING = re.compile(
    r"(?P<told>.+?)(?: ,| and| so| then| (?:can|could|would|will) you)* "
    rf"(?P<command>(?:please |just )?{_VERB}(?: (?:on|off|up|down))? (?:it|them)\b.*)"
)
_AFTER_PAUSE = re.compile(rf"(?P<told>.+?) ,(?: so| please| and| then)* (?P<command>{_VERB}\b.+)")
#: What is told of oneself or the air before a command that no pause sets apart: "i am cold turn the heating up".
_TOLD = re.compile(
    r"(?P<told>(?:it is|it feels|it is getting|it is gone|i am|we are|i feel|i am getting|we are getting) "
    r"(?:far |much |way |a bit |a little |so |too |very |really |quite |rather |getting |going |off |all |just |now )*"
    r"(?:cold|chilly|freezing|hot|boiling|warm|roasting|dark|bright|dim|gloomy|stuffy|humid|noisy|loud|late|raining|night|"
    r"to bed|to sleep|to work|out|leaving|home|back|done|finished|tired|sleepy)"
    r"(?: (?:in|on|at) (?:here|the \w+(?: room)?)| here| outside| now)?)(?: ,| so| and| please| can you| could you)* "
    rf"(?P<command>{_VERB}\b.+)"
)
#: How the world is, which is a reason: "the kitchen smells, turn on the fan", "nobody is in the cellar so ...".
_STANDING = re.compile(
    r"(?P<told>\w+(?: has| is)? (?:forgotten|forgot|lost|mislaid|misplaced) (?:his|her|their) \w+(?: again| at \w+)*"
    r"|(?:the|my|our|nobody|everybody|everyone|someone|somebody) (?:\w+ ){0,3}"
    r"(?:is|are|has|have|needs?|smells?|stinks?|feels?|looks?)(?: \w+){0,4}?)"
    rf"(?: ,(?: so)?| so)(?: please)* (?P<command>{_VERB}\b.+)"
)
#: Words of saying and of jest: the command beside them was somebody else's, or is none.
SAID_OR_MEANT = frozenset(
    (
        "said says say saying told tell tells telling tellin shouted shouts shouting shout asked ask asks asking yelled yells "
        "yelling yell screamed screams screaming scream cried cries whispered whispers whispering sang sings singing sing "
        "begged begs begging insists insisted demanded demands demanding replied replies answered answers wrote writes "
        "writing written write typed types reads read calling quoted quote quotes quoting repeat repeated kidding joking "
        "joke jokes joked pretending pretend testing mean means meant sign rule rules lyrics line title called word words "
        "command commands sentence manual instructions password song movie poem complained complains complain mumbled muttered moaned groaned sighed added explained announced "
        "commanded commands instructed instructs barked snapped pleaded urged advised recommended roared bellowed hissed growled chanted boomed texted emailed messaged preached lectured "
        "declared exclaimed claimed remarked warned insist demanding suggested suggests story dreamt dream wish hope"
    ).split()
)
#: Words with which what follows is no command: it was said by others, or is about another time.
_NO_COMMAND = SAID_OR_MEANT | frozenset(
    (
        "not never if when whenever once unless until before after while to how why what who whom which should would could can will "
        "might may must shall used always usually often every yesterday tomorrow later"
    ).split()
)
#: Who would do it themselves: "... and they turn it off".
_SUBJECTS = frozenset("i we you they he she it who people somebody someone everyone mum dad".split())
#: How a reason begins.
_TELLING = frozenset("i we it there somebody someone time some let okay".split())
_LONGEST = 5  #: words of a name that is looked for in what was told
_LONGEST_AT = 9  #: words of a name and where that is: "the ceiling light over the table in the living room"
AT = frozenset("in on at by of over under above beside near next from to".split())


#: What the speaker has not done is no command to somebody else: "i forgot to lock the door, lock it".
_FORGOT = re.compile(
    r"(?:i|we) (?:think (?:i|we) )?(?:forgot|forget|have forgotten|did not remember|need|want|have) to\b"
)


#: Nor is how a thing ought to be: "that iron really ought to be off by now, switch it off".
_OUGHT = re.compile(
    r"(?:the|my|our|that|this) (?:\w+ ){1,4}(?:ought to|should|must|needs to|need to|has to|have to)(?: \w+ly)? (?:be|have been) (?!\w+ing\b)"
)


#: With one of these a stretch names more than one thing, or none.
_NO_ONE_THING = frozenset((",", "thing", "things", "something", "anything", "everything", "stuff"))
_OF_OTHERS = frozenset(("his", "her", "their", "somebodys", "someones"))
_DETERMINERS = frozenset("the a an my our your all some every that this both it them on off open".split()) | _OF_OTHERS


_WHICH_IS = re.compile(r" (?:that|which) (?:is|are) ")
_BEING = frozenset("is are was were".split())
_APART = _DETERMINERS | AT | _BEING | frozenset("left so and up down out off over here there".split())
#: How a thing is now, and where: "the lights are on in the kitchen".
_BEING_SO = re.compile(
    r"(?:(?:so|look|oh|hey|well|and|because|since|no|shoot|damn|crap|oops|whoops|blast|shit|ah|argh|ugh|gosh|crikey) (?:, )?)*(?P<np>(?:(?!is |are |was |were )\S+ )+?)(?<= )(?:is|are|was|were|has been|have been) "
    r"(?:(?:still|left|all|now|already|always|turned|switched) )*(?:on|off|out|open|closed|shut|up|down|running|going|lit)"
    r"(?P<at> (?:in|on|at) .+| upstairs| downstairs| outside| here)?"
)


#: What is so somewhere, said of it by the way: "he is asleep in the den with the lamp still on".
_WITH_IT_SO = re.compile(
    r"\b(?P<at>(?:in|at|on) (?:the |my |our )?(?:(?!with\b|,)\w+ ){1,3}?)with (?P<np>(?:the|his|her|their|a|all the) (?:(?!,|still\b|left\b)\w+ ){1,4}?)"
    r"(?:(?:still|left) )*(?:on|off|open|closed|shut|up|down|running|going)\b"
)


class Stretch(NamedTuple):
    """Words that may name something; `within`: they begin behind the first words of a longer name.

    "The neon lamp in the hall", of which there is none, is not the lamp in the hall.
    """

    phrase: str
    within: bool = False


def _within_a_name(words: list[str], start: int) -> bool:
    if words[start] in _APART:
        return False
    before = next((at for at in range(start - 1, -1, -1) if words[at] in _APART), -1)
    return 0 <= before < start - 1 and words[before] in _DETERMINERS


class Aside(NamedTuple):
    """What was told, and the command that came after it."""

    told: str
    command: str

    def phrases(self) -> Iterator[Stretch]:
        """Yield the stretches of what was told, the longest first: one of them may name what "it" is."""
        told = _WHICH_IS.sub(" ", self.told)
        if so := _BEING_SO.fullmatch(told):
            named = re.split(r" (?:but|,|and|so|because) ", so["np"].strip())[-1]
            yield Stretch(f"{named}{so['at'] or ''}")
            return  # of anything else in those words nothing was said
        if so := _WITH_IT_SO.search(told):
            whose, _, what = so["np"].strip().partition(" ")
            yield Stretch(f"{'the' if whose != 'all' else 'all'} {what} {so['at'].strip()}")
            return
        words = told.split()
        one = "it" in self.command.split()
        for length in range(min(_LONGEST_AT, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                end = start + length
                if length > _LONGEST and AT.isdisjoint(words[start + 1 : end - 1]):
                    continue
                if not _BEING.isdisjoint(words[start:end]):
                    continue  # no name goes on past its verb
                if (start and words[start - 1] in _OF_OTHERS) or not _OF_OTHERS.isdisjoint(words[start:end]):
                    continue  # "my neighbour left his lamp on"
                if one and not _NO_ONE_THING.isdisjoint(words[start:end]):
                    continue  # "the thing in the garden , the fountain , start it": it is what was named
                if any(
                    words[at] == "left" and words[at + 1] in _DETERMINERS
                    for at in range(start, min(end, len(words) - 1))
                ):
                    continue  # what somebody left on is not what stands on the left
                yield Stretch(" ".join(words[start:end]), within=_within_a_name(words, start))


#: The same without "it": "the piano lamp is too bright , turn down a bit", "..., knock ten off".
_NOT_POINTING = re.compile(
    r"(?P<told>.+?) ,(?: so| please| and| then| just)* (?P<head>turn|switch|bring|take|dim|slow|knock|shave)"
    r"(?P<rest> (?:on|off|up|down)(?: (?:please|now|a (?:bit|little|touch|tad|notch)|(?:by|to) \d.*))*| \d+(?: percent| degrees)? off)"
)


def pointing(text: str) -> Aside | None:
    """Return the command about "it" at the end of a plain sentence whose beginning told what that is."""
    if (said := _NOT_POINTING.fullmatch(text)) and (aside := _aside(said, command="")):
        rest = said["rest"]
        whole = f"{said['head']}{rest} it" if rest.endswith(" off") and rest != " off" else f"{said['head']} it{rest}"
        return aside._replace(command=whole)
    return _aside(_POINTING.fullmatch(text))


#: A question that only leads up to what is to be done about it: "why is the hall light on , switch it off".
_ASKED_FIRST = re.compile(
    r"(?P<told>(?:why (?:is|are)|where (?:is|are)|who (?:left|turned|switched|put)|is|are|did (?:i|we|somebody|someone) leave|have (?:i|we) left|has (?:somebody|someone) left)"
    r" (?!(?:it|them|that) )[^,]+?) , (?:so |please |and |then |just |can you |could you |would you |if so |no matter )*"
    rf"(?P<command>{_VERB}(?: (?:on|off|up|down))? (?:it|them)\b[^,]*)"
)


def asked_first(text: str) -> Aside | None:
    """Return the command about "it" after the pause of a sentence whose beginning asks about that."""
    match = _ASKED_FIRST.fullmatch(text)
    return Aside(match["told"], match["command"]) if match else None


def after_pause(text: str) -> Aside | None:
    """Return the command after the pause of a plain sentence whose beginning only told why."""
    if (match := _STANDING.fullmatch(text)) is not None:
        return _aside(match)
    match = _TOLD.fullmatch(text) or _AFTER_PAUSE.fullmatch(text)
    if match is None or match["told"].split(maxsplit=1)[0] not in _TELLING:
        return None
    unable = {"can", "not"} if re.match(r"(?:i|we) can (?:not|hardly|barely) ", match["told"]) else set()
    return _aside(match, _NO_COMMAND - {"to"} - unable)  # "I am off to sleep, ..."


def _aside(
    match: re.Match[str] | None, forbidden: frozenset[str] = _NO_COMMAND, command: str | None = None
) -> Aside | None:
    if match is None:
        return None
    words = match["told"].split()
    if _FORGOT.match(match["told"]):
        forbidden = forbidden - {"to"}
    if _OUGHT.match(match["told"]):
        forbidden = forbidden - {"to", "should", "must"}
    if not forbidden.isdisjoint(words) or words[-1] in _SUBJECTS:
        return None
    return Aside(match["told"], match["command"] if command is None else command)

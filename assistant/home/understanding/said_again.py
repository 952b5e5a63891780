"""What a sentence says once more and more exactly: "both heaters, the hall one and number two", "dim the lamp, no, put it out"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import bare
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.needed import Sparing
from assistant.home.understanding.wording.values import is_value
from assistant.home.understanding.wording.words import singular

_VERB = r"(?:turn|switch|slow|speed|set|put|make|open|close|shut|dim|bring|pull|raise|lower|lock|start|stop|brighten)"
_NO = r"(?:(?:no|nope|wait|sorry|actually|hang on|hold on|scratch that|i mean)(?: ,)? )+"
#: What has to be in a sentence that is begun anew: most have nothing of it.
_TAKING_BACK = Sparing(r", (?:no|nope|wait|sorry|actually|hang on|hold on|scratch that|i mean)\b")
#: A command that is begun anew with another verb: "dim the lamp to , no , put it up to 60".
_ANEW = Sparing(
    rf"(?P<lead>^|.*? )(?P<first>{_VERB}) (?:(?:on|off|up|down) )?(?P<np>(?:(?!,)\S+ ){{1,6}}?)(?:(?:on|off|up|down|to|at|open|closed) )*, {_NO}"
    rf"(?:(?:just|please|instead|rather) )*(?P<anew>{_VERB} (?:(?:on|off|up|down) )?)it\b(?P<rest>(?: (?!and\b|then\b|it\b|,)\S+)*)$"
)
#: Another thing in the place of the first, and how it is to be: "the sofa light on , no wait , the reading lamp , to 40 percent".
_INSTEAD = Sparing(
    rf"(?P<lead>^|.*? )(?P<first>{_VERB}) (?:(?!,)\S+ ){{2,8}}?, {_NO}(?P<np>(?:(?!,)\S+ ){{1,6}}?)(?:, )?(?:to|at) (?P<value>(?:(?!,)\S+ ?){{1,3}})$"
)
#: Whose it is, said behind: "have my reading light on , pias one , at half".
_WHOSE = Sparing(
    r"\b(?:my|our|his|her|their|the) (?P<np>(?:(?!,|on\b|off\b|to\b|my\b|the\b)\S+ ){1,3}?)(?P<so>(?:(?:on|off|up|down|open|closed|a|bit|little|brighter|dimmer|darker|warmer|cooler|higher|lower|to|at|\d+|percent) ){0,4}), (?:(?:i mean|that is|so) )?(?P<who>\w+s) (?P<again>one|(?!,)\S+(?: (?!,)\S+){0,2}?)(?: i mean)?(?= ,|$| please$)"
)
#: Which they are, said behind: "both lamps on , the floor and the desk one".
_EACH = Sparing(
    r"(?P<group>\b(?:both(?: of)?(?: the| my| our)?|(?:the |my |our |(?P<who>\w+) )(?:two|three|four|[234])) (?P<kind>\w+))(?P<so>(?: (?:on|off|up|down|open|closed|to \d+(?: percent| degrees)?))*) ,"
    r"(?: (?:so|that is|i mean))? (?P<each>(?:(?!on\b|off\b|up\b|down\b|open\b|closed\b|to\b)\S+ ?){2,12}?)(?= please$| (?:on|off|up|down)$| , (?:i|we|it|he|she|they|please)\b|$)"
)
#: Which they are, said within: "the lights here , the study lights , are too yellow".
_WITHIN = Sparing(
    r"\b(?:the|my|our) (?P<kind>\w+)(?: in)? (?:here|there) , (?P<np>(?:the|my|our) (?:(?!,)\S+ ){1,4}), (?=(?:is|are)\b)"
)
#: What is too much of something is to be less so: "the strips are too blue to read by , go warmer , say 3000 kelvin".
_GO = Sparing(
    r"^(?:(?:so|oh|yeah|right|well|no) (?:, )?)*(?P<np>(?:the|my|our) (?:(?!,|is\b|are\b)\S+ ){1,4})(?:is|are) (?:(?:far|way|much|a bit|just) )*too \w+(?: for (?:(?!,)\S+ ?){1,4}?)? , (?:so )?(?:go|turn) (?P<so>(?:a bit )?(?:cooler|warmer|brighter|dimmer))"
    r"(?: , (?:(?:around|about|say|to|like) )*(?P<value>(?:(?!,)\S+ ?){1,3}))?$"
)
#: Whose rooms they are, said behind: "in the boys rooms off , so in emils and ottos".
_ROOMS = Sparing(
    r"\bin (?:all )?(?:the|our) \w+ (?:bed)?rooms(?P<so>(?: on| off| up| down)?) , (?:so|that is|i mean) (?:in )?(?P<one>\w+s) and (?P<other>\w+s)(?: rooms?)?(?= ,|$| but\b| except\b)"
)
#: A question asked once more: "are the goats in , i mean is the byre door shut".
_ASKED = Sparing(
    r"^(?P<first>(?:is|are|has|have|did) (?:(?!,)\S+ )+), (?:i mean|like|that is|or rather) (?P<asked>(?:is|are) )(?P<rest>(?:(?!,)\S+ ?)+)$"
)
#: What a machine by its name is told: "rosie , start hoovering", "let rosie loose on it".
_MACHINE = Sparing(
    r"\b(?:let|set|turn) (?P<loose>(?:the )?\w+) loose(?: on (?:it|that|them|this|those))?(?= ,|$| please)|^(?P<np>\w+) (?:, )?(?:please )?(?:start|get|go) (?:hoovering|vacuuming|mopping|mowing)(?=$| please)"
)
_AND = re.compile(r"(?: ,)? and | , ")


class SaidAgain:
    """Puts in what a sentence of one house says of a thing the second time."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._ways: tuple[tuple[Sparing, Callable[[re.Match[str]], str]], ...] = (
            (_ANEW, self._anew), (_INSTEAD, self._instead), (_WITHIN, self._within), (_WHOSE, self._whose),
            (_EACH, self._each), (_GO, self._go),
            (_ASKED, self._asked), (_ROOMS, self._rooms),
            (_MACHINE, self._machine),
        )  # fmt: skip

    def once(self, text: str) -> str:
        """Return a plain sentence that says each thing once, as it was meant; unchanged where no name is said in full."""
        ways = self._ways if _TAKING_BACK.search(text) else self._ways[2:]
        for way, said in ways:
            if match := way.search(text):
                text = f"{text[: match.start()]}{said(match)}{text[match.end() :]}"
        return text

    def _is_named(self, phrase: str) -> bool:
        return self.directory.exact.get(bare(phrase), 0).bit_count() == 1

    def _anew(self, said: re.Match[str]) -> str:
        np = said["np"].strip()
        if not self._is_named(np):
            return said[0]
        return f"{said['lead']}{said['anew']}{np}{said['rest']}"

    def _instead(self, said: re.Match[str]) -> str:
        if not self._is_named(said["np"].strip()) or not is_value(said["value"].strip()):
            return said[0]
        return f"{said['lead']}set {said['np']}to {said['value']}"

    def _within(self, said: re.Match[str]) -> str:
        np = said["np"].strip()
        return f"{np} " if self._is_named(np) and np.split()[-1] == said["kind"] else said[0]

    def _whose(self, said: re.Match[str]) -> str:
        np, again = said["np"].strip(), said["again"].strip()
        own = f"{said['who']} {np if again == 'one' else again}"
        if not self._is_named(own) or own.rpartition(" ")[2] != np.rpartition(" ")[2]:
            return said[0]
        return f"{own} {said['so']}".strip()

    def _each(self, said: re.Match[str]) -> str:
        kind = singular(said["kind"])
        names = [self._one(part, kind, said["who"] or "") for part in _AND.split(said["each"].strip())]
        count = {"both": 2, "two": 2, "three": 3, "four": 4}
        number = next(
            (count.get(word) or int(word) for word in said["group"].split() if word in count or word.isdigit()), 0
        )
        if kind not in english.GENERIC or not all(names) or len({*names}) != number:
            return said[0]
        return f"{' and '.join(names)}{said['so']}"

    def _one(self, part: str, kind: str, who: str) -> str:
        """Return the name of the one that a part says: "the floor one" is the floor lamp, "number two" lamp 2."""
        words = [word for word in part.split() if word not in ("the", "my", "our", "one", "number", "also")]
        words = words if words and words[-1] != kind else words[:-1]
        if not words:
            return ""
        own, first = " ".join(words), " ".join([singular(words[0]), *words[1:]])
        ways = (
            f"{who} {own} {kind}",
            f"{own} {kind}",
            f"{first} {kind}",
            f"{kind} {own}",
            own if kind in words else "",
        )
        return next((" ".join(way.split()) for way in ways if self._is_named(way.strip())), "")

    def _go(self, said: re.Match[str]) -> str:
        np, value = said["np"].strip(), (said["value"] or "").strip()
        if not self._is_named(np) or (value and not is_value(value)):
            return said[0]
        return f"set {np} to {value}" if value else f"make {np} {said['so']}"

    def _asked(self, said: re.Match[str]) -> str:
        if not said["rest"].startswith("it "):
            return f"{said['asked']}{said['rest']}"
        words = said["first"].split()
        np = next((np for at in range(1, len(words)) if self._is_named(np := " ".join(words[at:]))), "")
        return f"{said['asked']}the {bare(np)}{said['rest'][2:]}" if np else said[0]

    def _rooms(self, said: re.Match[str]) -> str:
        owners = said["one"], said["other"]
        if not all((owner, "room") in self.directory.places for owner in owners):
            return said[0]
        return f"in {owners[0]} room and {owners[1]} room{said['so']}"

    def _machine(self, said: re.Match[str]) -> str:
        np = said["np"] or said["loose"]
        named = self.directory.exact.get(bare(np), 0) & self.directory.able(("start",))
        known = {np, f"{np}s"} & self.directory.vocabulary()  # it may be heard for another
        return f"start {np}" if named or not (known or said["loose"]) else said[0]

"""What only makes sense after the sentence before it: "and the hall too", "what about the den?", "a bit more"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import COMMANDING, UNFINISHED, bare
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.values import is_value, values_in
from assistant.home.understanding.wording.words import plain, singular

_AND = re.compile(
    r"(?:(?:and|also|now|then|ok|okay|oh|oops|ah|no(?!.* ones$)|nope|sorry|wait|actually|rather|,|not that(?: one)?|wrong one|make that|i (?:meant|mean|said)|what about|how about|(?:and )?(?:the )?same (?:thing |again )?(?:for|with|in|to|goes for)|ditto(?: for)?|do the same (?:for|with|in|to)|do(?= (?:the|my|our|mine) )) )+(?P<np>.+?)(?: ,)?(?: (?:too|as well|also|please|instead|i meant))*"
)
_TOO = re.compile(r"(?P<np>.+?)(?: ,)?(?: please)? (?:too|as well|also)(?: please)?")
_WHERE = re.compile(r"(?<!\S)(?:(?:the )?ones? )?(?:in|on|at|for|of) (?=(?:the |my |our )?\w)")
_MORE = re.compile(
    r"(?:(?:and|now) )?(?P<how>(?:just |even |still )*"
    r"(?:(?:a )?(?:little |tiny |wee )?(?:bit|touch|tad|smidge|notch)|(?:a )?little|some|much|a lot|lots) |even |still )?"
    r"(?P<way>more|further|less)(?: please)?"
)
#: A sentence that already says which way: "more" after it says the same once more.
_RELATIVE = re.compile(
    r"\b(?:\w+er|dim|brighten|raise|increase|decrease|reduce|turn (?:it |them |the .+ )?(?:up|down)|(?:up|down)$)\b"
)
#: Which way a cover went that is to go further.
_MOVED = re.compile(r"(?:open|raise|lift|close|lower|shut)\b")
#: What has a level that "more" raises, as long as nothing else was said: a blind would go all the way.
_LEVELLED = ("light", "fan", "climate", "water_heater", "humidifier", "number")
#: What "dimmer", "warmer", "faster" and "lower" can be said of.
_STEPPED = (*_LEVELLED, "cover")
#: What moves until it is told to stop.
_MOVING = ("cover", "vacuum", "lawn_mower", "siren")
_STOP = frozenset(
    (
        "stop",
        "stop now",
        "stop there",
        "stop please",
        "please stop",
        "halt",
        "that is enough",
        "that is far enough",
        "that is enough , stop",
        "stop , that is enough",
        "stop , that is far enough",
        "that is far enough , stop",
        "stop , that will do",
        "that will do",
    )
)
_STOPPING = re.compile(
    r"(?:(?:ok|okay|right|and|now|please|just) )*stop(?: (?:it|there|now|please|right there))*(?: , stop)?"
    r"(?: , (?:that is|that will) (?:good|enough|fine|far enough|low enough|high enough|perfect|do)(?: (?:right )?there| now)?(?: for (?:the|my) \w+)?)?"
)
#: What takes back a thing that was done, which went one of two ways.
_UNDO = re.compile(
    r"(?:(?:oh|oops|no|sorry|please|wait|actually) (?:, )?)*(?:undo|revert|put) (?:that|it|them)(?: back)?(?: please)?"
)
_WENT = re.compile(r"\b(on|off|open|close|closed|shut|raise|lower)\b")
_BACK = {
    "on": "off", "off": "on", "open": "closed", "raise": "closed", "close": "open", "closed": "open", "shut": "open",
    "lower": "open",
}  # fmt: skip
#: Just the way: "off again", "back on", "and now closed".
_OTHER_WAY = re.compile(
    r"(?:(?:and|now|then|ok|okay|actually|no|right|please|just|switch|turn|put) (?:, )?)*(?:back )?(?P<how>on|off|open|closed|shut|up|down)(?: (?:again|now|then|please|once more|instead|,))*"
)
_WHICH = frozenset(("which ones", "which", "which one", "which ones are they", "what ones", "which are they"))
_ASKED = re.compile(
    r"(?:(?:is|are) (?:there )?(?:any|some)|how many) (?P<what>.+?)(?: are)? (?P<so>\w+)(?P<at> (?:in|on|at) .+)?"
)
#: Just a value: "to 30 percent", "no, halfway".
_ALONE = re.compile(
    r"(?:(?:no|that is (?:enough|plenty|far enough)|not (?:all the way|fully|that much|quite)|and|but|just|only|ok|okay|hmm|um|er|well|right|now|yeah|actually|let us say|say|maybe|about|around|make that|make it|rather|to|at) (?:, )?)*"
    r"(?P<value>.+?)(?: (?:is|will be|would be) (?:fine|enough|plenty|good|great|perfect|okay|ok|better|all right)| will do| should do(?: it)?)?"
    r"(?: than (?:that|it is|now|before|it was))?(?: ,)?(?: please| instead| then| actually| thanks| thank you| ta| though| now)*"
)
_ASKING = frozenset("which what are is how".split())
_LONGEST = 6  #: words of a name that is looked for in the sentence before


#: "The other two", "the other lamp too", "and unlock the other one", after one of them was spoken of.
_THE_OTHERS = re.compile(
    r"(?P<lead>(?:(?:and|also|now|then|ok|okay|please|right|so|can you|could you|just) )*)"
    r"(?P<verb>(?:(?:turn|switch|put) (?:on|off)|(?:turn|switch|put|open|close|shut|lock|unlock|stop|raise|lower|pull|leave)(?: up| down)?) )?(?:the |all the )?other "
    r"(?P<count>[2-9](?! (?:percent|degrees)))?(?: ?(?P<noun>\w+(?: \w+)??))??(?P<way> (?:back )?(?:on|off|up|down|open|closed|shut)| (?:at|to) \w+(?: percent| degrees)?)?(?P<end>(?: (?:too|as well|also|please|now))*)"
)


def others_said(directory: Directory, text: str, last: Sequence[str]) -> str:
    """Return a plain sentence with the names of "the other two", which were not spoken of `last`; as it is otherwise.

    They are of the kind and the room of those that were, and as many as was said.
    """
    said = _THE_OTHERS.fullmatch(text)
    spoken = [directory.entities[directory.number[name]] for name in last if name in directory.number]
    if said is None or not spoken or not (said["count"] or said["noun"]):
        return text
    it, noun = spoken[0], singular(said["noun"] or "one")
    if any((each.domain, each.area) != (it.domain, it.area) for each in spoken):
        return text
    others = [
        each
        for each in directory.entities
        if (each.domain, each.area, each.device_class) == (it.domain, it.area, it.device_class) and each not in spoken
    ]
    if not others:  # one room has the one lock, another the other
        others = [each for each in directory.entities if each.domain == it.domain and each not in spoken]
    count = int(said["count"] or 1)
    kind = "" if noun in ("one", "thing") else noun
    if not kind and len(others) > count:
        kind = next((word for word in reversed(plain(it.name).split()) if not word.isdigit()), "")
    if kind:
        named = [each for each in others if {*kind.split()} <= set(map(singular, plain(each.name).split()))]
        if not all({*kind.split()} <= set(map(singular, plain(each.name).split())) for each in spoken):
            return text
        others = named
    if len(others) != count:
        return text
    names = " and ".join(f"the {plain(each.name)}" for each in others)
    return f"{said['lead']}{said['verb'] or ''}{names}{said['way'] or ''}{said['end']}"


#: No words of a name that begins here.
_NO_NAME = COMMANDING | _ASKING | english.ALL | {"on", "off", "up", "down", "and", "it", "them", ","}
#: Another thing, and another value: "and Oscar's to 20".
_AND_TO = re.compile(
    r"(?:(?:and|now|then|also|make|set|put|turn) )+(?P<np>(?:the |my |our )?\w+(?: \w+){0,3}?) (?:to|at) (?P<value>.+?)(?: please| too| as well)*"
)
#: "And the one in Finn's room", after blinds.
_ONE_ELSEWHERE = re.compile(r"(?P<lead>(?:(?:and|also|now|then) )*)the one (?=(?:in|at|on|by|over) )")
_AGAIN = re.compile(
    r"^(?:(?!\b(?:in|at) the\b).)*\bthe (?P<noun>\w+)(?= (?:back|again)\b)|\b(?:back|again)\b.* the (?P<last>\w+)$"
)


def spoken_again(directory: Directory, text: str, last: Sequence[str]) -> str:
    """Return a plain sentence with the name of the one of its kind that was spoken of `last`: "turn the lamp back on"."""
    if len(last) == 1 and last[0] in directory.number and (one := _ONE_ELSEWHERE.match(text)):
        noun = singular(plain(directory.entities[directory.number[last[0]]].name).rpartition(" ")[2])
        return f"{one['lead']}the {noun} {text[one.end() :]}" if noun in english.KINDS else text
    said = _AGAIN.search(text)
    noun = (said["noun"] or said["last"]) if said else ""
    names = [plain(directory.entities[directory.number[name]].name) for name in last if name in directory.number]
    named = [name for name in names if name.split()[-1] == noun]
    if said is None or singular(noun) not in english.KINDS or len(named) != 1:
        return text
    at = said.start("noun") if said["noun"] else said.start("last")
    return f"{text[:at].removesuffix('the ')}{named[0]}{text[at + len(noun) :]}"


def continued(directory: Directory, text: str, before: str, last: Sequence[str]) -> str:
    """Return a plain sentence said in full, from what was said `before` it and the ids it spoke of; "" if it is whole.

    Only a name, a room or a little word is taken for a continuation: what has a verb says itself what is meant.
    """
    if text in _STOP or _STOPPING.fullmatch(text):
        return "stop it" if last and all(name.split(".")[0] in _MOVING for name in last) else ""
    if _UNDO.fullmatch(text):
        went = _WENT.search(before) if last else None
        return _ways_of(_BACK[went[1]], last) if went else ""
    if more := _MORE.fullmatch(text):
        return _further(more, before, last)
    if last and before and (valued := _valued(text, before, last)):
        return valued
    if last and (other := _OTHER_WAY.fullmatch(text)):
        return _ways_of(other["how"], last)
    if text in _WHICH:
        asked = _ASKED.fullmatch(before)
        return f"which {asked['what']} are {asked['so']}{asked['at'] or ''}" if asked else ""
    if (another := _AND_TO.fullmatch(text)) and is_value(another["value"]) and len(told := values_in(before)) == 1:
        before = f"{before[: told[0].start]}{another['value']}{before[told[0].end :]}"
        text = f"and {another['np']}"  # "and Oscar's to 20"
    match = _AND.fullmatch(text) or _TOO.fullmatch(text)
    if match is None or not before:
        return ""
    phrase = _WHERE.sub("", match["np"], count=1)
    words = [word for word in phrase.split() if word not in ("the", "my", "our")]
    if not words or len(words) > _LONGEST:
        return ""
    if words in (["other"], ["other", "one"]):
        words = _other(directory, last)
    if tuple(words) in directory.places:
        return _placed(directory, before, " ".join(words))
    return _named(directory, before, words, last)


#: What is too much of something, said of what was just set: "not so bright", "that's too warm".
_TOO_MUCH = re.compile(
    r"(?:(?:but|and|oh|no|hmm|well|ok|okay|sorry|now|still|that|it|they|this|is|are|,) )*"
    r"(?:not (?:so|that|quite so|quite that|as|too)|(?:(?:just|still|a bit|a little|a tad|far|much|way) )*too)(?: much)? "
    r"(?P<so>bright|dark|dim|hot|warm|cold|cool|chilly|fast|slow|high|low|loud|quiet|strong|weak)(?:(?: ,)? (?:now|please|though|thanks|thank you|for me|actually))*"
)
_WHITER = re.compile(
    r"(?:(?:a|an|make it|but|and|just|please) )*((?:(?:a bit|a little|slightly|much) )?(?:warmer|cooler|colder))(?: white| light| tone)+(?: please)?"
)
_LESS = {
    "bright": "dimmer", "dark": "brighter", "dim": "brighter", "hot": "cooler", "warm": "cooler", "cold": "warmer",
    "cool": "warmer", "chilly": "warmer", "fast": "slower", "slow": "faster", "high": "lower", "low": "higher",
    "loud": "quieter", "quiet": "louder", "strong": "weaker", "weak": "stronger",
}  # fmt: skip


def _valued(text: str, before: str, last: Sequence[str]) -> str:
    """Return the command for what was spoken of, where only a value or a step was said: "halfway", "a bit dimmer"."""
    if (much := _TOO_MUCH.fullmatch(text)) and all(name.split(".")[0] in _STEPPED for name in last):
        return f"make it {_LESS[much['so']]}"
    if (white := _WHITER.fullmatch(text)) and all(name.startswith("light.") for name in last):
        return f"make it {white[1]}"
    value = _ALONE.fullmatch(text)
    if value is None:
        return ""
    if _is_level(value["value"]):
        return f"set it to {value['value']}"
    if _is_step(value["value"], last):
        return f"make it {value['value']}"
    unit = _unit_of(before)
    return f"set it to {value['value']} {unit}" if unit and value["value"].isdigit() else ""


#: Of two with such names each is the other one.
_OPPOSITES = (
    {"front", "back"}, {"left", "right"}, {"upper", "lower"}, {"top", "bottom"}, {"upstairs", "downstairs"},
    {"inside", "outside"}, {"mums", "dads"}, {"his", "hers"}, {"north", "south"}, {"east", "west"}, {"big", "small"},
)  # fmt: skip


def _twin(directory: Directory, name: list[str], domain: str) -> list[str] | None:
    """Return the name of a thing that has the opposite word in its own: Front and Back Bedroom Light."""
    for place, word in enumerate(name):
        for pair in _OPPOSITES:
            if word in pair:
                other = [*name[:place], *(pair - {word}), *name[place + 1 :]]
                known = directory.exact.get(bare(" ".join(other)), 0) & directory.domain.get(domain, 0)
                return other if known else None
    return None


def _other(directory: Directory, last: Sequence[str]) -> list[str]:
    """Return the name of the one other thing of the kind and the room of what was spoken of: "the other one"."""
    if len(last) != 1 or last[0] not in directory.number:
        return ["other"]
    it = directory.entities[directory.number[last[0]]]
    if (twin := _twin(directory, plain(it.name).split(), it.domain)) is not None:
        return twin
    others = [
        entity
        for entity in directory.entities
        if (entity.domain, entity.area, entity.device_class) == (it.domain, it.area, it.device_class)
        and entity is not it
    ]
    if len(others) > 1:  # "the other one", after one of two lamps beside a ceiling light
        noun = plain(it.name).rpartition(" ")[2]
        others = [other for other in others if plain(other.name).rpartition(" ")[2] == noun]
    return plain(others[0].name).split() if len(others) == 1 else ["other"]


def _is_level(text: str) -> bool:
    """Say whether a text is just a value that sets something, and no answer to a question: "halfway", "30 percent"."""
    return is_value(text) and values_in(text)[0].value.kind in ("percent", "degrees", "kelvin", "colour")


def _ways_of(how: str, last: Sequence[str]) -> str:
    """Return the command for what was spoken of, where only its way was said: "off again", "and closed"."""
    if how in ("on", "off"):
        return f"turn it {how}"
    moves = all(name.split(".")[0] in ("cover", "valve") for name in last)
    return ("open it" if how in ("up", "open") else "close it") if moves else ""


def _unit_of(before: str) -> str:
    """Return what the number at the end of the sentence before counted, which another number then counts too."""
    values = values_in(before)
    kind = values[-1].value.kind if values and values[-1].end == len(before) else ""
    return {"percent": "percent", "degrees": "degrees", "number": "degrees"}.get(kind, "")


def _is_step(text: str, last: Sequence[str]) -> bool:
    """Say whether a text is just a way to go for what was spoken of: "a bit dimmer", "faster"."""
    if not is_value(text) or (step := values_in(text)[0].value).kind != "more":
        return False
    return bool(step.quality) and all(name.split(".")[0] in _STEPPED for name in last)


def _further(more: re.Match[str], before: str, last: Sequence[str]) -> str:
    if before and last and all(name.startswith("cover.") for name in last) and (moved := _MOVED.match(before)):
        opening = (moved[0] in ("open", "raise", "lift")) == (more["way"] != "less")
        return f"{'raise' if opening else 'lower'} it by 15 percent"
    if not last or not all(name.split(".")[0] in _LEVELLED for name in last):
        return ""
    much = "a lot" if (more["how"] or "").strip().startswith(("much", "a lot", "lots")) else "a bit"
    if before and _RELATIVE.search(before):
        again = f"make it {before}" if _is_step(before, last) else before
        return again if more["way"] != "less" else ""
    return f"turn it {'down' if more['way'] == 'less' else 'up'} {much}"


_LISTED = frozenset(("and", ",", "the", "in", "my", "our"))


def _placed(directory: Directory, before: str, place: str) -> str:
    """Return what was said before of one place or of several, of another: "... in the hall" is "... in the kitchen"."""
    words = before.split()
    spans: list[tuple[int, int]] = []
    start = 0
    while start < len(words):
        lengths = range(min(directory.longest, len(words) - start), 0, -1)
        length = next((each for each in lengths if tuple(words[start : start + each]) in directory.places), 0)
        if length:
            spans.append((start, start + length))
        start += length or 1
    if not spans:
        return ""
    first, last = spans[-1]
    for begins, ends in reversed(spans[:-1]):
        if not {*words[ends:first]} <= _LISTED or "and" not in words[ends:last]:
            break
        first = begins  # "the hall and the landing" are left for the one place
    return " ".join([*words[:first], *place.split(), *words[last:]])


def _is_name(directory: Directory, words: list[str], last: Sequence[str]) -> bool:
    """Say whether words name one thing, wholly or by what it is called without its device, or that which was meant."""
    if bare(" ".join(words)) in directory.exact:
        return True
    if len(last) == 1 and {"in", "at"} & {*words[1:]} and _NO_NAME.isdisjoint(words) and words[-1] not in UNFINISHED:
        found = directory.find(" ".join(words), -1)
        if not found.problem and set(found.ids) == set(last):
            return True  # "the fan in the workshop"
    each = {singular(word) for word in words}
    named = each <= directory.vocabulary() and not each <= english.GENERIC
    if not named:
        return False
    found = directory.find(" ".join(words), -1)
    return not found.problem or (len(last) == 1 and last[0] in found.choices)


def _beside(directory: Directory, words: list[str], last: Sequence[str]) -> list[str]:
    """Return a kind of thing with the room of what was spoken of, where there is one: "the fan too"."""
    areas = {directory.entities[directory.number[name]].area for name in last if name in directory.number}
    area = areas.pop() if len(areas) == 1 else None
    if not area or any(singular(word) not in english.GENERIC for word in words):
        return words
    placed = [*words, "in", *plain(area).split()]
    return words if directory.find(" ".join(placed), -1).problem else placed


def _in_full(directory: Directory, words: list[str], stretch: list[str]) -> list[str]:
    """Return a name with what it has in common with the one before it: "the left one", "dad's"; [] for none."""
    if words[-1] not in ("one", "ones"):
        owned = [*words, stretch[-1]]
        return owned if words[-1].endswith("s") and bare(" ".join(owned)) in directory.exact else words
    if bare(" ".join([*stretch[:-1], *words[:-1]])) in directory.exact:
        return [*stretch[:-1], *words[:-1]]  # "the left one", after "the wall lamp right"
    if bare(" ".join([*words[:-1], *stretch[1:]])) in directory.exact:
        return [*words[:-1], *stretch[1:]]  # and after "the right bedside lamp"
    return [*words[:-1], stretch[-1]] if singular(stretch[-1]) in english.GENERIC else []


def _named(directory: Directory, before: str, words: list[str], last: Sequence[str]) -> str:
    """Return what was said before of one thing, of another: "turn on the lamp" is "turn on the fan"."""
    said = before.split()
    for length in range(min(_LONGEST, len(said)), 0, -1):
        for start in range(len(said) - length, -1, -1):
            stretch = said[start : start + length]
            if stretch[0] in ("the", "my", "our") or not _is_name(directory, stretch, last):
                continue
            words = _in_full(directory, words, stretch)
            if not words:
                return ""
            words = _beside(directory, words, last)
            found = directory.find(" ".join(words), -1)
            if found.problem not in ("", "which", "room"):
                return ""
            return " ".join([*said[:start], *words, *said[start + length :]])
    if said[0] in _ASKING and singular(words[-1]) in english.GENERIC:  # "which windows are open": "and the doors?"
        kinds = [
            place for place, word in enumerate(said) if singular(word) in english.GENERIC and word != singular(word)
        ]
        if kinds:
            return " ".join([*said[: kinds[0]], *words, *said[kinds[0] + 1 :]])
    if (pointed := next((word for word in ("it", "them") if word in said), "")) and words[-1] not in ("one", "ones"):
        found = directory.find(" ".join(words), -1)
        return before.replace(pointed, " ".join(words), 1) if found.problem in ("", "which", "room") else ""
    return ""

"""A sentence as the plain words that the grammar reads: lower case, figures for numbers, no signs."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CONTRACTIONS = {
    "what's": "what is", "whats": "what is", "that's": "that is", "thats": "that is", "it's": "it is",
    "how's": "how is", "hows": "how is", "where's": "where is", "wheres": "where is", "there's": "there is",
    "theres": "there is", "who's": "who is", "here's": "here is", "let's": "let us", "lets": "let us",
    "i'm": "i am", "im": "i am", "i'd": "i would", "id": "i would", "i've": "i have", "ive": "i have",
    "i'll": "i will", "it'd": "it would", "that'd": "that would", "nobody's": "nobody is",
    "whatever's": "whatever is", "whoever's": "whoever is", "someone's": "someone is", "something's": "something is",
    "everything's": "everything is", "nothing's": "nothing is", "none's": "none is",
    "somebody's": "somebody is", "there'll": "there will", "that'll": "that will",
    "everybody's": "everybody is", "everyone's": "everyone is",
    "we've": "we have", "you've": "you have", "they've": "they have", "we'll": "we will", "you'll": "you will",
    "they'll": "they will", "it'll": "it will", "he'll": "he will", "she'll": "she will",
    "you're": "you are", "you'd": "you would", "they're": "they are", "we're": "we are", "we'd": "we would",
    "he's": "he is", "she's": "she is", "when's": "when is", "which's": "which is",
    "don't": "do not", "dont": "do not", "doesn't": "does not", "didn't": "did not", "didnt": "did not",
    "isn't": "is not", "isnt": "is not", "aren't": "are not", "arent": "are not", "wasn't": "was not",
    "won't": "will not", "wont": "will not", "can't": "can not", "cannot": "can not", "couldn't": "could not",
    "wouldn't": "would not", "shouldn't": "should not", "haven't": "have not", "hasn't": "has not",
    "mustn't": "must not", "shan't": "shall not", "needn't": "need not", "gonna": "going to",
    "wanna": "want to", "gimme": "give me",
    "pls": "please", "plz": "please", "tv's": "tv",
}  # fmt: skip
#: After these "its" is "it is"; elsewhere it is what belongs to it.
_BEFORE_IT_IS = frozenset(", and but because as since if when so think please now".split())
#: Before these too.
_ITS = re.compile(
    r"\bits(?= (?:(?:movie|film|bed|dinner|lunch|tea|bath|party|story|nap|home) ?time|dark|cold|hot|late|too|so|getting"
    r"|freezing|boiling|bright|gloomy|stuffy|time|raining|snowing|not|been)\b)"
)
#: Letters said one by one.
_SPELLED = re.compile(r"(?<!\S)(?:t v|a c|l e d|c ?o 2|p m 2\.5|pm 2\.5|p c)(?!\S)")
_UNITS = {"%": " percent ", "°c": " degrees ", "°f": " degrees ", "°": " degrees ", "½": " half ", "&": " and "}
_SMALL = {
    word: value
    for value, word in enumerate(
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        ).split()
    )
}
_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_TENS |= {"fourty": 40, "therty": 30, "thurty": 30, "fivety": 50, "fourtie": 40}
#: Between these words "one" is a number; after others it stands for a thing.
_BEFORE_ONE = frozenset("to by at of is in minus about around for and up down with".split())
_AFTER_ONE = frozenset(
    "percent degree degrees third quarter half kelvin minute minutes hour hours step notch point".split()
)
_NUMBER_WORDS = _SMALL.keys() | _TENS.keys()
_BREAK = re.compile(r"[;:!?]+|\.(?![^\W_])|,(?!\d{3}\b)")
#: "+1" and "-2" at the end of what is set.
_STEPPED = re.compile(r"(?<=[a-z]) ([+-])(?=\d+(?:\.\d+)?\s*(?:°c?|%|degrees?|percent)?\s*$)")
_TOKEN = re.compile(r"\d+(?:\.\d+)?(?:st|nd|rd|th)\b|\d+(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|,")
_SPLIT = re.compile(r"(?<=\d)(?=[^\W\d_])(?!st\b|nd\b|rd\b|th\b)")  # "50percent", "4k"

_TENTHS = "twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety"
_HEARD = {
    "won": "one", "too": "two", "to": "two", "tree": "three", "free": "three", "for": "four", "fore": "four",
    "fife": "five", "sicks": "six", "sics": "six", "ate": "eight", "nein": "nine",
}  # fmt: skip
#: How "-teen" and "-ty" numbers begin, and as they are heard.
_STEMS = {
    "thir": "thir", "three": "thir", "four": "for", "for": "for", "fif": "fif", "five": "fif", "six": "six",
    "sicks": "six", "sick": "six", "seven": "seven", "eight": "eigh", "eigh": "eigh", "ate": "eigh", "nine": "nine",
}  # fmt: skip
#: Numbers as a recogniser writes them, where only a number can stand: "twenty won degrees", "nine teen", "ate percent".
_HEARD_NUMBER = re.compile(
    rf"\b(?:(?P<tens>{_TENTHS}) (?P<ones>won|to|too|tree|free|for|fore|fife|sicks|sics|ate|nein)"
    r"(?= (?:percent|per|degrees?)\b|$)"
    r"|(?P<teen>thir|three|four|for|fif|five|six|sicks?|seven|eight|eigh|ate|nine) (?P<end>teen|tea|tee|ty)\b"
    r"|(?<= to )(?P<alone>won|tree|fife|sicks|ate|nein)(?= (?:percent|per|degrees?)\b|$)"
    r"|(?P<cent>per (?:cent|sent|cents|scent|son)|purse (?:sent|cent|end)"
    r"|(?<=(?:ty|en|ve|ne|wo|ee|ur|ix|ht|\d\d) )(?:person|parson|present|pursent)$))"
)

_DEGREES = re.compile(
    r"(?<! and)(?<! and a) (?:half a|a half|half) degrees?| a degree and a half"
    r"|(?: a(?= degree)| (?:a )?(?:couple|few)(?: of)?(?= degrees)) degrees?"
)

_SHORT = 200  #: characters of what is remembered in its plain form
MAX_WORDS = 60  #: a command has few words; a longer sentence is no command
#: What stands for the things that were spoken of.
IT = re.compile(r"\b(?:it|them)\b")


def plain(text: str) -> str:
    """Return a name or a sentence as words with single spaces; a pause (comma, full stop) inside it is " , ".

    "Set the bed-room to 21½ °C, please." gives "set the bed room to 21.5 degrees , please".
    """
    return _remembered(text) if len(text) <= _SHORT else _made_plain(text)


def _made_plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.replace("½", " and a half")).casefold()
    text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    text = text.replace("’", "'").replace("‘", "'")
    text = _STEPPED.sub(lambda sign: f" {'up' if sign[1] == '+' else 'down'} ", text)
    for sign, meaning in _UNITS.items():
        text = text.replace(sign, meaning)
    text = _SPLIT.sub(" ", _BREAK.sub(" , ", text.replace(",000", "000")))
    words: list[str] = []
    for found in _TOKEN.findall(text):
        if found == ",":
            words += [","] if words and words[-1] != "," else []
        else:
            own = found.removesuffix("'s")  # "Alice's" is heard as "Alices", "James's" as "James"
            own += "s" * (found != own and not own.endswith("s"))
            if own == "its" and (not words or words[-1] in _BEFORE_IT_IS):
                own = "it is"  # an apostrophe is not heard
            words += _CONTRACTIONS.get(found, own).replace("'", "").split()
    told = _HEARD_NUMBER.sub(_number_meant, _ITS.sub("it is", " ".join(words)))
    told = _SPELLED.sub(lambda match: match[0].replace(" ", ""), told)
    words = _DEGREES.sub(_few_degrees, f" {told}").split()
    while words and words[-1] == ",":
        words.pop()
    return " ".join(_figures(words))


#: The names of a house are made plain again and again, and what was said a few times.
_remembered = lru_cache(4_096)(_made_plain)


def _number_meant(match: re.Match[str]) -> str:
    if match["cent"]:
        return "percent"
    if match["alone"]:
        return _HEARD[match["alone"]]
    if match["tens"]:
        return f"{match['tens']} {_HEARD[match['ones']]}"
    stem, end = _STEMS[match["teen"]], "teen" if match["end"] == "teen" else "ty"
    return "fourteen" if (stem, end) == ("for", "teen") else stem + end


def _few_degrees(match: re.Match[str]) -> str:
    said = match[0]
    if "half" in said:
        return " 1.5 degrees" if " and " in said else " 0.5 degrees"
    return " 1 degrees" if said == " a degree" else " 2 degrees"


def _figures(words: list[str]) -> list[str]:
    """Put figures for the numbers said in words: ["twenty", "one"] is ["21"], ["2", "and", "a", "half"] is ["2.5"]."""
    result: list[str] = []
    place = 0
    while place < len(words):
        value, taken = _number(words, place)
        if taken == 1 and words[place] == "one" and place and words[place - 1] not in _BEFORE_ONE and (
            words[place + 1 : place + 2] == [] or words[place + 1] not in _AFTER_ONE
        ):  # fmt: skip
            taken = 0  # "the left one" is no number
        if taken:
            result.append(f"{value:g}")
            place += taken
        else:
            result.append(words[place])
            place += 1
    return result


def _number(words: list[str], place: int) -> tuple[float, int]:
    """Return the number that begins at `place` and how many words it takes; (0, 0) where none does."""
    rest = words[place:]
    if rest[0] == "a" and rest[1:2] == ["hundred"]:
        rest[0] = "one"
    if not (rest[0] in _NUMBER_WORDS or _is_figure(rest[0])):
        return 0, 0
    value: float = 0
    if rest[0] in _TENS:
        value, taken = _TENS[rest[0]], 1
        if rest[1:2] and 0 < _SMALL.get(rest[1], 0) < 10:
            value, taken = value + _SMALL[rest[1]], 2
    else:
        value, taken = (_SMALL[rest[0]] if rest[0] in _SMALL else float(rest[0])), 1
    for scale, size in (("hundred", 100), ("thousand", 1000)):
        if rest[taken : taken + 1] == [scale]:
            value, taken = value * size, taken + 1
            more = taken + (rest[taken : taken + 1] == ["and"])
            if rest[more : more + 1] and rest[more] in _NUMBER_WORDS:
                extra, length = _number(rest, more)
                value, taken = value + extra, more + length
    if rest[taken : taken + 1] == ["point"] and rest[taken + 1 : taken + 2]:
        fraction = rest[taken + 1]
        if fraction in _SMALL and _SMALL[fraction] < 10:
            return value + _SMALL[fraction] / 10, taken + 2
        if fraction.isdigit():
            return float(f"{value:g}.{fraction}"), taken + 2
    if rest[taken : taken + 3] == ["and", "a", "half"]:
        return value + 0.5, taken + 3
    return value, taken


def _is_figure(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()


#: Plurals of short names, whose singular is no word cut by one letter elsewhere: "bus", "gas", "yes".
_INITIALS = {"tvs": "tv", "acs": "ac", "pcs": "pc"}


@lru_cache(8_192)
def singular(word: str) -> str:
    """Return a word without the s of its plural: "lamps" is "lamp", "switches" is "switch", "glass" stays."""
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return _INITIALS.get(word, word)
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word.removesuffix("s")


def joined(items: list[str], last: str = "and") -> str:
    """Return a list as it is said: "the lamp, the fan and the kettle"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""


_CARDINALS = {f"{value}": name for name, value in (_SMALL | _TENS).items()}


def cardinal_word(word: str) -> str:
    """Return a small number as the word it was heard as: "3" may have been a misheard "tree"."""
    return _CARDINALS.get(word, word)

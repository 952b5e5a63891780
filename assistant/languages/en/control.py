"""Words that steer the conversation instead of asking something: "stop", "repeat that", "louder"."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from assistant.languages.en.completeness import words_of
from assistant.languages.en.words import REQUESTS


class Control(Enum):
    """What the person wants of the voice."""

    STOP = "stop"
    REPEAT = "repeat"
    LOUDER = "louder"
    QUIETER = "quieter"
    SLOWER = "slower"
    FASTER = "faster"
    AS_USUAL = "as usual"  # neither slower nor faster
    REPEAT_SLOWER = "repeat slower"
    REPEAT_LOUDER = "repeat louder"


_PHRASES = {
    Control.STOP: (
        "stop; stop it; stop that; stop talking; be quiet; quiet; shut up; hush; silence; enough; that's enough; "
        "that is enough; cancel; cancel that; never mind; nevermind; forget it; thank you; thanks; thanks that's all; "
        "thank you very much; thank you so much; thank you that's all; thanks a lot; thanks very much; many thanks; "
        "great thanks; great thank you; okay thanks; okay thank you; ok thanks; ok thank you"
    ),
    Control.REPEAT: (
        "repeat; repeat that; repeat it; repeat the answer; again; say that again; say it again; say again; "
        "come again; once more; one more time; pardon; pardon me; what did you say; what was that; tell me again; "
        "what did you just say; sorry what; say that one more time; say it one more time; tell me that again; "
        "i didn't get that; repeat the last answer; repeat your answer; repeat your last answer; repeat what you said; "
        "repeat what you just said; repeat yourself; what was that again; what was your answer; i beg your pardon; "
        "excuse me; say that once more; what was the answer; "
        "i didn't hear that; i did not hear that; i didn't catch that; i didn't hear you; i did not hear you"
    ),
    Control.LOUDER: (
        "louder; speak louder; talk louder; say it louder; a bit louder; a little louder; much louder; speak up; "
        "volume up; turn it up; turn up the volume; turn the volume up; raise the volume; too quiet; you're too quiet; "
        "that's too quiet; increase the volume"
    ),
    Control.QUIETER: (
        "quieter; softer; speak softer; speak quieter; a bit quieter; a little quieter; speak more quietly; "
        "not so loud; volume down; turn it down; turn down the volume; turn the volume down; lower the volume; "
        "lower your voice; too loud; you're too loud; that's too loud; decrease the volume"
    ),
    Control.SLOWER: (
        "slower; more slowly; slow down; speak slower; speak more slowly; talk slower; talk more slowly; "
        "a bit slower; a little slower; not so fast; too fast; you're too fast; that's too fast; that was too fast; "
        "you're talking too fast; you talk too fast; you speak too fast; slowly; speak slowly; "
        "speak a bit slower; speak a little slower; talk a bit slower; talk a little slower; speak a bit more slowly"
    ),
    Control.FASTER: (
        "speed up; speak faster; talk faster; talk more quickly; speak more quickly; a bit faster; a little faster; "
        "too slow; you're too slow; that's too slow; you're talking too slowly; you talk too slowly"
    ),
    Control.AS_USUAL: (
        "normal speed; speak normally; talk normally; speak at normal speed; back to normal speed; "
        "talk at normal speed; speak at a normal speed; speak at your normal speed"
    ),
}
#: Behind what asks for it to be said again: how.
_HOW = {
    how.strip(): control
    for control, hows in (
        (
            Control.REPEAT_SLOWER,
            "slower; more slowly; slowly; a bit slower; a little slower; but slower; slowly please",
        ),
        (Control.REPEAT_LOUDER, "louder; more loudly; a bit louder; a little louder; but louder"),
    )
    for how in hows.split(";")
}
_CONTROL = {phrase.strip(): control for control, phrases in _PHRASES.items() for phrase in phrases.split(";")}
_POLITE = frozenset({"please", "repartee", "okay", "ok", "hey", "oh", "um", "uh", "now", "no"})
_ASKING = frozenset((word, "you") for word in REQUESTS)
_GO_ON = """yeah yes yep uh huh uhuh mm mmm hmm hm mhm okay ok right sure oh ah wow cool nice good great i see really
alright all interesting aha ha"""
_BACKCHANNEL = frozenset(_GO_ON.split())


def control_of(text: str) -> Control | None:
    """Return what the whole utterance asks of the voice, None for anything else; politeness around it is ignored."""
    words = words_of(text)
    if " ".join(words) in _CONTROL:
        return _CONTROL[" ".join(words)]
    while words and words[0] in _POLITE:
        words = words[1:]
    while words and words[-1] in _POLITE:
        words = words[:-1]
    if tuple(words[:2]) in _ASKING:
        words = [word for word in words[2:] if word != "please"]
    return _CONTROL.get(" ".join(words)) or _repeated_how(words)


def _repeated_how(words: Sequence[str]) -> Control | None:
    """Return what "say that again more slowly" asks for."""
    for place in range(1, len(words)):
        said, how = " ".join(words[:place]), " ".join(words[place:])
        if how in _HOW and (_CONTROL.get(said) is Control.REPEAT or said in ("say it", "say that")):
            return _HOW[how]
    return None


def is_backchannel(text: str) -> bool:
    """Whether the words only say "go on": a listener's yeah, okay or uh-huh. No words at all are one too."""
    words = words_of(text)
    return len(words) <= 3 and all(word in _BACKCHANNEL for word in words)

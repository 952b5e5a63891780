"""How a word sounds, in the 39 phones of the pocketsphinx dictionary (ARPAbet), for words that dictionary lacks."""

from __future__ import annotations

import re

# espeak-ng's mnemonics for US English, longest first (phsource/ph_english_us), in ARPAbet without stress.
_PHONES = {
    "aI@": "AY ER", "aI3": "AY ER", "aU@": "AW ER", "i@3": "IH R", "e@": "EH R", "A@": "AA R", "O@": "AO R",
    "o@": "AO R", "U@": "UH R", "3:": "ER", "I2": "IH", "I#": "IH", "i:": "IY", "u:": "UW", "A:": "AA", "A#": "AA",
    "O:": "AO", "O2": "AO", "oU": "OW", "OI": "OY", "aI": "AY", "aU": "AW", "eI": "EY", "i@": "IY AH", "@5": "UH",
    "@L": "AH L", "@2": "AH", "a#": "AH", "aa": "AE", "0#": "AA", "e#": "EH", "E2": "EH", "t2": "T", "t#": "T",
    "tS": "CH", "dZ": "JH", "n-": "AH N", "l-": "AH L", "I": "IH", "i": "IY", "E": "EH", "e": "EH", "a": "AE",
    "A": "AA", "O": "AO", "0": "AA", "V": "AH", "@": "AH", "3": "ER", "U": "UH", "u": "UW", "p": "P", "b": "B",
    "t": "T", "d": "D", "k": "K", "g": "G", "f": "F", "v": "V", "T": "TH", "D": "DH", "s": "S", "z": "Z", "S": "SH",
    "Z": "ZH", "h": "HH", "m": "M", "n": "N", "N": "NG", "l": "L", "r": "R", "j": "Y", "w": "W", "x": "K",
    "C": "HH Y", "Q": "G",
}  # fmt: skip
_MNEMONIC = re.compile("|".join(re.escape(name) for name in sorted(_PHONES, key=len, reverse=True)))


def pronounce(word: str) -> str:
    """Return the phones of a word or number, such as "HH AH L OW"; "" where it has no sound.

    Raises VoiceError where espeak-ng, which knows the spelling rules, is not installed.
    """
    from assistant.voices.espeak import phonemes

    return " ".join(_PHONES[name] for name in _MNEMONIC.findall(re.sub(r"\(.*?\)", "", phonemes(word))))

"""A document, and a tokenizer that needs no vocabulary file."""

import re
import zlib

import numpy as np

from engines.tokenize import Tokens

LIGHTHOUSE = """# The Lighthouse

## The tower

The tower is 41 metres tall. It was built in 1871 by Henry Dawson.

## The keepers

The first keeper was Martha Reed. She stayed for 29 years.
"""


def tokenize(text: str) -> Tokens:
    """Words and signs as tokens; an id is a checksum, so every process gives the same one."""
    found = list(re.finditer(r"\w+|[^\w\s]", text))
    ids = np.array([zlib.crc32(match[0].encode()) % 30000 for match in found], np.int32)
    return Tokens(ids, np.array([match.span() for match in found], np.int32).reshape(-1, 2))


def blocks(document):
    """The headings and the texts of the blocks of every section."""
    return [(section.headings, [document.text[a:b] for a, b in section.blocks]) for section in document.sections]

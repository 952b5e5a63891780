"""Text of others on a terminal: what a document or a file is called must not move the cursor or fill the clipboard."""

from __future__ import annotations

#: Direction marks and separators, which make a line read otherwise than it is written, or break it.
_MISLEADING = (0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
_TABLE = (
    {code: 0x2400 + code for code in range(0x20)}  # the pictures of control characters: ␛ for escape
    | {0x7F: 0x2421}
    | dict.fromkeys((*range(0x80, 0xA0), *_MISLEADING, *range(0xD800, 0xE000)), 0xFFFD)
)


def printable(text: str) -> str:
    """Return `text` in one line with a visible sign for every character that a terminal would obey.

    Whatever comes from documents, file names or the network and is printed goes through this.
    """
    return text if text.isascii() and text.isprintable() else text.translate(_TABLE)

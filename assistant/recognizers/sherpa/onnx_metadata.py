"""What an ONNX file says of itself, read without its weights, of which there may be hundreds of megabytes.

A file is a `ModelProto` (onnx.proto): fields of the protobuf wire format, of which `metadata_props` (14) holds pairs
of texts. All others are passed over.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

METADATA_PROPS, KEY, VALUE = 14, 1, 2
VARINT, EIGHT_BYTES, LENGTH, FOUR_BYTES = 0, 1, 2, 5  # wire types
LONGEST_ENTRY = 1 << 20  # bytes of one pair


def read_metadata(path: Path) -> dict[str, str]:
    """Return the pairs that an ONNX file carries.

    Raises OSError where it cannot be read, ValueError with the reason where it is no such file or is cut off.
    """
    pairs: dict[str, str] = {}
    size = path.stat().st_size
    if not size:
        raise ValueError("it is empty")
    with path.open("rb") as file:
        while file.tell() < size:
            field, kind = divmod(_varint(file), 8)
            if kind == LENGTH:
                length = _varint(file)
                if file.tell() + length > size:
                    raise ValueError("it is cut off, or no ONNX file")
                if field == METADATA_PROPS and length <= LONGEST_ENTRY:
                    key, value = _pair(file, file.tell() + length)
                    pairs[key] = value
                else:
                    file.seek(length, 1)
            elif kind in {VARINT, EIGHT_BYTES, FOUR_BYTES} and field:
                if kind == VARINT:
                    _varint(file)
                else:
                    file.seek(8 if kind == EIGHT_BYTES else 4, 1)
            else:
                raise ValueError("it is no ONNX file")
    return pairs


def _pair(file: BinaryIO, end: int) -> tuple[str, str]:
    texts = {KEY: "", VALUE: ""}
    while file.tell() < end:
        field, kind = divmod(_varint(file), 8)
        if kind != LENGTH or field not in texts:
            raise ValueError("its metadata is damaged")
        texts[field] = file.read(min(_varint(file), end - file.tell())).decode(errors="replace")
    return texts[KEY], texts[VALUE]


def _varint(file: BinaryIO) -> int:
    number = 0
    for place in range(10):  # 64 bits in groups of seven
        byte = file.read(1)
        if not byte:
            raise ValueError("it is cut off, or no ONNX file")
        number |= (byte[0] & 0x7F) << 7 * place
        if byte[0] < 0x80:
            return number
    raise ValueError("it is no ONNX file")

"""Files of JSON lines: every reader of one says the same of the same mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from engines.errors import ReparteeError
from engines.json_lines import read_objects


def test_each_object_comes_with_the_number_of_its_line(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"a": 1}\n\n  \n{"a": "one\u2028sentence"}\r\n', encoding="utf-8")
    assert list(read_objects(file)) == [(1, {"a": 1}), (4, {"a": "one\u2028sentence"})]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"a": 1}\n{oops\n', "line 2: is no JSON"),
        (b"[" * 100_000, "line 1: is no JSON"),
        (b"{}\n[1]\n", "line 2: expected an object, not list"),
        (b"\xff{}", "byte 0 is not UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(content)
    with pytest.raises(ReparteeError, match=sentence):
        list(read_objects(file))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReparteeError, match=r"none\.jsonl cannot be read \(No such file"):
        list(read_objects(tmp_path / "none.jsonl"))

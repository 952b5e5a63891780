"""Documents are found, decoded and read as plain text; what is none is refused with a sentence."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.formats.documents import DocumentError, decode, find, load, parse

SENTENCE = "The café's naïve owner paid £5 — “gladly”."


def blocks(document):
    return [(section.headings, [document.text[a:b] for a, b in section.blocks]) for section in document.sections]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom", "utf-32", "cp1252"]
)
def test_encodings_are_recognised(encoding):
    if encoding.endswith("-bom"):
        content = ("\ufeff" + SENTENCE).encode(encoding.removesuffix("-bom"))
    else:
        content = SENTENCE.encode(encoding)
    assert decode(content, Path("x.txt")) == SENTENCE


def test_an_html_page_may_declare_its_encoding():
    content = '<html><head><meta charset="iso-8859-2"></head><body><p>Łódź leży tutaj.</p></body></html>'.encode(
        "iso-8859-2"
    )
    document = parse(content, Path("x.html"))
    assert document.text == "Łódź leży tutaj."


def test_an_unknown_declared_encoding_is_passed_over():
    assert "caf\xe9" in decode(b'<meta charset="klingon"> caf\xe9', Path("x.html"), html=True)


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF\x02\x01\x00\x00" * 50,
        bytes(range(1, 32)) * 40,
        b"\x89PNG\r\n\x1a\n\0",
    ],
)
def test_binary_content_is_refused_by_name(content):
    with pytest.raises(DocumentError, match=r"^odd\.txt holds binary data, not text; convert it "):
        decode(content, Path("odd.txt"))


def test_a_document_without_text_is_refused(tmp_path):
    for content in (b"", b" \n\n \t", b"\xef\xbb\xbf"):
        with pytest.raises(DocumentError, match="has no text in it"):
            parse(content, tmp_path / "empty.txt")


def test_a_document_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "large.txt"
    path.write_bytes(b"x" * 2048)
    with pytest.raises(DocumentError, match=r"has 0\.00195 MB and the limit is 0\.000977 MB; split it\."):
        load(path, max_bytes=1024)
    assert len(load(path, max_bytes=2048)) == 2048


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(DocumentError, match="is not a file"):
        load(tmp_path / "pipe.txt")


def test_another_kind_of_file_is_refused(tmp_path):
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(DocumentError, match=r"x\.pdf is not a document that can be read; expected .*\.md"):
        load(tmp_path / "x.pdf")


def test_folders_are_walked_without_hidden_files_and_loops(tmp_path):
    for name in ("b.md", "a.txt", "sub/c.HTML", "sub/.hidden.md", ".git/d.md", "sub/e.pdf", "elsewhere/f.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Text.")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "sub" / "again").symlink_to(tmp_path / "sub", target_is_directory=True)
    found = [path.relative_to(tmp_path).as_posix() for path in find(tmp_path, pytest.fail)]
    assert found == ["a.txt", "b.md", "elsewhere/f.md", "sub/c.HTML"]


def test_a_folder_that_is_not_there_is_told(tmp_path, monkeypatch):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.md").write_text("Text.")
    found, told = [], []
    for path in find(tmp_path, told.append):
        found.append(path.relative_to(tmp_path).as_posix())
        shutil.rmtree(tmp_path / "b", ignore_errors=True)  # while the walk is in "a"
    assert found == ["a/x.md", "c/x.md"]
    assert [(error.filename, error.strerror) for error in told] == [
        (str(tmp_path / "b"), "No such file or directory"),
    ]


def test_plain_text_is_kept_verbatim_with_unix_line_ends(tmp_path):
    document = parse(b"First Aid\r\n\r\nCool the burn\r\nfor 20 minutes.\r\n", tmp_path / "x.txt")
    assert document.title == "First Aid"
    assert document.text == "First Aid\n\nCool the burn\nfor 20 minutes.\n"
    assert blocks(document) == [((), ["Cool the burn\nfor 20 minutes."])]


def test_a_first_line_that_is_a_sentence_is_no_title(tmp_path):
    document = parse(b"It was a dark night.\n\nNobody came.\n", tmp_path / "my_night-walk.txt")
    assert document.title == "my night walk"
    assert [text for _, texts in blocks(document) for text in texts] == ["It was a dark night.", "Nobody came."]


def test_a_text_of_one_short_line_is_still_read(tmp_path):
    document = parse(b"The code is 4711\n", tmp_path / "note.txt")
    assert document.text[slice(*document.sections[0].blocks[0])].strip() == "The code is 4711"


def test_underlined_headings_and_list_items_of_plain_text(tmp_path):
    text = "Manual\n======\n\nIntro here.\n\nParts\n-----\n- one bolt\n- two nuts\n  and a washer\n\n"
    text += "Tools\n-----\n1. a key\n2. oil\n"
    document = parse(text.encode(), tmp_path / "x.txt")
    assert document.title == "Manual"
    assert [(headings, [text.strip() for text in texts]) for headings, texts in blocks(document)] == [
        ((), ["Intro here."]),
        (("Parts",), ["- one bolt", "- two nuts\n  and a washer"]),
        (("Tools",), ["1. a key", "2. oil"]),
    ]


@given(
    st.lists(
        st.sampled_from(["Word", "end.", "\n", "\n\n", "- item", "1. one", "===", "---", " ", "\t", "é🦊"]), max_size=40
    )
)
def test_no_word_of_a_plain_text_is_lost(pieces):
    text = " ".join(pieces).replace(" \n", "\n").replace("\n ", "\n")
    try:
        document = parse(text.encode(), Path("name.txt"))
    except DocumentError:
        assert not text.strip()
        return
    assert document.text == text
    read = [word for headings, texts in blocks(document) for part in (*headings, *texts) for word in part.split()]
    missing = set(text.split()) - set(read) - set(document.title.split())
    assert missing <= {"===", "---"}
    starts = [start for section in document.sections for start, _ in section.blocks]
    assert starts == sorted(set(starts))

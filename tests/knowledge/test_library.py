"""The library adds, replaces, skips, removes and finds documents, and repairs its index by itself."""

import os
import random
import re
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from engines.errors import ReparteeError
from engines.tokenize import Tokens
from knowledge import library as module
from knowledge.library import Library
from tests.knowledge.texts import LIGHTHOUSE, tokenize
from tests.paths import SAMPLES


def found(library, question):
    return [(hit.passage.title, hit.passage.headings, hit.passage.text) for hit in library.search(question)]


def test_a_question_finds_the_passage_with_its_context(library, lighthouse):
    report = library.add([lighthouse])
    assert (report.added, report.unchanged, report.replaced, report.failed) == ((lighthouse,), (), (), ())
    hit = library.search("Who was the first keeper?")[0]
    passage = hit.passage
    assert (passage.title, passage.headings) == ("The Lighthouse", ("The keepers",))
    assert passage.text == "The first keeper was Martha Reed. She stayed for 29 years."
    assert passage.document == str(lighthouse)
    assert hit.score > 0
    assert library.text(passage.document_id)[passage.start : passage.end] == passage.text
    assert np.array_equal(passage.tokens.ids, tokenize(passage.text).ids)
    assert np.array_equal(passage.tokens.offsets, tokenize(passage.text).offsets)


def test_adding_again_skips_unchanged_and_replaces_changed_documents(library, lighthouse):
    library.add([lighthouse])
    before = library.version
    assert library.add([lighthouse]).unchanged == (lighthouse,)
    assert library.version == before
    lighthouse.write_text(LIGHTHOUSE.replace("Martha Reed", "Anna Stone"))
    assert library.add([lighthouse]).replaced == (lighthouse,)
    assert library.version > before
    assert len(library.documents()) == 1
    assert not any("Martha" in text for _, _, text in found(library, "first keeper Martha"))
    assert "Anna Stone" in found(library, "first keeper")[0][2]


def test_one_file_by_several_paths_is_one_document(library, lighthouse, monkeypatch):
    link = lighthouse.with_name("link.md")
    link.symlink_to(lighthouse)
    monkeypatch.chdir(lighthouse.parent)
    report = library.add([lighthouse, Path("lighthouse.md"), lighthouse.parent, link])
    assert len(report.added) == 1
    assert library.add([Path("lighthouse.md")]).unchanged == (Path("lighthouse.md"),)


def test_what_cannot_be_read_is_named_and_the_rest_is_added(library, tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "good.md").write_text("Good text here.")
    (folder / "binary.txt").write_bytes(b"\0\1\2" * 100)
    (folder / "empty.html").write_text("<nav>Menu</nav>")
    (tmp_path / "nothing").mkdir()
    events = []
    paths = [tmp_path / "missing.md", folder, tmp_path / "nothing"]
    report = library.add(paths, events.append)
    assert report.added == (folder / "good.md",)
    sentences = dict(report.failed)
    assert sentences[tmp_path / "missing.md"] == f"{tmp_path / 'missing.md'} does not exist; check the path."
    assert "holds binary data" in sentences[folder / "binary.txt"]
    assert "has no text in it" in sentences[folder / "empty.html"]
    assert "has no documents in it" in sentences[tmp_path / "nothing"]
    assert [event.done for event in events] == [1, 2, 3, 4, 5]
    assert {event.total for event in events} == {5}
    assert {event.path: event.sentence for event in events if event.outcome == "failed"} == sentences


def test_what_is_gone_from_a_folder_is_told_and_kept_until_it_is_pruned(library, lighthouse, tmp_path):
    folder = tmp_path / "documents"
    (folder / "sub").mkdir(parents=True)
    for name in ("stays.md", "goes.md", "sub/goes.md"):
        (folder / name).write_text(f"The {name} has its own text.")
    sibling = tmp_path / "documents too"  # its name begins alike
    sibling.mkdir()
    (sibling / "other.md").write_text("Another folder's text.")
    library.add([folder, sibling, lighthouse])
    shutil.rmtree(folder / "sub")
    (folder / "goes.md").unlink()
    (sibling / "other.md").unlink()
    lighthouse.unlink()
    gone = [str(folder / "goes.md"), str(folder / "sub" / "goes.md")]
    report = library.add([folder])
    assert [document.path for document in report.gone] == gone
    assert (report.removed, report.unchanged, len(library.documents())) == ((), (folder / "stays.md",), 5)
    assert found(library, "goes")
    report = library.add([folder], prune=True)
    assert [document.path for document in report.removed] == gone
    assert report.gone == ()
    assert not found(library, "goes")
    kept = [Path(document.path) for document in library.documents()]
    assert sorted(kept) == sorted([folder / "stays.md", sibling / "other.md", lighthouse])
    assert library.add([folder], prune=True).removed == ()


def test_what_may_still_be_there_is_not_gone(library, tmp_path, monkeypatch):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("Some text.")
    (tmp_path / "b.md").write_text("Other text.")
    library.add([tmp_path])

    def lstat(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "lstat", lstat)
    shutil.rmtree(tmp_path / "notes")
    report = library.add([tmp_path], prune=True)
    assert (report.gone, report.removed) == ((), ())


def test_a_name_that_is_not_utf8_is_told_and_the_rest_is_added(library, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md"))
    odd.write_text("Odd text.")
    (tmp_path / "even.md").write_text("Even text.")
    report = library.add([tmp_path])
    assert report.added == (tmp_path / "even.md",)
    ((path, sentence),) = report.failed
    assert path == odd
    assert sentence.endswith("has a name that is not UTF-8, which cannot be stored; rename it.")


def test_a_home_whose_name_is_not_utf8_is_one_sentence(tmp_path):
    with pytest.raises(ReparteeError, match=r"not UTF-8; choose another home with --home\.$"):
        Library.open(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")), tokenize)


def test_the_size_limit_can_be_set(opened, lighthouse):
    library = opened(max_document_bytes=10)
    assert "the limit is" in library.add([lighthouse]).failed[0][1]


def test_the_same_passage_of_two_documents_is_found_once(library, lighthouse):
    copy = lighthouse.with_name("copy.md")
    copy.write_text(LIGHTHOUSE + "\n## More\n\nThe keepers had a garden.\n")
    library.add([lighthouse, copy])
    texts = [text for _, _, text in found(library, "Who was the first keeper?")]
    assert texts[0].startswith("The first keeper was Martha Reed.")
    assert texts[1:] == ["The keepers had a garden."]


def test_a_removed_document_is_gone(library, lighthouse):
    library.add([lighthouse, SAMPLES / "tea.md"])
    library.remove(1)
    assert [document.title for document in library.documents()] == ["A Short Guide to Tea"]
    assert all(title == "A Short Guide to Tea" for title, _, _ in found(library, "first keeper tea"))
    with pytest.raises(ReparteeError, match=r"There is no document 1; `repartee knowledge list` shows them\."):
        library.remove(1)
    assert library.add([lighthouse]).added == (lighthouse,)


def test_an_empty_library_finds_nothing(library):
    assert library.search("anything") == []
    assert (library.count(), library.documents(), library.notes) == (0, [], [])


def test_offsets_hold_in_any_script_and_in_markup(library, tmp_path):
    text = "Ärger in Łódź: naïve Füchse 🦊 jagen Ĳsbären.\n\n"
    text += "I\u0307stanbul’da 3 köprü var. 東京は大きい。 e\u0301tude ﬁnal."
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "b.html").write_text(f"<p>{text}</p><p>caf&eacute; &lt;b&gt;</p>", encoding="utf-16")
    library.add([tmp_path])
    for document in library.documents():
        plain = library.text(document.id)
        hits = [
            hit.passage for hit in library.search("naive Łódź café istanbul") if hit.passage.document_id == document.id
        ]
        assert hits
        for passage in hits:
            assert plain[passage.start : passage.end] == passage.text
            words = [passage.text[start:end] for start, end in passage.tokens.offsets]
            assert "naïve" in words
            assert "🦊" in words


def test_texts_speak_of_everything_once(library, lighthouse):
    library.add([lighthouse])
    texts = list(library.texts())
    assert texts.count("The first keeper was Martha Reed. She stayed for 29 years.") == 1
    assert texts[0] == "The Lighthouse"
    assert list(library.texts(10_000)) == texts


def test_a_sample_of_the_texts_is_spread_over_the_library_and_loads_no_more(library, monkeypatch):
    def text(number, paragraphs):
        return f"Report {number}\n\n" + "\n\n".join(
            f"Report {number} has {n} words or more." for n in range(paragraphs)
        )

    library.add_texts((str(number), text(number, 5000 if number == 50 else 40)) for number in range(100))
    whole = sum(map(len, library.texts()))
    loaded = []
    monkeypatch.setattr(library._store, "text", lambda document: loaded.append(document) or original(document))
    original = type(library._store).text.__get__(library._store)
    sample = list(library.texts(30_000))
    assert 20_000 < sum(map(len, sample)) <= 30_000 < whole / 5
    assert sum(line in sample for line in (f"Report {number}" for number in range(100))) == 100
    told = [int(line.split()[1]) for line in sample if "words" in line]
    assert 8 < len(loaded) < 40
    assert told.count(50) / len(told) == pytest.approx(5000 / 8960, abs=0.1)
    assert min(told) < 20
    assert max(told) > 80


def test_texts_that_are_no_files(library):
    library.add_texts([("one", "Otters hold hands."), ("two", "Foxes \ud800 bark.")])
    before = library.version
    library.add_texts([("one", "Otters hold hands.")])
    assert library.version == before
    assert library.search("foxes")[0].passage.document == "two"
    library.add_texts([("two", "Owls hoot.")])
    assert library.search("foxes") == []


def test_the_samples_answer_their_questions(library):
    report = library.add([SAMPLES])
    assert len(report.added) == 13
    assert 50 <= library.count() <= 70
    for question, answer in [
        ("How tall is the lighthouse at Marlow Point?", "41 metres"),
        ("Who was the first keeper of the lighthouse?", "Martha Reed"),
        ("What is the late fee for films?", "fifty cents a day"),
        ("How many grams of salt are in the sourdough?", "10 grams of salt"),
        ("What does code E9 mean on the boiler?", "condensate pipe is frozen"),
        ("How long should I cool a burn?", "20 minutes"),
        ("When did the railway open?", "second of July 1893"),
        ("How often should I water a snake plant?", "three weeks"),
        ("Who worked out the dance of the bees?", "Karl von Frisch"),
        ("How far away is the moon?", "384,400 kilometres"),
        ("When do I plant garlic?", "Plant garlic in October"),
        ("What was the name of the parrot in the clock museum?", "Captain"),
        ("At how many degrees is green tea brewed?", "75 degrees"),
        ("When should a bicycle chain be replaced?", "3,000 kilometres"),
    ]:
        texts = [" ".join(hit.passage.text.split()) for hit in library.search(question, 3)]
        assert any(answer in text for text in texts), question


# The index


def test_a_lost_index_is_made_again_and_noted(opened, home, lighthouse):
    library = opened()
    library.add([lighthouse])
    library.close()
    shutil.rmtree(home / "index")
    again = opened()
    assert found(again, "first keeper")
    assert again.notes == ["The search index was made again (it is missing)."]
    assert opened().notes == []


@pytest.mark.parametrize(
    "pattern", ["*.term", "*.idx", "*.pos", "*.fast", "*.fieldnorm", "*.store", "meta.json", ".managed.json"]
)
@pytest.mark.parametrize("damage", ["scribble", "middle", "truncate"])
def test_a_damaged_index_is_made_again(opened, home, pattern, damage):
    library = opened()
    library.add([SAMPLES / "lighthouse.md", SAMPLES / "tea.md"])
    expected = found(library, "Who was the first keeper of the lighthouse?")
    library.close()
    noise = random.Random(pattern + damage)
    for file in (home / "index").glob(pattern):
        content = file.read_bytes()
        size = len(content)
        if damage == "scribble":
            content = noise.randbytes(size)
        elif damage == "middle":
            content = content[: size // 3] + noise.randbytes(size // 3) + content[size - size // 3 :]
        else:
            content = content[: size // 2]
        file.write_bytes(content)
    again = opened()
    passages = {text for _, _, text in found(again, "Who was the first keeper of the lighthouse?")}
    assert passages >= {expected[0][2]}
    assert not list(home.glob("index-*"))
    if pattern.startswith("*"):  # the others change, so they have no checksum, and may be damaged where it is no matter
        (note,) = again.notes
        assert re.fullmatch(rf"The search index was made again \(its file \w+\{pattern[1:]} is damaged\)\.", note)


def test_one_bit_of_the_index_is_not_damaged_unnoticed(opened, home, lighthouse):
    library = opened()
    library.add([lighthouse])
    library.close()
    (file,) = (home / "index").glob("*.term")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    again = opened()
    assert again.notes == [f"The search index was made again (its file {file.name} is damaged)."]
    assert found(again, "first keeper")
    assert opened().notes == []


def test_checksums_that_are_damaged_themselves_or_missing(opened, home, lighthouse):
    library = opened()
    library.add([lighthouse])
    library.close()
    (home / "index" / "sums.json").write_text("{")
    assert "made again" in opened().notes[0]
    (home / "index" / "sums.json").unlink()  # an index of an earlier version
    library = opened()
    assert library.notes == []
    lighthouse.write_text(LIGHTHOUSE + "More.")
    library.add([lighthouse])
    assert (home / "index" / "sums.json").exists()


def test_an_index_older_than_what_is_forgotten_is_made_again(opened, home, lighthouse, monkeypatch):
    monkeypatch.setattr("knowledge.store.sqlite.store.MOST_REMOVED", 0)
    library = opened()
    library.add([lighthouse, SAMPLES / "tea.md"])
    library.close()
    shutil.copytree(home / "index", home / "old")
    library = opened()
    library.remove(1)
    library.add([SAMPLES / "bees.md"])
    library.close()
    shutil.rmtree(home / "index")
    (home / "old").rename(home / "index")
    again = opened()
    assert again.notes == ["The search index was made again (it was too old to be brought up to date)."]
    assert all(title != "The Lighthouse" for title, _, _ in found(again, "first keeper"))


def test_notes_are_told_as_they_come(opened, home, lighthouse):
    library = opened()
    library.add([lighthouse])
    library.close()
    shutil.rmtree(home / "index")
    told = []
    assert opened(tell=told.append).notes == told == ["The search index was made again (it is missing)."]


def test_asking_for_the_version_never_waits(opened, lighthouse):
    library, other = opened(), opened()
    before = library.version
    other.add([lighthouse])
    assert other.version > before
    seen = []
    with library._store._file._lock:  # another thread reads
        thread = threading.Thread(target=lambda: seen.append(library.version), daemon=True)
        thread.start()
        thread.join(60)
    assert seen == [before]
    assert library.version == other.version
    library.close()
    assert library.version == other.version


def test_what_was_changed_here_counts_while_another_thread_reads(opened, lighthouse):
    library = opened()
    before = library.version
    seen = []
    for change in (lambda: library.add([lighthouse]), lambda: library.remove(library.documents()[0].id)):
        change()
        with library._store._file._lock:
            thread = threading.Thread(target=lambda: seen.append(library.version), daemon=True)
            thread.start()
            thread.join(60)
    assert before < seen[0] < seen[1]


def test_what_a_killed_repair_left_behind_is_swept_up(opened, home, lighthouse):
    library = opened()
    library.add([lighthouse])
    library.close()
    shutil.rmtree(home / "index")
    (home / "index-old").mkdir()
    (home / "index-new" / "deeper").mkdir(parents=True)
    assert found(opened(), "first keeper")
    assert sorted(path.name for path in home.glob("index*")) == ["index", "index.lock"]


def test_an_index_of_another_store_is_made_again(opened, home, tmp_path, lighthouse):
    with_tea = Library.open(tmp_path / "other", tokenize)
    with_tea.add([SAMPLES / "tea.md"])
    with_tea.close()
    library = opened()
    library.add([lighthouse])
    library.close()
    shutil.rmtree(home / "index")
    shutil.copytree(tmp_path / "other" / "index", home / "index")
    again = opened()
    assert again.notes == ["The search index was made again (it belonged to another store)."]
    assert found(again, "first keeper")
    assert found(again, "oolong") == []


def test_an_index_that_lags_behind_catches_up(opened, home, lighthouse):
    library = opened()
    library.add([SAMPLES / "tea.md"])
    library.close()
    shutil.copytree(home / "index", home / "old")
    library = opened()
    library.add([lighthouse])
    library.remove(1)
    library.close()
    shutil.rmtree(home / "index")
    (home / "old").rename(home / "index")
    again = opened()
    assert found(again, "first keeper")
    assert found(again, "oolong") == []
    assert again.notes == []


def test_the_index_is_written_every_so_often(opened, home, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    for n in range(5):
        (tmp_path / f"{n}.md").write_text(f"Document number{n} speaks.")
    library = opened()
    reader = opened(readonly=True)
    seen = []
    library.add(sorted(tmp_path.glob("*.md")), lambda _: seen.append(len(reader.search("document"))))
    assert seen == [0, 0, 2, 2, 4]
    assert len(reader.search("document")) == 5


def test_another_vocabulary_tokenises_again(opened, lighthouse):
    library = opened()
    library.add([lighthouse])
    library.close()

    def letters(text):
        return Tokens(
            np.array([ord(c) for c in text], np.int32), np.array([(n, n + 1) for n in range(len(text))], np.int32)
        )

    reader = opened(tokenize=letters, readonly=True)
    passage = reader.search("first keeper")[0].passage
    assert np.array_equal(passage.tokens.ids, letters(passage.text).ids)
    again = opened(tokenize=letters)
    passage = again.search("first keeper")[0].passage
    assert np.array_equal(passage.tokens.ids, letters(passage.text).ids)
    assert again.notes == ["The vocabulary has changed, so the passages were tokenised again."]
    assert again.add([lighthouse]).unchanged == (lighthouse,)


# The store


def test_an_emptied_store_is_not_taken_for_a_new_one(opened, home, lighthouse):
    library = opened()
    library.add([lighthouse])
    library.close()
    (home / "knowledge.db").write_bytes(b"")
    with pytest.raises(ReparteeError, match="is empty although it had documents"):
        opened()


def test_a_store_whose_making_was_interrupted_is_made(opened, home):
    home.mkdir()
    (home / "knowledge.db").write_bytes(b"")
    assert opened().count() == 0


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ReparteeError, match=r"cannot be used \(.*\); choose another home with --home\."):
        Library.open(tmp_path / "file" / "home", tokenize)


def test_reading_where_nothing_was_added_is_one_sentence(tmp_path):
    with pytest.raises(ReparteeError, match=r"does not exist; add documents first: repartee knowledge add PATH\."):
        Library.open(tmp_path, tokenize, readonly=True)


def test_documents_in_another_language_are_taken_in_with_a_word_of_warning(library, tmp_path):
    texts = {"wash.md": "# 洗衣机\n\n洗衣机的保修期是三年。", "hut.md": "# Хижина\n\nКлюч от хижины висит у двери."}
    texts |= {
        "berg.md": "# Hütte\n\nDer Schlüssel hängt bei der Tür und das Beil im Stall.",
        "tal.txt": "Im Tal ist der Weg nass.",
    }
    texts |= {"cafe.md": "# Café\n\nThe crème brûlée costs six euros (昨日)."}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    report = library.add([tmp_path])
    assert len(report.added) == 5
    assert [note.partition(":")[0] for note in report.notes] == [
        f"{tmp_path / 'berg.md'} and 1 more are in German",
        f"{tmp_path / 'hut.md'} is in Cyrillic letters",
        f"{tmp_path / 'wash.md'} is in Chinese",
    ]
    assert library.add([tmp_path]).notes == ()

"""`repartee ask` as a user runs it: cited answers, and one sentence with status 2 for every kind of bad input."""

import asyncio
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.audio.files import write_wav
from assistant.audio.samples import RATE
from assistant.config import Config
from assistant.parts import Parts
from assistant.turn.budget import DEFAULT_SLOTS
from engines.checkpoint import default_checkpoint_path
from knowledge.library import Library
from tests.paths import SAMPLES, SPEECH
from tests.processes import AS_ANYONE

QUESTION = "How tall is the lighthouse at Marlow Point?"
# Time to read everything, however busy this machine is; a few passages are enough.
PATIENT = {"REPARTEE_BUDGET_READ": "60000", "REPARTEE_READER_PASSAGES": "4"}


def refused(result) -> str:
    """Return the one sentence of a refusal, after checking its form."""
    assert result.returncode == 2, result
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("repartee: ")
    return lines[0].removeprefix("repartee: ")


def digest(folder: Path) -> dict[str, str]:
    """Return what is in the store of a home, file by file."""
    files = sorted(folder.glob("knowledge.db"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_what_is_kept_beside_the_documents_is_its_owners_alone(own_home, repartee):
    shutil.rmtree(own_home / "cache", ignore_errors=True)
    assert repartee(own_home, "ask", "--audio", SPEECH / "stop-slt.flac").returncode == 0
    folders = [path for path in (own_home / "cache").rglob("*") if path.is_dir()]
    assert len(folders) >= 2  # of the reader's costs or engines, and of the recognizer
    assert {path.stat().st_mode & 0o777 for path in (own_home / "cache", *folders)} == {0o700}


def test_json_is_the_documented_object_and_its_citation_is_verbatim(samples_home, repartee):
    result = repartee(samples_home, "ask", QUESTION, "--json", env=PATIENT)
    assert result.returncode == 0, result.stderr
    reply = json.loads(result.stdout)
    assert list(reply) == [
        "question", "transcript", "outcome", "answer", "confidence", "abstained", "citations", "action", "spoken",
        "stages", "total_ms",
    ]  # fmt: skip
    assert (reply["question"], reply["transcript"], reply["abstained"]) == (QUESTION, None, False)
    assert "41 metres" in reply["answer"]
    assert 0.5 <= reply["confidence"] <= 1
    assert [stage["name"] for stage in reply["stages"]] == ["understand", "retrieve", "read"]
    slots = {**DEFAULT_SLOTS, "read": 60_000}
    assert all(stage["budget_ms"] == slots[stage["name"]] for stage in reply["stages"])
    citation = reply["citations"][0]
    assert list(citation) == ["document", "passage_id", "start", "end", "text", "page"]
    assert citation["text"] == reply["answer"]
    library = Library.open(samples_home, lambda _: pytest.fail("no need to tokenise"), readonly=True)
    document = next(each for each in library.documents() if each.path == citation["document"])
    assert library.text(document.id)[citation["start"] : citation["end"]] == citation["text"]
    library.close()
    assert Path(citation["document"]).name == "lighthouse.md"


def test_a_client_can_check_the_citation_with_knowledge_search(samples_home, repartee):
    citation = json.loads(repartee(samples_home, "ask", QUESTION, "--json", env=PATIENT).stdout)["citations"][0]
    passages = json.loads(repartee(samples_home, "knowledge", "search", QUESTION, "--json").stdout)
    passage = next(each for each in passages if each["passage_id"] == citation["passage_id"])
    start, end = citation["start"] - passage["start"], citation["end"] - passage["start"]
    assert passage["text"][start:end] == citation["text"]


def test_for_people_the_answer_its_passage_and_the_ledger_are_printed(samples_home, repartee):
    result = repartee(samples_home, "ask", QUESTION, env=PATIENT)
    assert result.returncode == 0
    assert "»" in result.stdout
    assert "lighthouse.md · characters " in result.stdout
    assert all(stage in result.stdout for stage in ("understand", "retrieve", "read", "total"))


def test_what_the_documents_do_not_say_is_not_answered(samples_home, repartee):
    result = repartee(samples_home, "ask", "Who painted the Mona Lisa?", "--json", env=PATIENT)
    assert result.returncode == 0
    reply = json.loads(result.stdout)
    assert (reply["answer"], reply["abstained"], reply["citations"]) == (None, True, [])
    assert reply["spoken"].startswith("I don't know.")


def test_words_that_no_document_has_are_not_answered(samples_home, repartee):
    reply = json.loads(repartee(samples_home, "ask", "xyzzy plugh?", "--json").stdout)
    assert (reply["abstained"], reply["spoken"]) == (True, "I don't know. I found none of that in your documents.")
    assert reply["stages"][-1]["note"].startswith("nothing to read")


def test_a_small_slot_reads_less_and_says_so(samples_home, repartee):
    question = "Who was the first keeper of the lighthouse?"
    reply = json.loads(repartee(samples_home, "ask", question, "--json", env={"REPARTEE_BUDGET_READ": "3"}).stdout)
    read = reply["stages"][-1]
    assert read["budget_ms"] == 3
    assert re.match(r"read \d+( and part of \d+)? of \d+ passages", read["note"])


def test_a_threshold_of_one_abstains_and_of_zero_answers(samples_home, repartee):
    strict = repartee(samples_home, "ask", QUESTION, "--json", env=PATIENT | {"REPARTEE_READER_THRESHOLD": "1"})
    assert json.loads(strict.stdout)["abstained"]
    loose = repartee(
        samples_home, "ask", "Who painted the great clock?", "--json", env=PATIENT | {"REPARTEE_READER_THRESHOLD": "0"}
    )
    assert not json.loads(loose.stdout)["abstained"]


def test_no_library_registers_this_user_for_statistics(tmp_path, samples_home, repartee):
    result = repartee(samples_home, "ask", QUESTION, "--json", env=PATIENT | {"HOME": str(tmp_path)})
    assert result.returncode == 0, result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_question_may_come_from_standard_input(samples_home, repartee):
    result = repartee(samples_home, "ask", "-", "--json", input=QUESTION + "\n")
    assert json.loads(result.stdout)["question"] == QUESTION


def test_the_reply_is_written_as_speech(samples_home, repartee, tmp_path):
    import soundfile

    spoken = tmp_path / "reply.wav"
    result = repartee(samples_home, "ask", QUESTION, "--json", "--speak", spoken)
    assert result.returncode == 0, result.stderr
    assert [stage["name"] for stage in json.loads(result.stdout)["stages"]][-1] == "first_audio"
    pcm, rate = soundfile.read(spoken, dtype="int16")
    assert len(pcm) > rate
    assert np.abs(pcm).max() > 1000


def test_a_read_only_home_still_answers(own_home, repartee):
    for path in (own_home, *own_home.rglob("*")):
        path.chmod(path.stat().st_mode & 0o555)
    before = digest(own_home)
    try:
        result = repartee(own_home, "ask", QUESTION, "--json", before=AS_ANYONE, env=PATIENT)
        assert result.returncode == 0, result.stderr
        assert "41 metres" in json.loads(result.stdout)["answer"]
        sentence = refused(repartee(own_home, "knowledge", "add", SAMPLES, before=AS_ANYONE))
        assert "cannot be written" in sentence
        assert digest(own_home) == before
    finally:
        for path in (own_home, *own_home.rglob("*")):
            path.chmod(path.stat().st_mode | 0o700)


def test_a_home_that_cannot_be_made_is_refused(tmp_path, repartee):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    sentence = refused(repartee(locked / "home", "knowledge", "add", SAMPLES, before=AS_ANYONE))
    assert str(locked / "home") in sentence


@pytest.mark.parametrize("question", ["", "   ", "?!"])
def test_an_empty_question_is_refused(samples_home, repartee, question):
    assert refused(repartee(samples_home, "ask", question)).startswith("The question is empty;")


def test_a_question_of_100_kb_is_refused(samples_home, repartee):
    assert refused(repartee(samples_home, "ask", "why " * 25_000)).startswith("The question has 100000 characters;")


def test_a_question_that_is_not_text_is_answered_or_abstained(samples_home, repartee):
    result = repartee(samples_home, "ask", b"how \xff\xfe tall \x1b[2J is \xc3\x28 it".decode(errors="surrogateescape"))
    assert result.returncode == 0, result.stderr
    assert "\x1b[2J" not in result.stdout


def test_a_question_and_a_recording_together_are_refused(samples_home, repartee):
    for arguments in ((), (QUESTION, "--audio", "a.wav")):
        result = repartee(samples_home, "ask", *arguments)
        assert result.returncode == 2
        assert "Give either a QUESTION or --audio FILE" in result.stderr


def test_silence_is_refused(samples_home, repartee, tmp_path):
    write_wav(tmp_path / "silence.wav", np.zeros(2 * RATE, np.int16), RATE)
    assert "this recording is silent" in refused(repartee(samples_home, "ask", "--audio", tmp_path / "silence.wav"))


def test_a_truncated_recording_is_refused(samples_home, repartee, tmp_path):
    cut = tmp_path / "cut.wav"
    write_wav(cut, np.ones(RATE, np.int16), RATE)
    cut.write_bytes(cut.read_bytes()[:5000])
    assert str(cut) in refused(repartee(samples_home, "ask", "--audio", cut))


@pytest.mark.parametrize("content", [b"", b"These are words and not sounds. " * 50, bytes(range(256)) * 40])
def test_a_file_that_is_no_recording_is_refused(samples_home, repartee, tmp_path, content):
    (tmp_path / "not.wav").write_bytes(content)
    assert str(tmp_path / "not.wav") in refused(repartee(samples_home, "ask", "--audio", tmp_path / "not.wav"))


def test_a_missing_recording_is_refused(samples_home, repartee, tmp_path):
    assert str(tmp_path / "none.wav") in refused(repartee(samples_home, "ask", "--audio", tmp_path / "none.wav"))


def test_speech_for_a_missing_folder_is_refused_before_anything_is_done(samples_home, repartee, tmp_path):
    target = tmp_path / "missing" / "reply.wav"
    assert "there is no folder" in refused(repartee(samples_home, "ask", QUESTION, "--speak", target))


def test_a_home_without_documents_is_refused_and_says_how_to_add_some(repartee, tmp_path):
    assert "repartee knowledge add PATH" in refused(repartee(tmp_path / "new", "ask", QUESTION))
    assert not (tmp_path / "new").exists()


def test_an_emptied_store_is_refused(repartee, tmp_path):
    (tmp_path / "one.txt").write_text("The mill was built in 1911.")
    assert repartee(tmp_path / "home", "knowledge", "add", tmp_path / "one.txt").returncode == 0
    assert repartee(tmp_path / "home", "knowledge", "remove", "1").returncode == 0
    assert "repartee knowledge add PATH" in refused(repartee(tmp_path / "home", "ask", QUESTION))


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"this is not a database at all, only some text that stands in its place" * 100,
        lambda content: content[: len(content) // 2],
        lambda content: content[:4096] + bytes(len(content) - 4096),
        lambda content: b"",
    ],
)
def test_a_corrupt_store_is_refused_and_left_as_it_is(own_home, repartee, damage):
    store = own_home / "knowledge.db"
    for side in own_home.glob("knowledge.db-*"):
        side.unlink()
    store.write_bytes(damage(store.read_bytes()))
    before = digest(own_home)
    assert str(store) in refused(repartee(own_home, "ask", QUESTION))
    assert digest(own_home) == before


def test_a_lost_index_is_made_again(own_home, repartee):
    shutil.rmtree(own_home / "index")
    result = repartee(own_home, "ask", QUESTION, "--json", env=PATIENT)
    assert result.returncode == 0, result.stderr
    assert "41 metres" in json.loads(result.stdout)["answer"]


def test_missing_weights_are_refused(samples_home, repartee, tmp_path):
    missing = tmp_path / "none.safetensors"
    assert str(missing) in refused(repartee(samples_home, "ask", QUESTION, env={"REPARTEE_READER_MODEL": str(missing)}))


def test_damaged_weights_are_refused(samples_home, repartee, tmp_path):
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(default_checkpoint_path().read_bytes()[:100_000])
    assert str(cut) in refused(repartee(samples_home, "ask", QUESTION, env={"REPARTEE_READER_MODEL": str(cut)}))


@pytest.mark.parametrize("content", [bytes(range(256)) * 100, b"\x89PNG\r\n\x1a\n" + b"\0" * 500])
def test_a_binary_document_is_refused_and_the_rest_is_kept(own_home, repartee, tmp_path, content):
    (tmp_path / "binary.txt").write_bytes(content)
    before = repartee(own_home, "knowledge", "list", "--json").stdout
    assert str(tmp_path / "binary.txt") in refused(repartee(own_home, "knowledge", "add", tmp_path / "binary.txt"))
    assert repartee(own_home, "knowledge", "list", "--json").stdout == before


def test_an_unreadable_document_is_refused(own_home, repartee, tmp_path):
    (tmp_path / "secret.txt").write_text("The mill was built in 1911.")
    (tmp_path / "secret.txt").chmod(0)
    result = repartee(own_home, "knowledge", "add", tmp_path / "secret.txt", before=AS_ANYONE)
    assert str(tmp_path / "secret.txt") in refused(result)


def test_a_full_disk_is_one_sentence(samples_home, repartee):
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "assistant", "--home", samples_home, "ask", QUESTION],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert result.returncode == 2
    assert result.stderr == "repartee: No space left on device; free some space and run it again.\n"


def test_a_closed_pipe_is_quiet(samples_home):
    call = f"{sys.executable} -m assistant --home {samples_home} knowledge list | true"
    result = subprocess.run(["bash", "-c", call], capture_output=True, text=True, check=False)
    assert result.stderr == ""


def test_what_the_library_put_right_is_told(repartee, own_home):
    (own_home / "index" / "meta.json").write_text("{")
    asked = repartee(own_home, "ask", QUESTION)
    assert asked.returncode == 0
    assert re.fullmatch(r"The search index was made again \(.*\)\.\n", asked.stderr)
    assert repartee(own_home, "ask", QUESTION).stderr == ""


def test_the_largest_document_is_the_same_for_whoever_adds(own_home):
    (own_home / "repartee.toml").write_text("[knowledge]\nmax_document_mb = 0.001\n")
    parts = Parts.open(Config.load(own_home))
    try:
        assert "the limit is 0.001 MB" in parts.library.add([SAMPLES]).failed[0][1]
    finally:
        asyncio.run(parts.close())

"""Documents are converted in a process that may crash, hang or explode: real ones, killed by what they read."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.formats import process as module
from knowledge.formats.process import Converter, Limits
from knowledge.formats.registry import convert
from knowledge.passages import pack
from knowledge.text import DocumentError, stream_safe
from tests.paths import ROOT

#: Converters that do what a faulty one might; the process takes them from a folder that lies before the real one.
FAULTY = {
    "crash": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "hang": "import time; time.sleep(600)",
    "spin": "while True: pass",
    "explode": "b = [bytes(2**26) for _ in range(1000)]",
    "exit": "import os; os._exit(3)",
    "raise": "raise KeyError('no such thing')",
    "recurse": "f = lambda: f(); f()",
    "print": "print('1\\n{}'); import sys; sys.stdout.flush()",
    "lie": "return DocumentText('t', 'short', (Section((), ((0, 99),)),))",
    "write": "import os; os.write(os.open(name, os.O_CREAT | os.O_WRONLY), b'x')",
}
#: Of the clock there is plenty: a loaded machine may take seconds to start a process.
LIMITS = Limits(cpu_s=1.0, cpu_s_per_mb=1.0, wall_s_per_cpu_s=30.0, memory_mb=400, memory_mb_per_mb=8)


@pytest.fixture
def converter(tmp_path, monkeypatch):
    """A converter whose process also reads .crash, .hang and so on."""
    package = tmp_path / "faulty"
    package.mkdir()
    for name, code in FAULTY.items():
        head = "from knowledge.text import DocumentText, Section"
        tail = "return DocumentText(name, 'x', (Section((), ((0, 1),)),))"
        lines = f"{head}\ndef convert(content, name):\n    {code}\n    {tail}\n"
        (package / f"faulty_{name}.py").write_text(lines)
    start = package / "start.py"
    kinds = {f".{name}": f"faulty_{name}" for name in FAULTY}
    start.write_text(
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(package)!r}]\n"
        "import knowledge.formats; knowledge.formats.__path__.append(sys.path[1])\n"
        f"from knowledge.formats import registry, worker\nregistry.CONVERTERS.update({kinds!r})\nworker.main()\n"
    )
    monkeypatch.setattr(module, "PROGRAM", start)
    with Converter(LIMITS) as made:
        yield made


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("crash", r"^crashes the program that reads it \(SIGSEGV\); save it again, or convert it to \.txt\.$"),
        ("hang", r"^takes more than 3 s to read; split it, or convert it to \.txt\.$"),
        ("spin", r"^takes more than (1|30) s to read; split it, or convert it to \.txt\.$"),
        ("explode", r"^needs more than 408 MB of memory to be read; split it, or convert it to \.txt\.$"),
        ("exit", r"^crashes the program that reads it \(status 3\); "),
        ("raise", r"^cannot be read \(KeyError: 'no such thing'\); save it again"),
        ("recurse", r"^nests its parts too deeply to be read; save it again"),
        ("lie", r"^crashes the program that reads it \(an answer that makes no sense\)"),
        ("write", r"^(crashes the program that reads it \(SIGXFSZ\)|cannot be read \(OSError: .*too large\))"),
    ],
)
def test_a_document_that_breaks_its_reader_costs_one_sentence_and_no_other(converter, fault, sentence, tmp_path):
    assert converter.convert(b"Before.", ".txt", "a").text == "Before."
    if fault == "hang":
        converter.limits = replace(LIMITS, wall_s_per_cpu_s=3.0)
    with pytest.raises(DocumentError, match=sentence):
        converter.convert(b"x", f".{fault}", str(tmp_path / "b"))
    converter.limits = LIMITS
    assert converter.convert(b"After.", ".txt", "c").text == "After."
    assert converter.started == (1 if fault in {"raise", "recurse", "lie", "write"} else 2)


def test_what_a_library_prints_is_not_taken_for_an_answer(converter):
    assert converter.convert(b"x", ".print", "b").text == "x"


def test_the_process_says_just_what_the_converters_say():
    page = "<h1>T</h1><p>Ünï &#xD800; \U0001f98a</p>".encode()
    with Converter() as converter:
        for content, suffix in ((page, ".html"), (b"# A\n\n- b\n", ".MD"), (b"c\n\nd e.\n", ".txt")):
            assert converter.convert(content, suffix, "name") == convert(content, suffix, "name")
        with pytest.raises(DocumentError, match=r"^holds binary data"):
            converter.convert(b"\0\1", ".txt", "name")
        assert converter.started == 1


#: Each would take minutes or end in a traceback if a rule looked at all the rest again for every character.
PATHOLOGICAL = {
    "spaces.txt": b"T\n\nx\n" + b" " * 1_000_000 + b"\ny",
    "dots.txt": b"a" + b"." * 1_000_000 + b"b",
    "quotes.txt": b"a." + b"'" * 1_000_000 + b"b",
    "marks.txt": "e\u0301\u0323".encode() + "\u0301\u0323".encode() * 100_000,
    "marks.html": b"<p>e" + b"&#x301;&#x323;" * 100_000 + b"</p>",
    "title.md": b"---\ntitle: a" + b" " * 1_000_000 + b"b\n---\ntext\n",
    "front.md": b"---\n" + b"key: x\n" * 200_000 + b"---\ntext",
    "pre.html": b"<pre>a" + b" " * 1_000_000 + b"b</pre>",
    "number.html": b"<ol start=" + b"9" * 4301 + b"><li>one</ol>",
    "undefined.html": b"<meta charset=undefined><p>caf\xe9</p>",
    "unicode-escape.html": b"<meta charset=unicode_escape><p>caf\xe9 \\ud800</p>",
    "instruction.html": b"<?php " + b"x" * 100_000 + b" ?><p>Hello</p>",
    "instruction.md": b"# T\n\n<?xml " + b"x" * 300 + b" ?>\n\nHello\n",
    "nested.html": b"<div>" * 5_000 + b"deep",
    "attributes.html": b"<p " + b"a=1 " * 1_000_000 + b">Text.</p>",
}


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_the_work_grows_only_with_the_length(name):
    with Converter(Limits(cpu_s=5.0, cpu_s_per_mb=0.0)) as converter:
        document = converter.convert(PATHOLOGICAL[name], f".{name.partition('.')[2]}", "a")
    assert pack(document.text, document.sections[0].blocks)
    assert stream_safe(document.text) == document.text


def test_a_process_that_was_killed_between_two_documents_is_blamed_on_none(converter):
    converter.convert(b"One.", ".txt", "a")
    converter._process.kill()
    converter._process.wait()
    assert converter.convert(b"Two.", ".txt", "b").text == "Two."


def test_the_time_for_one_document_is_not_used_up_by_those_before_it():
    with Converter(Limits(cpu_s=1.0)) as converter:
        for _ in range(10):  # each about a sixth of a second of the processor, several times that of a busy one
            converter.convert(b"|a|b|\n|-|-|\n" + b"|1|2|\n" * 4000, ".md", "a")
        assert converter.started == 1


def test_nothing_is_imported_from_the_current_folder(tmp_path, monkeypatch):
    for name in ("json", "html", "selectolax", "knowledge", "resource", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", "."]))
    with Converter() as converter:
        assert converter.convert(b"<p>Text.</p>", ".html", "a").text == "Text."
    assert not (tmp_path / "ran").exists()


def test_the_process_ends_with_the_one_who_started_it(tmp_path):
    code = (
        "import os\nfrom knowledge.formats.process import Converter\nconverter = Converter()\n"
        "converter.convert(b'Text.', '.txt', 'a')\nprint(converter._process.pid, flush=True)\nos.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    for _ in range(500):
        status = Path(f"/proc/{done.stdout.strip()}/stat")
        if not status.exists() or status.read_text().split()[2] == "Z":
            return
        time.sleep(0.01)
    pytest.fail("it still runs")


def test_it_imports_neither_numpy_nor_what_it_does_not_need():
    code = "import knowledge.formats.worker, sys; print({'numpy', 'selectolax', 'markdown_it'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"

"""The lines of docs/clients.md do what they say, as they stand but for the address."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.clients.conftest import ROOT, node_modules, python_of

DOCS = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SNIPPETS = BLOCK.findall(DOCS)
#: Of these the lines in a page are run by test_browser.py, and the line of a shell begins the proxy that
#: wyoming_openai/certify.py drives.
LANGUAGES = {"python", "javascript", "js", "sh"}
ADDRESS = "127.0.0.1:8765"
#: Runs each program with what the ones before it imported: an interpreter for each would import for seconds.
RUN = """import sys
for path in sys.argv[1:]:
    print(path, flush=True)
    exec(compile(open(path).read(), path, "exec"), {"__name__": "__main__"})
"""


def test_every_client_of_the_table_has_a_snippet_in_a_language_that_is_run():
    assert {language for language, _ in SNIPPETS} == LANGUAGES
    anchors = re.findall(r"^\| \[.*?\]\(#([\w-]+)\)", DOCS, re.MULTILINE)
    assert len(anchors) >= 9
    sections = dict(part.split("\n", 1) for part in re.split(r"^## ", DOCS, flags=re.MULTILINE)[1:])
    bodies = {re.sub(r"[^\w -]", "", title).replace(" ", "-").lower(): body for title, body in sections.items()}
    for anchor in anchors:
        assert BLOCK.search(bodies[anchor]), f"{anchor} has no snippet"


def written(folder: Path, language: str, suffix: str, address: str) -> list[Path]:
    """The snippets of a language as files, with the address of the server at hand."""
    paths = []
    for number, (_, code) in enumerate(each for each in SNIPPETS if each[0] == language):
        paths.append(folder / f"snippet-{number}{suffix}")
        paths[-1].write_text(code.replace(ADDRESS, address), encoding="utf-8")
    return paths


def ran(command: list[str], cwd: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    return done.stdout


def test_every_snippet_in_python_prints_the_answer(served, tmp_path):
    address = served.url.removeprefix("http://")
    paths = written(tmp_path, "python", ".py", address)
    said = ran([str(python_of("newest")), "-c", RUN, *map(str, paths)])
    for path, after in zip(paths, [*map(str, paths[1:]), r"\Z"], strict=True):
        printed = re.search(rf"{path}\n(.*?)(?={after})", said, re.DOTALL)
        assert printed, path
        asks = "How tall" in path.read_text(encoding="utf-8")
        assert ("41 metres" in printed[1]) == asks, f"{path.read_text(encoding='utf-8')} printed {printed[1]}"


@pytest.mark.parametrize("number", range(sum(language == "javascript" for language, _ in SNIPPETS)))
def test_every_snippet_in_javascript_prints_the_answer(served, tmp_path, number):
    (tmp_path / "node_modules").symlink_to(node_modules())
    path = written(tmp_path, "javascript", ".mjs", served.url.removeprefix("http://"))[number]
    assert "41 metres" in ran(["node", str(path)], cwd=tmp_path)

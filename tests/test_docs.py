"""README and docs name what is there: files, headings, commands, modules and make targets."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from assistant.cli import main
from tests.paths import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_LINK = re.compile(r"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_BLOCK = re.compile(r"^ *```.*?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.(?:py|md|c|h|cu|css|js|html|toml|jsonl?|flac|safetensors|png)")
_FOLDER = re.compile(r"(?:assistant|knowledge|engines|plugins|tests|docs)(?:/[\w.-]+)*/")
#: What a user has, or what is made: named in the docs, and not here.
NOT_HERE = {"repartee.toml", "knowledge.db"}


def tree() -> set[str]:
    """Return every file and folder of the project, from its root."""
    found: set[str] = set()
    for room in ("assistant", "knowledge", "engines", "plugins", "tests", "docs", ".ci"):
        found |= {
            path.relative_to(ROOT).as_posix() for path in (ROOT / room).rglob("*") if "node_modules" not in path.parts
        }
        found.add(room)
    return found | {path.name for path in ROOT.iterdir()}


def commands(text: str) -> Iterator[str]:
    """Yield what is typed into a shell in the blocks of a page, without comments; and what sentences name."""
    for block in _BLOCK.findall(text):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            for command in re.split(r"&&|(?<!\|)\|(?!\|)|;", line.partition("  #")[0].partition(" # ")[0]):
                yield command.strip().removeprefix("$ ")
    yield from _CODE.findall(_BLOCK.sub("", text))


def headings(page: Path) -> set[str]:
    """Return the anchors of a page, as they are made of its headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in (one or other for one, other in _LINK.findall(page.read_text(encoding="utf-8"))):
        if "://" in target or target.startswith("mailto:"):
            continue
        file, _, anchor = target.partition("#")
        linked = page.parent / file if file else page
        assert linked.exists(), target
        assert not anchor or anchor in headings(linked), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_folders_that_are_named_are_there(page: Path) -> None:
    known = tree()
    for code in _CODE.findall(_BLOCK.sub("", page.read_text(encoding="utf-8"))):
        name = code.rstrip("/")
        if _FOLDER.fullmatch(code):
            assert name in known, f"there is no folder {code}"
        elif _FILE.fullmatch(code) and ("/" in code or code.endswith(".py")) and code not in NOT_HERE:
            assert any(path == name or path.endswith(f"/{name}") for path in known), f"there is no file {code}"


def parse(arguments: list[str]) -> None:
    """Take a command line apart as the program does, without doing anything. Raises click.UsageError."""
    command: click.Command = main
    context = None
    while True:
        try:
            context = command.make_context(command.name or "repartee", list(arguments), parent=context)
        except (click.BadParameter, click.exceptions.NoArgsIsHelpError, click.exceptions.Exit):  # the last is --help
            return  # a file of an example is not there, a value stands for one, or a sentence leaves them out
        if not isinstance(command, click.Group):
            return
        arguments = [*context._protected_args, *context.args]
        if not arguments:
            return
        _, found, arguments = command.resolve_command(context, arguments)
        assert found is not None
        command = found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_are_shown_can_be_given(page: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for command in commands(page.read_text(encoding="utf-8")):
        words = shlex.split(command) if command.startswith(("repartee ", "python -m ", "make ")) else []
        match words:
            case ["repartee", *arguments]:
                try:
                    parse(arguments)
                except click.UsageError as error:
                    pytest.fail(f"{command}: {error.format_message()}")
            case ["python", "-m", module, *_] if module.partition(".")[0] in ("assistant", "knowledge", "engines"):
                assert importlib.util.find_spec(module), command
            case ["make", *wanted]:
                assert {each for each in wanted if "=" not in each} <= targets, command


def test_a_command_that_is_none_is_noticed() -> None:
    parse(["ask", "Why?", "--json"])
    for wrong in (["aks", "Why?"], ["ask", "Why?", "--jsno"], ["knowledge", "ad", "x"], ["ask", "Why?", "Who?"]):
        with pytest.raises(click.UsageError):
            parse(wrong)


def test_the_table_of_clients_names_the_versions_that_are_installed():
    """What `make test-clients` installs is pinned in tests/clients; its newest versions stand first in the table."""
    clients = ROOT / "tests" / "clients"
    pinned = {name: (clients / f"{name}.txt").read_text(encoding="utf-8") for name in ("newest", "older")}
    installed: dict[str, list[str]] = {}
    for text in pinned.values():
        for name, version in re.findall(r"^([\w-]+)(?:\[[\w,]+\])?==([\w.]+)", text, re.MULTILINE):
            installed.setdefault(name, []).append(version)
    node = json.loads((clients / "agents" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    installed["@openai/agents"] = [
        node[f"@openai/{name}"].rpartition("@")[2] for name in ("agents", "agents-realtime-older")
    ]
    installed["ai"], installed["@ai-sdk/openai"] = [node["ai"]], [node["@ai-sdk/openai"]]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installed["wyoming_openai"] = re.findall(r"wyoming-openai==([\w.]+)", makefile)
    rows = re.findall(
        r"^\| (\[.*?) \| ([\w., ]+) \| ", (ROOT / "docs" / "clients.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(rows) == 9
    for client, versions in rows:
        names = [name for name in _CODE.findall(client) if name in installed]
        assert names, client
        wanted = [version for name in names for version in installed[name]]
        assert versions.split(", ") == wanted, client
    both = {client for client, versions in rows if "," in versions}
    assert sum(name in client for client in both for name in ("(Python)", "JavaScript", "livekit", "pipecat")) == 4

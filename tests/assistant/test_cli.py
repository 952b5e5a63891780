"""The command line resolves commands by name and turns every failure into a sentence and a status."""

import errno
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from assistant import cli
from assistant.config import Config
from engines.errors import ReparteeError


def run_failing(monkeypatch, tmp_path, error):
    """Run ``repartee doctor`` with a body that raises ``error``, through the real group."""

    @click.command()
    def body():
        raise error

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: body)
    return CliRunner().invoke(cli.main, ["--home", str(tmp_path), "doctor"])


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (ReparteeError("The question is empty."), 2, "repartee: The question is empty.\n"),
        (OSError(errno.ENOSPC, "No space left on device", "/x"), 2, "repartee: /x: No space left on device; free "),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 2, "repartee: /x: Permission denied; check its "),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 1, ""),
        (MemoryError(), 2, "repartee: There is not enough memory"),
    ],
)
def test_errors_become_one_sentence_and_a_status(monkeypatch, tmp_path, error, status, sentence):
    result = run_failing(monkeypatch, tmp_path, error)
    assert result.exit_code == status
    assert result.stderr.strip("\n").startswith(sentence.strip("\n"))
    assert result.stderr.strip("\n").count("\n") == 0
    assert "Traceback" not in result.output


def test_the_home_becomes_the_context_object(monkeypatch, tmp_path):
    seen = []

    @click.command()
    @click.pass_obj
    def body(config):
        seen.append(config)

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: body)
    (tmp_path / "repartee.toml").write_text("[budget]\nread = 3\n")
    assert CliRunner().invoke(cli.main, ["doctor"], env={"REPARTEE_HOME": str(tmp_path)}).exit_code == 0
    assert isinstance(seen[0], Config)
    assert (seen[0].home, seen[0].budget.read) == (tmp_path, 3)


def test_a_broken_configuration_is_one_sentence(tmp_path):
    (tmp_path / "repartee.toml").write_text("[budget]\nread = 'slow'\n")
    result = CliRunner().invoke(cli.main, ["--home", str(tmp_path), "ask", "Why?"])
    assert result.exit_code == 2
    assert result.stderr == (
        f"repartee: {tmp_path}/repartee.toml: budget.read must be a number of at least 0, not 'slow'.\n"
    )


def test_help_lists_every_command_without_importing_one():
    script = (
        "import sys; from assistant.cli import main\n"
        "try: main(['--help'])\n"
        "finally: print([name for name in sys.modules if name.startswith('assistant.commands')"
        " or name in {'numpy', 'openvino', 'rich', 'sqlite3', 'asyncio'}])"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert all(f"  {name} " in shown for name in cli.COMMANDS)
    assert shown.endswith("[]\n")


def test_unknown_command_is_a_usage_error():
    result = CliRunner().invoke(cli.main, ["sing"])
    assert result.exit_code == 2
    assert "No such command 'sing'" in result.stderr

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
    """Run `repartee doctor` with a body that raises `error`, through the real group."""

    @click.command()
    def body():
        raise error

    monkeypatch.setattr(cli.FrontDoor, "get_command", lambda *_: body)
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
        (
            ImportError("x.so: failed to map segment.\nmore"),
            2,
            "repartee: A library cannot be loaded (x.so: failed to map ",
        ),
        (RecursionError(), 2, "repartee: Something in the input is nested too deeply to be read; write it flatter."),
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

    monkeypatch.setattr(cli.FrontDoor, "get_command", lambda *_: body)
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


@pytest.mark.parametrize("closed", ["0<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_error(tmp_path, closed):
    call = f"exec {sys.executable} -m assistant --home {tmp_path} knowledge list {closed}"
    result = subprocess.run(["bash", "-c", call], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / "knowledge.db").read_bytes().startswith(b"SQLite format 3"), "nothing was printed into it"
    # A question from a closed standard input is an empty one.
    call = f"exec {sys.executable} -m assistant --home {tmp_path} ask - <&-"
    result = subprocess.run(["bash", "-c", call], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr.startswith("repartee: The question is empty")


@pytest.mark.parametrize(
    ("encoding", "arguments", "line"),
    [("latin-1", ["engine", "list"], "? openvino "), ("ascii", ["doctor"], "?  Python ")],
)
def test_what_the_terminal_cannot_show_becomes_question_marks(tmp_path, encoding, arguments, line):
    call = [sys.executable, "-m", "assistant", "--home", tmp_path, *arguments]
    result = subprocess.run(call, capture_output=True, text=True, check=False, env={"PYTHONIOENCODING": encoding})
    assert (result.returncode, result.stderr) == (0, "")
    assert line in result.stdout


@pytest.mark.parametrize("arguments", [["--home", "", "doctor"], ["knowledge", "add", ""]])
def test_an_empty_path_is_not_the_current_folder(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.md").write_text("A note.")
    result = CliRunner().invoke(cli.main, arguments, env={"REPARTEE_HOME": str(tmp_path / "home")})
    assert result.exit_code == 2
    assert "the path is empty; give a file or a folder, or . for this one." in result.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "note.md"]


def test_a_user_without_a_home_directory_is_told_to_give_a_folder():
    result = CliRunner().invoke(cli.main, ["--home", "~no-such-user/x", "knowledge", "list"])
    assert result.exit_code == 2
    assert result.stderr == "repartee: This user has no home directory; give a folder with --home or REPARTEE_HOME.\n"


@pytest.mark.parametrize("slot", ["nan", "inf", "-1"])
@pytest.mark.parametrize("arguments", [["engine", "bench"], ["eval", "squad", "questions.json"]])
def test_a_slot_is_a_finite_number_of_milliseconds(tmp_path, arguments, slot):
    result = CliRunner().invoke(cli.main, ["--home", str(tmp_path), *arguments, "--slot", slot])
    assert result.exit_code == 2
    assert "Invalid value for '--slot'" in result.stderr


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


def test_a_mistyped_command_is_told_what_was_probably_meant():
    result = CliRunner().invoke(cli.main, ["knowlegde", "list"])
    assert result.exit_code == 2
    assert "did you mean 'knowledge'?" in result.stderr

"""Functions of a client's own code, declared, called and answered with the unmodified openai client."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import HERE, command_of

TOOLS = '[tools]\nplay = ["play [some] {what}", "play [some] {what} in the {room}"]\n'
ARGUMENTS = {"what": "jazz", "room": "kitchen"}
SAID = "Now playing jazz in the kitchen."


@pytest.fixture(scope="module")
def seen(serve, samples_home, tmp_path_factory) -> dict[str, Any]:
    """What the client saw of a server whose configuration binds a phrase to its function."""
    command = [*command_of("openai", "newest")[:1], str(HERE / "openai" / "tools.py")]
    home = Path(shutil.copytree(samples_home, tmp_path_factory.mktemp("tools") / "home"))
    with (home / "repartee.toml").open("a", encoding="utf-8") as settings:
        settings.write(TOOLS)
    with serve(home) as served:
        done = subprocess.run([*command, served.url], capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr[-4000:] + served.log.read_text()[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_over_realtime_a_phrase_is_a_function_call_and_what_it_gives_back_is_spoken(seen) -> None:
    realtime = seen["realtime"]
    call = realtime["call"]
    assert (call["type"], call["name"], json.loads(call["arguments"])) == ("function_call", "play", ARGUMENTS)
    assert realtime["status"] == "completed"
    kinds = realtime["kinds"]
    assert kinds[kinds.index("response.created") :] == [
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
    ]
    assert realtime["said"] == realtime["again"] == SAID
    assert realtime["sounded"]


def test_over_chat_a_phrase_is_a_tool_call_at_once_or_streamed_and_its_output_is_the_answer(seen) -> None:
    chat = seen["chat"]
    for call in (chat["call"], chat["streamed"]):
        assert call["type"] == "function"
        assert call["function"]["name"] == "play"
        assert json.loads(call["function"]["arguments"]) == ARGUMENTS
    assert (chat["finish"], chat["streamed_finish"], chat["content"]) == ("tool_calls", "tool_calls", None)
    assert (chat["said"], chat["last_finish"]) == (SAID, "stop")


def test_without_tools_nothing_is_called(seen) -> None:
    assert seen["realtime"]["without"] == ["message"]
    assert seen["chat"]["without"] == [None, None]

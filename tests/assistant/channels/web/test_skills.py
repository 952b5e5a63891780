"""Timers and alarms of a running server: told over the WebSocket on which they were set, and after a restart."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from typing import Any

from websockets.asyncio.client import ClientConnection, connect


async def until(line: ClientConnection, event_type: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            event: dict[str, Any] = json.loads(await line.recv())
            if event["type"] == event_type:
                return event


async def open_session(line: ClientConnection) -> None:
    await until(line, "session.created")
    session = {"output_modalities": ["text"], "audio": {"input": {"turn_detection": None}}}
    await line.send(json.dumps({"type": "session.update", "session": session}))
    await until(line, "session.updated")


async def said(line: ClientConnection) -> str:
    """Return the words of the next response, whoever asked for it."""
    response = (await until(line, "response.done"))["response"]
    assert response["status"] == "completed", response
    part = response["output"][0]["content"][0]
    return part.get("text") or part["transcript"]


async def ask(line: ClientConnection, words: str) -> str:
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": words}]}
    await line.send(json.dumps({"type": "conversation.item.create", "item": item}))
    await line.send(json.dumps({"type": "response.create"}))
    return await said(line)


def chat(url: str, words: str) -> dict[str, Any]:
    body = json.dumps({"messages": [{"role": "user", "content": words}]}).encode()
    request = urllib.request.Request(f"{url}/v1/chat/completions", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        reply: dict[str, Any] = json.load(answer)
    return reply


def get(url: str, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}{path}", timeout=30) as answer:
        shown: dict[str, Any] = json.load(answer)
    return shown


async def test_a_timer_is_told_in_the_session_in_which_it_was_set(serve, own_home):
    with serve(own_home) as served:
        async with connect(served.ws_url) as mine, connect(served.ws_url) as other:
            await open_session(mine)
            await open_session(other)
            assert await ask(mine, "Set an egg timer for one second, please.") == "The egg timer is set for 1 second."
            assert await said(mine) == "Your egg timer is done."
            assert await ask(other, "How long is left on the egg timer?") == "There is no egg timer."


async def test_what_is_set_over_http_or_by_a_command_is_told_in_every_session(serve, own_home, repartee):
    with serve(own_home) as served:
        async with connect(served.ws_url) as line:
            await open_session(line)
            reply = await asyncio.to_thread(chat, served.url, "set a tea timer for one second")
            assert reply["choices"][0]["message"]["content"] == "The tea timer is set for 1 second."
            assert reply["repartee"]["action"]["slots"] == {"seconds": 1.0, "name": "tea"}
            assert await said(line) == "Your tea timer is done."
            run = await asyncio.to_thread(repartee, own_home, "ask", "set a pizza timer for one second", "--json")
            assert json.loads(run.stdout)["spoken"] == "The pizza timer is set for 1 second."
            assert await said(line) == "Your pizza timer is done."


async def test_timers_and_lists_are_shown_over_http(serve, own_home):
    def visit() -> None:
        with serve(own_home) as served:
            chat(served.url, "set a stew timer for two hours")
            chat(served.url, "wake me every weekday at seven")
            chat(served.url, "pause the stew timer")
            chat(served.url, "add milk to the shopping list")
            shown = get(served.url, "/v1/skills/timers")
            assert not shown["ringing"]
            alarm, stew = shown["timers"]
            assert (alarm["kind"], alarm["every"], alarm["state"]) == ("alarm", "weekday", "waiting")
            assert alarm["due"].endswith("+00:00")
            assert (stew["name"], stew["state"], stew["due"]) == ("stew", "paused", None)
            assert 7100 < stew["left_s"] <= 7200
            assert get(served.url, "/v1/skills/lists") == {"lists": {"shopping": ["milk"], "to-do": []}}

    await asyncio.to_thread(visit)


async def test_timers_and_lists_survive_a_restart(serve, own_home, repartee):
    run = repartee(own_home, "ask", "set a soup timer for two seconds")
    assert "start repartee serve" in " ".join(run.stdout.split())
    with serve(own_home) as served:
        async with connect(served.ws_url) as line:
            assert await said(line) == "Your soup timer is done."
            assert await ask(line, "Add milk and eggs to the shopping list") == (
                "Milk and eggs are on the shopping list now."
            )
            await ask(line, "set a stew timer for two seconds")
        served.process.kill()  # without a goodbye
        served.process.wait(20)
    await asyncio.sleep(2)
    with serve(own_home) as served:
        async with connect(served.ws_url) as line:
            assert await said(line) == "Your stew timer is done."
            assert await ask(line, "What's on my list?") == "On the shopping list: milk and eggs."


async def test_an_alarm_rings_until_stop_is_said_and_stop_is_for_the_voice_again_then(serve, own_home):
    with serve(own_home) as served:
        async with connect(served.ws_url) as line:
            await open_session(line)
            assert (await ask(line, "Wake me up in one second")).startswith("The alarm is set for ")
            assert (await said(line)).startswith("Your alarm: it is ")
            reply = await asyncio.to_thread(chat, served.url, "stop")
            assert reply["choices"][0]["message"]["content"] == "The alarm is off."
            reply = await asyncio.to_thread(chat, served.url, "stop")
            assert reply["repartee"]["outcome"] == "command"


def test_a_question_without_documents_is_still_refused_and_a_sum_is_not(repartee, tmp_path):
    run = repartee(tmp_path, "ask", "What is twelve times seven?")
    assert run.returncode == 0, run.stderr
    assert "That is 84." in run.stdout
    assert repartee(tmp_path, "ask", "How long do I boil an egg?").returncode == 2
    assert not (tmp_path / "skills.sqlite").exists()  # nothing was to be remembered

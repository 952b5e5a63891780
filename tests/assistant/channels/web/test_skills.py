"""Timers and alarms of a running server: told over the WebSocket on which they were set, and after a restart."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect


async def until(line: ClientConnection, event_type: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
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
    with urllib.request.urlopen(request, timeout=60) as answer:
        reply: dict[str, Any] = json.load(answer)
    return reply


def get(url: str, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}{path}", timeout=60) as answer:
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


def send(url: str, method: str, path: str, body: object = None, token: str = "") -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON of a request."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{url}{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def household(line: Any, when: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return the first of the household's events that is as `when` says."""
    while True:
        text = line.readline().decode()
        told: dict[str, Any] = json.loads(text.removeprefix("data: ")) if text.startswith("data: ") else {}
        if told and when(told):
            return told


async def test_timers_and_lists_are_changed_over_http_by_who_has_the_token(serve, own_home):
    token = "open-sesame"

    def visit(url: str) -> None:
        for method, path in (
            ("GET", "/v1/skills/timers"),
            ("DELETE", "/v1/skills/timers/1"),
            ("POST", "/v1/skills/stop"),
            ("PUT", "/v1/skills/lists/shopping"),
            ("GET", "/v1/household/satellites"),
            ("GET", "/v1/household/events"),
            ("POST", "/v1/household/announcements"),
        ):
            assert send(url, method, path, {} if method in ("PUT", "POST") else None)[0] == 401, path
        watching = urllib.request.Request(f"{url}/v1/household/events", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(watching, timeout=60) as line:
            household(line, lambda told: told["timers"] == [])
            say = {"messages": [{"role": "user", "content": "set a stew timer for two hours"}]}
            assert send(url, "POST", "/v1/chat/completions", say, token)[0] == 200
            (timer,) = household(line, lambda told: bool(told["timers"]))["timers"]
            assert (timer["name"], timer["kind"]) == ("stew", "timer")
            cancelled = send(url, "DELETE", f"/v1/skills/timers/{timer['id']}", token=token)
            assert cancelled == (200, {"id": timer["id"], "cancelled": True})
            household(line, lambda told: told["timers"] == [])
            assert send(url, "DELETE", f"/v1/skills/timers/{timer['id']}", token=token)[0] == 404
            lists = send(url, "PUT", "/v1/skills/lists/Garden%20Jobs", {"items": ["Rake", " ", "weed"]}, token)[1]
            assert lists["lists"]["garden jobs"] == ["rake", "weed"]
            household(line, lambda told: told["lists"] == lists["lists"])
        assert "garden jobs" not in send(url, "DELETE", "/v1/skills/lists/garden%20jobs", token=token)[1]["lists"]
        for body in ({}, {"items": "milk"}, {"items": [5]}, {"items": ["x"] * 201}):
            assert send(url, "PUT", "/v1/skills/lists/shopping", body, token)[0] == 400, body
        assert send(url, "POST", "/v1/skills/stop", token=token) == (200, {"stopped": 0})

    with serve(own_home, env={"REPARTEE_SERVE_TOKEN": token}) as served:
        await asyncio.to_thread(visit, served.url)


async def test_who_is_connected_is_shown_and_announced_to_by_name_or_by_room(serve, own_home):
    settings = {"REPARTEE_SATELLITES_ADDRESSES": '{"bedside": "tcp://127.0.0.1:1"}'}
    settings |= {"REPARTEE_SATELLITES_AREAS": '{"bedside": "Bedroom", "shelf": "Kitchen"}'}
    with serve(own_home, env=settings) as served:
        at = served.ws_url
        async with connect(f"{at}?name=shelf") as shelf, connect(f"{at}?area=Hall&by=page") as hall:
            await open_session(shelf)
            await open_session(hall)
            told = await asyncio.to_thread(get, served.url, "/v1/household/satellites")
            shown = [(one["name"], one["kind"], one["area"], one["connected"]) for one in told["satellites"]]
            assert shown == [
                ("bedside", "satellite", "Bedroom", False),
                ("shelf", "realtime", "Kitchen", True),
                ("", "page", "Hall", True),
            ]

            async def announce(text: str, to: str = "") -> tuple[int, dict[str, Any]]:
                body = {"text": text, "to": to}
                return await asyncio.to_thread(send, served.url, "POST", "/v1/household/announcements", body)

            assert await announce("Tea is ready.", "kitchen") == (200, {"reached": 1})
            assert await said(shelf) == "Tea is ready."
            assert await announce("Good night.") == (200, {"reached": 2})
            assert [await said(shelf), await said(hall)] == ["Good night.", "Good night."]
            assert (await announce("Hello?", "attic"))[0] == 404
            assert (await announce("…"))[0] == 400


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
        served.process.wait(60)
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

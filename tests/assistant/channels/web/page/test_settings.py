"""What a person prefers: kept by the browser, told to the server, and in effect."""

from __future__ import annotations

from typing import Any

import pytest

from tests.assistant.channels.web.page.conftest import another_tab

QUESTION = "Who was the first keeper of the lighthouse?"
#: What the page asks of the browser's microphones and loudspeakers.
NOTE_DEVICES = """
window.wanted = [];
const get = MediaDevices.prototype.getUserMedia;
MediaDevices.prototype.getUserMedia = function (given) {
  wanted.push(given.audio.deviceId ?? "");
  return get.call(this, given);
};
window.sinks = [];
const route = AudioContext.prototype.setSinkId;
AudioContext.prototype.setSinkId = function (id) { sinks.push(id); return route.call(this, id); };
"""


async def opened(visit: Any, server: Any, **options: Any) -> Any:
    visited = await visit(server.url, **options)
    await visited.is_("ready")
    await visited.page.click("#tune")
    return visited


def session(visited: Any) -> Any:
    return visited.of(visited.sent, "session.update")[-1]["session"]


async def test_they_are_told_to_the_server_and_outlive_the_tab(server: Any, visit: Any) -> None:
    visited = await opened(visit, server)
    page = visited.page
    await page.get_by_label("Pause that ends a question").select_option("Long")
    await page.get_by_label("Text size").select_option("125 %")
    await page.click("#voice")
    updated = await visited.event("session.updated", count=3)
    assert updated["session"]["audio"]["input"]["turn_detection"]["eagerness"] == "low"
    assert updated["session"]["output_modalities"] == ["text"]
    other = await another_tab(page)
    await other.click("#tune")
    assert await other.get_by_label("Pause that ends a question").input_value() == "patient"
    assert await other.locator("#voice").get_attribute("aria-pressed") == "false"
    assert await other.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"


async def test_answers_are_spoken_at_the_speed_that_was_chosen(server: Any, visit: Any) -> None:
    visited = await opened(visit, server)
    await visited.page.get_by_label("Speed").fill("2")
    updated = await visited.event("session.updated", count=2)
    assert updated["session"]["audio"]["output"]["speed"] == 2
    lengths = []
    for count, speed in enumerate(("2", "1"), 1):
        if speed == "1":
            await visited.page.get_by_label("Speed").fill("1")
            await visited.event("session.updated", count=3)
        await visited.ask(QUESTION)
        done = await visited.event("response.done", count=count)
        audio = visited.of(visited.received, "response.output_audio.delta")
        lengths.append(sum(len(one["delta"]) for one in audio if one["response_id"] == done["response"]["id"]))
    assert 0.3 < lengths[0] / lengths[1] < 0.75


async def test_answers_are_spoken_by_the_voice_that_was_chosen(server: Any, visit: Any) -> None:
    visited = await opened(visit, server)
    page = visited.page
    await visited.until("document.querySelectorAll('#who option').length > 0")
    names = await page.locator("#who option").all_inner_texts()
    if len(names) < 2:
        assert not await page.locator("#who").is_visible(), "there is nothing to choose"
        pytest.skip("only one voice is installed here: apt-get install libflite1")
    lengths = []
    for count, name in enumerate(names[:2], 1):
        if count == 2:
            await page.locator("#who").select_option(label=name)
            updated = await visited.event("session.updated", count=2)
            assert updated["session"]["audio"]["output"]["voice"] == await page.locator("#who").input_value()
        await visited.ask(QUESTION)
        done = (await visited.event("response.done", count=count))["response"]
        assert done["audio"]["output"]["voice"] == await page.locator("#who").input_value()
        audio = visited.of(visited.received, "response.output_audio.delta")
        lengths.append(sum(len(one["delta"]) for one in audio if one["response_id"] == done["id"]))
    assert abs(lengths[0] / lengths[1] - 1) > 0.02, "another voice takes another time for the same words"


#: Changes speed and voice without waiting for what the server says to the first.
BOTH = """const { value } = document.querySelector("#who option:last-child");
for (const [id, chosen] of [["speed", "1.5"], ["who", value]]) {
  const control = document.getElementById(id);
  control.value = chosen;
  control.dispatchEvent(new Event("change"));
}"""


async def test_of_two_settings_changed_at_once_neither_is_taken_back(server: Any, visit: Any) -> None:
    visited = await opened(visit, server)
    await visited.until("document.querySelectorAll('#who option').length > 0")
    voice = await visited.page.locator("#who option").last.get_attribute("value")
    await visited.page.evaluate("{" + BOTH + "}")
    output = (await visited.event("session.updated", count=3))["session"]["audio"]["output"]
    assert (output["speed"], output["voice"]) == (1.5, voice)
    assert await visited.page.locator("#speed").input_value() == "1.5"
    assert await visited.page.locator("#who").input_value() == voice
    assert await visited.page.locator("#notice").is_hidden()


#: What each control is changed to, by its id. The voice, the microphone and the loudspeaker: the last one listed.
CHOSEN = {"speed": "1.5", "pause": "patient", "place": "Desk", "room": "Study", "size": "150"}
LISTED = ("who", "microphone", "loudspeaker")
#: What is chosen in a list, as it is shown: Chromium without a window makes up new ids of devices for every visit.
SHOWN = "(one) => one.selectedOptions?.[0].text ?? one.value"


async def test_every_setting_is_remembered_and_in_effect_when_the_page_is_opened_again(server: Any, visit: Any) -> None:
    visited = await opened(visit, server, before=NOTE_DEVICES, permissions=["microphone"])
    page = visited.page
    await visited.until("document.querySelectorAll('#loudspeaker option').length > 1 && who.options.length")
    chosen = dict(CHOSEN)
    voice = await page.locator("#who option").last.get_attribute("value")
    for name in LISTED:
        control = page.locator(f"#{name}")
        if await control.is_visible():  # there may be one voice and nothing to choose
            chosen[name] = await control.locator("option").last.inner_text()
            await control.select_option(label=chosen[name])
    for name, value in CHOSEN.items():
        control = page.locator(f"#{name}")
        if name in ("pause", "size"):
            await control.select_option(value)
            chosen[name] = await control.evaluate(SHOWN)
        else:
            await control.fill(value)
            await control.dispatch_event("change")
    await page.get_by_label("Hold to talk").check()
    assert "Default" not in (chosen["microphone"], chosen["loudspeaker"])
    await page.goto(f"{server.url}health")  # after which nothing comes of the page as it was
    del visited.sent[:], visited.received[:]
    await page.goto(server.url)
    await visited.is_("ready")
    await page.click("#tune")
    await visited.until("document.querySelectorAll('#loudspeaker option').length > 1 && who.options.length")
    for name, value in chosen.items():
        assert await page.locator(f"#{name}").evaluate(SHOWN) == value, name
    assert await page.locator("#hold").is_checked()
    assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    audio = (await visited.event("session.updated"))["session"]["audio"]
    assert audio["input"]["turn_detection"] is None
    assert audio["output"]["speed"] == 1.5
    assert audio["output"]["voice"] == voice
    assert "name=Desk" in visited.sockets[-1]
    assert "area=Study" in visited.sockets[-1]
    await visited.ask(QUESTION)
    await visited.until("sinks.length > 0")
    assert await page.evaluate("sinks.at(-1)") == await page.locator("#loudspeaker").input_value()
    await page.get_by_role("button", name="Hold to talk").hover()
    await page.mouse.down()
    await visited.until("wanted.length > 0")
    assert await page.evaluate("wanted") == [await page.locator("#microphone").input_value()]
    await page.mouse.up()


async def test_microphone_and_loudspeaker_are_chosen_by_name(server: Any, visit: Any) -> None:
    visited = await opened(visit, server, before=NOTE_DEVICES, permissions=["microphone"])
    page = visited.page
    microphones, loudspeakers = page.get_by_label("Microphone"), page.get_by_label("Loudspeaker")
    await visited.until("document.querySelectorAll('#microphone option').length > 1")
    names = await microphones.locator("option").all_inner_texts()
    assert names[0] == "Default"
    await microphones.select_option(names[-1])
    await page.click("#talk")
    await visited.is_("listening", "hearing")
    assert await page.evaluate("wanted") == [await microphones.input_value()]
    assert await microphones.input_value()
    await loudspeakers.select_option(index=1)
    await visited.until("sinks.length > 0")
    assert await page.evaluate("sinks.at(-1)") == await loudspeakers.input_value()


async def test_held_to_talk_only_what_is_said_meanwhile_is_sent_and_answered(
    server: Any, visit: Any, recording: Any
) -> None:
    visited = await opened(visit, server, hears=recording(0.3, QUESTION, 30.0))
    page = visited.page
    await page.get_by_label("Hold to talk").check()
    await visited.event("session.updated", count=2)
    assert session(visited)["audio"]["input"]["turn_detection"] is None
    button = page.get_by_role("button", name="Hold to talk")
    await button.hover()
    await page.mouse.down()
    await visited.is_("hearing")
    await visited.until("document.querySelector('#talk').getAttribute('aria-pressed') === 'true'")
    colours = "['#talk', '#talk .level'].map((one) => getComputedStyle(document.querySelector(one)).color)"
    assert len(set(await page.evaluate(colours))) == 1, "its level is drawn in the colour of what stands on it"
    while len(visited.of(visited.sent, "input_audio_buffer.append")) < 200:  # 4 s: all that is said
        await page.wait_for_timeout(20)
    await page.mouse.up()
    heard = await visited.event("conversation.item.input_audio_transcription.completed")
    done = await visited.event("response.done")
    assert done["response"]["metadata"]["repartee_answer"] == "Martha Reed"
    assert await page.locator(".turn").count() == 1
    assert (await page.inner_text(".question")).lower() == heard["transcript"].lower().strip()
    [commit] = [at for at, event in enumerate(visited.sent) if event["type"] == "input_audio_buffer.commit"]
    assert not visited.of(visited.sent[commit:], "input_audio_buffer.append")
    await page.keyboard.press("Escape")


#: Lets Space go as soon as a first piece of the microphone's sound is sent: no machine is too busy for a slip.
SLIP = """{
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    send.call(this, data);
    if (JSON.parse(data).type === "input_audio_buffer.append") dispatchEvent(new KeyboardEvent("keyup", { key: " " }));
  };
}"""


async def test_a_slip_of_the_finger_asks_nothing(server: Any, visit: Any, recording: Any) -> None:
    visited = await opened(visit, server, hears=recording(30.0), before=SLIP)
    page = visited.page
    await page.get_by_label("Hold to talk").check()
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.down("Space")
    while not visited.of(visited.sent, "input_audio_buffer.append"):
        await page.wait_for_timeout(5)
    await page.keyboard.up("Space")
    await page.keyboard.down("Space")
    await page.keyboard.up("Space")
    assert "while you speak" in await page.get_by_role("alert").inner_text()
    await visited.is_("ready")
    assert not visited.of(visited.sent, "input_audio_buffer.commit")

"""The devices on the page, in real Chromium, of a virtual house on a real broker: shown as they live, and touched."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.assistant.channels.web.page.conftest import LOOK_S
from tests.assistant.channels.web.page.test_everyone import CONTRAST, FOCUSED

HOSTILE = "<img src=x onerror=\"document.title='struck'\"> Lamp"


def card(visited: Any, name: str) -> Any:
    return visited.page.locator(".device", has=visited.page.get_by_text(name, exact=True))


async def shows(visited: Any, name: str, *words: str, within_s: float = 120) -> None:
    """Wait until a device's card says what it is doing in these words."""
    said = card(visited, name).locator(".said")
    seen: list[str] = []
    try:
        async with asyncio.timeout(within_s):
            while (text := await said.text_content()) not in words:
                seen = [*seen, text] if text not in seen else seen
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        raise AssertionError(f"{name}: {seen}, not {words}") from None


async def until(true: Callable[[], bool], within_s: float = 120) -> None:
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.01)


async def at_panel(visit: Any, url: str, **options: Any) -> Any:
    """Open the page and its panel of devices; wait until all of them are there."""
    visited = await visit(url, **options)
    await visited.is_("ready")
    await visited.page.click("#house")
    await visited.page.locator(".device").nth(13).wait_for(state="attached")
    await shows(visited, "Fridge", "On")
    return visited


def announce(house: Any, component: str, slug: str, **keys: Any) -> None:
    """Announce a device that listens and tells below `t/<slug>`."""
    device = {"identifiers": [slug], "name": keys.pop("called", slug), "suggested_area": keys.pop("area", "Attic")}
    config = {"name": None, "unique_id": slug, "device": device, **keys}
    house.publish(f"homeassistant/{component}/{slug}/config", config)


async def test_without_a_broker_there_is_no_panel(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    async with visited.page.expect_response("**/v1/home/events") as answered:
        await visited.page.reload()
    assert (await answered.value).status == 204
    await visited.is_("ready")
    await visited.page.locator("#house").wait_for(state="hidden")
    await visited.page.locator("#welcome-home").wait_for(state="hidden")


async def test_devices_are_shown_by_area_in_words_and_with_their_units(at_home: Any, visit: Any) -> None:
    visited = await at_panel(visit, at_home.url)
    page = visited.page
    kitchen = page.get_by_role("list", name="Kitchen", exact=True)
    assert (await kitchen.locator(".name").all_inner_texts())[:2] == ["Kitchen Light", "Coffee Machine"]
    await shows(visited, "Kitchen Light", "On, 71 %")
    await shows(visited, "Kitchen Window", "Open")
    await shows(visited, "Front Door", "Locked")
    assert (await card(visited, "Kitchen Temperature").locator(".said").inner_text()).endswith(" °C")
    assert "set to" in await card(visited, "Bedroom Heating").locator(".said").inner_text()
    assert "devices · " in await page.inner_text("#home-said")


async def test_the_panel_stands_as_it_was_left_when_the_page_is_opened_again(at_home: Any, visit: Any) -> None:
    visited = await at_panel(visit, at_home.url)
    page = visited.page
    await page.reload()
    await page.locator(".device").nth(13).wait_for(state="visible")
    assert await page.locator("#house").get_attribute("aria-expanded") == "true"
    await page.click("#house")
    await page.reload()
    await page.locator("#house").wait_for(state="visible")
    assert await page.locator("#house").get_attribute("aria-expanded") == "false"
    await page.locator("#home").wait_for(state="hidden")


async def test_a_lamp_is_switched_by_touch_and_shown_when_it_says_so(at_home: Any, visit: Any) -> None:
    visited = await at_panel(visit, at_home.url)
    lamp, device = visited.page.get_by_role("switch", name="Sofa Lamp"), at_home.device("Sofa Lamp")
    assert await lamp.get_attribute("aria-checked") == "false"
    await lamp.click()
    await shows(visited, "Sofa Lamp", "On, 71 %")
    assert (device.state["state"], await lamp.get_attribute("aria-checked")) == ("ON", "true")
    await visited.until("document.querySelector('#live').textContent === 'The sofa lamp is on.'")
    await lamp.click()
    await shows(visited, "Sofa Lamp", "Off")
    assert device.state["state"] == "OFF"


async def test_what_happens_elsewhere_is_seen_without_asking(at_home: Any, visit: Any) -> None:
    announce(at_home, "sensor", "outside", called="Outside", state_topic="t/outside", unit_of_measurement="°C")
    at_home.publish("t/outside", "-3.25")
    visited = await at_panel(visit, at_home.url)
    await shows(visited, "Outside", "-3.25 °C")
    before = len(visited.requests)
    at_home.publish("t/outside", "4")
    await shows(visited, "Outside", "4 °C")
    announce(at_home, "sensor", "outside", called="Garden", state_topic="t/outside", unit_of_measurement="°C")
    await shows(visited, "Garden", "4 °C")
    at_home.publish("homeassistant/sensor/outside/config", "")
    await card(visited, "Garden").wait_for(state="detached")
    assert visited.requests[before:] == []


async def test_levels_steps_and_choices_are_set(at_home: Any, visit: Any) -> None:
    visited = await at_panel(visit, at_home.url)
    page = visited.page
    slider = page.get_by_role("slider", name="Brightness of Bedside Lamp")
    await slider.fill("40")
    await shows(visited, "Bedside Lamp", "On, 40 %")
    assert round(at_home.device("Bedside Lamp").state["brightness"] / 2.55) == 40
    assert await slider.get_attribute("aria-valuetext") == "40 %"
    await slider.fill("0")
    await shows(visited, "Bedside Lamp", "Off")
    await page.get_by_role("slider", name="Speed of Bedroom Fan").fill("30")
    await shows(visited, "Bedroom Fan", "On, 30 %")
    heating = at_home.device("Bedroom Heating")
    for _ in range(4):  # faster than it answers: the last one counts
        await page.get_by_role("button", name="Set to of Bedroom Heating: higher").click()
    await until(lambda: heating.state["target"] == 21)
    await visited.until("document.querySelector('.stepper output').textContent === '21 °C'")
    await page.get_by_role("combobox", name="Mode of Bedroom Heating").select_option("off")
    await until(lambda: heating.state["state"] == "off")
    await visited.until("/^\\d.* · Off$/.test(document.querySelector('[data-domain=climate] .said').textContent)")


async def test_a_lamps_colour_and_warmth_are_under_more(at_home: Any, visit: Any) -> None:
    visited = await at_panel(visit, at_home.url)
    lamp = at_home.device("Bedside Lamp")
    await card(visited, "Bedside Lamp").locator("summary").click()
    await visited.page.get_by_label("Colour of Bedside Lamp").fill("#0000ff")
    await until(lambda: lamp.state.get("color_mode") == "rgb")
    assert lamp.state["color"] == {"r": 0, "g": 0, "b": 255}
    await visited.page.get_by_role("slider", name="Whiteness of Bedside Lamp").fill("4000")
    await until(lambda: (lamp.state["color_mode"], lamp.state["color_temp"]) == ("color_temp", 4000))


async def test_blinds_move_stop_and_tell_how_far(at_home: Any, visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    visited = await at_panel(visit, at_home.url)
    blinds, page = at_home.device("Blinds"), visited.page
    tick = blinds.tick  # it waits half closed to be stopped, however long that takes on a busy machine
    monkeypatch.setattr(
        blinds, "tick", lambda seconds: tick(min(seconds, 0.25)) if blinds.state["position"] > 50 else None
    )
    await page.get_by_role("button", name="Close: Blinds").click()
    await visited.until(
        "document.querySelector('[data-id=\"cover.blinds\"] .said').textContent.startsWith('Closing, ')"
    )
    await until(lambda: blinds.state["position"] <= 50)
    await page.get_by_role("button", name="Stop: Blinds").click()
    await until(lambda: blinds.state["state"] == "open")
    assert 0 < blinds.state["position"] < 100
    stopped = blinds.state["position"]
    await shows(visited, "Blinds", f"Open, {round(stopped)} %", f"Open, {int(stopped + 0.5)} %")  # 48.5 is either
    monkeypatch.undo()
    await page.get_by_role("slider", name="Position of Blinds").fill("100")
    await shows(visited, "Blinds", "Open")


async def test_a_door_is_unlocked_only_when_it_is_confirmed(at_home: Any, visit: Any) -> None:
    visited = await at_panel(visit, at_home.url)
    page, door = visited.page, card(visited, "Front Door")
    before = at_home.demo.commands
    await page.get_by_role("button", name="Unlock: Front Door").click()
    assert await door.get_by_role("group", name="Confirm for Front Door").inner_text() != ""
    assert await page.evaluate("document.activeElement.textContent") == "Cancel"
    await page.keyboard.press("Enter")  # once more by mistake agrees to nothing
    assert await page.evaluate("document.activeElement.textContent") == "Unlock"
    await page.get_by_role("button", name="Unlock: Front Door").click()
    await page.keyboard.press("Escape")
    await door.locator(".confirm").wait_for(state="hidden")
    assert not [url for url in visited.requests if "/devices/" in url]
    assert at_home.demo.commands == before
    await page.get_by_role("button", name="Unlock: Front Door").click()
    await door.get_by_role("button", name="Yes, unlock").click()
    await shows(visited, "Front Door", "Unlocked")
    await page.get_by_role("button", name="Lock: Front Door", exact=True).click()
    await shows(visited, "Front Door", "Locked")
    assert at_home.demo.commands == before + 2


async def test_a_garage_door_is_confirmed_by_button_and_by_slider(
    at_home: Any, visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    visited = await at_panel(visit, at_home.url)
    page, door, device = visited.page, card(visited, "Garage Door"), at_home.device("Garage Door")
    await page.get_by_role("slider", name="Position of Garage Door").fill("30")
    await door.get_by_role("button", name="Cancel").click()
    assert await page.get_by_role("slider", name="Position of Garage Door").input_value() == "0"
    monkeypatch.setattr(device, "tick", lambda seconds: None)  # it is seen to open before it is open
    await page.get_by_role("button", name="Open: Garage Door").click()
    await door.get_by_role("button", name="Yes, open").click()
    await visited.until(
        "document.querySelector('[data-id=\"cover.garage_door\"] .said').textContent.startsWith('Opening')"
    )
    monkeypatch.undo()
    await page.get_by_role("button", name="Close: Garage Door").click()
    await shows(visited, "Garage Door", "Closed")
    assert device.state["target"] == 0


async def test_a_lamp_that_does_not_answer_is_told_and_waited_for(at_home: Any, visit: Any) -> None:
    visited = await at_panel(visit, at_home.url)
    lamp = card(visited, "Landing Lamp")
    await visited.page.get_by_role("switch", name="Landing Lamp").click()
    await visited.until("document.querySelector('[data-id=\"light.landing_lamp\"]').ariaBusy === 'true'")
    await lamp.locator(".fault").wait_for()
    assert await lamp.locator(".fault").inner_text() == "The landing lamp did not answer."
    assert await lamp.get_attribute("aria-busy") is None
    assert await visited.page.get_by_role("switch", name="Landing Lamp").get_attribute("aria-checked") == "false"


async def test_buttons_scenes_choices_numbers_and_texts_reach_their_devices(at_home: Any, visit: Any) -> None:
    announce(at_home, "select", "wash", called="Washer", command_topic="t/wash/set", state_topic="t/wash",
             options=["eco", "quick_wash"])  # fmt: skip
    announce(at_home, "scene", "movie", called="Movie Night", command_topic="t/movie/set")
    announce(at_home, "button", "bell", called="Bell", command_topic="t/bell/set")
    announce(at_home, "number", "water", called="Watering", command_topic="t/water/set", min=0, max=50)
    announce(at_home, "text", "sign", called="Sign", command_topic="t/sign/set")
    at_home.publish("t/wash", "eco")
    visited = await at_panel(visit, at_home.url)
    page = visited.page
    await page.get_by_role("combobox", name="Choice of Washer").select_option("quick_wash")
    await page.get_by_role("button", name="Start: Movie Night").click()
    await page.get_by_role("button", name="Press: Bell").click()
    await page.get_by_role("slider", name="Value of Watering").fill("20")
    await shows(visited, "Watering", "20")  # which never reports: it is believed
    await page.get_by_label("Text of Sign").fill("<b>Hello</b>")
    await page.get_by_label("Text of Sign").press("Enter")
    await shows(visited, "Sign", "<b>Hello</b>")
    await card(visited, "Washer").locator(".fault").wait_for()  # nobody is there to choose
    sent = {line.rpartition("/")[2]: 1 for line in visited.requests if "/devices/" in line}
    assert list(sent) == ["select.washer", "scene.movie_night", "button.bell", "number.watering", "text.sign"]
    for component, slug in (
        ("select", "wash"),
        ("scene", "movie"),
        ("button", "bell"),
        ("number", "water"),
        ("text", "sign"),
    ):
        at_home.publish(f"homeassistant/{component}/{slug}/config", "")


async def test_what_cannot_be_reached_is_greyed_and_cannot_be_touched(at_home: Any, visit: Any) -> None:
    announce(at_home, "light", "porch", called="Porch Lamp", command_topic="t/porch/set", state_topic="t/porch",
             availability_topic="t/porch/there")  # fmt: skip
    at_home.publish("t/porch", "ON")
    at_home.publish("t/porch/there", "offline")
    visited = await at_panel(visit, at_home.url)
    await shows(visited, "Porch Lamp", "Not reachable")
    switch = visited.page.get_by_role("switch", name="Porch Lamp")
    assert await switch.is_disabled()
    assert await switch.get_attribute("aria-checked") == "false"
    at_home.publish("t/porch/there", "online")
    await shows(visited, "Porch Lamp", "On")
    assert await switch.is_enabled()
    at_home.publish("homeassistant/light/porch/config", "")


async def test_markup_in_a_name_stays_text(at_home: Any, visit: Any) -> None:
    announce(at_home, "light", "evil", called=HOSTILE, area="<script>1</script>", command_topic="t/evil/set")
    visited = await at_panel(visit, at_home.url)
    await card(visited, HOSTILE).wait_for()
    assert await visited.page.locator("#home h3", has_text="<script>1</script>").count() == 1
    assert await visited.page.locator("#home img, #home script").count() == 0
    assert await visited.page.title() == "Repartee"
    at_home.publish("homeassistant/light/evil/config", "")


async def test_a_typed_command_is_told_by_name_and_seen_in_the_panel(at_home: Any, visit: Any) -> None:
    visited = await at_panel(visit, at_home.url)
    await visited.ask("turn on the coffee machine and the landing lamp")
    await visited.event("response.done")
    deeds = visited.page.get_by_role("list", name="What was done")
    assert sorted(await deeds.get_by_role("listitem").all_inner_texts()) == [
        "Coffee Machine confirmed",
        "Landing Lamp did not answer",
    ]
    assert "know" not in await visited.page.inner_text(".answer")
    await shows(visited, "Coffee Machine", "On")
    assert await visited.page.locator(".ledger").get_attribute("open") is None


async def test_a_question_back_has_buttons_and_a_button_answers_it(at_home: Any, visit: Any) -> None:
    visited = await visit(at_home.url)
    await visited.is_("ready")
    page, before = visited.page, at_home.demo.commands
    await visited.ask("unlock the front door")
    await visited.event("response.done")
    answers = page.get_by_role("group", name="Answers")
    assert await answers.get_by_role("button").all_inner_texts() == ["Yes", "No"]
    await answers.get_by_role("button", name="No").click()
    await visited.event("response.done", count=2)
    assert await page.get_by_role("group", name="Answers").get_by_role("button").count() == 0
    assert at_home.demo.commands == before
    await visited.ask("unlock the front door")
    await visited.event("response.done", count=3)
    await page.get_by_role("button", name="Yes").focus()
    await page.keyboard.press("Enter")
    await visited.event("response.done", count=4)
    assert await page.inner_text(".turn:last-child .question") == "Yes"
    assert (await page.inner_text(".turn:last-child .deeds")).startswith("Front Door")
    assert await page.evaluate(FOCUSED) == "question"
    await visited.ask("lock the front door")
    await visited.event("response.done", count=5)
    await until(lambda: at_home.device("Front Door").state["state"] == "LOCKED")


async def test_which_one_is_answered_by_its_name(at_home: Any, visit: Any) -> None:
    for slug, name in (("left", "Left Heater"), ("right", "Right Heater")):
        announce(at_home, "switch", slug, called=name, command_topic=f"t/{slug}/set", optimistic=True)
    visited = await at_panel(visit, at_home.url)
    await card(visited, "Right Heater").wait_for()
    answers = visited.page.locator(".turn:last-child .choices button")
    async with asyncio.timeout(120):  # until its names are understood, too
        while not await answers.count():
            count = len(visited.of(visited.received, "response.done"))
            await visited.ask("turn on the heater")
            await visited.event("response.done", count=count + 1)
    assert await answers.all_inner_texts() == ["Left Heater", "Right Heater"]
    await answers.nth(1).click()
    await shows(visited, "Right Heater", "On")
    assert await card(visited, "Left Heater").locator(".said").inner_text() != "On"
    for slug in ("left", "right"):
        at_home.publish(f"homeassistant/switch/{slug}/config", "")


async def test_the_panel_is_used_by_keyboard_alone(at_home: Any, visit: Any) -> None:
    visited = await visit(at_home.url)
    await visited.is_("ready")
    page, press = visited.page, visited.page.keyboard.press
    await page.locator("#house").wait_for()
    await press("Tab")
    await press("Tab")  # past the documents
    assert await page.evaluate(FOCUSED) == "house"
    await press("Enter")
    await page.get_by_role("switch", name="Bedside Lamp").wait_for()
    assert await page.locator("#house").get_attribute("aria-expanded") == "true"
    inside = "document.activeElement.closest('#home') !== null"
    for _ in range(8):  # past the voice, the settings and what may be asked
        await press("Tab")
        if await page.evaluate(inside):
            break
    label = "document.activeElement.getAttribute('aria-label')"
    assert await page.evaluate(label) == await page.locator("#home .head, #home .device input").first.get_attribute(
        "aria-label"
    )
    await page.get_by_role("switch", name="Ceiling Light").focus()
    await press("Space")  # switches, and does not talk
    await shows(visited, "Ceiling Light", "Off")
    assert await page.locator("#talk").get_attribute("aria-pressed") == "false"
    assert await page.evaluate(label) == "Ceiling Light"
    await press("Tab")
    await press("ArrowRight")
    await shows(visited, "Ceiling Light", "On, 1 %")
    await press("End")
    await shows(visited, "Ceiling Light", "On, 100 %")


async def test_the_panel_fits_a_phone_and_gives_way_to_a_question(at_home: Any, visit: Any) -> None:
    visited = await at_panel(visit, at_home.url, width=360, height=640, has_touch=True, is_mobile=True)
    page = visited.page
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    small = """[...document.querySelectorAll('#home :is(button, select, input)')].filter((one) => {
      const { width, height } = one.getBoundingClientRect(); return width && Math.min(width, height) < 40; }).length"""
    assert await page.evaluate(small) == 0
    await page.locator("#talked").wait_for(state="hidden")
    await visited.ask("is the kitchen window open?")
    await visited.event("response.done")
    await page.locator("#home").wait_for(state="hidden")
    await page.locator(".turn:last-child .answer").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_panel_is_legible_by_day_and_by_night(at_home: Any, visit: Any, scheme: str) -> None:
    visited = await at_panel(visit, at_home.url, color_scheme=scheme)
    await visited.page.get_by_role("button", name="Unlock: Front Door").click()
    for selector in (
        "#home-said", "#home h3", ".device .name", ".device .said", ".level span", ".level output", ".row .small",
        ".device summary", ".confirm span", ".confirm .firm",
    ):  # fmt: skip
        assert await visited.page.evaluate(CONTRAST, selector) >= 4.5, selector


async def test_with_a_token_the_panel_works_and_without_nothing_is_told(own_house: Any, visit: Any) -> None:
    house = own_house(token="open-sesame")
    visited = await visit(house.url)
    await visited.is_("token")
    await visited.page.locator("#house").wait_for(state="hidden")
    await visited.page.get_by_role("textbox", name="Token").fill("open-sesame")
    await visited.page.get_by_role("button", name="Connect").click()
    await visited.is_("ready")
    await visited.page.click("#house")
    await visited.page.get_by_role("switch", name="Sofa Lamp").click()
    await shows(visited, "Sofa Lamp", "On, 71 %")
    assert not any("sesame" in url for url in visited.requests)


async def test_a_broker_and_a_server_that_go_and_come_back(own_house: Any, visit: Any) -> None:
    house = own_house()
    visited = await at_panel(visit, house.url, server_goes=True)
    page = visited.page
    house.broker.kill()
    await visited.until("document.querySelector('#home-said').textContent.startsWith('The devices cannot be reached')")
    assert await page.get_by_role("switch", name="Fridge").is_disabled()
    await shows(visited, "Fridge", "Not reachable")
    house.broker.start()
    await shows(visited, "Fridge", "On")
    house.server.stop()
    await shows(visited, "Fridge", "Not reachable")
    house.server.start()
    await shows(visited, "Fridge", "On")
    assert await page.locator(".device").count() == 14


async def test_many_devices_are_found_by_name(own_house: Any, visit: Any) -> None:
    house = own_house()
    for number in range(12):
        announce(house, "switch", f"plug{number}", called=f"Plug {number}", command_topic=f"t/plug{number}/set")
    visited = await at_panel(visit, house.url)
    await card(visited, "Plug 11").wait_for(state="attached")
    await visited.page.get_by_role("searchbox", name="Find a device").fill("plug 7")
    await visited.until("document.querySelectorAll('.device').length === 1")
    await card(visited, "Plug 7").wait_for()
    await visited.page.get_by_role("searchbox").fill("no such thing")
    await visited.until("document.querySelectorAll('.device').length === 0")
    assert await visited.page.inner_text("#home-more") == "No device goes by that name."


async def test_devices_are_not_watched_by_a_page_that_nobody_sees(at_home: Any, visit: Any) -> None:
    visited = await at_panel(visit, at_home.url)
    hide = (
        "Object.defineProperty(document, 'hidden', {{ value: {0}, configurable: true }});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    async with visited.page.expect_event("requestfailed", lambda request: "home/events" in request.url):
        await visited.page.evaluate(hide.format("true"))
    async with visited.page.expect_response("**/v1/home/events"):
        await visited.page.evaluate(hide.format("false"))
    await shows(visited, "Fridge", "On")
    assert json.dumps(visited.problems) == "[]"

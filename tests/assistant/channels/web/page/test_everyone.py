"""The page for everyone: by keyboard, at phone width, in the dark, without motion, and read aloud."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from assistant.turn.understanding import MAX_QUESTION

QUESTION = "How tall is the lighthouse at Marlow Point?"
FOCUSED = "document.activeElement.id || document.activeElement.tagName"
# The ratio of WCAG 2.2, section 1.4.3, between an element's text and the first opaque background behind it.
CONTRAST = """(selector) => {
  // of rgb(247 244 238), and of a mixture, which is written color(srgb 0.97 0.96 0.93)
  const rgb = (text) => text.match(/[\\d.]+/g).map((c, i) => (text.startsWith("color") && i < 3 ? 255 : 1) * c);
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const element = document.querySelector(selector);
  let behind = element;
  const opaque = (one) => { const [, , , alpha = 1] = rgb(getComputedStyle(one).backgroundColor); return alpha === 1; };
  while (behind.parentElement && !opaque(behind)) behind = behind.parentElement;
  const one = light(rgb(getComputedStyle(element).color)), two = light(rgb(getComputedStyle(behind).backgroundColor));
  return (Math.max(one, two) + .05) / (Math.min(one, two) + .05);
}"""


#: The grey of each pixel of a picture, row by row.
GREY = """async (png) => {
  const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))]));
  const { width, height } = picture, brush = new OffscreenCanvas(width, height).getContext("2d");
  brush.drawImage(picture, 0, 0);
  const { data } = brush.getImageData(0, 0, width, height);
  const row = (_, y) => Array.from({ length: width }, (_, x) => data[4 * (y * width + x) + 1]);
  return Array.from({ length: height }, row);
}"""


async def test_everything_is_reached_and_done_by_keyboard(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    page, press = visited.page, visited.page.keyboard.press
    await visited.is_("ready")
    order = []
    await page.locator("#examples button").first.wait_for()
    await page.evaluate("document.querySelector('#examples').replaceChildren()")
    for _ in range(7):
        await press("Tab")
        order.append(await page.evaluate(FOCUSED))
        outline = "getComputedStyle(document.activeElement.closest('.field') ?? document.activeElement).outlineStyle"
        assert await page.evaluate(outline) == "solid", order
    assert order == ["shelf", "clock", "voice", "tune", "talk", "question", "send"]
    cut: list[Any] = []
    while not cut:  # on a busy machine an answer may be over before the key is pressed
        await page.focus("#question")
        await page.keyboard.type(QUESTION)
        await press("Enter")
        await visited.is_("speaking")
        await press("Escape")
        await visited.is_("ready")
        cut = visited.of(visited.sent, "conversation.item.truncate")
    assert cut[0]["audio_end_ms"] >= 0
    assert await page.locator(".tag").last.inner_text() == "Interrupted"
    ledger = page.locator(".ledger").last
    assert await ledger.get_attribute("open") is None  # one line, until it is asked for
    await ledger.locator("summary").focus()
    await press("Enter")
    await ledger.locator(".stage[data-stage=read]").wait_for()


async def test_space_talks_and_escape_stops(server: Any, visit: Any, recording: Any) -> None:
    visited = await visit(server.url, hears=recording(30.0))
    page, press = visited.page, visited.page.keyboard.press
    await visited.is_("ready")
    await press("Space")
    await visited.is_("listening")
    assert await page.locator("#talk").get_attribute("aria-label") == "Stop listening"
    await press("Escape")
    await visited.is_("ready")
    await page.focus("#talk")
    await press("Enter")
    await visited.is_("listening")
    await press("Space")
    await visited.is_("ready")
    await page.focus("#question")
    await page.keyboard.type("two words")  # a space that is written does not talk
    assert await page.input_value("#question") == "two words"
    assert await page.evaluate("document.body.dataset.state") == "ready"


async def test_it_fits_a_phone(server: Any, visit: Any) -> None:
    visited = await visit(server.url, width=360, height=640, has_touch=True, is_mobile=True)
    page = visited.page
    await visited.is_("ready")
    await visited.ask(QUESTION)
    await visited.event("response.done")
    await visited.ask("W" * 200)
    await visited.event("response.done", count=2)
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    wide = "[...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > 360.5).length"
    assert await page.evaluate(wide) == 0
    for name in ("#talk", "#send", "#voice", "#question"):
        box = await page.locator(name).bounding_box()
        assert min(box["width"], box["height"]) >= 40, name
        assert box["y"] + box["height"] <= 640
    await page.locator(".turn:first-child mark").scroll_into_view_if_needed()
    await page.locator(".turn:first-child mark").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_is_legible_by_day_and_by_night(server: Any, visit: Any, scheme: str) -> None:
    visited = await visit(server.url, color_scheme=scheme)
    page = visited.page
    await visited.is_("ready")
    brightness = await page.evaluate("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")
    assert (brightness < 60) == (scheme == "dark")
    for selector in ("#welcome h2", "#welcome p", "#status span", ".keys", "#talk"):
        assert await page.evaluate(CONTRAST, selector) >= 4.5, selector
    await visited.ask(QUESTION)
    await visited.event("response.done")
    await page.click("summary")
    for selector in (".question", ".answer", "blockquote", "mark", ".file", ".sure", "summary", ".spent", ".name"):
        assert await page.evaluate(CONTRAST, selector) >= 4.5, selector


async def test_it_keeps_still_for_those_who_ask(server: Any, visit: Any) -> None:
    visited = await visit(server.url, reduced_motion="reduce")
    await visited.is_("ready")
    await visited.ask(QUESTION)
    await visited.event("response.done")
    moving = """[...document.querySelectorAll("*")].filter((e) => [null, "::before", "::after"].some((part) => {
      const style = getComputedStyle(e, part);
      return style.animationName !== "none" || style.transitionDuration.split(", ").some((time) => time !== "0s");
    })).length"""
    assert await visited.page.evaluate(moving) == 0


async def test_a_screen_reader_is_told_what_happens(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    page = visited.page
    await visited.is_("ready")
    for role, name in (
        ("button", "Talk"),
        ("button", "Ask"),
        ("button", "Spoken answers"),
        ("textbox", "Your question"),
    ):
        assert await page.get_by_role(role, name=name, exact=True).count() == 1, name
    assert await page.get_by_role("status").inner_text() == "Ready"
    await visited.ask(QUESTION)
    await visited.event("response.done")
    live = page.locator("[aria-live=polite]")
    await visited.until("document.querySelector('#live').textContent")
    assert "41 metres" in await live.text_content()
    assert await page.get_by_role("list", name="Conversation").locator("> li").count() == 1
    assert await page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize(("width", "height"), [(640, 400), (740, 360)])  # 200 % text on 1280 x 800; a phone that lies
async def test_where_there_is_little_height_head_and_foot_cover_nothing(
    server: Any, visit: Any, width: int, height: int
) -> None:
    visited = await visit(server.url, width=width, height=height)
    page = visited.page
    await visited.is_("ready")
    for count in (1, 2):
        await visited.ask(QUESTION)
        await visited.event("response.done", count=count)
    await page.locator(".turn:last-child .answer").scroll_into_view_if_needed()
    seen = """(one) => { const { left, top, bottom } = one.getBoundingClientRect();
      return [top + 2, bottom - 2].every((y) => one.contains(document.elementFromPoint(left + 2, y))); }"""
    for part in (".question", ".answer", "mark", ".ledger"):
        one = page.locator(f".turn:last-child {part}")
        await one.evaluate("(one) => one.scrollIntoView({ block: 'nearest' })")
        assert await one.evaluate(seen), part
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_no_more_can_be_typed_than_is_answered(server: Any, visit: Any) -> None:
    visited = await visit(server.url)
    await visited.is_("ready")
    await visited.page.focus("#question")
    await visited.page.keyboard.insert_text("word " * 300)
    assert len(await visited.page.input_value("#question")) == MAX_QUESTION
    await visited.page.keyboard.press("Enter")
    await visited.event("response.done")
    assert not visited.of(visited.received, "error")


async def test_in_large_text_everything_is_still_there(at_home: Any, visit: Any) -> None:
    visited = await visit(at_home.url, width=360, height=640)
    page = visited.page
    await visited.is_("ready")
    await page.locator("#house").wait_for()
    await page.click("#tune")
    await page.get_by_label("Text size").select_option("200 %")
    await visited.until("document.documentElement.classList.contains('low')")
    wide = "[...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > 360.5).length"
    apart = """(() => {
      const parts = [...document.querySelectorAll("header h1 svg, #status, header .plain:not([hidden])")];
      const before = (a, b) => a.right <= b.left + .5 || a.bottom <= b.top + .5;
      const boxes = parts.map((one) => one.getBoundingClientRect());
      return boxes.every((one, at) => boxes.slice(at + 1).every((other) => before(one, other) || before(other, one)));
    })()"""
    assert await page.evaluate("document.querySelector('#question').getBoundingClientRect().width") > 150, "for words"
    buttons = "[...document.querySelectorAll('header .plain:not([hidden])')].map((one) => one.offsetTop)"
    assert len(set(await page.evaluate(buttons))) == 1
    for opener in ("#tune", "#shelf", "#shelf"):
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        assert await page.evaluate(wide) == 0
        assert await page.evaluate(apart)
        await page.click(opener)
    await visited.ask(QUESTION)
    await visited.event("response.done")
    assert await page.evaluate(wide) == 0


#: What is cut off at the edge of its card, or squeezed until it can hardly be used, in heights of the text.
SQUEEZED = """(within) => {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const shown = (one) => one.getClientRects().length;
  const least = { range: 4, text: 5, "select-one": 5 }, box = (one) => one.getBoundingClientRect();
  const cut = (one) => box(one).right > box(one.closest(".device, .panel, .ledger") ?? document.body).right + .5;
  return [...document.querySelectorAll(`${within} :is(input, select, button, output, span)`)].filter(shown)
    .filter((one) => cut(one) || box(one).width < (least[one.type] ?? 0) * rem)
    .map((one) => `${one.closest(".device")?.innerText.split("\\n")[0] ?? ""} ${one.outerHTML.slice(0, 90)}`);
}"""
SIDE_BY_SIDE = """() => {
  const [speed, said] = ["#speed", "#speed-said"].map((one) => document.querySelector(one).getBoundingClientRect());
  return Math.abs(speed.y + speed.height / 2 - said.y - said.height / 2) < 16;
}"""
OVERLAPS = """() => [...document.querySelectorAll(".stage:not(.scale)")].filter((row) => {
  const [name, bar, spent] = [".name", ".bar", ".spent"].map((part) => row.querySelector(part));
  const words = document.createRange();
  words.selectNodeContents(name);
  const [one, two, three] = [words, bar, spent].map((part) => part.getBoundingClientRect());
  const before = (a, b) => a.right <= b.left + .5 || a.bottom <= b.top + .5;
  const apart = (a, b) => before(a, b) || before(b, a);
  return !(apart(one, two) && apart(one, three) && apart(two, three)) || two.width < 80;
}).map((row) => row.innerText)"""


@pytest.mark.parametrize(
    ("width", "height", "size"), [(390, 844, "200"), (390, 844, "150"), (844, 390, "200"), (1280, 800, "200")]
)
async def test_in_large_text_no_panel_cuts_off_or_squeezes_what_is_used(
    at_home: Any, visit: Any, width: int, height: int, size: str
) -> None:
    visited = await visit(at_home.url, width=width, height=height)
    page = visited.page
    await visited.is_("ready")
    await page.click("#tune")
    await page.locator("#size").select_option(size)
    buttons = "[...document.querySelectorAll('header .plain:not([hidden])')].map((one) => one.offsetTop)"
    assert len(set(await page.evaluate(buttons))) == 1, "the buttons stand in one row"
    await page.wait_for_function(SIDE_BY_SIDE)  # both at one moment: what is above them may still be coming
    assert await page.evaluate(SQUEEZED, "#settings") == []
    await page.click("#house")
    await page.locator(".device").nth(13).wait_for(state="attached")
    assert await page.evaluate(SQUEEZED, "#home") == []
    steps = "[...document.querySelectorAll('.stepper button')].map((one) => one.offsetTop)"
    less, more, *_ = await page.evaluate(steps)
    assert less == more
    await page.click("#clock")
    await page.locator("#satellites li").first.wait_for()
    assert await page.evaluate(SQUEEZED, "#household") == []
    await page.click("#shelf")
    await page.locator("#documents-list .open").first.wait_for()
    assert await page.evaluate(SQUEEZED, "#documents") == []
    await visited.ask(QUESTION)
    await visited.event("response.done")
    await page.locator(".ledger summary").click()
    await page.locator(".stage[data-stage=read]").wait_for()
    assert await page.evaluate(OVERLAPS) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("size", ["100 %", "200 %"])
async def test_the_arrow_of_a_choice_grows_with_the_text_and_keeps_from_the_edge(
    at_home: Any, visit: Any, width: int, size: str
) -> None:
    """What is darker than the field in its right end, as a person sees it: the arrow, as large as a small letter."""
    visited = await visit(at_home.url, width=width, height=1200, reduced_motion="reduce", device_scale_factor=1)
    page = visited.page
    await visited.is_("ready")
    await page.click("#tune")
    await page.get_by_label("Text size").select_option(size)
    rem = 16 * int(size[:3]) // 100
    await visited.until(f"getComputedStyle(document.documentElement).fontSize === '{rem}px'")
    field = page.get_by_label("Pause that ends")
    box = await field.bounding_box()
    png = base64.b64encode(await field.screenshot(animations="disabled")).decode()
    picture = np.array(await page.evaluate(GREY, png))
    inside = picture[rem // 2 : -rem // 2, int(box["width"]) - 2 * rem : int(box["width"]) - 4]
    _, columns = np.nonzero(inside < inside.max() - 60)
    assert len(columns), "there is an arrow"
    free = 2 * rem - columns.max() - 1
    assert free >= 0.6 * rem, f"{free} of {rem} px between the arrow and the edge"
    assert columns.max() - columns.min() >= 0.5 * rem, "it is as large as the text asks for"
    speed = [await page.locator(place).bounding_box() for place in ("#speed", "#speed-said")]
    assert abs(speed[0]["y"] + speed[0]["height"] / 2 - speed[1]["y"] - speed[1]["height"] / 2) < rem, "side by side"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 360])
async def test_axe_finds_nothing_in_any_state(server: Any, visit: Any, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.async_playwright", reason="pip install axe-playwright-python")
    visited = await visit(server.url, width=width, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page = visited.page

    async def sound(state: str) -> None:
        found = await axe.Axe().run(page)
        assert found.violations_count == 0, f"{state}: {found.generate_report()}"

    await visited.is_("ready")
    await page.locator("#examples button").first.wait_for()
    await sound("welcome")
    await visited.ask(QUESTION)
    await visited.event("response.done")
    await page.click(".ledger summary")
    await sound("answer")
    await page.click("#shelf")
    await page.locator("#documents-list .plain").first.click()
    await sound("documents")
    await page.get_by_role("button", name="Cancel").click()
    await page.locator("#documents-list .open").first.click()
    await page.locator("#reading").wait_for()
    await sound("reading")
    await page.click("#tune")
    await visited.until("document.querySelectorAll('#microphone option').length > 0")
    await sound("settings")

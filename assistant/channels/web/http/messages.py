"""What a client's messages come to: the question, and the conversation before it."""

from __future__ import annotations

import base64
import binascii
import io
import re
from dataclasses import dataclass

from starlette.datastructures import State

from assistant.channels import unread
from assistant.channels.json import ApiError, Json, checked, clean
from assistant.channels.web.http.recordings import recognised
from assistant.turn.events import Reply
from assistant.turn.understanding import MAX_QUESTION

MAX_MESSAGES = 200
#: A message with more characters is what a client wrapped a question in.
LONGEST_QUESTION = 300
#: Sentences are looked for in this many characters at its end.
_LOOKED_THROUGH = 20_000
_MARK = re.compile(r"<(/?)(user_query|query|question)>", re.IGNORECASE)
_QUESTION = re.compile(r"(?:(?<=[.!?:>])\s+|\n|^)([^\s.!?\n][^.!?\n]{0,300}\?)(?=[\s\"'”’)<]|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What is asked, its transcript where it was spoken, and the earlier exchanges.

    `note` says what of the question was passed over; `question` is empty where that is all there was.
    """

    question: str
    transcript: str | None
    history: list[Reply]
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Content:
    text: str
    transcript: str | None = None
    unread: tuple[str, ...] = ()


async def conversation(state: State, messages: list[object], param: str = "messages") -> Conversation:
    """Return what a client's messages come to.

    `messages` are the client's, the oldest first, of which the last MAX_MESSAGES count; errors call them `param`.
    Raises ApiError where there is no question, and ReparteeError where a recording cannot be recognised.
    """
    messages = messages[-MAX_MESSAGES:]
    asked: list[_Content] = []  # since the last answer
    history: list[Reply] = []
    for number, given in enumerate(messages):
        message: Json = checked(given, dict, f"{param}[{number}]")
        last = number == len(messages) - 1
        content = await _content(state, message.get("content"), f"{param}[{number}].content", last=last)
        if message.get("role") == "user":
            asked.append(content)
        elif message.get("role") == "assistant" and asked and content.text:
            if question := _last(asked).text:
                history.append(Reply.recalled(question, content.text))
            asked.clear()
    last_asked = _last(asked)
    if not last_asked.text.strip() and not last_asked.unread:
        raise ApiError("missing_required_parameter", f"The last of '{param}' must be the user's question.", param=param)
    return Conversation(
        question=asked_in(last_asked.text) if last_asked.transcript is None else last_asked.text,
        transcript=last_asked.transcript,
        history=history,
        note=unread.note([kind for content in asked for kind in content.unread]),
    )


def _last(asked: list[_Content]) -> _Content:
    """Return what a user asked last; some clients send a picture in a message of its own, after the words."""
    worded = (content for content in reversed(asked) if content.text.strip() or not content.unread)
    return next(worded, asked[-1] if asked else _Content(""))


def outputs_in(messages: list[object], names: frozenset[str]) -> list[str]:
    """Return what functions called `names` gave back, if the last messages say just that; else nothing."""
    given = [message for message in messages if isinstance(message, dict)]
    outputs: list[str] = []
    while given and given[-1].get("role") == "tool":
        outputs.insert(0, plain_text(given.pop().get("content")))
    calls = given[-1].get("tool_calls") if given and given[-1].get("role") == "assistant" else None
    functions = [call.get("function") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    ours = any(isinstance(function, dict) and function.get("name") in names for function in functions)
    return outputs if ours else []


def plain_text(content: object) -> str:
    """Return the text of a message's content or of what a function gave back."""
    parts = content if isinstance(content, list) else []
    texts = [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]
    return clean(content if isinstance(content, str) else " ".join(texts))


def asked_in(text: str) -> str:
    """Return what is asked in a message: what a template marks as the user's query, the last question of a long one."""
    if marked := _marked(text):
        return marked
    if len(text) <= LONGEST_QUESTION:
        return text
    questions = _QUESTION.findall(text[-_LOOKED_THROUGH:])
    return str(questions[-1]) if questions else text


def _marked(text: str) -> str:
    """Return what the last pair of marks holds, "" where there is none or it is too long to be asked. In one pass."""
    found = ""
    opened: dict[str, int] = {}
    for mark in _MARK.finditer(text):
        name = mark[2].lower()
        if not mark[1]:
            opened[name] = mark.end()
        elif (begins := opened.pop(name, None)) is not None:
            inside = text[begins : mark.start()].strip()
            found = inside if 0 < len(inside) <= MAX_QUESTION else found
    return found


async def _content(state: State, content: object, param: str, *, last: bool) -> _Content:
    """Return the text of a message's content and what of it was heard; only the last message's audio is listened to."""
    if content is None or isinstance(content, str):
        return _Content(clean(content or ""))
    texts: list[str] = []
    passed_over: list[str] = []
    transcript = None
    for number, given in enumerate(checked(content, list, param)[:64]):
        part = checked(given, dict, f"{param}[{number}]")
        if part.get("type") in ("text", "input_text", "output_text", "refusal"):
            texts.append(clean(checked(part.get("text") or "", str, f"{param}[{number}].text")))
        elif part.get("type") == "input_audio" and last:
            transcript = await _heard(state, part.get("input_audio"), f"{param}[{number}].input_audio")
            texts.append(transcript)
        elif kind := unread.kind_of(part.get("type")):
            passed_over.append(kind)
        elif part.get("type") != "input_audio":
            raise ApiError(
                "invalid_value", f"'{param}[{number}].type' must be a text, an input_audio or an image.", param=param
            )
    return _Content(" ".join(text for text in texts if text), transcript, tuple(passed_over))


async def _heard(state: State, given: object, param: str) -> str:
    data = checked(checked(given, dict, param).get("data"), str, f"{param}.data")
    try:
        recording = io.BytesIO(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError) as error:
        raise ApiError("invalid_value", f"'{param}.data' must be base64.", param=param) from error
    return (await recognised(state, recording, param))[0].text

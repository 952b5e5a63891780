"""A client's own functions with the openai client: `tools.py URL` has them called, and prints what came of it."""

import asyncio
import json
import sys
from typing import Any

from openai import AsyncOpenAI

PARAMETERS = {"type": "object", "properties": {"what": {"type": "string"}}}
PLAY = {"name": "play", "description": "Play music", "parameters": PARAMETERS}
WORDS = "Play some jazz in the kitchen"


def play(arguments: str) -> str:
    """The client's own function."""
    given = json.loads(arguments)
    return json.dumps({"message": f"Now playing {given['what']} in the {given['room']}."})


async def respond(connection: Any, **response: Any) -> tuple[Any, list[str]]:
    """Ask for a response; return it, and the types of the events up to its end."""
    await connection.response.create(**response)
    kinds = []
    async with asyncio.timeout(60):
        async for event in connection:
            kinds.append(event.type)
            if event.type == "response.done":
                return event.response, kinds
    raise AssertionError(kinds)


async def say(connection: Any, text: str) -> None:
    content = [{"type": "input_text", "text": text}]
    await connection.conversation.item.create(item={"type": "message", "role": "user", "content": content})


async def over_realtime(client: AsyncOpenAI) -> dict[str, Any]:
    async with client.realtime.connect(model="repartee") as connection:
        session: dict[str, Any] = {"type": "realtime", "output_modalities": ["audio"]}
        await connection.session.update(session=session | {"tools": [{"type": "function", **PLAY}]})
        await say(connection, WORDS)
        called, kinds = await respond(connection)
        (call,) = called.output
        output = {"type": "function_call_output", "call_id": call.call_id, "output": play(call.arguments)}
        await connection.conversation.item.create(item=output)
        told, spoken = await respond(connection)
        await say(connection, "Repeat that.")
        again, _ = await respond(connection)
        await connection.session.update(session=session | {"tools": []})
        await say(connection, WORDS)
        without, _ = await respond(connection)
        return {
            "kinds": kinds,
            "status": called.status,
            "call": call.to_dict(),
            "said": told.output[0].content[0].transcript,
            "sounded": "response.output_audio.delta" in spoken,
            "again": again.output[0].content[0].transcript,
            "without": [item.type for item in without.output],
        }


async def over_chat(client: AsyncOpenAI) -> dict[str, Any]:
    messages: list[Any] = [{"role": "user", "content": WORDS}]
    tools: list[Any] = [{"type": "function", "function": PLAY}]
    asked: dict[str, Any] = {"model": "repartee", "messages": messages}
    first = (await client.chat.completions.create(**asked, tools=tools)).choices[0]
    (call,) = first.message.tool_calls
    stream = await client.chat.completions.create(**asked, tools=tools, stream=True)
    pieces = [chunk.choices[0] async for chunk in stream if chunk.choices]
    (streamed,) = next(piece.delta.tool_calls for piece in pieces if piece.delta.tool_calls)
    without = (await client.chat.completions.create(**asked)).choices[0]
    refused = (await client.chat.completions.create(**asked, tools=tools, tool_choice="none")).choices[0]
    messages += [first.message, {"role": "tool", "tool_call_id": call.id, "content": play(call.function.arguments)}]
    last = (await client.chat.completions.create(**asked, tools=tools)).choices[0]
    return {
        "finish": first.finish_reason,
        "content": first.message.content,
        "call": call.to_dict(),
        "streamed": streamed.to_dict(),
        "streamed_finish": pieces[-1].finish_reason,
        "said": last.message.content,
        "last_finish": last.finish_reason,
        "without": [without.message.tool_calls, refused.message.tool_calls],
    }


async def main() -> None:
    url = sys.argv[1]
    client = AsyncOpenAI(base_url=f"{url}/v1", websocket_base_url=f"{url.replace('http', 'ws', 1)}/v1", api_key="none")
    print(json.dumps({"realtime": await over_realtime(client), "chat": await over_chat(client)}))


asyncio.run(main())

"""Drives the server with LangChain, unmodified: certify.py URL

Prints what came of each scenario, one JSON object, for the tests to judge.
"""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

QUESTION = "How tall is the lighthouse at Marlow Point?"


class Sentence(BaseModel):
    """An answer in a field of its own."""

    answer: str


class Figures(BaseModel):
    """What no sentence from a document is."""

    metres: int
    source: str


@tool
def look_up(name: str) -> str:
    """Look something up."""
    return name


async def text(model: ChatOpenAI) -> dict[str, Any]:
    answered = await model.ainvoke([SystemMessage("Answer from the documents."), HumanMessage(QUESTION)])
    asked = [HumanMessage(QUESTION), AIMessage(answered.text), HumanMessage("How tall is it?")]
    return {
        "text": answered.text,
        "followed": (await model.ainvoke(asked)).text,
        "streamed": "".join([chunk.text async for chunk in model.astream(QUESTION)]),
        "tools": (await model.bind_tools([look_up]).ainvoke(QUESTION)).text,
        "tokens": answered.usage_metadata["total_tokens"],
    }


async def structured(model: ChatOpenAI) -> dict[str, Any]:
    """A schema of one string is filled; another is refused with a sentence."""
    filled = await model.with_structured_output(Sentence, method="json_schema").ainvoke(QUESTION)
    try:
        await model.with_structured_output(Figures, method="json_schema").ainvoke(QUESTION)
        refused = ""
    except Exception as error:
        refused = f"{type(error).__name__}: {error}"
    return {"answer": filled.answer, "refused": refused}


async def run(scenario: Any, model: ChatOpenAI) -> dict[str, Any]:
    try:
        return await scenario(model)
    except Exception:
        return {"failed": traceback.format_exc()}


async def main(url: str, *_clips: str) -> None:
    options = {"base_url": f"{url}/v1", "api_key": "none", "model": "repartee", "max_retries": 0}
    chat, responses = ChatOpenAI(**options), ChatOpenAI(**options, use_responses_api=True)
    scenarios = {"text": (text, chat), "responses": (text, responses), "structured": (structured, chat)}
    seen = await asyncio.gather(*(run(*scenario) for scenario in scenarios.values()))
    print(json.dumps(dict(zip(scenarios, seen, strict=True))))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

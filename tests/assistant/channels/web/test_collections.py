"""Over the network a token decides which documents are answered from, listed, read, added to and removed."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from websockets.asyncio.client import connect

from knowledge.library import Library
from tests.assistant.channels.web.http.test_http import form
from tests.conftest import UNHURRIED
from tests.knowledge.texts import tokenize

OWNER, ANNA, BEN = "owner-token", "anna-token", "ben-token"
SETTINGS = f'[serve]\ntoken = "{OWNER}"\n[knowledge.collections]\nwork = "{ANNA}"\nhouse = "{BEN}"\n'
QUESTION = "Where is the brass key?"
PLACES = {"work": "cellar", "house": "attic"}


@pytest.fixture(scope="module")
def guarded(serve, tmp_path_factory):
    folder = tmp_path_factory.mktemp("collections")
    home = folder / "home"
    library = Library.open(home, tokenize)
    for collection, place in PLACES.items():
        (folder / f"{collection}.md").write_text(f"# The {place}\n\nThe brass key is in the {place}.")
        library.add([folder / f"{collection}.md"], collection=collection)
    (folder / "ferry.md").write_text("# Ferry\n\nThe ferry leaves at nine.")
    library.add([folder / "ferry.md"])
    library.close()
    (home / "repartee.toml").write_text(SETTINGS)
    with serve(home, env=UNHURRIED) as served:
        served.home = home
        yield served


def call(served, path: str, token: str, body: Any = None, *, kind: str = "application/json", method: str | None = None):
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    request = urllib.request.Request(f"{served.url}{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def titles(served, token: str) -> dict[str, int]:
    _, listed = call(served, "/v1/knowledge/documents", token)
    return {each["title"]: each["id"] for each in listed["data"]}


def send(served, token: str, name: str, text: str, **fields: str):
    body, kind = form(name, text.encode(), **fields)
    return call(served, "/v1/knowledge/documents", token, body, kind=kind)


@pytest.mark.parametrize(("token", "place", "hidden"), [(ANNA, "cellar", "attic"), (BEN, "attic", "cellar")])
def test_a_chat_is_answered_from_what_its_token_may_ask(guarded, token, place, hidden):
    body = {"messages": [{"role": "user", "content": QUESTION}]}
    status, answer = call(guarded, "/v1/chat/completions", token, body)
    assert (status, place in answer["repartee"]["spoken"]) == (200, True)
    assert hidden not in json.dumps(answer)
    known = {"messages": [{"role": "user", "content": "What documents do you have?"}]}
    said = call(guarded, "/v1/chat/completions", token, known)[1]["repartee"]["spoken"]
    assert (f"The {place}" in said, hidden in said) == (True, False)


async def typed(served, token: str) -> str:
    """What Realtime answers to QUESTION."""
    async with connect(served.ws_url, additional_headers={"Authorization": f"Bearer {token}"}) as line:
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": QUESTION}]}
        await line.send(json.dumps({"type": "conversation.item.create", "item": item}))
        wanted = {"output_modalities": ["text"]}
        await line.send(json.dumps({"type": "response.create", "response": wanted}))
        async for message in line:
            if (event := json.loads(message))["type"] == "response.output_text.done":
                return str(event["text"])
    raise AssertionError("closed")


async def test_realtime_is_answered_from_what_its_token_may_ask_also_by_a_key(guarded):
    for token, place in ((ANNA, "cellar"), (BEN, "attic")):
        key = call(guarded, "/v1/realtime/client_secrets", token, {})[1]["value"]
        assert place in await typed(guarded, token)
        assert place in await typed(guarded, key)


def test_documents_that_may_not_be_asked_are_not_there(guarded):
    everything = titles(guarded, OWNER)
    assert set(everything) == {"The cellar", "The attic", "Ferry"}
    assert set(titles(guarded, ANNA)) == {"The cellar", "Ferry"}
    path = f"/v1/knowledge/documents/{everything['The attic']}"
    assert call(guarded, path, ANNA)[0] == call(guarded, path, ANNA, method="DELETE")[0] == 404
    assert call(guarded, path, BEN)[1]["collection"] == "house"
    assert call(guarded, "/v1/models", "nobody")[0] == 401


def test_two_documents_of_one_name_in_two_collections_are_two(guarded):
    added = {
        token: send(guarded, token, "plan.md", f"# Plan {token}\n\nThe plan is of {token}.", collection=collection)
        for token, collection in ((ANNA, "work"), (BEN, "house"))
    }
    assert [(status, answer["outcome"]) for status, answer in added.values()] == [(201, "added")] * 2
    assert call(guarded, f"/v1/knowledge/documents/{added[ANNA][1]['id']}", ANNA)[1]["text"].endswith(f"of {ANNA}.")
    for token, (_, answer) in added.items():
        assert call(guarded, f"/v1/knowledge/documents/{answer['id']}", token, method="DELETE")[1]["deleted"] is True
    assert not [path for path in (guarded.home / "collections").rglob("*") if path.is_file()]


@pytest.mark.parametrize(("collection", "status"), [("house", 403), ("other", 403), ("../work", 400)])
def test_nothing_is_added_where_one_may_not_ask(guarded, collection, status):
    refused, answer = send(guarded, ANNA, "plan.md", "The plan.", collection=collection)
    assert (refused, "message" in answer["error"]) == (status, True)
    assert set(titles(guarded, OWNER)) == {"The cellar", "The attic", "Ferry"}


def test_a_response_is_shown_again_to_those_who_may_ask_all_it_was_found_in(guarded):
    _, answer = call(guarded, "/v1/responses", ANNA, {"input": QUESTION})
    path = f"/v1/responses/{answer['id']}"
    assert [call(guarded, path, token)[0] for token in (ANNA, OWNER, BEN)] == [200, 200, 404]
    follow_up = {"input": "And why?", "previous_response_id": answer["id"]}
    assert call(guarded, "/v1/responses", BEN, follow_up)[0] == 400

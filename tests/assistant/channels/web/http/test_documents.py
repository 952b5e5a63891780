"""Documents over the network: listed, added, read, replaced, removed; each beside a server that answers from them."""

import asyncio
import json
import shutil
import threading
import urllib.request
from typing import Any

import pytest
from starlette.requests import Request

from assistant.channels.json import ApiError
from assistant.channels.web.http import documents
from assistant.channels.web.http.errors import form_body
from knowledge.ingest import AddReport
from knowledge.store.records import Document
from tests.assistant.channels.web.http.test_http import call, chat, form

URL = "/v1/knowledge/documents"
FERRY = b"# Ferry\n\nThe ferry to Skarholm leaves at twenty past nine from the north pier."


@pytest.fixture(scope="module")
def server(serve, samples_home, tmp_path_factory):
    home = tmp_path_factory.mktemp("documents") / "home"
    shutil.copytree(samples_home, home)
    with serve(home, env={"REPARTEE_BUDGET_READ": "60000", "REPARTEE_BUDGET_RETRIEVE": "60000"}) as served:
        served.home = home
        yield served


def send(served, name: str, content: bytes) -> tuple[int, Any]:
    body, kind = form(name, content)
    status, _, answer = call(f"{served.url}{URL}", body, kind=kind)
    return status, json.loads(answer)


def delete(served, number: int) -> Any:
    with urllib.request.urlopen(
        urllib.request.Request(f"{served.url}{URL}/{number}", method="DELETE"), timeout=60
    ) as answer:
        return json.loads(answer.read())


def names(served) -> list[str]:
    return [document["document"] for document in json.loads(call(f"{served.url}{URL}")[2])["data"]]


def answer(served, question: str) -> Any:
    return json.loads(chat(served, question)[2])["repartee"]["answer"]


def test_a_document_that_is_sent_is_answered_from_at_once_until_it_is_removed(server):
    status, added = send(server, "ferry.md", FERRY)
    assert (status, added["outcome"], added["title"], added["passages"]) == (201, "added", "Ferry", 1)
    assert added["document"] == "documents/ferry.md"
    assert "twenty past nine" in answer(server, "When does the ferry to Skarholm leave?")
    kept = json.loads(call(f"{server.url}{URL}/{added['id']}")[2])
    assert "north pier" in kept["text"]
    assert send(server, "ferry.md", FERRY)[1]["outcome"] == "unchanged"
    status, replaced = send(server, "ferry.md", FERRY.replace(b"twenty past nine", b"half past ten"))
    assert (status, replaced["outcome"]) == (201, "replaced")
    assert "half past ten" in answer(server, "When does the ferry to Skarholm leave?")
    assert delete(server, replaced["id"])["deleted"] is True
    assert "documents/ferry.md" not in names(server)
    assert not (server.home / "documents" / "ferry.md").exists()
    assert call(f"{server.url}{URL}/{replaced['id']}")[0] == 404


def test_one_that_cannot_be_read_leaves_everything_as_it_was(server):
    send(server, "pier.md", b"The pier is closed in winter.")
    before = names(server)
    for name in ("pier.md", "new.md"):
        status, refused = send(server, name, b"\0\1" * 1000)
        assert status == 400
        assert refused["error"]["message"].startswith(f"{name} holds binary data")
    assert names(server) == before
    assert (server.home / "documents" / "pier.md").read_bytes() == b"The pier is closed in winter."
    assert sorted(path.name for path in (server.home / "documents").iterdir()) == ["pier.md"]


@pytest.mark.parametrize("name", ["../../outside.md", "/etc/outside.md", "..\\outside.md"])
def test_a_name_leads_out_of_no_folder(server, name):
    assert send(server, name, b"Nothing stands outside.")[0] in (200, 201)
    assert (server.home / "documents" / "outside.md").exists()


@pytest.mark.parametrize("name", [".hidden.md", "x" * 200 + ".md", "song.mp3", "tab\tbed.md"])
def test_what_is_no_name_of_a_document_is_refused_in_a_sentence(server, name):
    status, refused = send(server, name, b"Words.")
    assert status == 400
    assert refused["error"]["message"].endswith(".")


def test_where_a_document_is_not_said(server):
    assert str(server.home) not in call(f"{server.url}{URL}")[2].decode()


def test_an_owner_may_keep_the_store_to_themselves(serve, samples_home):
    with serve(samples_home, env={"REPARTEE_KNOWLEDGE_UPLOADS": "false"}) as served:
        status, refused = send(served, "ferry.md", FERRY)
        assert (status, refused["error"]["code"]) == (403, "uploads_not_allowed")
        assert names(served)


def test_one_larger_than_the_setting_is_not_read(serve, samples_home):
    with serve(samples_home, env={"REPARTEE_KNOWLEDGE_MAX_DOCUMENT_MB": "0.01"}) as served:
        assert send(served, "large.md", b"word " * 10_000)[0] == 400


def test_a_list_is_shortened_to_the_newest_and_searched_by_name(server):
    send(server, "quay.md", b"# The Quay\n\nThe quay is 90 metres long.")
    every = json.loads(call(f"{server.url}{URL}")[2])
    assert every["total"] == len(every["data"]) > 2
    assert every["uploads"] is True
    newest = json.loads(call(f"{server.url}{URL}?limit=1")[2])
    assert [one["title"] for one in newest["data"]] == ["The Quay"]
    assert newest["total"] == every["total"]
    found = json.loads(call(f"{server.url}{URL}?find=QUAY%20the")[2])
    assert [one["title"] for one in found["data"]] == ["The Quay"]
    assert json.loads(call(f"{server.url}{URL}?find=nowhere")[2])["data"] == []
    assert json.loads(call(f"{server.url}{URL}?limit=0")[2])["data"] == []
    for wrong in ("limit=-1", "limit=x", "passage=%D9%A1", "limit=99999999999"):
        assert call(f"{server.url}{URL}?{wrong}")[0] == 400, wrong


def test_the_document_of_a_citation_is_found_by_its_passage(server):
    added = send(server, "buoy.md", b"# The Buoy\n\nThe buoy off Tern Island is painted yellow.")[1]
    told = json.loads(chat(server, "Which colour is the buoy off Tern Island painted?")[2])["repartee"]
    [citation, *_] = told["citations"]
    found = json.loads(call(f"{server.url}{URL}?passage={citation['passage_id']}")[2])["data"]
    assert [one["id"] for one in found] == [added["id"]]
    text = json.loads(call(f"{server.url}{URL}/{added['id']}")[2])["text"]
    assert text[citation["start"] : citation["end"]] == citation["text"]
    delete(server, added["id"])
    assert json.loads(call(f"{server.url}{URL}?passage={citation['passage_id']}")[2])["data"] == []


def test_examples_follow_what_is_there(server):
    def asked() -> list[str]:
        return json.loads(call(f"{server.url}/v1/knowledge/examples")[2])["data"]

    added = send(server, "crane.md", b"# The Crane\n\nThe crane at Herring Dock is 52 metres tall.")[1]
    assert "How tall is the crane at Herring Dock?" in asked()
    assert len(asked()) <= 4
    delete(server, added["id"])
    assert "How tall is the crane at Herring Dock?" not in asked()


def test_two_documents_of_one_name_are_taken_up_one_after_the_other(tmp_path):
    """Without that, one that cannot be read puts back what it found, which may be the other one half taken up."""
    lock = threading.Lock()
    seen = []

    class Slow:
        """A library that is sent a second document of the name while it takes up the first."""

        def add(self, paths, *, collection):
            assert collection == ""
            if not seen:
                other = threading.Thread(target=documents._take, args=(self, tmp_path, "a.md", b"second", "", lock))
                seen.append(other)
                other.start()
                other.join(0.2)
            seen.append(paths[0].read_bytes())
            return AddReport(failed=((paths[0], f"{paths[0]} is damaged"),))

    documents._take(Slow(), tmp_path, "a.md", b"first", "", lock)
    seen[0].join()
    assert seen[1:] == [b"first", b"second"]
    assert not (tmp_path / "a.md").exists()


def test_a_name_that_no_file_system_takes_is_refused(server):
    status, refused = send(server, "\u00e9" * 140 + ".md", FERRY)
    assert (status, refused["error"]["code"]) == (400, "invalid_value")


def test_a_client_that_leaves_in_the_middle_of_a_form_is_no_fault_of_the_server():
    async def receive():
        return {"type": "http.disconnect"}

    async def read():
        kind = (b"content-type", b"multipart/form-data; boundary=A")
        async with form_body(Request({"type": "http", "method": "POST", "headers": [kind]}, receive)):
            pass

    with pytest.raises(ApiError, match="The client left"):
        asyncio.run(read())


def test_a_document_that_somebody_else_removed_just_before_is_not_found(tmp_path):
    class Empty:
        def documents(self):
            return []

    gone = Document(id=7, path="a.md", name="a.md", title="A", passages=1, bytes=1, added_at=0.0)
    with pytest.raises(ApiError, match="There is no document 7") as refused:
        documents._remove(Empty(), tmp_path, gone, threading.Lock())
    assert refused.value.status == 404

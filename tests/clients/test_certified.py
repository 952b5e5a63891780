"""Five things that every client of the Realtime protocol must be able to do here, each with four unmodified clients.

Each of these at its newest and at an older version; then clients of the plain endpoints. The scripts beside this file
use each client as its own documentation does; here is judged what the clients saw.
"""

import json

import pytest

CLIENTS = [(name, edition) for name in ("openai", "agents", "livekit", "pipecat") for edition in ("newest", "older")]
HEIGHT, OPENED = "41 metres", "1893"


def said(client: str, seen: dict) -> str:
    """The words of the reply as the client shows them."""
    if client == "agents":
        return next(item["text"] for item in reversed(seen["history"]) if item["role"] == "assistant")
    return seen["reply"]["text"] if client == "livekit" else seen["text"]


def audio_ms(client: str, seen: dict) -> float:
    if client == "agents":
        return seen["audioMs"]
    return seen["reply"]["audio_ms"] if client == "livekit" else seen["audio_ms"]


def transcript(client: str, seen: dict) -> str:
    """What the client shows for the person's words."""
    if client == "agents":
        return next(item["text"] for item in seen["history"] if item["role"] == "user")
    if client == "livekit":
        return next(text for text, final in seen["transcripts"] if final)
    return seen["transcripts"][-1] if client == "pipecat" else seen["transcript"]


def metadata(client: str, seen: dict) -> dict | None:
    """The response's metadata, which Pipecat does not keep."""
    if client == "pipecat":
        return None
    return seen["response"]["metadata"] if client == "agents" else seen["metadata"]


def judge_spoken(client: str, seen: dict) -> None:
    assert "lighthouse" in transcript(client, seen)
    assert HEIGHT in said(client, seen)
    assert 1000 < audio_ms(client, seen) < 15_000
    assert not seen.get("errors")
    found = metadata(client, seen)
    if found is not None:
        cited = json.loads(found["repartee_citations"])[0]
        assert cited["document"].endswith("lighthouse.md")
        assert [row[0] for row in json.loads(found["repartee_stages"])][:2] == ["endpoint", "recognise"]


@pytest.mark.parametrize(("client", "edition"), CLIENTS)
def test_a_text_turn(certify, client, edition):
    seen = certify(client, "text", edition)
    assert HEIGHT in said(client, seen)
    assert audio_ms(client, seen) == 0
    assert not seen.get("errors")
    found = metadata(client, seen)
    assert found is None or HEIGHT in found["repartee_answer"]
    if client == "agents":  # which has shown a picture before it asked
        assert found["repartee_note"].startswith("1 image was passed over")


@pytest.mark.parametrize(("client", "edition"), CLIENTS)
def test_a_spoken_turn_whose_end_the_server_finds(certify, client, edition):
    judge_spoken(client, certify(client, "spoken", edition))


@pytest.mark.parametrize(("client", "edition"), CLIENTS)
def test_push_to_talk(certify, client, edition):
    judge_spoken(client, certify(client, "push_to_talk", edition))


@pytest.mark.parametrize("edition", ["newest", "older"])
def test_a_client_that_finds_the_ends_of_turns_itself_interrupts_and_is_answered(certify, edition):
    seen = certify("pipecat", "local_turns", edition)
    assert not seen["errors"]
    first, second = seen["transcripts"]
    assert "lighthouse" in first
    assert "railway" in second
    assert len(seen["replies"]) == 3, "a greeting, and two replies"
    assert OPENED in seen["replies"][2]
    assert seen["interruptions"] >= 2


@pytest.mark.parametrize(("client", "edition"), CLIENTS)
def test_barge_in_with_truncation(certify, client, edition):
    seen = certify(client, "barge_in", edition)
    whole, kept = {
        "openai": lambda: (seen["said"], seen["kept"]),
        "agents": lambda: (seen["whole"], seen["kept"]["content"][0]["transcript"]),
        "livekit": lambda: (seen["reply"]["text"], seen["kept"]),
        "pipecat": lambda: (seen["said"], seen["kept"]),
    }[client]()
    assert HEIGHT in whole
    assert whole.startswith(kept)
    assert len(kept) < len(whole)
    following = {
        "openai": lambda: seen["next"]["text"],
        "agents": lambda: said("agents", seen),
        "livekit": lambda: seen["next"]["text"],
        "pipecat": lambda: seen["text"],
    }[client]()
    assert OPENED in following
    if client in ("openai", "livekit"):
        assert seen["truncated_ms"] == min(seen["played_ms"], seen["truncated_ms"])
    if client == "agents":
        assert seen["truncatedItem"]
        assert seen["interrupted"] == 1
    if client == "pipecat":
        assert seen["interruptions"] >= 1


@pytest.mark.parametrize(("client", "edition"), CLIENTS)
def test_an_error_is_told_and_the_talk_goes_on(certify, client, edition):
    seen = certify(client, "error", edition)
    match client:
        case "openai":
            assert seen["codes"] == {
                "e1": "invalid_value",
                "e2": "input_audio_buffer_commit_empty",
                "e3": "response_cancel_not_active",
                "e4": "invalid_event",  # only a call has such a buffer
            }
            seen = seen["after"]
        case "agents":
            assert [error["event_id"] for error in seen["errors"]] == ["mine"]
        case "livekit":
            assert seen["errors"] == ["item_delete_invalid_item_id"]
            assert seen["refused"]["event_id"] == "mine"
            assert seen["emptied"] == []
        case "pipecat":
            assert "no_such_item" in seen["refused"]
            assert not seen["told"]
            assert seen["text"].startswith("Hello."), "it was asked to say something before anybody had"
    assert OPENED in said(client, seen)


def test_the_plain_endpoints_with_the_official_client(certify):
    seen = certify("openai", "http")
    assert seen["models"] == ["repartee"]
    assert HEIGHT in seen["chat"]
    assert seen["streamed"] == seen["chat"]
    answer, note = seen["pictured"]
    assert OPENED in answer
    assert note.startswith("1 image was passed over")
    assert HEIGHT in seen["repartee"]["answer"]
    assert HEIGHT in seen["response"]
    assert HEIGHT in seen["followed"]
    assert seen["modalities"] == ["text"]
    assert "lighthouse" in seen["transcript"]
    assert seen["speech_ms"] > 400
    assert seen["refused"] == "missing_required_parameter"


def test_agents_of_text_over_both_endpoints(certify):
    seen = certify("openai_agents", "text")
    for name in ("text", "followed", "streamed", "chat"):
        assert HEIGHT in seen[name], name


def test_an_agent_that_greets_hears_and_reads(certify):
    seen = certify("openai_agents", "realtime")
    said = [
        (item["role"], part.get("text") or part["transcript"] or "")
        for item in seen["history"]
        for part in item["content"]
    ]
    assert said[0][0] == "assistant"
    assert said[0][1].startswith("Hello.")
    typed = said.index(("user", "How tall is the lighthouse at Marlow Point?"))
    spoken = said[1:typed]
    assert any(role == "user" and "lighthouse" in words for role, words in spoken)
    assert any(role == "assistant" and HEIGHT in words for role, words in spoken)
    assert seen["interrupted"] == 1
    assert said[-2] == ("user", "When did the railway open?")
    assert OPENED in said[-1][1]
    assert not seen["errors"]
    assert seen["audio_ms"] > 2000


def test_an_agent_between_speech_and_speech(certify):
    seen = certify("openai_agents", "voice")
    assert HEIGHT in seen["text"]
    assert seen["audio_ms"] > 1000
    assert seen["lifecycle"] == ["turn_started", "turn_ended", "session_ended"]


@pytest.mark.parametrize("endpoint", ["text", "responses"])
def test_langchain_over_both_endpoints(certify, endpoint):
    seen = certify("langchain", endpoint)
    for name in ("text", "followed", "streamed", "tools"):
        assert HEIGHT in seen[name], name
    assert seen["tokens"] > 0


def test_langchain_gets_an_object_of_one_string_and_a_sentence_for_any_other(certify):
    seen = certify("langchain", "structured")
    assert HEIGHT in seen["answer"]
    assert "an object with one string" in seen["refused"]


def test_litellm_writes_hears_and_speaks(certify):
    seen = certify("litellm", "text")
    for name in ("text", "streamed", "responses"):
        assert HEIGHT in seen[name], name
    seen = certify("litellm", "speech")
    assert "lighthouse" in seen["transcript"]
    assert seen["audio_ms"] > 400


def test_a_proxy_for_home_assistant_hears_and_speaks(certify):
    assert len(certify("wyoming_openai", "info", "wyoming")["models"]) == 3
    heard = certify("wyoming_openai", "hear", "wyoming")
    assert len(heard) == 3
    for model, words in heard.items():
        assert "lighthouse" in words.lower(), model
    seen = certify("wyoming_openai", "speak", "wyoming")
    assert seen["words"] > 1000
    assert 100 < seen["none"] < 400, "a sentence without words is a short silence"


@pytest.mark.parametrize("endpoint", ["responses", "chat"])
def test_vercels_sdk_over_both_endpoints(certify, endpoint):
    seen = certify("ai", endpoint)
    for answer in (seen["text"], seen["followed"], seen["streamed"], seen["object"]["answer"]):
        assert HEIGHT in answer
    assert seen["finish"] == "stop"
    assert "an object with one string" in seen["refused"]


def test_vercels_sdk_hears_and_speaks(certify):
    seen = certify("ai", "speech")
    assert "lighthouse" in seen["transcript"]
    assert 0 < seen["segments"][-1]["endSecond"] <= seen["seconds"]
    assert seen["audioMs"] > 400

"""Five things that every client of the Realtime protocol must be able to do here, each with four unmodified clients.

The scripts beside this file use each client as its own documentation does; here is judged what the clients saw.
"""

import json

import pytest

CLIENTS = ["openai", "agents", "livekit", "pipecat"]
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


@pytest.mark.parametrize("client", CLIENTS)
def test_a_text_turn(certify, client):
    seen = certify(client, "text")
    assert HEIGHT in said(client, seen)
    assert audio_ms(client, seen) == 0
    assert not seen.get("errors")
    found = metadata(client, seen)
    assert found is None or HEIGHT in found["repartee_answer"]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_spoken_turn_whose_end_the_server_finds(certify, client):
    judge_spoken(client, certify(client, "spoken"))


@pytest.mark.parametrize("client", CLIENTS)
def test_push_to_talk(certify, client):
    judge_spoken(client, certify(client, "push_to_talk"))


@pytest.mark.parametrize("client", CLIENTS)
def test_barge_in_with_truncation(certify, client):
    seen = certify(client, "barge_in")
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


@pytest.mark.parametrize("client", CLIENTS)
def test_an_error_is_told_and_the_talk_goes_on(certify, client):
    seen = certify(client, "error")
    match client:
        case "openai":
            assert seen["codes"] == {
                "e1": "invalid_value",
                "e2": "input_audio_buffer_commit_empty",
                "e3": "response_cancel_not_active",
                "e4": "unknown_event_type",
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
            assert len(seen["told"]) == 1
    assert OPENED in said(client, seen)


def test_the_plain_endpoints_with_the_official_client(certify):
    seen = certify("openai", "http")
    assert seen["models"] == ["repartee"]
    assert HEIGHT in seen["chat"]
    assert seen["streamed"] == seen["chat"]
    assert HEIGHT in seen["repartee"]["answer"]
    assert HEIGHT in seen["response"]
    assert HEIGHT in seen["followed"]
    assert seen["modalities"] == ["text"]
    assert "lighthouse" in seen["transcript"]
    assert seen["speech_ms"] > 400
    assert seen["refused"] == "missing_required_parameter"

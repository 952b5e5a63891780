"""The plain HTTP endpoints of the running server, and the shape of their errors."""

import base64
import io
import json
import urllib.error
import urllib.request
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.paths import TURNS

QUESTION = "How tall is the lighthouse at Marlow Point?"
CLIP = TURNS / "00-slt.flac"


def call(url: str, body: Any = None, *, kind: str = "application/json") -> tuple[int, str, bytes]:
    """Return status, media type and body; a body that is not bytes is sent as JSON."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": kind} if data is not None else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


def form(name: str, data: bytes, **fields: str) -> tuple[bytes, str]:
    """Return a multipart form and its media type (RFC 7578)."""
    edge = "----edge-of-a-test"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()
    ]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return b"".join([*parts, head, data, f"\r\n--{edge}--\r\n".encode()]), f"multipart/form-data; boundary={edge}"


def chat(served, *messages: str, **options: Any) -> tuple[int, str, bytes]:
    roles = ["user", "assistant"] * len(messages)
    given = [{"role": role, "content": text} for role, text in zip(roles, messages, strict=False)]
    return call(f"{served.url}/v1/chat/completions", {"messages": given} | options)


def events(body: bytes) -> list[str]:
    return [line.removeprefix("data: ") for line in body.decode().splitlines() if line]


def test_a_chat_is_answered_with_its_citation(served):
    status, _, body = chat(served, QUESTION, model="any-name")
    answer = json.loads(body)
    assert (status, answer["object"], answer["model"]) == (200, "chat.completion", "any-name")
    assert "41 metres" in answer["choices"][0]["message"]["content"]
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"]["total_tokens"] > 0
    assert "41 metres" in answer["repartee"]["answer"]
    assert answer["repartee"]["citations"][0]["document"].endswith("lighthouse.md")


def test_a_chat_streams_the_same_words_and_ends_as_clients_expect(served):
    whole = json.loads(chat(served, QUESTION)[2])["choices"][0]["message"]["content"]
    status, kind, body = chat(served, QUESTION, stream=True, stream_options={"include_usage": True})
    *chunks, end = events(body)
    decoded = [json.loads(chunk) for chunk in chunks]
    words = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in decoded if chunk["choices"])
    assert (status, kind.partition(";")[0], end, words) == (200, "text/event-stream", "[DONE]", whole)
    assert decoded[-2]["choices"][0]["finish_reason"] == "stop"
    assert "41 metres" in decoded[-2]["repartee"]["answer"]
    assert decoded[-1]["usage"]["total_tokens"] > 0


def test_the_messages_before_the_question_are_the_conversation(served):
    first = json.loads(chat(served, "Where is the lighthouse at Marlow Point?")[2])["choices"][0]["message"]["content"]
    followed = json.loads(chat(served, "What is the lighthouse at Marlow Point?", first, "How tall is it?")[2])
    assert "41 metres" in followed["repartee"]["answer"]


def test_a_question_may_be_spoken(served):
    data = base64.b64encode(CLIP.read_bytes()).decode()
    content = [{"type": "input_audio", "input_audio": {"data": data, "format": "flac"}}]
    body = {"messages": [{"role": "user", "content": content}]}
    answer = json.loads(call(f"{served.url}/v1/chat/completions", body)[2])["repartee"]
    assert "lighthouse" in answer["transcript"]
    assert "41 metres" in answer["answer"]


@pytest.mark.parametrize("wanted", ["mp3", "opus", "flac", "wav", "pcm"])
def test_text_is_spoken_in_every_format(served, wanted):
    status, kind, body = call(
        f"{served.url}/v1/audio/speech", {"input": "The tower is high.", "response_format": wanted}
    )
    assert (status, kind.partition("/")[0]) == (200, "audio")
    if wanted == "pcm":
        pcm, rate = np.frombuffer(body, "<i2") / 32768, 24_000
    elif wanted == "wav":
        assert body[:4] + body[8:12] == b"RIFFWAVE"
        pcm, rate = np.frombuffer(body[44:], "<i2") / 32768, 24_000
    else:
        pcm, rate = soundfile.read(io.BytesIO(body))
    assert rate == 24_000
    assert 0.6 < len(pcm) / rate < 4
    assert np.abs(pcm).max() > 0.05


def test_speech_streams_as_events(served):
    wish = {"input": "Yes.", "response_format": "pcm", "stream_format": "sse"}
    *deltas, done = [json.loads(event) for event in events(call(f"{served.url}/v1/audio/speech", wish)[2])]
    assert sum(len(base64.b64decode(delta["audio"])) for delta in deltas) > 5000
    assert done["type"] == "speech.audio.done"


@pytest.mark.parametrize("wanted", ["json", "text", "verbose_json"])
def test_a_recording_is_transcribed(served, wanted):
    body, kind = form("question.flac", CLIP.read_bytes(), model="whisper-1", response_format=wanted)
    status, _, answer = call(f"{served.url}/v1/audio/transcriptions", body, kind=kind)
    text = answer.decode() if wanted == "text" else json.loads(answer)["text"]
    assert status == 200
    assert "lighthouse" in text
    if wanted == "verbose_json":
        assert json.loads(answer)["duration"] == pytest.approx(2.3, abs=0.1)


def test_a_transcription_streams_as_events(served):
    body, kind = form("question.flac", CLIP.read_bytes(), stream="true")
    answer = call(f"{served.url}/v1/audio/transcriptions", body, kind=kind)[2]
    delta, done = [json.loads(event) for event in events(answer)]
    assert delta["delta"] == done["text"]
    assert "lighthouse" in done["text"]


def test_the_models_and_the_health_are_told(served):
    assert [model["id"] for model in json.loads(call(f"{served.url}/v1/models")[2])["data"]] == ["repartee"]
    assert json.loads(call(f"{served.url}/v1/models/repartee")[2])["object"] == "model"
    assert json.loads(call(f"{served.url}/health")[2])["status"] == "ok"


@pytest.mark.parametrize(
    ("path", "body", "status", "param"),
    [
        ("chat/completions", b"{", 400, None),
        ("chat/completions", b"\xff", 400, None),
        ("chat/completions", [], 400, "body"),
        ("chat/completions", {}, 400, "messages"),
        ("chat/completions", {"messages": 3}, 400, "messages"),
        ("chat/completions", {"messages": [{"role": "user", "content": "Why?"}], "n": 2}, 400, "n"),
        ("chat/completions", {"messages": [{"role": "user", "content": "?" * 20}]}, 400, None),
        ("chat/completions", {"messages": [{"role": "user", "content": "\ud800"}]}, 400, None),
        (
            "chat/completions",
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            400,
            "messages[0].content",
        ),
        ("chat/completions", {"messages": [], "stream_options": 3, "response_format": 3}, 400, "response_format"),
        ("audio/speech", {}, 400, "input"),
        ("audio/speech", {"input": " - "}, 400, "input"),
        ("audio/speech", {"input": "x" * 5000}, 400, "input"),
        ("audio/speech", {"input": "Yes.", "response_format": "aac"}, 400, "response_format"),
        ("audio/speech", {"input": "Yes.", "speed": 2}, 400, "speed"),
        ("audio/transcriptions", {}, 400, "file"),
        ("nothing/here", {}, 404, None),
    ],
)
def test_what_cannot_be_done_is_told_in_the_apis_shape(served, path, body, status, param):
    found, kind, answer = call(f"{served.url}/v1/{path}", body)
    error = json.loads(answer)["error"]
    assert (found, kind, error["param"], error["type"]) == (status, "application/json", param, "invalid_request_error")
    assert error["message"].endswith((".", "?"))


def test_a_recording_that_is_none_is_refused(served):
    body, kind = form("question.wav", b"not a recording at all")
    status, _, answer = call(f"{served.url}/v1/audio/transcriptions", body, kind=kind)
    assert status == 400
    assert json.loads(answer)["error"]["message"].startswith("question.wav:")


@pytest.mark.parametrize("charset", ["undefined", "idna", "no-such-charset", "zlib"])
def test_a_form_in_a_charset_that_is_none_is_no_trouble_of_the_server(served, charset):
    body, kind = form("question.flac", CLIP.read_bytes(), model="any")
    status, _, answer = call(f"{served.url}/v1/audio/transcriptions", body, kind=f"{kind}; charset={charset}")
    assert (status, answer.startswith(b'{"')) in ((200, True), (400, True))
    assert "Traceback" not in served.log.read_text()


def test_two_files_are_refused_in_a_sentence(served):
    body, kind = form("a.flac", b"one")
    edge = body.split(b"\r\n", 1)[0]
    second = edge + b'\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\ntwo\r\n'
    status, _, answer = call(f"{served.url}/v1/audio/transcriptions", second + body, kind=kind)
    message = json.loads(answer)["error"]["message"]
    assert (status, message.endswith("."), message.endswith("..")) == (400, True, False)


def test_a_body_that_is_too_large_is_not_read(served):
    try:
        status = call(f"{served.url}/v1/chat/completions", b" " * (27 * 1024 * 1024))[0]
    except (urllib.error.URLError, ConnectionError):
        status = 413  # the answer came, and the line was closed, before the body was sent
    assert status == 413
    assert call(f"{served.url}/health")[0] == 200

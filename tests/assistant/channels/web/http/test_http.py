"""The plain HTTP endpoints of the running server, and the shape of their errors."""

import base64
import contextlib
import io
import json
import re
import socket
import types
import urllib.error
import urllib.request
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr

from assistant.audio.files import load_audio
from assistant.channels.web.app import BODY_BYTES, SMALL_BODY, build_app
from assistant.channels.web.http.messages import asked_in
from assistant.config import Config
from assistant.service import Service
from assistant.skills.choose import OwnSkills
from tests.assistant.ear.music import SUNG, SYLLABLES, song, sung
from tests.assistant.ear.voices import BABBLE_HEARD, babble
from tests.paths import SAMPLES, TURNS

QUESTION = "How tall is the lighthouse at Marlow Point?"
CLIP = TURNS / "00-slt.flac"
GRANULARITIES = "timestamp_granularities[]"
NOWHERE = Config(Path("/"))
PARTS = types.SimpleNamespace(config=NOWHERE, own_skills=OwnSkills(NOWHERE))
PATHS = [route.path for route in build_app(Service(PARTS)).routes]


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
        with wave.open(io.BytesIO(body)) as file:
            rate, frames = file.getframerate(), file.getnframes()
            pcm = np.frombuffer(file.readframes(frames), "<i2") / 32768
        assert len(pcm) == frames == (len(body) - 44) // 2  # it says how long it is
    else:
        pcm, rate = soundfile.read(io.BytesIO(body))
    assert rate == 24_000
    assert 0.6 < len(pcm) / rate < 4
    assert np.abs(pcm).max() > 0.05


def test_a_long_wav_is_sent_while_it_is_spoken(served):
    body = call(f"{served.url}/v1/audio/speech", {"input": "The tower is high. " * 20, "response_format": "wav"})[2]
    assert body[:12] == b"RIFF\xff\xff\xff\xffWAVE"
    assert len(body) / 48_000 > 20


def test_text_is_spoken_as_aac(served):
    pytest.importorskip("av", reason="needs pip install 'repartee[media]'")
    wish = {"input": "The tower is high.", "response_format": "aac"}
    status, kind, body = call(f"{served.url}/v1/audio/speech", wish)
    assert (status, kind) == (200, "audio/aac")
    pcm = load_audio(io.BytesIO(body))
    assert 0.6 < len(pcm) / 16_000 < 4
    assert np.abs(pcm.astype(int)).max() > 1_500


@pytest.mark.parametrize("speed", [0.25, 0.5, 2, 4.0])
def test_speech_may_be_slower_or_faster(served, speed):
    def seconds(**wishes):
        wish = {"input": "The tower is as high as the others are.", "response_format": "pcm"} | wishes
        status, _, body = call(f"{served.url}/v1/audio/speech", wish)
        assert status == 200
        return len(body) / 48_000

    assert seconds() / seconds(speed=speed) == pytest.approx(speed, rel=0.2)


def test_the_voices_are_listed_and_may_be_chosen(served):
    listed = [each["id"] for each in json.loads(call(f"{served.url}/v1/audio/voices")[2])["voices"]]
    assert "espeak" in listed
    assert len(set(listed)) == len(listed)

    def spoken(voice):
        wish = {"input": "The tower is high.", "response_format": "pcm", "voice": voice}
        return len(call(f"{served.url}/v1/audio/speech", wish)[2])

    own = spoken("alloy")  # names of other services' voices mean the one that speaks here
    assert spoken(listed[0]) == pytest.approx(own, rel=0.02)  # flite never says a thing twice the same
    for other in listed[1:]:
        assert spoken(other) != pytest.approx(own, rel=0.02)


def test_speech_streams_as_events(served):
    wish = {"input": "Yes.", "response_format": "pcm", "stream_format": "sse"}
    *deltas, done = [json.loads(event) for event in events(call(f"{served.url}/v1/audio/speech", wish)[2])]
    assert sum(len(base64.b64decode(delta["audio"])) for delta in deltas) > 5000
    assert done["type"] == "speech.audio.done"


PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,"}}


def user(*content: dict | str) -> dict:
    parts = [{"type": "text", "text": part} if isinstance(part, str) else part for part in content]
    return {"role": "user", "content": parts}


@pytest.mark.parametrize("messages", [[user(QUESTION, PICTURE)], [user(PICTURE), user(QUESTION)]])
def test_a_picture_beside_the_question_is_passed_over_with_a_note(served, messages):
    def complete(**options) -> bytes:
        status, _, answer = call(f"{served.url}/v1/chat/completions", {"messages": messages} | options)
        assert status == 200
        return answer

    shown = json.loads(complete())["repartee"]
    assert (shown["question"], shown["outcome"]) == (QUESTION, "answered")
    assert shown["note"] == "1 image was passed over: only text and speech are taken."
    *_, last = [json.loads(event) for event in events(complete(stream=True)) if event != "[DONE]"]
    assert last["repartee"]["note"] == shown["note"]
    messages = [*messages, {"role": "assistant", "content": "41 metres."}, user("Who built the Marlow lighthouse?")]
    assert "note" not in json.loads(complete())["repartee"], "it was said when the picture came"


def test_of_nothing_but_pictures_and_files_it_is_said_that_they_are_not_looked_at(served):
    messages = [user(PICTURE, PICTURE, {"type": "file", "file": {"file_id": "f"}})]
    answer = json.loads(call(f"{served.url}/v1/chat/completions", {"messages": messages})[2])
    assert answer["choices"][0]["message"]["content"] == "I cannot look at pictures or files. Ask me in words."
    assert (answer["repartee"]["outcome"], answer["repartee"]["answer"]) == ("failed", None)
    assert answer["repartee"]["note"].startswith("2 images and 1 file were passed over")


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("Is it far? How far is it?", "Is it far? How far is it?"),
        ("We walked along the pier. " * 20 + "Who owns the boat? Thanks.", "Who owns the boat?"),
        ("Where was I? " + "We walked along the pier. " * 20 + "Who rents it\nout?\nHow old is it?", "How old is it?"),
        ("### Task\nUse it. Is that clear?\n<user_query>\nWho owns it\n</user_query>\nNow.", "Who owns it"),
        ("<query>Who?</query> <query><question>Where?</QUERY> <query> </query> </query>", "<question>Where?"),
        ("<query>Who?</query><query>" + "x" * 1001 + "</query>", "Who?"),
        ("We walked along the pier. " * 20, "We walked along the pier. " * 20),
        ("?" * 400, "?" * 400),
    ],
)
def test_the_question_of_a_long_message_is_its_last(message, asked):
    assert asked_in(message) == asked


@pytest.mark.parametrize(
    "message",
    [
        "<query>" + " " * 50_000,
        "<query>" * 50_000,
        'JSON format: {"title"' + "<chat_history>" * 50_000,
        'JSON format: {"title" <chat_history>' + "\n" * 50_000 + "</chat_history>",
    ],
    ids=["gap", "marks", "talks", "lines"],
)
def test_a_long_message_keeps_nobody_waiting(served, message):
    """With rules that go back and forth in it, the server would do nothing else for minutes or hours."""
    status, _, answer = chat(served, message)
    assert (status, json.loads(answer)["error"]["type"]) == (400, "invalid_request_error")
    assert call(f"{served.url}/health")[0] == 200


@pytest.mark.parametrize(
    ("wanted", "media_type", "subtitle"),
    [
        ("srt", "application/x-subrip", r"1\n00:00:00,\d{3} --> 00:00:0\d,\d{3}\n[a-z].*\n"),
        ("vtt", "text/vtt", r"WEBVTT\n\n00:00:00\.\d{3} --> 00:00:0\d\.\d{3}\n[a-z].*\n"),
    ],
)
def test_a_recording_becomes_a_subtitle(served, wanted, media_type, subtitle):
    body, kind = form("q.flac", CLIP.read_bytes(), response_format=wanted)
    status, found, answer = call(f"{served.url}/v1/audio/transcriptions", body, kind=kind)
    assert (status, found.partition(";")[0]) == (200, media_type)
    assert re.fullmatch(subtitle, answer.decode(), re.IGNORECASE)


@pytest.mark.parametrize("wanted", ["json", "text", "verbose_json"])
def test_a_recording_is_transcribed(served, wanted):
    body, kind = form("question.flac", CLIP.read_bytes(), model="whisper-1", response_format=wanted)
    status, _, answer = call(f"{served.url}/v1/audio/transcriptions", body, kind=kind)
    text = answer.decode() if wanted == "text" else json.loads(answer)["text"]
    assert status == 200
    assert "lighthouse" in text
    if wanted == "verbose_json":
        shown = json.loads(answer)
        assert shown["duration"] == pytest.approx(2.3, abs=0.1)
        assert " ".join(segment["text"] for segment in shown["segments"]) == text
        assert "words" not in shown


def test_what_a_browser_records_is_transcribed(served):
    av = pytest.importorskip("av", reason="needs pip install 'repartee[media]'")
    file, samples = io.BytesIO(), soxr.resample(load_audio(CLIP), 16_000, 48_000).astype(np.int16)
    with av.open(file, "w", format="webm") as output:
        stream = output.add_stream("libopus", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = 48_000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            output.mux(packet)
    body, kind = form("blob.webm", file.getvalue())
    status, _, answer = call(f"{served.url}/v1/audio/transcriptions", body, kind=kind)
    assert status == 200
    assert "lighthouse" in json.loads(answer)["text"]


@pytest.mark.parametrize("wanted", ["json", "text", "verbose_json"])
def test_music_has_no_words_and_the_reply_says_why(served, wanted):
    made = io.BytesIO()
    soundfile.write(made, song(3.0), 16_000, format="WAV")
    body, kind = form("song.wav", made.getvalue(), model="whisper-1", response_format=wanted)
    request = urllib.request.Request(f"{served.url}/v1/audio/transcriptions", body, {"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.headers["Repartee-Note"] == "nobody speaks"
        text = answer.read().decode()
    assert text.strip() == "" if wanted == "text" else json.loads(text)["text"] == ""
    assert wanted == "text" or json.loads(text)["note"] == "nobody speaks"


@pytest.mark.parametrize(
    ("seed", "syllables"), [*((seed, False) for seed in SUNG), *((seed, True) for seed in SYLLABLES)]
)
def test_what_is_sung_without_words_has_none(served, seed, syllables):
    made = io.BytesIO()
    soundfile.write(made, sung(3.0, seed=seed, syllables=syllables), 16_000, format="WAV")
    body, kind = form("sung.wav", made.getvalue(), response_format="verbose_json")
    shown = json.loads(call(f"{served.url}/v1/audio/transcriptions", body, kind=kind)[2])
    assert (shown["text"], shown["note"]) == ("", "nobody speaks")


@pytest.mark.parametrize(("voices", "seed"), BABBLE_HEARD)
def test_several_voices_at_once_have_no_words(served, voices, seed):
    made = io.BytesIO()
    soundfile.write(made, babble(voices, 2.5, seed=seed), 16_000, format="WAV")
    body, kind = form("babble.wav", made.getvalue())
    assert json.loads(call(f"{served.url}/v1/audio/transcriptions", body, kind=kind)[2])["text"] == ""


def test_words_have_their_times_where_these_are_wanted(served):
    body, kind = form("q.flac", CLIP.read_bytes(), response_format="verbose_json", **{GRANULARITIES: "word"})
    shown = json.loads(call(f"{served.url}/v1/audio/transcriptions", body, kind=kind)[2])
    assert " ".join(word["word"] for word in shown["words"]) == shown["text"]
    times = [time for word in shown["words"] for time in (word["start"], word["end"])]
    assert times == sorted(times)
    assert times[-1] <= shown["duration"]
    assert "segments" not in shown
    body, kind = form("q.flac", CLIP.read_bytes(), response_format="verbose_json", **{GRANULARITIES: "letter"})
    status, _, answer = call(f"{served.url}/v1/audio/transcriptions", body, kind=kind)
    assert (status, json.loads(answer)["error"]["param"]) == (400, "timestamp_granularities")


@pytest.mark.parametrize("yes", ["true", "1"])
def test_a_transcription_streams_as_events(served, yes):
    body, kind = form("question.flac", CLIP.read_bytes(), stream=yes)
    answer = call(f"{served.url}/v1/audio/transcriptions", body, kind=kind)[2]
    delta, done = [json.loads(event) for event in events(answer)]
    assert delta["delta"] == done["text"]
    assert "lighthouse" in done["text"]


def test_the_models_and_the_health_are_told(served):
    assert [model["id"] for model in json.loads(call(f"{served.url}/v1/models")[2])["data"]] == ["repartee"]
    assert json.loads(call(f"{served.url}/v1/audio/voices")[2])["voices"][0]["id"]
    assert json.loads(call(f"{served.url}/v1/models/repartee")[2])["object"] == "model"
    status, _, none = call(f"{served.url}/v1/models/gpt-4o")
    assert (status, json.loads(none)["error"]["code"]) == (404, "model_not_found")
    assert json.loads(call(f"{served.url}/health")[2])["status"] == "ok"


def test_a_slash_at_the_end_of_a_path_is_of_no_account(served):
    for path in ("models", "models/repartee", "audio/voices", "knowledge/documents"):
        assert call(f"{served.url}/v1/{path}/")[0] == 200
    bodies = {"chat/completions": {"messages": [{"role": "user", "content": "hello"}]}, "responses": {"input": "hello"}}
    for path, body in bodies.items():
        assert call(f"{served.url}/v1/{path}/", body)[0] == 200
    assert call(f"{served.url}/v1/audio/speech/", b"x" * (BODY_BYTES["/v1/audio/speech"] + 1))[0] == 413


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
            {"messages": [{"role": "user", "content": [{"type": "hologram"}]}]},
            400,
            "messages[0].content",
        ),
        ("chat/completions", {"messages": [], "stream_options": 3, "response_format": 3}, 400, "response_format"),
        ("audio/speech", {}, 400, "input"),
        ("audio/speech", {"input": ""}, 400, "input"),
        ("audio/speech", {"input": "x" * 5000}, 400, "input"),
        ("audio/speech", {"input": "Yes.", "response_format": "wma"}, 400, "response_format"),
        ("audio/speech", {"input": "Yes.", "speed": 5}, 400, "speed"),
        ("audio/speech", {"input": "Yes.", "speed": 0.2}, 400, "speed"),
        ("audio/speech", {"input": "Yes.", "speed": "fast"}, 400, "speed"),
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


@pytest.mark.parametrize("text", [".", "...", "\U0001f44d", " - ", "\u00a0"])
@pytest.mark.parametrize("wanted", ["mp3", "wav", "pcm"])
def test_a_text_without_words_is_a_short_silence(served, text, wanted):
    status, _, body = call(f"{served.url}/v1/audio/speech", {"input": text, "response_format": wanted})
    if wanted == "mp3":
        pcm, rate = soundfile.read(io.BytesIO(body))
    else:
        pcm, rate = np.frombuffer(body[44 if wanted == "wav" else 0 :], "<i2"), 24_000
    assert status == 200
    assert 0.15 < len(pcm) / rate < 0.3
    assert np.abs(pcm).max() == 0


@pytest.mark.parametrize("text", ["\u4f60\u597d\u4e16\u754c", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35"])
@pytest.mark.parametrize("wanted", ["mp3", "wav", "pcm"])
def test_a_script_that_no_voice_speaks_is_refused_and_never_an_empty_answer(served, text, wanted):
    status, _, body = call(f"{served.url}/v1/audio/speech", {"input": text, "response_format": wanted})
    error = json.loads(body)["error"]
    assert (status, error["param"]) == (400, "input")
    assert "no sounds for this text" in error["message"]


@pytest.mark.parametrize(("language", "status"), [("en", 200), ("en-GB", 200), ("English", 200), ("de", 400)])
def test_a_language_that_is_not_heard_is_refused(served, language, status):
    body, kind = form("question.flac", CLIP.read_bytes(), language=language)
    found, _, answer = call(f"{served.url}/v1/audio/transcriptions", body, kind=kind)
    assert found == status
    if status == 400:
        assert json.loads(answer)["error"]["param"] == "language"


def test_no_client_is_told_where_documents_lie(served):
    whole = chat(served, QUESTION)[2].decode()
    streamed = chat(served, QUESTION, stream=True)[2].decode()
    for answer in (whole, streamed):
        assert "/lighthouse.md" in answer
        assert str(SAMPLES) not in answer
        assert str(SAMPLES.parent) not in answer


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


@pytest.mark.parametrize("length", ["Content-Length: 6000000", "Transfer-Encoding: chunked"])
def test_who_sends_everything_before_reading_is_told_that_it_was_too_much(served, length):
    """As http.client does, and what proxies speak for: they give an answer of their own where ours does not come."""
    host, port = served.url.removeprefix("http://").split(":")
    body = b" " * 6_000_000
    if "chunked" in length:
        body = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{length}\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(head.encode() + body)
        answer = b"".join(iter(lambda: line.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 413"), answer[:100]
    assert "larger than 4 MB" in json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"]


@pytest.mark.parametrize("path", PATHS)
def test_a_body_that_is_too_large_for_its_path_is_not_read(served, path):
    path = path.replace("{name:path}", "name").replace("{path:path}", "v1/realtime")
    limit = BODY_BYTES.get(path, SMALL_BODY)
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {2**40}\r\n\r\n".encode())
        answer, sent = b"", 0
        line.settimeout(0.02)
        while not answer and sent <= limit + 2**20:
            sent += line.send(b" " * 65_536)
            with contextlib.suppress(TimeoutError):
                answer = line.recv(4096)
    assert re.match(rb"HTTP/1.1 (413|405|404|400)", answer), answer
    assert call(f"{served.url}/health")[0] == 200

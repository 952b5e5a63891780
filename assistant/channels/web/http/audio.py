"""POST /v1/audio/transcriptions and /v1/audio/speech."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import numpy as np
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from assistant.audio.formats import AudioFormat, Encoder
from assistant.audio.media import written_aac
from assistant.channels.json import ApiError, clean
from assistant.channels.web.http.errors import form_body, json_body, text_field
from assistant.channels.web.http.presence import Stream, while_there
from assistant.channels.web.http.recordings import recognised, recognised_in_time
from assistant.channels.web.http.subtitles import cues_of, subrip, webvtt
from assistant.languages import is_spoken
from assistant.parts import Parts
from assistant.recognizers.sphinx.alignment import TimedWord
from assistant.voices.voice import FASTEST, SLOWEST, Synthesizer

NOTE = "Repartee-Note"
SILENCE_MS = 200  # said for a text without words, so that whoever waits for a sound goes on
MAX_SPOKEN = 4096  # characters of a speech request, as the API has it
TIMED = ("verbose_json", "srt", "vtt")  # formats of a transcript that say when something was said
COMPLETE = 300  # characters; a WAV of no more is sent when it is complete, its size in its header
RATE = AudioFormat().rate  # Hz, of the API's pcm and of everything else that is spoken here

#: What libsndfile writes for each response_format, and its media type.
_WRITTEN = {
    "mp3": ("MP3", "MPEG_LAYER_III", "audio/mpeg"),
    "opus": ("OGG", "OPUS", "audio/ogg"),
    "flac": ("FLAC", "PCM_16", "audio/flac"),
}
_AAC = "aac"  # libsndfile has none: PyAV (extra [media]) writes it
#: What Whisper knows of a segment and no other recognizer; clients demand the fields.
_UNKNOWN = {"tokens": [], "temperature": 0.0, "avg_logprob": 0.0, "compression_ratio": 1.0, "no_speech_prob": 0.0}
_STREAMED = {"wav": "audio/wav", "pcm": "audio/pcm"}


async def transcribe(request: Request) -> Response:
    """Return the words of a recording: a form with `file`, in any format that load_audio reads."""
    async with form_body(request) as form:
        upload = form.get("file")
        if not isinstance(upload, UploadFile):
            raise ApiError(
                "missing_required_parameter",
                "'file' is needed: a recording, as a file of a multipart form.",
                param="file",
            )
        wanted = str(form.get("response_format") or "json")
        if wanted not in ("json", "text", "verbose_json", "srt", "vtt"):
            raise ApiError(
                "invalid_value",
                "'response_format' must be json, text, verbose_json, srt or vtt.",
                param="response_format",
            )
        streaming = str(form.get("stream") or "").lower() in ("true", "1")
        if not is_spoken(language := clean(str(form.get("language") or "en"))):
            raise ApiError(
                "invalid_value",
                f"'language' must be en, not '{language[:35]}': English is heard here.",
                param="language",
            )
        name = clean(upload.filename or "The recording")[:100]
        granularities = {clean(str(each)) for each in form.getlist("timestamp_granularities[]")}
        granularities |= {clean(str(each)) for each in form.getlist("timestamp_granularities")}
        if granularities - {"word", "segment"}:
            raise ApiError(
                "invalid_value",
                "'timestamp_granularities' must be word or segment.",
                param="timestamp_granularities",
            )
        if wanted in TIMED and not streaming:
            timed = recognised_in_time(request.app.state, upload.file, name)
            words, seconds, note = await while_there(request, timed)
            return _noted(_timed(words, seconds, wanted, granularities, note), note)
        transcript, seconds = await while_there(request, recognised(request.app.state, upload.file, name))
    text, note, usage = transcript.text, transcript.note, {"type": "duration", "seconds": seconds}
    if streaming:
        return _noted(_transcript_events(text, usage), note)
    if wanted == "text":
        return _noted(PlainTextResponse(text + "\n"), note)
    return _noted(JSONResponse({"text": text, "usage": usage} | ({"note": note} if note else {})), note)


def _noted(response: Response, note: str) -> Response:
    """Say in a header of ours what recognition left out to stay in its slot, or why there are no words."""
    if note:
        response.headers[NOTE] = note
    return response


def _timed(words: list[TimedWord], seconds: float, wanted: str, granularities: set[str], note: str) -> Response:
    """Return words as verbose_json, or as a file of subtitles."""
    cues = cues_of(words)
    if wanted == "srt":
        return PlainTextResponse(subrip(cues), media_type="application/x-subrip")
    if wanted == "vtt":
        return PlainTextResponse(webvtt(cues), media_type="text/vtt")
    shown: dict[str, Any] = {"task": "transcribe", "language": "english", "duration": seconds}
    shown |= {"text": " ".join(cue.text for cue in cues), "usage": {"type": "duration", "seconds": seconds}}
    if note:
        shown["note"] = note
    if "word" in granularities:
        shown["words"] = [{"word": word.text, "start": word.start, "end": word.end} for word in words]
    if "segment" in granularities or not granularities:
        shown["segments"] = [
            {"id": n, "seek": 0, "start": cue.start, "end": cue.end, "text": cue.text} | _UNKNOWN
            for n, cue in enumerate(cues)
        ]
    return JSONResponse(shown)


def _transcript_events(text: str, usage: dict[str, Any]) -> Response:
    delta = {"type": "transcript.text.delta", "delta": text}
    done = {"type": "transcript.text.done", "text": text, "usage": usage}
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in (delta, done))
    return Response(body, media_type="text/event-stream")


async def voices(request: Request) -> Response:
    """Return the voices that are installed, the one that speaks unless another is asked for first."""
    parts: Parts = request.app.state.service.parts
    names = await parts.voices()
    return JSONResponse({"voices": [{"id": name, "name": name} for name in names]})


async def speak(request: Request) -> Response:
    """Return a text as speech: pcm and long wav as they are made, everything else when it is complete.

    A text without words is a short silence. `voice` is one of those listed, any other name means the default's.
    """
    parts: Parts = request.app.state.service.parts
    body = await json_body(request)
    text = clean(text_field(body, "input", longest=MAX_SPOKEN))
    if not text:
        raise ApiError("invalid_value", "'input' must have words to speak.", param="input")
    wanted = text_field(body, "response_format", longest=20, default="mp3")
    if wanted not in _WRITTEN and wanted not in _STREAMED and wanted != _AAC:
        raise ApiError(
            "invalid_value", "'response_format' must be mp3, opus, aac, flac, wav or pcm.", param="response_format"
        )
    if body.get("stream_format") == "sse" and wanted != "pcm":
        raise ApiError(
            "invalid_value", "'response_format' must be pcm when 'stream_format' is sse.", param="response_format"
        )
    voice = await parts.voice(body["voice"] if isinstance(body.get("voice"), str) else "")
    pcm = await while_there(request, _audible(_pcm(voice, text, _speed(body))))
    if body.get("stream_format") == "sse":
        return Stream(_speech_events(pcm), "text/event-stream")
    if wanted == "pcm" or (wanted == "wav" and len(text) > COMPLETE):
        return Stream(_wav(pcm) if wanted == "wav" else pcm, _STREAMED[wanted])
    spoken = await while_there(request, _whole(pcm))
    if wanted == _AAC:
        return Response(await asyncio.to_thread(written_aac, spoken, RATE), media_type="audio/aac")
    container, subtype, media_type = _WRITTEN.get(wanted, ("WAV", "PCM_16", _STREAMED["wav"]))
    return Response(await asyncio.to_thread(_written, spoken, container, subtype), media_type=media_type)


def _speed(body: dict[str, Any]) -> float:
    speed = body.get("speed")
    if speed is None:
        return 1.0
    if isinstance(speed, bool) or not isinstance(speed, int | float) or not SLOWEST <= speed <= FASTEST:
        raise ApiError("invalid_value", f"'speed' must be a number from {SLOWEST} to {FASTEST:g}.", param="speed")
    return float(speed)


async def _pcm(voice: Synthesizer, text: str, speed: float) -> AsyncGenerator[bytes, None]:
    """Yield int16 mono at 24 kHz as it is spoken; closing it stops the voice. A text without words is a silence."""
    if not any(char.isalnum() for char in text):
        yield bytes(2 * RATE * SILENCE_MS // 1000)
        return
    encoder = Encoder(AudioFormat())
    async with aclosing(voice.stream(text, speed=speed)) as chunks:
        async for chunk in chunks:
            if data := encoder.encode(chunk, voice.rate):
                yield data
    if data := encoder.flush():
        yield data


async def _audible(pcm: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Return the same once something of it is there. Raises ApiError where there is nothing."""
    try:
        first = await anext(pcm)
    except StopAsyncIteration:
        raise ApiError(
            "invalid_value",
            "The voice has no sounds for this text; write it in letters of its language.",
            param="input",
        ) from None

    async def whole() -> AsyncGenerator[bytes, None]:
        async with aclosing(pcm):
            yield first
            async for chunk in pcm:
                yield chunk

    return whole()


async def _whole(pcm: AsyncGenerator[bytes, None]) -> bytes:
    async with aclosing(pcm):
        return b"".join([chunk async for chunk in pcm])


async def _wav(pcm: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Yield a WAV file whose length is not known when it begins: its size fields say so with all ones."""
    endless = b"\xff\xff\xff\xff"
    yield b"RIFF" + endless + b"WAVEfmt " + np.array([16], "<u4").tobytes() + np.array([1, 1], "<u2").tobytes()
    yield np.array([RATE, 2 * RATE], "<u4").tobytes() + np.array([2, 16], "<u2").tobytes() + b"data" + endless
    async with aclosing(pcm):
        async for chunk in pcm:
            yield chunk


async def _speech_events(pcm: AsyncGenerator[bytes, None]) -> AsyncGenerator[str, None]:
    async with aclosing(pcm):
        async for chunk in pcm:
            event = {"type": "speech.audio.delta", "audio": base64.b64encode(chunk).decode("ascii")}
            yield f"data: {json.dumps(event)}\n\n"
    usage = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    yield f"data: {json.dumps({'type': 'speech.audio.done', 'usage': usage})}\n\n"


def _written(pcm: bytes, container: str, subtype: str) -> bytes:
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, np.frombuffer(pcm, "<i2"), RATE, format=container, subtype=subtype)
    return file.getvalue()

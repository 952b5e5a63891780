"""Offers are judged before anything is opened for them."""

from __future__ import annotations

import pytest

from assistant.channels.json import ApiError
from assistant.channels.web.calls.offer import MOST_CANDIDATES, check_offer

AUDIO = ["m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=ice-ufrag:u", "a=ice-pwd:p", "a=fingerprint:sha-256 AA"]
EVENTS = ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel"]
HEAD = ["v=0", "o=- 1 1 IN IP4 127.0.0.1"]


@pytest.mark.parametrize("lines", [AUDIO, AUDIO + EVENTS, EVENTS + AUDIO])
def test_one_audio_section_with_or_without_a_data_channel_is_taken(lines):
    check_offer("\r\n".join(HEAD + lines))
    check_offer("\n".join(HEAD + lines) + "\n")


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([], "no SDP"),
        (["hello"], "no SDP"),
        (HEAD + EVENTS, "0 audio sections"),
        (HEAD + AUDIO + AUDIO, "2 audio sections"),
        ([*HEAD, *AUDIO, "m=video 9 UDP/TLS/RTP/SAVPF 96"], "other sections"),
        (HEAD + AUDIO + EVENTS + EVENTS, "other sections"),
        (HEAD + AUDIO[:3], "no line a=fingerprint"),
        ([*HEAD, AUDIO[0], *AUDIO[2:]], "no line a=ice-ufrag"),
        (HEAD + AUDIO + ["a=candidate:1 1 udp 1 192.0.2.1 9 typ host"] * (MOST_CANDIDATES + 1), "candidates"),
        ([*HEAD, *AUDIO, "a=" + "x" * 3000], "longer"),
        (HEAD + AUDIO + ["a=x"] * 20_000, "longer"),
    ],
)
def test_anything_else_is_refused_and_why(lines, why):
    with pytest.raises(ApiError, match=why) as caught:
        check_offer("\r\n".join(lines))
    assert (caught.value.code, caught.value.param) == ("invalid_offer", "sdp")

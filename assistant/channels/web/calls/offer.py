"""What a WebRTC offer may ask for (SDP, RFC 8866 and 8839), judged before anything is opened for it."""

from __future__ import annotations

from assistant.channels.json import ApiError

MOST_BYTES = 64 * 1024
MOST_CANDIDATES = 50  # addresses of the caller that are tried
MOST_LINE = 2048  # characters


def check_offer(sdp: str) -> None:
    """Raise ApiError unless this is an offer of one audio track, with or without a data channel."""
    lines = sdp.splitlines()
    if len(sdp) > MOST_BYTES or any(len(line) > MOST_LINE for line in lines):
        raise _refusal(f"it is longer than {MOST_BYTES // 1024} KB, or has a line longer than {MOST_LINE} characters")
    if not lines or lines[0].strip() != "v=0":
        raise _refusal("it is no SDP, which begins with v=0")
    kinds = [line[2:].split(" ")[0] for line in lines if line.startswith("m=")]
    if kinds.count("audio") != 1:
        raise _refusal(f"it has {kinds.count('audio')} audio sections, and a call has one")
    if kinds.count("application") > 1 or len(kinds) > 1 + kinds.count("application"):
        raise _refusal("it has other sections than one for audio and one for a data channel")
    if sum(line.startswith("a=candidate:") for line in lines) > MOST_CANDIDATES:
        raise _refusal(f"it has more than {MOST_CANDIDATES} candidates")
    for name in ("ice-ufrag", "ice-pwd", "fingerprint"):
        if not any(line.startswith(f"a={name}:") for line in lines):
            raise _refusal(f"it has no line a={name}")


def _refusal(why: str) -> ApiError:
    return ApiError("invalid_offer", f"The offer cannot be taken: {why}.", param="sdp")

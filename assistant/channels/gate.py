"""Who is let in: token, origin, and how often one address may ask."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from assistant.channels.limits import Buckets
from assistant.config import ServeConfig

#: How browsers, which cannot set headers on a WebSocket, carry the token (the SDKs' own convention).
SUBPROTOCOL = "realtime"
_KEY_PREFIX = "openai-insecure-api-key."


@dataclass(frozen=True)
class Refusal:
    """Why a request is not let in: HTTP status, the API's machine-readable code, and a sentence."""

    status: int
    code: str
    sentence: str


class Gate:
    """Decides about every request and connection before anything else looks at it."""

    def __init__(self, config: ServeConfig) -> None:
        self._token = config.token.encode()
        self._origins = frozenset(origin.rstrip("/").lower() for origin in config.origins)
        self._hosts = frozenset(name.lower() for name in config.hosts) | {"localhost", config.host.lower()}
        per_minute = config.requests_per_minute
        self._buckets = Buckets(per_minute, per_minute / 60) if per_minute else None

    def refuse(
        self, headers: Headers, client: str, subprotocols: Sequence[str] = (), *, public: bool = False
    ) -> Refusal | None:
        """Return why not, or None to let in. `public` needs no token: the page, and whether the server is alive."""
        if self._buckets is not None and not self._buckets.take(client):
            return Refusal(429, "rate_limit_exceeded", "Too many requests from this address; wait a minute.")
        if (origin := headers.get("origin")) is not None and not self._same_site(origin, headers.get("host", "")):
            return Refusal(
                403,
                "origin_not_allowed",
                f"Pages of {origin[:100]} may not connect; add the origin to serve.origins if it is yours.",
            )
        if self._token and not public and not self._has_token(headers, subprotocols):
            return Refusal(401, "invalid_api_key", "A valid token is needed: send it as 'Authorization: Bearer TOKEN'.")
        return None

    def _has_token(self, headers: Headers, subprotocols: Sequence[str]) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            given = next((p[len(_KEY_PREFIX) :] for p in subprotocols if p.startswith(_KEY_PREFIX)), "")
        return hmac.compare_digest(given.strip().encode("utf-8", "replace"), self._token)

    def _same_site(self, origin: str, host: str) -> bool:
        """Whether a page's origin is this server itself, reached by a name that only this server has, or is listed.

        A name that anybody could point at this address (DNS rebinding) is only trusted when it is configured.
        """
        if origin.rstrip("/").lower() in self._origins:
            return True
        try:
            site = urlsplit(origin.lower())
        except ValueError:
            return False
        if site.netloc != host.lower():
            return False
        return site.hostname in self._hosts or _is_address(site.hostname or "")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(address: str) -> bool:
    """Whether an IP address, without its zone, is this machine's own."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback

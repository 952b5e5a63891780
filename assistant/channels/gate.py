"""Who is let in: origin, then token, then how often one address may ask.

In this order, so that nobody who is refused for what they are uses up what the owner may ask for: not a page of another
site in the owner's browser, and not a stranger behind the same proxy.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from assistant.access import Access
from assistant.channels.keys import ClientKey, ClientKeys
from assistant.channels.limits import Buckets
from assistant.channels.web.page import PARTS
from assistant.config import ServeConfig
from knowledge.collections import Collections

#: How browsers, which cannot set headers on a WebSocket, carry the token (the SDKs' own convention).
SUBPROTOCOL = "realtime"
_KEY_PREFIX = "openai-insecure-api-key."

HEALTH = "/health"
PUBLIC = frozenset({*PARTS, HEALTH})  # the page and its parts, and whether the server is alive
#: What a short-lived key opens, of all that the token opens.
FOR_KEYS = frozenset({"/v1/realtime", "/v1/realtime/calls"})


@dataclass(frozen=True)
class Refusal:
    """Why a request is not let in: HTTP status, the API's machine-readable code, and a sentence."""

    status: int
    code: str
    sentence: str


class Gate:
    """Decides about every request and connection before anything else looks at it."""

    def __init__(self, config: ServeConfig, keys: ClientKeys | None = None, access: Access | None = None) -> None:
        self._keys = keys or ClientKeys()
        self._access = access or Access(config.token)
        self._origins = frozenset(origin.rstrip("/").lower() for origin in config.origins)
        self._hosts = frozenset(name.lower() for name in config.hosts) | {"localhost", config.host.lower()}
        per_minute = config.requests_per_minute
        # Each kind of visitor has buckets of its own; public is what everybody may see.
        self._buckets = {
            kind: Buckets(per_minute, per_minute / 60) for kind in ("owner", "stranger", "public") if per_minute
        }

    def refuse(
        self, headers: Headers, client: str, subprotocols: Sequence[str] = (), *, path: str = ""
    ) -> Refusal | None:
        """Return why not, or None to let in. What is at the paths of PUBLIC needs no token."""
        if (refusal := self._foreign(headers)) is not None:
            return refusal
        if path == HEALTH and is_loopback(client):
            return None
        given = given_key(headers, subprotocols)
        known = self._access.is_known(given) or self._key(given, path) is not None
        kind = "owner" if known else "public" if path in PUBLIC else "stranger"
        if kind in self._buckets and not self._buckets[kind].take(client):
            return Refusal(429, "rate_limit_exceeded", "Too many requests from this address; wait a minute.")
        if kind == "stranger":
            return Refusal(401, "invalid_api_key", "A valid token is needed: send it as 'Authorization: Bearer TOKEN'.")
        return None

    def _foreign(self, headers: Headers) -> Refusal | None:
        """Return a refusal for a page of another site.

        A browser names the origin where an answer could be read; where it could not, such as for a picture, it only
        says that another site asks (Fetch Metadata, W3C). Opening this server's page from a link is no such request.
        """
        origin = headers.get("origin")
        elsewhere = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        if origin is not None:
            foreign = not self._same_site(origin, headers.get("host", ""))
        else:
            foreign = elsewhere and headers.get("sec-fetch-dest") != "document"
        if not foreign:
            return None
        pages = f"Pages of {origin[:100]}" if origin is not None else "Pages of other sites"
        return Refusal(
            403, "origin_not_allowed", f"{pages} may not connect; add the origin to serve.origins if it is yours."
        )

    def asks(self, headers: Headers, subprotocols: Sequence[str] = (), *, path: str = "") -> Collections:
        """Return which collections somebody who is let in may ask: with a key, those of who had it made."""
        given = given_key(headers, subprotocols)
        key = self._key(given, path)
        return key.collections if key is not None else self._access.asks(given)

    def _key(self, given: str, path: str) -> ClientKey | None:
        return self._keys.find(given) if path in FOR_KEYS else None

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


def given_key(headers: Headers, subprotocols: Sequence[str] = ()) -> str:
    """Return the token or key that a request came with, "" for none."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        given = next((p[len(_KEY_PREFIX) :] for p in subprotocols if p.startswith(_KEY_PREFIX)), "")
    return given.strip()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(address: str) -> bool:
    """Whether an IP address, without its zone, is this machine's own."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback

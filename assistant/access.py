"""Who may ask which collections of documents, by the token that they come with."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from assistant.config import Config
from engines.errors import ReparteeError
from knowledge.collections import UNNAMED, Collections, check_name

#: Stands for everybody who is let in.
EVERYBODY = "*"
_SCOPE = "repartee.collections"


class Access:
    """What the settings say of collections. The owner, who has `serve.token`, and this machine's own commands ask all.

    Without a setting, a named collection is the owner's alone. Raises ReparteeError for a name or a token that is none.
    """

    def __init__(self, owners_token: str = "", collections: Mapping[str, str] | None = None) -> None:
        self._owner = owners_token.encode()
        self._tokens: dict[bytes, frozenset[str]] = {}
        everybodys = set(UNNAMED)
        for name, tokens in (collections or {}).items():
            if not check_name(name) or not tokens.split():
                raise ReparteeError(
                    f"knowledge.collections: {name!r} needs the tokens of those who may ask it, or {EVERYBODY} for "
                    "everybody."
                )
            if EVERYBODY in tokens.split():
                everybodys.add(name)
                continue
            for token in tokens.split():
                check_token(token, f"knowledge.collections.{name}")
                given = token.encode()
                self._tokens[given] = self._tokens.get(given, frozenset()) | {name}
        self.everybodys = frozenset(everybodys)
        if self._owner and self._owner in self._tokens:
            raise ReparteeError(
                "knowledge.collections: a token is also serve.token, which may ask all; choose another."
            )

    @classmethod
    def of(cls, config: Config) -> Access:
        """Return what the settings say."""
        return cls(config.serve.token, config.knowledge.collections)

    def is_known(self, token: str) -> bool:
        """Whether a token lets in: where there is no `serve.token`, everybody is let in."""
        return not self._owner or self._is(token, self._owner) or any(self._matching(token))

    def asks(self, token: str) -> Collections:
        """Return what somebody with this token ("" for none) may ask, provided that they are let in."""
        if self._owner and self._is(token, self._owner):
            return None
        return self.everybodys.union(*self._matching(token))

    def _matching(self, token: str) -> Iterable[frozenset[str]]:
        return [names for known, names in self._tokens.items() if self._is(token, known)]

    def _is(self, token: str, known: bytes) -> bool:
        return hmac.compare_digest(token.encode("utf-8", "replace"), known)


def asked_by(scope: Mapping[str, Any]) -> Collections:
    """What whoever sent a request, or opened a WebSocket, may ask: as the guard of the server wrote into its scope."""
    collections: Collections = scope.get(_SCOPE, UNNAMED)
    return collections


def note(scope: MutableMapping[str, Any], collections: Collections) -> None:
    """Write into the scope of a request or WebSocket what may be asked there."""
    scope[_SCOPE] = collections


def check_token(token: str, setting: str = "serve.token") -> None:
    """Raise ReparteeError for a token that clients cannot send in a header; the sentence names the setting."""
    if any(not "!" <= char <= "~" for char in token):
        raise ReparteeError(f"{setting} must be letters, digits and signs of ASCII without spaces; choose another.")

"""Where a broker is and who asks: the URL of the configuration, or of a running demo, read into its parts."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from assistant.home.settings import HomeConfig
from engines.errors import ReparteeError

#: Where the demo tells the other commands of the same home which broker its virtual house is on.
DEMO_FILE = "home-demo.json"
_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, kw_only=True)
class Address:
    """A broker's host and port, whether TLS is spoken, and the credentials; its text never shows the password."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = None

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read `mqtt://[user:password@]host[:port]` or `mqtts://...`; user and password may be percent-encoded.

        Raises ReparteeError for anything else, in a sentence that does not show the password.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port, parts = None, None, urlsplit("")
        bare = parts.path in ("", "/") and not parts.query and not parts.fragment
        if parts.scheme not in _PORTS or not host or not bare or port == 0:
            raise ReparteeError(
                "home.broker must be a URL such as mqtt://user:password@host:1883 or mqtts://host (TLS, port 8883); "
                "write other characters than letters and digits in user and password as %XX."
            )
        username, password = (None if part is None else unquote(part) for part in (parts.username, parts.password))
        return cls(
            host=host,
            port=port or _PORTS[parts.scheme],
            tls=parts.scheme == "mqtts",
            username=username or None,
            password=password,
        )

    def __str__(self) -> str:
        scheme = "mqtts" if self.tls else "mqtt"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"


def broker_url(settings: HomeConfig, folder: Path) -> str | None:
    """Return the URL of the broker that is configured, or else of the demo that runs in this home, or None."""
    return settings.broker or demo_url(folder)


def demo_url(folder: Path) -> str | None:
    """Return the URL of the broker of a `repartee home demo` that runs in `folder`, None where none does."""
    try:
        told = json.loads((folder / DEMO_FILE).read_text(encoding="utf-8"))
        url, process = str(told["url"]), int(told["pid"])
        os.kill(process, 0)
    except PermissionError:  # it runs, as somebody else
        return url
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return url

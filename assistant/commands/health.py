"""``python -m assistant.commands.health``: ask the server that this home's settings start whether it is well."""

import ssl
import sys
import urllib.request

from assistant.config import Config, default_home

TIMEOUT_S = 4.0
ANY = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  (an address to listen on is none to call)


def main() -> int:
    """Print what the server says of itself; exit status 1 if it says nothing."""
    config = Config.load(default_home()).serve
    # It is this machine that answers, whatever name the certificate is for.
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    scheme = "https" if config.certificate else "http"
    url = f"{scheme}://{ANY.get(config.host, config.host)}:{config.port}/health"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S, context=trusting) as reply:  # noqa: S310
            print(reply.read(1 << 16).decode())
    except OSError as error:
        print(f"{url} does not answer: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

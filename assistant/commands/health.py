"""`repartee health`: ask the server that this home's settings start whether it is well; for a container's check."""

from __future__ import annotations

import click

from assistant.config import Config

TIMEOUT_S = 4.0
ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (an address to listen on is none to call)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="TCP port of the server.  [default: serve.port, 8765]")
@click.pass_context
def command(ctx: click.Context, port: int | None) -> None:
    """Print what the server of this home says of itself; exit status 1 and a sentence where it does not answer."""
    import http.client
    import ssl
    import urllib.request

    config: Config = ctx.obj
    serve = config.serve
    # It is this machine that answers, whatever name the certificate is for.
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    host = ANY.get(serve.host, serve.host)
    scheme = "https" if serve.https or serve.certificate else "http"
    url = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port or serve.port}/health"
    # Without a proxy: it is not for this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting))
    try:
        with opener.open(url, timeout=TIMEOUT_S) as reply:
            said = reply.read(1 << 16).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        reason = str(getattr(error, "reason", error)).strip() or type(error).__name__
        reason = "".join(char if char.isprintable() else " " for char in reason)
        click.echo(f"repartee: {url} does not answer ({reason}); start it with: repartee serve", err=True)
        ctx.exit(1)
    click.echo(said)

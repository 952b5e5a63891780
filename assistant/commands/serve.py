"""`repartee serve`: the page, the HTTP endpoints, the Realtime WebSocket, and Wyoming."""

from __future__ import annotations

import asyncio
import dataclasses

import click

from assistant.config import Config


@click.command()
@click.option("--host", help="Address to bind; another than loopback needs a token.  [default: serve.host, 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="TCP port, 0 for a free one.  [default: serve.port, 8765]")
@click.option(
    "--wyoming", metavar="URI", help="Serve Wyoming, too, as tcp://127.0.0.1:10300.  [default: serve.wyoming]"
)
@click.option("--https", is_flag=True, help="Serve https with a certificate of this machine's own, kept in the home.")
@click.option("--certificate", metavar="FILE", help="Serve https with this PEM file.  [default: serve.certificate]")
@click.option("--key", metavar="FILE", help="Its private key, a PEM file.  [default: serve.key]")
@click.option("--insecure", is_flag=True, help="Bind an address that others can reach and let anybody in.")
@click.option("--verbose", is_flag=True, help="Log every request and every session.")
@click.pass_obj
def command(
    config: Config,
    host: str | None,
    port: int | None,
    wyoming: str | None,
    https: bool,
    certificate: str | None,
    key: str | None,
    insecure: bool,
    verbose: bool,
) -> None:
    """Serve until interrupted: talk at the page, with any client of the OpenAI Realtime or HTTP API, or with Wyoming.

    The token, TLS and limits are settings of the section [serve].
    """
    from assistant.channels.web.server import bind, serve
    from assistant.channels.wyoming import tasks
    from assistant.telemetry.log import configure

    configure(verbose=verbose)
    there = dataclasses.replace(
        config.serve,
        host=host or config.serve.host,
        port=config.serve.port if port is None else port,
        wyoming=config.serve.wyoming if wyoming is None else wyoming,
        https=https or (config.serve.https and not (certificate or key)),
        certificate=config.serve.certificate if certificate is None else certificate,
        key=config.serve.key if key is None else key,
    )
    config = dataclasses.replace(config, serve=there)
    with (
        bind(config.serve, insecure=insecure) as listener,
        tasks.wyoming(config, insecure=insecure, ready=lambda uri: click.echo(f"Wyoming at {uri}", err=True)) as beside,
    ):
        asyncio.run(
            serve(
                config,
                listener,
                ready=lambda url, told: click.echo(f"{told}\nListening on {url}", err=True),
                beside=beside,
            )
        )

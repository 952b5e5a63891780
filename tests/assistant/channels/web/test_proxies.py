"""Behind nginx and Caddy, set up with the lines that docs/https.md has: the page's socket, streams and documents."""

from __future__ import annotations

import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from assistant.channels.web.certificate import own_certificate
from tests.conftest import Served
from tests.paths import ROOT
from tests.ports import free_port

NAME = "localhost"  # stands where the docs have a name of the owner's
BLOCKS = re.findall(
    r"^```\n(.*?)^```", (ROOT / "docs" / "https.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)


#: Where `make test` unpacks what the system has not, and where systems have it.
PROXIES = Path(sys.prefix) / "proxies"
PLACES = f"{PROXIES}/usr/sbin:{PROXIES}/usr/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"


def program_of(name: str) -> str:
    program = shutil.which(name, path=PLACES)
    if program is None:
        pytest.skip(f"{name} is not there: make test unpacks it where apt-get knows it")
    return program


def documented(beginning: str) -> str:
    return next(block for block in BLOCKS if block.startswith(beginning)).replace("house.example", NAME)


def nginx(folder: Path, port: int, upstream: int) -> list[str]:
    program = program_of("nginx")
    certificate = own_certificate(folder, [NAME])
    lines = documented("server {").replace("listen 443", f"listen 127.0.0.1:{port}")
    lines = lines.replace("/etc/ssl/house.pem", str(certificate.certificate))
    lines = lines.replace("/etc/ssl/house-key.pem", str(certificate.key)).replace(":8765", f":{upstream}")
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;\n"
        f"events {{ }}\nhttp {{ access_log off; {paths}\n{lines}\n}}\n"
    )
    return [program, "-e", f"{folder}/errors", "-c", f"{folder}/nginx.conf"]


def caddy(folder: Path, port: int, upstream: int) -> list[str]:
    program = program_of("caddy")
    certificate = own_certificate(folder, [NAME])
    lines = documented("house.example {").replace(":8765", f":{upstream}")
    lines = lines.replace(
        f"{NAME} {{", f"https://{NAME}:{port} {{\n    tls {certificate.certificate} {certificate.key}", 1
    )
    (folder / "Caddyfile").write_text(
        f"{{\n    admin off\n    auto_https off\n    default_bind 127.0.0.1\n"
        f"    storage file_system {folder}/kept\n}}\n{lines}"
    )
    return [program, "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]


def listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, served: Served, tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    """The port of a proxy, and who is trusted to speak for it."""
    port = free_port()
    call = request.param(tmp_path, port, int(served.url.rstrip("/").rpartition(":")[2]))
    trusted = ssl.create_default_context(cafile=str(own_certificate(tmp_path, [NAME]).certificate))
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "XDG_DATA_HOME": str(tmp_path)}
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(call, stderr=log, stdout=log, env=environment) as process,
    ):
        try:
            deadline = time.monotonic() + 60
            while not listens(port):
                assert process.poll() is None, (tmp_path / "log").read_text()
                assert time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.02)
            yield port, trusted
        finally:
            process.kill()  # Caddy would wait for whoever still listens


def refused(port: int, trusted: ssl.SSLContext, length: int) -> str:
    """Return the answer to a question that is too long, sent as many clients do: all of it before reading anything."""
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {NAME}:{port}\r\nConnection: close\r\n"
    with (
        socket.create_connection(("127.0.0.1", port), timeout=60) as plain,
        trusted.wrap_socket(plain, server_hostname=NAME) as line,
    ):
        line.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode() + b" " * length)
        return b"".join(iter(lambda: line.recv(65_536), b"")).decode()


def test_the_lines_of_the_docs_hand_on_the_page_its_socket_streams_and_documents(proxy) -> None:
    port, trusted = proxy
    address, name = f"https://127.0.0.1:{port}", {"sni_hostname": NAME}
    with httpx.Client(verify=trusted, timeout=60, headers={"Host": f"{NAME}:{port}"}) as client:
        assert "Repartee" in client.get(f"{address}/", extensions=name).text
        # What is told piece by piece comes while the stream is still open.
        with client.stream("GET", f"{address}/v1/household/events", extensions=name) as stream:
            assert next(stream.iter_lines())
        document = ("Nobody reads all of this. " * 40 + "\n\n") * 1200  # more than nginx takes by itself
        told = client.post(
            f"{address}/v1/knowledge/documents",
            files={"file": ("long.bin", document.encode(), "application/octet-stream")},
            extensions=name,
        )
        assert told.status_code in (400, 415), told.text
        assert "long.bin" in told.json()["error"]["message"]
    told = refused(port, trusted, 9_000_000)
    assert told.startswith("HTTP/1.1 413 "), told[:200]
    assert "larger than 4 MB" in told, told
    headers = {"Origin": f"https://{NAME}:{port}"}  # as a browser says it of the page
    line = socket.create_connection(("127.0.0.1", port))
    with connect(f"wss://{NAME}:{port}/v1/realtime", sock=line, ssl=trusted, additional_headers=headers) as session:
        assert json.loads(session.recv(timeout=60))["type"] == "session.created"

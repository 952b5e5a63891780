"""`repartee health`: what a container's check finds, with the settings where a container has them."""

import json
import re
import socket
import subprocess
import sys
import threading

import pytest

from tests.paths import ROOT
from tests.ports import free_port


def checked_by(dockerfile: str, home, tmp_path) -> int:
    """The exit status of a container's own check, where the container would have that home."""
    [check] = re.findall(r"^HEALTHCHECK .*\n *CMD (.*)$", (ROOT / dockerfile).read_text(), re.MULTILINE)
    command = tmp_path / "repartee"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m assistant "$@"\n')
    command.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "REPARTEE_HOME": str(home)}
    return subprocess.run(["/bin/sh", "-c", check], env=environment, cwd=ROOT, capture_output=True).returncode


@pytest.fixture
def configured(own_home):
    """A home whose file says where the server listens, and that it speaks TLS."""
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=elsewhere"]
    subprocess.run([*make, "-keyout", "key.pem", "-out", "cert.pem"], check=True, capture_output=True, cwd=own_home)
    port = free_port()
    settings = f'[serve]\nport = {port}\ncertificate = "{own_home}/cert.pem"\nkey = "{own_home}/key.pem"\n'
    (own_home / "repartee.toml").write_text(settings + "requests_per_minute = 2\n")
    return own_home, port


def test_the_server_that_the_homes_file_describes_is_asked(serve, repartee, configured, tmp_path):
    home, port = configured
    with serve(home, "--port", str(port)) as served:
        for _ in range(4):  # more often than anybody may ask
            done = repartee(home, "health")
            assert (done.returncode, json.loads(done.stdout)["status"]) == (0, "ok")
        for dockerfile in ("Dockerfile", "Dockerfile.gpu"):
            assert checked_by(dockerfile, home, tmp_path) == 0
            assert checked_by(dockerfile, home / "elsewhere", tmp_path) == 1
        by_variable = repartee(home.parent / "nowhere", "health", "--port", str(port))
        assert by_variable.returncode == 1  # it does not speak TLS as nobody said so
        assert "does not answer" in by_variable.stderr
        assert served.url == f"https://127.0.0.1:{port}"


def test_the_home_may_be_named_by_a_variable(repartee, tmp_path):
    port = free_port()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "repartee.toml").write_text(f'[serve]\nport = {port}\nhost = "0.0.0.0"\ntoken = "secret"\n')
    done = repartee(tmp_path / "home", "health")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert f"http://127.0.0.1:{port}/health does not answer (" in done.stderr


def test_a_broken_setting_is_a_sentence(repartee, tmp_path):
    (tmp_path / "repartee.toml").write_text("[serve]\nport = 'many'\n")
    done = repartee(tmp_path, "health")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "serve.port must be" in done.stderr


@pytest.mark.parametrize("answer", [b"nonsense\r\n\r\n", b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", b""])
def test_a_server_that_is_not_well_is_told(repartee, tmp_path, answer):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            line.recv(4096)
            line.sendall(answer)
            line.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        done = repartee(tmp_path, "health", "--port", listener.getsockname()[1])
        thread.join(60)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("repartee: http://127.0.0.1:")

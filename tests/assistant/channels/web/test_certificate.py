"""The certificate that `serve --https` makes: for whom it is, who may read its key, when it is made anew."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import shutil
import ssl
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.asyncio.client import connect

from assistant.benches.page import find_chromium
from assistant.channels.web import certificate
from assistant.channels.web.certificate import DAYS, MISSING, RENEW_DAYS, names_here, own_certificate
from assistant.channels.web.server import check_tls, renew
from assistant.config import Config, ServeConfig
from engines.errors import ReparteeError

NAMES = ("localhost", "127.0.0.1", "::1")


@pytest.fixture
def keeper() -> None:
    pytest.importorskip("cryptography", reason="certificates are made with it: pip install 'repartee[https]'")


@pytest.mark.usefixtures("keeper")
def test_it_is_made_once_and_its_key_is_private(tmp_path):
    made = own_certificate(tmp_path, NAMES)
    assert made.key.stat().st_mode & 0o777 == 0o600
    assert made.certificate.parent.stat().st_mode & 0o777 == 0o700
    shown = ssl.PEM_cert_to_DER_cert(made.certificate.read_text())
    assert made.fingerprint.replace(":", "").lower() == hashlib.sha256(shown).hexdigest()
    assert own_certificate(tmp_path, NAMES) == made
    assert own_certificate(tmp_path, NAMES[:1]) == made, "an address that is gone is no reason for another one"
    assert made.fingerprint in made.told()


@pytest.mark.usefixtures("keeper")
def test_it_is_renewed_before_its_end_and_for_a_new_address_with_the_same_key(tmp_path):
    begin = datetime.now(UTC)
    first = own_certificate(tmp_path, NAMES)
    key = first.key.read_bytes()
    assert own_certificate(tmp_path, NAMES, begin + timedelta(days=DAYS - RENEW_DAYS - 1)) == first
    later = own_certificate(tmp_path, NAMES, begin + timedelta(days=DAYS - RENEW_DAYS + 1))
    assert later.fingerprint != first.fingerprint
    assert later.until > first.until
    moved = own_certificate(tmp_path, (*NAMES, "192.0.2.7"), begin)
    assert "192.0.2.7" in moved.names
    assert moved.fingerprint != later.fingerprint
    assert first.key.read_bytes() == key


@pytest.mark.usefixtures("keeper")
@pytest.mark.parametrize("broken", ["key.pem", "certificate.pem"])
@pytest.mark.parametrize("content", [b"", b"-----BEGIN nonsense", None])
def test_what_is_damaged_or_gone_is_made_anew(tmp_path, broken, content):
    first = own_certificate(tmp_path, NAMES)
    path = first.certificate.with_name(broken)
    path.unlink() if content is None else path.write_bytes(content)
    again = own_certificate(tmp_path, NAMES)
    assert again.fingerprint != first.fingerprint
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(again.certificate, again.key)
    assert again.key.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("keeper")
def test_it_is_for_all_that_this_machine_is_called():
    names = names_here(["House.example"])
    assert {"localhost", "127.0.0.1", "::1", "house.example"} <= set(names)
    assert len(set(names)) == len(names)


def test_without_the_library_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(certificate.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ReparteeError, match="https"):
        own_certificate(tmp_path, NAMES)
    assert "pip install" in MISSING


def test_a_home_that_cannot_keep_it_is_told_in_a_sentence(tmp_path, keeper):
    (tmp_path / "tls").write_text("in the way")
    with pytest.raises(ReparteeError, match="cannot be kept"):
        own_certificate(tmp_path, NAMES)


def test_there_is_one_certificate_at_a_time():
    with pytest.raises(ReparteeError, match="leave out either"):
        check_tls(ServeConfig(https=True, certificate="c.pem", key="k.pem"))


@pytest.mark.usefixtures("keeper")
async def test_a_server_that_runs_takes_the_next_one(tmp_path, running, monkeypatch):
    """The certificate is old when the server starts, and a client that comes after its renewal sees the new one."""
    old = own_certificate(tmp_path, NAMES, datetime.now(UTC) - timedelta(days=DAYS - 1))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"here"})

    async def shown(port: int) -> str:
        return await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port))

    async with running(app, certificate=str(old.certificate), key=str(old.key)) as server:
        before = await shown(server.port)
        config = Config(home=tmp_path, serve=ServeConfig(https=True))
        keeping = asyncio.create_task(renew(config, server.server.config, every_s=0.01))
        async with asyncio.timeout(60):
            while await shown(server.port) == before:
                await asyncio.sleep(0.02)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        after = ssl.PEM_cert_to_DER_cert(await shown(server.port))
        assert after == ssl.PEM_cert_to_DER_cert(old.certificate.read_text())


@pytest.fixture(scope="module")
def secure(serve, samples_home, tmp_path_factory):
    """`serve --https` on a copy of the samples' home."""
    pytest.importorskip("cryptography", reason="certificates are made with it: pip install 'repartee[https]'")
    home = tmp_path_factory.mktemp("secure") / "home"
    shutil.copytree(samples_home, home)
    with serve(home, "--https") as served:
        yield SimpleNamespace(served=served, home=home, pem=home / "tls" / "certificate.pem")


def trusting(pem: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=pem)
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # the default from Python 3.13 on
    return context


async def test_who_trusts_it_talks_to_the_server_and_nobody_else_does(secure, repartee):
    url = secure.served.url
    assert url.startswith("https://")
    with urllib.request.urlopen(f"{url}/health", context=trusting(secure.pem)) as answer:
        assert json.loads(answer.read())["status"] == "ok"
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"{url}/health")
    async with connect(secure.served.ws_url, ssl=trusting(secure.pem)) as line:
        assert json.loads(await line.recv())["type"] == "session.created"
    done = repartee(secure.home, "health", "--port", url.rpartition(":")[2], env={"REPARTEE_SERVE_HTTPS": "true"})
    assert done.returncode == 0, done.stderr


def test_the_server_says_how_it_is_recognised_and_trusted(secure):
    said = secure.served.log.read_text()
    made = own_certificate(secure.home, NAMES)
    assert f"SHA-256 fingerprint: {made.fingerprint}" in said
    assert str(secure.pem) in said


async def test_a_browser_that_trusts_its_key_has_a_secure_page_and_a_microphone(secure):
    """The key is trusted by Chromium's own list of keys, which leaves every other check as it is."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    playwright = pytest.importorskip(
        "playwright.async_api", reason="playwright drives Chromium: pip install playwright"
    )
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    async with playwright.async_playwright() as driver:
        stranger = await driver.chromium.launch(executable_path=chromium, args=flags)
        page = await stranger.new_page()
        page.set_default_timeout(120_000)
        with pytest.raises(playwright.Error, match="ERR_CERT_AUTHORITY_INVALID"):
            await page.goto(secure.served.url)
        await stranger.close()
        trusted = f"--ignore-certificate-errors-spki-list={key_digest(secure.pem)}"
        browser = await driver.chromium.launch(executable_path=chromium, args=[*flags, trusted])
        page = await browser.new_page()
        page.set_default_timeout(120_000)
        await page.goto(secure.served.url)
        await page.wait_for_selector("body[data-state=ready]")
        assert await page.evaluate("isSecureContext")
        asked = "navigator.mediaDevices.getUserMedia({ audio: true }).then((stream) => stream.getAudioTracks().length)"
        assert await page.evaluate(asked) == 1
        await browser.close()


def key_digest(pem: Path) -> str:
    """The SHA-256 of a certificate's public key, in base64 (RFC 7469, 2.4)."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_pem_x509_certificate(pem.read_bytes()).public_key()
    return base64.b64encode(
        hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    ).decode()

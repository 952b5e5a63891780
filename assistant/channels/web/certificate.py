"""A certificate of this machine's own, for `serve --https`: made once, kept in the home, renewed before its end.

It is signed by its own key and good for nothing but this server (RFC 5280: no CA). Browsers do not know it, so its
fingerprint is told: whoever sees the same one in the browser's warning talks to this machine.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import logging
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from engines.errors import ReparteeError
from engines.files import private_folder, write_whole

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

log = logging.getLogger(__name__)

FOLDER = "tls"
DAYS = 397  # the most that browsers take
RENEW_DAYS = 30  # before the end
MOST_NAMES = 100
MISSING = "--https makes its certificate with the package cryptography; install it with: pip install 'repartee[https]'."


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """Two PEM files, the SHA-256 fingerprint as browsers show it, the last day, and for whom it is."""

    certificate: Path
    key: Path
    fingerprint: str
    until: datetime
    names: tuple[str, ...]

    def due(self, now: datetime | None = None) -> bool:
        """Whether it is time for the next one."""
        return self.until - (now or datetime.now(UTC)) < timedelta(days=RENEW_DAYS)

    def told(self) -> str:
        """Return what its owner has to know: how to recognise it, and how to have it trusted."""
        path = self.certificate
        return (
            f"Its certificate is this machine's own, for {', '.join(self.names)}, until {self.until:%Y-%m-%d}.\n"
            f"SHA-256 fingerprint: {self.fingerprint}\n"
            "A browser warns of it: go on if its details show the same fingerprint, or have it trusted:\n"
            f"  Chrome on Linux  certutil -d sql:$HOME/.pki/nssdb -A -t P,, -n repartee -i {path}\n"
            f"  macOS            security add-trusted-cert -p ssl -k ~/Library/Keychains/login.keychain-db {path}\n"
            f"  Windows          certutil -user -addstore Root {path}\n"
            f"  Python, Node     SSL_CERT_FILE={path}, NODE_EXTRA_CA_CERTS={path}\n"
            "For phones, see docs/https.md."
        )


def own_certificate(home: Path, names: Sequence[str], now: datetime | None = None) -> Certificate:
    """Return the home's certificate, made anew where it is not there, near its end, or not for all of `names`.

    `names` are DNS names and IP addresses. The key stays the same. Raises ReparteeError where it cannot be made.
    """
    if importlib.util.find_spec("cryptography") is None:
        raise ReparteeError(MISSING)
    folder = home / FOLDER
    paths = folder / "certificate.pem", folder / "key.pem"
    now = now or datetime.now(UTC)
    try:
        private_folder(folder)
        key = _kept_key(paths[1])
        found = _kept(*paths, key) if key is not None else None
        if found is None or found.due(now) or not set(names) <= set(found.names):
            if key is None:
                key = _new_key(paths[1])
            write_whole(paths[0], _signed(key, names, now))
            found = _kept(*paths, key)
    except OSError as error:
        reason = f"{error.strerror or error} at {error.filename or folder}"
        raise ReparteeError(f"The certificate of --https cannot be kept in {folder} ({reason}).") from error
    assert found is not None
    return found


def names_here(hosts: Iterable[str] = ()) -> tuple[str, ...]:
    """Return what this machine is called, and the addresses it has, besides the names in `hosts`."""
    name = socket.gethostname().lower()
    called = ["localhost", *(host.lower() for host in hosts), name]
    if "." not in name:
        called.append(f"{name}.local")  # multicast DNS, RFC 6762
    valid = [each for each in called if each and len(each) <= 64 and each.isascii() and " " not in each]
    return tuple(dict.fromkeys([*valid, "127.0.0.1", "::1", *_addresses()]))[:MOST_NAMES]


def _addresses() -> list[str]:
    """Return this machine's addresses in its networks."""
    import ifaddr

    found = []
    for adapter in ifaddr.get_adapters():
        for each in adapter.ips:
            address = ipaddress.ip_address(each.ip if isinstance(each.ip, str) else each.ip[0])
            if not (address.is_loopback or address.is_link_local):
                found.append(str(address))
    return sorted(found)


def _kept_key(path: Path) -> EllipticCurvePrivateKey | None:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        log.warning("the key %s cannot be read (%s); another one is made", path, error)
        return None
    return key if isinstance(key, EllipticCurvePrivateKey) else None


def _new_key(path: Path) -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    write_whole(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), private=True)
    return key


def _kept(certificate: Path, key: Path, private: EllipticCurvePrivateKey) -> Certificate | None:
    """Return the certificate that is there, None where there is none of this key."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        there = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except FileNotFoundError:
        return None
    except (ValueError, x509.ExtensionNotFound) as error:
        log.warning("the certificate %s cannot be read (%s); another one is made", certificate, error)
        return None
    if found.public_key() != private.public_key():
        return None
    return Certificate(
        certificate=certificate,
        key=key,
        fingerprint=found.fingerprint(SHA256()).hex(":").upper(),
        until=found.not_valid_after_utc,
        names=tuple(str(name.value) for name in there),
    )


def _signed(key: EllipticCurvePrivateKey, names: Sequence[str], now: datetime) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Repartee on this machine")])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks differ
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return built.public_bytes(Encoding.PEM)


def _general_name(name: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)

"""Certificates of one lab: an authority that lives in memory, and a certificate for each of its hosts.

Nobody else trusts them, and nothing of them outlasts the lab. Sources: RFC 5280 (certificates, and which extensions an
authority and a server need), RFC 8446 (TLS 1.3), RFC 6125 section 6 (a client compares the address it has called with
the names in the certificate).
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from os import unlink
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from ..model import ListeningPort, Transport

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

__all__ = ["Certificates"]

AUTHORITY = "genesys-ports lab"

#: A lab is closed long before; a clock may be a day behind.
VALID = timedelta(days=30)
BEFORE = timedelta(days=1)

#: Bytes of a common name (RFC 5280, appendix A: ub-common-name).
_LONGEST_NAME = 64

#: What a certificate can hold as the name of a host (RFC 1123, section 2.1); an underscore is let pass.
_DNS = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")


class Certificates:
    """The authority of one lab, made when it is first asked for anything; the key never leaves this process but for the
    moment in which OpenSSL reads a host's own from a private file.
    """

    def __init__(self) -> None:
        self._authority: tuple[EllipticCurvePrivateKey, x509.Certificate] | None = None
        self._servers: dict[tuple[tuple[str, ...], tuple[str, ...]], ssl.SSLContext] = {}
        self._client: ssl.SSLContext | None = None

    @property
    def authority(self) -> str:
        """The authority's certificate as PEM text, for a program outside that shall trust this lab."""
        from cryptography.hazmat.primitives.serialization import Encoding

        return self._made()[1].public_bytes(Encoding.PEM).decode("ascii")

    def client_context(self) -> ssl.SSLContext:
        """What a client needs: it trusts this lab's authority alone, and compares addresses with names."""
        if self._client is None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(cadata=self.authority)
            self._client = context
        return self._client

    def server_context(self, names: Iterable[str], addresses: Iterable[str]) -> ssl.SSLContext:
        """What a server needs that is called by these host names and IP addresses; made once for the same ones.

        A name that no certificate can hold is left out. Raises `ValueError` for what is no IP address.
        """
        key = (tuple(dict.fromkeys(names)), tuple(dict.fromkeys(addresses)))
        known = self._servers.get(key)
        if known is None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            # Tickets for a later session would arrive unread where a client hangs up at once, and break it off.
            context.num_tickets = 0
            _load(context, self._host(*key))
            known = self._servers[key] = context
        return known

    def for_port(self, port: ListeningPort, host: str, sock: socket.socket) -> ssl.SSLContext | None:
        """What a listener needs on the bound socket of a planned port of `host`; None where the port speaks no TLS."""
        if port.transport is not Transport.TLS:
            return None
        return self.server_context([host], [sock.getsockname()[0]])

    def _made(self) -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
        if self._authority is None:
            from cryptography import x509
            from cryptography.hazmat.primitives.asymmetric import ec

            key = ec.generate_private_key(ec.SECP256R1())
            certificate = (
                _builder(AUTHORITY, key.public_key(), AUTHORITY)
                .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                .add_extension(_usage(authority=True), critical=True)
                .sign(key, _hash())
            )
            self._authority = key, certificate
        return self._authority

    def _host(self, names: tuple[str, ...], addresses: tuple[str, ...]) -> bytes:
        """A host's key and certificate, as the PEM text that OpenSSL reads."""
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
        from cryptography.x509.oid import ExtendedKeyUsageOID

        signing, authority = self._made()
        key = ec.generate_private_key(ec.SECP256R1())
        called: list[x509.GeneralName] = [x509.DNSName(name) for name in names if _DNS.fullmatch(name)]
        called += [x509.IPAddress(ip_address(address)) for address in addresses]
        certificate = (
            _builder(next(iter((*names, *addresses)), AUTHORITY), key.public_key(), AUTHORITY)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(called), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
                    authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
                ),
                critical=False,
            )
            .sign(signing, _hash())
        )
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return private + certificate.public_bytes(Encoding.PEM)


def _builder(name: str, key: Any, issuer: str) -> x509.CertificateBuilder:
    from cryptography import x509

    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE)
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _named(name: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    text = name.encode("utf-8", "replace")[:_LONGEST_NAME].decode("utf-8", "ignore")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text or AUTHORITY)])


def _usage(*, authority: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _hash() -> Any:
    from cryptography.hazmat.primitives.hashes import SHA256

    return SHA256()


def _load(context: ssl.SSLContext, pem: bytes) -> None:
    """Give OpenSSL a key, which it takes from a file only: one that nobody else can read, gone at once."""
    # Closed before it is read, and deleted by hand: Windows opens no file twice.
    file = NamedTemporaryFile(suffix=".pem", delete=False)  # noqa: SIM115
    try:
        with file:
            file.write(pem)
        context.load_cert_chain(file.name)
    finally:
        with suppress(FileNotFoundError):
            unlink(file.name)

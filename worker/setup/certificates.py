"""Certificates of our own authority, for engines that only our services talk to."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE = timedelta(days=3650)
LIFE = timedelta(days=730)  # under the 825 days that browsers allow
EARLY = timedelta(days=180)  # a server that is set up anew twice a year never sees one end
SKEW = timedelta(hours=1)  # clocks of the machines may differ

_KEY_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True)
class Certificate:
    """A certificate and its private key, both as PEM."""

    pem: bytes
    key_pem: bytes

    def __repr__(self) -> str:
        return f"<Certificate {self.parsed.subject.rfc4514_string()} until {self.ends_at:%Y-%m-%d}>"

    @cached_property
    def parsed(self) -> x509.Certificate:
        """Raises ValueError when the PEM is damaged."""
        return x509.load_pem_x509_certificate(self.pem)

    @cached_property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """Raises ValueError when the PEM is damaged or holds a key of another kind."""
        key = serialization.load_pem_private_key(self.key_pem, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("it is a key of another kind")  # noqa: TRY004  the file is wrong, not the program
        return key

    @property
    def ends_at(self) -> datetime:
        return self.parsed.not_valid_after_utc

    @property
    def names(self) -> frozenset[str]:
        """Host names and addresses it is for."""
        found = self.parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        addresses = found.get_values_for_type(x509.IPAddress)
        return frozenset([*found.get_values_for_type(x509.DNSName), *map(str, addresses)])

    @property
    def is_of_its_key(self) -> bool:
        return self.parsed.public_key() == self.key.public_key()


def make_authority(*, now: datetime) -> Certificate:
    """Make an authority that may sign certificates of servers, and no further authorities."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("kuzet authority")
    builder = (
        _builder(name, issuer=name, key=key, now=now, life=AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage("key_cert_sign", "crl_sign"), critical=True)
    )
    return _signed(builder, key=key, by=key)


def issue(authority: Certificate, names: Iterable[str], *, now: datetime) -> Certificate:
    """Issue a certificate for a server. `names`: host names and IP addresses, the first one names it.

    It is good for the client's side, too: the nodes of a search cluster call each other with it.
    """
    ordered = list(dict.fromkeys(names))
    key = ec.generate_private_key(ec.SECP256R1())
    signer = authority.parsed.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = (
        _builder(_name(ordered[0]), issuer=authority.parsed.subject, key=key, now=now, life=LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(signer), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in ordered]), critical=False)
    )
    return _signed(builder, key=key, by=authority.key)


def is_good_authority(authority: Certificate, *, now: datetime) -> bool:
    """Whether it is whole and outlives what it signs today."""
    try:
        return authority.is_of_its_key and authority.ends_at - now > LIFE
    except ValueError:
        return False


def is_good(certificate: Certificate, authority: Certificate, names: Iterable[str], *, now: datetime) -> bool:
    """Whether a certificate is whole, of this authority, for just these names, and far from its end."""
    try:
        certificate.parsed.verify_directly_issued_by(authority.parsed)
        lasts = certificate.ends_at - now > EARLY
        return lasts and certificate.is_of_its_key and certificate.names == frozenset(names)
    except (InvalidSignature, ValueError, x509.ExtensionNotFound):
        return False


def _builder(
    subject: x509.Name, *, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    start = now.astimezone(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - SKEW)
        .not_valid_after(start + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _signed(
    builder: x509.CertificateBuilder, *, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey
) -> Certificate:
    return Certificate(
        pem=builder.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM),
        key_pem=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def _key_usage(*wanted: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use in wanted for use in _KEY_USES})


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)

"""Which links may be fetched."""

from __future__ import annotations

from ipaddress import ip_address

from pipelines.errors import UnsafeAddressError
from pipelines.urls.addresses import is_public_address
from pipelines.urls.links import Target, parse_link

ALLOWED_PORTS = frozenset({80, 443, 8080, 8443})


def check_target(url: str, *, allowed_hosts: frozenset[str]) -> Target:
    """Take apart a URL that may be fetched; raise UnsafeAddressError for one that may not.

    `allowed_hosts` holds `host:port` pairs (IPv6 in brackets) that may be fetched whatever their port and address.
    A name says nothing about the addresses behind it: `check_address` has to be asked about every one of them.
    """
    target = parse_link(url)
    if target.endpoint in allowed_hosts:
        return target
    if target.port not in ALLOWED_PORTS:
        raise UnsafeAddressError(target.url, f"port {target.port} is not one of the web's", remedy=_remedy(target))
    if _is_address(target.host):
        check_address(target, target.host, allowed_hosts=allowed_hosts)
    return target


def check_address(target: Target, address: str, *, allowed_hosts: frozenset[str]) -> None:
    """Raise UnsafeAddressError when `address`, found for the target's host, is not public."""
    if target.endpoint not in allowed_hosts and not is_public_address(address):
        raise UnsafeAddressError(
            target.url,
            f"its address {address} is not on the public internet",
            remedy=_remedy(target),
        )


def _remedy(target: Target) -> str:
    return f"A site of your own is let through by KUZET_ALLOW_HOSTS={target.endpoint}"


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

"""Who may open the desk: this machine's user, an account, or a name that a trusted proxy sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address, ip_network

from config.settings import Settings
from pipelines.errors import UsageError

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "x-forwarded-host")
"""Headers of a proxy. Without accounts and without a trusted proxy, one of them means an open door."""


class Role(StrEnum):
    """What a person may do: read; also report, and mute alerts; also change feeds and the watch."""

    READER = "reader"
    ANALYST = "analyst"
    ADMIN = "admin"

    def covers(self, needed: Role) -> bool:
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person whose name is known. `is_signed_in`: by a password here, so that they can sign out."""

    name: str
    role: Role
    is_signed_in: bool = False


LOCAL = Visitor("local", Role.ADMIN)
"""The one who started the desk on this machine, where no account exists."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where the desk listens and whom it trusts."""

    address: str
    names: frozenset[str]
    proxy_header: str
    proxy_networks: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> Door:
        networks = tuple(filter(None, (each.strip() for each in settings.desk_proxy_networks.split(","))))
        names = frozenset(filter(None, (each.strip().casefold() for each in settings.desk_names.split(","))))
        return cls(settings.desk_address, names | {settings.desk_address}, settings.desk_proxy_header, networks)

    @property
    def is_local(self) -> bool:
        """True if only this machine can reach it."""
        return self.address == "localhost" or _is_loopback(self.address)

    def check(self, *, has_accounts: bool) -> None:
        """Raise UsageError unless it is known who may come in."""
        if bool(self.proxy_header) != bool(self.proxy_networks):
            raise UsageError(
                "KUZET_DESK_PROXY_HEADER and KUZET_DESK_PROXY_NETWORKS",
                "work only together",
                remedy="Without the networks of the proxy, anyone could send its header.",
            )
        if not (self.is_local or has_accounts or self.proxy_header):
            raise UsageError(
                f"The desk on {self.address}",
                "would be open to everyone who can reach it",
                remedy="Make an account (`kuzet desk user add NAME`), name a trusted proxy, or leave it on 127.0.0.1.",
            )

    def trusts(self, peer: str) -> bool:
        """True if the address is of a network that the proxy's header is believed from."""
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in ip_network(network, strict=False) for network in self.proxy_networks)

    def answers_to(self, host: str) -> bool:
        """True if a Host header is one of ours: else a page elsewhere could point its own name at this machine."""
        name = host_name(host)
        return name in self.names or (self.is_local and name in LOCAL_NAMES) or (not self.is_local and not self.named)

    @property
    def named(self) -> bool:
        return bool(self.names - {self.address})

    def is_unsafe_proxy(self, headers: Mapping[str, str], *, has_accounts: bool) -> bool:
        """True if a request came by a proxy, and no account and no setting says who may come that way."""
        return not (self.proxy_header or has_accounts) and any(name in headers for name in FORWARDED)


def host_name(host: str) -> str:
    """Return the name of a Host header without its port and brackets."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() and not host.endswith("]") else host
    return name.strip("[]").casefold()


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False

"""Names to addresses, within a deadline."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from ipaddress import IPv4Address, IPv6Address, ip_address

from worker.web.deadline import Deadline, DeadlinePassedError

MAX_LOOKUPS = 32

Lookup = Callable[[str, int], list[str]]


def system_lookup(host: str, port: int) -> list[str]:
    """Ask the operating system. Raises OSError (`gaierror`) when it knows no address."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Resolver:
    """Looks names up in threads of their own, because `getaddrinfo` cannot be interrupted.

    A look-up that is given up goes on in its thread until the system's resolver gives up too; `max_lookups` bounds
    how many there are at once. The threads are daemons: none of them holds up the end of the process.
    """

    def __init__(self, lookup: Lookup = system_lookup, *, max_lookups: int = MAX_LOOKUPS) -> None:
        self._lookup = lookup
        self._slots = threading.BoundedSemaphore(max_lookups)

    def addresses(self, host: str, port: int, *, deadline: Deadline) -> list[str]:
        """Return the addresses of a host; raises OSError when there are none, DeadlinePassedError in the end."""
        if _is_address(host):
            return [host]
        if not self._slots.acquire(timeout=deadline.left_s()):
            raise DeadlinePassedError("too many look-ups of names are stuck")
        found: Future[list[str]] = Future()
        threading.Thread(target=self._run, args=(found, host, port), name=f"lookup {host}", daemon=True).start()
        try:
            return found.result(timeout=deadline.left_s())
        except TimeoutError as error:
            raise DeadlinePassedError(f"the name {host} was not looked up in time") from error

    def _run(self, found: Future[list[str]], host: str, port: int) -> None:
        try:
            found.set_result(self._lookup(host, port))
        except (OSError, UnicodeError) as error:  # a name may be legal here and too long for DNS
            found.set_exception(socket.gaierror(socket.EAI_NONAME, str(error)))
        finally:
            self._slots.release()


def _is_address(host: str) -> bool:
    try:
        return isinstance(ip_address(host), IPv4Address | IPv6Address)
    except ValueError:
        return False

"""The folder that holds all secrets of a server; only its owner can read it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from pipelines.errors import KuzetError
from worker.local.atomic import UNFINISHED, write_bytes
from worker.setup.certificates import Certificate, is_good, is_good_authority, issue, make_authority

PASSWORD_BYTES = 24
EARLIER_KEPT = 5
"""Passwords of before that are kept: an engine that missed some renewals still knows one of them."""


class VaultError(KuzetError):
    """Secrets cannot be read or written: a person has to look at the folder."""


class Vault:
    """Secrets and certificates by name, each made when first asked for and kept from then on.

    Not for two processes at once: get it from `open_vault`. `made` names what was made since it was opened.
    """

    def __init__(self, folder: Path, *, now: datetime) -> None:
        self.folder = folder
        self.made: list[str] = []
        self._now = now

    def password(self, name: str) -> str:
        """The password of that name."""
        return self._read(name) or self._make(name)

    def renew(self, name: str) -> None:
        """Make another password of that name, if it has one; the old one is kept among the earlier ones."""
        if known := self._read(name):
            earlier = [known, *self.earlier(name)][:EARLIER_KEPT]
            write_private(self.folder / f"{name}.earlier", "\n".join(earlier).encode())
            self._make(name)

    def earlier(self, name: str) -> Sequence[str]:
        """The passwords that name had before, the newest first."""
        return self._read(f"{name}.earlier").split()

    def authority(self) -> Certificate:
        """Our own authority; a new one when the old one would end before what it signs."""
        known = self._certificate("authority")
        if known and is_good_authority(known, now=self._now):
            return known
        return self._keep("authority", make_authority(now=self._now))

    def certificate(self, name: str, names: Sequence[str]) -> Certificate:
        """The certificate of a server; a new one long before it ends, or when names or authority have changed."""
        authority, known = self.authority(), self._certificate(name)
        if known and is_good(known, authority, names, now=self._now):
            return known
        return self._keep(name, issue(authority, names, now=self._now))

    def _make(self, name: str) -> str:
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        write_private(self.folder / name, password.encode())
        self.made.append(f"password of {name}")
        return password

    def _keep(self, name: str, certificate: Certificate) -> Certificate:
        write_private(self.folder / f"{name}.key", certificate.key_pem)
        write_private(self.folder / f"{name}.crt", certificate.pem)
        self.made.append(f"certificate of {name}")
        return certificate

    def _certificate(self, name: str) -> Certificate | None:
        pem, key_pem = self._read(f"{name}.crt"), self._read(f"{name}.key")
        return Certificate(pem.encode(), key_pem.encode()) if pem and key_pem else None

    def _read(self, name: str) -> str:
        """Return the text of a file, or "" without one. Raises VaultError for an empty file, which holds no secret."""
        file = self.folder / name
        try:
            text = file.read_text(encoding="ascii")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise VaultError(str(file), f"it cannot be read ({error})") from error
        if not text.strip():
            raise VaultError(str(file), "it is empty", remedy="Bring it back, or delete it: then a new one is made.")
        return text


@contextmanager
def open_vault(folder: Path, *, now: datetime) -> Iterator[Vault]:
    """Open the vault, for one process at a time; another one waits. Raises VaultError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = FileLock(folder / ".lock", mode=0o600).acquire()
    except OSError as error:
        raise VaultError(str(folder), f"it cannot be written ({error.strerror})") from error
    with lock:
        yield Vault(folder, now=now)


def write_private(file: Path, data: bytes, *, mode: int = 0o600, owner: tuple[int, int] | None = None) -> None:
    """Write a file that only its owner (uid, gid) can read, whole or not at all. Raises VaultError."""
    try:
        for left in file.parent.glob(UNFINISHED):
            left.unlink()  # of a setup that was killed
        write_bytes(file, data, mode=mode, owner=owner)
    except OSError as error:
        raise VaultError(str(file), f"it cannot be written ({error.strerror})") from error

"""The accounts of the desk: one file in the data folder, passwords hashed with Argon2 by argon2-cffi."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from secrets import token_hex
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from filelock import FileLock

from pipelines.errors import ConfigError, UsageError
from worker.desk.access import Role
from worker.local.atomic import write_text

SHORTEST_PASSWORD = 10
NAME = re.compile(r"[\w.@-]{1,64}")
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""The least that OWASP's cheat sheet on password storage asks for: one check takes 19 MB and about 30 ms."""
AT_ONCE = BoundedSemaphore(2)
"""A flood of sign-ins takes the memory of two checks."""


@dataclass(frozen=True, slots=True)
class Account:
    """`epoch` changes with password and role: sessions that began under another one have ended."""

    role: Role
    hash: str
    epoch: str


class Accounts:
    """The accounts by name. The file is read again when it has changed."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "accounts.json"
        self._read_at = 0
        self._known: dict[str, Account] = {}

    def __bool__(self) -> bool:
        return bool(self.all())

    def all(self) -> dict[str, Account]:
        """Return every account by name. Raises ConfigError for a file that cannot be read."""
        try:
            changed_at = self.file.stat().st_mtime_ns
        except FileNotFoundError:
            return {}
        if changed_at != self._read_at:
            self._known, self._read_at = self._read(), changed_at
        return self._known

    def get(self, name: str) -> Account | None:
        return self.all().get(name)

    def add(self, name: str, password: str, *, role: Role) -> None:
        """Add an account. Raises UsageError for a name that is taken, and for a password that is too short."""
        if not NAME.fullmatch(name):
            raise UsageError(name, "is no name: letters, digits and . _ @ - are, up to 64 of them")
        _check(password)

        def added(known: dict[str, Account]) -> dict[str, Account]:
            if name in known:
                raise UsageError(
                    name, "has an account already", remedy="`kuzet desk user password` changes its password."
                )
            return known | {name: Account(role, HASHER.hash(password), token_hex(8))}

        self._change(added)

    def set_password(self, name: str, password: str) -> None:
        """Change a password, and end the sessions of the account. Raises UsageError."""
        _check(password)
        self._replace(name, lambda account: replace(account, hash=HASHER.hash(password), epoch=token_hex(8)))

    def set_role(self, name: str, role: Role) -> None:
        """Change what an account may do, and end its sessions. Raises UsageError."""
        self._replace(name, lambda account: replace(account, role=role, epoch=token_hex(8)))

    def remove(self, name: str) -> None:
        """Remove an account. Raises UsageError when there is no such account."""
        self._replace(name, lambda _: None)

    def matches(self, name: str, password: str) -> bool:
        """True if the password is that of the account. An unknown name takes as long as a wrong password."""
        account = self.get(name)
        with AT_ONCE:
            try:
                return HASHER.verify(account.hash if account else _decoy(), password) and account is not None
            except (VerificationError, InvalidHashError):
                return False

    def _replace(self, name: str, change: Callable[[Account], Account | None]) -> None:
        def changed(known: dict[str, Account]) -> dict[str, Account]:
            if name not in known:
                raise UsageError(name, "has no account here", remedy="`kuzet desk user list` shows them.")
            account = change(known[name])
            others = {each: kept for each, kept in known.items() if each != name}
            return others | ({name: account} if account else {})

        self._change(changed)

    def _change(self, change: Callable[[dict[str, Account]], dict[str, Account]]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.file.with_suffix(".lock")):
            changed = change(self._read() if self.file.exists() else {})
            text = json.dumps({name: asdict(account) for name, account in sorted(changed.items())}, indent=1)
            write_text(self.file, text, mode=0o600)

    def _read(self) -> dict[str, Account]:
        try:
            stored = json.loads(self.file.read_text(encoding="utf-8"))
            return {name: Account(Role(one["role"]), one["hash"], one["epoch"]) for name, one in stored.items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(str(self.file), "is no list of accounts") from error


def _check(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise UsageError("The password", f"is shorter than {SHORTEST_PASSWORD} letters")


@cache
def _decoy() -> str:
    return HASHER.hash(token_hex(16))

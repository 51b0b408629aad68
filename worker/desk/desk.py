"""The services of the desk: the watch's own, accounts, sessions, signatures, and the log of changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from filelock import FileLock
from itsdangerous import BadSignature, Signer

from pipelines.errors import ConfigError
from pipelines.tagging.rules.labels import LABELS_FILE
from worker.answers.choices import read_names_of
from worker.answers.labels import NO_LABELS, Names, read_names
from worker.desk.access import Door
from worker.desk.accounts import Accounts
from worker.desk.translations import LANGUAGES
from worker.files.labels import read_labels
from worker.files.watched import Watched
from worker.local.atomic import write_text
from worker.runtime import Runtime
from worker.state.scripts import Scripts
from worker.state.searches import KeptSearches
from worker.state.sessions import Sessions

CHANGES_SHOWN = 30
TAIL_BYTES = 20_000


class Desk:
    """What the pages work with, shared by all threads of the server."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.folder = runtime.settings.data / "desk"
        self.door = Door.of(runtime.settings)
        self.accounts = Accounts(self.folder)
        self.changes = ChangeLog(self.folder / "changes.jsonl")
        self._names = {language: self._watched_names(language) for language in LANGUAGES}

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self.runtime.redis, self.runtime.settings.redis_prefix)

    @cached_property
    def searches(self) -> KeptSearches:
        return KeptSearches(Scripts(self.runtime.redis, self.runtime.settings.redis_prefix))

    # ------------------------------------------------------------ signatures

    @cached_property
    def _secret(self) -> str:
        """The key of cookies and forms: made once, readable by this user only."""
        file = self.folder / "key"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(file.with_suffix(".lock")):
            if not file.exists():
                write_text(file, token_urlsafe(48), mode=0o600)
        return file.read_text(encoding="utf-8")

    def new_token(self) -> str:
        return token_urlsafe(32)

    def signed(self, token: str) -> str:
        """Return a token as its cookie holds it."""
        return Signer(self._secret, salt="session").sign(token).decode()

    def read_token(self, cookie: str) -> str:
        """Return the token of a cookie; empty for one that we have not written."""
        try:
            return Signer(self._secret, salt="session").unsign(cookie).decode()
        except (BadSignature, UnicodeError):
            return ""

    def form_token(self, token: str) -> str:
        """Return what a form of this session has to send back."""
        return Signer(self._secret, salt="form").get_signature(token).decode()

    # ------------------------------------------------------------ names

    def names(self, language: str) -> Names:
        """Return the labels of a language; they are read again when a file of the config folder has changed."""
        return self._names[language].current()

    def _watched_names(self, language: str) -> Watched[Names]:
        config = self.runtime.config
        return Watched(
            lambda: [config / LABELS_FILE, config / "places.yaml", *config.glob("rules/*.yaml")],
            lambda: self._read_names(language),
        )

    def _read_names(self, language: str) -> Names:
        config = self.runtime.config
        if language != "en":
            return read_names(config, language)
        try:
            return Names("en", read_labels(config), {})
        except ConfigError:
            return Names("", NO_LABELS, {})

    @cached_property
    def places(self) -> Mapping[str, tuple[float, float]]:
        """Where the places of the gazetteer are: name → degrees north and east."""
        found: dict[str, tuple[float, float]] = {}
        for group in read_names_of(self.runtime.config / "places.yaml").values():
            for places in group.values() if isinstance(group, dict) else (group,):
                found |= {each["name"]: tuple(each["at"]) for each in places if "at" in each}
        return found


@dataclass(frozen=True, slots=True)
class ChangeLog:
    """Who changed what, one line of JSON each, never shortened."""

    file: Path

    def note(self, who: str, what: str, subject: str, *, at: float, peer: str) -> None:
        line = json.dumps({"at": at, "who": who, "what": what, "subject": subject, "from": peer}, ensure_ascii=False)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.file.with_suffix(".lock")), self.file.open("a", encoding="utf-8") as log:
            log.write(line + "\n")

    def latest(self, count: int = CHANGES_SHOWN) -> list[dict[str, Any]]:
        """Return the last changes, newest first."""
        if not self.file.exists():
            return []
        with self.file.open("rb") as log:
            log.seek(max(0, self.file.stat().st_size - TAIL_BYTES))
            lines = log.read().decode("utf-8", "replace").splitlines()
        return [json.loads(line) for line in lines[-count:][::-1] if line.startswith('{"at"') and line.endswith("}")]

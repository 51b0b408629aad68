"""The config folder with a site's own files laid over it: what an upgrade brings and what people edit lie apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings

LEXICON = "lexicon"


@dataclass(frozen=True, slots=True)
class Layers:
    """Finds a file by its name below the folder. The site's file takes the place of ours of the same name.

    Feeds and words are not replaced but added: their readers ask both folders.
    """

    base: Path
    site: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> Layers:
        """Return the folders that the settings name."""
        return cls(settings.config, settings.site)

    def __truediv__(self, name: str) -> Path:
        """Return the site's file if it has one of this name, else ours, whether that is there or not."""
        ours, theirs = self.base / name, self.site / name if self.site else None
        return theirs if theirs and theirs.exists() else ours

    def glob(self, pattern: str) -> list[Path]:
        """Return the files that match, one of each name, in the order of their names."""
        found = {name: file for folder in self._folders() for name, file in _named(folder, pattern)}
        return [file for _, file in sorted(found.items())]

    def name_of(self, file: Path) -> str:
        """Return the name of a file below the folder it is in: `rules/fraud.yaml`."""
        folder = next(folder for folder in reversed(self._folders()) if file.is_relative_to(folder))
        return file.relative_to(folder).as_posix()

    @property
    def lexicons(self) -> tuple[Path, ...]:
        """Return the folders of words, ours first."""
        return tuple(folder / LEXICON for folder in self._folders())

    def _folders(self) -> tuple[Path, ...]:
        return (self.base, self.site) if self.site else (self.base,)


def _named(folder: Path, pattern: str) -> Iterator[tuple[str, Path]]:
    return ((file.relative_to(folder).as_posix(), file) for file in folder.glob(pattern))

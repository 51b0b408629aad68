"""The documented settings are the real ones."""

from __future__ import annotations

from config.settings import HERE
from worker.cli.settings import dotenv_file, markdown_table

ROOT = HERE.parent


def test_the_guide_has_every_setting():
    """A table that is generated cannot rot."""
    guide = (ROOT / "docs/guide/settings.md").read_text(encoding="utf-8")
    assert markdown_table() in guide, "renew it with `kuzet settings --markdown`"


def test_the_example_file_has_every_setting():
    """People copy it and take the # away."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    settings = example.partition(
        "\n# ------------------------------------------------------------ for docker compose only"
    )[0]
    assert settings.strip() == dotenv_file().strip(), "renew it with `kuzet settings --dotenv`"

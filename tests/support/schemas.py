"""check-jsonschema, called in this process."""

from __future__ import annotations

from click.testing import CliRunner


def check_json(*arguments: str) -> None:
    """Hold files against a schema.

    The package is imported here: it reads 38 grammars when it is, which is two seconds of computing, and every worker
    of pytest collects every file.
    """
    from check_jsonschema import main  # noqa: PLC0415

    ran = CliRunner().invoke(main, arguments)
    assert ran.exit_code == 0, ran.output

"""The workflows of GitHub: they cannot be run here, so at least they are whole, bounded and allowed little."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.compose_file import ROOT, check_by_schema, read_compose

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(file: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))


def steps(file: Path) -> list[dict[str, Any]]:
    return [step for job in read(file)["jobs"].values() for step in job["steps"]]


@pytest.fixture(params=FILES, ids=lambda file: file.name)
def file(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def test_it_is_a_workflow(file: Path):
    """By the schema, and with a time limit for every job."""
    check_by_schema("vendor.github-workflows", file)
    check_by_schema("custom.github-workflows-require-timeout", file)


def test_it_may_only_read(file: Path):
    """A dependency that was taken over could otherwise write into the repository."""
    described = read(file)
    assert described["permissions"] == {"contents": "read"}
    assert described["concurrency"]["cancel-in-progress"] is True
    checkouts = [step for step in steps(file) if str(step.get("uses")).startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert "${{ secrets" not in file.read_text(encoding="utf-8")


def test_its_actions_are_pinned_by_commit(file: Path):
    """A tag can be moved to other code. The comment names the version for people, and for who renews it."""
    used = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert used
    assert all(re.fullmatch(r"- uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in used)


@pytest.mark.skipif(shutil.which("bash") is None, reason="a hosted runner has bash, this machine has not")
def test_its_scripts_can_be_read(file: Path):
    """A quote that is not closed would be found on the runner only."""
    for step in steps(file):
        if "run" in step:
            ran = subprocess.run(("bash", "-n", "-c", step["run"]), capture_output=True, text=True, check=False)
            assert ran.returncode == 0, ran.stderr


def test_compose_is_asked_about_services_that_are_there():
    """A service that was renamed."""
    services = read_compose()["services"]
    text = "\n".join(step.get("run", "") for step in steps(ROOT / ".github" / "workflows" / "compose.yml"))
    asked = re.findall(r"docker compose (?:exec -T|run --rm -T) (\S+)", text)
    assert len(asked) > 10
    assert set(asked) <= set(services)
    assert "down --volumes" in text

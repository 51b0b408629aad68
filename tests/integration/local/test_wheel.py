"""kuzet as a package: built, installed into an environment of its own, and used far from the repository."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from config.settings import HERE

ROOT = HERE.parent
PACKAGES = ("worker", "pipelines", "config", "seeds")
TIMEOUT_S = 600
pytestmark = pytest.mark.timeout(1200)


@dataclass(frozen=True)
class Installed:
    """A user who has the wheel, an empty home and no repository."""

    bin: Path
    home: Path
    cache: Path

    def run(self, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
        kept = {"JAVA_TOOL_OPTIONS": os.environ["JAVA_TOOL_OPTIONS"], "LANG": "C.UTF-8", "NO_COLOR": "1"}
        env = kept | {"HOME": str(self.home), "PATH": f"{self.bin}:/usr/bin:/bin"}
        env |= {"KUZET_CACHE": str(self.cache)}  # what is downloaded and built is the same for all
        return subprocess.run(
            command, cwd=self.home, env=env, input=given, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as pip builds it. Needs a package registry for the build backend."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--quiet", "--wheel-dir", str(folder)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    if built.returncode and "hatchling" in built.stderr and os.environ.get("KUZET_REQUIRE_ENGINES") != "1":
        pytest.skip(f"no package registry for the build backend: {built.stderr[-300:]}")
    assert built.returncode == 0, built.stderr
    return next(folder.glob("kuzet-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, cache: Path, dictionary: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in a new environment. The packages it needs are lent by this one; nothing of the repository is."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "env")
    bin_folder, home = folder / "env" / "bin", folder / "home"
    home.mkdir()
    install = [sys.executable, "-m", "pip", "--python", bin_folder / "python", "install", "--quiet", "--no-deps"]
    subprocess.run([*install, str(wheel)], check=True, timeout=TIMEOUT_S)
    site = next((folder / "env" / "lib").glob("python*/site-packages"))
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")  # a path of a .pth reads no further .pth
    return Installed(bin_folder, home, cache)


def test_every_file_is_in_the_wheel(wheel: Path):
    """Rules, Lua scripts, templates and jar lists are read where the packages are."""
    packed = set(ZipFile(wheel).namelist())
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    needed = {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}
    assert needed - packed == set()


def test_the_command_works_away_from_the_repository(installed: Installed):
    """`pipx install` and `uv tool install` give no more than this."""
    where = installed.run("python", "-c", "import worker, config; print(worker.__file__, config.__file__)")
    assert str(ROOT) not in where.stdout, "it must not work by the repository"
    assert "Exit codes" in installed.run("kuzet", "--help").stdout
    tagged = installed.run("kuzet", "tag", "-", given="Полицейлер интернет-алаяқты ұстады")
    assert (tagged.returncode, "fraud" in tagged.stdout) == (0, True), tagged.stderr
    assert installed.run("kuzet", "feeds", "list").returncode == 0


def test_the_demo_works_away_from_the_repository(installed: Installed):
    """The whole chain: engines, workers started as modules, sample sites with their templates."""
    demo = installed.run("kuzet", "demo")
    assert demo.returncode == 0, demo.stderr[-2000:]
    assert "published → searchable" in demo.stdout

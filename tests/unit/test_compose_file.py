"""What docker-compose.yml promises, read from the file: nobody has to start a container to see that it is kept."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from config.settings import Settings
from tests.composed import ROOT, read_compose
from worker.local.services import services
from worker.presence import QUEUES

COMPOSE = read_compose()
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("kuzet:")}
LASTING = {name: service for name, service in SERVICES.items() if name != "dictionaries"}
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_it_runs_what_kuzet_up_runs():
    """One table of commands: what works on a laptop is what works on the server."""
    settings = Settings(data=Path("/var/lib/kuzet/data"), io_threads=16, cpu_processes=2)
    table = services(settings)
    assert {name: tuple(OURS[name]["command"]) for name in table} == table


def test_every_queue_has_a_consumer():
    """A queue that nobody reads fills silently."""
    commands = [service["command"] for service in OURS.values()]
    consumed = [command[command.index("-Q") + 1] for command in commands if "-Q" in command]
    assert sorted(queue for queues in consumed for queue in queues.split(",")) == sorted(QUEUES)


@pytest.mark.parametrize("name", LASTING)
def test_every_service_says_whether_it_is_well_and_comes_back(name: str):
    """A server restarts at night, and nobody looks."""
    service = LASTING[name]
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_can_eat_the_machine(name: str):
    """Memory has a bound, and so have logs."""
    assert re.fullmatch(r"\d+[gm]", SERVICES[name]["mem_limit"])
    assert SERVICES[name]["logging"]["options"].keys() == {"max-size", "max-file"}


@pytest.mark.parametrize("name", OURS)
def test_ours_run_with_as_few_rights_as_they_need(name: str):
    """They read hostile documents: nothing of the container can be written but the data."""
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is True


def test_only_kibana_is_published_and_only_here():
    """Nothing asks for a password yet, so nothing may be reached from outside."""
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"kibana": ["127.0.0.1:5601:5601"]}


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_starts_before_what_he_needs_is_well(name: str):
    """`depends_on` by health: a container that runs is not yet an engine that answers."""
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        ends = SERVICES[needed]["restart"] == "on-failure"
        assert how["condition"] == ("service_completed_successfully" if ends else "service_healthy")
        assert ends or "healthcheck" in SERVICES[needed]


def test_every_volume_is_declared_and_used():
    """A misspelt volume is an empty one."""
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert {volume for volume in mounted if not volume.startswith(".")} == set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str):
    """A misspelt variable is ignored, silently."""
    known = {f"KUZET_{field.upper()}" for field in Settings.model_fields}
    assert set(OURS[name]["environment"]) <= known


def test_the_newsrooms_names_may_be_fetched():
    """Names of a private network are let through by name and port only."""
    newsroom = OURS["newsroom"]
    options = dict(zip(newsroom["command"], newsroom["command"][1:], strict=False))
    names = options["--names"].split(",")
    assert newsroom["networks"]["default"]["aliases"] == names
    allowed = OURS["io"]["environment"]["KUZET_ALLOW_HOSTS"].split(",")
    assert allowed == [f"{name}:{options['--port']}" for name in names]


def test_the_image_holds_what_is_packaged():
    """A package that is not copied is missing only on the server."""
    copied = set(re.findall(r"^COPY (\w+) /src/", DOCKERFILE, re.MULTILINE))
    assert copied == set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_the_image_installs_every_dependency_by_hash():
    """What is installed is what was locked."""
    locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / "docker" / "requirements.lock").read_text(), re.MULTILINE))
    wanted = {re.split(r"[\[><=]", line)[0].lower().replace("_", "-") for line in PROJECT["project"]["dependencies"]}
    assert wanted <= locked
    assert "--require-hashes" in DOCKERFILE


def test_the_image_does_not_run_as_root():
    """A hole in a parser must not be a hole in the machine."""
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1] == "10001:10001"


def test_the_image_has_the_folders_that_are_written_to():
    """The root is read-only: volumes take over the folders, and their owner, from the image."""
    made = re.search(r"^RUN mkdir -p (.+?) &&", DOCKERFILE, re.MULTILINE)
    assert made is not None
    schedule = OURS["beat"]["command"][-2]
    assert {"/dictionaries", "/var/lib/kuzet/cache", str(Path(schedule).parent)} <= set(made[1].split())

"""What docker-compose.yml promises, read from the file, without starting a container."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from config.settings import Settings
from tests.support.compose_file import DEMO, MAIN, ROOT, check_by_schema, read_compose, read_variables
from worker.cli.settings import SET_BY_COMPOSE
from worker.local.services import services
from worker.setup.deliveries import AT, KibanaDoor, deliveries
from worker.setup.roles import analysts, workers
from worker.setup.vault import open_vault
from worker.state.workers import QUEUES

NOW = datetime(2026, 11, 25, tzinfo=UTC)
COMPOSE = read_compose()
SERVICES = COMPOSE["services"]
WITH_DEMO = read_compose(files=(MAIN, DEMO))
NEWSROOM = WITH_DEMO["services"]["newsroom"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("kuzet:")}
ENDING = {name for name, service in SERVICES.items() if service["restart"].startswith("on-failure")}
LASTING = {name: service for name, service in SERVICES.items() if name not in ENDING}
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_it_runs_what_kuzet_up_runs():
    """One table of commands: what works on a laptop is what works on the server."""
    settings = Settings(data=Path("/var/lib/kuzet/data"), io_threads=16, cpu_processes=2)
    table = services(settings)
    assert {name: tuple(OURS[name]["command"]) for name in table} == table


def test_every_queue_has_a_consumer():
    """A queue without a reader fills silently."""
    commands = [service["command"] for service in OURS.values()]
    consumed = [command[command.index("-Q") + 1] for command in commands if "-Q" in command]
    assert sorted(queue for queues in consumed for queue in queues.split(",")) == sorted(QUEUES)


@pytest.mark.parametrize("file", [MAIN, DEMO])
def test_it_is_a_compose_file(file: str):
    """By the specification's own schema; compose itself would show a slip of the pen only on the server."""
    check_by_schema("vendor.compose-spec", ROOT / file)


def test_the_schema_would_notice(tmp_path: Path):
    """A check that accepts everything checks nothing."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(text.replace("mem_limit: 1280m", "mem_limits: 1280m"), encoding="utf-8")
    with pytest.raises(AssertionError, match="mem_limits"):
        check_by_schema("vendor.compose-spec", broken)


def test_what_ends_is_what_sets_up():
    """The rest has to run for ever."""
    assert {"setup", "dictionaries", "accounts", "dashboards"} == ENDING


@pytest.mark.parametrize("name", sorted(ENDING))
def test_what_sets_up_gives_up_after_three_tries(name: str):
    """`up -d` waits for it: with endless tries it would hang on a file that cannot be read."""
    assert SERVICES[name]["restart"] == "on-failure:3"


def test_one_service_builds_the_one_image():
    """Nine builds of one image move its tag, and `up -d` makes everything anew that depends on it."""
    assert {name for name, service in SERVICES.items() if "build" in service} == {"setup"}
    assert SERVICES["setup"]["pull_policy"] == "missing"
    assert {service["pull_policy"] for name, service in OURS.items() if name != "setup"} == {"never"}


def test_the_limits_fit_the_machine_the_guide_asks_for():
    """Limits that add up to more than there is protect nothing."""
    asked = re.search(r"(\d+) GB of memory", GUIDE)
    assert asked is not None
    assert sum(_megabytes(service["mem_limit"]) for service in LASTING.values()) <= int(asked[1]) * 1000


def _megabytes(limit: str) -> int:
    return int(limit[:-1]) * (1024 if limit.endswith("g") else 1)


def test_the_heap_of_the_search_engine_is_never_swapped_out():
    """A swapped heap answers after minutes; the lock needs the ulimit, and the container must have no swap."""
    elasticsearch = SERVICES["elasticsearch"]
    assert elasticsearch["environment"]["bootstrap.memory_lock"] == "true"
    assert elasticsearch["ulimits"]["memlock"] == {"soft": -1, "hard": -1}
    assert elasticsearch["memswap_limit"] == elasticsearch["mem_limit"]


def test_the_heap_of_kibana_fits_its_limit():
    """Node asks the host how much memory there is, and is killed at the container's limit."""
    heap = re.search(r"--max-old-space-size=(\d+)", SERVICES["kibana"]["environment"]["NODE_OPTIONS"])
    assert heap is not None
    assert int(heap[1]) * 1.4 < _megabytes(SERVICES["kibana"]["mem_limit"])


@pytest.mark.parametrize("variable", ["KUZET_BROKER_URL", "KUZET_SEARCH_PASSWORD"])
def test_a_line_in_dotenv_does_not_beat_the_secret_files(variable: str):
    """`.env` reaches every container: a line for a laptop would lock all services out."""
    assert OURS["io"]["environment"][variable] == ""
    assert OURS["accounts"]["environment"][variable] == ""


READERS = sorted(name for name, service in OURS.items() if "KUZET_SITE" in service["environment"])


@pytest.mark.parametrize("name", READERS)
def test_only_what_a_site_edits_is_followed_live(name: str):
    """A worker must not read a folder that `git pull` is writing: all but the site is in the image."""
    service = OURS[name]
    assert f"./site:{service['environment']['KUZET_SITE']}:ro" in service["volumes"]
    assert not any("config" in str(volume) for volume in service["volumes"])
    assert not service["environment"].get("KUZET_CONFIG")


def test_what_reads_rules_or_feeds_reads_the_site():
    """The check of the machine looks at its files, too; the demo has feeds of its own and no others."""
    assert {*READERS} == {*OURS}
    demo = {name: WITH_DEMO["services"][name]["environment"]["KUZET_SITE"] for name in OURS}
    assert {name for name, site in demo.items() if site} == {"setup"}
    assert (ROOT / "site" / ".gitignore").read_text(encoding="utf-8").splitlines()[1] == "*"


@pytest.mark.parametrize("name", LASTING)
def test_every_service_says_whether_it_is_well_and_comes_back(name: str):
    """A server restarts at night, and no one looks."""
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
    assert service["init"] is True
    assert service.get("user") == ("0:0" if name == "setup" else None)  # else the image's, which is not root


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_can_gain_rights(name: str):
    """Whatever is broken into stays what it is."""
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("user", "10001:10001") in {"0:0", "10001:10001", "999:1000", "1000:0"}


def test_root_has_one_right_and_no_network():
    """The setup must give files to the users of other images, which only root can do."""
    rooted = {name: service for name, service in SERVICES.items() if service.get("user") == "0:0"}
    assert set(rooted) == {"setup"}
    assert rooted["setup"]["cap_add"] == ["CHOWN"]
    assert rooted["setup"]["network_mode"] == "none"
    assert all("cap_add" not in service for name, service in SERVICES.items() if name != "setup")


def test_the_users_of_the_images_are_those_the_secrets_are_given_to(tmp_path: Path):
    """A file of mode 600 that belongs to somebody else stops an engine from starting."""
    with open_vault(tmp_path / "vault", now=NOW) as vault:
        owners = {one.to: "{}:{}".format(*one.owner) for one in deliveries(vault, kibana=KibanaDoor())}
    image = re.search(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert image is not None
    for name, service in SERVICES.items():
        for volume in service.get("volumes", ()):
            source, target, *_ = volume.split(":")
            if source.startswith("secrets-") and name != "setup":
                assert owners[source.removeprefix("secrets-")] == service.get("user", image[1]), name
                assert volume.endswith(":ro")
                assert target in {AT, "/usr/share/elasticsearch/config/kuzet"}


def test_secrets_are_in_no_variable_and_no_argument():
    """`docker inspect` shows both to everybody in the group docker, and `ps` the arguments to everybody."""
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            if value and re.search(r"(?i)password|secret|token|\bkey\b", variable):
                assert re.fullmatch(r"[\w./-]*/[\w./-]+", value), variable  # a file or a folder, not the thing itself
        assert not re.search(r"(?i)pass|secret\b|token|://[^ ]*@", " ".join(service.get("command", ())))


@pytest.mark.parametrize("name", OURS)
def test_who_is_reported_of_secrets_is_given_them(name: str):
    """A folder that is named and not mounted is a warning at every command."""
    mounted = {volume.split(":")[1] for volume in OURS[name].get("volumes", ())}
    assert ("KUZET_SECRETS" in OURS[name]["environment"]) == (AT in mounted)


def test_everything_talks_tls():
    """Within the private network, too: its other end is a process that reads hostile pages."""
    environment = OURS["io"]["environment"]
    assert environment["KUZET_SEARCH_URL"].startswith("https:")
    assert environment["KUZET_SEARCH_CA"] == f"{AT}/ca.crt"
    elasticsearch = SERVICES["elasticsearch"]["environment"]
    assert elasticsearch["xpack.security.enabled"] == "true"
    for layer in ("http", "transport"):
        assert elasticsearch[f"xpack.security.{layer}.ssl.enabled"] == "true"


def test_only_what_people_look_at_is_published_and_only_here():
    """People come by a proxy with a certificate of theirs, or from this machine."""
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"kibana": ["127.0.0.1:5601:5601"], "desk": ["127.0.0.1:8585:8585"]}


def test_only_who_must_reaches_the_internet():
    """The worker that parses hostile documents could not send anyone what it found."""
    assert COMPOSE["networks"] == {"inside": {"internal": True}, "outside": None}
    outside = {name for name, service in SERVICES.items() if "outside" in service.get("networks", ())}
    assert outside == {"io", "kibana", "desk"}
    assert all("inside" in service.get("networks", ()) for name, service in SERVICES.items() if name != "setup")


def test_two_beats_do_not_share_a_schedule():
    """`--scale beat=2`: two processes cannot hold one schedule file."""
    schedule = Path(OURS["beat"]["command"][-2])
    assert f"{schedule.parent}:uid=10001,gid=10001,mode=0700" in OURS["beat"]["tmpfs"]


@pytest.mark.parametrize("name", LASTING)
def test_every_service_can_be_scaled_or_says_why_not(name: str):
    """A fixed container name or a published port would stop `--scale`."""
    assert "container_name" not in SERVICES[name]
    assert "ports" not in SERVICES[name] or name in {"kibana", "desk"}


@pytest.mark.parametrize("name", SERVICES)
def test_images_have_versions(name: str):
    """A server that is started anew gets what was tried, not what came out yesterday."""
    tag = SERVICES[name]["image"].rpartition(":")[2]
    assert re.match(r"\d+\.\d+", tag)


def test_kibana_is_of_the_version_of_elasticsearch():
    """Elastic supports no other pair."""
    assert SERVICES["kibana"]["image"].rpartition(":")[2] == SERVICES["elasticsearch"]["image"].rpartition(":")[2]


def test_every_variable_is_explained():
    """What can be set in .env is in .env.example with its default."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    known = {f"KUZET_{field.upper()}" for field in Settings.model_fields if field not in SET_BY_COMPOSE}
    for name, default in read_variables().items():
        assert name in known or f"# {name}={default}\n" in example, name


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_starts_before_what_it_needs_is_well(name: str):
    """`depends_on` by health: a container that runs is not yet an engine that answers.

    What ends waits by itself: compose, which waits for all that a service needs, would go on long after one has failed.
    """
    waits = name in ENDING
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        ends = needed in ENDING
        healthy = "service_started" if waits else "service_healthy"
        assert how["condition"] == ("service_completed_successfully" if ends else healthy)
        assert ends or "healthcheck" in SERVICES[needed]
        assert ends or not waits or "--wait" in SERVICES[name]["command"]


ENGINES = ("redis", "elasticsearch", "kibana")


@pytest.mark.parametrize("name", ENGINES)
def test_an_upgrade_of_ours_makes_no_engine_anew(name: str, tmp_path: Path):
    """Compose makes anew what depends on a container that it makes anew: the engines wait for a file instead."""
    assert "depends_on" not in SERVICES[name]
    shell, option, wait, *_ = SERVICES[name]["command"]
    assert (shell in {"sh", "bash"}, option) == (True, "-c")
    with open_vault(tmp_path / "vault", now=NOW) as vault:
        [files] = [one.files for one in deliveries(vault, kibana=KibanaDoor()) if one.to == name]
    assert f"/{[*files][-1]}" in wait, "the file that setup writes last"
    assert wait.endswith('exec "$@"')


def test_the_search_engine_waits_for_its_dictionary():
    """A node that started without it would refuse the index, and `accounts` comes before the index."""
    assert "config/hunspell/*/*.dic" in SERVICES["elasticsearch"]["command"][2]
    assert SERVICES["accounts"]["depends_on"].keys() == {"setup", "dictionaries", "elasticsearch"}


def test_every_volume_is_declared_and_used():
    """A misspelt volume is an empty one."""
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert {volume for volume in mounted if not volume.startswith(".")} == set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str):
    """A misspelt variable is ignored, silently."""
    known = {f"KUZET_{field.upper()}" for field in Settings.model_fields}
    of_commands = {f"KUZET_KIBANA_{option}" for option in ("URL", "CA", "PROTOCOL", "PUBLIC_URL", "NAMES")}
    assert set(OURS[name]["environment"]) <= known | of_commands


def test_the_newsrooms_names_may_be_fetched():
    """Names of a private network are let through by name and port only, and only in the demo."""
    options = dict(zip(NEWSROOM["command"], NEWSROOM["command"][1:], strict=False))
    names = options["--names"].split(",")
    assert NEWSROOM["networks"]["inside"]["aliases"] == names
    allowed = WITH_DEMO["services"]["io"]["environment"]["KUZET_ALLOW_HOSTS"].split(",")
    assert allowed == [f"{name}:{options['--port']}" for name in names]
    assert OURS["io"]["environment"]["KUZET_ALLOW_HOSTS"] == ""


def test_the_demo_shares_nothing_with_the_watch():
    """Invented news of terror in the production index would be found by people who search there."""
    assert WITH_DEMO["name"] != COMPOSE["name"]  # volumes, networks and containers of its own
    for name in ("io", "cpu", "index", "beat", "desk", "accounts", "dashboards"):
        environment, real = WITH_DEMO["services"][name]["environment"], OURS[name]["environment"]
        for variable in ("KUZET_REDIS_PREFIX", "KUZET_SEARCH_INDEX", "KUZET_FEEDS_FILE"):
            assert environment[variable] != real[variable]


def test_the_demo_polls_the_sample_sites_only():
    """The catalogue of the real feeds is not read."""
    written = NEWSROOM["command"][NEWSROOM["command"].index("--catalogue") + 1]
    assert WITH_DEMO["services"]["io"]["environment"]["KUZET_FEEDS_FILE"] == written
    assert WITH_DEMO["services"]["io"]["depends_on"]["newsroom"] == {"condition": "service_healthy"}


def test_the_sample_sites_run_as_bare_as_the_rest():
    """They are on the private network of the workers."""
    for key in ("read_only", "init", "cap_drop", "security_opt", "image"):
        assert NEWSROOM[key] == OURS["io"][key]


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


GUIDE = (ROOT / "docs" / "guide" / "deploy.md").read_text(encoding="utf-8")


def test_the_guide_names_what_is_there():
    """A command that is copied from the guide must reach a service."""
    asked = re.findall(r"^docker compose (?:exec|run --rm|cp) (\S+?)[: ]", GUIDE, re.MULTILINE)
    assert len(asked) > 15
    assert {name for name in asked if "." not in name} <= set(SERVICES)
    assert set(re.findall(r"kuzet_([\w-]+)`", GUIDE)) - {"workers", "installer", "analysts", "dashboards"} <= set(
        COMPOSE["volumes"]
    )


def test_the_guide_has_every_service():
    """Somebody who reads `docker compose ps` wants to know what each is for."""
    assert {name for name in WITH_DEMO["services"] if f"`{name}`" not in GUIDE} == set()


def test_compose_sets_what_the_example_file_says_it_sets():
    """A variable in the part «without docker compose» has no effect on the services, and every other has."""
    fixed = {name for name in OURS["io"]["environment"] if f"${{{name}" not in _raw_environment("io")[name]}
    fixed |= {name for name in ("KUZET_DESK_CERTIFICATE", "KUZET_DESK_KEY") if name in _raw_environment("desk")}
    documented = {f"KUZET_{field.upper()}" for field in SET_BY_COMPOSE}
    assert fixed <= documented
    assert documented - fixed == {"KUZET_SEARCH_HEAP_MB", "KUZET_SEARCH_PORT", "KUZET_JARS_URL"}


def _raw_environment(name: str) -> dict[str, str]:
    text = yaml.safe_load((ROOT / MAIN).read_text(encoding="utf-8"))
    own = text["services"][name]["environment"]
    return {name: str(value) for name, value in {**own.pop("<<", {}), **own}.items()}


def test_the_desk_has_tls_and_an_account_before_it_starts():
    """On another address than this machine's own it refuses to start without one."""
    desk = OURS["desk"]
    assert desk["environment"]["KUZET_DESK_CERTIFICATE"] == f"{AT}/desk.crt"
    assert desk["depends_on"]["accounts"] == {"condition": "service_completed_successfully"}
    data = f"data:{desk['environment']['KUZET_DATA']}"
    assert data in desk["volumes"]
    assert data in OURS["accounts"]["volumes"]
    assert desk["ports"][0].endswith(f":{desk['environment']['KUZET_DESK_PORT']}")


def test_the_guide_says_the_rights_that_are_given():
    """Who checks them reads the guide, not the code."""
    for role in (workers("kuzet"), analysts("kuzet")):
        [row] = [line for line in GUIDE.splitlines() if line.startswith(f"| `{role.name}`")]
        for name in (*role.cluster, *role.indices):
            assert f"`{name}`" in row, name
    assert "`read`, `write`, `manage`" in GUIDE

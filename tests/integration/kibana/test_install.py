"""The installer against a small server that answers as Kibana's API is documented to, on real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from config.settings import Settings
from pipelines.errors import EngineRefusedError, EngineUnavailableError
from tests.support.fake_kibana import IMPORT, SETTINGS, FakeKibana, serving_kibana
from tests.support.tls import server_context
from worker.cli.kibana import commands
from worker.kibana.api import Access, Kibana
from worker.kibana.dashboards import BuiltDashboards, build_from, install
from worker.setup.deliveries import KibanaDoor, deliver, deliveries
from worker.setup.vault import open_vault


@pytest.fixture
def fake_kibana() -> Iterator[FakeKibana]:
    with serving_kibana(FakeKibana()) as fake_kibana:
        yield fake_kibana


@pytest.fixture(scope="module")
def built() -> BuiltDashboards:
    return build_from(Settings(search_index="kuzet"))


@pytest.fixture
def kibana(fake_kibana: FakeKibana) -> Iterator[Kibana]:
    client = client_of(fake_kibana)
    yield client
    client.close()


def client_of(fake_kibana: FakeKibana, *, password: str = "secret-word", **facts: Any) -> Kibana:
    return Kibana(
        Access(url=fake_kibana.url, username="desk", password=password, **facts), patience_s=0.3, retry_s=0.02
    )


def refused(kibana: Kibana, built: BuiltDashboards) -> str:
    with pytest.raises(EngineRefusedError) as said:
        install(kibana, built, wait_s=0.3)
    return str(said.value)


def test_a_fresh_kibana_gets_everything(fake_kibana, kibana, built):
    """Without a click: objects, the default data view, the time zone, and the security desk first."""
    done = install(kibana, built, wait_s=1)
    assert (done.kibana, done.objects) == ("9.5.0", len(built.objects))
    assert set(fake_kibana.objects) == {(one["type"], one["id"]) for one in built.objects}
    assert fake_kibana.default_view == "kuzet-view-articles"
    assert fake_kibana.settings["dateFormat:tz"] == "Asia/Almaty"
    assert fake_kibana.settings["defaultRoute"].endswith("/kuzet-dashboard-security-desk")


def test_what_arrives_is_what_was_built(fake_kibana, kibana, built):
    """Cyrillic and all, through the multipart body."""
    install(kibana, built, wait_s=1)
    assert fake_kibana.objects["search", "kuzet-search-latest-articles"] in built.objects


def test_installing_again_leaves_people_their_changes(fake_kibana, kibana, built):
    """The setup service runs at every start of the stack."""
    install(kibana, built, wait_s=1)
    board = fake_kibana.objects["dashboard", "kuzet-dashboard-rules"]
    board["attributes"]["title"] = "Our rules"
    assert install(kibana, built, wait_s=1).objects == 0
    assert board["attributes"]["title"] == "Our rules"
    assert install(kibana, built, wait_s=1, force=True).objects == len(built.objects)
    assert fake_kibana.objects["dashboard", "kuzet-dashboard-rules"]["attributes"]["title"] == "Rules"
    assert len(fake_kibana.objects) == len(built.objects)


def test_another_description_is_installed_over_the_old_one(fake_kibana, kibana, built):
    """An upgrade of kuzet brings its dashboards."""
    install(kibana, built, wait_s=1)
    newer = build_from(Settings(search_index="watch"))
    assert install(kibana, newer, wait_s=1).objects == len(newer.objects)
    assert fake_kibana.objects["index-pattern", "kuzet-view-articles"]["attributes"]["title"] == "watch"


def test_an_installation_that_broke_off_is_begun_anew(fake_kibana, kibana, built):
    """The tag says «done», so it must come last."""
    fake_kibana.troubles[SETTINGS] = [(500, {"message": "broken"})]
    assert "it refused the request (500 broken)" in refused(kibana, built)
    assert install(kibana, built, wait_s=1).objects == len(built.objects)
    assert fake_kibana.settings["dateFormat:tz"] == "Asia/Almaty"


UNSUCCESSFUL = {
    "conflict": ({"type": "conflict"}, "map m is in conflict with an object that is there already"),
    "missing": (
        {"type": "missing_references", "references": [{"type": "index-pattern", "id": "gone"}]},
        "map m refers to what is not there: index-pattern gone",
    ),
    "type": ({"type": "unsupported_type"}, "map m is of a type it does not know"),
    "unknown": (
        {"type": "unknown", "statusCode": 422, "message": "more recent version"},
        "map m: 422 more recent version",
    ),
}


@pytest.mark.parametrize("name", UNSUCCESSFUL)
def test_success_is_read_and_not_the_status(fake_kibana, kibana, built, name):
    """Kibana answers 200 with a count of good objects, and has written none of them."""
    error, said = UNSUCCESSFUL[name]
    answer = {"success": False, "successCount": 13, "errors": [{"type": "map", "id": "m", "error": error}]}
    fake_kibana.troubles[IMPORT] = [(200, answer)]
    assert said in refused(kibana, built)
    assert fake_kibana.default_view == ""


def test_an_answer_that_is_no_import_answer_is_no_success(fake_kibana, kibana, built):
    """A proxy's page has status 200, too."""
    fake_kibana.troubles[IMPORT] = [(200, b"<html>Welcome</html>")]
    assert "it does not say why" in refused(kibana, built)


def test_objects_under_new_ids_are_no_success(fake_kibana, kibana, built):
    """An id that another space has: Kibana copies the object under a random one, and says success."""
    fake_kibana.elsewhere = frozenset(["kuzet-dashboard-rules"])
    assert "another space of it has dashboard kuzet-dashboard-rules" in refused(kibana, built)


@pytest.mark.parametrize("path", [IMPORT, SETTINGS, "/api/status"])
@pytest.mark.parametrize("status", [409, 429, 503])
def test_a_busy_kibana_is_asked_again(fake_kibana, kibana, built, path, status):
    """Two installers at once, a rate limit, a restart: all pass."""
    fake_kibana.troubles[path] = [(status, {"message": "Version conflict"})] * 2
    assert install(kibana, built, wait_s=1).objects == len(built.objects)


def test_patience_ends(fake_kibana, kibana, built):
    """A command must end and say why."""
    fake_kibana.troubles[IMPORT] = [(409, {"message": "Version conflict"})] * 1000
    with pytest.raises(EngineUnavailableError, match="409 Version conflict"):
        install(kibana, built, wait_s=1)


def test_a_kibana_that_starts_is_waited_for(fake_kibana, kibana, built):
    """It takes a minute, and says so on the way."""
    starting = {"version": {"number": "9.5.0"}, "status": {"overall": {"level": "degraded"}}}
    fake_kibana.troubles["/api/status"] = [(503, b"Kibana server is not ready yet"), (200, starting), (200, starting)]
    assert install(kibana, built, wait_s=2).objects == len(built.objects)


def test_a_kibana_that_never_starts_is_given_up(fake_kibana, kibana, built):
    """With what it said last."""
    starting = {"status": {"overall": {"level": "critical"}}}
    fake_kibana.troubles["/api/status"] = [(200, starting)] * 1000
    with pytest.raises(EngineUnavailableError, match=r"not ready \(critical\)"):
        install(kibana, built, wait_s=0.2)


def test_a_kibana_that_is_away_is_reported(fake_kibana, built):
    """The address is wrong, or it is not started."""
    client = Kibana(Access(url="http://127.0.0.1:9"), patience_s=0.1, retry_s=0.02)
    with pytest.raises(EngineUnavailableError, match=r"Kibana at http://127\.0\.0\.1:9: it does not answer"):
        install(client, built, wait_s=0.1)


def test_a_wrong_password_is_said_at_once(fake_kibana, built):
    """Asking again would lock the user out."""
    assert "it does not accept the user, the password or the key" in refused(
        client_of(fake_kibana, password="guess"), built
    )
    assert len(fake_kibana.asked) == 2


def test_a_key_is_sent_instead_of_a_password(fake_kibana):
    """Made for one purpose, it can be taken back alone."""
    assert Access(url=fake_kibana.url, username="desk", api_key="a2V5").headers["authorization"] == "ApiKey a2V5"


def test_plain_http_behind_https_is_said(fake_kibana, built):
    """The other way round than it was set up; waiting would not help."""
    client = Kibana(Access(url=fake_kibana.url.replace("http:", "https:")), patience_s=0.3, retry_s=0.02)
    assert "it does not speak TLS. Use http:// in KUZET_KIBANA_URL." in refused(client, built)


def test_a_kibana_behind_tls_is_trusted_by_our_authority_alone(tmp_path, built):
    """With KUZET_KIBANA_PROTOCOL=https it shows the certificate that `kuzet setup secrets` has made for it."""
    with open_vault(tmp_path / "vault", now=datetime.now(UTC)) as vault:
        [given] = [one for one in deliveries(vault, kibana=KibanaDoor(protocol="https")) if one.to == "kibana"]
    deliver(given, below=tmp_path)
    folder = tmp_path / "kibana"
    with serving_kibana(FakeKibana(), tls=server_context(folder / "kibana.crt", folder / "kibana.key")) as fake_kibana:
        assert install(client_of(fake_kibana, ca=folder / "ca.crt"), built, wait_s=1).objects == len(built.objects)
        assert "Set KUZET_KIBANA_CA" in refused(client_of(fake_kibana), built)


def test_missing_rights_are_named(fake_kibana, kibana, built):
    """403: the person who set it up has to add them."""
    fake_kibana.troubles[IMPORT] = [(403, {"statusCode": 403, "message": "Unable to bulk_create dashboard"})]
    assert "Give the user's role «Saved Objects Management»" in refused(kibana, built)


@pytest.mark.parametrize("answered", [None, {"type": "unknown", "statusCode": 403}, {"type": "access_control"}])
def test_a_dashboard_that_is_read_only_keeps_no_other_from_coming(fake_kibana, kibana, built, answered):
    """Since 9.3 people may keep others from changing a dashboard: an upgrade names it and brings the rest."""
    [*_, last] = [one for one in built.objects if one["type"] == "dashboard"]
    fake_kibana.restricted = frozenset({last["id"]})
    fake_kibana.restricted_error = answered
    done = install(kibana, built, wait_s=1)
    assert done.kept == (last["attributes"]["title"],)
    assert set(fake_kibana.objects) == {(one["type"], one["id"]) for one in built.objects if one != last}
    assert install(kibana, built, wait_s=1).objects == 0, "what others changed is not written over at the next start"


def test_secrets_are_in_no_message(fake_kibana):
    """Logs are read by many."""
    access = Access(url="http://desk:secret-word@127.0.0.1:5601/base/", password="secret-word", api_key="secret-key")
    assert "secret" not in f"{access} {access!r}"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(
            {"version": {"number": "8.17.4"}, "status": {"overall": {"level": "available"}}},
            "Kibana 8.17.4, which is too old",
            id="8.17",
        ),
        pytest.param(
            {"version": {"number": "3.1.0"}, "status": {"overall": {"state": "green"}}},
            "it is no Kibana of 8 or newer",
            id="3.1",
        ),
        pytest.param(b"<html>", "it is no Kibana of 8 or newer", id="html"),
    ],
)
def test_what_is_no_usable_kibana_is_said(fake_kibana, kibana, built, answer, said):
    """OpenSearch Dashboards, an old Kibana, a home page."""
    fake_kibana.troubles["/api/status"] = [(200, answer)]
    assert said in refused(kibana, built)


def test_the_settings_of_an_older_kibana_are_found(fake_kibana, kibana, built):
    """Their route moved."""
    fake_kibana.troubles[SETTINGS] = [(404, {"message": "Not Found"})]
    fake_kibana.troubles["/api/kibana/settings"] = [(200, {"settings": {}})]
    install(kibana, built, wait_s=1)
    assert fake_kibana.asked[-2] == "POST /api/kibana/settings"


def test_a_space_is_part_of_every_path(fake_kibana, built):
    """And a space that does not exist is named."""
    client = client_of(fake_kibana, space="desk two")
    assert "Check the address, its path and the name of the space." in refused(client, built)
    assert fake_kibana.asked == ["GET /s/desk%20two/api/status"]


def test_the_command_installs(fake_kibana):
    """The whole way from the command line, the password by its variable."""
    runner = CliRunner(env={"KUZET_KIBANA_PASSWORD": "secret-word", "COLUMNS": "200"})
    for said in ("18 objects are installed", "all is there already"):
        ran = runner.invoke(commands, ["kibana", "install", "--url", fake_kibana.url, "--username", "desk"])
        assert ran.exit_code == 0
        assert f"Kibana at {fake_kibana.url} 9.5.0" in ran.stdout
        assert said in ran.stdout


def test_the_command_writes_the_file(tmp_path, built):
    """For a person who may not reach Kibana's API from where kuzet runs."""
    file = tmp_path / "kuzet.ndjson"
    assert CliRunner().invoke(commands, ["kibana", "build", str(file)]).exit_code == 0
    assert file.read_text(encoding="utf-8") == built.text
    assert CliRunner().invoke(commands, ["kibana", "check"]).exit_code == 0

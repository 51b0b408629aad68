"""Exports for tools of threat intelligence, read by their own libraries."""

from __future__ import annotations

import json
from typing import Any

import pymisp
import pytest
import stix2

from pipelines.search.misp import misp_events
from pipelines.search.sharing import Tlp
from pipelines.search.stix import observable, pattern_of, stix_bundle

INDICATORS = {
    "https://bad.kz/a?x=1": ("url", "url"),
    "bad.kz": ("domain-name", "domain"),
    "пошта.қаз": ("domain-name", "domain"),
    "a@bad.kz": ("email-addr", "email"),
    "8.8.8.8": ("ipv4-addr", "ip-dst"),
    "2001:4860:4860::8888": ("ipv6-addr", "ip-dst"),
    "0cc175b9c0f1b6a831c399e269772661": ("file", "md5"),
    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb": ("file", "sha256"),
    "CVE-2026-12345": ("vulnerability", "vulnerability"),
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4": ("user-account", "btc"),
    "0x52908400098527886e0f7030069857d2e4169ee7": ("user-account", "other"),
    "+77011234567": ("user-account", "phone-number"),
}


def document(name: str = "a", **more: Any) -> Any:
    return {
        "id": name, "title": f"Полиция «{name}»", "url": f"https://a.kz/{name}", "source": "verst", "language": "ru",
        "published_at": "2026-03-01T10:00:00+00:00", "observed_at": "2026-03-01T10:05:00+00:00",
        "indexed_at": "2026-03-01T10:06:00+00:00", **more,
    }  # fmt: skip


FULL = document(
    summary="Кратко \u202e.", topics=["cybercrime"], severity="high", regions=["Abay"], places=["Semey"], story="a",
    indicators=list(INDICATORS),
)  # fmt: skip


def bundle(*documents: Any, tlp: Tlp = Tlp.CLEAR) -> dict[str, Any]:
    return json.loads("".join(stix_bundle(documents, name="q", tlp=tlp)))  # type: ignore[no-any-return]


def events(*documents: Any, tlp: Tlp = Tlp.CLEAR) -> list[dict[str, Any]]:
    return [one["Event"] for one in json.loads("".join(misp_events(documents, tlp=tlp)))["response"]]


def test_the_library_of_stix_takes_every_object():
    """Strictly: no custom property, no unknown object, and each reference leads to an object of the bundle."""
    made = bundle(FULL, document("b", story="a"), document("c", title="", language=""))
    parsed = stix2.parse(json.dumps(made), allow_custom=False)
    ids = [one["id"] for one in parsed.objects]
    assert len(ids) == len(set(ids))
    referred = {ref for one in parsed.objects for ref in one.get("object_refs", [])}
    assert referred <= set(ids)
    kinds = {one["type"] for one in parsed.objects}
    assert {"report", "identity", "location", "observed-data", "indicator", "vulnerability", "grouping"} <= kinds
    (story,) = (one for one in parsed.objects if one["type"] == "grouping")
    assert len(story["object_refs"]) == 2
    for one in parsed.objects:
        if one["type"] == "indicator":
            assert stix2.pattern_visitor.create_pattern_object(one["pattern"])


@pytest.mark.parametrize(("value", "kinds"), INDICATORS.items())
def test_each_kind_of_indicator_has_its_type(value, kinds):
    """The id of an observable is the one that any other tool gives it, so that both meet."""
    stix, misp = kinds
    named = [one for one in bundle(document(indicators=[value]))["objects"] if one["type"] == stix]
    assert len(named) == 1
    if found := observable(value):
        own = {name: found[name] for name in found if name not in ("id", "type", "spec_version")}
        assert stix2.parse({"type": stix, "spec_version": "2.1", **own}, allow_custom=False)["id"] == found["id"]
    (event,) = events(document(indicators=[value]))
    assert [(one["type"], one["value"]) for one in event["Attribute"][1:]] == [(misp, value)]


def test_a_quote_does_not_end_a_pattern():
    """Addresses come from strangers."""
    pattern = pattern_of({"type": "url", "value": "https://bad.kz/'] OR [x:y = '\\"})
    assert pattern == "[url:value = 'https://bad.kz/\\'] OR [x:y = \\'\\\\']"


def test_the_library_of_misp_takes_every_event():
    """It checks types against categories; nothing is marked for detection by being in the news."""
    made = events(FULL, document("b", story="a"), tlp=Tlp.AMBER)
    for one in made:
        event = pymisp.MISPEvent()
        event.load(one)
        assert event.tags[0].name == "tlp:amber"
        assert not any(attribute.to_ids for attribute in event.attributes)
        assert len({attribute.uuid for attribute in event.attributes}) == len(event.attributes)
    assert "extends_uuid" not in made[0]
    assert made[1]["extends_uuid"] == made[0]["uuid"]
    assert made[0]["threat_level_id"] == "1"


def test_the_same_article_has_the_same_ids():
    """An import each week brings updates, not copies; a later revision has the id of the first."""
    assert bundle(FULL) == bundle(FULL)
    later = {**FULL, "title": "Другое", "indexed_at": "2026-03-02T10:00:00+00:00"}
    first, second = (bundle(one)["objects"] for one in (FULL, later))
    assert [one["id"] for one in first] == [one["id"] for one in second]
    assert second[-1]["modified"] > first[-1]["modified"]
    assert events(FULL)[0]["uuid"] == events(later)[0]["uuid"]


def test_each_object_has_the_marking():
    """What is for a closed circle must say so wherever a part of it ends up."""
    red = stix2.TLP_RED["id"]
    assert all(one["object_marking_refs"] == [red] for one in bundle(FULL, tlp=Tlp.RED)["objects"])


def test_an_empty_selection_is_a_valid_document():
    """A script reads the file whether or not something was found."""
    assert stix2.Bundle(allow_custom=False, **bundle()).get("objects") is None
    assert events() == []
    assert "\u202e" not in "".join(stix_bundle([FULL], name="q", tlp=Tlp.CLEAR))

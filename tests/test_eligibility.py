"""Eligibility over HTTP and on the command line: shape, typed achievements, reasons, and what is refused."""

import io
import json
import re

import pytest

from zhicheng.__main__ import main
from zhicheng.knowledge.outline import squeeze

APPLICANT = {
    "education": [{"level": "bachelor", "completed": "2012-07-01", "related": True, "engineering_degree": False}],
    "titles": [{"title": "engineer", "series": "engineering", "obtained": "2020-06-20", "appointed": "2020-07-01"}],
    "skills": [{"grade": "senior-worker", "obtained": "2015-06-01"}],
    "employment": [{"start": "2012-07-10", "end": None, "in_field": True}],
    "employer": "private-organisation",
    "grassroots_since": False,
    "assessments": [{"year": 2023, "result": "excellent"}],
    "under_sanction": False,
    "recommendations": 0,
    "achievements": [],
    "awards": [{"award": "national-technical-expert", "year": 2020}],
}


def ask(client, profile: dict, **more) -> dict:
    answer = client.post("/api/eligibility", json={"profile": profile, "as_of": "2024-10-01", **more})
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def one(client, region: str, title: str, profile: dict, **more) -> dict:
    return ask(client, profile, regions=[region], titles=[title], **more)["results"][0]


def nodes(result: dict):
    """Every node of a result."""
    todo = [n for part in (result["exclusion"], result["seniority"], result["exceptional"], *result["other"]) for n in part["criteria"]]
    while todo:
        node = todo.pop()
        yield node
        todo += node["children"]


def node(result: dict, name: str) -> dict:
    return next(n for n in nodes(result) if n["id"].endswith("/" + name))


def test_the_contracts_own_applicant(client):
    answer = ask(client, APPLICANT, regions=["tianjin", "xinzhou", "changzhi"], titles=["senior-engineer"])
    assert answer["as_of"] == "2024-10-01" and answer["silent"] == [{"region": "changzhi", "title": "senior-engineer"}]
    found = {r["region"]: r for r in answer["results"]}
    assert found["xinzhou"]["verdict"] == "not-yet" and found["xinzhou"]["validity"] == "in-force"
    assert found["xinzhou"]["exclusion"]["status"] == "unmet" and found["xinzhou"]["exceptional"]["status"] == "unmet"
    assert (found["xinzhou"]["seniority"]["status"], found["xinzhou"]["seniority"]["earliest"]) == ("unmet", "2025-01-01")
    assert found["tianjin"]["seniority"]["earliest"] == "2025-07-01" and found["tianjin"]["exceptional"]["status"] == "met"


def test_an_empty_profile_is_unknown_throughout_and_says_what_is_missing(client):
    for result in ask(client, {})["results"]:
        assert result["verdict"] == "incomplete" and result["seniority"]["status"] == "unknown" and result["missing"]
        assert "assessments" in result["missing"] or result["region"] in ("beijing", "tianjin")
        for found in nodes(result):
            if found["status"] == "unknown" and not found["children"]:
                assert found.get("missing") or found["judged_by"] in ("experts", "employer", "authority"), found["id"]


def test_each_node_has_its_words_and_its_verbatim_source(client, service):
    for result in ask(client, APPLICANT)["results"]:
        for found in nodes(result):
            assert found["status"] in ("met", "unmet", "unknown") and found["label"]
            assert re.search("[一-鿿]", found["reasons"]["zh"]) and not re.search("[一-鿿]", found["reasons"]["en"])
            assert found["citation"]["policy"] == result["policy"] and found["citation"]["clause"]
            clause = next(c for c in service.library.clauses.values() if c.iri.endswith(found["citation"]["url"].split("#")[1]) and result["policy"] in c.iri)
            assert squeeze(found["citation"]["quote"]) in squeeze(clause.text)
            if found["children"]:
                assert found["operator"] in ("all", "any", "at-least") and ("count" in found) == (found["operator"] == "at-least")
            else:
                assert "operator" not in found


def test_the_rolled_up_values_are_kleenes(client):
    order = {"unmet": 0, "unknown": 1, "met": 2}
    for result in ask(client, APPLICANT | {"achievements": [{"criterion": "tianjin-2019-39/r-se-achv-2"}]})["results"]:
        for found in nodes(result):
            values = sorted((order[c["status"]] for c in found["children"]), reverse=True)
            if values and "对其他" not in found["reasons"]["zh"]:
                expected = {"all": values[-1], "any": values[0], "at-least": values[min(found.get("count", 1), len(values)) - 1]}[found["operator"]]
                assert order[found["status"]] == expected, found["id"]


def test_the_language_is_that_asked_for(client):
    english = one(client, "xinzhou", "senior-engineer", APPLICANT, lang="en")
    assert english["summary"].startswith("Xinzhou, senior engineer") and english["summaries"]["zh"].startswith("忻州高级工程师")
    assert client.post("/api/eligibility?lang=en", json={"profile": {}, "regions": ["xinzhou"]}).json["results"][0]["seniority"]["criteria"][0]["label"].isascii()


def test_provinces_stand_for_the_regions_within(client):
    pairs = {(r["region"], r["title"]) for r in ask(client, {}, regions=["shanxi"])["results"]}
    assert pairs == {("changzhi", t) for t in ("technician", "assistant-engineer", "engineer")} | {("xinzhou", "senior-engineer")}
    assert len(ask(client, {}, regions=["china"])["results"]) == len(ask(client, {})["results"])
    assert ask(client, {}, regions=["hebei"], titles=["engineer"]) == {"as_of": "2024-10-01", "results": [], "silent": [{"region": "hebei", "title": "engineer"}]}


def test_the_calendar_names_the_first_day_of_each_route(client):
    calendar = ask(client, APPLICANT | {"awards": []}, calendar=True, titles=["senior-engineer"])["calendar"]
    days = {(row["region"], row["kind"]): row["earliest"] for row in calendar}
    assert days["tianjin", "standard"] == "2025-07-01" and days["xinzhou", "standard"] == "2025-01-01"
    assert days["beijing", "standard"] == "2025-06-20" and days["beijing", "direct" if ("beijing", "direct") in days else "exceptional"] is None
    assert "calendar" not in ask(client, {})


def test_validity_follows_the_day(client):
    days = {"2023-01-01": "future", "2024-10-01": "in-force", "2026-01-01": "past"}
    for day, expected in days.items():
        assert one(client, "xinzhou", "senior-engineer", {}, as_of=day)["validity"] == expected
    assert "征求意见稿" in one(client, "wenzhou", "engineer", {})["summary"]


PATENT = {"type": "invention-patent", "role": "main-inventor", "rank": 3, "states": ["granted", "valid"], "year": 2022}


def achieved(client, region: str, title: str, leaf: str, *facts: dict, awards: list | None = None) -> str:
    profile = APPLICANT | {"titles": [{"title": t, "obtained": "2015-06-20", "appointed": "2015-07-01"} for t in ("assistant-engineer", "engineer", "senior-engineer")], "achievements": list(facts), "awards": awards or []}
    return node(one(client, region, title, profile), leaf)["status"]


# Each fact with the leaf it is for, at both sides of the printed bound.
FACTS = {
    "Changzhi: a key member ranks 2 to 8 in a municipal project": ("changzhi", "engineer", "r-eng-achv-1-municipal", {"type": "project", "tier": "municipal", "states": ["accepted"], "year": 2020}, "rank", 8, 9),
    "Xinzhou: a key member ranks 2 to 6 in a municipal project": ("xinzhou", "senior-engineer", "r-se-ab-2", {"type": "project", "tier": "municipal", "states": ["accepted"], "year": 2020, "count": 2}, "rank", 6, 7),
    "Changzhi: 2 to 15 in a national one": ("changzhi", "engineer", "r-eng-achv-1-municipal", {"type": "project", "tier": "national", "states": ["accepted"], "year": 2020}, "rank", 15, 16),
    "Xinzhou: 2 to 10 in a national one": ("xinzhou", "senior-engineer", "r-se-ab-1", {"type": "project", "tier": "national", "states": ["accepted"], "year": 2020}, "rank", 10, 11),
    "Wenzhou: leading a sector standard is rank 1 to 3": ("wenzhou", "engineer", "r-eng-edu-7-3c", {"type": "standard", "tier": "sector", "states": ["promulgated"]}, "rank", 3, 4),
    "Xinzhou: two projects, not one": ("xinzhou", "senior-engineer", "r-se-ab-2", {"type": "project", "tier": "municipal", "rank": 1, "states": ["accepted"], "year": 2020}, "count", 2, 1),
    "Changzhi: a paper of 2000 characters": ("changzhi", "engineer", "r-eng-paper", {"type": "paper", "venue": "public-journal", "author_position": "first", "year": 2020, "count": 2}, "characters", 2000, 1999),
    "Changzhi: first author": ("changzhi", "engineer", "r-eng-paper", {"type": "paper", "venue": "public-journal", "characters": 3000, "year": 2020, "count": 2}, "author_position", "sole", "second"),
    "Tianjin: a provincial prize, third grade and above": ("tianjin", "senior-engineer", "r-se-achv-1", {"type": "award", "tier": "provincial-ministerial", "states": ["certificate"], "year": 2020}, "grade", "third", "merit"),
    "Tianjin: provincial and above": ("tianjin", "senior-engineer", "r-se-achv-1", {"type": "award", "grade": "first", "states": ["certificate"], "year": 2020}, "tier", "national", "municipal"),
    "Tianjin: after the engineer's title": ("tianjin", "senior-engineer", "r-se-achv-1", {"type": "award", "tier": "national", "grade": "first", "states": ["certificate"]}, "date", "2015-06-20", "2015-06-19"),
    "Tianjin: a monograph of 100000 characters": ("tianjin", "senior-engineer", "r-se-achv-6-1", {"type": "monograph", "role": "main-writer", "states": ["published"], "year": 2020}, "characters", 100000, 99999),
    "Tianjin: a granted patent": ("tianjin", "engineer", "r-eng-achv-6", {"type": "utility-patent", "role": "main-inventor", "rank": 4, "year": 2020}, "states", ["granted"], []),
    "Xinzhou: transfer results of 5 million": ("xinzhou", "senior-engineer", "r-exc-3", {"type": "transfer", "role": "host", "rank": 1}, "amount", 5_000_000, 4_999_999),
    "Xinzhou: one invention or two utility patents": ("xinzhou", "senior-engineer", "r-se-ach-4", {"type": "utility-patent", "role": "main-inventor", "states": ["valid"], "year": 2020}, "count", 2, 1),
}


@pytest.mark.parametrize("name", FACTS)
def test_a_typed_fact_is_matched_at_both_sides_of_the_bound(client, name):
    region, title, leaf, fact, member, inside, outside = FACTS[name]
    assert achieved(client, region, title, leaf, fact | {member: inside}) == "met"
    assert achieved(client, region, title, leaf, fact | {member: outside}) == "unmet"
    if member != "count":
        assert achieved(client, region, title, leaf, fact) == ("unknown" if member != "count" else "met")


def test_one_fact_is_matched_in_every_region_by_its_own_definition(client):
    fact = {"type": "project", "tier": "municipal", "rank": 7, "states": ["accepted"], "year": 2020, "count": 2}
    assert achieved(client, "changzhi", "engineer", "r-eng-achv-1-municipal", fact) == "met"
    assert achieved(client, "xinzhou", "senior-engineer", "r-se-ab-2", fact) == "unmet"


def test_a_role_that_the_document_does_not_define_is_for_experts(client):
    fact = {"type": "project", "tier": "above-scale-enterprise", "role": "key-technical-member", "rank": 3, "states": ["accepted"], "year": 2020}
    result = one(client, "changzhi", "engineer", APPLICANT | {"titles": [{"title": "assistant-engineer", "obtained": "2015-06-20"}], "achievements": [fact]})
    leaf = node(result, "r-eng-achv-1-enterprise")
    assert leaf["status"] == "unknown" and leaf["judged_by"] == "experts"


def test_a_prize_may_stand_among_the_awards(client):
    prize = {"award": "award", "tier": "provincial-ministerial", "grade": "second", "rank": 3, "year": 2020}
    assert achieved(client, "xinzhou", "senior-engineer", "r-exc-1a", awards=[prize]) == "met"
    assert achieved(client, "xinzhou", "senior-engineer", "r-exc-1a", awards=[prize | {"rank": 4}]) == "unmet"


def test_a_criterion_is_ticked_by_its_id(client):
    assert achieved(client, "tianjin", "senior-engineer", "r-se-achv-1", {"criterion": "tianjin-2019-39/r-se-achv-1"}) == "met"
    assert achieved(client, "tianjin", "senior-engineer", "r-se-achv-2", {"criterion": "tianjin-2019-39/r-se-achv-2"}) == "met"
    # What is partly a judgement stays one.
    assert achieved(client, "tianjin", "senior-engineer", "r-se-achv-7", {"criterion": "tianjin-2019-39/r-se-achv-7"}) == "unknown"


@pytest.mark.parametrize(
    ("region", "title", "group", "policy"),
    [("tianjin", "full-senior-engineer", "r-fse-achv-3", "tianjin-2019-39"), ("beijing", "full-senior-engineer", "r-fse-perf-2-any", "beijing-2020-17"), ("xinzhou", "senior-engineer", "r-se-ach-9", "xinzhou-2024-18")],
)
def test_a_group_is_ticked_by_its_id_and_what_people_judge_in_it_stays_theirs(client, region, title, group, policy):
    before, after = (achieved(client, region, title, group, *facts) for facts in ([], [{"criterion": f"{policy}/{group}"}]))
    assert (before, after) == (("unknown", "unknown") if region == "beijing" else ("unmet", "unknown"))


def test_two_ticked_achievements_make_an_engineer_with_five_years_eligible(client):
    ticks = [{"criterion": f"tianjin-2019-39/r-se-achv-{n}"} for n in (1, 2)]
    profile = APPLICANT | {"titles": [{"title": "engineer", "obtained": "2015-06-20", "appointed": "2015-07-01"}], "awards": []}
    assert one(client, "tianjin", "senior-engineer", profile | {"achievements": ticks})["verdict"] == "eligible"
    assert one(client, "tianjin", "senior-engineer", profile | {"achievements": ticks[:1]})["verdict"] == "not-eligible"


REFUSED = {
    "an unknown member": ({"profile": {"educaton": []}}, "/profile/educaton", "Did you mean education?"),
    "an unknown member of an entry": ({"profile": {"titles": [{"name": "engineer"}]}}, "/profile/titles/0/name", "Allowed: appointed"),
    "an unknown education": ({"profile": {"education": [{"level": "bachelors"}]}}, "/profile/education/0/level", "Did you mean bachelor?"),
    "a date that does not exist": ({"profile": {"education": [{"completed": "2023-02-29"}]}}, "/profile/education/0/completed", "a date that exists"),
    "an appointment before the title": ({"profile": {"titles": [{"title": "engineer", "obtained": "2020-01-01", "appointed": "2019-12-31"}]}}, "/profile/titles/0/appointed", "Give 2020-01-01 or a later day"),
    "an end before the start": ({"profile": {"employment": [{"start": "2020-01-01", "end": "2019-12-31"}]}}, "/profile/employment/0/end", "Give 2020-01-01 or a later day"),
    "a negative count": ({"profile": {"recommendations": -1}}, "/profile/recommendations", "from 0"),
    "a rank of 0": ({"profile": {"awards": [{"award": "worldskills", "rank": 0}]}}, "/profile/awards/0/rank", "from 1"),
    "a number that is none": ({"profile": {"achievements": [{"type": "paper", "count": "two"}]}}, "/profile/achievements/0/count", "a whole number"),
    "no profile": ({"regions": ["tianjin"]}, "/profile", "is missing"),
    "a list": ([], "", "an object"),
    "an unknown region": ({"profile": {}, "regions": ["bejing"]}, "/regions/0", "Did you mean beijing?"),
    "an unknown criterion": ({"profile": {"achievements": [{"criterion": "r-se-achv-1"}]}}, "/profile/achievements/0/criterion", "tianjin-2019-39/"),
    "a day that is none": ({"profile": {}, "as_of": "2024-13-01"}, "/as_of", "a date that exists"),
    "a title of another series by name": ({"profile": {"titles": [{"series": "other", "title": "engineer"}]}}, "/profile/titles/0/title", "Give its level"),
    "true for a day": ({"profile": {"grassroots_since": True}}, "/profile/grassroots_since", "or false"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_names_the_member_and_what_is_allowed(client, name):
    body, pointer, allowed = REFUSED[name]
    answer = client.post("/api/eligibility", json=body)
    assert answer.status_code == 400 and answer.mimetype == "application/problem+json"
    assert answer.json["pointer"] == pointer and allowed in answer.json["detail"]


def test_an_appointment_may_lie_ahead_where_a_text_counts_from_either(client):
    body, pointer, _ = REFUSED["an appointment before the title"]
    refused = client.post("/api/eligibility", json={"profile": body["profile"] | {"employer": "private-organisation"}})
    assert refused.status_code == 400 and refused.json["pointer"] == pointer
    assert client.post("/api/eligibility", json={"profile": body["profile"] | {"employer": "state-owned-enterprise"}}).status_code == 200


def test_every_fault_is_named(client):
    answer = client.post("/api/eligibility", json={"profile": {"recommendations": -1, "employer": "nobody", "titles": [{"x": 1}]}})
    assert {e["pointer"] for e in answer.json["errors"]} == {"/profile/recommendations", "/profile/employer", "/profile/titles/0/x"}


@pytest.mark.parametrize(
    ("data", "type_", "status"),
    [(b"{", "application/json", 400), (b"\xff", "application/json", 400), (b"[" * 50_000, "application/json", 400), (b"", "application/json", 400), (b'{"profile": NaN}', "application/json", 400), (b"{}", "text/plain", 415), (b" " * 1_048_576, "application/json", 413)],
    ids=["broken", "not UTF-8", "nested", "empty", "NaN", "no JSON", "1 MB"],
)
def test_what_is_no_json_of_a_decent_size_is_refused(client, data, type_, status):
    answer = client.post("/api/eligibility", data=data, content_type=type_)
    assert answer.status_code == status and answer.mimetype == "application/problem+json" and answer.json["detail"]


def test_null_is_the_same_as_leaving_out(client):
    nulls = {"education": None, "titles": [{"title": "engineer", "obtained": "2020-06-20", "appointed": None}], "employer": None, "recommendations": None}
    assert ask(client, nulls) == ask(client, {"titles": [{"title": "engineer", "obtained": "2020-06-20"}]})


def test_the_schema_is_offered(client):
    schema = client.get("/api/eligibility/schema").json
    assert {"type": "null"} in schema["properties"]["profile"]["properties"]["employer"]["anyOf"] and schema["$schema"].endswith("2020-12/schema")


def test_the_command_judges_a_profile(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ZHICHENG_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "profile.json"
    file.write_text(json.dumps(APPLICANT), encoding="utf-8")
    assert main(["eligibility", str(file), "--as-of", "2024-10-01", "--region", "xinzhou", "--lang", "en"]) == 0
    assert "met from 2025-01-01 on" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps({"profile": APPLICANT, "as_of": "2024-10-01"}).encode())))
    assert main(["eligibility", "-", "--title", "senior-engineer", "--json"]) == 0
    assert {r["title"] for r in json.loads(capsys.readouterr().out)["results"]} == {"senior-engineer"}
    file.write_text('{"employer": "nobody"}', encoding="utf-8")
    assert main(["eligibility", str(file)]) == 2
    assert "/profile/employer" in capsys.readouterr().err

"""Cases read straight from the texts: person, day, expected result, clause. Each file under tests/eligibility/ holds those of one policy."""

from pathlib import Path

import pytest
import yaml

CASES = [case for file in sorted((Path(__file__).parent / "eligibility").glob("cases-*.yaml")) for case in yaml.safe_load(file.read_text(encoding="utf-8"))]
# Cases name prizes, tiers and grades in plain words; the graph's names for them.
AWARDS = {
    "science-and-technology-award": "award",
    "engineering-industry-award": "engineering-award",
    "china-patent-award": "patent-award",
    "china-design-patent-award": "patent-award",
    "wenzhou-industry-leading-talent": "ouyue-industry-leader",
    "wenzhou-young-excellent-engineer": "wenzhou-excellent-young-engineer",
}
TIERS = {"provincial": "provincial-ministerial", "district": "county"}
GRADES = {"excellence": "merit"}

# Cases on which this reading differs, with the reason; each holds only as long as they differ.
DISPUTED = {
    "cz-038": "Since the title of June 2021 one year is assessed, and 三（一）7 asks for four of every applicant: no completion helps.",
    "tj-057": "二（三）4 lets an enterprise appoint a doctor as engineer itself, and asks for no achievements: that route is met.",
}


def asked(case: dict) -> dict:
    """The body of the request that a case makes."""
    profile = dict(case["profile"])
    if profile.get("awards"):
        names = {"award": AWARDS, "tier": TIERS, "grade": GRADES}
        profile["awards"] = [{k: names.get(k, {}).get(v, v) if isinstance(v, str) else v for k, v in award.items()} for award in profile["awards"]]
    return {"regions": [case["region"]], "titles": [case["title"]], "as_of": str(case.get("as_of", "2024-10-01")), "profile": profile}


def seen(result: dict, expected: dict) -> dict:
    """What a result says on each thing that a case expects."""
    found = {"verdict": result["verdict"], "earliest": result["seniority"]["earliest"]}
    found |= {part: result[part]["status"] for part in ("exclusion", "seniority", "exceptional")}
    found["other"] = {part["kind"]: part["status"] for part in result["other"] if part["kind"] in expected.get("other", {})}
    return {name: found[name] for name in expected}


def cases():
    """Every case, the disputed ones marked."""
    for case in CASES:
        disputed = [pytest.mark.xfail(reason=DISPUTED[case["id"]], strict=True)] if case["id"] in DISPUTED else []
        yield pytest.param(case, id=case["id"], marks=disputed)


@pytest.mark.parametrize("case", list(cases()))
def test_the_text_decides(client, case):
    answer = client.post("/api/eligibility", json=asked(case))
    assert answer.status_code == 200, answer.get_json()
    expected = dict(case["expect"])
    if expected.pop("silent", False):
        assert answer.json["results"] == [] and {"region": case["region"], "title": case["title"]} in answer.json["silent"]
        return
    result = next(r for r in answer.json["results"] if r["policy"] == case["policy"])
    expected = {k: str(v) if k == "earliest" and v else v for k, v in expected.items()}
    assert seen(result, expected) == expected, f"{case['why']} ({case['clause']})"

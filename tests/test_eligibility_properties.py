"""What holds for every profile: more never hurts, what is left out stays unknown, and the day named is the first one."""

import copy
import os
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

RANK = {"unmet": 0, "unknown": 1, "met": 2}
PARTS = ("exclusion", "seniority", "exceptional")
FAST = settings(max_examples=int(os.environ.get("ZHICHENG_EXAMPLES", "25")), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

days = st.dates(date(2005, 1, 1), date(2026, 12, 31))
flags = st.booleans()
LEVELS = ["secondary-vocational", "junior-college", "bachelor", "second-bachelor", "master", "doctor", "technical-school-intermediate", "technical-school-senior", "technical-school-technician"]
TITLES = ["technician", "assistant-engineer", "engineer", "senior-engineer", "full-senior-engineer"]
GRADES = ["intermediate-worker", "senior-worker", "skilled-technician", "senior-skilled-technician"]
EMPLOYERS = ["public-institution", "state-owned-enterprise", "private-organisation", "self-employed", "civil-service", "retired"]
AWARDS = ["china-skills-grand-award", "national-technical-expert", "haihe-craftsman", "national-master-studio-leader", "state-council-allowance"]
BANDS = ["technician-level", "assistant-level", "intermediate-level", "associate-senior-level", "full-senior-level"]


def entry(required: dict, optional: dict):
    """An object with its optional members there or not."""
    return st.fixed_dictionaries({k: v.map(str) if v is days else v for k, v in required.items()}, optional={k: v.map(str) if v is days else v for k, v in optional.items()})


@st.composite
def title(draw):
    found = draw(entry({"obtained": days}, {}))
    if draw(flags):
        found["appointed"] = str(date.fromisoformat(found["obtained"]) + timedelta(days=draw(st.integers(0, 900))))
    return found | ({"title": draw(st.sampled_from(TITLES))} if draw(st.integers(0, 3)) else {"series": "other", "level": draw(st.sampled_from(BANDS))})


@st.composite
def employment(draw):
    start = draw(days)
    found = {"start": str(start), "in_field": draw(flags)}
    if draw(flags):
        found["end"] = str(start + timedelta(days=draw(st.integers(0, 3000))))
    return found


MEMBERS = {
    "education": st.lists(entry({"level": st.sampled_from(LEVELS)}, {"completed": days, "related": flags, "engineering_degree": flags}), max_size=2),
    "titles": st.lists(title(), max_size=2),
    "skills": st.lists(entry({"grade": st.sampled_from(GRADES)}, {"obtained": days}), max_size=1),
    "employment": st.lists(employment(), max_size=3),
    "employer": st.sampled_from(EMPLOYERS),
    "grassroots_since": st.one_of(st.just(False), days.map(str)),
    "assessments": st.lists(entry({"year": st.integers(2012, 2025), "result": st.sampled_from(["excellent", "qualified", "basically-qualified", "unqualified", "undetermined"])}, {}), max_size=8, unique_by=lambda a: a["year"]),
    "under_sanction": flags,
    "party_sanction": flags,
    "exam_specialty": flags,
    "recommendations": st.integers(0, 3),
    "achievements": st.just([]),
    "awards": st.lists(entry({"award": st.sampled_from(AWARDS)}, {"year": st.integers(2008, 2025)}), max_size=2),
}
profiles = st.fixed_dictionaries({}, optional=MEMBERS)


@pytest.fixture(scope="module")
def judge(service):
    """From a profile and a day to each pair's statuses, verdict and so on."""
    names = ("unmet", "unknown", "met")

    def run(profile: dict, day: date) -> dict:
        report = service.eligibility.answer({"as_of": str(day), "profile": profile})
        return {
            (r.case.rules.policy.slug, r.case.title): {
                "exclusion": names[r.exclusion.status], "seniority": names[r.seniority.status], "exceptional": names[r.exceptional.status],
                "verdict": r.verdict, "earliest": r.earliest, "missing": r.missing, "other": {p.kind: names[p.status] for p in r.other},
            }
            for r in report.results
        }  # fmt: skip

    return run


@FAST
@given(profiles, days)
def test_earliest_is_the_first_day_on_which_the_gate_is_met(judge, profile, day):
    for pair, found in judge(profile, day).items():
        if found["earliest"]:
            assert found["seniority"] == "unmet" and found["earliest"] > day
            assert judge(profile, found["earliest"])[pair]["seniority"] == "met"
            assert judge(profile, found["earliest"] - timedelta(days=1))[pair]["seniority"] != "met"


@settings(FAST, max_examples=max(FAST.max_examples // 6, 4))
@given(profiles, st.dates(date(2018, 1, 1), date(2024, 12, 31)))
def test_earliest_agrees_with_asking_day_by_day(judge, profile, day):
    start = judge(profile, day)
    for step in range(1, 120):
        later = judge(profile, day + timedelta(days=step))
        for pair, found in start.items():
            if found["seniority"] == "unmet":
                expected = found["earliest"] is not None and found["earliest"] <= day + timedelta(days=step)
                assert (later[pair]["seniority"] == "met") == expected or found["earliest"] is None and later[pair]["seniority"] == "unknown"


@FAST
@given(profiles, days, st.data())
def test_more_never_makes_a_met_gate_unmet(judge, profile, day, data):
    more = copy.deepcopy(profile)
    more.setdefault("education", []).append({"level": data.draw(st.sampled_from(LEVELS)), "completed": "2010-07-01", "related": True, "engineering_degree": data.draw(flags)})
    for name, extra in (("titles", {"title": data.draw(st.sampled_from(TITLES)), "obtained": "2009-01-01", "appointed": "2009-01-01"}), ("employment", data.draw(employment()) | {"in_field": True}), ("skills", {"grade": data.draw(st.sampled_from(GRADES)), "obtained": "2009-01-01"})):
        if name in more:
            more[name].append(extra)
    for job in more.get("employment", []):
        job["start"] = str(date.fromisoformat(job["start"]) - timedelta(days=data.draw(st.integers(0, 400))))
    before, after = judge(profile, day), judge(more, day)
    for pair, found in before.items():
        if found["seniority"] == "met":
            assert after[pair]["seniority"] == "met", (pair, data)


@FAST
@given(profiles, days, st.integers(1, 900))
def test_time_never_makes_a_met_gate_unmet(judge, profile, day, later):
    before, after = judge(profile, day), judge(profile, day + timedelta(days=later))
    for pair, found in before.items():
        assert RANK[after[pair]["seniority"]] >= RANK[found["seniority"]]


@FAST
@given(profiles, days, st.data())
def test_leaving_a_member_out_never_turns_unknown_into_met(judge, profile, day, data):
    if not profile:
        return
    before = judge(profile, day)
    less = copy.deepcopy(profile)
    name = data.draw(st.sampled_from(sorted(less)))
    inner = data.draw(flags) and isinstance(less[name], list) and less[name]
    if inner:
        chosen = data.draw(st.sampled_from(less[name]))
        # These have a meaning when left out: the engineering series, and work that goes on.
        # What is listed without its day is held (contract); one listed with a day to come is not held yet.
        to_come = [m for m in ("completed", "obtained", "year") if str(chosen.get(m, "")) > str(day)]
        members = [m for m in chosen if m not in ("series", "end", *to_come)]
        if not members:
            return
        del chosen[data.draw(st.sampled_from(members))]
    else:
        del less[name]
    for pair, found in judge(less, day).items():
        for part in PARTS:
            if before[pair][part] == "unknown":
                assert found[part] != "met", (pair, part, name)
            elif name != "assessments" and part != "exclusion":  # years of assessment that are not listed move no date
                assert found[part] in (before[pair][part], "unknown"), (pair, part, name)


@FAST
@given(profiles, days, st.data())
def test_what_is_not_named_as_missing_changes_nothing(judge, profile, day, data):
    absent = sorted(set(MEMBERS) - set(profile))
    if not absent:
        return
    name = data.draw(st.sampled_from(absent))
    before, after = judge(profile, day), judge(profile | {name: data.draw(MEMBERS[name])}, day)
    # What is missing is missing today: when a gate that is unmet will be met may depend on more.
    today = lambda found: {k: found[k] for k in (*PARTS, "other")} | {"verdict": found["verdict"].replace("not-yet", "not-eligible")}  # noqa: E731
    for pair, found in before.items():
        if name not in found["missing"]:
            assert today(after[pair]) == today(found), (pair, name)


@FAST
@given(profiles, days, st.data())
def test_no_completion_makes_the_not_eligible_eligible(judge, profile, day, data):
    before = judge(profile, day)
    full = {name: profile.get(name, data.draw(values)) for name, values in MEMBERS.items()}
    for pair, found in judge(full, day).items():
        if before[pair]["verdict"] in ("not-eligible", "excluded"):
            assert found["verdict"] != "eligible", pair


@FAST
@given(profiles, days, st.data())
def test_the_order_of_lists_does_not_matter(judge, profile, day, data):
    shuffled = {name: data.draw(st.permutations(value)) if isinstance(value, list) else value for name, value in profile.items()}
    drop = lambda found: {k: v for k, v in found.items() if k != "missing"}  # noqa: E731
    assert {p: drop(f) for p, f in judge(shuffled, day).items()} == {p: drop(f) for p, f in judge(profile, day).items()}

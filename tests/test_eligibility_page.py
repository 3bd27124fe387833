"""Can I apply? The page: form, verdicts, conditions, timeline and checklist, through its addresses."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from zhicheng.knowledge.outline import squeeze
from zhicheng.web.pages.eligibility_words import MEMBERS, field_name, wording

HTML = {"Accept": "text/html"}
PROFILE = {
    "education.0.level": "bachelor", "education.0.completed": "2012-07-01", "education.0.related": "true", "education.0.engineering_degree": "false",
    "titles.0.title": "engineer", "titles.0.obtained": "2020-06-20", "titles.0.appointed": "2020-07-01",
    "employment.0.start": "2012-07-10", "employment.0.in_field": "true", "employer": "private-organisation", "as_of": "2024-10-01",
}  # fmt: skip


def page(client, status: int = 200, path: str = "/eligibility", **given) -> str:
    reply = client.get(path, query_string={k.replace("__", "."): v for k, v in given.items()}, headers=HTML)
    assert reply.status_code == status, reply.text
    return unescape(reply.text)


def asked(text: str) -> list[str]:
    return re.findall(r'id="q-(\w+)"', text)


def test_the_page_says_what_it_is_and_is_not(client):
    text = page(client)
    assert "结果不是审批决定" in text and "以文件原文为准" in text and "不作保存" in text
    assert re.search(r'<a href="/eligibility" aria-current="page">能否申报', text)
    english = page(client, lang="en")
    assert "no decision" in english and "nothing is kept" in english


def test_one_thing_is_asked_at_a_time_and_what_was_said_goes_along(client):
    first = page(client)
    assert asked(first) == ["education"]
    second = page(client, education__0__level="bachelor", skip="education")
    assert len(asked(second)) == 1 and asked(second) != ["education"]
    assert '<input type="hidden" name="education.0.level" value="bachelor">' in second


def test_only_what_can_still_change_a_verdict_is_asked(client):
    wide = asked(page(client, mode="all"))
    narrow = page(client, mode="all", region="beijing", title="technician")
    assert asked(narrow) == ["education", "skills", "employment"] and len(wide) > 10
    assert "不问，因为不会改变结论" in narrow
    answer = client.get("/eligibility?region=beijing&title=technician").get_json()
    assert sorted(answer["asks"]) == answer["results"][0]["missing"]
    settled = page(client, mode="all", region="beijing", title="technician", education="none", skills="none")
    assert asked(settled) == ["education", "skills"] and "不能申报" in settled


def test_every_member_and_field_of_the_schema_can_be_asked_for_in_words(service):
    profile = service.eligibility.checker.schema["properties"]["profile"]["properties"]
    for member, schema in profile.items():
        assert member in MEMBERS and all(wording(member, language).question for language in ("zh", "en"))
        for field in schema.get("items", {}).get("properties", {}):
            assert field_name(member, field, "zh") != field, f"{member}.{field}"


def test_choices_are_the_graphs(client, service):
    text = page(client, mode="all", lang="en")
    for scheme, name in (("honour", "awards.0.award"), ("skill-grade", "skills.0.grade"), ("employer", "employer"), ("tier", "achievements.0.tier")):
        control = re.search(rf'<select id="{re.escape(name)}".*?</select>', text, re.S)[0]
        for concept in service.vocabulary.by_scheme[scheme].values():
            assert f'<option value="{concept.id}">{concept.label["en"]}</option>' in control


def test_what_is_left_blank_is_taken_out_of_the_address(client):
    given = [("region", ""), ("education.0.level", ""), ("education.3.level", "master"), ("education.3.completed", " "), ("lang", "en"), ("titles.0.title", "")]
    reply = client.get("/eligibility", query_string=given, headers=HTML)
    assert reply.status_code == 302
    assert parse_qsl(urlsplit(reply.location).query) == [("lang", "en"), ("education.0.level", "master")]
    assert client.get(reply.location, headers=HTML).status_code == 200


def test_the_verdicts_are_those_of_the_api(client):
    text = page(client, **PROFILE, region="xinzhou", lang="en")
    assert "Not yet, from 1 January 2025" in text and "Xinzhou technician" in text
    twin = client.get("/eligibility", query_string=PROFILE | {"region": "xinzhou"}).get_json()
    body = {"profile": {"education": [{"level": "bachelor", "completed": "2012-07-01", "related": True, "engineering_degree": False}], "titles": [{"title": "engineer", "obtained": "2020-06-20", "appointed": "2020-07-01"}],
                        "employment": [{"start": "2012-07-10", "in_field": True}], "employer": "private-organisation"}, "as_of": "2024-10-01", "regions": ["xinzhou"], "calendar": True}  # fmt: skip
    assert {k: v for k, v in twin.items() if k != "asks"} == client.post("/api/eligibility", json=body).get_json()


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({}, "资料不足"),
        (PROFILE, "年限未到，最早2025年1月1日"),
        ({"employer": "retired"}, "不得申报"),
        ({"education": "none", "skills": "none", "titles": "none", "awards": "none", "achievements": "none", "statuses.introduced-high-level": "false", "statuses.urgently-needed": "false", "left_government": "false", "employer": "private-organisation"}, "不能申报"),
    ],
)
def test_each_verdict_is_said_in_words(client, given, verdict):
    text = page(client, **given, region="xinzhou", title="senior-engineer")
    assert verdict in re.search(r'<h4 id="r-xinzhou[^>]*>.*?</h4>', text, re.S)[0]


def test_an_applicant_who_may_apply(client):
    given = {"education.0.level": "bachelor", "education.0.completed": "2020-07-01", "employment.0.start": "2020-07-10", "employment.0.in_field": "true", "as_of": "2024-10-01"}
    assert "May apply" in page(client, **given, region="beijing", title="assistant-engineer", lang="en")


def test_drafts_and_past_notices_are_badged(client):
    text = page(client, as_of="2024-10-01")
    assert re.search(r'id="p-wenzhou-engineer-draft".*?<span class="badge draft">', text, re.S) and re.search(r'id="p-changzhi-2022-139".*?<span class="badge past">', text, re.S)


def test_every_condition_has_its_status_reason_and_clause(client, service):
    given = PROFILE | {"region": "tianjin", "title": "senior-engineer"}
    text = page(client, **given)
    tree = client.get("/eligibility", query_string=given).get_json()["results"][0]
    nodes = [n for p in (tree["exclusion"], tree["seniority"], tree["exceptional"], *tree["other"]) for n in p["criteria"]]
    conditions = text[text.index('id="conditions"') :]
    quotes = {squeeze(q) for q in re.findall(r'<q lang="zh-CN">(.*?)</q>', conditions, re.S)}
    seen = 0
    while nodes:
        node = nodes.pop()
        nodes += node["children"]
        seen += 1
        assert node["label"] in conditions
        if not node["children"]:
            assert squeeze(node["citation"]["quote"]) in quotes and node["citation"]["url"] in conditions
    assert seen > 40 and "由评审专家判断" in conditions and conditions.count("<details") > 10
    assert "education[0]" not in text and "grassroots_since。" not in text, "members are named in words"


def test_what_is_missing_leads_to_its_question(client):
    given = {"region": "tianjin", "title": "senior-engineer", "education.0.level": "bachelor"}
    text = page(client, mode="all", **given)
    missing = re.search(r'<p class="missing">.*?</p>', text, re.S)[0]
    for target in re.findall(r'href="#([^"]+)"', missing):
        assert f'id="{target}"' in text, target
    assert "学历学位第1项的工程类专业学位" in missing and 'href="#education.0.engineering_degree"' in missing
    one = page(client, **given, skip="education")
    assert re.search(r'<button form="form" name="ask" value="employment"', one)
    assert asked(page(client, **given, ask="employment")) == ["employment"]


def test_a_condition_is_ticked_by_its_id(client, service):
    given = PROFILE | {"region": "tianjin", "title": "senior-engineer"}
    before = page(client, **given)
    assert '<input type="checkbox" form="form" name="tick" value="tianjin-2019-39/r-se-achv-2">' in before
    after = page(client, **given, tick="tianjin-2019-39/r-se-achv-2")
    label = service.library.facts["https://w3id.org/zhicheng/id/policy/tianjin-2019-39/r-se-achv-2"].label["zh"]
    assert "已勾选，取消" in after and '<input type="hidden" name="tick" value="tianjin-2019-39/r-se-achv-2">' in after
    assert f"已勾选：{label}" in page(client, **given, tick="tianjin-2019-39/r-se-achv-2", ask="achievements")
    assert "没有这一项" not in page(client, 400, **given, tick="nothing")


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(client):
    wrong = {"education.0.level": "bachelr", "education.0.completed": "2012-13-01", "recommendations": "many", "employment.0.start": "2020-01-02", "employment.0.end": "2019-01-02"}
    text = page(client, 400, **wrong, mode="all")
    for name, value in wrong.items():
        if name.startswith("employment"):
            continue
        assert f'id="{name}-wrong"' in text and f'aria-describedby="{name}-wrong"' in text and f'<a href="#{name}">' in text
        assert re.search(rf'id="{re.escape(name)}" name="{re.escape(name)}" type="text"[^>]*value="{value}"', text) or f'<option value="{value}" selected>' in text
    assert "请填写真实存在的日期" in text and "请填写0至10000的整数" in text and '<h2 id="results"' not in text
    late = page(client, 400, **{k: v for k, v in wrong.items() if k.startswith("employment")})
    assert "结束日期（2019-01-02）早于开始日期（2020-01-02）" in late and asked(late) == ["employment"]
    english = page(client, 400, as_of="2024-02-30", region="bejing", lang="en")
    assert "Did you mean beijing?" in english and 'id="as_of-wrong"' in english and 'value="2024-02-30"' in english


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"educatoin.0.level": "master"}, "educatoin.0.level"),
        ({"education": "none", "education.0.level": "master"}, "又列出了内容"),
        ({"employer": ["retired", "enterprise"]}, "填了两次"),
        ({"education.0.levle": "master"}, "levle"),
        ({"tick": "nowhere/r-1"}, "nowhere/r-1"),
        ({"grassroots_since": ["false", "2019-01-01"]}, "填了两次"),
        ({"statuses.nothing": "true"}, "没有这一项"),
        ({"education": "master"}, "master"),
        ({"region": "bejing"}, "bejing"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_words(client, given, said):
    assert said in page(client, 400, **given)
    assert client.get("/eligibility", query_string=given).status_code == 400
    assert client.get("/eligibility", query_string=given).mimetype == "application/problem+json"


def test_an_unknown_way_of_asking_is_refused(client):
    assert client.get("/eligibility?mode=two").status_code == 400
    assert client.get("/eligibility?as_of=%ff").status_code == 400


def test_the_timeline_has_a_table_that_says_the_same(client):
    given = PROFILE | {"lang": "en"}
    text = page(client, **given)
    twin = client.get("/eligibility", query_string=PROFILE).get_json()
    section = text[text.index('<section class="when"') :]
    later = [c for c in twin["calendar"] if c["earliest"] and c["earliest"] > "2024-10-01"]
    open_ = [c for c in twin["calendar"] if c["earliest"]]
    assert later and len(re.findall(r'<rect class="(?:now|later)"', section)) == len(open_) and section.count('<rect class="later"') == len(later)
    assert len(re.findall(r'<th scope="row">', section)) == len(twin["calendar"])
    assert section.count("1 January 2025") >= 2 and "not by time alone" in section and "past notice" in section
    assert 'role="img" aria-labelledby="timeline-title"' in section


def test_a_checklist_quotes_conditions_materials_and_steps(client):
    given = PROFILE | {"region": "changzhi", "title": "engineer"}
    text = page(client, path="/eligibility/checklist", **given)
    assert "往年通知" in text and "申报清单：长治 · 工程师" in text
    for words in ("材料收审时间为7月25日至8月25日", "300元", "czsjxwzpwzy@163.com"):
        assert words in text
    twin = client.get("/eligibility/checklist", query_string=given).get_json()["checklist"]["changzhi-2022-139"]
    numbers = [i["number"] for s in twin for i in s["items"]]
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 40
    for section in twin:
        assert all(i["text"] in text for i in section["items"]) and all(n < max([i["number"] for i in section["items"]], default=len(numbers) + 1) for n in section["told"])


def test_a_checklist_says_where_the_document_is_silent(client):
    text = page(client, path="/eligibility/checklist", region="tianjin", title="engineer", lang="en")
    fee = re.search(r"<h3>fees?</h3>(.*?)</section>", text, re.S)[1]
    assert "The document does not say." in fee
    assert "See also no. 4." in re.search(r"<h3>[^<]*material[^<]*</h3>(.*?)</section>", text, re.S)[1]


@pytest.mark.parametrize("given", [{}, {"region": "tianjin"}, {"title": "engineer", "region": ["tianjin", "beijing"]}, {"region": "changzhi", "title": "senior-engineer"}, {"region": "bejing", "title": "engineer"}, {"region": "tianjin", "title": "engineer", "employer": "nobody"}])
def test_a_checklist_is_for_one_region_and_title_of_which_a_policy_speaks(client, given):
    reply = client.get("/eligibility/checklist", query_string=given)
    assert reply.status_code == 400 and reply.get_json()["detail"]


def test_pages_stay_light(client):
    for given in ({}, {"mode": "all"}, PROFILE, PROFILE | {"mode": "all", "region": "xinzhou", "title": "senior-engineer", "lang": "en"}):
        assert len(page(client, **given).encode()) < 150_000


def test_english_has_an_address_of_its_own(client):
    reply = client.get("/en/eligibility?region=tianjin", headers=HTML, follow_redirects=True)
    assert reply.status_code == 200 and "Can I apply?" in reply.text and "Tianjin" in reply.text


def test_what_is_typed_is_escaped(client):
    assert "<script>alert" not in client.get("/eligibility?education.0.level=<script>alert(1)</script>&as_of=\"><script>alert(1)", headers=HTML).text


def test_what_is_told_of_a_person_is_kept_in_no_cache(client):
    assert "public" in client.get("/eligibility?region=tianjin", headers=HTML).headers["Cache-Control"]
    for path in ("/eligibility", "/eligibility/checklist"):
        reply = client.get(path, query_string={"region": "tianjin", "title": "engineer", "employer": "retired"}, headers=HTML)
        assert reply.headers["Cache-Control"] == "no-store" and "ETag" not in reply.headers
        assert '<meta name="robots" content="noindex">' in reply.text and 'rel="canonical"' in reply.text

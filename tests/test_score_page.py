"""The page of a scoring standard: a form of every indicator, the score with each cap explained and cited, and faults beside their fields."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

POLICY = "wenzhou-engineer-draft"
PAGE = f"/score/{POLICY}"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
JSON = {"Accept": "application/json"}
PATENTS = {"ind-4-4-1.rank": ["2", "9"], "ind-4-4-1.count": ["7", "1"]}


@pytest.fixture(scope="module")
def tree(client):
    return client.get(f"/api/rubrics/{POLICY}").get_json()


def nodes(tree):
    yield tree
    for child in tree["children"]:
        yield from nodes(child)


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def page(client, status=200, method="GET", **fields):
    reply = client.open(PAGE, method=method, headers=HTML, **({"query_string": fields} if method == "GET" else {"data": fields}))
    assert reply.status_code == status and reply.mimetype == "text/html", reply.text
    return reply.text


def test_the_list_leads_to_the_standard(client, service):
    assert client.get("/score", headers=HTML).headers["Location"] == PAGE and list(service.rubrics.by_policy) == [POLICY]
    assert client.get("/score?lang=en", headers=HTML).headers["Location"] == PAGE + "?lang=en"
    assert client.get("/score", headers=JSON).get_json() == client.get("/api/rubrics").get_json()


def test_every_indicator_is_in_the_form_with_its_inputs_and_maximum(client, tree):
    for language in ("zh", "en"):
        html = page(client, lang=language)
        for node in nodes(tree):
            assert unescape(html).count(node["label" if language == "zh" else "label_en"]) >= 1
            for name in node.get("inputs", ()):
                assert re.search(rf'<(input|select) id="{node["id"]}-0-{name}" name="{node["id"]}\.{name}"', html), node["id"]
            if node.get("inputs") == []:
                assert f'name="{node["id"]}.held"' in html
            if node["children"] == []:
                assert node["formula"] in unescape(html)
        assert len(html.encode()) < 150_000 and "<script>" not in html
    assert "征求意见稿" in words(page(client)) and "0 / 150" in words(page(client))


def test_the_page_scores_as_the_interface_for_programs_does(client):
    fields = {"ind-1-1-1.count": "3", "ind-2-1-2.related": "false", "ind-2-3-1-1.held": "1", "ind-3-3-1-1.count": "２", "ind-3-3-1-1.points": "8.5", **PATENTS}
    entries = [
        {"indicator": "ind-1-1-1", "count": 3}, {"indicator": "ind-2-1-2", "related": False}, {"indicator": "ind-2-3-1-1"}, {"indicator": "ind-3-3-1-1", "count": 2, "points": 8.5},
        {"indicator": "ind-4-4-1", "rank": 2, "count": 7}, {"indicator": "ind-4-4-1", "rank": 9, "count": 1},
    ]  # fmt: skip
    score = client.post(f"/api/rubrics/{POLICY}/score", json={"entries": entries}).get_json()
    assert score["total"] == 57 and score["range"] == {"minimum": 54, "maximum": 60}
    twin = client.get(PAGE, query_string=fields, headers=JSON).get_json()
    assert twin["entries"] == entries and twin["score"] == score
    for method in ("GET", "POST"):
        html = page(client, method=method, **fields)
        assert "合计 57 / 150 分" in words(html) and "合计可在 54 至 60 分之间" in words(html)
        for note in score["notes"]:
            assert note in words(html)
        assert 'value="8.5"' in html and re.search(r'name="ind-2-3-1-1.held" value="1" checked', html) and re.search(r'value="false" selected', html)


def test_each_cap_is_explained_with_its_clause(client):
    html = page(client, **PATENTS, **{"ind-1-1-1.count": "3"})
    reasons = {words(item).split("。")[0]: re.findall(r'href="([^"]+)"', item) for item in re.findall(r"<li>.*?</li>", html[html.index('class="reasons"') :], re.S)}
    assert reasons["职业道德 / 个人荣誉 / 市厅级及以上：15分，按最高分值计10分"] == [f"/policies/{POLICY}#c-rb-1-1-1"]
    limit = next(links for said, links in reasons.items() if "共7项，计5项，其余2项不计（专利总数限5个）" in said)
    assert limit and all(link.startswith(f"/policies/{POLICY}#c-rb-4-4") for link in limit)
    assert any("由专家酌定" in said for said in reasons) and "有扣减" in words(html)
    text = client.get(limit[0].split("#")[0], headers=HTML).text
    assert f'id="{limit[0].split("#")[1]}"' in text


def test_where_nothing_is_cut_that_is_said(client):
    assert "各项全部计入" in words(page(client, **{"ind-1-1-1.count": "1"}))
    english = words(page(client, **{"ind-1-1-1.count": "1", "lang": "en"}))
    assert "Total 5 / 150 points" in english and "Everything counts" in english


def test_blank_and_foreign_fields_are_no_entries(client):
    html = page(client, **{"ind-1-1-1.count": " ", "ind-4-4-1.rank": ["", ""], "ind-4-4-1.count": ["", ""], "from": "singlemessage", "isappinstalled": "0"})
    assert 'id="outcome"' not in html
    assert client.get(PAGE + "?utm_source=x", headers=JSON).get_json()["score"]["total"] == 0


def test_one_more_line_is_shown_where_it_is_asked_for(client):
    html = page(client, more="ind-4-4-1", **{"ind-4-4-1.rank": "1", "ind-4-4-1.count": "1"})
    assert 'id="ind-4-4-1-1-rank"' in html and 'id="ind-4-4-1-2-rank"' not in html and html.count("autofocus") == 1
    reply = client.get(PAGE, query_string={"more": "ind-4-4-9"}, headers=HTML)
    assert reply.status_code == 400 and "Did you mean" in reply.text


FAULTS = [
    ({"ind-1-1-1.count": "three"}, "ind-1-1-1-0-count", "/entries/0/count: is text", "请填0至1000000的整数"),
    ({"ind-1-1-1.count": "-1"}, "ind-1-1-1-0-count", "/entries/0/count: is -1", "请填0至1000000的整数"),
    ({"ind-2-2-1.count": "1e5"}, "ind-2-2-1-0-count", "/entries/0/count: is text", "请填0至1000000的数"),
    ({"ind-4-4-1.count": "2"}, "ind-4-4-1-0-rank", "/entries/0/rank: is missing", "请填1至1000000的整数"),
    ({"ind-3-3-1-1.count": "1", "ind-3-3-1-1.points": "11"}, "ind-3-3-1-1-0-points", "/entries/0/points: is 11", "请填7至10的数"),
    ({"ind-2-1-1.related": "perhaps"}, "ind-2-1-1-0-related", "/entries/0/related: is text", "请选“是”或“否”"),
    ({"ind-1-1-1.count": "1", "ind-4-4-1.rank": ["1", "0"], "ind-4-4-1.count": ["1", "1"]}, "ind-4-4-1-1-rank", "/entries/2/rank: is 0", "请填1至1000000的整数"),
]


@pytest.mark.parametrize("fields, field, said, remedy", FAULTS)
def test_a_fault_stands_beside_the_field_that_its_pointer_names(client, fields, field, said, remedy):
    html = page(client, 400, **fields)
    beside = re.search(rf'id="{field}"[^>]*aria-invalid="true"[^>]*aria-describedby="([^"]+)".*?<span class="fault" id="{field}-fault">(.*?)</span>', html, re.S)
    assert f"{field}-fault" in beside[1].split() and said in words(beside[2]) and remedy in words(beside[2])
    assert f'href="#{field}"' in html and 'id="outcome"' not in html
    problem = client.get(PAGE, query_string=fields, headers=JSON)
    assert problem.status_code == 400 and problem.get_json()["pointer"] == said.split(":")[0]


def test_all_faults_are_told_at_once(client):
    fields = {"ind-1-1-1.count": "x", "ind-1-1-2.count": "1", "ind-4-4-1.rank": "2", "ind-9.count": "1", "ind-1-1-3.size": "4"}
    html = words(page(client, 400, **fields))
    assert "有 4 处填得不对" in html and 'is "ind-9", which is unknown' in html and "/entries/4/size is unknown" in html
    problem = client.get(PAGE, query_string=fields, headers=JSON).get_json()
    assert sorted(e["pointer"] for e in problem["errors"]) == ["/entries/0/count", "/entries/2/count", "/entries/3/indicator", "/entries/4/size"]
    entries = {"entries": [{"indicator": "ind-1-1-1"}, {"indicator": "ind-1-1-2", "count": 1}, {"indicator": "ind-4-4-1", "count": 1}]}
    problem = client.post(f"/api/rubrics/{POLICY}/score", json=entries).get_json()
    assert [e["pointer"] for e in problem["errors"]] == ["/entries/0/count", "/entries/2/rank"]


def test_what_is_entered_is_escaped(client):
    html = page(client, 400, **{"ind-1-1-1.count": '"><script>alert(1)</script>', "<b>.count": "1"})
    assert "<script>alert" not in html and "<b>.count" not in html and "&lt;script&gt;" in html


def test_forms_that_are_too_large_are_refused(client):
    reply = client.get(PAGE, query_string={"ind-1-1-1.count": ["1"] * 21}, headers=HTML)
    assert reply.status_code == 400 and "Give at most 20" in reply.text
    reply = client.post(PAGE, data={"ind-1-1-1.count": "1" * 1_000_001}, headers=HTML)
    assert reply.status_code == 413 and reply.mimetype == "text/html"
    reply = client.post(PAGE, data="&".join(f"ind-{n}.count=1" for n in range(20_000)), headers=HTML, content_type="application/x-www-form-urlencoded")
    assert reply.status_code in (400, 413)


def test_policies_without_a_standard_have_no_such_page(client):
    for path in ("/score/tianjin-2019-39", "/score/nowhere"):
        reply = client.get(path, headers=HTML)
        assert reply.status_code == 404 and POLICY in reply.text
        assert client.get(path, headers=JSON).get_json()["known"] == [POLICY]


def test_a_form_that_is_sent_is_not_kept(client):
    reply = client.post(PAGE, data={"ind-1-1-1.count": "1"}, headers=HTML)
    assert reply.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in reply.headers
    link = re.search(r'rel="alternate"', reply.text) and re.search(r'<a href="([^"]+)" lang="en"', reply.text)[1]
    assert "ind-1-1-1" not in parse_qs(urlsplit(link).query)

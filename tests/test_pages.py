"""The pages, their JSON twins, the FAQ's JSON-LD, health, and errors."""

import json
import re

import pytest

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGES = ["/", "/faq", "/policies", "/policies/tianjin-2019-39", "/policies/wenzhou-engineer-draft", "/ask?q=高级工程师对应几级岗位？", "/ask?q=明天天气怎么样"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_served_in_both_languages(client, path, language):
    mark = "&" if "?" in path else "?"
    reply = client.get(path + (f"{mark}lang=en" if language == "en" else ""), headers=HTML)
    assert reply.status_code == 200 and reply.mimetype == "text/html"
    assert f'<html lang="{"en" if language == "en" else "zh-CN"}">' in reply.text
    assert "script-src" not in reply.headers["Content-Security-Policy"] and not re.search(r"<script(?! type=\"application/ld\+json\")(?![^>]* src=)", reply.text)


def test_an_answer_page_shows_the_answer_its_clause_and_how_it_was_found(client):
    page = client.get("/ask", query_string={"q": "高级工程师对应几级岗位？"}, headers=HTML).text
    assert re.search(r"<mark[^>]*>[^<]*副高级对应专业技术岗位五至七级", page) and "二（一）5" in page and re.search(r"/policies/tianjin-2019-39[^\"]*#c-s2-1-5", page)
    assert "SELECT" in page and "senior-engineer" in page


def test_a_citation_address_leads_to_its_clause(client):
    page = client.get("/policies/tianjin-2019-39", headers=HTML).text
    assert 'id="c-s2-1-5"' in page and "副高级对应专业技术岗位五至七级" in page


def test_a_question_is_escaped(client):
    page = client.get("/ask", query_string={"q": "<script>alert(1)</script>工程师"}, headers=HTML).text
    assert "<script>alert" not in page


def test_a_blank_question_leads_home(client):
    assert client.get("/ask?q=", headers=HTML).status_code == 302


def test_the_faq_is_a_schema_org_faq_page(client):
    data = json.loads(client.get("/api/faq").data)
    assert data["@type"] == "FAQPage" and len(data["mainEntity"]) == 26
    seventh = data["mainEntity"][6]
    assert seventh["@type"] == "Question" and seventh["acceptedAnswer"]["text"].startswith("正高级对应专业技术岗位一至四级")
    assert seventh["acceptedAnswer"]["citation"][0]["identifier"] == "二（一）5"
    page = client.get("/faq", headers=HTML).text
    embedded = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])
    assert embedded == data


def test_the_faq_of_a_region(client):
    assert len(json.loads(client.get("/api/faq?region=tianjin").data)["mainEntity"]) == 26
    assert json.loads(client.get("/api/faq?region=beijing").data)["mainEntity"] == []
    assert client.get("/api/faq?region=nowhere").status_code == 400


def test_pages_have_a_json_twin(client):
    for path in ("/policies", "/policies/beijing-2020-17", "/ask?q=评审费多少钱"):
        assert client.get(path, headers={"Accept": "application/json"}).is_json


def test_health(client, service):
    assert client.get("/health/live").get_json() == {"status": "live"}
    ready = client.get("/health/ready").get_json()
    assert ready["status"] == "ready" and ready["triples"] == len(service.store) > 10000 and ready["data"] == service.graph.digest


def test_what_does_not_exist_is_a_404_that_helps(client):
    reply = client.get("/policies/tianjin-2019-93")
    assert reply.status_code == 404 and "tianjin-2019-39" in reply.get_json(force=True)["detail"]
    page = client.get("/nothing-here", headers=HTML)
    assert page.status_code == 404 and 'name="q"' in page.text
    assert client.post("/api/ask").status_code == 405

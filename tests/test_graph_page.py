"""The graph page: what is around a thing, opened step by step, as a picture, a list and JSON."""

import re

import pytest

from zhicheng.answering.network import FIRST, MORE, MOST, Network
from zhicheng.terms import ID

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
JSON = {"Accept": "application/json"}
MAPPING = "policy/tianjin-2019-39/m-post-associate-senior"


def around(client, **arguments) -> dict:
    reply = client.get("/graph", query_string=arguments, headers=JSON)
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def branch(node: dict, property_: str, direction: str) -> dict:
    return next(b for b in node["branches"] if (b["property"], b["direction"]) == (property_, direction))


def shown(node: dict) -> list[dict]:
    return [node, *(n for b in node.get("branches", ()) for thing in b["things"] for n in shown(thing))]


def test_a_fact_is_tied_to_its_clause_level_and_document(client):
    mapping = around(client, thing=MAPPING)
    assert mapping["region"] == "tianjin" and mapping["type"] == "zc:PostGradeMapping"
    assert [t["id"] for t in branch(mapping, "zc:mapsLevel", "out")["things"]] + branch(mapping, "zc:mapsLevel", "out")["again"] == ["level/associate-senior-level"]
    assert [t["id"] for t in branch(mapping, "prov:wasDerivedFrom", "out")["things"]] == ["policy/tianjin-2019-39/c-s2-1-5"]


def test_opening_a_thing_shows_what_is_around_it_and_nothing_twice(client):
    closed = around(client, thing=MAPPING)
    opened = around(client, thing=MAPPING, open=["level/associate-senior-level"])
    assert {n["id"] for n in shown(closed)} < {n["id"] for n in shown(opened)}
    ids = [n["id"] for n in shown(opened)]
    assert len(ids) == len(set(ids))
    level = next(n for n in shown(opened) if n["id"] == "level/associate-senior-level")
    assert branch(level, "zc:titleLevel", "in")["again"] == ["title/senior-engineer"], "what is shown already is named, not drawn again"
    assert "branches" not in next(n for n in shown(closed) if n["id"] == "level/associate-senior-level")


def test_what_is_left_out_is_counted_and_can_be_had(client):
    before = branch(around(client, thing="title/senior-engineer"), "zc:targetTitle", "in")
    assert len(before["things"]) == FIRST
    after = branch(around(client, thing="title/senior-engineer", more=["title/senior-engineer~in~zc:targetTitle"]), "zc:targetTitle", "in")
    assert len(after["things"]) == FIRST + MORE and after["more"] == before["more"] - MORE


def test_the_first_few_speak_for_all_regions(client):
    """Three regions have routes to senior engineer; each is among the first four."""
    regions = {t["region"] for t in branch(around(client, thing="title/senior-engineer"), "zc:targetTitle", "in")["things"]}
    assert regions == {"tianjin", "beijing", "xinzhou"}


def test_the_network_is_bounded(service):
    network = Network(service.store, service.descriptions, service.library)
    document = ID + "policy/tianjin-2019-39"
    root = network.grown(document, more={"policy/tianjin-2019-39~in~zc:inDocument": 10_000})
    assert len(root.all()) == MOST
    assert next(b for b in root.branches if b.key.endswith("~in~zc:inDocument")).left > 200


def test_the_page_draws_and_lists_the_same(client):
    page = client.get("/graph", query_string={"thing": "title/senior-engineer", "open": "level/associate-senior-level"}, headers=HTML).text
    twin = around(client, thing="title/senior-engineer", open=["level/associate-senior-level"])
    others = [n["label"]["zh"] for n in shown(twin)[1:]]
    assert page.count('class="box"') == len(others) + 1
    listed = page.partition('class="listed"')[2]
    assert all(f">{name.replace('&', '&amp;')}</a>" in listed for name in others)


def test_a_box_can_be_opened_and_closed_without_javascript(client):
    page = client.get("/graph", query_string={"thing": MAPPING}, headers=HTML).text
    address = re.search(r'class="toggle" href="([^"]+)"[^>]*aria-expanded="false" aria-label="展开：副高级"', page)[1].replace("&amp;", "&")
    opened = client.get(address.partition("#")[0], headers=HTML).text
    back = re.search(r'class="toggle" href="([^"]+)"[^>]*aria-expanded="true" aria-label="收起：副高级"', opened)[1].replace("&amp;", "&")
    closed = client.get(back.partition("#")[0], headers=HTML).text
    assert page.count('class="box"') == closed.count('class="box"') < opened.count('class="box"')


def test_labels_are_in_the_language_of_the_page(client):
    page = client.get("/graph?thing=title/senior-engineer&lang=en", headers=HTML).text
    assert "<h1>senior engineer</h1>" in page and "title level →" in page and "Tianjin · route" in page
    assert "lang=en" in re.search(r'class="toggle" href="([^"]+)"', page)[1]


def test_chinese_labels_are_marked_on_english_pages(client):
    page = client.get(f"/graph?thing={MAPPING}&lang=en", headers=HTML).text
    assert re.search(r'thing=policy/tianjin-2019-39/c-s2-1-5&amp;lang=en" lang="zh-CN">二（一）5', page)
    assert 'lang="zh-CN">associate' not in page and 'lang="zh-CN"' not in client.get(f"/graph?thing={MAPPING}", headers=HTML).text.partition('id="network"')[2]


def test_regions_are_told_by_words_and_patterns(client):
    page = client.get("/graph?thing=title/engineer", headers=HTML).text
    for region in ("北京", "长治", "天津", "温州", "忻州"):
        assert re.search(rf'class="kind"[^>]*>{region} · ', page), region
    patterns = re.findall(r'<pattern id="(region-\d)" class="region (c\d)"[^>]*>(.*?)</pattern>', page)
    assert len({colour for _, colour, _ in patterns}) == 5 and len({drawing for _, _, drawing in patterns}) == 5


def test_without_a_thing_the_walk_starts_at_one_that_exists(client):
    assert around(client)["branches"]


def test_a_name_leads_to_its_thing_or_to_a_choice(client):
    assert client.get("/graph?q=高工", headers=HTML).headers["Location"] == "/graph?thing=title/senior-engineer"
    assert client.get("/graph?q=senior engineer&lang=en", headers=HTML).headers["Location"] == "/graph?thing=title/senior-engineer&lang=en"
    page = client.get("/graph?q=技术", headers=HTML)
    assert page.status_code == 200 and page.text.count("/graph?thing=") > 30
    assert "没有。" in client.get("/graph?q=量子纠缠", headers=HTML).text


def test_names_are_suggested(client):
    found = client.get("/api/things?q=高级工&lang=en").get_json()["suggestions"]
    assert {"text": "senior engineer", "id": "title/senior-engineer", "type": "zc:ProfessionalTitle"}.items() <= next(f for f in found if f["id"] == "title/senior-engineer").items()
    assert client.get("/api/things?q=").get_json()["suggestions"] == []


@pytest.mark.parametrize(
    "query, said",
    [
        ("thing=title/senior-enginer", "title/senior-engineer"),
        ("thing=%3Cscript%3E", "Known"),
        ("open=title/nobody", "Known"),
        ("more=nonsense", "thing"),
        ("more=title/nobody~in~zc:x", "Known"),
        ("&".join(["open=title/engineer"] + [f"open=level/{n}" for n in range(11)]), "at most"),
    ],
)
def test_what_is_no_thing_is_refused_with_what_would_do(client, query, said):
    reply = client.get(f"/graph?{query}", headers=JSON)
    assert reply.status_code == 400 and reply.mimetype == "application/problem+json" and said in reply.get_json()["detail"]

"""The FAQ as an agency publishes it: linkable entries, JSON-LD, a feed, a fragment for other sites, files, and differences for its editor."""

import json
import re
import shutil
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin
from xml.etree import ElementTree

import pytest

from zhicheng.__main__ import main
from zhicheng.answering.service import open_service
from zhicheng.knowledge import loading
from zhicheng.knowledge.stores import EmbeddedStore
from zhicheng.web.app import create_app

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ATOM = {"a": "http://www.w3.org/2005/Atom"}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class Links(HTMLParser):
    """Where a page leads, what it loads, and the identifiers in it."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.found += [attributes[name] for name in ("href", "src") if attributes.get(name)]
        self.ids += [attributes["id"]] if attributes.get("id") else []


# The page.


def test_every_entry_has_a_fragment_of_its_own_that_the_json_ld_names(client):
    page = client.get("/faq", headers=HTML).text
    ids = Links(page).ids
    assert len(ids) == len(set(ids))
    named = [entry["@id"] for entry in client.get("/api/faq").get_json(force=True)["mainEntity"]]
    assert len(named) == 26 and all(iri.startswith("http://localhost/faq#") and iri.partition("#")[2] in ids for iri in named)


def test_entries_are_grouped_by_the_part_of_the_document_that_they_are_about(client):
    page = client.get("/faq", headers=HTML).text
    groups = re.findall(r'<h3[^>]*id="(part-[^"]+)">([^<]+)</h3>', page)
    assert ("part-c-s2-1", "二（一） 健全制度体系") in groups and len(groups) > 5
    start = page.index('id="part-c-s2-1"')
    assert start < page.index('id="c-q7"') < page.index('id="part-c-s2-2"') < page.index('id="c-q8"')
    assert all(f'href="#{part}"' in page for part, _ in groups)


def test_a_region_without_entries_is_told_so(client):
    page = client.get("/faq?region=beijing&lang=en", headers=HTML)
    assert page.status_code == 200 and "have no questions and answers of these regions" in page.text and 'class="entry"' not in page.text
    assert client.get("/faq?region=bejing", headers=HTML).status_code == 400


# What differs.


@pytest.fixture(scope="module")
def differences(client) -> dict:
    return {e["id"]: e for e in client.get("/faq?editor=yes", headers={"Accept": "application/json"}).get_json()["entries"]}


def test_a_figure_that_no_clause_has_is_shown_to_the_editor(differences):
    assert differences["c-q1"]["figures"]["answer_only"] == ["19"]
    assert any("19项" in words for words in differences["c-q1"]["words"]["answer_only"])
    assert all(not differences[f"c-q{n}"]["figures"]["answer_only"] for n in (7, 21, 23, 25))


def test_an_answer_that_repeats_its_clause_differs_in_nothing(differences):
    assert differences["c-q2"]["words"]["answer_only"] == [] and differences["c-q2"]["issues"] == []


def test_issues_that_touch_an_entry_are_shown_with_it(differences, service):
    assert [i["id"] for i in differences["c-q4"]["issues"]] == ["ISS-TJ-01"]
    touching = {i.identifier for i in service.library.issues.values() if any(re.search(r"/c-q\d+", s) for s in i.subjects)}
    assert {i["id"] for e in differences.values() for i in e["issues"]} == touching


@pytest.fixture(scope="module")
def changed(home, tmp_path_factory):
    """A client of a service whose FAQ 7 has another figure, and a day on which it was changed."""
    copy = tmp_path_factory.mktemp("changed")
    for part in ("ontology", "data", "queries"):
        shutil.copytree(home / part, copy / part)
    text, faq = copy / "data" / "tianjin-2019-39" / "text.txt", copy / "data" / "tianjin-2019-39" / "faq.ttl"
    whole = text.read_text(encoding="utf-8")
    place = whole.rindex("副高级对应专业技术岗位五至七级")
    text.write_text(whole[:place] + whole[place:].replace("五至七级", "五至九级", 1), encoding="utf-8")
    day = 'tj:c-q7 <http://purl.org/dc/terms/modified> "2024-05-06"^^<http://www.w3.org/2001/XMLSchema#date> ;'
    faq.write_text(faq.read_text(encoding="utf-8").replace("tj:c-q7 ", day, 1), encoding="utf-8")
    return create_app(open_service(copy, copy / "cache")).test_client()


def test_a_changed_figure_is_found(changed):
    found = next(e for e in changed.get("/faq?editor=yes").get_json()["entries"] if e["id"] == "c-q7")
    assert found["words"]["answer_only"] == ["九"] and "七" in found["words"]["clauses_only"]
    assert found["figures"] == {"answer_only": ["9"], "clauses_only": ["7"]}


def test_the_editors_page_marks_what_differs_and_is_not_the_published_one(client):
    page = client.get("/faq?editor=yes&lang=en", headers=HTML).text
    assert re.search(r"<mark>[^<]*19项", page) and "Figures that only the answer has: <strong>19</strong>" in page
    assert "ISS-TJ-01" in page and "application/ld+json" not in page
    assert "<mark>" not in client.get("/faq", headers=HTML).text


# The feed.


def feed_of(client, path: str) -> ElementTree.Element:
    reply = client.get(path)
    assert reply.status_code == 200 and reply.mimetype == "application/atom+xml"
    return ElementTree.fromstring(reply.data)


def test_the_feed_is_atom(client):
    """What RFC 4287 asks for: 4.1.1 and 4.1.2, and 4.2.6 on identifiers that are IRIs and differ."""
    feed = feed_of(client, "/faq/feed.atom")
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed" and feed.get(LANGUAGE) == "zh-CN"
    for holder in (feed, *feed.findall("a:entry", ATOM)):
        for name in ("id", "title", "updated"):
            assert len(holder.findall(f"a:{name}", ATOM)) == 1 and holder.findtext(f"a:{name}", "", ATOM)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", holder.findtext("a:updated", "", ATOM))
        assert [link.get("href") for link in holder.findall("a:link[@rel='alternate']", ATOM)][0].startswith("http://localhost/faq")
    assert feed.find("a:author/a:name", ATOM) is not None and feed.find("a:link[@rel='self']", ATOM).get("href") == "http://localhost/faq/feed.atom"
    ids = [e.findtext("a:id", "", ATOM) for e in feed.findall("a:entry", ATOM)]
    assert len(ids) == len(set(ids)) == 26 and all(i.startswith("https://w3id.org/zhicheng/id/policy/tianjin-2019-39/c-q") for i in ids)


def test_the_feed_links_each_entry_on_the_page(client):
    ids = Links(client.get("/faq", headers=HTML).text).ids
    links = [e.find("a:link", ATOM).get("href") for e in feed_of(client, "/faq/feed.atom").findall("a:entry", ATOM)]
    assert all(link.partition("#")[2] in ids for link in links)


def test_the_feeds_times_are_those_of_the_data(client):
    feed = feed_of(client, "/faq/feed.atom")
    assert feed.findtext("a:updated", "", ATOM) == "2019-12-31T00:00:00Z"
    assert {e.findtext("a:updated", "", ATOM) for e in feed.findall("a:entry", ATOM)} == {"2019-12-31T00:00:00Z"}
    assert client.get("/faq/feed.atom").data == client.get("/faq/feed.atom").data


def test_an_entry_changed_later_comes_first(changed):
    feed = feed_of(changed, "/faq/feed.atom")
    first = feed.find("a:entry", ATOM)
    assert first.findtext("a:id", "", ATOM).endswith("/c-q7") and first.findtext("a:updated", "", ATOM) == feed.findtext("a:updated", "", ATOM) == "2024-05-06T00:00:00Z"
    assert first.findtext("a:published", "", ATOM) == "2019-12-31T00:00:00Z"


def test_an_entry_without_any_day_is_a_fault(copy):
    facts = copy / "data" / "tianjin-2019-39" / "facts.ttl"
    text = re.sub(r"eli:(date_document|first_date_entry_in_force) \"[^;]*;", "", facts.read_text(encoding="utf-8"))
    facts.write_text(text, encoding="utf-8")
    check = (copy / "queries" / "checks" / "undated-faq.rq").read_text(encoding="utf-8")
    assert len(list(EmbeddedStore(loading.load(copy)).query(check))) == 26


def test_feeds_of_a_part_and_of_another_language_have_identifiers_of_their_own(client):
    paths = ("/faq/feed.atom", "/faq/feed.atom?region=tianjin", "/faq/feed.atom?region=beijing", "/faq/feed.atom?lang=en")
    feeds = [feed_of(client, path) for path in paths]
    assert len({f.findtext("a:id", "", ATOM) for f in feeds}) == len(paths)
    assert feeds[2].findall("a:entry", ATOM) == [] and feeds[2].findtext("a:updated", "", ATOM)
    assert feeds[3].findtext("a:entry/a:summary", "", ATOM).startswith("What are the main contents")


# The fragment.


def test_the_fragment_may_be_framed_elsewhere_and_nothing_else_may(client):
    fragment = client.get("/faq/embed").headers
    assert "frame-ancestors *" in fragment["Content-Security-Policy"] and "X-Frame-Options" not in fragment
    for path in ("/", "/faq", "/titles", "/policies", "/policies/tianjin-2019-39", "/ask?q=评审费多少钱", "/api/faq", "/faq/feed.atom", "/nothing"):
        headers = client.get(path, headers=HTML).headers
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"] and "X-Frame-Options" in headers, path


def test_the_fragments_colours_are_chosen_and_checked(client):
    page = client.get("/faq/embed?accent=aa3300&paper=%23fff").text
    sheet = re.search(r'href="(/faq/embed\.css[^"]*)"', page)[1].replace("&amp;", "&")
    css = client.get(sheet)
    assert css.mimetype == "text/css" and "--accent: #aa3300;" in css.text and "--paper: #fff;" in css.text and "--ink: #1b2733;" in css.text
    assert "embed.css" not in client.get("/faq/embed").text and client.get("/faq/embed.css").text == ""
    for bad in ("red", "12345", "fff;}body{display:none", "url(//evil)"):
        reply = client.get("/faq/embed", query_string={"accent": bad})
        assert reply.status_code == 400 and "hexadecimal" in reply.get_json()["detail"]
        assert client.get("/faq/embed.css", query_string={"accent": bad}).status_code == 400


def test_the_colours_that_can_be_set_are_described(client):
    described = {p["name"] for p in client.get("/openapi.json").get_json()["paths"]["/faq/embed.css"]["get"]["parameters"]}
    offered = re.search(r"data-[\w-]+(?:, data-[\w-]+)*(?=）|\))", client.get("/faq?lang=en", headers=HTML).text)[0]
    assert described == {name.removeprefix("data-") for name in offered.split(", ")}


# The files.


@pytest.fixture
def export(monkeypatch, capsys, service):
    """The command, on the service that is open already."""
    monkeypatch.setattr("zhicheng.__main__.open_service", lambda *_: service)

    def call(folder, *more) -> tuple[int, str, str]:
        status = main(["export", "faq", str(folder), *more])
        output = capsys.readouterr()
        return status, output.out, output.err

    return call


def test_the_files_stand_alone(export, tmp_path):
    folder = tmp_path / "site" / "faq"
    status, out, _ = export(folder)
    assert status == 0 and sorted(out.split()) == sorted(str(p) for p in folder.iterdir())
    assert sorted(p.name for p in folder.iterdir()) == ["faq.jsonld", "feed.atom", "index.en.html", "index.html", "style.css"]
    for name in ("index.html", "index.en.html"):
        page = (folder / name).read_text(encoding="utf-8")
        links = Links(page)
        assert len(links.found) > 26 and "副高级对应专业技术岗位五至七级" in page and 'http-equiv="refresh"' not in page
        for link in links.found:
            if link.startswith("data:"):
                continue
            path, _, fragment = unquote(link).partition("#")
            assert not path or (folder / path).is_file(), link
            target = links if not path else None
            assert not fragment or fragment in (target or Links((folder / path).read_text(encoding="utf-8"))).ids, link
    data = json.loads((folder / "faq.jsonld").read_text(encoding="utf-8"))
    assert data["@type"] == "FAQPage" and data["mainEntity"][6]["@id"] == "https://w3id.org/zhicheng/id/policy/tianjin-2019-39/c-q7"
    feed = ElementTree.parse(folder / "feed.atom").getroot()
    assert urljoin("file:///faq/feed.atom", feed.find("a:entry/a:link", ATOM).get("href")) == "file:///faq/index.html#c-q1"


def test_the_files_lead_to_a_service_that_is_named(export, tmp_path):
    assert export(tmp_path / "faq", "--base", "https://example.org/zhicheng/")[0] == 0
    page = (tmp_path / "faq" / "index.html").read_text(encoding="utf-8")
    assert 'href="https://example.org/zhicheng/policies/tianjin-2019-39#c-s2-1-5"' in page
    assert "https://example.org/zhicheng/faq#c-q1" in (tmp_path / "faq" / "feed.atom").read_text(encoding="utf-8")


def test_an_address_that_is_none_is_refused(export, tmp_path):
    for wrong in ("example.org", "/zhicheng", "javascript:alert(1)"):
        status, _, error = export(tmp_path / "faq", "--base", wrong)
        assert status == 2 and f'--base is "{wrong}"' in error and list((tmp_path / "faq").iterdir()) == []


def test_a_folder_that_cannot_be_used_is_refused_and_left_alone(export, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine", encoding="utf-8")
    status, _, error = export(tmp_path / "full")
    assert status == 2 and "is not empty: it holds mine.txt" in error and "Name an empty folder" in error
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["mine.txt"]
    status, _, error = export(tmp_path / "full" / "mine.txt")
    assert status == 2 and "is not a folder" in error
    status, _, error = export(tmp_path / "full" / "mine.txt" / "faq")
    assert status == 2 and "cannot be made" in error
    status, _, error = export("/proc/zhicheng")
    assert status == 2 and "cannot be made" in error

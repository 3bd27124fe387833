"""Atom feeds (RFC 4287) of the questions and answers, whose times are those of the data."""

from collections.abc import Sequence
from datetime import date
from xml.etree import ElementTree

from zhicheng.answering.faq import Entry
from zhicheng.terms import BASE

ATOM = "http://www.w3.org/2005/Atom"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
TITLES = {"zh": "职称政策问答", "en": "Official questions and answers on titles"}
WORDS = {"zh": "zh-CN", "en": "en"}
# What the feed's identifier is made of: the permanent address of the page it follows.
PAGE = BASE + "faq"


def atom(entries: Sequence[Entry], page: str, own: str, language: str, latest: date, part: str = "") -> bytes:
    """The entries as a feed, the latest changed first.

    `page` is the address of the page that it follows, `own` the feed's; both may be relative. `latest` is the day of the feed where it has no entry.
    `part` says which part of all entries it holds, so that each part has an identifier of its own.
    """
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {LANGUAGE: WORDS[language]})

    def add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
        child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        child.text = text
        return child

    add(feed, "id", PAGE + (f"?{part}" if part else ""))
    add(feed, "title", TITLES[language])
    add(feed, "updated", _moment(max((e.modified for e in entries), default=latest)))
    add(feed, "link", rel="self", href=own, type="application/atom+xml")
    add(feed, "link", rel="alternate", href=page, type="text/html")
    add(add(feed, "author"), "name", "zhicheng")
    for entry in sorted(entries, key=lambda e: -e.modified.toordinal()):
        item = add(feed, "entry")
        add(item, "id", entry.iri)
        add(item, "title", entry.question).set(LANGUAGE, WORDS["zh"])
        add(item, "updated", _moment(entry.modified))
        add(item, "published", _moment(entry.published))
        add(item, "link", rel="alternate", href=f"{page}#{entry.url.partition('#')[2]}", type="text/html")
        if language == "en":
            add(item, "summary", entry.english, type="text")
        add(item, "content", entry.answer, type="text").set(LANGUAGE, WORDS["zh"])
    return ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"

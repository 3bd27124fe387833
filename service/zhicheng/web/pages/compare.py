"""Comparisons as pages: what is compared is chosen in a form, and all of it stands in the address."""

from dataclasses import dataclass
from datetime import date

from flask import render_template, request, url_for

from zhicheng.answering.answers import Citation
from zhicheng.answering.comparison import Cell, Row, Table
from zhicheng.answering.contents import Group
from zhicheng.answering.service import Service
from zhicheng.terms import slug
from zhicheng.web.api import day_argument, region_arguments, service
from zhicheng.web.compare import DIFFERENCES, FORMATS, aspect_arguments, cell_citations, table_json, uneven_argument
from zhicheng.web.highlighting import places
from zhicheng.web.pages.blueprint import pages
from zhicheng.web.rendering import page_language, text_argument, wants_page

# The most clauses that a cell names at once.
CLAUSES = 3


@dataclass(frozen=True)
class Cited:
    """A clause that a cell cites, with what the cell quotes from it as the `mark` of an address names it."""

    citation: Citation
    marks: str | None


@dataclass(frozen=True)
class Section:
    """A part of a table: the rows of a group on which some region speaks, and the names of those on which none does."""

    group: Group
    rows: list[Row]
    silent: list[str]


@pages.get("/compare")
def compare() -> str | dict:
    parts, language = service(), page_language()
    comparison, day = parts.comparison, day_argument() or date.today()
    titles, regions = _titles(parts), region_arguments()
    aspects = aspect_arguments() or (comparison.groups[0].id,)
    tables = [comparison.compare(title, regions, language, day, aspects, uneven_argument()) for title in titles]
    if not wants_page():
        return {"comparisons": [table_json(parts, table) for table in tables]}
    return render_template(
        "compare.html", language=language, comparison=comparison, tables=tables, aspects=aspects, day_shown=day, uneven=uneven_argument(),
        sections=lambda table: _sections(comparison.groups, table), clauses=lambda table, cell: _clauses(parts, table, cell),
        downloads=lambda table: _downloads(table, aspects), most=CLAUSES, differences=DIFFERENCES,
    )  # fmt: skip


def _titles(parts: Service) -> list[str]:
    """The titles named by `title`, repeated or once; the one that the policies of most regions deal with where none is named."""
    text_argument("title")  # which is UTF-8, or an error
    comparison = parts.comparison
    most = max(comparison.titles, key=lambda title: sum(comparison.deals(region, title) for region in comparison.regions))
    return list(dict.fromkeys(t for t in request.args.getlist("title") if t.strip())) or [slug(most)]


def _sections(groups: list[Group], table: Table) -> list[Section]:
    """The rows of a table group by group; groups without any are left out."""
    found = []
    for group in groups:
        names = {slug(a) for a in group.aspects}
        rows = [row for row in table.rows if (row.parent or row.aspect) in names]
        spoken = [row for row in rows if len(row.silent) < len(row.cells)]
        if rows:
            found.append(Section(group, spoken, [row.label for row in rows if row not in spoken and not row.parent]))
    return found


def _clauses(parts: Service, table: Table, cell: Cell) -> list[Cited]:
    """The clauses that a cell cites, each once."""
    quotes: dict[str, list[Citation]] = {}
    for citation in cell_citations(parts, table, cell):
        quotes.setdefault(citation.iri, []).append(citation)
    return [Cited(cited[0], places(parts.library.clauses[iri].text, (c.quote for c in cited))) for iri, cited in quotes.items()]


def _downloads(table: Table, aspects: tuple[str, ...]) -> dict[str, str]:
    """The addresses of a table in each format of the interface for programs."""
    selection = {"title": slug(table.title), "region": [slug(r) for r in table.policies], "aspect": aspects, "as_of": table.day.isoformat(), "lang": table.language}
    return {name: url_for("compare.compared", **selection, only=DIFFERENCES if uneven_argument() else None, format=name) for name in FORMATS}

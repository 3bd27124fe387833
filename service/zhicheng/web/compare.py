"""Comparisons as JSON, as CSV and as a spreadsheet."""

import csv
from io import BytesIO, StringIO

import orjson
from flask import Blueprint, Response, request

from zhicheng.answering import statements
from zhicheng.answering.answers import Citation
from zhicheng.answering.comparison import Cell, Row, Table
from zhicheng.answering.entries import number
from zhicheng.answering.service import Service
from zhicheng.errors import Invalid
from zhicheng.terms import slug
from zhicheng.web.api import day_argument, language_argument, region_arguments, service
from zhicheng.web.rendering import citation_json, text_argument

compare = Blueprint("compare", __name__)

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {"json": "application/json", "csv": "text/csv", "xlsx": SPREADSHEET}
DIFFERENCES = "differences"
# Text that a spreadsheet would take for a formula; the most characters of one of its cells.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST_CELL = 32_767
HEAD = {
    "zh": {"aspect": "事项", "label": "名称", "differs": "有差异", "silent": "未作规定", "strictest": "最严", "loosest": "最宽", "true": "是", "false": "否", "list": "、",
           "citations": ("事项", "地区", "文件", "文号", "效力", "条款", "原文", "链接"), "sheet": "比较", "sources": "出处"},
    "en": {"aspect": "aspect", "label": "name", "differs": "differs", "silent": "silent", "strictest": "strictest", "loosest": "loosest", "true": "yes", "false": "no", "list": ", ",
           "citations": ("aspect", "region", "document", "number", "validity", "clause", "quote", "address"), "sheet": "comparison", "sources": "sources"},
}  # fmt: skip


@compare.get("/api/compare")
def compared() -> Response:
    """What the policies of some regions say on a title, side by side."""
    title = text_argument("title")
    if title is None or not title.strip() or len(request.args.getlist("title")) > 1:
        raise Invalid("title", "is missing" if not (title or "").strip() else "is given twice", "Name one title: /api/compare?title=senior-engineer")
    parts = service()
    table = parts.comparison.compare(title, region_arguments(), language_argument(), day_argument(), aspect_arguments(), uneven_argument())
    form = _format()
    response = Response(rendered(parts, table, form), mimetype=FORMATS[form], headers={"Vary": "Accept"})
    if form != "json":
        response.headers["Content-Disposition"] = f'attachment; filename="compare-{slug(table.title)}.{form}"'
    return response


def aspect_arguments() -> tuple[str, ...]:
    """The aspects, and groups of them, named by `aspect`, repeated or once; blank ones do not count."""
    return tuple(dict.fromkeys(a for a in request.args.getlist("aspect") if a.strip()))


def uneven_argument() -> bool:
    """Whether `only` asks for the rows in which regions differ; raises Invalid where it asks for something else."""
    only = request.args.get("only")
    if only not in (None, "", DIFFERENCES):
        raise Invalid("only", f'is "{only[:40]}"', f"Give {DIFFERENCES}, or leave it out for all rows")
    return only == DIFFERENCES


def rendered(parts: Service, table: Table, form: str) -> bytes:
    """A comparison as `json`, `csv` or `xlsx`."""
    if form == "xlsx":
        return table_xlsx(parts, table)
    return table_csv(parts, table).encode() if form == "csv" else orjson.dumps(table_json(parts, table), option=orjson.OPT_APPEND_NEWLINE)


def _format() -> str:
    """The format that `format` names, or that the client prefers; raises Invalid where there is no such format."""
    form = request.args.get("format")
    if not form:
        best = request.accept_mimetypes.best_match(list(FORMATS.values()), default="application/json")
        form = next(name for name, type_ in FORMATS.items() if type_ == best)
    if form not in FORMATS:
        raise Invalid("format", f'is "{form[:40]}"', "Use json, csv or xlsx")
    return form


def table_json(parts: Service, table: Table) -> dict:
    """A comparison in the contract's shape."""
    policies = {
        slug(region): [
            {
                "policy": p.slug, "policy_title": p.title["zh"], "document_number": p.number, "validity": p.validity(table.day),
                "heading": _heading(parts, table, region), "url": f"/policies/{p.slug}", "deals_with_title": region not in table.without,
            }
            for p in held
        ]
        for region, held in table.policies.items()
    }  # fmt: skip
    return {
        "title": slug(table.title),
        "regions": list(policies),
        "language": table.language,
        "as_of": table.day.isoformat(),
        "policies": policies,
        "rows": [_row_json(parts, table, row) for row in table.rows],
    }


def _row_json(parts: Service, table: Table, row: Row) -> dict:
    return {
        "id": row.aspect,
        "aspect": row.aspect,
        "label": row.label,
        "parent": row.parent,
        "unit": row.unit,
        "differs": row.differs,
        "silent": row.silent,
        "strictest": row.strictest,
        "loosest": row.loosest,
        "cells": {region: _cell_json(parts, table, row, cell) if cell else None for region, cell in row.cells.items()},
    }


def _cell_json(parts: Service, table: Table, row: Row, cell: Cell) -> dict:
    body: dict = {"text": cell.text}
    if cell.value is not None:
        body |= {"value": number(cell.value), "unit": row.unit}
    return body | {"citations": [citation_json(c) for c in cell_citations(parts, table, cell)]}


def cell_citations(parts: Service, table: Table, cell: Cell) -> list[Citation]:
    return list(dict.fromkeys(c for fact in cell.facts for c in parts.answers.citations(fact, table.day, table.language)))


def _heading(parts: Service, table: Table, region: str) -> str:
    """A region with its documents' numbers, and a note where one is not in force."""
    name = parts.vocabulary.label(region, table.language)
    return "\n".join(statements.heading(p, name, table.day, table.language).strip().strip("：:") for p in table.policies[region])


def _lines(parts: Service, table: Table) -> list[list[str]]:
    """The table as lines of text: a head, and a line for each row, its cells with the clauses that they cite."""
    words = HEAD[table.language]
    names = {slug(r): parts.vocabulary.label(r, table.language) for r in table.policies}

    def listed(regions: list[str]) -> str:
        return words["list"].join(names[r] for r in regions)

    def told(cell: Cell | None) -> str:
        if cell is None:
            return ""
        clauses = dict.fromkeys(c.clause for c in cell_citations(parts, table, cell) if c.clause)
        return cell.text + (f"\n[{words['list'].join(clauses)}]" if clauses else "")

    lines = [[words["aspect"], words["label"], *(_heading(parts, table, r) for r in table.policies), words["differs"], words["silent"], words["strictest"], words["loosest"]]]
    for row in table.rows:
        lines.append([row.aspect, row.label, *map(told, row.cells.values()), words["true" if row.differs else "false"], listed(row.silent), listed(row.strictest), listed(row.loosest)])
    return lines


def table_csv(parts: Service, table: Table) -> str:
    """A comparison as CSV (RFC 4180) with a byte-order mark, by which spreadsheets know UTF-8; no cell is taken for a formula."""
    out = StringIO()
    out.write("\ufeff")
    csv.writer(out).writerows([f"'{text}" if text.startswith(FORMULA) else text for text in line] for line in _lines(parts, table))
    return out.getvalue()


def table_xlsx(parts: Service, table: Table) -> bytes:
    """A comparison as a spreadsheet (ISO/IEC 29500): the table, and on a second sheet the citations; all cells are text."""
    from openpyxl import Workbook  # 0.2 s, which only those pay who ask for a spreadsheet
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book, words, bold, wrapped = Workbook(write_only=True), HEAD[table.language], Font(bold=True), Alignment(wrap_text=True, vertical="top")

    def text(sheet, value: str, head: bool = False):
        if not value:
            return None
        cell = WriteOnlyCell(sheet, value=value[:LONGEST_CELL])
        cell.data_type = "s"
        if value.startswith(FORMULA):
            cell.quotePrefix = True
        if head:
            cell.font = bold
        if head or "\n" in value or len(value) > 40:
            cell.alignment = wrapped
        return cell

    sheet = book.create_sheet(words["sheet"])
    sheet.freeze_panes = "C2"
    for n, width in enumerate((28, 24, *(48 for _ in table.policies), 8, 20, 16, 16), 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    for n, line in enumerate(_lines(parts, table)):
        sheet.append([text(sheet, value, head=n == 0) for value in line])
    sources = book.create_sheet(words["sources"])
    sources.append([text(sources, value, head=True) for value in words["citations"]])
    for row in table.rows:
        for region, cell in row.cells.items():
            for c in cell_citations(parts, table, cell) if cell else ():
                sources.append([text(sources, v) for v in (row.aspect, region, c.policy_title, c.document_number or "", c.validity, c.clause, c.quote, c.url)])
    out = BytesIO()
    book.save(out)
    return out.getvalue()

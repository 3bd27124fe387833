"""The ladder of titles: one region's as a picture, and all regions side by side."""

from dataclasses import dataclass
from datetime import date

from flask import current_app, render_template, request

from zhicheng.answering.answers import Citation
from zhicheng.answering.ladder import TIES, Ladder, Tie, ladder
from zhicheng.errors import Unknown
from zhicheng.terms import slug
from zhicheng.web.api import day_argument, service
from zhicheng.web.linked_data import descriptions
from zhicheng.web.pages.blueprint import pages
from zhicheng.web.rendering import citation_json, page_language, wants_page


@dataclass(frozen=True)
class Cell:
    """What a region ties to a level in one column, and whether that is the very same one level up, and one level down."""

    column: str
    ties: list[Tie]
    continued: bool
    continues: bool


@pages.get("/titles")
def titles() -> str | dict:
    parts, held = service(), _ladder()
    day = day_argument() or date.today()
    known = {slug(r): r for r in held.ties}
    asked = request.args.get("region") or slug(max(held.ties, key=held.spoken))
    if asked not in known:
        raise Unknown("region", asked, list(known))
    if not wants_page():
        return _json(held, day)
    return render_template(
        "titles.html", language=page_language(), ladder=held, region=known[asked], rows=_rows(held, known[asked]), columns=TIES, said=said, stated=_stated,
        sources=lambda tie: _sources(tie, day), policies=parts.library.regions, today=day, legend=_legend(),
    )  # fmt: skip


def _ladder() -> Ladder:
    """The ladder of this application's graph, made when it is first asked for."""
    parts = service()
    held = current_app.extensions.get("ladder")
    if held is None:
        held = current_app.extensions["ladder"] = ladder(parts.store, parts.vocabulary, parts.library)
    return held


def _rows(held: Ladder, region: str) -> list[tuple[str, list[Cell]]]:
    """Each level from the top, and its cells beside the title's."""
    columns = {c: [held.of(region, c, level) for level in held.levels] for c in TIES if c != "title"}
    last = len(held.levels) - 1
    return [
        (level, [Cell(c, ties[n], n > 0 and ties[n] == ties[n - 1], n < last and ties[n] == ties[n + 1]) for c, ties in columns.items()])
        for n, level in enumerate(held.levels)
    ]  # fmt: skip


def _legend() -> dict[str, str]:
    """What a tie of each column means, in the language of the page."""
    words = {
        "post-grade": ("事业单位专业技术岗位等级", "professional-technical posts of public institutions"),
        "skill-grade": ("可凭以申报的技能等级；所要求的年限和其他条件一并列出", "the grade with which one may apply, and what else is asked"),
        "qualification-tier": ("与职称对应的职业资格", "what corresponds to the title"),
    }
    return {column: texts[page_language() == "en"] for column, texts in words.items()}


def said(tie: Tie, language: str) -> str:
    """What is tied to a level, in a few words."""
    if tie.grades is None:
        name = descriptions().label(tie.concept or tie.facts[0], language)
        return name if not tie.or_higher else f"{name}以上" if language == "zh" else f"{name} or higher"
    low, high = tie.grades
    span = f"{low}–{high}" if low != high else f"{low}"
    return f"{span}级" if language == "zh" else f"grade{'s' if low != high else ''} {span}"


def _stated(tie: Tie) -> list[tuple[str, str]]:
    """The provisions of a tie and their statements."""
    return [(fact, service().library.facts[fact].label[page_language()]) for fact in tie.facts]


def _sources(tie: Tie, day: date) -> list[Citation]:
    """The clauses that a tie rests on, each once; of a provision that sums up a clause and those inside it, that clause alone."""
    parts = service()
    found: dict[str, Citation] = {}
    for fact in tie.facts:
        cited = {c.iri: c for c in parts.answers.citations(parts.library.facts[fact], day, page_language())}
        inside = {iri: {other for other in cited if iri in _around(other)} for iri in cited}
        heads = {iri for iri, within in inside.items() if within and not any(inside[w] for w in within)}
        wider = {iri for iri, within in inside.items() if within and iri not in heads}
        found |= {iri: c for iri, c in cited.items() if iri not in wider and not heads & _around(iri)}
    return list(found.values())


def _around(clause: str) -> set[str]:
    """The clauses that a clause lies in."""
    clauses, found = service().library.clauses, set()
    while (clause := clauses[clause].parent) in clauses:
        found.add(clause)
    return found


def _json(held: Ladder, day: date) -> dict:
    parts, language = service(), page_language()

    def tie_json(tie: Tie) -> dict:
        facts = [parts.library.facts[f] for f in tie.facts]
        return {
            "text": said(tie, language), "facts": [{"id": f.iri, "label": f.label[language]} for f in facts], "level_named": tie.level_named,
            "citations": [citation_json(c) for f in facts for c in parts.answers.citations(f, day, language)],
        } | ({"post_grades": list(tie.grades)} if tie.grades else {"id": slug(tie.concept or ""), "or_higher": tie.or_higher})  # fmt: skip

    return {
        "columns": list(TIES),
        "levels": [
            {
                "level": slug(level), "band": slug(held.bands[level]) if level in held.bands else None, "title": slug(held.titles[level]),
                "regions": {slug(region): {column: [tie_json(t) for t in held.of(region, column, level)] or None for column in TIES} for region in held.ties},
            }
            for level in held.levels
        ],
    }  # fmt: skip

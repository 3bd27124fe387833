"""Can I apply? The form of a profile, what each policy says to it, what becomes possible when, and a checklist to print."""

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from flask import Response, redirect, render_template, request, url_for

from zhicheng.answering.eligibility.engine import Report
from zhicheng.answering.eligibility.evaluation import Finding
from zhicheng.answering.eligibility.kleene import MET, NAMES
from zhicheng.answering.eligibility.verdicts import Result, Way
from zhicheng.answering.eligibility.wording import reason, summary
from zhicheng.errors import Invalid, InvalidMember, InvalidMembers
from zhicheng.terms import slug
from zhicheng.web.api import language_argument, service
from zhicheng.web.eligibility import kind_name, report_json
from zhicheng.web.pages.blueprint import pages
from zhicheng.web.pages.eligibility_form import CRITERION, TICKED, Form, Given, given, profile
from zhicheng.web.pages.eligibility_timeline import drawn
from zhicheng.web.pages.eligibility_words import anchor, field_name, member_name, wording
from zhicheng.web.rendering import page_language, text_argument, wants_page

# What the address says besides the profile.
CONTROLS = ("lang", "format", "region", "title", "as_of", "mode", "ask", "skip", "add", "tick")
MODES = ("one", "all")
# The arguments that tell nothing of a person.
SHARED = {"lang", "format", "region", "title", "as_of", "mode"}
# The verdicts that more knowledge can still change, and the most results whose conditions are all shown at once.
OPEN, WHOLE = ("incomplete", "not-yet"), 1
# What a document is that is not in force on the day.
STANDING = {"zh": {"draft": "征求意见稿", "past": "往年通知", "future": "尚未施行"}, "en": {"draft": "draft", "past": "past notice", "future": "not yet in force"}}
# The ids, in the form, of what is asked besides the profile, by member of the request.
REQUESTED = {"titles": "titles_asked"}


@dataclass
class Asked:
    """A request for the page: its body for the engine, the members given, and what came of it."""

    body: dict
    members: Given
    report: Report | None = None
    faults: tuple[InvalidMember, ...] = ()


@pages.after_request
def keep_to_themselves(response: Response) -> Response:
    """What the address says of a person is for nobody's cache."""
    if request.endpoint in ("pages.eligibility", "pages.eligibility_checklist") and set(request.args) - SHARED:
        response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/eligibility")
def eligibility() -> Response | str | tuple[str, int] | dict:
    if wants_page() and (address := _tidied()):
        return redirect(address)
    asked = _asked()
    if not wants_page():
        if asked.faults:
            raise InvalidMembers(list(asked.faults))
        assert asked.report is not None
        return report_json(service(), asked.report) | {"asks": _wanted(asked.report)}
    return _page(asked)


@pages.get("/eligibility/checklist")
def eligibility_checklist() -> Response | str | dict:
    """What one policy asks of an applicant for one title, what to bring, and where and when, to print."""
    for name in ("region", "title"):
        if len(request.args.getlist(name)) != 1:
            raise Invalid(name, "is missing" if name not in request.args else "is given more than once", f"A checklist is for one region and one title: {url_for('pages.eligibility_checklist')}?region=…&title=…")
    asked = _asked()
    if asked.faults:
        raise InvalidMembers(list(asked.faults))
    parts, report, language = service(), asked.report, page_language()
    assert report is not None
    if not report.results:
        speaking = sorted({slug(p.region) for rules in parts.eligibility.requirements.by_policy.values() if rules.routes.get(request.args["title"]) for p in [rules.policy]})
        raise Invalid("region", f'is "{request.args["region"][:40]}", of which no policy held speaks on that title', f"Policies that do are of {', '.join(speaking)}" if speaking else "No policy held speaks on it")
    sections = {r.case.rules.policy.slug: parts.eligibility.checklist.sections(r.case.rules.policy, r.case.title) for r in report.results}
    if not wants_page():
        return report_json(parts, report) | {
            "checklist": {
                policy: [{"aspect": slug(s.aspect), "label": parts.vocabulary.label(s.aspect, language), "items": [{"number": i.number, "text": i.fact.label[language], "fact": slug(i.fact.iri)} for i in s.items], "told": s.told} for s in found]
                for policy, found in sections.items()
            }
        }  # fmt: skip
    return render_template("eligibility_checklist.html", report=report, sections=sections, elsewhere=_elsewhere, **_said(report))


def _asked() -> Asked:
    """What the address asks, judged; what is wrong with it is in `faults`."""
    text_argument("as_of")  # which refuses what is not UTF-8
    language_argument()
    if (mode := request.args.get("mode")) and mode not in MODES:
        raise Invalid("mode", f'is "{mode[:40]}"', f"Use one of {', '.join(MODES)}")
    members = given(request.args.lists(), CONTROLS)
    body: dict = {"lang": page_language(), "calendar": True}
    for name, values in (("regions", request.args.getlist("region")), ("titles", request.args.getlist("title"))):
        if kept := [v for v in values if v.strip()]:
            body[name] = kept
    if day := request.args.get("as_of", "").strip():
        body["as_of"] = day
    found = Asked(body, members)
    try:
        body["profile"] = profile(members, _ticks(), _schema())
        found.report = service().eligibility.answer(body)
    except InvalidMembers as error:
        found.faults = tuple(error.faults)
    return found


def _ticks() -> list[str]:
    return [t.strip() for t in request.args.getlist("tick") if t.strip()]


def _schema() -> dict:
    return service().eligibility.checker.schema["properties"]["profile"]


def _tidied() -> str | None:
    """The address without what was left blank; None where it is tidy."""
    now = [(k, v) for k, values in request.args.lists() for v in values]
    members = given(request.args.lists(), CONTROLS)
    tidy = [(k, v) for k, v in now if k in CONTROLS and v.strip()] + [(k, v) for k, values in members.items() for v in values]
    return None if sorted(now) == sorted(tidy) else f"{request.root_path}{url_for('pages.eligibility')}{'?' + urlencode(tidy) if tidy else ''}"


def _wanted(report: Report) -> list[str]:
    """The members of the profile that can still change a verdict: those that most results wait for come first."""
    order = list(_schema()["properties"])
    waiting: dict[str, int] = {}
    for result in report.results:
        for root in {_root(m) for m in result.missing} if result.verdict in OPEN else ():
            waiting[root] = waiting.get(root, 0) + 1
    return sorted(waiting, key=lambda m: (-waiting[m], order.index(m)))


def _root(member: str) -> str:
    return anchor(member).split(".")[0]


def _page(asked: Asked) -> str | tuple[str, int]:
    parts, language = service(), page_language()
    form = Form(_schema(), parts.vocabulary, parts.library, language)
    errors, others = _placed(asked.faults)
    report = asked.report
    wanted = _wanted(report) if report else []
    ticks = _ticks()
    named = [name.split(".")[0] for name in asked.members] + ([TICKED] if ticks else [])
    held = [m for m in dict.fromkeys(named) if m in _schema()["properties"]]
    mode = request.args.get("mode", MODES[0])
    skipped = request.args.getlist("skip")
    shown = _shown(mode, wanted, held, skipped, list(errors))
    missing = {anchor(m) for result in report.results if result.verdict in OPEN for m in result.missing} if report else set()
    added = request.args.getlist("add")
    questions = [form.question(m, asked.members, missing, errors, added.count(m), ticks) for m in shown]
    fields = {name for m in shown for name in asked.members if name.split(".")[0] == m}
    hidden = [(k, v) for k, values in asked.members.items() if k not in fields for v in values] + [("tick", t) for t in ticks if TICKED not in shown]
    page = render_template(
        "eligibility.html", mode=mode, questions=questions, shown=shown, hidden=hidden, report=report,
        wanted=wanted, left=[m for m in wanted if m not in skipped and m not in shown], held=[wording(m, language).name for m in held], held_members=held, passed=list(dict.fromkeys([*skipped, *shown])) if mode == MODES[0] else skipped, open=[m for m in skipped if m in wanted and m not in shown],
        unasked=[m for m in _schema()["properties"] if m not in wanted and m not in held], errors=errors, others=others, faults=asked.faults, word=lambda m: wording(m, language),
        regions=[(r, r in _chosen(asked, "regions", "region")) for r in parts.eligibility.regions], titles=[(t, t in _chosen(asked, "titles", "title")) for t in parts.eligibility.titles],
        timeline=drawn(report, _told) if report else None, whole=report is not None and len(report.results) <= WHOLE, today=date.today(), elsewhere=_elsewhere, **_said(report),
    )  # fmt: skip
    return (page, 400) if asked.faults else page


def _shown(mode: str, wanted: list[str], held: list[str], skipped: list[str], wrong: list[str]) -> list[str]:
    """The members that are asked for now: all that matter or are given, or one of them; those that are wrong in any case."""
    order = list(_schema()["properties"])
    if mode == "all":
        return [m for m in order if m in wanted or m in held or m in wrong]
    roots = [m for m in order if any(w == m or w.startswith(m + ".") for w in wrong)]
    asked = [m for m in (*request.args.getlist("add")[-1:], *request.args.getlist("ask")) if m in order]
    return roots or asked[:1] or [m for m in wanted if m not in skipped][:1]


def _chosen(asked: Asked, member: str, scheme: str) -> set[str]:
    """The slugs of a scheme that are asked for, and of all within them."""
    vocabulary = service().vocabulary
    return {slug(iri) for name in asked.body.get(member, ()) for iri in vocabulary.within(vocabulary.iri(scheme, name))}


def _placed(faults: tuple[InvalidMember, ...]) -> tuple[dict[str, list[str]], list[str]]:
    """What is wrong, by the id of the field that it is about; and what is about no field of the form."""
    errors: dict[str, list[str]] = {}
    others: list[str] = []
    for fault in faults:
        place, label = _place(fault.pointer)
        chinese = page_language() == "zh" and fault.chinese
        said = f"{label}：{fault.chinese}。" if chinese else f"{label} {fault.problem}. {fault.remedy.rstrip('.')}."
        (errors.setdefault(place, []) if place else others).append(said)
    return errors, others


def _place(where: str) -> tuple[str | None, str]:
    """The id of the field that a JSON Pointer leads to, or of the question that it lies in, and what it is called; no id where the form has none."""
    language, known = page_language(), _schema()["properties"]
    top, *path = where.removeprefix("/").split("/")
    if top != "profile":
        member = REQUESTED.get(top, top)
        return member, wording(member, language).name
    if not path or path[0] not in known:
        return None, "/".join(path) or top
    fields = known[path[0]].get("items", {}).get("properties", {})
    if len(path) > 2 and path[2] in fields and path[2] != CRITERION:
        return ".".join(path[:3]), field_name(path[0], path[2], language)
    if len(path) == 2 and path[1] in known[path[0]].get("properties", {}):
        return ".".join(path), member_name(".".join(path), language, service().vocabulary)
    return (None if path[-1] == CRITERION else path[0]), wording(path[0], language).name if len(path) < 3 else field_name(path[0], path[2], language)


def _told(result: Result, way: Way) -> str:
    """A route in a few words: its region, title and kind, and where its document is not in force, that."""
    vocabulary, language, policy = service().vocabulary, page_language(), result.case.rules.policy
    names = [vocabulary.label(policy.region, language), vocabulary.label(vocabulary.iri("title", result.case.title), language), vocabulary.label(vocabulary.iri("route-kind", way.kind), language)]
    standing = STANDING[language].get(policy.validity(result.case.day))
    return " · ".join([*names, standing] if standing else names)


def _elsewhere(endpoint: str, **changes) -> str:
    """The address of another page about the same profile, with some arguments changed; those that are None are taken out."""
    arguments = [(k, v) for k, values in request.args.lists() for v in values if k not in changes and k not in ("ask", "skip", "add", "mode")]
    arguments += [(k, v) for k, v in changes.items() if v is not None]
    return f"{request.root_path}{url_for(endpoint)}?{urlencode(arguments)}"


def _said(report: Report | None) -> dict:
    """What the templates say of a report: names, reasons, clauses and ticks."""
    parts, language = service(), page_language()
    vocabulary = parts.vocabulary
    name = lambda member: member_name(member, language, vocabulary)  # noqa: E731
    criteria = set(_schema()["properties"][TICKED]["items"]["properties"][CRITERION]["enum"])
    ticks = _ticks()

    def tick(found: Finding) -> bool | None:
        """Whether a condition is ticked; None where it cannot or need not be."""
        return True if found.node.id in ticks else False if found.node.id in criteria and found.status != MET else None

    def cites(found: Finding) -> list:
        fact = found.node.fact
        return parts.answers.citations(fact, report.day, language) if fact and report else []

    def fact_cites(fact) -> list:
        return parts.answers.citations(fact, report.day, language) if report else []

    return {
        "language": language,
        "member": name,
        "anchor": anchor,
        "root": _root,
        "status_of": lambda status: NAMES[status],
        "reason": lambda found, barring=False: reason(found, report.day, language, vocabulary, name, barring) if report else "",
        "summary": lambda result: summary(replace(result, missing=[]), language, vocabulary),
        "kind": lambda kind: kind_name(vocabulary, kind, language),
        "label": lambda scheme, concept: vocabulary.label(vocabulary.iri(scheme, concept), language),
        "way": lambda result, found: _told(result, found),
        "open_verdicts": OPEN,
        "cites": cites,
        "fact_cites": fact_cites,
        "tick": tick,
        "ticks": ticks,
    }

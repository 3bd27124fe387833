"""The command line: serve, ask, eligibility, compare, score, query, export, load, models, attune, check."""

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pyoxigraph import NamedNode

from zhicheng import __version__
from zhicheng.answering.answers import Answer
from zhicheng.answering.service import Service, open_service, prove
from zhicheng.errors import FaultyGraph, Invalid, ZhichengError
from zhicheng.knowledge import checking, loading
from zhicheng.knowledge.stores import Place
from zhicheng.settings import TABLE, Settings
from zhicheng.terms import ID


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 where it did what was asked, 1 where the graph or the answer is not sound, 2 for a wrong call."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(Settings.read(), options)
    except FaultyGraph as error:
        print(error, file=sys.stderr)
        return 1
    except ZhichengError as error:
        print(f"zhicheng: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    settings = "\n".join(f"  {s.variable:18} {s.meaning} (default {s.default or 'empty'})" for s in TABLE.values())
    parser = argparse.ArgumentParser("zhicheng", description=__doc__, epilog=f"settings, read from the environment:\n{settings}", formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="check the graph and serve pages and API")
    serve.set_defaults(run=_serve)

    ask = commands.add_parser("ask", help="answer a question")
    ask.add_argument("question", help="in Chinese or English, 1 to 500 characters")
    ask.add_argument("--region", action="append", default=[], help="answer for this region only (repeatable)")
    ask.add_argument("--lang", choices=["zh", "en"], help="language of the answer; that of the question when left out")
    ask.add_argument("--as-of", type=_date, metavar="DATE", help="the day of the answer; today when left out")
    ask.add_argument("--json", action="store_true", help="print what /api/ask returns")
    ask.set_defaults(run=_ask)

    query = commands.add_parser("query", help="run a query of the catalogue")
    query.add_argument("name", nargs="?", help="its name; all names are listed when left out")
    query.add_argument("terms", nargs="*", metavar="key=value", help="parameters; several values are separated by commas")
    query.add_argument("--json", action="store_true", help="print SPARQL JSON results instead of CSV")
    query.set_defaults(run=_query)

    eligibility = commands.add_parser("eligibility", help="judge a profile by the policies")
    eligibility.add_argument("profile", metavar="FILE", help="a JSON file with a profile, or with what POST /api/eligibility takes; - reads standard input")
    eligibility.add_argument("--region", action="append", help="judge by the policies of this region only (repeatable)")
    eligibility.add_argument("--title", action="append", help="judge for this title only (repeatable)")
    eligibility.add_argument("--lang", choices=["zh", "en"], help="language of the result; Chinese when left out")
    eligibility.add_argument("--as-of", type=_date, metavar="DATE", help="the day to judge for; today when left out")
    eligibility.add_argument("--json", action="store_true", help="print what /api/eligibility returns")
    eligibility.set_defaults(run=_eligibility)

    compare = commands.add_parser("compare", help="set side by side what the policies say on a title")
    compare.add_argument("title", help="the title, such as senior-engineer")
    compare.add_argument("region", nargs="*", help="compare these regions only; a province stands for those within it")
    compare.add_argument("--lang", choices=["zh", "en"], default="zh", help="language of the comparison; Chinese when left out")
    compare.add_argument("--as-of", type=_date, metavar="DATE", help="the day of the comparison; today when left out")
    compare.add_argument("--format", choices=["csv", "json", "xlsx"], default="csv", help="what to write to standard output; CSV when left out")
    compare.set_defaults(run=_compare)

    score = commands.add_parser("score", help="score entries by a policy's scoring standard")
    score.add_argument("policy", help="the policy, such as wenzhou-engineer-draft")
    score.add_argument("entries", metavar="FILE", help="a JSON file with what POST /api/rubrics/{policy}/score takes; - reads standard input")
    score.add_argument("--lang", choices=["zh", "en"], default="zh", help="language of the notes; Chinese when left out")
    score.add_argument("--json", action="store_true", help="print what the API returns")
    score.set_defaults(run=_score)

    export = commands.add_parser("export", help="write the FAQ as files that any web server can publish")
    export.add_argument("what", choices=["faq"], help="what to write")
    export.add_argument("folder", type=Path, metavar="DIR", help="where to: an empty folder, or one that does not exist yet")
    export.add_argument("--base", default="", metavar="URL", help="address of a running service that links to clauses lead to; without it the pages stand alone")
    export.set_defaults(run=_export)

    load = commands.add_parser("load", help="publish the graph to a SPARQL server, each policy as its named graph")
    load.add_argument("--to", metavar="URL", help="address of the server's queries, graph store or updates; the one that ZHICHENG_STORE names when left out")
    load.set_defaults(run=_load)

    models = commands.add_parser("models", help="fetch the language models by which questions are compared in meaning")
    models.set_defaults(run=_models)

    attune = commands.add_parser("attune", help="learn from the wordings anew how questions are compared in meaning")
    attune.set_defaults(run=_attune)

    check = commands.add_parser("check", help="prove the graph and report its coverage")
    check.set_defaults(run=_check)
    return parser


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _open(settings: Settings) -> Service:
    return open_service(settings.home, settings.cache, Place.of(settings), settings.models)


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    from zhicheng.web.server import serve

    serve(settings)
    return 0


def _ask(settings: Settings, options: argparse.Namespace) -> int:
    answer = _open(settings).ask(options.question, options.lang, tuple(options.region), options.as_of)
    if options.json:
        from zhicheng.web.rendering import answer_json

        print(json.dumps(answer_json(answer), ensure_ascii=False, indent=2))
    else:
        _print_answer(answer)
    return 0 if answer.status == "answered" else 1


def _print_answer(answer: Answer) -> None:
    print(answer.text)
    for citation in answer.citations:
        print(f"  [{citation.document_number or citation.policy_title} {citation.clause}] {citation.quote}")
    if answer.status == "unanswered" and answer.suggestions:
        print("→ " + "\n→ ".join(answer.suggestions))


def _eligibility(settings: Settings, options: argparse.Namespace) -> int:
    from zhicheng.answering.eligibility.wording import summary
    from zhicheng.answering.entries import read_json
    from zhicheng.web.eligibility import EXAMPLE, report_json

    body = read_json(_read(options.profile), EXAMPLE)
    if isinstance(body, dict) and "profile" not in body:
        body = {"profile": body}
    if isinstance(body, dict):
        asked = {"regions": options.region, "titles": options.title, "lang": options.lang, "as_of": options.as_of and options.as_of.isoformat()}
        body |= {name: value for name, value in asked.items() if value}
    parts = _open(settings)
    report = parts.eligibility.answer(body)
    if options.json:
        print(json.dumps(report_json(parts, report), ensure_ascii=False, indent=2))
    else:
        for result in report.results:
            print(summary(result, report.language, parts.vocabulary))
    return 0


def _compare(settings: Settings, options: argparse.Namespace) -> int:
    from zhicheng.web.compare import rendered

    parts = _open(settings)
    table = parts.comparison.compare(options.title, options.region, options.lang, options.as_of)
    sys.stdout.buffer.write(rendered(parts, table, options.format))
    return 0


def _score(settings: Settings, options: argparse.Namespace) -> int:
    from zhicheng.answering import rubric
    from zhicheng.answering.entries import read_entries, read_json
    from zhicheng.web.rubrics import score_json

    parts = _open(settings)
    standard = parts.rubrics.find(options.policy)
    body = score_json(rubric.score(parts.library, standard, read_entries(standard, read_json(_read(options.entries))), options.lang), date.today(), options.lang)
    if options.json:
        print(json.dumps(body, ensure_ascii=False, indent=2))
        return 0
    print(f"{body['total']} / {body['maximum']} ({body['policy']}, {body['validity']})")
    for line in body["indicators"]:
        if line["raw"]:
            print(f"  {line['id']:12} {line['label' if options.lang == 'zh' else 'label_en']}: {line['score']}" + (f" ({line['raw']})" if line["capped"] else ""))
    print("\n".join(body["notes"]), end="\n" if body["notes"] else "")
    return 0


def _export(settings: Settings, options: argparse.Namespace) -> int:
    from zhicheng.web.exporting import export_faq, make_empty_folder

    make_empty_folder(options.folder)  # before the graph is opened, which takes longer
    print("\n".join(map(str, export_faq(_open(settings), options.folder, options.base.rstrip("/")))))
    return 0


def _read(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise Invalid(path, f"cannot be read: {error.strerror}", "Name a file with JSON, or - for standard input") from error


def _query(settings: Settings, options: argparse.Namespace) -> int:
    parts = _open(settings)
    if not options.name:
        for query in parts.catalogue.queries.values():
            names = " ".join(f"[{p.name}]" if p.optional else p.name for p in query.parameters)
            print(f"{query.name} {names}".rstrip() + f"\n    {query.summary['en']} · {query.summary['zh']}")
        return 0
    query = parts.catalogue.find(options.name)
    terms = {}
    for text in options.terms:
        name, sign, value = text.partition("=")
        if not sign:
            raise Invalid(text, "is not key=value", "Write a parameter as " + (f"{query.parameters[0].name}=…" if query.parameters else "nothing: this query has none"))
        terms[name] = [query.parameter(name).read(v, parts.vocabulary) for v in value.split(",")]
    sparql = query.bind(terms)
    if options.json:
        print(parts.answers.results(sparql))
        return 0
    rows = parts.store.query(sparql)
    writer = csv.writer(sys.stdout)
    names = [v.value for v in rows.variables]
    writer.writerow(names)
    for row in rows:
        values = [row[name] for name in names]
        writer.writerow("" if v is None else v.value.removeprefix(ID) if isinstance(v, NamedNode) else v.value for v in values)
    return 0


def _load(settings: Settings, options: argparse.Namespace) -> int:
    from zhicheng.knowledge.endpoints import Address
    from zhicheng.knowledge.publishing import publish

    address = Address.of(options.to or settings.store, settings.store_user, settings.store_password)
    graph = loading.load(settings.home)
    prove(graph, settings.home, settings.cache)
    queries = publish(graph, address, lambda said: print(said, file=sys.stderr, flush=True))
    print(f"published {graph.size} triples; serve them with ZHICHENG_STORE={queries}")
    return 0


def _attune(settings: Settings, options: argparse.Namespace) -> int:
    from zhicheng.answering.attuning import attune
    from zhicheng.answering.meaning import Encoder

    print(attune(settings.home, Encoder(settings.models), lambda line: print(line, flush=True)))
    return 0


def _models(settings: Settings, options: argparse.Namespace) -> int:
    from zhicheng.answering.models import fetch

    fetch(settings.models, lambda said: print(said, file=sys.stderr, flush=True))
    return 0


def _check(settings: Settings, options: argparse.Namespace) -> int:
    graph = loading.load(settings.home)
    faults = checking.check(graph, settings.home)
    for fault in faults:
        print(fault)
    for row in checking.coverage(graph):
        share = row.modelled / row.clauses
        print(f"{row.policy}: {row.provisions} provisions; {row.modelled} of {row.clauses} clauses modelled ({share:.0%}); kept as text only: {', '.join(row.text_only) or 'none'}")
    print(f"{len(faults)} faults" if faults else "no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

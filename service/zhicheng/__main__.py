"""The command line: serve, ask, query, check."""

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from datetime import date

from pyoxigraph import NamedNode

from zhicheng import __version__
from zhicheng.answering.answers import Answer
from zhicheng.answering.service import Service, open_service
from zhicheng.errors import FaultyGraph, Invalid, ZhichengError
from zhicheng.knowledge import checking, loading
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

    check = commands.add_parser("check", help="prove the graph and report its coverage")
    check.set_defaults(run=_check)
    return parser


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _open(settings: Settings) -> Service:
    return open_service(settings.home, settings.cache)


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    from zhicheng.web.server import serve

    parts = _open(settings)
    print(f"zhicheng {__version__}: {len(parts.library.policies)} policies, serving on http://{settings.host}:{settings.port}", flush=True)
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

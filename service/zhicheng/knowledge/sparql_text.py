"""What can be read off a query's text without evaluating it: the words that stand outside strings, IRIs, names and comments."""

import re
from collections.abc import Iterator

# The terminals of SPARQL 1.1 (§19.8) that a word can hide in, longest first.
TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*''' | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
      | (?P<variable>[?$]\w+)
      | (?P<language>@[A-Za-z][\w-]*)
      | (?P<prefixed>(?P<prefix>\w[\w.-]*)?:(?:[\w:-]|%[0-9A-Fa-f]{2}|\\.|\.(?=[\w:.%\\-]))*)
      | (?P<word>\w+)
      | (?P<brace>[{}])""",
    re.VERBOSE | re.DOTALL,
)
# The engine reads a keyword that follows another one, a number or a name's colon without white space ("ASKFROM<…>", "SERVICE:x").
SERVICE = re.compile(r"\w*service(silent)?", re.I)
FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
# The functions that may give something else each time (SPARQL 1.1 Query, §17.4), or an escape that may hide one (§19.2).
CHANGING = re.compile(r"now|rand|uuid|bnode|\\u", re.I)
FROM = re.compile(r"\w*from(named)?", re.I)
# Without one of these, in whatever place, no token can be FROM: quicker than to look at all of them.
PERHAPS_FROM = re.compile(rf"(?<![\w?$]){FROM.pattern}(?!\w)", re.I)


def _tokens(text: str) -> Iterator[re.Match]:
    return (m for m in TOKEN.finditer(text) if m.lastgroup != "comment")


def form(text: str) -> str | None:
    """The form of a query (SPARQL 1.1 Query, §16) in capitals, such as SELECT; None where it has none."""
    return next((word for token in _tokens(text) if (word := (token["word"] or "").upper()) in FORMS), None)


def asks_service(text: str) -> bool:
    """Whether a query has a SERVICE clause, that is, would send a part of itself elsewhere (SPARQL 1.1 Federated Query, §2)."""
    if "service" not in text.lower():
        return False
    suspect = False
    for token in _tokens(text):
        if suspect and token["brace"] == "{":
            return True
        suspect = bool(token["prefix"] and SERVICE.fullmatch(token["prefix"]))
        if token["word"] and SERVICE.fullmatch(token["word"]):
            return True
    return False


def repeats(text: str) -> bool:
    """Whether the result of a query is surely the same each time over the same data; one that names such a function anywhere is not sure to be."""
    return not CHANGING.search(text)


def names_dataset(text: str) -> bool:
    """Whether a query says with FROM or FROM NAMED what it is put to (SPARQL 1.1 Query, §13.2)."""
    if not PERHAPS_FROM.search(text):
        return False
    declared: set[str] = set()
    declaring = False
    for token in _tokens(text):
        prefix = (token["prefix"] or "").lower()
        if token["prefixed"] and declaring:
            declared.add(prefix)
        elif FROM.fullmatch(token["word"] or "") or prefix not in declared and FROM.fullmatch(prefix):
            return True
        declaring = (token["word"] or "").lower() == "prefix"
    return False

"""Which representation a request asks for, and the headers that say which it got (RFC 9110, 12; RFC 8288)."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from flask import Response, request
from werkzeug.exceptions import NotAcceptable

from zhicheng.errors import Invalid

HTML = {"html": "text/html"}
JSON = {"json": "application/json"}
CSV = {"csv": "text/csv"}
RDF = {"ttl": "text/turtle", "jsonld": "application/ld+json", "nt": "application/n-triples", "rdf": "application/rdf+xml"}


def chosen(offered: Mapping[str, str]) -> str:
    """The name of the format to answer in, of those offered (name: media type; the first where the client does not mind).

    `format=` in the address rules, then the Accept header; a client of JSON gets JSON-LD where that is offered.
    Raises Invalid for a format that is not offered, NotAcceptable where the Accept header allows none.
    """
    names = ", ".join(offered)
    asked = request.args.get("format")
    if asked is not None:
        if asked not in offered:
            raise Invalid("format", f'is "{asked[:40]}"', f"Give one of {names}")
        return asked
    types = {media: name for name, media in offered.items()}
    if "jsonld" in offered:
        types.setdefault("application/json", "jsonld")
    accept = request.accept_mimetypes
    best = accept.best_match(list(types), default=None) if accept else next(iter(types))
    if best is None:
        raise NotAcceptable(f"This is not to be had as {request.headers['Accept'][:80]}. It is to be had as {', '.join(offered.values())}.")
    return types[best]


def located(response: Response, name: str, offered: Mapping[str, str]) -> Response:
    """The response with its own address, and those of the other representations."""
    here = _here()
    response.headers["Content-Location"] = here + name
    for other, media in offered.items():
        if other != name:
            response.headers.add("Link", f'<{here}{other}>; rel="alternate"; type="{media}"')
    return response


def with_format(name: str) -> str:
    """The address of this resource in a format, as a path."""
    return _here() + name


def _here() -> str:
    """The address of this resource up to the name of a format."""
    arguments = [(k, v) for k, v in request.args.items(multi=True) if k != "format"]
    return f"{request.root_path}{quote(request.path)}?{urlencode([*arguments, ('format', '')])}"

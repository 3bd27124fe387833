"""Which representation a request asks for, and the headers that say which it got (RFC 9110, 12; RFC 8288)."""

from collections.abc import Iterable, Mapping
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
    response.headers.extend(locations(_here(), name, offered))
    return response


def locations(here: str, name: str, offered: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers that name a representation's own address, and those of the others; `here` is their address up to the name of a format."""
    return [("Content-Location", here + name), *(("Link", f'<{here}{other}>; rel="alternate"; type="{media}"') for other, media in offered.items() if other != name)]


def with_format(name: str) -> str:
    """The address of this resource in a format, as a path."""
    return _here() + name


def _here() -> str:
    """The address of this resource up to the name of a format."""
    return address(f"{request.root_path}{quote(request.path)}", request.args.items(multi=True))


def address(path: str, arguments: Iterable[tuple[str, str]]) -> str:
    """The address of a resource up to the name of a format."""
    return f"{path}?{urlencode([*((k, v) for k, v in arguments if k != 'format'), ('format', '')])}"

"""What all pages share: their blueprint, addresses in the language of the page, and words, dates and numbers in it."""

from datetime import date
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, current_app, redirect, request, url_for

from zhicheng.answering.language import written_day
from zhicheng.terms import slug
from zhicheng.web.rendering import page_language

pages = Blueprint("pages", __name__)
# Arguments that say how a page is shown, not what it holds.
SHOWN = ("format", "mark", "feedback")


@pages.get("/en")
@pages.get("/en/<path:path>")
def english(path: str = "") -> Response:
    """The English page at the address of the Chinese one with /en before it."""
    arguments = [(k, v) for k, v in request.args.items(multi=True) if k != "lang"]
    return redirect(f"{request.root_path}/{quote(path.lstrip('/'))}?{urlencode([*arguments, ('lang', 'en')])}", 308)


@pages.app_template_global()
def address(endpoint: str, **values) -> str:
    """The address of a page in the language of this one."""
    if page_language() == "en" and endpoint != "static":
        values.setdefault("lang", "en")
    return url_for(endpoint, **values)


@pages.app_template_global()
def here(**changes) -> str:
    """The address of this page with some arguments changed; those that are None are taken out, lists repeated."""
    arguments = [(k, v) for k, v in request.args.items(multi=True) if k not in changes]
    arguments += [(k, v) for k, given in changes.items() if given is not None for v in (given if isinstance(given, list) else [given])]
    path = request.root_path + quote(request.path if request.endpoint else url_for("pages.home"))
    return f"{path}?{urlencode(arguments)}" if arguments else path


@pages.app_template_global()
def other_language() -> str:
    """The address of this page in the other language."""
    return here(lang=None if page_language() == "en" else "en")


@pages.app_template_global()
def lasting(language: str) -> str:
    """The absolute address of this page in a language, without the arguments that only say how it is shown."""
    return request.host_url.rstrip("/") + here(**dict.fromkeys(SHOWN), lang="en" if language == "en" else None)


@pages.app_template_global()
def t(chinese: str, english: str) -> str:
    """The one of two wordings that is in the language of the page."""
    return english if page_language() == "en" else chinese


@pages.app_template_filter()
def day(value: date | str | None) -> str:
    """A date as the language of the page writes it: 2024年10月1日, 1 October 2024."""
    if not value:
        return ""
    return written_day(date.fromisoformat(value) if isinstance(value, str) else value, page_language())


@pages.app_template_filter()
def count(value: int | float) -> str:
    """A number with its thousands set apart."""
    return f"{value:,}"


pages.app_template_filter("local")(slug)


@pages.app_template_global()
def endpoints() -> set[str]:
    """The names of all pages and resources of this application."""
    return set(current_app.view_functions)

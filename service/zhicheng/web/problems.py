"""Errors as RFC 9457 problem documents, or as pages for those who read pages."""

import logging

from flask import Flask, Response, g, json, render_template, request
from werkzeug.exceptions import HTTPException

from zhicheng.errors import Invalid, InvalidMember, InvalidMembers, StoreFailure, Unknown
from zhicheng.web.metrics import route
from zhicheng.web.rendering import page_language, wants_page

logger = logging.getLogger(__name__)


def problem(status: int, title: str, detail: str, **members) -> Response:
    """A problem document, or a page with the same words where the client asked for HTML."""
    if wants_page():
        return Response(render_template("problem.html", title=title, detail=detail, status=status, language=page_language()), status, mimetype="text/html")
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/problem+json")


def register(app: Flask) -> None:
    """Turn every error into a problem document with the right status."""

    @app.errorhandler(Invalid)
    def invalid(error: Invalid) -> Response:
        member = {"pointer": error.pointer} if isinstance(error, InvalidMember) else {"parameter": error.name}
        if isinstance(error, InvalidMembers):
            member["errors"] = [{"pointer": f.pointer, "detail": str(f)} for f in error.faults]
        return problem(400, f"{error.name} {error.problem}", str(error), **member)

    @app.errorhandler(Unknown)
    def unknown(error: Unknown) -> Response:
        in_path = error.asked in (request.path.lstrip("/"), *(request.view_args or {}).values())
        status = 404 if in_path else 400
        return problem(status, f'Unknown {error.kind} "{error.asked}"', str(error), known=error.known)

    @app.errorhandler(StoreFailure)
    def store_failure(error: StoreFailure) -> Response:
        response = problem(503, "The store does not answer", str(error))
        response.headers["Retry-After"] = str(error.retry_after)
        return response

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        told = error.description if error.description != type(error).description else None
        detail = told or (f"The body is too large. Send at most {app.config['MAX_CONTENT_LENGTH']} bytes." if error.code == 413 else error.description or error.name)
        response = problem(error.code or 500, error.name, detail)
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        number = g.get("request_id", "")
        logger.exception("unexpected error", extra={"said": {"route": route(), "id": number}})
        return problem(500, "Internal error", f"The service failed on this request; it has been logged as {number}. Other requests are not affected.")

"""What every response tells the browser it may do (CSP Level 3, WHATWG Fetch and HTML)."""

from flask import Flask, Response

# Nothing but this service's own files, no inline scripts or styles, in frames of its own pages only. A view that says otherwise is obeyed.
POLICY = "default-src 'self'; object-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
FRAMED = ("X-Frame-Options", "SAMEORIGIN")  # for browsers that know no frame-ancestors
# All that is put on a response that says nothing of its own.
PLAIN = [("Content-Security-Policy", POLICY), FRAMED, *HEADERS.items()]


def register(app: Flask) -> None:
    """Put the headers on every response of an application."""

    @app.after_request
    def secure(response: Response) -> Response:
        if "Content-Security-Policy" not in response.headers:
            response.headers["Content-Security-Policy"] = POLICY
            response.headers.setdefault(*FRAMED)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

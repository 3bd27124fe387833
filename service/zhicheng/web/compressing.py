"""Pages packed with gzip for those who accept it (RFC 9110, 8.4.1.3)."""

from flask import Flask, Response, request

from zhicheng.knowledge.results import compressed

# Bytes below which packing is not worth its time.
LEAST = 2000


def register(app: Flask) -> None:
    """Pack the pages of an application; to be called after caching, whose entity tags are the same for either form."""

    @app.after_request
    def pack(response: Response) -> Response:
        if response.mimetype != "text/html" or response.direct_passthrough or "Content-Encoding" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        accepted = "Accept-Encoding" in request.headers and request.accept_encodings["gzip"] > 0
        if accepted and len(body := response.get_data()) >= LEAST:
            response.set_data(compressed([body]))
            response.headers["Content-Encoding"] = "gzip"
        return response

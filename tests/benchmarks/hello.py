"""The application with one more route, /hello: the least that a request to it can cost."""

from zhicheng.web.wsgi import app


@app.get("/hello")
def hello() -> dict:
    return {"hello": "world"}

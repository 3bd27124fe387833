"""The official questions and answers: a page that an agency can publish, to be embedded elsewhere, followed as a feed and taken away as files."""

from datetime import date

from flask import Response, json, render_template, request

from zhicheng.web.api import day_argument, region_arguments, service
from zhicheng.web.pages.blueprint import pages
from zhicheng.web.rendering import faq_json, page_language, wants_page


@pages.get("/faq")
def faq() -> Response | str:
    parts = service()
    entries = parts.faq.entries(day_argument() or date.today(), page_language())
    data = json.dumps(faq_json(entries, request.url_root.rstrip("/")), ensure_ascii=False)
    if not wants_page():
        return Response(data, mimetype="application/ld+json")
    return render_template("faq.html", language=page_language(), entries=entries, data=data.replace("</", "<\\/"))

"""The pages, one module for each family; importing this puts all of them on the blueprint `pages`."""

from zhicheng.web.pages import ask, compare, eligibility, faq, feedback, graph, policies, score, sparql_page, titles  # noqa: F401
from zhicheng.web.pages.blueprint import pages

__all__ = ["pages"]

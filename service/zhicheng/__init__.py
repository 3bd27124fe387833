"""zhicheng: China's engineering-title policies as a verified knowledge graph, and answers from it."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("zhicheng")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0+unknown"

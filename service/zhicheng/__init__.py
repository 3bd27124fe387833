"""zhicheng: China's engineering-title policies as a verified knowledge graph, and answers from it."""

import os
from importlib.metadata import PackageNotFoundError, version

# Numpy's linear algebra would share out what takes a millisecond to threads that wait for each other: ten times the work where every
# processor is busy. It reads this when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

try:
    __version__ = version("zhicheng")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0+unknown"

"""What was put together from the graph's files, kept for the next start.

It is kept under a key that names the files, the program and the libraries, so that it stands for what would be put together
anew; the folder may be emptied at any time. It is read only where this user alone can have written it, as it is Python's own
format (pickle), which could carry instructions.
"""

import gc
import hashlib
import logging
import os
import pickle
import platform
import stat
import tempfile
from functools import cache as once
from importlib.metadata import version
from pathlib import Path
from typing import Any

from zhicheng.settings import PACKAGE

logger = logging.getLogger(__name__)
LIBRARIES = ("numpy", "onnxruntime", "opencc", "pyoxigraph", "pypinyin", "spacy", "tokenizers")
PREFIX = "prepared-"
# How many are kept, of the last used: one for each version of data and program between which a person may go back and forth.
KEPT = 3


def key(home: Path, digest: str, models: str = "") -> str:
    """The key of what is put together from a folder's files, of that digest, by this program and with these language models."""
    return hashlib.sha256(f"{home.resolve()}\0{digest}\0{models}\0{_program()}".encode()).hexdigest()


@once
def _program() -> str:
    """The digest of this program and its libraries as they were when first asked for: one that runs on keeps it, whatever becomes of the files."""
    total = hashlib.sha256(f"{platform.python_implementation()} {platform.python_version()}\0".encode())
    for library in LIBRARIES:
        total.update(f"{library} {version(library)}\0".encode())
    for path in sorted(p for p in PACKAGE.rglob("*") if p.suffix in (".py", ".ttl", ".toml") and "resources" not in p.parts[len(PACKAGE.parts) :]):
        total.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def read(cache: Path, key_: str) -> Any | None:
    """What is kept under a key; None where there is nothing, it is damaged, or another user could have written it."""
    path = cache / (PREFIX + key_)
    try:
        if not (_ours(cache) and _ours(path)):
            return None
        content = memoryview(path.read_bytes())
    except OSError:
        return None
    if hashlib.sha256(content[32:]).digest() != content[:32]:
        logger.warning("%s is damaged; what it held is put together anew", path)
        return None
    collecting = gc.isenabled()
    gc.disable()  # nothing of it is garbage, and looking takes as long as reading
    try:
        return pickle.loads(content[32:])
    finally:
        if collecting:
            gc.enable()


def write(cache: Path, key_: str, value: Any) -> None:
    """Keep something for the next start; a folder that cannot be written costs only the time to put it together again."""
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=cache)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(content).digest() + content)
            os.replace(name, cache / (PREFIX + key_))
        except OSError:
            os.unlink(name)
            raise
        for old in sorted(cache.glob(PREFIX + "*"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        logger.warning("%s cannot be written (%s); the next start takes as long as this one", cache, error.strerror)


def _ours(path: Path) -> bool:
    """Whether a file or folder is this user's, and no one else may write it."""
    found = path.stat()
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))

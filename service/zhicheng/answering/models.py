"""The language models of models.toml: where they are kept, and how they get there.

A model's two files lie in the models folder under the digest of the archive they came in, so that what is there is what was checked.
"""

import hashlib
import logging
import os
import tempfile
import tomllib
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path

from zhicheng.errors import Invalid

logger = logging.getLogger(__name__)
SECONDS = 60


@dataclass(frozen=True)
class Model:
    """A sentence encoder for texts of one language."""

    language: str
    name: str
    archive: str
    sha256: str
    encoder: str
    tokenizer: str

    def files(self, folder: Path) -> tuple[Path, Path]:
        """Where its encoder and its tokenizer lie."""
        return folder / self.sha256[:16] / self.encoder, folder / self.sha256[:16] / self.tokenizer

    def held(self, folder: Path) -> bool:
        """Whether both are there."""
        return all(path.is_file() for path in self.files(folder))


@once
def listed() -> tuple[Model, ...]:
    """The models of models.toml."""
    table = tomllib.loads((Path(__file__).with_name("models.toml")).read_text(encoding="utf-8"))
    return tuple(Model(language, **row) for language, row in table.items())


def fetch(folder: Path, say: Callable[[str], None]) -> None:
    """Bring the models that the folder lacks into it; raises Invalid where one cannot be had, is not the one listed, or the folder cannot be written."""
    for model in listed():
        if model.held(folder):
            say(f"{model.name} is in {folder}")
            continue
        say(f"fetching {model.name} from {model.archive}")
        _unpack(model, folder, _download(model))


def _download(model: Model) -> bytes:
    try:
        with urllib.request.urlopen(model.archive, timeout=SECONDS) as response:
            content = response.read()
    except (urllib.error.URLError, OSError) as error:
        raise Invalid(model.archive, f"cannot be fetched: {error}", "Ask again with the network at hand, or copy the models folder of another machine") from error
    found = hashlib.sha256(content).hexdigest()
    if found != model.sha256:
        raise Invalid(model.archive, f"has the SHA-256 digest {found}", f"Only the archive with {model.sha256} is used; nothing was kept")
    return content


def _unpack(model: Model, folder: Path, content: bytes) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as archive:
            archive.write(content)
            with zipfile.ZipFile(archive) as members:
                for path in model.files(folder):
                    path.parent.mkdir(mode=0o700, exist_ok=True)
                    handle, name = tempfile.mkstemp(dir=path.parent)
                    with os.fdopen(handle, "wb") as file:
                        file.write(members.read(path.name))
                    os.replace(name, path)
    except OSError as error:
        raise Invalid(str(folder), f"cannot be written: {error.strerror}", "Name another folder with ZHICHENG_MODELS") from error

"""How near texts are in meaning, whatever their words: the cosine of the vectors that a sentence encoder gives them.

Each language has its own encoder (models.toml); texts of two languages are not compared. A text's vector is that of its first token beside the
mean of the others', turned by a map that was learnt from texts known to ask the same (attuning.py), so that what such texts differ in counts
for less. Where the models are not at hand texts are compared by their words alone, which answers fewer questions (README, "How questions are understood").
"""

import hashlib
import logging
import os
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from zhicheng.answering.language import detect
from zhicheng.answering.models import Model, listed

logger = logging.getLogger(__name__)
Thing = TypeVar("Thing")
# The cosines, once attuned, at or below which two texts have nothing to do with each other, and from which they mean the same.
APART, SAME = 0.17, 0.88
# The most tokens of a text, the texts encoded at once, and the most vectors that are kept between starts.
LONGEST, BATCH, KEPT = 128, 32, 100_000
LEAST = 1e-9
# What numpy raises for a file that it did not write, or not whole.
UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)
# The file of a home's data/ that attunes its meanings.
ATTUNEMENT = "attunement.npz"


class Meaning(NamedTuple):
    """A text's vector, of length 1, in the space of its language."""

    language: str
    vector: np.ndarray


class Encoder:
    """Gives texts their vectors; the models are opened when the first text comes."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._models = {model.language: model for model in listed() if model.held(folder)}
        if len(self._models) < len(listed()):
            logger.warning("language models are missing from %s: questions are compared by their words alone; `zhicheng models` fetches them", folder)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages whose model is at hand."""
        return tuple(sorted(self._models))

    @property
    def identity(self) -> str:
        """What vectors depend on: the folder and the models in it."""
        return " ".join([str(self._folder), *(model.sha256 for model in self._models.values())])

    def name(self, language: str) -> str | None:
        """What tells the model of a language from others; None where it is missing."""
        return self._models[language].sha256[:16] if language in self._models else None

    def meaning(self, text: str) -> Meaning | None:
        """The meaning of a text; None where the model of its language is missing or it is blank."""
        language = detect(text)
        if language not in self._models or not text.strip():
            return None
        return Meaning(language, self._encode(language, [text])[0])

    def vectors(self, language: str, texts: Sequence[str]) -> np.ndarray | None:
        """The vectors of texts of a language, one row each; those met before are read from the models folder. None where the model is missing."""
        if language not in self._models:
            return None
        path = self._folder / f"vectors-first-mean-{self.name(language)}.npz"
        known = _read(path)
        keys = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if new:
            order = sorted(new, key=lambda key: (len(new[key]), key))
            for start in range(0, len(order), BATCH):
                batch = order[start : start + BATCH]
                known.update(zip(batch, self._encode(language, [new[key] for key in batch]), strict=True))
            _write(path, known, keys)
        return np.array([known[key] for key in keys], dtype=np.float16)

    def _encode(self, language: str, texts: list[str]) -> np.ndarray:
        session, tokenizer = _open(self._models[language], self._folder)
        encoded = tokenizer.encode_batch(texts)
        ids = np.array([e.ids for e in encoded], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.array([e.attention_mask for e in encoded], dtype=np.int64), "token_type_ids": np.zeros_like(ids)}
        tokens = session.run(None, inputs)[0]
        first, last = tokens[:, 0], inputs["attention_mask"].sum(axis=1) - 1  # which stand for the text as a whole, and for its end
        inside = inputs["attention_mask"].astype(np.float32)
        inside[:, 0] = inside[np.arange(len(texts)), last] = 0
        mean = np.einsum("ntd,nt->nd", tokens, inside)
        return np.hstack([part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), LEAST) for part in (first, mean)]).astype(np.float16)


class Attunement(NamedTuple):
    """What is taken off the vectors of a language, and the map by which they are turned."""

    mean: np.ndarray
    map: np.ndarray

    def turned(self, vectors: np.ndarray) -> np.ndarray:
        """Vectors as they are compared, of length 1."""
        turned = (vectors.astype(np.float32) - self.mean) @ self.map
        return (turned / np.maximum(np.linalg.norm(turned, axis=-1, keepdims=True), LEAST)).astype(np.float16)

    @staticmethod
    def write(path: Path, encoder: Encoder, maps: dict[str, "Attunement"]) -> None:
        """Keep the attunements of languages in a file, each under the name of the model that it is for."""
        with path.open("wb") as file:
            np.savez(file, **{f"{encoder.name(language)}-{part}": value.astype(np.float16) for language, held in maps.items() for part, value in held._asdict().items()})


class Attuned:
    """An encoder whose vectors tell less of what texts that ask the same differ in."""

    def __init__(self, encoder: Encoder, path: Path):
        """Take the file that `Attunement.write` wrote; vectors of a model that it does not know, or without it, stay as they are, and the log says so."""
        self._encoder = encoder
        self._attunements: dict[str, Attunement] = {}
        try:
            with np.load(path, allow_pickle=False) as file:
                for language in encoder.languages:
                    self._attunements[language] = Attunement(*(file[f"{encoder.name(language)}-{part}"].astype(np.float32) for part in Attunement._fields))
        except UNREADABLE as error:
            logger.warning("%s does not fit the language models (%s): meanings are compared without it; `zhicheng attune` makes it anew", path, error)

    def meaning(self, text: str) -> Meaning | None:
        """As `Encoder.meaning`, attuned."""
        meaning = self._encoder.meaning(text)
        return meaning and Meaning(meaning.language, self._turned(meaning.language, meaning.vector))

    def vectors(self, language: str, texts: Sequence[str]) -> np.ndarray | None:
        """As `Encoder.vectors`, attuned."""
        vectors = self._encoder.vectors(language, texts)
        return None if vectors is None else self._turned(language, vectors)

    def _turned(self, language: str, vectors: np.ndarray) -> np.ndarray:
        held = self._attunements.get(language)
        return held.turned(vectors) if held else vectors


class Meanings:
    """Texts with their vectors, held to be compared with a question."""

    def __init__(self, encoder: Encoder | Attuned, texts: Sequence[str]):
        self._size = len(texts)
        self._spaces: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for language, places in by_language(range(len(texts)), lambda n: texts[n]).items():
            vectors = encoder.vectors(language, [texts[n] for n in places])
            if vectors is not None:
                self._spaces[language] = (np.array(places, dtype=np.intp), vectors)
        self._widen()

    def _widen(self) -> None:
        """Hold the vectors as they are multiplied; they are kept at half the size, which is all the precision they have."""
        self._wide = {language: vectors.astype(np.float32) for language, (_, vectors) in self._spaces.items()}

    def __getstate__(self) -> dict:
        return {name: value for name, value in self.__dict__.items() if name != "_wide"}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)
        self._widen()

    def near(self, meaning: Meaning | None) -> np.ndarray | None:
        """How near each text is to a meaning, 0 to 1; None where that cannot be told, as no text is of its language."""
        if meaning is None or meaning.language not in self._spaces:
            return None
        places, _ = self._spaces[meaning.language]
        near = np.zeros(self._size)
        near[places] = np.clip((self._wide[meaning.language] @ meaning.vector.astype(np.float32) - APART) / (SAME - APART), 0.0, 1.0)
        return near


def mixed(by_words: np.ndarray, by_meaning: np.ndarray | None, share: float) -> np.ndarray:
    """Two kinds of nearness as one, of which that by meaning has a share."""
    return by_words if by_meaning is None else by_words * (1 - share) + by_meaning * share


def by_language(things: Iterable[Thing], text: Callable[[Thing], str]) -> dict[str, list[Thing]]:
    """Things by the language of their texts."""
    found: dict[str, list[Thing]] = defaultdict(list)
    for thing in things:
        found[detect(text(thing))].append(thing)
    return dict(sorted(found.items()))


@lru_cache(maxsize=8)
def _open(model: Model, folder: Path) -> tuple[Any, Any]:
    """The encoder and the tokenizer of a model, once for a process; they are imported here, as only questions need them."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # it would report its use over the network, and keep a number for this machine
    import onnxruntime
    from tokenizers import Tokenizer

    onnxruntime.disable_telemetry_events()
    encoder, tokens = model.files(folder)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # a question is too short to share out
    tokenizer = Tokenizer.from_file(str(tokens))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding()
    return onnxruntime.InferenceSession(str(encoder), options, providers=["CPUExecutionProvider"]), tokenizer


def _read(path: Path) -> dict[str, np.ndarray]:
    """The vectors kept in a file, by the digest of their text; none where it is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(zip(file["keys"].tolist(), file["vectors"], strict=True))
    except FileNotFoundError:
        return {}
    except UNREADABLE as error:
        logger.warning("%s cannot be read (%s); its vectors are made anew", path, error)
        return {}


def _write(path: Path, known: dict[str, np.ndarray], used: Sequence[str]) -> None:
    """Keep vectors for the next start, those in use last; a folder that cannot be written costs only the time to make them again."""
    keys = list(dict.fromkeys([*used, *reversed(known)]))[:KEPT]
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".npz")
        with os.fdopen(handle, "wb") as file:
            np.savez(file, keys=np.array(keys), vectors=np.array([known[key] for key in keys]))
        os.replace(name, path)
    except OSError as error:
        logger.warning("%s cannot be written (%s); the next start makes its vectors anew", path, error.strerror)

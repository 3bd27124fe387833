"""How the comparison of meanings is attuned to this field: data/attunement.npz is learnt from the wordings of data/*/wordings.tsv.

A map is learnt for each language under which a wording is nearer to those that ask for the same fact than to the others of its policy: the softmax
over its cosines (neighbourhood components analysis: Goldberger et al. 2004, with the cosines of SimCLR: Chen et al. 2020) is ascended from
within-class covariance normalisation (Hatch, Kajarekar, Stolcke 2006). `zhicheng attune` does it; the same wordings and models give the same file.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from zhicheng.answering.language import normalise
from zhicheng.answering.meaning import ATTUNEMENT, Attunement, Encoder, by_language
from zhicheng.answering.models import listed
from zhicheng.answering.reading import Reader, mask
from zhicheng.errors import Invalid
from zhicheng.knowledge import loading, wordings
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.stores import EmbeddedStore
from zhicheng.knowledge.vocabulary import Vocabulary

# The directions that are kept; how much the mean of all is mixed into how far texts that ask the same differ in one.
DIRECTIONS, SHRINKAGE = 256, 1.0
# Steps, texts in each, how sharply cosines are told apart, the share of features left out by chance, and the rate of learning (Adam: Kingma, Ba 2015).
STEPS, BATCH, SHARPNESS, LEFT_OUT, RATE = 500, 256, 14.0, 0.4, 1e-3
MEMORY, EPSILON = (0.9, 0.999), 1e-8
# One wording in so many is kept back to measure what was learnt from the others.
KEPT_BACK = 10


class Asked(NamedTuple):
    """Texts of one language: a vector each, and the numbers of what each asks for and of its policy."""

    vectors: np.ndarray
    subjects: np.ndarray
    policies: np.ndarray

    def at(self, places: np.ndarray) -> "Asked":
        return Asked(self.vectors[places], self.subjects[places], self.policies[places])


def attune(home: Path, encoder: Encoder, say: Callable[[str], None]) -> Path:
    """Learn from the wordings under a folder, write its data/attunement.npz and say what it is worth.

    Raises Invalid where a language's model is missing, as what was learnt for it would be lost, and FaultyGraph where the files are not sound.
    """
    missing = [model.name for model in listed() if model.language not in encoder.languages]
    if missing:
        raise Invalid("ZHICHENG_MODELS", f"is a folder without {' and '.join(missing)}, so that nothing can be learnt for it", "Fetch the models with `zhicheng models`")
    graph = loading.load(home)
    store = EmbeddedStore(graph)
    library = Library(store)
    reader = Reader(store, Vocabulary(store), library)
    held = [(w.subject, normalise(w.text)) for w in wordings.read(home, graph.policies, [*library.facts, *library.silences])]
    maps: dict[str, Attunement] = {}
    for language, texts in by_language([(subject, mask(text, reader.entities(text), ())) for subject, text in held], lambda pair: pair[1]).items():
        vectors = encoder.vectors(language, [text for _, text in texts])
        subjects = [subject for subject, _ in texts]
        asked = Asked(vectors.astype(np.float32), _numbered(subjects), _numbered([subject.rsplit("/", 1)[0] for subject in subjects]))
        back = np.arange(len(subjects)) % KEPT_BACK == 0
        learnt = learn(asked.at(~back))
        before, after = (share_found(asked.at(~back), asked.at(back), turn) for turn in (None, learnt))
        say(f"{language}: of {back.sum()} wordings kept back the nearest of their policy asks for the same in {before:.0%} before, {after:.0%} after")
        maps[language] = learn(asked)
    path = home / "data" / ATTUNEMENT
    Attunement.write(path, encoder, maps)
    return path


def learn(asked: Asked) -> Attunement:
    """The map under which texts that ask for the same are nearest."""
    dice = np.random.default_rng(0)
    mean, start = _normalised(asked)
    vectors = (asked.vectors - mean) @ start
    vectors /= np.linalg.norm(vectors, axis=1).mean()
    _, _, directions = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    turn = np.ascontiguousarray(directions[:DIRECTIONS].T)
    slope, square = np.zeros_like(turn), np.zeros_like(turn)
    pools = [np.flatnonzero(asked.policies == policy) for policy in np.unique(asked.policies)]
    for step in range(STEPS):
        pool = pools[step % len(pools)]
        some = dice.integers(0, len(pool), BATCH)
        uphill = _gradient(_left_out(vectors[pool], dice), _left_out(vectors[pool[some]], dice), some, asked.subjects[pool], turn)
        slope = MEMORY[0] * slope + (1 - MEMORY[0]) * uphill
        square = MEMORY[1] * square + (1 - MEMORY[1]) * uphill**2
        rate = RATE * (1 + np.cos(np.pi * step / STEPS)) / 2
        turn += (rate * (slope / (1 - MEMORY[0] ** (step + 1))) / (np.sqrt(square / (1 - MEMORY[1] ** (step + 1))) + EPSILON)).astype(np.float32)
    return Attunement(mean, (start @ turn).astype(np.float32))


def share_found(known: Asked, new: Asked, turn: Attunement | None) -> float:
    """The share of new texts of which the nearest known one of the same policy asks for the same; as they are, or turned."""
    ours, theirs = (_unit(x.vectors if turn is None else turn.turned(x.vectors).astype(np.float32)) for x in (new, known))
    near = np.where(new.policies[:, None] == known.policies[None], ours @ theirs.T, -np.inf)
    return float((known.subjects[near.argmax(axis=1)] == new.subjects).mean())


def _gradient(pool: np.ndarray, some: np.ndarray, places: np.ndarray, subjects: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """How the likelihood that texts (`some`, at their places in the pool) pick out a text that asks for the same grows with the map."""
    theirs, ours = pool @ turn, some @ turn
    lengths, own_lengths = (np.linalg.norm(x, axis=1, keepdims=True) + EPSILON for x in (theirs, ours))
    theirs, ours = theirs / lengths, ours / own_lengths
    cosines = SHARPNESS * ours @ theirs.T
    cosines[np.arange(len(places)), places] = -np.inf
    same = (subjects[places][:, None] == subjects[None]) & np.isfinite(cosines)
    told = same.any(axis=1)
    wanted = _softmax(np.where(same, cosines, -np.inf)[told]) - _softmax(cosines[told])
    wanted *= SHARPNESS / max(told.sum(), 1)
    to_ours, to_theirs = wanted @ theirs, wanted.T @ ours[told]
    to_ours = (to_ours - ours[told] * (to_ours * ours[told]).sum(axis=1, keepdims=True)) / own_lengths[told]
    to_theirs = (to_theirs - theirs * (to_theirs * theirs).sum(axis=1, keepdims=True)) / lengths
    return some[told].T @ to_ours + pool.T @ to_theirs


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _left_out(vectors: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    """Vectors of which a share of the features is left out by chance, so that no few of them decide (Srivastava et al. 2014)."""
    return vectors * (dice.random(vectors.shape, dtype=np.float32) >= LEFT_OUT) / (1 - LEFT_OUT)


def _normalised(asked: Asked) -> tuple[np.ndarray, np.ndarray]:
    """The mean of vectors, and the map that makes the texts that ask for the same differ alike in every direction."""
    means = np.zeros((asked.subjects.max() + 1, asked.vectors.shape[1]), dtype=np.float32)
    np.add.at(means, asked.subjects, asked.vectors)
    apart = asked.vectors - (means / np.maximum(np.bincount(asked.subjects), 1)[:, None])[asked.subjects]
    spread, directions = np.linalg.eigh(apart.T @ apart / len(apart))
    return asked.vectors.mean(axis=0), ((directions / np.sqrt(spread + SHRINKAGE * spread.mean())) @ directions.T).astype(np.float32)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _numbered(names: Sequence[str]) -> np.ndarray:
    return np.unique(names, return_inverse=True)[1]

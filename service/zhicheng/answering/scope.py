"""Whether a question is a matter of the policies held: one that is not is as near in meaning to questions known to be none as to any wording or pattern."""

from collections.abc import Sequence

from zhicheng.answering.meaning import Attuned, Meaning, Meanings

# How near a question has to be to one that is out of scope, and how much nearer a wording or pattern may be all the same. Set where no question
# that can be answered was refused.
LEAST, MARGIN = 0.45, 0.02


class Scope:
    """Tells questions out of scope; built once from such as are (data/out-of-scope.tsv), and what others are compared with."""

    def __init__(self, outside: Sequence[str], encoder: Attuned, ours: Sequence[Meanings]):
        self._outside, self._ours = Meanings(encoder, outside), tuple(ours)

    def excludes(self, meaning: Meaning | None) -> bool:
        """Whether a question of that meaning is out of scope; never where meanings cannot be compared."""
        strange = _nearest(self._outside, meaning)
        return strange >= LEAST and all(strange >= _nearest(held, meaning) - MARGIN for held in self._ours)


def _nearest(held: Meanings, meaning: Meaning | None) -> float:
    near = held.near(meaning)
    return 0.0 if near is None else float(near.max(initial=0.0))

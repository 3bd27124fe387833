"""Scores: what a policy's scoring standard gives for entries, level by level, with what was cut and why."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product

from zhicheng.answering.entries import Entry, number
from zhicheng.answering.statements import statement
from zhicheng.knowledge.policies import Fact, Library
from zhicheng.knowledge.rubrics import Indicator, Limit, Rubric

WORDS = {
    "zh": {
        "maximum": "{where}：{raw}分，按最高分值计{score}分",
        "best": "{where}：合计{raw}分，就高计{score}分{rule}",
        "limit": "{where}：共{count}项，计{number}项，其余{left}项不计{rule}",
        "outside": "{where}：第{rank}名在所印名次（{ranks}）之外，{count}项按规则不计分，由专家酌定{rule}",
        "unprinted": "{where}：第{rank}名在所印名次（{ranks}）之外，{count}项按规则不计分；文本没有写明由谁量分，须由专家判断",
        "unused": "{where}：第{rank}名的分值由规则规定，未采用所填的{points}分",
        "years": "{where}：{years}年按{count}年计{rule}",
        "adjusted": "{where}：{points}分{rule}",
        "rule": "（{said}）",
        "step": " / ",
        "rank": "第{0}名",
        "ranks": "第{0}-{1}名",
        "list": "、",
    },
    "en": {
        "maximum": "{where}: {raw} points, capped at the maximum of {score}",
        "best": "{where}: {raw} points together, only the highest count: {score}{rule}",
        "limit": "{where}: {count} items, of which {number} count and {left} do not{rule}",
        "outside": "{where}: rank {rank} is outside the printed ranks ({ranks}); {count} item(s) score nothing by rule and are for the experts to judge{rule}",
        "unprinted": "{where}: rank {rank} is outside the printed ranks ({ranks}); {count} item(s) score nothing by rule; the text does not say who scores them, which is for experts to judge",
        "unused": "{where}: the rule fixes the points of rank {rank}; the {points} points given were not used",
        "years": "{where}: {years} years count as {count}{rule}",
        "adjusted": "{where}: {points} points{rule}",
        "rule": " ({said})",
        "step": " / ",
        "rank": "rank {0}",
        "ranks": "ranks {0}-{1}",
        "list": ", ",
    },
}
# Items that the same limits bind: their leaf, and the limits.
Kind = tuple[str, frozenset[Limit]]
Quota = dict[Kind, int]


@dataclass(frozen=True)
class Reason:
    """Why entries count as they do, in a sentence, and the rule (IRI) that says so where it is one beside the indicator itself."""

    text: str
    rule: str | None = None


@dataclass
class Result:
    """What one indicator gives: the points of its entries or parts, those that count, and why they are fewer; `remarks` are on its entries."""

    indicator: Indicator
    raw: Fraction
    score: Fraction
    reasons: list[Reason] = field(default_factory=list)
    parts: list["Result"] = field(default_factory=list)
    remarks: list[Reason] = field(default_factory=list)

    @property
    def capped(self) -> bool:
        """Whether fewer points count than the entries or parts give."""
        return self.score < self.raw

    def all(self) -> Iterator["Result"]:
        """The result and those of all parts, in the order of print."""
        yield self
        for part in self.parts:
            yield from part.all()


@dataclass
class Score:
    """The result of the whole rubric, remarks in the order of print, and the printed rules of the indicators used that only people can follow."""

    rubric: Rubric
    result: Result
    notes: list[str]
    rules: list[tuple[Indicator, Fact]]


def score(library: Library, rubric: Rubric, entries: list[Entry], language: str = "zh") -> Score:
    """What a rubric gives for entries; their order plays no part, and one more never lowers it.

    Points of one item are those of the band that holds its rank; each level gives no more than its maximum. Where a limit on the
    number of items spans several indicators, those are left out that add least to the score of the indicator around them; within
    one indicator, those with the fewest points.
    """
    tally = _Tally(rubric, library, language)
    for entry in entries:
        tally.add(entry)
    result = tally.evaluate(rubric.root, {})
    for part in result.all():
        part.remarks = tally.remarks(part.indicator)
    notes = [reason.text for part in result.all() for reason in [*part.remarks, *part.reasons]]
    touched = {n for entry in entries for n in entry.leaf.lineage()}
    rules = [(n, rule) for n in rubric.root.tree() if n in touched for rule in n.rules if rule.iri not in rubric.applied]
    return Score(rubric, result, notes, rules)


def spread(library: Library, rubric: Rubric, entries: list[Entry]) -> tuple[Fraction, Fraction]:
    """The least and the most that a rubric gives for entries where experts choose each of the points that are theirs anew."""
    ends = zip(*(rubric.range(e.leaf) if e.points is not None else (None, None) for e in entries))
    low, high = (score(library, rubric, [replace(e, points=p) for e, p in zip(entries, end)]).result.score for end in ends) if entries else (Fraction(0), Fraction(0))
    return low, high


class _Tally:
    """Items with their points, by leaf and by the limits that bind them."""

    def __init__(self, rubric: Rubric, library: Library, language: str):
        self._rubric, self._library, self._language, self._words = rubric, library, language, WORDS[language]
        self._limits: dict[str, set[Limit]] = defaultdict(set)
        for node in rubric.root.tree():
            for limit in node.limits:
                for band in limit.bands:
                    self._limits[band].add(limit)
        self._items: dict[str, dict[Kind, dict[Fraction, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
        self._outside: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._remarks: dict[str, set[Reason]] = defaultdict(set)

    def add(self, entry: Entry) -> None:
        """Take in one entry: its points, and what has to be remarked on it."""
        leaf, count = entry.leaf, int(entry.count)
        band = next((b for b in leaf.bands if b.holds(entry.rank)), None)
        if band is None:
            self._outside[leaf.iri][entry.rank or 0] += count
            return
        points = band.points(entry.rank, entry.points)
        if count != entry.count:
            self._remark(leaf, "years", self._rubric.full_years[band.iri], years=number(entry.count), count=count)
        if entry.points is not None and not band.judged:
            self._remark(leaf, "unused", rank=entry.rank, points=number(entry.points))
        for adjustment in self._rubric.adjustments:
            if band.iri in adjustment.bands and entry.related is adjustment.related:
                points = max(Fraction(0), points + adjustment.points)
                self._remark(leaf, "adjusted", adjustment.rule, points=number(points))
        self._items[leaf.iri][leaf.iri, frozenset(self._limits[band.iri])][points] += count

    def remarks(self, leaf: Indicator) -> list[Reason]:
        """What has to be remarked on the entries of a leaf."""
        rule = next((self._rubric.other_ranks[n.iri] for n in leaf.lineage() if n.iri in self._rubric.other_ranks), None)
        printed = self._words["list"].join(self._words["rank" if b.ranks[0] == b.ranks[1] else "ranks"].format(*b.ranks) for b in leaf.bands if b.ranks)
        word = "outside" if rule else "unprinted"
        outside = [self._said(leaf, word, rule, rank=rank, ranks=printed, count=n) for rank, n in sorted(self._outside[leaf.iri].items()) if n]
        return sorted(self._remarks[leaf.iri], key=lambda reason: reason.text) + outside

    def _remark(self, leaf: Indicator, word: str, rule: str | None = None, **values) -> None:
        self._remarks[leaf.iri].add(self._said(leaf, word, rule, **values))

    def _said(self, node: Indicator, word: str, rule: str | None, **values) -> Reason:
        """A remark on an indicator, with the rule as it is printed."""
        above = [n.fact.label[self._language] for n in reversed(node.lineage()[:-1])]
        said = self._words["rule"].format(said=statement(self._library.facts[rule], self._language)) if rule else ""
        return Reason(self._words[word].format(where=self._words["step"].join(above) or node.fact.label[self._language], rule=said, **values), rule)

    def evaluate(self, node: Indicator, quota: Quota) -> Result:
        """The result of an indicator where no more than so many items of a kind count."""
        bound = {limit: kinds for limit in node.limits if (kinds := self._kinds(node, limit))}
        if not bound:
            return self._result(node, quota)
        kinds = list(dict.fromkeys(kind for own in bound.values() for kind in own))
        most = [min([self._number(kind), *([quota[kind]] if kind in quota else []), *(n.number for n in bound if n in kind[1])]) for kind in kinds]
        tried = []
        for chosen in _choices(most, [(limit.number, [limit in kind[1] for kind in kinds]) for limit in bound]):
            kept = quota | dict(zip(kinds, chosen))
            result = self._result(node, kept)
            tried.append((result.score, sum(self._kept(kind, kept) for kind in kinds), result, kept))
        _, _, best, kept = max(tried, key=lambda t: t[:2])
        for limit, own in bound.items():
            count, counted = sum(map(self._number, own)), sum(min(kept[k], self._number(k)) for k in own)
            if count > limit.number:
                rule = limit.rule if limit.rule in self._rubric.applied else None
                best.reasons.insert(0, self._said(node, "limit", rule, count=count, number=counted, left=count - counted))
        return best

    def _kinds(self, node: Indicator, limit: Limit) -> list[Kind]:
        return [kind for leaf in node.tree() for kind in self._items.get(leaf.iri, ()) if limit in kind[1]]

    def _number(self, kind: Kind) -> int:
        return sum(self._items[kind[0]][kind].values())

    def _kept(self, kind: Kind, quota: Quota) -> Fraction:
        """The points of the items of a kind that a quota keeps: those with the most."""
        left, total = quota.get(kind, self._number(kind)), Fraction(0)
        for points, count in sorted(self._items[kind[0]][kind].items(), reverse=True):
            total, left = total + points * min(left, count), left - min(left, count)
        return total

    def _result(self, node: Indicator, quota: Quota) -> Result:
        """The result of an indicator from its items or parts: together or only the highest, and no more than the maximum."""
        parts = [self.evaluate(child, quota) for child in node.children]
        if node.bands:
            own = self._items.get(node.iri, {})
            raw = sum((points * count for items in own.values() for points, count in items.items()), Fraction(0))
            together = sum((self._kept(kind, quota) for kind in own), Fraction(0))
            highest = max((self._kept(kind, {kind: min(1, quota.get(kind, 1))}) for kind in own), default=Fraction(0))
        else:
            raw = together = sum((part.score for part in parts), Fraction(0))
            highest = max((part.score for part in parts), default=Fraction(0))
        counted, reasons = together, []
        if node.best_only and highest < counted:
            rule = next((self._rubric.highest_only[n.iri] for n in node.lineage() if n.iri in self._rubric.highest_only), None)
            reasons.append(self._said(node, "best", rule, raw=number(counted), score=number(highest)))
            counted = highest
        if node.maximum is not None and counted > node.maximum:
            reasons.append(self._said(node, "maximum", None, raw=number(counted), score=number(node.maximum)))
            counted = node.maximum
        return Result(node, raw, counted, reasons, parts)


def _choices(most: list[int], limits: list[tuple[int, list[bool]]]) -> Iterator[tuple[int, ...]]:
    """All ways to keep items of each kind within limits on their sums that leave no room for one more."""

    def fits(chosen: tuple[int, ...]) -> bool:
        return all(sum(n for n, in_ in zip(chosen, held) if in_) <= number for number, held in limits)

    for chosen in product(*(range(n, -1, -1) for n in most)):
        if fits(chosen) and not any(n < most[i] and fits((*chosen[:i], n + 1, *chosen[i + 1 :])) for i, n in enumerate(chosen)):
            yield chosen

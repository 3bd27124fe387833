"""Comparisons: what the policies of several regions say on a title, aspect by aspect and degree by degree, side by side."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from zhicheng.answering import statements
from zhicheng.answering.alignment import Gates, Way
from zhicheng.answering.contents import Contents, Group, Number
from zhicheng.errors import Unknown
from zhicheng.knowledge.policies import Fact, Library, Policy
from zhicheng.knowledge.stores import GraphStore
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import slug

# Trees are told whole.
DEPTH = 9
WORDS = {
    "zh": {"for": "{aspect}：{holder}", "after": "{aspect}：{holder}，取得{level}职称后的年限", "direct": "{aspect}：{holder}，不要求先有职称的年限", "years": "年", "of": "{aspect}：{value}", "stop": "。"},
    "en": {"for": "{aspect}: {holder}", "after": "{aspect}: {holder}, years after a title of the {level}", "direct": "{aspect}: {holder}, years without an earlier title", "years": "years", "of": "{aspect}: {value}", "stop": "."},
}


@dataclass
class Cell:
    """What one region's policies say in a row: the text, the facts that are told, and the number where the row compares one."""

    text: str
    facts: list[Fact]
    value: Fraction | None = None


@dataclass
class Row:
    """One aspect, or a part of one, with a cell for each region; None where its policies say nothing.

    `aspect` is the slug of the aspect, with what it is narrowed to behind a slash; `parent` then is the aspect. `strictest` and `loosest`
    are the regions with the most and the least demanding number; empty where numbers do not compare or do not differ.
    """

    aspect: str
    label: str
    cells: dict[str, Cell | None]
    parent: str | None = None
    unit: str | None = None
    strictest: list[str] = field(default_factory=list)
    loosest: list[str] = field(default_factory=list)

    @property
    def silent(self) -> list[str]:
        """The regions whose policies say nothing."""
        return [region for region, cell in self.cells.items() if cell is None]

    @property
    def differs(self) -> bool:
        """Whether the regions that speak do not all say the same: the same number where each has one, else the same words."""
        said = [cell for cell in self.cells.values() if cell]
        values = [cell.value for cell in said]
        return len(set(values)) > 1 if None not in values else len({cell.text for cell in said}) > 1

    @property
    def uneven(self) -> bool:
        """Whether the regions differ in what they say, or in whether they say anything."""
        return self.differs or 0 < len(self.silent) < len(self.cells)


@dataclass
class Table:
    """A comparison: the title (IRI), the regions (IRIs) with their policies, the titles' rows, and the regions whose policies do not deal with the title."""

    title: str
    language: str
    day: date
    policies: dict[str, list[Policy]]
    rows: list[Row]
    without: list[str]


class Comparison:
    """Compares what policies say."""

    def __init__(self, store: GraphStore, vocabulary: Vocabulary, library: Library):
        self._vocabulary, self._library = vocabulary, library
        self._contents, self._gates = Contents(store, vocabulary, library), Gates(store, vocabulary, library)

    @property
    def titles(self) -> list[str]:
        """The titles (IRIs) that policies speak of, from the lowest."""
        ranks = {t: [self._vocabulary.concepts[level].rank or 0 for level in self._vocabulary.upper[t]] for t in self._contents.titles}
        return sorted(self._contents.titles, key=lambda t: (ranks[t], t))

    @property
    def regions(self) -> list[str]:
        """The regions (IRIs) of which a policy is held, in the order of columns."""
        return sorted(self._library.regions)

    @cached_property
    def groups(self) -> list[Group]:
        """The aspects that can be compared, group by group; those on which no policy speaks are left out."""
        return [Group(g.id, g.whatever_title, g.label, spoken) for g in self._contents.groups if (spoken := [*filter(self._contents.spoken, g.aspects)])]

    def deals(self, region: str, title: str) -> bool:
        """Whether a policy of a region (IRI) says anything about a title (IRI) in particular."""
        return any(self._contents.deals(policy, title) for policy in self._library.regions[region])

    def compare(
        self, title: str, regions: Iterable[str] = (), language: str = "zh", day: date | None = None, aspects: Iterable[str] = (), uneven: bool = False
    ) -> Table:
        """The comparison for a title (slug) of regions (slugs; all when none; a province stands for those within it).

        `aspects` limits the rows to aspects and groups of them (slugs; all when none), `uneven` to those in which the regions differ, be
        it by silence. Raises Unknown, naming the known ones, for a title that no policy speaks of, a region of which no policy is held,
        and an aspect that is not compared.
        """
        titles = {slug(t): t for t in self._contents.titles}
        if title not in titles:
            raise Unknown("title", title, list(titles))
        chosen = self._regions(list(regions))
        wanted = self._aspects(list(aspects))
        without = [r for r in chosen if not self.deals(r, titles[title])]
        sheet = _Sheet(self._contents, self._gates, self._vocabulary, self._library, titles[title], chosen, language)
        rows = [row for row in sheet.rows(wanted) if row.uneven or not uneven]
        return Table(titles[title], language, day or date.today(), {r: self._library.regions[r] for r in chosen}, rows, without)

    def _aspects(self, asked: list[str]) -> list[str]:
        """The aspects (IRIs) that slugs of aspects and groups name, in the order of rows."""
        known: dict[str, list[str]] = {slug(a): [a] for group in self.groups for a in group.aspects} | {group.id: group.aspects for group in self.groups}
        for name in asked:
            if name not in known:
                raise Unknown("aspect", name, list(known))
        wanted = {a for name in asked for a in known[name]}
        return [a for group in self.groups for a in group.aspects if a in wanted or not asked]

    def _regions(self, asked: list[str]) -> list[str]:
        held = self._library.regions
        known = {r.rsplit("/", 1)[-1]: r for region in held for r in self._around(region)}
        chosen: list[str] = []
        for name in asked:
            if name not in known:
                raise Unknown("region", name, list(known))
            chosen += [r for r in self._vocabulary.within(known[name]) if r in held and r not in chosen]
        return chosen or self.regions

    def _around(self, region: str) -> list[str]:
        return [region, *(upper for near in self._vocabulary.upper[region] for upper in self._around(near))]


class _Sheet:
    """One comparison in the making."""

    def __init__(self, contents: Contents, gates: Gates, vocabulary: Vocabulary, library: Library, title: str, regions: list[str], language: str):
        self._contents, self._gates, self._vocabulary, self._library = contents, gates, vocabulary, library
        self._title, self._regions, self._language, self._words = title, regions, language, WORDS[language]

    def rows(self, aspects: list[str]) -> list[Row]:
        """The rows of aspects (IRIs), each with the rows of its parts behind it."""
        rows = []
        for iri in aspects:
            aspect, label = slug(iri), self._vocabulary.label(iri, self._language)
            rows.append(Row(aspect, label, {slug(r): self._cell(r, iri) for r in self._regions}))
            if iri == self._gates.aspect:
                rows += self._degrees(aspect, label)
            rows += [self._number(aspect, label, number) for number in self._contents.numbers.values() if number.aspect == aspect]
        return rows

    def _cell(self, region: str, aspect: str) -> Cell | None:
        facts = [f for policy in self._library.regions[region] for f in self._contents.facts(policy, aspect, self._title)]
        return self._told(facts) if facts else None

    def _told(self, facts: list[Fact], value: Fraction | None = None) -> Cell:
        """A cell of facts, one a line; what another route asks for begins with the kind of route."""
        lines = []
        for fact in facts:
            kind = self._contents.route_kind(fact)
            said = statements.told(fact, self._language, DEPTH) + self._words["stop"]
            lines.append(self._words["of"].format(aspect=self._vocabulary.label(kind, self._language), value=said) if kind else said)
        shown = [s for fact in facts for s in statements.shown(fact, self._language, DEPTH)]
        return Cell("\n".join(dict.fromkeys(lines)), list(dict.fromkeys(shown)), value)

    def _degrees(self, aspect: str, label: str) -> list[Row]:
        """A row for each degree and skill grade that a gate names, and where it is asked for on several terms one for each."""
        ways = {r: [w for p in self._library.regions[r] for w in self._gates.ways.get((p.iri, self._title), ())] for r in self._regions}
        holders = {h for found in ways.values() for way in found for h in way.holders}
        concepts = sorted((self._vocabulary.concepts[h] for h in holders), key=lambda c: (c.scheme, c.rank is None, c.rank or 0, c.id))
        rows = []
        for concept in concepts:
            own = {r: [w for w in found if concept.iri in w.holders] for r, found in ways.items()}
            terms = {w.after for found in own.values() for w in found}
            rows.append(self._years(f"{aspect}/{concept.id}", aspect, self._words["for"].format(aspect=label, holder=concept.label[self._language]), own))
            single = [slug(r) for r, found in own.items() if len({w.after for w in found}) == 1]
            for after in sorted(terms, key=lambda a: a or "") if len(terms) > 1 else []:
                name = self._words["after" if after else "direct"].format(aspect=label, holder=concept.label[self._language], level=self._vocabulary.label(after, self._language) if after else "")
                rows.append(self._years(f"{aspect}/{concept.id}/{slug(after) if after else 'none'}", aspect, name, {r: [w for w in found if w.after == after] for r, found in own.items()}, single))
        return rows

    def _years(self, id_: str, aspect: str, label: str, ways: dict[str, list[Way]], ranked: list[str] | None = None) -> Row:
        """A row of ways, with the least years of each region where all ask on the same terms.

        Only regions that know no other terms are ranked: another way may be the easier one.
        """
        comparable = len({w.after for found in ways.values() for w in found}) == 1
        cells = {}
        for region, found in ways.items():
            years = [w.years for w in found]
            value = min((y for y in years if y is not None), default=None) if comparable and None not in years else None
            cells[slug(region)] = self._told(list(dict.fromkeys(f for w in found for f in w.facts)), value) if found else None
        return self._ranked(Row(id_, label, cells, aspect, self._words["years"]), "higher", ranked)

    def _number(self, aspect: str, label: str, number: Number) -> Row:
        cells: dict[str, Cell | None] = {}
        for region in self._regions:
            stated = [self._library.facts[iri] for iri in number.values if self._library.policy_of(iri).region == region]
            facts = [f for f in stated if self._contents.holds(f, self._title)]
            values = {number.values[f.iri] for f in facts}
            cells[slug(region)] = self._told(facts, values.pop() if len(values) == 1 else None) if facts else None
        name = self._words["of"].format(aspect=label, value=number.label[self._language])
        return self._ranked(Row(f"{aspect}/{number.id}", name, cells, aspect, number.unit[self._language]), number.stricter)

    @staticmethod
    def _ranked(row: Row, stricter: str, among: list[str] | None = None) -> Row:
        values = {region: cell.value for region, cell in row.cells.items() if cell and cell.value is not None and (among is None or region in among)}
        if len(set(values.values())) > 1:
            ends = (max(values.values()), min(values.values()))
            strict, loose = ends if stricter == "higher" else ends[::-1]
            row.strictest = [region for region, value in values.items() if value == strict]
            row.loosest = [region for region, value in values.items() if value == loose]
        return row

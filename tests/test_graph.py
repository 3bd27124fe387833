"""The real graph is sound, whole, and its checks catch what is planted."""

import hashlib

import pytest

from zhicheng.errors import FaultyGraph
from zhicheng.knowledge import checking, loading

# The official texts as they were handed over: they are sliced, never edited.
TEXTS = {
    "beijing-2020-17": "ee69eebf974c2bbda64fc46f7d0b087edcf0eb68eb4aba6958d2e4f4e9ea0cc8",
    "changzhi-2022-139": "7bdd9f8106a4a1185ca541a3aa246c6175b0b4cce8474daff840d7b127da8188",
    "tianjin-2019-39": "87bad7df489616758e323f4648b0cf549c25b5b2fa913f70c6ecc55df97b32af",
    "wenzhou-engineer-draft": "7d892f1fdc4de90816add813a13f1282f3797fe13528673d010cd67f8ca9dca7",
    "xinzhou-2024-18": "184ff2956dcb7fcb23c8b7b5df37b8d9b4ce8eb8c88cc2e9a0fc81e89bf51c0a",
}
# Clauses that state no fact: the head row of a table, and a page left empty.
TEXT_ONLY = {"wenzhou-engineer-draft": {"rb-h"}, "xinzhou-2024-18": {"ft-page"}}


def test_the_real_graph_has_no_faults(graph, home):
    assert checking.check(graph, home) == []


def test_the_official_texts_are_unchanged(home):
    for policy, digest in TEXTS.items():
        assert hashlib.sha256((home / "data" / policy / "text.txt").read_bytes()).hexdigest() == digest


def test_every_clause_is_modelled(graph):
    rows = {row.policy: row for row in checking.coverage(graph)}
    assert rows.keys() == TEXTS.keys()
    for policy, row in rows.items():
        assert set(row.text_only) == TEXT_ONLY.get(policy, set())


def plant(copy, path, old, new):
    file = copy / path
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{path} no longer holds {old!r}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def found(copy) -> str:
    try:
        return "\n".join(map(str, checking.check(loading.load(copy), copy)))
    except FaultyGraph as error:
        return str(error)


ANNEX = "data/tianjin-2019-39/annex.ttl"
FACTS = "data/tianjin-2019-39/facts.ttl"
PLANTED = {
    "broken Turtle": (ANNEX, "a zc:AtLeast ;", "a zc:AtLeast ", "data/tianjin-2019-39/annex.ttl:"),
    "a quote that is not in its clause": (FACTS, "副高级对应专业技术岗位五至七级\" ]", "副高级对应专业技术岗位五至八级\" ]", "is not in tianjin-2019-39/c-s2-1-5"),
    "a number that is not in the quote": (ANNEX, "zc:minimumYears 4", "zc:minimumYears 3", "which stands in none of its quotes"),
    "overlapping post grades": (FACTS, "zc:toPostGrade 7", "zc:toPostGrade 8", "map to the same post grade"),
    "a misspelt concept": (ANNEX, "education:doctor", "education:doctorate", "is no defined concept"),
    "a misspelt property": (ANNEX, "zc:minimumYears", "zc:minimalYears", "is not in the ontology"),
    "more items asked for than there are": (ANNEX, "zc:minimumSatisfied 2", "zc:minimumSatisfied 20", "asked for than there are"),
    "a missing English label": ("ontology/schemes/title.ttl", '"technician"@en', '"technician"@fr', "one English prefLabel"),
    "a rubric that does not sum up": ("data/wenzhou-engineer-draft/rubric.ttl", "zc:maximumPoints 55", "zc:maximumPoints 54", "do not sum to the total"),
    "a line that no clause holds": ("data/xinzhou-2024-18/outline.tsv", "\nft-page\t", "\n#ft-page\t9x\t", "outline.tsv:"),
    "an entry answered by no query": ("data/tianjin-2019-39/faq.ttl", 'zc:answeredBy "specialties"', 'zc:answeredBy "speciality"', "the query speciality does not exist"),
    "a draft called in force": ("data/wenzhou-engineer-draft/facts.ttl", "zc:textHeld true", "zc:textHeld true ; <http://data.europa.eu/eli/ontology#in_force> <http://data.europa.eu/eli/ontology#InForce-inForce>", "a draft is never in force"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_named_with_its_place(copy, name):
    path, old, new, said = PLANTED[name]
    plant(copy, path, old, new)
    assert said in found(copy)


def test_a_cycle_of_requirements_is_named(copy):
    with (copy / ANNEX).open("a", encoding="utf-8") as file:
        file.write("\ntj:r-se-achv-1 zc:hasMember tj:r-se-achv .\n")
    said = found(copy)
    assert "the requirement contains itself" in said and "tianjin-2019-39/r-se-achv" in said


def test_a_fault_is_one_line(copy):
    plant(copy, FACTS, "副高级对应专业技术岗位五至七级\" ]", "副高级对应专业技术岗位五至八级\" ]")
    for fault in checking.check(loading.load(copy), copy):
        assert "\n" not in str(fault)


def test_a_file_that_is_not_utf_8_is_named(copy):
    (copy / ANNEX).write_bytes(b"# \xff\xfe")
    assert "annex.ttl" in found(copy)

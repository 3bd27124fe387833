"""Scores by Wenzhou's draft standard: every indicator, cap, rank and limit as the annex prints them, and what bad input is told."""

from fractions import Fraction as F
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

POLICY = "wenzhou-engineer-draft"
SCORE = f"/api/rubrics/{POLICY}/score"
# The annex, typed from the text: where an indicator stands, the points of one item by rank (1, 2, …; one value where rank plays no part, a pair
# where experts decide between them), and the maximum of the row; None where the maximum is that of the level above.
HONOUR, ASSESSED = ("职业道德", "个人荣誉"), ("职业道德", "近三年个人年度考核")
DEGREE, YEARS, POST = (("专业技术经历和水平", name) for name in ("学历学位", "工作经历", "任职情况"))
INDUSTRY = ("专业技术经历和水平", "行业影响力")
RESEARCH, BUILD, PROMOTE = (("专业工作业绩", name) for name in ("科研技术开发类", "工程建设生产类", "技术推广与服务类"))
PROMOTED = (*PROMOTE, "推广产品、技术近3年内收入达到所在单位同期总收入的3%以上或新增收入200万元以上，取得显著成果或经济效益")
SERVED = (*PROMOTE, "标准化、计量、检测评估、技术咨询等服务，项目金额200万元以上，取得显著成果或经济效益")
AWARD, FIRST, STANDARD, PATENT, PAPER = (("专业技术成果", name) for name in ("成果奖项", "制造业首台（套）、首批次、首版次", "标准", "专利", "论文"))


def falling(best: int, ranks: int, step: int = 1) -> list:
    return [best - step * n for n in range(ranks)]


COUNTED = {
    (*HONOUR, "市厅级及以上"): ("5", "10"), (*HONOUR, "县市区级"): ("3", "10"), (*HONOUR, "其他"): ("0.3", "1.8"), (*ASSESSED, "个人年度考核优秀"): ("0.3", "1.2"),
    (*YEARS, "从事申报专业年限"): ("1", "10"), (*YEARS, "从事非申报专业但从事工业工程系列年限"): ("0.3", "3"),
    (*INDUSTRY, "学术报告、培训授课情况", "市厅级及以上"): ("0.5", "2"), (*INDUSTRY, "学术报告、培训授课情况", "县市区级及以下（含企业内部）"): ("0.2", "2"),
}  # fmt: skip
HELD = {
    (*POST, "规上企业", "单位技术负责人"): 10, (*POST, "规上企业", "部门负责人"): 7, (*POST, "规上企业", "技术骨干"): 5,
    (*POST, "规下企业", "单位技术负责人"): 7, (*POST, "规下企业", "部门负责人"): 5, (*POST, "规下企业", "技术骨干"): 3,
    (*POST, "其他单位任职", "单位技术负责人"): 3, (*POST, "其他单位任职", "部门负责人"): 2, (*POST, "其他单位任职", "技术骨干"): 1,
    (*INDUSTRY, "技术中心、创新平台或重点实验室主要负责人", "市厅级及以上"): 5, (*INDUSTRY, "技术中心、创新平台或重点实验室主要负责人", "县市区级"): 3,
    (*INDUSTRY, "参加社会团体", "市厅级及以上", "主要负责人"): 5, (*INDUSTRY, "参加社会团体", "市厅级及以上", "常务理事"): 4, (*INDUSTRY, "参加社会团体", "市厅级及以上", "理事"): 3,
}  # fmt: skip
DEGREES = {(*DEGREE, "硕士及以上"): 10, (*DEGREE, "本科"): 6, (*DEGREE, "专科"): 4}
RANKED = {
    (*RESEARCH, "省部级项目"): (falling(10, 7), 40), (*RESEARCH, "市厅级项目"): (falling(7, 7), 35), (*RESEARCH, "县区级项目"): (falling(5, 5), 20),
    (*BUILD, "合同金额1000万元以上"): (falling(10, 7), 40), (*BUILD, "合同金额500万元以上"): (falling(7, 5), 35), (*BUILD, "合同金额100万元以上"): (falling(5, 3), 20),
    (*AWARD, "省（部）级及以上", "一等奖"): ([20] * 9 + [18, 16, 14, 12], None), (*AWARD, "省（部）级及以上", "二等奖"): ([15] * 7 + [13, 11], None),
    (*AWARD, "省（部）级及以上", "三等奖"): ([10] * 5 + [8, 6], None), (*AWARD, "市厅级", "一等奖"): ([15] * 5 + [13, 11, 9], None),
    (*AWARD, "市厅级", "二等奖"): ([10] * 3 + [8, 6, 4, 2], None), (*AWARD, "市厅级", "三等奖"): ([8] * 4, None),
    (*AWARD, "县区级", "一等奖"): ([10] * 5, None), (*AWARD, "县区级", "二等奖"): ([8] * 4, None), (*AWARD, "县区级", "三等奖"): ([6] * 3, None),
    (*FIRST, "工信部", "首台（套）重大技术装备保险补偿项目"): ([8] * 2 + [6] * 4 + [4] * 4, None),
    (*FIRST, "省厅级", "国际"): ([6] * 2 + [4] * 4 + [2] * 4, None), (*FIRST, "省厅级", "国内"): ([4] * 2 + [3] * 4 + [2] * 4, None), (*FIRST, "省厅级", "省内"): ([2] * 3 + [1] * 7, None),
    (*FIRST, "市级", "国际"): ([5] * 3 + [3] * 7, None), (*FIRST, "市级", "国内"): ([3] * 3 + [1] * 7, None),
    (*STANDARD, "国家标准"): ([15] * 3 + falling(10, 4, 2), 15), (*STANDARD, "行业标准"): ([10] * 3 + falling(9, 4, 2), 10),
    (*STANDARD, "省级地方标准/团体标准"): (falling(14, 7, 2), 10), (*STANDARD, "企业标准"): ([3, 2, 1], 5),
    (*PATENT, "发明专利"): ([8, 7, 6, 5, 4, 3, 2], 15), (*PATENT, "实用新型专利/软件著作权"): ([6, 5, 4, *[("0.5", "3")] * 4], 10), (*PATENT, "外观专利"): ([3, 2, 1], 5),
    (*PAPER, "核心期刊"): ([10, 9, 8, 7, 6], 10), (*PAPER, "其他学术期刊"): ([5, 4, 3, 2, 1], None), (*PAPER, "企业专业调研、技术分析、可行性报告"): (["1", "0.5", "0.5"], 3),
}  # fmt: skip
JUDGED = {(*group, role): (points, cap) for group in (PROMOTED, SERVED) for role, points, cap in (("项目负责人", (7, 10), 40), ("专业负责人", (5, 7), 35), ("参与", (3, 5), 20))}
LEAVES = [*COUNTED, *HELD, *DEGREES, *RANKED, *JUDGED]
# What levels give at most, the number of items that count, and where only the highest counts.
MAXIMA = {
    ("职业道德",): 10, ("专业技术经历和水平",): 25, ("专业工作业绩",): 55, ("专业技术成果",): 60,
    HONOUR: 10, ASSESSED: "1.2", DEGREE: 10, YEARS: 10, POST: 10, INDUSTRY: 10, RESEARCH: 40, BUILD: 40, PROMOTE: 40, AWARD: 25, FIRST: 20, STANDARD: 15, PATENT: 15, PAPER: 10,
    (*AWARD, "省（部）级及以上"): 25, (*AWARD, "市厅级"): 20, (*AWARD, "县区级"): 15, (*FIRST, "工信部"): 10, (*FIRST, "省厅级"): 8, (*FIRST, "市级"): 6,
}  # fmt: skip
LIMITS = {(*HONOUR, "其他"): 6, (*STANDARD, "企业标准"): 2, (*PAPER, "其他学术期刊"): 2}
HIGHEST_ONLY = [DEGREE, POST, (*INDUSTRY, "技术中心、创新平台或重点实验室主要负责人"), (*INDUSTRY, "参加社会团体")]
INVENTION, UTILITY, DESIGN = ((*PATENT, name) for name in ("发明专利", "实用新型专利/软件著作权", "外观专利"))


@pytest.fixture(scope="module")
def tree(client):
    return client.get(f"/api/rubrics/{POLICY}").get_json()


@pytest.fixture(scope="module")
def nodes(tree):
    """The indicators by where they stand."""
    found = {}

    def walk(node, path):
        for child in node["children"]:
            found[*path, child["label"]] = child
            walk(child, (*path, child["label"]))

    walk(tree, ())
    return found


@pytest.fixture(scope="module")
def score(client, nodes):
    """The reply to entries whose indicators are named by where they stand."""

    def post(*entries, **query):
        body = {"entries": [{"indicator": nodes[path]["id"], **inputs} for path, inputs in entries]}
        reply = client.post(SCORE, json=body, query_string=query)
        assert reply.status_code == 200, reply.text
        return reply.get_json()

    return post


def line(nodes, reply, path):
    return next(i for i in reply["indicators"] if i["id"] == nodes[path]["id"])


def test_the_tree_is_the_printed_one(tree, nodes):
    assert tree["maximum"] == 150 and tree["validity"] == "draft" and tree["policy"] == POLICY
    assert {path for path, node in nodes.items() if not node["children"]} == set(LEAVES)
    for path, maximum in MAXIMA.items():
        assert nodes[path]["maximum"] == float(maximum), path
    for path, (_, cap) in {**COUNTED, **RANKED, **JUDGED}.items():
        assert nodes[path]["maximum"] == (None if cap is None else float(cap)), path
    for path in LEAVES:
        inputs = {*(["count"] if path in COUNTED | RANKED | JUDGED else []), *(["rank"] if path in RANKED else []), *(["related"] if path in DEGREES else [])}
        inputs |= {"points"} if path in JUDGED or path == UTILITY else set()
        assert set(nodes[path]["inputs"]) == inputs, path
        assert nodes[path]["formula"] and nodes[path]["citations"]
    assert nodes[(*PROMOTED, "项目负责人")]["points"] == {"minimum": 7, "maximum": 10} and nodes[UTILITY]["points"] == {"minimum": 0.5, "maximum": 3}
    assert nodes[(*HONOUR, "市厅级及以上")]["formula"] == "5n" and nodes[PATENT]["note"].startswith("n为经专家认定的专利数，总数限5个（非发明专利数限3个）")


def test_the_list_names_the_policies_that_have_a_standard(client):
    (only,) = client.get("/api/rubrics").get_json()["rubrics"]
    assert (only["policy"], only["maximum"], only["validity"], only["url"]) == (POLICY, 150, "draft", f"/api/rubrics/{POLICY}")


def test_no_entries_give_nothing(score):
    reply = score()
    assert (reply["total"], reply["maximum"], reply["notes"]) == (0, 150, []) and not any(i["capped"] for i in reply["indicators"])


@pytest.mark.parametrize("path", COUNTED, ids="/".join)
def test_counted_items_add_up_to_the_row_s_maximum(score, nodes, path):
    each, cap = (F(v) for v in COUNTED[path])
    most = int(cap // each)
    for count in (0, 1, most, most + 1):
        own = line(nodes, score((path, {"count": count})), path)
        assert (own["raw"], own["score"]) == (float(each * count), float(min(cap, each * count)))
        assert own["capped"] == (each * count > cap)


@pytest.mark.parametrize("path", HELD, ids="/".join)
def test_what_is_simply_held_counts_once(score, nodes, path):
    assert score((path, {}))["total"] == HELD[path]
    twice = score((path, {}), (path, {}))
    assert twice["total"] == HELD[path] and line(nodes, twice, path)["capped"] and "就高" in twice["notes"][0]


@pytest.mark.parametrize("path", DEGREES, ids="/".join)
def test_a_degree_in_another_specialty_scores_one_less(score, path):
    assert score((path, {"related": True}))["total"] == DEGREES[path]
    other = score((path, {"related": False}))
    assert other["total"] == DEGREES[path] - 1 and "非本专业的减1分" in other["notes"][0]


@pytest.mark.parametrize("path", RANKED, ids="/".join)
def test_points_by_rank_on_both_sides_of_the_printed_ranks(score, nodes, path):
    ranks, cap = RANKED[path]
    for rank, points in enumerate(ranks, 1):
        for judged in points if isinstance(points, tuple) else (None,):
            own = line(nodes, score((path, {"count": 1, "rank": rank} | ({"points": float(judged)} if judged else {}))), path)
            expected = F(judged or points)
            assert own["raw"] == float(expected) and own["score"] == float(min(expected, F(cap or 150))), rank
    outside = score((path, {"count": 2, "rank": len(ranks) + 1}))
    assert outside["total"] == 0 and len(outside["notes"]) == 1 and "专家" in outside["notes"][0] and f"第{len(ranks) + 1}名" in outside["notes"][0]


@pytest.mark.parametrize("path", [p for p, (_, cap) in RANKED.items() if cap] + list(JUDGED), ids="/".join)
def test_rows_are_cut_at_their_maximum(score, nodes, path):
    (ranks, cap), judged = (RANKED | JUDGED)[path], path in JUDGED
    best = F(ranks[1] if judged else ranks[0])
    limit = LIMITS.get(path, 5 if path[:2] == PATENT else 99)
    for count in (int(cap // best), int(cap // best) + 1):
        own = line(nodes, score((path, {"count": count} | ({"points": float(best)} if judged else {"rank": 1}))), path)
        assert own["score"] == float(min(cap, best * min(count, limit, 3 if path in (UTILITY, DESIGN) else 99))), count


@pytest.mark.parametrize("path", JUDGED, ids="/".join)
def test_experts_points_are_taken_within_the_printed_range(client, score, nodes, path):
    low, high = JUDGED[path][0]
    assert score((path, {"count": 2, "points": low}))["total"] == 2 * low and score((path, {"count": 1, "points": high}))["total"] == high
    for points in (low - 0.1, high + 0.1):
        reply = client.post(SCORE, json={"entries": [{"indicator": nodes[path]["id"], "count": 1, "points": points}]})
        assert reply.status_code == 400 and reply.get_json()["pointer"] == "/entries/0/points" and f"from {low} to {high}" in reply.get_json()["detail"]


@pytest.mark.parametrize("path", HIGHEST_ONLY, ids="/".join)
def test_only_the_highest_of_several_counts(score, nodes, path):
    inside = [p for p in LEAVES if p[: len(path)] == path]
    reply = score(*((p, {"related": True} if p in DEGREES else {}) for p in inside))
    points = [(HELD | DEGREES)[p] for p in inside]
    assert any(line(nodes, reply, p)["capped"] for p in nodes if p[: len(path)] == path)
    assert reply["total"] == line(nodes, reply, path)["score"] == max(points) and any("就高" in note or "不累" in note or "不能累加" in note for note in reply["notes"])


def test_limits_on_the_number_leave_out_the_lowest(score, nodes):
    assert score(((*STANDARD, "企业标准"), {"count": 1, "rank": 3}), ((*STANDARD, "企业标准"), {"count": 1, "rank": 1}), ((*STANDARD, "企业标准"), {"count": 1, "rank": 2}))["total"] == 5
    journals = score(*(((*PAPER, "其他学术期刊"), {"count": 1, "rank": r}) for r in (5, 4, 3)))
    assert journals["total"] == 5 and "限2篇" in journals["notes"][0]
    assert score(((*HONOUR, "其他"), {"count": 7}))["total"] == 1.8


@pytest.mark.parametrize(
    "entries, total",
    [
        ([(INVENTION, 5, 7)], 10),
        ([(INVENTION, 6, 7)], 10),
        ([(INVENTION, 2, 7), (DESIGN, 3, 3)], 7),
        ([(DESIGN, 4, 3)], 3),
        ([(UTILITY, 2, 3), (DESIGN, 2, 3)], 9),  # 3 other than inventions: 4 + 4 + 1
        ([(INVENTION, 4, 7), (UTILITY, 1, 3), (DESIGN, 1, 3)], 12),  # 5 in all: 4 + 2 + 2 + 2 + 2
        ([(UTILITY, 3, 1), (DESIGN, 1, 1)], 13),  # a third utility model adds nothing above the row's 10, the design adds 3
    ],
)
def test_patents_count_five_and_three_other_than_inventions(score, entries, total):
    assert score(*((path, {"count": n, "rank": rank}) for path, n, rank in entries))["total"] == total


def test_a_part_of_a_year_does_not_count(score):
    own = ((*YEARS, "从事申报专业年限"), {"count": 3.9})
    assert score(own)["total"] == 3 and "不满1年的部分不计算" in score(own)["notes"][0]
    assert score(((*YEARS, "从事非申报专业但从事工业工程系列年限"), {"count": 0.9}))["total"] == 0


@pytest.mark.parametrize("path", MAXIMA, ids="/".join)
def test_each_level_is_cut_at_its_maximum_and_the_rest_add_up_to_150(score, nodes, path):
    full = score(*(everything(p) for p in LEAVES))
    assert line(nodes, full, path)["score"] == float(MAXIMA[path]) and full["total"] == 150
    own = line(nodes, full, path)
    assert not own["capped"] or own["reasons"] and own["reasons"][0] in full["notes"]


def everything(path):
    if path in DEGREES:
        return path, {"related": True}
    if path in HELD:
        return path, {}
    if path in JUDGED:
        return path, {"count": 9, "points": JUDGED[path][0][0]}
    return path, {"count": 50} | ({"rank": 1} if path in RANKED else {})


def test_notes_and_labels_are_given_in_english(score):
    (note,) = score(((*RESEARCH, "省部级项目"), {"count": 1, "rank": 8}), lang="en")["notes"]
    assert "rank 8" in note and "experts" in note


def test_the_rules_that_people_follow_are_named_for_the_indicators_used(score, nodes):
    rules = score((INVENTION, {"count": 1, "rank": 1}))["rules"]
    assert {"indicator": nodes[PATENT]["id"], "text": "转让和继承专利不得分", "quote": "转让和继承专利不得分"} in rules
    assert all(nodes[PATENT]["id"] == rule["indicator"] for rule in rules)


# The same standard reckoned anew from the table above.
def reckoned(entries) -> F:
    items: dict[tuple, list[F]] = {path: [] for path in LEAVES}
    for path, inputs in entries:
        count = int(inputs.get("count", 1))
        if path in RANKED:
            ranks = RANKED[path][0]
            if inputs["rank"] > len(ranks):
                continue
            points = ranks[inputs["rank"] - 1]
            points = F(str(inputs["points"])) if isinstance(points, tuple) else F(points)
        elif path in JUDGED:
            points = F(str(inputs["points"]))
        elif path in COUNTED:
            points = F(COUNTED[path][0])
        else:
            points = F((HELD | DEGREES)[path]) - (path in DEGREES and not inputs["related"])
        items[path] += [points] * count
    caps = {path: cap for path, (_, cap) in {**COUNTED, **RANKED, **JUDGED}.items() if cap} | MAXIMA

    def best(path, kept) -> F:
        below = sorted({p[: len(path) + 1] for p in LEAVES if len(p) > len(path) and p[: len(path)] == path})
        parts = [best(p, kept) for p in below] if below else sorted(items[path], reverse=True)[: kept.get(path, LIMITS.get(path))]
        highest = path in HIGHEST_ONLY or path in HELD or path in DEGREES or any(path[: len(h)] == h for h in HIGHEST_ONLY)
        total = max(parts, default=F(0)) if highest else sum(parts, F(0))
        return min(total, F(caps[path])) if path in caps else total

    totals = [best((), dict(zip((INVENTION, UTILITY, DESIGN), n))) for n in product(range(6), range(4), range(4)) if sum(n) <= 5 and sum(n[1:]) <= 3]
    return min(F(150), max(totals))


@st.composite
def an_entry(draw):
    path = draw(st.sampled_from(LEAVES))
    inputs = {}
    if path not in HELD and path not in DEGREES:
        inputs["count"] = draw(st.integers(0, 6))
    if path in RANKED:
        inputs["rank"] = draw(st.integers(1, len(RANKED[path][0]) + 1))
    if path == UTILITY and 4 <= inputs["rank"] <= 7:
        inputs["points"] = draw(st.sampled_from([0.5, 1.25, 3]))
    if path in JUDGED:
        inputs["points"] = draw(st.sampled_from([*JUDGED[path][0], sum(JUDGED[path][0]) / 2]))
    if path in DEGREES:
        inputs["related"] = draw(st.booleans())
    return path, inputs


ENTRIES = st.lists(an_entry(), max_size=12)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(ENTRIES)
def test_the_score_is_the_one_reckoned_anew(score, entries):
    assert score(*entries)["total"] == float(reckoned(entries))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ENTRIES, an_entry())
def test_one_more_entry_never_lowers_the_total(score, entries, more):
    assert score(*entries)["total"] <= score(*entries, more)["total"] <= 150


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from([INVENTION, UTILITY, DESIGN]), st.integers(1, 4), st.integers(1, 3)), max_size=6), st.tuples(st.sampled_from([INVENTION, UTILITY, DESIGN]), st.integers(1, 3)))
def test_one_more_patent_never_lowers_the_total(score, patents, more):
    entries = [(path, {"count": n, "rank": rank}) for path, n, rank in patents]
    assert score(*entries)["total"] <= score(*entries, (more[0], {"count": 1, "rank": more[1]}))["total"]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ENTRIES.flatmap(lambda e: st.tuples(st.just(e), st.permutations(e))))
def test_order_plays_no_part(score, both):
    assert score(*both[0]) == score(*both[1])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(ENTRIES)
def test_each_line_keeps_its_promise(score, entries):
    reply = score(*entries)
    for own in reply["indicators"]:
        assert own["capped"] == (own["score"] < own["raw"]) and (own["maximum"] is None or own["score"] <= own["maximum"]), own


BAD = [
    (b"{", "", "not JSON"), (b"\xff", "", "not JSON"), (b"[]", "", "Send an object"), (b"[" * 50_000, "", "nested too deep"), (b"{}", "/entries", "Give a list"),
    (b'{"entries": {}}', "/entries", "Give a list"), (b'{"entries": [], "profile": 1}', "/profile", "only member"), (b'{"entries": [3]}', "/entries/0", "Give an object"),
    (b'{"entries": [{}]}', "/entries/0/indicator", "missing"), (b'{"entries": [{"indicator": 7}]}', "/entries/0/indicator", "by its id"),
    (b'{"entries": [{"indicator": "ind-1-1-9"}]}', "/entries/0/indicator", "Did you mean"), (b'{"entries": [{"indicator": "\\ud800"}]}', "/entries/0/indicator", "Known: "),
    (b'{"entries": [{"indicator": "ind-1"}]}', "/entries/0/indicator", "which has parts"),
    (b'{"entries": [{"indicator": "ind-1-1-1"}]}', "/entries/0/count", "missing"), (b'{"entries": [{"indicator": "ind-1-1-1", "count": null}]}', "/entries/0/count", "missing"),
    (b'{"entries": [{"indicator": "ind-1-1-1", "count": -1}]}', "/entries/0/count", "from 0"), (b'{"entries": [{"indicator": "ind-1-1-1", "count": 1.5}]}', "/entries/0/count", "whole"),
    (b'{"entries": [{"indicator": "ind-1-1-1", "count": "1"}]}', "/entries/0/count", "is text"), (b'{"entries": [{"indicator": "ind-1-1-1", "count": true}]}', "/entries/0/count", "whole"),
    (b'{"entries": [{"indicator": "ind-1-1-1", "count": NaN}]}', "", "not JSON"), (b'{"entries": [{"indicator": "ind-1-1-1", "count": 1e999999}]}', "/entries/0/count", "from 0"),
    (b'{"entries": [{"indicator": "ind-1-1-1", "count": 1' + b"0" * 5000 + b"}]}", "", "not JSON"),
    (b'{"entries": [{"indicator": "ind-1-1-1", "count": 1, "rank": 1}]}', "/entries/0/rank", "takes count"),
    (b'{"entries": [{"indicator": "ind-1-1-1", "count": 1, "a/b": 1}]}', "/entries/0/a~1b", "takes count"),
    (b'{"entries": [{"indicator": "ind-2-3-1-1", "count": 1}]}', "/entries/0/count", "takes no input"),
    (b'{"entries": [{"indicator": "ind-3-1-1", "count": 1, "rank": 0}]}', "/entries/0/rank", "from 1"), (b'{"entries": [{"indicator": "ind-3-1-1", "count": 1}]}', "/entries/0/rank", "missing"),
    (b'{"entries": [{"indicator": "ind-3-3-1-1", "count": 1}]}', "/entries/0/points", "from 7 to 10"), (b'{"entries": [{"indicator": "ind-4-4-2", "count": 1, "rank": 5}]}', "/entries/0/points", "from 0.5 to 3"),
    (b'{"entries": [{"indicator": "ind-3-3-1-1", "count": 1, "points": 7.' + b"1" * 900_000 + b"}]}", "/entries/0/points", "at most 20 digits"),
    (b'{"entries": [{"indicator": "ind-2-1-1"}]}', "/entries/0/related", "Give true"), (b'{"entries": [{"indicator": "ind-2-1-1", "related": 1}]}', "/entries/0/related", "Give true"),
    (b'{"entries": [{"indicator": "ind-1-1-1", "count": 1}, {"indicator": "ind-1-1-1", "count": -3}]}', "/entries/1/count", "is -3"),
]  # fmt: skip


@pytest.mark.parametrize("body, pointer, said", BAD, ids=lambda v: v[:60].decode("latin-1") if isinstance(v, bytes) else None)
def test_bad_input_is_named_by_its_pointer(client, body, pointer, said):
    reply = client.post(SCORE, data=body)
    problem = reply.get_json()
    assert reply.status_code == 400 and reply.mimetype == "application/problem+json" and problem["status"] == 400
    assert problem["pointer"] == pointer and said in problem["detail"]


def test_other_wrong_calls_get_the_right_status(client):
    reply = client.post(SCORE, data=b" " * 1_000_001)
    assert reply.status_code == 413 and "at most 1000000 bytes" in reply.get_json()["detail"]
    assert client.get(SCORE).status_code == 405
    for path in ("/api/rubrics/tianjin-2019-39", "/api/rubrics/nowhere/score"):
        reply = client.open(path, method="POST" if path.endswith("score") else "GET", json={"entries": []})
        assert reply.status_code == 404 and reply.get_json()["known"] == [POLICY]
    assert client.post(SCORE, json={"entries": []}, query_string={"lang": "fr"}).status_code == 400


def test_the_command_prints_the_score(service, home, tmp_path, monkeypatch, capsys):
    from zhicheng.__main__ import main

    monkeypatch.setenv("ZHICHENG_CACHE", str(tmp_path))
    file = tmp_path / "entries.json"
    file.write_text('{"entries": [{"indicator": "ind-1-1-1", "count": 3}]}', encoding="utf-8")
    assert main(["score", POLICY, str(file)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("10 / 150") and "按最高分值计10分" in out
    assert main(["score", POLICY, str(tmp_path / "none.json")]) == 2


PLANTED = {
    "points that nothing decides": ("zc:expertJudged true", "zc:expertJudged false", "a range that neither a step nor experts decide"),
    "a rule of no rubric": ("zc:ruleOf wz:ind-4-4 ;", "zc:ruleOf wz:c-rb-4-4 ;", "something that is in no rubric"),
    "a second rubric": ("wz:ind-1 a zc:Indicator ;", "wz:ind-1 a zc:Indicator , zc:Rubric ;", "the policy has two rubrics"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_standard_that_cannot_be_reckoned_is_a_fault(copy, name):
    from zhicheng.knowledge import checking, loading

    old, new, said = PLANTED[name]
    file = copy / "data" / POLICY / "rubric.ttl"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert said in "\n".join(map(str, checking.check(loading.load(copy), copy)))

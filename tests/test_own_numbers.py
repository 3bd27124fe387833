"""Whether a rank or a number of things of one's own is enough: what the bound is, and the verdict beside it."""

from datetime import date

import pytest

from zhicheng.knowledge.outline import squeeze

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("question", "query", "says", "says_not", "quote"),
    [
        ("市厅级课题组里我排第九，长治算不算主要技术骨干？", "rank-within-role", "第9名不算", "算（在其内）", "市（厅）级或大型企业项目课题2-8名"),
        ("国家级项目排名第１５位，长治这边还认主要技术骨干吗", "rank-within-role", "第15名算", "不算", "国家级项目课题2-15名"),
        ("市级项目里排第7，忻州认主要技术骨干不？", "rank-within-role", "第7名不算", "算（在其内）", "2-6名"),
        ("天津区里的科技奖三等奖，我排第五，没到年限能破格报工程师不？", "rank-for-achievement", "第5名的名次符合（工程师，破格申报）", "不符合", "主要完成人（前5名）"),
        ("省科学技术二等奖，证书上我是第四完成人，忻州能破格么", "rank-for-achievement", "第4名的名次不符合", "名次符合", "前3名"),
        ("I'm the sixth-named inventor on a granted invention patent. Does it count as an achievement for senior engineer in Tianjin?", "rank-for-achievement", "ank 6 does not qualify", "qualifies", "前5名"),
        ("I was third among the main drafters of a local standard. Does that open the exceptional route to senior engineer in Beijing?", "rank-for-achievement", "ank 3 qualifies", "does not", "排名前三"),
        ("忻州高工业绩那条，手里就一个实用新型，够不够？", "count-for-achievement", "1件不够", "1件够", "实用新型专利2项以上"),
        ("中小企业的技术项目我一共主持完成三个，忻州高工的工作能力条件够不够？", "count-for-achievement", "3件够", "不够", "3项以上"),
        ("手里就一个实用新型专利，在天津报工程师业绩这关够不够？", "count-for-achievement", "1件只够其中一项，还不够", "1件够", "应具备下列2项及以上条件"),
    ],
)
def test_the_bound_decides(service, question, query, says, says_not, quote):
    answer = service.ask(question, None, (), DAY)
    assert (answer.status, answer.question.query) == ("answered", query)
    assert says in answer.text and says_not not in answer.text
    assert any(squeeze(quote) in squeeze(c.quote) for c in answer.citations)


@pytest.mark.parametrize(
    ("question", "query", "says", "quote"),
    [
        ("温州量化表里，干本专业社保缴了四年零十个月，工作经历得几分", "points-of-years", "4年计4分", "不满1年的部分不计算"),
        ("社会保险交了十五年，温州工作经历这项封顶几分", "points-of-years", "15年计10分", "从事申报专业年限 1n 10"),
        ("I was insured for 6 years outside my specialty. Points for work experience in Wenzhou?", "points-of-years", "6 years make 1.8 points", "0.3n"),
        ("温州 合同额两千万 项目里排老三 打几分", "points-of-contract", "第3名每项计8分", "合同金额1000万元以上"),
        ("1.2亿的合同我排第六，温州量化评分能得几分？", "points-of-contract", "第6名每项计5分", "合同金额1000万元以上"),
        ("A contract of 3 million yuan in Wenzhou, and I came second: how many points?", "points-of-contract", "ank 2 earns 4 points", "合同金额100万元以上"),
    ],
)
def test_years_and_sums_are_scored(service, question, query, says, quote):
    answer = service.ask(question, None, (), DAY)
    assert (answer.status, answer.question.query) == ("answered", query)
    assert says in answer.text and any(squeeze(quote) in squeeze(c.quote) for c in answer.citations)


@pytest.mark.parametrize(("question", "type_"), [("社保断缴，做了8年能报工程师吗", "years"), ("天津，利润2000万的企业", "amount"), ("干了7年，没有合同", "years")])
def test_years_and_sums_of_other_things_are_not_read(service, question, type_):
    assert not any(entity.type == type_ for entity in service.ask(question, None, (), DAY).question.entities)


@pytest.mark.parametrize(("question", "yuan"), [("温州合同1.15 million元的工程排第二几分", "1150000"), ("温州合同0.29亿的工程排第二几分", "29000000"), ("温州合同两千多万的工程排第二几分", "20000000")])
def test_a_sum_is_read_to_the_yuan(service, question, yuan):
    assert [entity.id for entity in service.ask(question, None, (), DAY).question.entities if entity.type == "amount"] == [yuan]


def test_a_rank_beyond_those_of_the_sum_is_scored_by_no_band(service):
    answer = service.ask("温州合同1200万的工程排第九，量化打几分", None, (), DAY)
    assert answer.question.query == "facts" and any("合同金额1000万元以上" in c.quote for c in answer.citations)


@pytest.mark.parametrize("question", ["长治评工程师要两篇以上论文吗", "忻州第二批材料什么时候交", "温州第四条写了什么"])
def test_a_number_that_is_not_ones_own_is_not_judged(service, question):
    query = service.ask(question, None, (), DAY).question.query
    assert query not in ("rank-within-role", "rank-for-achievement", "count-for-achievement")


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("享受國務院政府特殊津貼的人，北京准不准破格報高工？", "可以。"),
        ("钱江技能大奖得主在温州能报工程师吗？", "可以。"),
        ("Does a WorldSkills bronze medal count as an entry condition for engineer in Wenzhou?", "Yes. "),
    ],
)
def test_an_honour_that_a_text_asks_for_is_affirmed_first(service, question, reply):
    assert service.ask(question, None, (), DAY).text.startswith(reply)


@pytest.mark.parametrize("question", ["文章登在公司内部刊物上，温州算公开发表吗", "天津必须有中华技能大奖才能报高工吗", "省级工程技术奖二等奖，温州能不能凭它直接申报？", "海河工匠在天津能自动认定为高级工程师吗"])
def test_nothing_is_affirmed_that_the_text_does_not_say_as_asked(service, question):
    assert not service.ask(question, None, (), DAY).text.startswith(("可以", "算", "能", "是"))


def test_who_holds_an_honour_is_told_of_the_regions_whose_texts_name_it(service):
    answer = service.ask("海河工匠能破格评高级工程师吗", None, (), DAY)
    assert {c.region for c in answer.citations} == {"tianjin"} and "没有找到" in answer.text.splitlines()[-1]


def test_regions_named_by_single_characters_in_a_row_are_read(service):
    regions = {r.rsplit("/", 1)[-1] for r in service.ask("国家级技能大师工作室的头儿，京津温三地怎么对待？", None, (), DAY).question.regions}
    assert regions == {"beijing", "tianjin", "wenzhou"}
    assert [r.rsplit("/", 1)[-1] for r in service.ask("北京津贴怎么发", None, (), DAY).question.regions] == ["beijing"]


def test_words_of_a_clause_that_stand_together_are_quoted_as_one(service):
    citations = service.ask("评审费多少钱，中级和初级一样吗？", None, ("changzhi",), DAY).citations
    assert any(squeeze("中级专业技术职务每人300元，初级专业技术职务每人260元") in squeeze(c.quote) for c in citations)
    texts = service.library.clauses
    for citation in citations:
        assert squeeze(citation.quote) in squeeze(texts[citation.iri].text)
    assert len({(c.iri, c.quote) for c in citations}) == len(citations)

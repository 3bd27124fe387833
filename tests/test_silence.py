"""What is said where the texts say nothing: alone, beside what they do say, and in one part of a question."""

from datetime import date

import pytest

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("question", "said", "unsaid"),
    [
        ("天津的实施意见哪天开始执行，写没写执行到哪年为止？", "2020年1月1日", "没有写明有效期"),
        ("北京的办法什么时候实施的？有效期到哪一年？", "2020年10月1日", "没有写明办法的有效期"),
    ],
)
def test_a_part_that_the_text_does_not_answer_is_said_to_be_unanswered(service, question, said, unsaid):
    answer = service.ask(question, None, (), DAY)
    assert answer.status == "answered" and said in answer.text and answer.text.count(unsaid) == 1


@pytest.mark.parametrize(("question", "said"), [("天津每次评审都是同一批专家坐在那儿吧？", "随机抽取"), ("What amount of profit and tax opens the exceptional route to senior engineer in Xinzhou?", "5,000,000 yuan")])
def test_what_a_text_does_say_is_told_beside_a_silence_that_is_hardly_nearer(service, question, said):
    answer = service.ask(question, None, (), DAY)
    assert answer.status == "answered" and said in answer.text and answer.citations


@pytest.mark.parametrize("question", ["天津职称评审一次收多少钱？", "天津今年网上申报哪天截止？", "How much is the review fee in Tianjin?"])
def test_a_silence_that_is_plainly_meant_stands_alone(service, question):
    answer = service.ask(question, None, (), DAY)
    assert (answer.status, answer.reason) == ("unanswered", "not-in-sources") and answer.question.silences


@pytest.mark.parametrize("question", ["走自评分的话，温州要求推荐我的高级工程师必须在职吗？", "温州推荐我的两个高工都退了，行吗？"])
def test_the_title_of_a_referee_is_not_taken_for_the_one_applied_for(service, question):
    answer = service.ask(question, None, (), DAY)
    assert answer.status == "answered" and any("两位在职本专业高级及以上职称专家推荐" in c.quote for c in answer.citations)


def test_a_title_that_a_text_does_not_deal_with_is_still_said_to_be_none_of_its_matter(service):
    answer = service.ask("温州评高级工程师要什么学历？", None, (), DAY)
    assert (answer.status, answer.reason) == ("unanswered", "not-in-sources")


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("I hold an accountant's title and moved into an engineering post in Tianjin. What do I need to convert it?", "在工程技术岗位工作满1年"),
        ("讲师调到工程岗位，在长治转评工程师要几年？", "工作满一年以上"),
        ("从经济师转到工程系列，天津有什么要求", "转评同层级"),
    ],
)
def test_a_move_from_another_series_is_a_matter_of_ours(service, question, quote):
    answer = service.ask(question, None, (), DAY)
    assert answer.status == "answered" and any(quote in c.quote for c in answer.citations)


@pytest.mark.parametrize("question", ["经济师几年能评高级经济师", "律师怎么评高级职称", "How does a lecturer become an associate professor?"])
def test_another_series_alone_is_not(service, question):
    assert service.ask(question, None, (), DAY).reason == "out-of-scope"


def test_each_part_of_a_question_is_answered(service):
    answer = service.ask("天津的实施意见是哪一天印发的，从哪天起执行？", None, (), DAY)
    assert "2019年12月31日" in answer.text and "2020年1月1日" in answer.text


def test_of_what_is_too_long_the_nearest_is_told(service):
    answer = service.ask("What share of the whole review score comes from the oral defence in Changzhi?", None, (), DAY)
    assert "30%" in answer.text and len(answer.text) < 1500

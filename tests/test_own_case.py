"""People who tell of their own case: what is read of it, and the verdict on schooling and years that comes first."""

from datetime import date

import pytest

from zhicheng.knowledge.outline import squeeze

TODAY = date(2026, 11, 21)


def ask(service, question: str, day: date = TODAY, language: str | None = None, regions: tuple[str, ...] = ()):
    return service.ask(question, language, regions, day)


@pytest.mark.parametrize(
    ("question", "says", "quotes"),
    [
        ("我2015年本科毕业，2018年取得助理工程师并聘任，在天津能报工程师吗？", "工程师的学历和年限要求已经符合", "助理工程师"),
        ("我2015年本科毕业，2024年5月取得助理工程师并聘任，在天津能报工程师吗？", "年限还不够，最早2028年5月1日至2028年5月31日之间符合", "满4年"),
        ("我2015年本科毕业，2024年5月6日取得助理工程师并聘任，在天津能报工程师吗？", "年限还不够，最早2028年5月6日符合", "满4年"),
        ("我2015年本科毕业，2022年取得助理工程师并聘任，在天津能报工程师吗？", "要看具体日期，最早2026年11月21日、最迟2026年12月31日符合", "满4年"),
        ("本人在忻州某国企，2012年本科毕业，2020年3月聘任工程师，没有工程类专业学位，2024年度的高级工程师我能申报吗？", "年限还不够，最早2025年1月1日符合", "任工程师满5年"),
        ("本人在忻州某国企，2012年本科毕业，2015年工程硕士毕业，2020年3月聘任工程师，2024年度的高级工程师我能申报吗？", "学历和年限要求已经符合", "任工程师满"),
        ("我在温州，专科毕业，2021年5月聘的助理工程师。到2024年10月能报工程师不？", "最早2025年5月1日至2025年5月31日之间符合其中一项", "助理工程师职务4年以上"),
        ("I took my master's in July 2018 and have worked in the field in Beijing ever since. In 2021, can I apply for engineer?", "yes, the education and years asked for engineer are met", "硕士"),
        ("I just finished my doctorate in Beijing and started working in my field. Can I apply for engineer at once?", "yes, the education and years asked for engineer are met", "博士"),
        ("I took an engineering professional master's and was appointed engineer in November 2020 in Xinzhou. Did I meet the seniority for the 2024 senior round?", "yes, the education and years asked for senior engineer are met", "工程师"),
    ],
)
def test_the_verdict_on_schooling_and_years_comes_first(service, question, says, quotes):
    answer = ask(service, question)
    assert answer.status == "answered" and says in answer.text.splitlines()[0]
    assert any(quotes in squeeze(c.quote) for c in answer.citations)


@pytest.mark.parametrize(
    ("question", "since"),
    [
        ("我19年本科毕业，2020年10月评上助工当月就聘了，天津这边哪年能报工程师？", "自2024年10月1日至2024年10月31日之间某日起已经符合"),
        ("我2015年本科毕业，2018年5月6日取得助理工程师并聘任，在天津最早哪天能报工程师？", "自2022年5月6日起已经符合"),
        ("Bachelor's degree 2016, intermediate title in September 2020, same field in Beijing all along. In what year can I apply for senior engineer?", "have been met since a day between 1 September 2025 and 30 September 2025"),
    ],
)
def test_since_when_years_have_been_enough_is_said_where_a_day_is_asked_for(service, question, since):
    assert since in ask(service, question).text.splitlines()[0]


def test_what_is_assumed_is_said(service):
    lines = ask(service, "我2015年本科毕业，2018年取得助理工程师，在天津能报工程师吗？").text
    assert "按今天2026年11月21日推算" in lines and "以取得后即聘任计" in lines and "没有提到的" in lines
    lines = ask(service, "我2015年本科毕业，2018年取得助理工程师，按2022年5月1日算，在天津能报工程师吗？").text
    assert "按2022年5月1日推算" in lines and "年限还不够" not in lines.splitlines()[1]


def test_each_region_that_speaks_gives_its_own_verdict(service):
    answer = ask(service, "我2019年7月专科毕业，2021年8月取得助理工程师并聘任，能报工程师吗？")
    verdicts = [line for line in answer.text.splitlines() if "工程师的学历和年限要求" in line or "工程师的年限" in line or "按所述的学历" in line]
    assert len(verdicts) >= 3 and len({line[:2] for line in verdicts}) == len(verdicts)
    for line in verdicts:
        other = {"天津", "北京", "长治", "忻州", "温州"} - {line[:2]}
        assert not any(name in line for name in other)


@pytest.mark.parametrize(
    "question",
    ["我2015年本科毕业，2018年取得助理工程师，在天津申报要交哪些材料？", "我2018年取得助理工程师，在长治评审费要交多少？", "我2018年取得助理工程师，天津的评审结果在哪里查？"],
    ids=["materials", "fees", "another matter"],
)
def test_no_verdict_where_another_matter_is_asked_about(service, question):
    assert "推算" not in ask(service, question).text


def test_no_verdict_where_what_is_told_decides_nothing(service):
    assert "推算" not in ask(service, "我2024年取得助理工程师，在天津能报工程师吗？").text.splitlines()[0]


def test_whatever_is_named_in_a_story_is_judged_or_left_out(service):
    """No name of an honour, degree, skill grade, employer or title makes a question fail."""
    vocabulary = service.vocabulary
    for scheme in ("honour", "education", "skill-grade", "employer", "title", "applicant-status"):
        for concept in vocabulary.by_scheme[scheme].values():
            answer = ask(service, f"我2015年本科毕业，2018年取得助理工程师，{concept.label['zh']}，今年能报工程师吗？", regions=("tianjin",))
            assert answer.status in ("answered", "unanswered"), concept.id


def test_an_appointment_told_ahead_of_the_title_counts_from_the_title(service):
    lines = ask(service, "我2015年本科毕业，2016年1月1日被聘为助理工程师，2023年1月1日才拿到助理工程师证，在天津能报工程师吗？").text
    assert "Error" not in lines and "最早2020年" not in lines and "最早2027年1月1日符合" in lines

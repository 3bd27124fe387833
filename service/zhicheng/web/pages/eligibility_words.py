"""What the members of a profile are called and how each is asked for, in Chinese and in English.

Which members there are, and what may be chosen, is the business of the profile's schema; concepts are named by the graph.
"""

import re
from typing import NamedTuple

from zhicheng.knowledge.vocabulary import Vocabulary

PLACE = re.compile(r"^(\w+)\[(\d+)\](?:\.(\w+))?$")


class Wording(NamedTuple):
    """A name, the question that asks for it, and a hint, each in one language."""

    name: str
    question: str
    hint: str = ""


MEMBERS = {
    "education": {
        "zh": Wording("学历学位", "您有哪些学历、学位？", "每一项分开填写；技工院校的班次也填在这里。"),
        "en": Wording("education", "What schooling and degrees do you have?", "One entry each; classes of technical schools belong here too."),
    },
    "titles": {
        "zh": Wording("现有职称", "您已有哪些职称？", "工程系列填职称名称；其他系列填层级。取得日期是证书上的日期，聘任日期是单位聘任之日。不填系列的按工程系列处理。"),
        "en": Wording("titles held", "Which professional titles do you hold?", "For the engineering series give the title, for another series its level. Obtained is the day of the certificate, appointed the day on which the employer appointed you. No series counts as engineering."),
    },
    "skills": {
        "zh": Wording("技能等级", "您有哪些职业技能等级或工人技术等级？", "不说明工种是否相近的，按相近处理。"),
        "en": Wording("skill grades", "Which vocational skill grades do you hold?", "One of which the subject is not said counts as of your own."),
    },
    "employment": {
        "zh": Wording("工作经历", "您从什么时候起工作？", "每段工作分开填写；仍在做的不填结束日期。"),
        "en": Wording("employment", "When have you worked?", "One entry for each period; leave the end empty while it goes on."),
    },
    "employer": {"zh": Wording("单位性质", "您的单位是什么性质？"), "en": Wording("kind of employer", "What kind of employer do you work for?")},
    "grassroots_since": {
        "zh": Wording("基层工作起始日", "您是否一直在基层工作？从哪天起？", "何为基层，以有关地区文件的规定为准。"),
        "en": Wording("since when at the grass roots", "Have you worked at the grass roots without a break, and since when?", "What counts as the grass roots is what the region's document says."),
    },
    "assessments": {
        "zh": Wording("年度考核", "您历年的年度考核结果是什么？", "每年一项。"),
        "en": Wording("annual assessments", "What did your annual assessments come to?", "One entry for each year."),
    },
    "under_sanction": {"zh": Wording("记过以上处分", "您是否受记过以上处分且仍在处分期内？"), "en": Wording("sanction in force", "Is a sanction of demerit or graver in force against you?")},
    "party_sanction": {"zh": Wording("党纪处分", "您是否受党纪处分且仍在处分期内？"), "en": Wording("Party sanction in force", "Is a Party sanction in force against you?")},
    "exam_specialty": {
        "zh": Wording("实行考试的专业", "您的专业是否实行全国统一的职业资格考试？"),
        "en": Wording("specialty with a national examination", "Is your specialty one with a national qualification examination?"),
    },
    "recommendations": {
        "zh": Wording("专家推荐人数", "有几名符合条文要求的专家推荐您？", "没有填0。"),
        "en": Wording("experts recommending", "How many experts of the standing that the clause asks for recommend you?", "0 if none."),
    },
    "achievements": {
        "zh": Wording("业绩成果", "您有哪些业绩成果？", "只填知道的。业绩条件也可以在下面的条件清单里逐条勾选。所填视为全部：没有列出的业绩按没有计算。"),
        "en": Wording("achievements", "What have you achieved?", "Fill in what you know. Conditions can also be ticked one by one in the list of conditions below. What you list counts as all there is: what is not listed is taken as not there."),
    },
    "awards": {
        "zh": Wording("荣誉和奖项", "您获得过哪些荣誉或奖项？", "级别、等次和排名只对分等的奖项填写。所填视为全部。"),
        "en": Wording("honours and prizes", "Which honours and prizes have you been awarded?", "Level, grade and rank are for graded prizes. What you list counts as all there is."),
    },
    "left_government": {
        "zh": Wording("离开机关的日期", "您是否从党政机关调入现单位？哪天？"),
        "en": Wording("day of leaving government", "Did you move from a government body to your present kind of employer, and when?"),
    },
    "statuses": {"zh": Wording("其他身份", "下列情况是否符合您？"), "en": Wording("other standings", "Which of these hold for you?")},
    "qualifications": {"zh": Wording("职业资格", "您有哪些职业资格？"), "en": Wording("professional qualifications", "Which professional qualifications do you have?")},
    "as_of": {"zh": Wording("判断日期", "判断到哪一天？"), "en": Wording("day to judge for", "Judge for which day?")},
    "regions": {"zh": Wording("地区", "哪些地区？"), "en": Wording("regions", "Which regions?")},
    "titles_asked": {"zh": Wording("申报的职称", "申报哪些职称？"), "en": Wording("titles applied for", "Which titles?")},
}
FIELDS = {
    "level": ("层次", "level"), "completed": ("毕业（取得）日期", "graduated on"), "related": ("专业相同或相近", "same or near subject"),
    "engineering_degree": ("工程类专业学位", "professional degree of the engineering class"),
    "title": ("职称", "title"), "titles.level": ("层级（其他系列）", "level (other series)"), "series": ("系列", "series"), "obtained": ("取得日期", "obtained on"), "appointed": ("聘任日期", "appointed on"),
    "skills.grade": ("等级", "grade"), "skills.related": ("工种与所报专业相近", "in the subject applied for"),
    "start": ("开始日期", "first day"), "end": ("结束日期", "last day"), "in_field": ("本专业工作", "in the field"),
    "year": ("年份", "year"), "result": ("结果", "result"), "award": ("荣誉或奖项", "honour or prize"), "tier": ("级别", "level"), "grade": ("等次", "grade"), "role": ("角色", "role"), "rank": ("排名", "rank"), "date": ("日期", "date"),
    "type": ("类型", "kind"), "author_position": ("作者位次", "place among the authors"), "venue": ("发表处", "where published"), "states": ("已达到的状态", "what it has come to"),
    "count": ("件数", "how many"), "characters": ("本人撰写字数", "characters written"), "amount": ("金额（元）", "amount (yuan)"), "criterion": ("勾选的条件", "condition ticked"),
}  # fmt: skip
VALUES = {"engineering": ("工程系列", "engineering"), "other": ("其他系列", "another series")}


def wording(member: str, language: str) -> Wording:
    """How a member of a profile is called and asked for; a member that has no words here is called by its own name."""
    found = MEMBERS.get(member)
    return found[language] if found else Wording(member, member)


def field_name(member: str, field: str, language: str) -> str:
    """What a field of an entry is called."""
    found = FIELDS.get(f"{member}.{field}") or FIELDS.get(field)
    return found[language == "en"] if found else field


def value_name(value: str, language: str) -> str:
    """What a choice is called that is no concept of the graph."""
    return VALUES[value][language == "en"] if value in VALUES else value


def member_name(member: str, language: str, vocabulary: Vocabulary) -> str:
    """What a member as the engine names it is called: `titles[0].obtained`, `statuses.first-application`, `employer`."""
    placed = PLACE.match(member)
    if placed:
        root, index, field = placed.groups()
        entry = wording(root, language).name + (f"第{int(index) + 1}项" if language == "zh" else f" {int(index) + 1}")
        return entry + ((("的" if language == "zh" else ": ") + field_name(root, field, language)) if field else "")
    root, _, field = member.partition(".")
    if root == "statuses" and field:
        return vocabulary.label(vocabulary.iri("applicant-status", field), language)
    return wording(root, language).name


def anchor(member: str) -> str:
    """The id in the form of a member as the engine names it: `titles.0.obtained`."""
    return member.replace("[", ".").replace("]", "")

"""What is said of a result and of each node in it, in Chinese and in English."""

from collections.abc import Callable
from datetime import date

from zhicheng.answering.eligibility.evaluation import Finding
from zhicheng.answering.eligibility.kleene import MET, UNKNOWN, UNMET
from zhicheng.answering.eligibility.verdicts import Result
from zhicheng.knowledge.vocabulary import Vocabulary

VERDICTS = {
    "excluded": {"zh": "属于不得申报的人员", "en": "barred from applying"},
    "eligible": {"zh": "可以申报，由人判断的条件除外", "en": "may apply, but for what people judge"},
    "not-yet": {"zh": "学历资历尚未满足，{day}起满足", "en": "the education-and-seniority requirement is met from {day} on"},
    "not-eligible": {"zh": "不能申报", "en": "may not apply"},
    "incomplete": {"zh": "现有资料还不能断定", "en": "cannot be decided from the profile"},
}
LACKING = {"zh": "缺少{members}", "en": "it lacks {members}"}
STATUS = {"zh": {MET: "符合", UNMET: "不符合", UNKNOWN: "无法判断"}, "en": {MET: "Met", UNMET: "Not met", UNKNOWN: "Not known"}}
BARRING = {"zh": {MET: "属于", UNMET: "不属于", UNKNOWN: "无法判断"}, "en": {MET: "Applies", UNMET: "Does not apply", UNKNOWN: "Not known"}}
GROUP = {
    "zh": {"all": "{n}项须全部满足", "any": "{n}项满足其一即可", "at-least": "{n}项中须满足{count}项", "tally": "符合{met}项，不符合{unmet}项，未定{unknown}项"},
    "en": {"all": "all {n} have to be met", "any": "one of {n} is enough", "at-least": "{count} of {n} have to be met", "tally": "{met} met, {unmet} not met, {unknown} not known"},
}


def reason(found: Finding, day: date, language: str, vocabulary: Vocabulary, name: Callable[[str], str] = str, barring: bool = False) -> str:
    """Why a node is met, unmet or unknown, as one sentence; `name` says what a member of the profile is called, `barring` that the node bars those who meet it."""
    chinese = language == "zh"
    parts = [_tally(found, language)] if found.children else []
    said = found.said.zh if chinese else found.said.en
    if said and found.status != UNKNOWN:
        parts.append(said)
    if found.status == UNKNOWN and found.missing:
        parts.append(LACKING[language].format(members=("、" if chinese else ", ").join(map(name, sorted(found.missing)))))
    elif found.judged_by:
        judge = vocabulary.label(vocabulary.iri("judge", found.judged_by), language)
        parts.append(f"由{judge}判断" if chinese else f"for the {judge} to judge")
    if found.status == UNMET and (later := found.line.first_met(day)):
        parts.append(f"{later}起符合" if chinese else f"met from {later} on")
    start = (BARRING if barring else STATUS)[language][found.status]
    return start + ("：" + "；".join(parts) + "。" if chinese else ": " + "; ".join(parts) + ".") if parts else start + ("。" if chinese else ".")


def _tally(found: Finding, language: str) -> str:
    words = GROUP[language]
    operator = found.node.operator or "all"
    count = {name: sum(c.status == status for c in found.children) for name, status in (("met", MET), ("unmet", UNMET), ("unknown", UNKNOWN))}
    rule = words[operator].format(n=len(found.children), count=found.node.number("minimumSatisfied"))
    return rule + ("，" if language == "zh" else "; ") + words["tally"].format(**count)


def summary(result: Result, language: str, vocabulary: Vocabulary, name: Callable[[str], str] = str) -> str:
    """A result as one sentence, with the policy's standing on the day; `name` says what a member of the profile is called."""
    case, chinese = result.case, language == "zh"
    policy = case.rules.policy
    region, title = vocabulary.label(policy.region, language), vocabulary.label(vocabulary.iri("title", case.title), language)
    said = VERDICTS[result.verdict][language].format(day=result.earliest)
    if result.verdict == "incomplete" and result.missing:
        said += ("，" if chinese else "; ") + LACKING[language].format(members=("、" if chinese else ", ").join(map(name, result.missing)))
    standing = {
        "draft": ("（征求意见稿，尚未施行）", " (a draft for comments, not in force)"),
        "past": ("（该年度通知已过期）", " (a notice for a year that has passed)"),
        "future": ("（当日尚未施行）", " (not yet in force on that day)"),
    }.get(policy.validity(case.day), ("", ""))
    return f"{region}{title}{standing[0]}：{said}。" if chinese else f"{region}, {title}{standing[1]}: {said}."

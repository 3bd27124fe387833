"""What a person tells of themselves in a question, as the profile of a check: degrees, titles and skill grades with their dates, work, honours, employer.

The words that tell an event are the names of the concepts of the scheme `event`.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from zhicheng.answering import values
from zhicheng.answering.language import has_word, word_pattern
from zhicheng.answering.linking import Entity
from zhicheng.answering.reading import Reading, names_of
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import scheme_of, slug

PHRASE = re.compile(r"[，,；;。!！?？、]|\.\s|\band\b|\bbut\b|\bthen\b")
DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})(?:\s*[年./-]\s*(\d{1,2})(?:\s*[月./-]\s*(\d{1,2})\s*[日号]?)?)?(?!\d)")
MONTH = re.compile(r"(?<![\d年])(1[0-2]|[1-9])\s*月(?!\d)")
ENGLISH_MONTHS = {name.lower(): n for names in (calendar.month_name, calendar.month_abbr) for n, name in enumerate(names) if name}
ENGLISH_DAY = re.compile(r"\b(?:(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?)?(" + "|".join(sorted(ENGLISH_MONTHS, key=len, reverse=True)) + r")\.?,?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?((?:19|20)\d{2})\b")
MONTHS = re.compile(r"(?<![\d年])(\d{1,2}|[一二两三四五六七八九十]{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty)\s*(?:个多?月|months?)")
YEARS = re.compile(r"(?<![\d年])(\d{1,2}|[一二两三四五六七八九十]{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty)\s*(年半|年|and a half years?|years?)(?!度|底|前|[0-9])")
YEARS_AND_MONTHS = re.compile(r"(?<![\d年])(\d{1,2}|[一二两三四五六七八九十]{1,3})\s*(?:年|years?)(?:零|又|,?\s*and)?\s*(\d{1,2}|[一二两三四五六七八九十]{1,3})\s*(?:个多?月|months?)")
# The concepts of question-cue before and after whose names a date says as of when is asked, and how near they stand.
AS_OF_BEFORE, AS_OF_AFTER = "as-of-before", "as-of-after"
# Those with whose names people tell of their own case, that they have worked since what they told before, that something was in the year told
# before or has only just been, and, right before what is named, that it is not held; with which a day is asked for, and that of something done for some time they have done so; and how many months ago what has just been was at most.
OWN_CASE, WORKED_SINCE, SAME_YEAR, JUST_NOW, NOT_HELD, ASKS_WHEN, DONE, JUST = "own-case", "worked-since", "same-year", "just-now", "not-held", "asks-when", "done-so-far", 3
# Between the words that say so and what is not held, the most characters of Chinese or words of English.
NOT_FAR = re.compile(r"^[^a-z]{0,5}$|^(?:[^a-z]*[a-z']+){0,4}[^a-z]*$")
# Those whose names tell a year, by how many years ago it was.
AGO = ("this-year", "last-year", "year-before-last")
# The aspect whose names tell of work at the grass roots, for which conditions are eased.
GRASSROOTS = "grassroots"
# The types of what people hold.
CREDENTIALS = ("education", "title", "skill-grade", "honour")
# The degree by which conditions are eased, whatever its level.
ENGINEERING = "engineering-professional-degree"
YEAR_END = re.compile(r"^\s*(?:年|年底|年末|年初|年内|月底|月末|月|日|底|末|的)*\s*(?:the\s)?")
GRADUATED, OBTAINED, APPOINTED, WORKED = "graduation", "title-obtained", "title-appointed", "work-started"


@dataclass(frozen=True)
class Span:
    """A day known to lie between two dates, both included."""

    first: date
    last: date


@dataclass
class Person:
    """What a person tells, with dates as spans; `as_of` is the day as of which they ask, None for today; `grassroots` that they speak of work at the grass roots; `told_until` where in the text the last that they tell ends; `asks_when` that they ask for a day."""

    education: list[dict] = field(default_factory=list)
    titles: list[dict] = field(default_factory=list)
    skills: list[dict] = field(default_factory=list)
    worked: Span | None = None
    employer: str | None = None
    awards: list[str] = field(default_factory=list)
    as_of: date | None = None
    grassroots: bool = False
    engineering_degree: bool = False
    told_until: int = 0
    asks_when: bool = False

    @property
    def appointment_assumed(self) -> bool:
        """Whether of some title only the day of its certificate or only that of the appointment is told."""
        return any(("obtained" in t) != ("appointed" in t) for t in self.titles)

    @property
    def dated(self) -> bool:
        """Whether anything is told from which years can be reckoned."""
        return bool(self.worked or any(e.get("completed") for e in self.education) or any(t.get("obtained") or t.get("appointed") for t in self.titles) or any(s.get("obtained") for s in self.skills))

    @property
    def work_assumed(self) -> bool:
        """Whether of the work nothing is told, but of a title since when it is held."""
        return self.worked is None and self._titled is not None

    @property
    def _titled(self) -> Span | None:
        """The day from which the first title is held, where it is told."""
        return min((span for t in self.titles for span in (t.get("obtained") or t.get("appointed"),) if span), key=lambda span: span.first, default=None)

    def profile(self, latest: bool) -> dict:
        """The profile with every date at the last (`latest`) or first day it can be.

        Skill grades, qualifications, honours, a professional degree of the engineering class and work at the grass roots that are not told are taken not
        to be there; whoever says so tells it. The rest is left out.
        """

        def at(span: Span | None) -> str | None:
            return None if span is None else (span.last if latest else span.first).isoformat()

        body: dict = {"skills": [], "qualifications": [], "awards": []}
        if not self.grassroots:
            body["grassroots_since"] = False
        if self.education:
            body["education"] = [_known(level=e["level"], completed=at(e.get("completed")), related=True, engineering_degree=self.engineering_degree) for e in self.education]
        if self.titles:
            body["titles"] = [_held(t["title"], at(t.get("obtained") or t.get("appointed")), at(t.get("appointed") or t.get("obtained"))) for t in self.titles]
        if self.skills:
            body["skills"] = [_known(grade=s["grade"], obtained=at(s.get("obtained"))) for s in self.skills]
        started = self.worked or self._titled
        if started:
            body["employment"] = [{"start": at(started), "in_field": True}]
        if self.employer:
            body["employer"] = self.employer
        if self.awards:
            body["awards"] = [{"award": award} for award in self.awards]
        return body


def _held(title: str, obtained: str | None, appointed: str | None) -> dict:
    """A title held; an appointment ahead of the certificate counts from that on."""
    return _known(title=title, series="engineering", obtained=obtained, appointed=max(obtained, appointed) if obtained and appointed else appointed)


def _known(**members) -> dict:
    return {name: value for name, value in members.items() if value is not None}


class Persons:
    """Reads persons; built once from the names of events."""

    def __init__(self, vocabulary: Vocabulary):
        events = vocabulary.by_scheme["event"]
        cues = vocabulary.by_scheme["question-cue"]
        self._before, self._after, self._own, self._since, self._same, self._just, self._not, self._when, self._done = (
            names_of(cues[cue]) for cue in (AS_OF_BEFORE, AS_OF_AFTER, OWN_CASE, WORKED_SINCE, SAME_YEAR, JUST_NOW, NOT_HELD, ASKS_WHEN, DONE)
        )
        ago = {name: years for years, cue in enumerate(AGO) for name in names_of(cues[cue])}
        self._ago = {name: ago[name] for name in sorted(ago, key=len, reverse=True)}
        levels = {level.iri: [t for t in vocabulary.within(level.iri) if scheme_of(t) == "title"] for level in vocabulary.by_scheme["level"].values()}
        self._title_of = {level: titles[0] for level, titles in levels.items() if len(titles) == 1}
        self._grassroots = names_of(vocabulary.find("aspect", GRASSROOTS))
        degrees = {name: id_ for id_, concept in vocabulary.by_scheme["education"].items() if id_ != ENGINEERING for name in names_of(concept)}
        self._degrees = {name: degrees[name] for name in sorted(degrees, key=len, reverse=True)}
        self._words = {event: names_of(events[event]) for event in (GRADUATED, OBTAINED, APPOINTED, WORKED)}

    def tells(self, reading: Reading) -> bool:
        """Whether a question tells of a person's own case: it says so, or dates what people hold, by the day or by how long it has been done."""
        return has_word(reading.written, self._own) or reading.names(*CREDENTIALS) and (bool(_day(reading.written)) or self._for_so_long(reading.written))

    def _for_so_long(self, text: str) -> bool:
        """Whether a phrase says for how long something has been done or held."""
        return any(_so_long_ago(phrase, date.max) and has_word(phrase, self._done) for phrase in PHRASE.split(text))

    def read(self, reading: Reading, today: date) -> Person:
        """What the phrases of a question tell; titles that the question is after are not held."""
        person, text = Person(grassroots=any(word in reading.written for word in self._grassroots), asks_when=has_word(reading.written, self._when)), reading.written
        start, last_title, last_span = 0, None, None
        for end in [m.start() for m in PHRASE.finditer(text)] + [len(text)]:
            phrase = text[start:end]
            named = [e for e in reading.entities if start <= e.start and e.end <= end]
            absent = [e for e in named if self._not_held(text[start : e.start])]
            inside = [e for e in named if e not in absent]
            as_of = self._as_of(phrase, text[:start], text[end:])
            if as_of and not any(w in as_of[0] for words in self._words.values() for w in words):
                person.as_of, phrase = as_of[1], as_of[2]
            said = {event for event, words in self._words.items() if any(w in phrase for w in words)}
            if person.as_of is None and not said and (applied := _day(phrase)) and any(e.iri in reading.titles for e in inside):
                person.as_of, phrase = applied.last, DAY.sub(" ", ENGLISH_DAY.sub(" ", phrase))
            span = self._span(phrase, today) or _later_month(phrase, last_span) or (last_span if has_word(phrase, self._same) else Span(_back(today, JUST), today) if said and has_word(phrase, self._just) else None)
            self._education(person, inside, span, said)
            if any(e.id == ENGINEERING for e in named):
                person.engineering_degree = not any(e.id == ENGINEERING for e in absent)
            if last_title is not None and not last_title.keys() & {"obtained", "appointed"} and span and not inside:
                last_title["appointed"] = span
            title = self._title(person, inside, reading.titles, span, said)
            if title is None and last_title is not None and span and APPOINTED in said and not any(e.type == "education" for e in inside):
                last_title["appointed"] = span
            schooled = person.education[-1] if person.education else None
            if schooled is not None and "completed" not in schooled and span and GRADUATED in said and not any(e.type == "education" for e in inside):
                schooled["completed"] = span
            last_title, last_span = title or last_title, span or last_span
            self._rest(person, inside, span, said, phrase)
            if span or any(e.type in CREDENTIALS and e.iri not in reading.titles for e in named):
                person.told_until = end
            if last_span and person.worked is None and has_word(phrase, self._since):
                person.worked = last_span
            start = end
        return person

    def _not_held(self, before: str) -> bool:
        """Whether the words before what is named say that it is not held."""
        return any(NOT_FAR.match(before[at.end() :]) for word in self._not for at in re.finditer(word_pattern(word), before))

    def _as_of(self, phrase: str, told: str, rest: str) -> tuple[str, date, str] | None:
        """The day as of which a phrase asks, with what stands right behind it, and the phrase without it; `told` and `rest` stand before and behind the phrase."""
        for match in (*DAY.finditer(phrase), *ENGLISH_DAY.finditer(phrase)):
            before, after = phrase[: match.start()].rstrip(), YEAR_END.sub("", phrase[match.end() :]) or rest.lstrip(" ,，")
            span = _day(match[0])
            if span and ((before.strip(" ,，") or told).rstrip(" ,，").endswith(self._before) or after.startswith(self._after)):
                return after[:4], span.last, before + " " * len(match[0]) + phrase[match.end() :]
        return None

    def _span(self, phrase: str, today: date) -> Span | None:
        """The day that a phrase names, as precisely as it does: a date, a year, or so long ago."""
        ago = next((years for name, years in self._ago.items() if name in phrase), None)
        return _day(phrase) or (_so_long_ago(phrase, today) if ago is None else _between(today.year - ago, None, None))

    def _education(self, person: Person, inside: Sequence[Entity], span: Span | None, said: set[str]) -> None:
        for entity in inside:
            level = entity.id
            if level == ENGINEERING:  # 工程硕士 is a master's degree, 工程类专业学位 may be any
                level = next((degree for name, degree in self._degrees.items() if name in entity.text), None)
            if entity.type != "education" or level is None:
                continue
            entry: dict = {"level": level}
            if span and (GRADUATED in said or not said & {OBTAINED, APPOINTED}):
                entry["completed"] = span
            known = next((e for e in person.education if e["level"] == level), None)
            if known is None:
                person.education.append(entry)
            elif "completed" not in known:
                known.update(entry)

    def _title(self, person: Person, inside: Sequence[Entity], sought: Sequence[str], span: Span | None, said: set[str]) -> dict | None:
        """The title that a phrase says is held, entered; None where it names none but those sought."""
        for entity in inside:
            iri = entity.iri if scheme_of(entity.iri) == "title" else self._title_of.get(entity.iri)
            if iri and iri not in sought and (span or said & {OBTAINED, APPOINTED}):
                entry: dict = {"title": slug(iri)}
                if span:
                    entry["appointed" if APPOINTED in said and OBTAINED not in said else "obtained"] = span
                known = next((t for t in person.titles if t["title"] == entry["title"]), None)
                if known is None:
                    person.titles.append(entry)
                    return entry
                known.update({name: day for name, day in entry.items() if name not in known})
                return known
        return None

    @staticmethod
    def _rest(person: Person, inside: Sequence[Entity], span: Span | None, said: set[str], phrase: str) -> None:
        for entity in inside:
            if entity.type == "skill-grade":
                if entity.id not in [s["grade"] for s in person.skills]:
                    person.skills.append({"grade": entity.id} | ({"obtained": span} if span and said & {OBTAINED, WORKED} else {}))
            elif entity.type == "employer" and person.employer is None:
                person.employer = entity.id
            elif entity.type == "honour":
                person.awards.append(entity.id)
        named = any(e.type in ("title", "education") for e in inside)
        if span and WORKED in said and not named and (YEARS.search(phrase) or MONTHS.search(phrase) or YEARS_AND_MONTHS.search(phrase)) and person.worked is None:
            person.worked = span


def _day(phrase: str) -> Span | None:
    """The day that a phrase names by its date, as precisely as it does."""
    if match := ENGLISH_DAY.search(phrase):
        day = match[1] or match[3]
        return _between(int(match[4]), ENGLISH_MONTHS[match[2]], int(day) if day else None)
    if match := DAY.search(phrase):
        return _between(int(match[1]), int(match[2]) if match[2] else None, int(match[3]) if match[3] else None)
    return None


def _later_month(phrase: str, told: Span | None) -> Span | None:
    """The month that a phrase names by its number alone, of the year told before, where it is no earlier than what was told."""
    match = MONTH.search(phrase)
    span = match and told and told.first.year == told.last.year and _between(told.first.year, int(match[1]), None)
    return span if span and span.last >= told.last else None


def _so_long_ago(phrase: str, today: date) -> Span | None:
    """The day that a phrase names by how many months or years ago it was."""
    if match := YEARS_AND_MONTHS.search(phrase):
        years, months = values.count(match[1]), values.count(match[2])
        return Span(_back(today, years * 12 + months + 1), _back(today, years * 12 + months)) if years and months else None
    if match := MONTHS.search(phrase):
        count = values.count(match[1])
        return Span(_back(today, count + 1), _back(today, count)) if count else None
    match = YEARS.search(phrase)
    count = match and values.count(match[1])
    if not count:
        return None
    months = count * 12 + (6 if "半" in match[2] or "half" in match[2] else 0)
    return Span(_back(today, months + 11), _back(today, months))


def _back(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _between(year: int, month: int | None, day: int | None) -> Span | None:
    try:
        if month is None:
            return Span(date(year, 1, 1), date(year, 12, 31))
        if day is None:
            return Span(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        return Span(date(year, month, day), date(year, month, day))
    except ValueError:
        return None

"""How well questions are answered: right, wrong, silent and talkative, per kind, language and way of asking.

    python tests/answers/evaluate.py [FILE.jsonl …] [--failures N] [--only TEXT]

The sets beside this file were written from the official texts by people's ways of asking, by readers who did not see the
patterns and queries that they measure. Thresholds were chosen on them and some phrasings added after reading their failures, so
that what they give is an upper bound; judge a new idea on questions written afresh. Those of held-out/ are asked only by name and are
not read by whoever changes the answers. A line holds `id`, `q`, `lang`, `kind`, `style`, `params`, `status` (answered,
unanswered, any), `must` (groups of regular expressions, one of each group has to match in the answer), `must_not`, and
`quote` (snippets of the texts, one of which a citation has to hold). An answer also has to be short enough to be one.
"""

import argparse
import json
import re
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

from zhicheng.answering.service import open_service
from zhicheng.knowledge.outline import squeeze
from zhicheng.settings import Settings
from zhicheng.web.app import create_app

HERE = Path(__file__).resolve().parent
ONE_FACT = {"number", "yesno", "date", "fee", "definition", "validity"}
LONGEST = {"zh": (600, 3000), "en": (1500, 8000)}
OUTCOMES = ("right", "wrong", "silent", "talkative", "broken")


def width(text: str) -> str:
    return squeeze(unicodedata.normalize("NFKC", text))


def says(answer: str, pattern: str) -> bool:
    return any(re.search(pattern, text, re.I) for text in (answer, unicodedata.normalize("NFKC", answer)))


def grade(item: dict, reply: dict | None, texts: str) -> tuple[str, str]:
    """The outcome of one question, and why."""
    if reply is None:
        return "broken", "no answer"
    answered, answer, expected = reply["status"] == "answered", reply["answer"], item.get("status", "answered")
    for pattern in item.get("must_not", []):
        if says(answer, pattern):
            return "wrong", f"says what it must not: {pattern}"
    if expected == "unanswered":
        return ("talkative", "") if answered else ("right", "")
    if not answered and expected == "answered":
        return "silent", reply.get("reason", "")
    for group in item.get("must", []):
        if not any(says(answer, pattern) for pattern in group):
            return ("wrong", f"lacks {group}") if answered or expected == "any" else ("silent", "")
    if not answered:
        return "right", ""
    if len(answer) > LONGEST[item["lang"]][item["kind"] not in ONE_FACT]:
        return "wrong", f"buries the answer in {len(answer)} characters"
    quotes = [width(c["quote"]) for c in reply["citations"]]
    if not quotes or any(not q or q not in texts for q in quotes):
        return "wrong", "cites nothing, or what is not in the texts"
    wanted = [width(q) for q in item.get("quote", [])]
    if wanted and not any(w in "".join(quotes) for w in wanted):
        return "wrong", f"cites none of {item['quote']}"
    return "right", ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, nargs="*", default=sorted(HERE.glob("*.jsonl")))
    parser.add_argument("--failures", type=int, default=0, help="how many failures to print")
    parser.add_argument("--only", default="", help="only questions whose id begins with this")
    options = parser.parse_args()
    settings = Settings.read()
    service = open_service(settings.home, settings.cache)
    client = create_app(service).test_client()
    texts = "".join(width(text) for text in service.graph.texts.values())
    tables: dict[str, dict[str, Counter]] = {name: defaultdict(Counter) for name in ("set", "kind", "lang", "style")}
    shown, times = 0, []
    for path in options.sets:
        for line in path.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            if not item["id"].startswith(options.only):
                continue
            started = time.perf_counter()
            response = client.get("/api/ask", query_string={"q": item["q"], **(item.get("params") or {})})
            times.append(time.perf_counter() - started)
            reply = response.get_json() if response.status_code == 200 else None
            outcome, why = grade(item, reply, texts)
            for name, table in tables.items():
                table[path.stem if name == "set" else item.get(name, "?")][outcome] += 1
            if outcome != "right" and shown < options.failures:
                shown += 1
                print(f"{outcome:9} {item['id']} {item['q']}\n    {why[:160]} | {reply and reply['intent']} {reply and reply.get('reason', '')}\n    {(reply or {}).get('answer', '')[:240]!r}")
    for name, table in tables.items():
        for key in sorted(table):
            counts = table[key]
            print(f"{name:6} {key:16} {counts['right']:4} of {sum(counts.values()):4}  " + " ".join(f"{o} {counts[o]}" for o in OUTCOMES[1:] if counts[o]))
    total = sum(tables["set"].values(), Counter())
    asked = sum(total.values())
    times.sort()
    print(f"time per question: median {times[len(times) // 2] * 1000:.1f} ms, 99th percentile {times[int(len(times) * 0.99)] * 1000:.1f} ms")
    print(" ".join(f"{o} {total[o]}" for o in OUTCOMES) + f" of {asked}: {total['right'] / asked:.1%} right, {(total['wrong'] + total['talkative']) / asked:.1%} wrong or talkative")
    return 0


if __name__ == "__main__":
    sys.exit(main())

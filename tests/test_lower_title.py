"""Whether the title below is needed first: told for each region, with the ways that do without it."""

import pytest

QUERY = "/api/queries/need-of-lower-title"
BELOW = {"assistant-engineer": "technician", "engineer": "assistant-engineer", "senior-engineer": "engineer", "full-senior-engineer": "senior-engineer"}


def asked(client, q, **arguments):
    return client.get("/api/ask", query_string={"q": q} | arguments).get_json()


@pytest.mark.parametrize(
    ("title", "education", "region", "need"),
    [
        ("engineer", "", "beijing", "sometimes"),
        ("engineer", "bachelor", "beijing", "sometimes"),
        ("engineer", "bachelor", "tianjin", "always"),
        ("engineer", "doctor", "tianjin", "sometimes"),
        ("engineer", "bachelor", "changzhi", "always"),
        ("engineer", "doctor", "changzhi", "sometimes"),
        ("engineer", "doctor", "wenzhou", "always"),
        ("senior-engineer", "", "xinzhou", "always"),
        ("senior-engineer", "master", "beijing", "sometimes"),
        ("senior-engineer", "master", "tianjin", "always"),
        ("full-senior-engineer", "bachelor", "tianjin", "always"),
        ("assistant-engineer", "", "beijing", "never"),
        ("assistant-engineer", "junior-college", "changzhi", "always"),
        ("assistant-engineer", "bachelor", "changzhi", "sometimes"),
    ],
)
def test_the_graph_says_whether_the_title_below_is_needed(client, title, education, region, need):
    rows = client.get(QUERY, query_string={"title": title, "below": BELOW[title], "education": education, "region": region}).get_json()["results"]["results"]["bindings"]
    assert {row["need"]["value"] for row in rows} == {need}


def test_where_a_way_does_without_only_such_are_told(client):
    told = client.get(QUERY + "?title=engineer&below=assistant-engineer&region=beijing").get_json()
    quotes = {c["quote"] for c in told["citations"]}
    assert quotes == {"博士研究生毕业后，从事本专业技术工作", "硕士研究生毕业后，从事本专业技术工作满2年", "大学本科毕业后，从事本专业技术工作满5年", "大学专科毕业后，从事本专业技术工作满7年"}
    assert told["answer"].count("不是必须先有低一级职称") == 1, "said once for all"


@pytest.mark.parametrize(
    ("q", "said", "not_said"),
    [
        ("北京报工程师非得先拿助工不可吗", "不是必须先有低一级职称", "助理级职称后"),
        ("In Tianjin, must I be an engineer before I can apply for full senior engineer?", "needed first", "not a must"),
        ("忻州没有工程师职称，可以直接报高工不", "必须先取得低一级职称", "不是必须"),
    ],
)
def test_a_question_is_answered_directly(client, q, said, not_said):
    answer = asked(client, q)
    assert answer["status"] == "answered" and answer["intent"] == "need-of-lower-title"
    assert said in answer["answer"] and not_said not in answer["answer"]


def test_regions_are_told_apart(client):
    answer = asked(client, "本科没评过助工，能直接报工程师吗，京津两地")["answer"]
    beijing, tianjin = (next(line for line in answer.splitlines() if line.startswith(region)) for region in ("北京", "天津"))
    assert "不是必须" in beijing and "满5年" in beijing and "必须先取得" in tianjin and "满4年" in tianjin


def test_a_title_is_not_needed_for_one_that_stands_below_it(client):
    rows = client.get(QUERY + "?title=assistant-engineer&below=engineer").get_json()["results"]["results"]["bindings"]
    assert rows == []

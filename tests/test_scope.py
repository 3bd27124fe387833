"""Questions that are no matter of ours are told by what they mean, and a query that takes a number is meant where one is named."""

import pytest

from zhicheng.errors import FaultyGraph
from zhicheng.knowledge import wordings


@pytest.mark.parametrize(
    "question",
    ["钢筋搭接长度怎么算", "国考报名时间是什么时候", "给我写一首关于工程师的诗", "公积金能贷多少", "护师考试难不难", "Can you fix my Python script?", "What is the salary of a civil engineer in Canada?", "who won the match yesterday"],
)
def test_what_is_no_matter_of_ours_is_declined(client, question):
    answer = client.get("/api/ask", query_string={"q": question}).get_json()
    assert answer["status"] == "unanswered" and answer["reason"] in ("out-of-scope", "unclear") and not answer["citations"]


def test_questions_known_to_be_out_of_scope_are_declined_as_such(client, home):
    known = wordings.out_of_scope(home)
    assert len(known) > 400
    for question in known[::25]:
        answer = client.get("/api/ask", query_string={"q": question}).get_json()
        assert (answer["status"], answer["reason"]) == ("unanswered", "out-of-scope"), question


def test_questions_of_ours_are_not_declined_for_what_they_mention(client):
    for question in ("退休的人还能报高工吗", "公务员能报高级工程师吗", "一级建造师对应什么职称", "评上高工后岗位等级是几级", "Do applicants need a computer exam?"):
        assert client.get("/api/ask", query_string={"q": question}).get_json().get("reason") != "out-of-scope", question


def test_a_document_s_number_makes_a_question_ours_and_the_title_of_a_form_is_read(client):
    answer = client.get("/api/ask", query_string={"q": "京人社事业发〔2020〕17号是个什么文件"}).get_json()
    assert answer["status"] == "answered" and {c["region"] for c in answer["citations"]} == {"beijing"}
    answer = client.get("/api/ask", query_string={"q": "《业绩证明函》由谁来签，签了能顶什么用"}).get_json()
    assert answer["status"] == "answered" and "替代论文" in answer["answer"] and {c["region"] for c in answer["citations"]} == {"tianjin"}


@pytest.mark.parametrize(("line", "fault"), [("", "blank"), ("雅思怎么考\t多", "several columns"), ("一二三\n一二三", "already")])
def test_a_faulty_line_is_named(copy, line, fault):
    path = copy / "data" / wordings.OUT_OF_SCOPE
    path.write_text(f"question\n{line}\n", encoding="utf-8")
    with pytest.raises(FaultyGraph, match=rf"(?s)out-of-scope\.tsv:[23].*{fault}"):
        wordings.out_of_scope(copy)
    path.write_text("questions\n雅思怎么考\n", encoding="utf-8")
    with pytest.raises(FaultyGraph, match="Begin with: question"):
        wordings.out_of_scope(copy)
    path.unlink()
    assert wordings.out_of_scope(copy) == []


@pytest.mark.parametrize(("question", "points"), [("温州发明专利排第五，量化评分给几分", "4"), ("How many points for rank 7 of an invention patent under the Wenzhou draft?", "2"), ("温州市级课题第4名得多少分", "4"), ("温州发明专利第一发明人几分", "8"), ("温州软著排第3多少分", "4")])
def test_a_query_that_takes_a_number_is_meant_where_one_is_named(client, question, points):
    answer = client.get("/api/ask", query_string={"q": question}).get_json()
    assert answer["intent"] == "points-of-rank" and {row["points"]["value"].removesuffix(".0") for row in answer["query"]["results"]["results"]["bindings"]} == {points}


@pytest.mark.parametrize("question", ["How many people passed the 2024 Xinzhou review?", "Does Xinzhou's 2024 notice give a pass rate?"])
def test_a_year_that_names_a_document_is_not_what_is_asked_for(client, question):
    answer = client.get("/api/ask", query_string={"q": question}).get_json()
    assert (answer["status"], answer["reason"]) == ("unanswered", "not-in-sources")

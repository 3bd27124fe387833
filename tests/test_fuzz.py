"""No question, however odd, brings the service down or past its bounds."""

import random

import pytest

ALPHABETS = [
    "高级工程师天津北京评审几年本科博士破格岗位论文专利，。？！",
    "abcdefghij klmnop qrstuvwxyz ?.'\"",
    "\x00\x01\x1f\t\n\r \u200b\u202e\ufeff\ufffd",
    "龘𠀀𪜶㐀鿿々〇○①⑤ⅣⅫ㈠㎡％＋－＝｛｝",
    "😀🧑‍💻é̈ñßİıſﬁΑΩЖשعहไ",
    "{}<>()[]?$#@;:'\"\\/|&*^%~`!",
]


@pytest.mark.parametrize("seed", range(40))
def test_random_questions_get_an_answer_or_a_problem(client, seed):
    rng = random.Random(seed)
    for _ in range(15):
        alphabet = rng.choice(ALPHABETS) + rng.choice(ALPHABETS)
        question = "".join(rng.choice(alphabet) for _ in range(rng.choice([1, 2, 5, 20, 120, 500])))
        reply = client.get("/api/ask", query_string={"q": question, "lang": rng.choice(["zh", "en"])})
        assert reply.status_code in (200, 400), (question, reply.text[:200])
        if reply.status_code == 200:
            body = reply.get_json()
            assert body["status"] == "unanswered" or body["citations"], question
            for entity in body["entities"]:
                assert body["question"][entity["start"] : entity["end"]] == entity["text"]


@pytest.mark.parametrize("path", ["/", "/ask", "/faq", "/policies", "/policies/x", "/api/ask", "/api/faq", "/health/ready", "/static/../settings.py", "/%00", "/api/ask/"])
@pytest.mark.parametrize("query", ["", "q=%00", "q=a&q=b", "lang=%F0", "region=%00", "as_of=0000-00-00", "q=" + "%E5%87%A0" * 2000])
def test_no_address_fails(client, path, query):
    for accept in ("text/html", "application/json", "*/*", "", "nonsense"):
        assert client.get(f"{path}?{query}", headers={"Accept": accept}).status_code < 500

"""Language models: fetched and checked, used where they are there, done without where they are not."""

import hashlib
import io
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from zhicheng.__main__ import main
from zhicheng.answering import attuning, models
from zhicheng.answering.meaning import ATTUNEMENT, Attuned, Encoder, Meanings
from zhicheng.answering.service import open_service
from zhicheng.errors import Invalid
from zhicheng.settings import Settings


@pytest.fixture
def encoder() -> Encoder:
    folder = Settings.read().models
    if not all(model.held(folder) for model in models.listed()):
        reason = f"the language models are not in {folder}: run `zhicheng models`"
        pytest.fail(reason) if os.environ.get("ZHICHENG_CI") else pytest.skip(reason)
    return Encoder(folder)


@pytest.fixture
def archive(tmp_path, monkeypatch) -> Path:
    """An archive that the list names as the only model's, with the digest it has."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as members:
        members.writestr("encoder.onnx", b"an encoder")
        members.writestr("tokenizer.json", b"a tokenizer")
    path = tmp_path / "model.jar"
    path.write_bytes(content.getvalue())
    model = models.Model("zh", "small", path.as_uri(), hashlib.sha256(content.getvalue()).hexdigest(), "encoder.onnx", "tokenizer.json")
    monkeypatch.setattr(models, "listed", lambda: (model,))
    return path


def said() -> tuple[list[str], object]:
    lines: list[str] = []
    return lines, lines.append


@pytest.mark.parametrize(
    ("asked", "same", "other"),
    [("大专毕业多久能当工程师", "专科学历评工程师要几年", "评审费在哪里缴"), ("What does the review cost?", "How much is the review fee?", "Who issues the certificate?")],
)
def test_what_means_the_same_is_nearer_than_what_does_not(encoder, home, asked, same, other):
    attuned = Attuned(encoder, home / "data" / ATTUNEMENT)
    near = Meanings(attuned, [same, other]).near(attuned.meaning(asked))
    assert 0 <= near[1] < near[0] <= 1


def test_what_was_learnt_from_the_wordings_helps_with_the_patterns_of_the_queries(encoder, service, home):
    asked = [(name, ask) for name, query in service.catalogue.queries.items() for ask in query.ask if "{" not in ask]
    subjects, texts = zip(*asked, strict=True)

    def found(encoder) -> int:
        """Of every third pattern, those whose nearest other pattern is of the same query."""
        hits = 0
        meanings = Meanings(encoder, texts)
        for n in range(0, len(texts), 3):
            near = meanings.near(encoder.meaning(texts[n]))
            near[n] = -1
            hits += subjects[int(near.argmax())] == subjects[n]
        return hits

    assert found(Attuned(encoder, home / "data" / ATTUNEMENT)) > found(encoder)


def test_it_is_learnt_anew_from_the_wordings(encoder, copy, monkeypatch, capsys):
    monkeypatch.setattr(attuning, "STEPS", 20)
    monkeypatch.setenv("ZHICHENG_HOME", str(copy))
    path = copy / "data" / ATTUNEMENT
    before = path.read_bytes()
    path.unlink()
    assert main(["attune"]) == 0
    told = re.findall(r"(en|zh): of (\d+) wordings kept back .* in (\d+)% before, (\d+)% after", capsys.readouterr().out)
    assert [language for language, *_ in told] == ["en", "zh"]
    assert all(int(kept) > 500 and int(after) > int(before) + 5 for _, kept, before, after in told)
    held = Attuned(encoder, path).meaning("评审费是多少").vector
    assert held.shape == (attuning.DIRECTIONS,) and path.stat().st_size == len(before)


def test_nothing_learnt_is_lost_where_a_model_is_missing(copy, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ZHICHENG_HOME", str(copy))
    monkeypatch.setenv("ZHICHENG_MODELS", str(tmp_path / "none"))
    before = (copy / "data" / ATTUNEMENT).read_bytes()
    assert main(["attune"]) == 2 and "`zhicheng models`" in capsys.readouterr().err
    assert (copy / "data" / ATTUNEMENT).read_bytes() == before


@pytest.mark.parametrize("content", [None, b"", b"not what numpy writes", b"PK\x03\x04 cut short"], ids=str)
def test_without_what_was_learnt_meanings_are_compared_all_the_same(encoder, tmp_path, caplog, content):
    path = tmp_path / ATTUNEMENT
    if content is not None:
        path.write_bytes(content)
    attuned = Attuned(encoder, path)
    assert "`zhicheng attune` makes it anew" in caplog.text
    assert attuned.meaning("评审费是多少").vector.tolist() == encoder.meaning("评审费是多少").vector.tolist()


def test_the_runtime_of_the_models_reports_nothing_and_leaves_nothing_behind(encoder, tmp_path):
    program = "from zhicheng.answering.meaning import Encoder; from pathlib import Path; import os, sys; Encoder(Path(sys.argv[1])).meaning('评审费是多少'); print(os.environ['ORT_DISABLE_TELEMETRY'])"
    environment = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": os.defpath}
    done = subprocess.run([sys.executable, "-c", program, str(Settings.read().models)], env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "1" and "telemetry" not in done.stderr
    assert list(tmp_path.rglob("*")) == []


def test_texts_of_two_languages_are_not_compared(encoder):
    assert Meanings(encoder, ["评审费是多少"]).near(encoder.meaning("What is the fee for the review?")) is None


def test_a_model_is_fetched_once(archive, tmp_path):
    lines, say = said()
    models.fetch(tmp_path / "models", say)
    assert [path.read_bytes() for path in models.listed()[0].files(tmp_path / "models")] == [b"an encoder", b"a tokenizer"]
    archive.unlink()
    models.fetch(tmp_path / "models", say)
    assert lines[-1] == f"small is in {tmp_path / 'models'}"


def test_another_archive_than_the_one_listed_is_refused(archive, tmp_path):
    archive.write_bytes(archive.read_bytes() + b"more")
    with pytest.raises(Invalid, match="has the SHA-256 digest .*nothing was kept"):
        models.fetch(tmp_path / "models", said()[1])
    assert not (tmp_path / "models").exists()


def test_an_archive_that_is_not_there_is_said_to_be_out_of_reach(archive, tmp_path):
    archive.unlink()
    with pytest.raises(Invalid, match="cannot be fetched"):
        models.fetch(tmp_path / "models", said()[1])


def test_a_listed_model_names_its_archive_by_digest():
    assert {model.language for model in models.listed()} == {"zh", "en"}
    assert all(len(model.sha256) == 64 and model.archive.startswith("https://") for model in models.listed())
    assert replace(models.listed()[0], sha256="0" * 64).files(Path("m")) != models.listed()[0].files(Path("m"))


def test_without_models_questions_are_answered_by_their_words(home, tmp_path, caplog):
    service = open_service(home, tmp_path / "cache", models=tmp_path / "none")
    assert "`zhicheng models` fetches them" in caplog.text
    answer = service.ask("高级工程师对应几级岗位？", "zh", ("tianjin",))
    assert answer.status == "answered" and "五" in answer.text

"""What the README shows is what a user gets."""

import re

import pytest

from zhicheng.__main__ import main


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_question_shown_has_the_answer_shown(name, home, tmp_path, monkeypatch, capsys):
    text = (home / name).read_text(encoding="utf-8")
    block = re.search(r'```\n\$ \.venv/bin/zhicheng ask "([^"]+)"\n(.*?)```', text, re.S)
    assert block and text[: block.start()].count("\n") < 30, "the question stands within the first screen"
    monkeypatch.setenv("ZHICHENG_CACHE", str(tmp_path))
    assert main(["ask", block[1]]) == 0
    assert capsys.readouterr().out == block[2]


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_two_commands_stand_in_the_first_screen(name, home):
    head = (home / name).read_text(encoding="utf-8").splitlines()[:24]
    assert any(line.startswith("make serve") for line in head) and any(line.startswith("make test") for line in head)
    assert "serve:" in (home / "Makefile").read_text(encoding="utf-8") and "test:" in (home / "Makefile").read_text(encoding="utf-8")


def test_both_readmes_list_every_policy_held(home, service):
    for name in ("README.md", "README.zh.md"):
        text = (home / name).read_text(encoding="utf-8")
        for policy in service.library.policies.values():
            assert policy.number is None or policy.number in text


def test_every_setting_is_documented_in_the_help(capsys):
    from zhicheng.settings import TABLE

    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    assert all(setting.variable in out for setting in TABLE.values())

"""The wheel carries ontology, data and queries: installed into an empty environment it answers."""

import os
import subprocess
import sys
import venv


def test_the_wheel_answers_in_an_empty_environment(home, tmp_path):
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), str(home)], check=True, capture_output=True)
    [wheel] = (tmp_path / "dist").glob("*.whl")
    venv.create(tmp_path / "empty", with_pip=True)
    python = tmp_path / "empty" / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(home / "requirements.lock")], check=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("ZHICHENG", "PYTHON"))} | {"ZHICHENG_CACHE": str(tmp_path / "cache")}
    asked = subprocess.run([str(tmp_path / "empty" / "bin" / "zhicheng"), "ask", "高级工程师对应几级岗位？"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert asked.returncode == 0, asked.stderr
    assert "副高级对应专业技术岗位五至七级" in asked.stdout

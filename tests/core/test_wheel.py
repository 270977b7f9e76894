"""What is built is what is here: the wheel, in an empty environment, lists and audits like the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = out.glob("*.whl")
    return made


def test_the_wheel_holds_one_package_and_every_file_of_the_rooms(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {n.split("/")[0] for n in names if ".dist-info/" not in n} == {"harness"}
    tracked = subprocess.run(
        ["git", "ls-files", "harness", "plugins", "tasks", "training"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    expected = {f if f.startswith("harness/") else f"harness/{f}" for f in tracked if (ROOT / f).exists()}
    assert expected <= names


@pytest.mark.slow
def test_an_installed_wheel_lists_and_audits_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "v"], check=True, timeout=60)
    pip = [tmp_path / "v/bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    installed = subprocess.run(
        [*pip, "-c", ROOT / "constraints.txt", wheel], capture_output=True, text=True, timeout=240
    )
    if installed.returncode:
        pytest.skip(f"no package registry: {installed.stderr.strip().splitlines()[-1]}")

    def harness(*words: str) -> str:
        done = subprocess.run(
            [tmp_path / "v/bin/harness", *words], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "multibranch" in harness("list")
    assert "3 fair" in harness("audit", "db", "--limit", "3")
    where = subprocess.run(
        [tmp_path / "v/bin/python", "-c", "import harness; print(harness.__file__)"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert where.startswith(str(tmp_path))

"""A built root instead of the machine's own, and the command that checks a sandbox."""

import shutil
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from harness.plugins.sandboxes import command, namespaces
from harness.plugins.sandboxes.namespaces import NamespaceProvider


def _small_root(at: Path) -> Path:
    """bash and a few programs with their libraries: enough for a shell."""
    for folder in ("bin", "etc", "root", "tmp", "usr/bin"):
        (at / folder).mkdir(parents=True)
    (at / "etc/os-release").write_text('PRETTY_NAME="Small 1"\n')
    for program in ("bash", "cat", "ls", "rm", "id"):
        source = shutil.which(program)
        assert source
        shutil.copy(source, at / "bin" / program)
        for word in subprocess.run(["ldd", source], capture_output=True, text=True).stdout.split():
            if word.startswith("/"):
                target = at / word[1:]
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(word, target)
    return at


def test_a_built_root_is_the_whole_machine(provider: NamespaceProvider, tmp_path: Path) -> None:
    root = _small_root(tmp_path / "root")
    own = namespaces.harness_sandbox(f"namespaces:{root}")
    assert own is not None
    box = own.open()
    assert box.run("id -u; ls /; echo x > /etc/new; rm /etc/os-release").output.split() == (
        ["0", "bin", "dev", "etc", "lib", "lib64", "proc", "root", "tmp", "usr"]
    )
    copy = box.fork()
    assert copy.run("ls /etc").output == "new\n"
    assert own.describe()["base"] == str(root)
    assert own.describe()["system"] == "Small 1"
    assert len(own.describe()["base manifest"]) == 16
    own.close()
    assert (root / "etc/os-release").exists()
    assert not (root / "etc/new").exists()


def test_the_check_command_shows_how_a_sandbox_is_made_and_its_times(provider: NamespaceProvider) -> None:
    cli = click.Group()
    command.harness_commands(cli)
    result = CliRunner().invoke(cli, ["sandbox", "check"])
    assert result.exit_code == 0, result.output
    assert "host-masked" in result.output
    assert "fork keeps files: yes" in result.output
    assert all(word in result.output for word in ("open:", "first command:", "program:", "mapping:"))


def test_the_build_command_refuses_a_full_folder(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    cli = click.Group()
    command.harness_commands(cli)
    result = CliRunner().invoke(cli, ["sandbox", "build", str(tmp_path)])
    assert "absent or empty" in str(result.exception)


@pytest.mark.parametrize("spec", ["namespace", "podman:x"])
def test_an_unknown_kind_is_a_usage_error(spec: str) -> None:
    cli = click.Group()
    command.harness_commands(cli)
    assert "use namespaces" in str(CliRunner().invoke(cli, ["sandbox", "check", spec]).exception)

"""`harness sandbox build DIR` and `harness sandbox check [SPEC]`."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from harness import SandboxProvider, UsageError, hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def harness_commands(cli: "click.Group") -> None:
    import click

    @cli.group()
    def sandbox() -> None:
        """Build and check the machines of the `os` task."""

    @sandbox.command()
    @click.argument("folder", type=click.Path(path_type=Path), default=Path("sandbox-root"))
    @click.option("--suite", default="bookworm", show_default=True, help="Debian release.")
    @click.option("--mirror", default=None, help="Package mirror; default: the machine's own.")
    def build(folder: Path, suite: str, mirror: str | None) -> None:
        """Make a root in FOLDER with mmdebstrap or debootstrap."""
        from ._rootfs import build_root

        build_root(folder, suite, mirror)
        click.echo(f"done; use it with --sandbox namespaces:{folder.resolve()}")

    @sandbox.command()
    @click.argument("spec", default="namespaces")
    def check(spec: str) -> None:
        """Open, use, fork and close a sandbox of kind SPEC, and say how it is made."""
        provider = _provider(spec)
        try:
            for line in report(provider):
                click.echo(line)
        finally:
            provider.close()


def report(provider: SandboxProvider) -> list[str]:
    """Lines that describe the provider and time its operations once."""
    lines = [f"{key + ':':<16}{value}" for key, value in provider.describe().items()]
    started = time.perf_counter()

    def lap(what: str) -> None:
        nonlocal started
        now = time.perf_counter()
        lines.append(f"{what + ':':<16}{1000 * (now - started):.1f} ms")
        started = time.perf_counter()

    box = provider.open()
    lap("open")
    box.run("cd /tmp && echo kept > file")
    lap("first command")
    box.run("true")
    lap("command")
    box.execute(["true"])
    lap("program")
    copy = box.fork()
    lap("fork")
    answer = copy.run("cat file").output.strip()
    copy.close()
    box.close()
    lines.append("fork keeps files: " + ("yes" if answer == "kept" else f"NO, it has {answer!r}"))
    return lines


def _provider(spec: str) -> SandboxProvider:
    from . import docker, namespaces

    for module in (namespaces, docker):
        provider: SandboxProvider | None = module.harness_sandbox(spec)
        if provider:
            return provider
    raise UsageError(f"no sandbox {spec!r}: use namespaces, namespaces:DIR or docker:IMAGE")

"""deploy/Dockerfile: the image is built without a daemon, and its ordinary user grades in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from tests.hub.machine import CERTIFICATES
from tests.needs import ROOT

pytestmark = pytest.mark.hub


def run(*words: str | Path, **options: object) -> str:
    """What a command printed. AssertionError with all of it if it failed."""
    done = subprocess.run(
        list(map(str, words)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=1500,
        check=False,
        **options,  # type: ignore[call-overload]
    )
    assert done.returncode == 0, f"{words}\n{done.stdout[-6000:]}"
    return str(done.stdout)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The files of the image, built on Debian's own packages in the place of the base that Docker fetches."""
    folder = tmp_path_factory.mktemp("image")
    base = folder / "base.tar"
    run("mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates", "bookworm", base)
    store = ["--storage-driver", "vfs", "--root", str(folder / "store"), "--runroot", str(folder / "run")]
    buildah = ["buildah", *store]
    started = run(*buildah, "from", "--name", "base", "scratch").strip()
    run(*buildah, "add", started, base, "/")
    run(*buildah, "commit", started, "base")
    words = ["--isolation", "chroot", "--build-arg", "BASE=localhost/base", *_of_this_machine()]
    run(*buildah, "bud", *words, "--file", "deploy/Dockerfile", "--tag", "course", ".", cwd=ROOT)
    run(*buildah, "from", "--name", "course", "localhost/course")
    yield Path(run(*buildah, "mount", "course").strip())
    run(*buildah, "rm", "--all")
    run(*buildah, "rmi", "--all", "--force")


def _of_this_machine() -> Sequence[str]:
    """What pip and apt need in the build to find this machine's registries."""
    found = [f"--env={n}={v}" for n, v in os.environ.items() if n.startswith("PIP_") or n in CERTIFICATES]
    settings = ("/etc/ssl/certs", "/etc/pip.conf", "/etc/apt/apt.conf.d")
    shared = [path for path in settings if Path(path).exists()]
    return [*found, *(f"--volume={path}:{path}:ro" for path in (*shared, *Path("/opt").iterdir()))]


def inside(image: Path, script: str, *mounted: str | Path) -> str:
    """What a script prints in a container of the image, as its ordinary user."""
    words: list[str | Path] = ["bwrap", "--bind", image, "/", "--proc", "/proc", "--dev", "/dev"]
    words += [
        "--unshare-pid",
        "--die-with-parent",
        "--perms",
        "1777",
        "--tmpfs",
        "/dev/shm",
        "--perms",
        "1777",
        "--tmpfs",
        "/tmp",
        "--clearenv",
    ]
    words += ["--setenv", "HOME", "/home/learner", "--setenv", "PATH", "/opt/cs-conv/bin:/usr/bin:/bin"]
    user = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"]
    return run(*words, *mounted, "--chdir", "/home/learner", *user, "bash", "-euc", script)


def test_its_user_finds_a_sandbox_and_grades_in_it(image: Path, tmp_path: Path) -> None:
    run("git", "clone", "--quiet", ROOT, tmp_path / "course")
    run("chown", "-R", "1000:1000", tmp_path / "course")
    said = inside(
        image,
        "id -un; cs-conv doctor; cd course; cs-conv demo 00",
        "--bind",
        tmp_path / "course",
        "/home/learner/course",
    )
    assert said.startswith("learner")
    assert "student code can be confined, by bubblewrap" in said
    assert "several processes can grade together" in said
    assert "grading 00-start with trusted (bubblewrap)" in said


def test_a_learner_answers_in_it(image: Path) -> None:
    """JupyterLab starts with copies of the notebooks in the user's home, as the image's command does it."""
    opened = "cs-conv lab --no-browser & until ls mine/00-start/start.ipynb; do sleep 1; done; kill %1"
    assert "mine/00-start/start.ipynb" in inside(image, f"({opened}) 2>&1")


def test_it_has_what_the_servers_of_a_hub_start(image: Path) -> None:
    settings = yaml.safe_load((ROOT / "deploy" / "kubernetes" / "values.yaml").read_text())["singleuser"]
    said = inside(image, f"{settings['cmd']} --version; jupyter labextension list 2>&1")
    assert "nbgrader" in said
    assert settings["uid"] == 1000
    (file,) = settings["extraFiles"].values()
    assert Path(file["mountPath"]).parent == Path("/opt/cs-conv/etc/jupyter")
    compile(file["stringData"], "nbgrader_config.py", "exec")

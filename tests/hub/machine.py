"""A server of its own to set up as root: this machine, with other folders in the place of those that change.

Users are made, packages installed and files put under /opt and /srv as on a new server, and nothing of it
is left: bubblewrap shows the commands an /etc that is a copy, and empty folders in the place of /home, /root,
/srv and /tmp. What is in /opt can be read, and what they put there is theirs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

OWN = ("home", "opt", "root", "srv", "tmp", "var/log")
"""The folders that they may write to, besides /etc."""

CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")


class Machine:
    """A server of one's own, whose files lie in `root`. Its network is this machine's.

    In /root/course it has a clone of `course`, and root's commands run there.
    """

    def __init__(self, root: Path, course: Path) -> None:
        self.root = root
        shutil.copytree("/etc", root / "etc", symlinks=True, ignore_dangling_symlinks=True)
        for name in OWN:
            (root / name).mkdir(parents=True)
        (root / "tmp").chmod(0o1777)
        (root / "root").chmod(0o700)
        for settings in (".npmrc", ".config/pip/pip.conf"):  # where this machine finds packages
            if (Path.home() / settings).is_file():
                (root / "root" / settings).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(Path.home() / settings, root / "root" / settings)
        subprocess.run(["git", "clone", "--quiet", course, root / "root" / "course"], check=True)

    def command(self, script: str, user: str = "root") -> list[str]:
        """What runs this script of bash there, in the folder of the course, ended by its first error."""
        bound = [f"--bind {self.root / name} /{name}" for name in ("etc", *OWN)]
        bound += [f"--ro-bind {there} {there}" for there in Path("/opt").iterdir()]
        words = ["bwrap", "--cap-add", "ALL", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
        words += ["--perms", "1777", "--tmpfs", "/dev/shm", "--unshare-pid", "--die-with-parent"]
        words += ["--tmpfs", "/run", *" ".join(bound).split(" ")]
        words += ["--chdir", "/root/course" if user == "root" else "/"]
        run = ["bash", "-euo", "pipefail", "-c", script]
        as_user = ["runuser", "-u", user, "--", "env", f"HOME=/home/{user}", f"USER={user}"]
        return [*words, *([] if user == "root" else as_user), *run]

    def run(self, script: str, user: str = "root", timeout: float = 600) -> str:
        """What a script printed. AssertionError with all of it if it failed."""
        done = subprocess.run(
            self.command(script, user),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=timeout,
        )
        assert done.returncode == 0, f"as {user}:\n{script}\n{done.stdout[-6000:]}"
        return done.stdout

    def start(self, script: str, log: Path) -> subprocess.Popen[bytes]:
        """A script that goes on running; what it prints goes into `log`."""
        with log.open("w") as file:
            command, nothing = self.command(script), subprocess.DEVNULL
            return subprocess.Popen(command, env=self.environment, stdin=nothing, stdout=file, stderr=file)

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of a shell just opened, with what pip and npm need to find their registries."""
        own = ("PIP_", "NPM_")
        kept = {n: v for n, v in os.environ.items() if n.upper().startswith(own) or n in CERTIFICATES}
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {"PATH": path, "HOME": "/root", "LANG": "C.UTF-8", **kept}

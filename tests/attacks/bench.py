"""Hand in the attack corpus to a class, grade it, and say what came of each row.

python -m tests.attacks.bench            grade all attacks with the trusted engine and print the table
python -m tests.attacks.bench --stock    and what stock nbgrader gives for the same files, one by one
"""

from __future__ import annotations

import argparse
import copy
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import Course, load_course
from autograder.grading.interface import Submission
from autograder.grading.results import Result
from autograder.grading.stock.engine import NbgraderEngine
from autograder.grading.trusted import TrustedEngine
from autograder.notebooks.release import release

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
HONEST = ("honest-a", "honest-m", "honest-z")
FULL = 20.0


@dataclass(frozen=True)
class Attack:
    """One file of the corpus."""

    name: str
    tries: str
    deserves: float
    status: str
    within: float
    body: str


def read_corpus() -> list[Attack]:
    """All attacks, by name."""
    return [_read(path) for path in sorted(CORPUS.glob("*.py"))]


def _read(path: Path) -> Attack:
    text = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^# (Tries|Deserves|Status|Within): (.*)$", text, re.M))
    body = text.split("\n\n", 1)[1]
    return Attack(
        path.stem, head["Tries"], float(head["Deserves"]), head["Status"], float(head["Within"]), body
    )


# The class


class Listeners:
    """Sockets on the loopback addresses that nobody may reach."""

    def __init__(self, folder: Path) -> None:
        self.reached: list[str] = []
        self.unix = str(folder / "listener")
        self.abstract = f"cs-conv-attacked-{time.time_ns()}"
        tcp, udp = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        self.tcp, self.udp = tcp.getsockname()[1], udp.getsockname()[1]
        local, hidden = (socket.socket(socket.AF_UNIX) for _ in range(2))
        local.bind(self.unix)
        hidden.bind("\0" + self.abstract)
        for each in (local, hidden):
            each.listen()
        self.sockets = {"tcp": tcp, "udp": udp, "unix": local, "abstract": hidden}
        for name, each in self.sockets.items():
            threading.Thread(target=self._listen, args=(name, each), daemon=True).start()

    def _listen(self, name: str, each: socket.socket) -> None:
        try:
            each.recv(10) if name == "udp" else each.accept()
        except OSError:
            return
        self.reached.append(name)

    def close(self) -> None:
        """Stop listening."""
        for each in self.sockets.values():
            each.close()


@dataclass
class Class:
    """A course with the whole corpus handed in."""

    course: Course
    attacks: list[Attack]
    canary: Path
    listeners: Listeners

    @property
    def submissions(self) -> list[Submission]:
        """Attackers and honest students, mixed."""
        names = sorted([*HONEST, *(f"{attack.name}" for attack in self.attacks)])
        return [Submission(name, "01-attacked") for name in names]


def right_notebook(course: Course) -> dict[str, Any]:
    """The release with the right answers filled in."""
    released = json.loads((course.releases / "01-attacked" / "attacked.ipynb").read_text(encoding="utf-8"))
    source = json.loads((course.source / "01-attacked" / "attacked.ipynb").read_text(encoding="utf-8"))
    answers = {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for cell in source["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }
    for cell in released["cells"]:
        cell["source"] = "".join(cell["source"])
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("solution"):
            text = answers[marks["grade_id"]]
            cell["source"] = re.sub(r"[ ]*### (BEGIN|END) SOLUTION\n?", "", text)
    return released


def make_class(folder: Path, attacks: list[Attack]) -> Class:
    """Release the course and hand in everything."""
    shutil.copytree(HERE / "course", folder / "course")
    course = load_course(folder / "course")
    release(course, course.assignments[0])
    room = Class(course, attacks, folder / "canary", Listeners(folder))
    right = right_notebook(course)
    for name in HONEST:
        target = course.submitted(name, "01-attacked")
        target.mkdir(parents=True)
        (target / "attacked.ipynb").write_text(json.dumps(right), encoding="utf-8")
    for attack in attacks:
        _hand_in(room, attack, copy.deepcopy(right))
    return room


def _hand_in(room: Class, attack: Attack, notebook: dict[str, Any]) -> None:
    words = {
        "COURSE": str(room.course.root),
        "CANARY": str(room.canary),
        "HOME": str(Path.home()),
        "REPOSITORY": str(HERE.parents[1]),
        "SITE": next(path for path in sys.path if path.endswith("site-packages")),
        "STUB": "def mean(values):\\n    raise NotImplementedError",
        "TCP": str(room.listeners.tcp),
        "UDP": str(room.listeners.udp),
        "UNIX": room.listeners.unix,
        "ABSTRACT": room.listeners.abstract,
    }
    if "{{STUB}}" in attack.body:
        words["STUB"] = json.dumps(_stub(room.course, "mean"))[1:-1]
    body = re.sub(r"\{\{([A-Z]+)\}\}", lambda found: words[found[1]], attack.body)
    folder = room.course.submitted(attack.name, "01-attacked")
    folder.mkdir(parents=True)
    if "def hand_in(" in body:
        names: dict[str, Any] = {}
        exec(compile(body, attack.name, "exec"), names)
        names["hand_in"](folder, notebook)
        return
    place = 0
    for name, source in re.findall(r"^# %%(?: (\w+))?\n(.*?)(?=^# %%(?: \w+)?\n|\Z)", body, re.M | re.S):
        if name:
            place = next(n for n, c in enumerate(notebook["cells"]) if _grade_id(c) == name)
            notebook["cells"][place]["source"] = source.strip()
        else:
            extra = {"cell_type": "code", "metadata": {}, "source": source.strip(), "outputs": []}
            notebook["cells"].insert(place, extra | {"execution_count": None, "id": f"extra-{place}"})
        place += 1
    (folder / "attacked.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def _grade_id(cell: dict[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _stub(course: Course, grade_id: str) -> str:
    text = (course.releases / "01-attacked" / "attacked.ipynb").read_text(encoding="utf-8")
    return next("".join(c["source"]) for c in json.loads(text)["cells"] if _grade_id(c) == grade_id)


@contextmanager
def classroom(attacks: list[Attack]) -> Iterator[Class]:
    """A class in a temporary folder that others may not look into."""
    folder = Path(tempfile.mkdtemp(prefix="cs-conv-attacked-"))
    room = make_class(folder, attacks)
    try:
        yield room
    finally:
        room.listeners.close()
        subprocess.run(["rm", "-rf", str(folder)], check=False)  # Python gives up where folders are deep


def problems(attack: Attack, result: Result) -> list[str]:
    """What is not as the file says that it should be."""
    found = []
    if result.score is None or abs(result.score - attack.deserves) > 1e-9:
        found.append(f"{result.score} points instead of {attack.deserves:g}: {result.detail}")
    if str(result.status) not in attack.status.split(" or "):
        found.append(f"{result.status} instead of {attack.status}: {result.detail}")
    if result.seconds > attack.within:
        found.append(f"{result.seconds:.0f} s instead of {attack.within:g} at most")
    return found


# What stock nbgrader makes of it


def stock(attack: Attack) -> Result | None:
    """Grade one attack with stock nbgrader, in a class of its own; every attack is bounded in itself."""
    with classroom([attack]) as room:
        for result in NbgraderEngine(workers=1).grade(room.course, [Submission(attack.name, "01-attacked")]):
            return result
    return None


def main() -> int:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument(
        "--stock", action="store_true", help="also grade with stock nbgrader (takes minutes)"
    )
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--backend", default=None)
    arguments.add_argument("names", nargs="*", help="only these attacks")
    given = arguments.parse_args()
    attacks = [attack for attack in read_corpus() if not given.names or attack.name in given.names]
    bad = 0
    with classroom(attacks) as room:
        engine = TrustedEngine(workers=given.workers, backend=given.backend)
        began = time.monotonic()
        results = {result.student: result for result in engine.grade(room.course, room.submissions)}
        took = time.monotonic() - began
        print(
            f"{'attack':32} {'deserves':>8} {'got':>6}  {'status':12} {'seconds':>7}"
            + "  stock" * given.stock
        )
        for attack in attacks:
            result = results[attack.name]
            wrong = problems(attack, result)
            bad += bool(wrong)
            beside = ""
            if given.stock:
                other = stock(attack)
                beside = f"  {'none' if other is None or other.score is None else f'{other.score:g}':>5}"
                beside += f" ({other.status})" if other else ""
            score = "none" if result.score is None else f"{result.score:g}"
            line = f"{attack.name:32} {attack.deserves:8g} {score:>6}"
            line += f"  {result.status!s:12} {result.seconds:7.2f}"
            print(
                line + beside + ("   WRONG: " + "; ".join(wrong) if wrong else ""),
                flush=True,
            )
        for name in HONEST:
            if results[name].score != FULL:
                bad += 1
                print(f"{name}: {results[name].score} instead of {FULL:g}: {results[name].detail}")
        for what, wrong_ in (
            ("the canary", room.canary.exists()),
            ("a listener", bool(room.listeners.reached)),
        ):
            if wrong_:
                bad += 1
                print(f"{what} was reached {room.listeners.reached}")
    class_ = f"{len(attacks)} attacks and {len(HONEST)} honest students"
    print(f"{class_} in {took:.0f} s with {engine.name}; {bad} wrong")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())

"""Whose is a file? How Canvas, Moodle and Gradescope name the files in the zip that they give to instructors.

Nothing is read out of a person's name where the system also gives a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from autograder.grading.collect.archive import Entry, Refused
from autograder.grading.collect.roster import Person, Roster

GRADESCOPE_FACTS = "submission_metadata.yml"
_FACTS_MOST = 200 << 20


@dataclass(frozen=True)
class Sender:
    """Who handed something in, as the system calls them."""

    account: str
    """How the system tells two senders apart; it is shown if the person is unknown."""
    known: Mapping[str, str] = field(default_factory=dict)
    """What a roster can be asked for, by kind."""
    late: bool = False
    time: str = ""

    def find(self, roster: Roster) -> Person | None:
        """The person in the roster, if there is one."""
        return roster.find(**self.known)


@dataclass(frozen=True)
class Upload:
    """One file, whose it is, and its name without what the system put around it."""

    sender: Sender
    name: str
    entry: Entry
    order: int = 0
    """Larger for what came later, if the system's names tell; else 0."""


Unclear = tuple[Entry, str]
"""A file that is nobody's, and why."""

_CANVAS_TEXT = re.compile(r"(?P<name>[^/]*?)(?:_(?P<late>LATE))?_(?P<user>\d+)_(?P<file>(?:text|link)\.html)")
_CANVAS = re.compile(r"(?P<name>[^/]*?)(?:_(?P<late>LATE))?_(?P<user>\d+)_(?P<id>\d+)_(?P<file>[^/]+)")
_CANVAS_ANONYMOUS = re.compile(r"(?:LATE_)?anon_[A-Za-z0-9]+_\d+_.+")
_PLUGIN = r"(?P<name>[^/_]*)_(?P<id>\d+)_(?P<plugin>assignsubmission_[a-z]+)"
_MOODLE_FOLDER = re.compile(_PLUGIN + r"_?/(?P<file>.+)")
_MOODLE_FLAT = re.compile(_PLUGIN + r"_(?P<file>[^/]+)")
_GRADESCOPE = re.compile(r"(?:(?!submission_\d+/)[^/]+/)?submission_(?P<id>\d+)/(?P<file>.+)")


def canvas(entries: Sequence[Entry], roster: Roster) -> Iterator[Upload | Unclear]:
    """`NAME[_LATE]_USERID_ATTACHMENTID_FILE`; of text and links `NAME[_LATE]_USERID_text.html`."""
    for entry in entries:
        base = entry.name.rpartition("/")[2]
        found = _CANVAS.fullmatch(base) or _CANVAS_TEXT.fullmatch(base)
        if _CANVAS_ANONYMOUS.fullmatch(base):
            yield entry, "the assignment is anonymous in Canvas; show the names there and download it again"
        elif found is None:
            yield entry, "its name is not one that Canvas gives"
        else:
            parts = found.groupdict()
            sender = Sender(
                parts["user"], {"number": parts["user"], "student": parts["user"]}, bool(parts["late"])
            )
            yield Upload(sender, parts["file"], entry, int(parts.get("id") or 0))


def moodle(entries: Sequence[Entry], roster: Roster) -> Iterator[Upload | Unclear]:
    """`FULLNAME_ID_assignsubmission_file/PATH`, or the same in one name; ID is of this assignment alone."""
    for entry in entries:
        found = _MOODLE_FOLDER.fullmatch(entry.name) or _MOODLE_FLAT.fullmatch(entry.name)
        if found is None:
            yield entry, "its name is not one that Moodle gives"
            continue
        known = {"participant": found["id"], "name": found["name"]}
        yield Upload(Sender(f"{found['name']}_{found['id']}", known), found["file"], entry)


def gradescope(entries: Sequence[Entry], roster: Roster) -> Iterator[Upload | Unclear]:
    """`submission_ID/PATH`; a file beside these folders says who handed in each of them, and when."""
    facts = _gradescope_facts(entries)
    for entry in entries:
        found = _GRADESCOPE.fullmatch(entry.name)
        if found is None and entry.name.rpartition("/")[2] == GRADESCOPE_FACTS:
            continue
        if found is None:
            yield entry, "it is in no folder of a submission"
            continue
        about = facts.get(f"submission_{found['id']}") or [Sender(found["id"])]
        for sender in about:
            known = {**sender.known, "submission": found["id"]}
            known["name"] = known.pop("name", "")
            account = sender.known.get("email") or found["id"]
            yield Upload(Sender(account, known, time=sender.time), found["file"], entry, int(found["id"]))


def own_zip(entries: Sequence[Entry], roster: Roster) -> Iterator[Upload | Unclear]:
    """`STUDENT/FILE`, `STUDENT/ASSIGNMENT/FILE` or `STUDENT_FILE`; one folder may be around everything."""
    for entry, name in zip(entries, _without_wrapper(entries, roster), strict=True):
        student, slash, rest = name.partition("/")
        if not slash:
            student, rest = _flat(name, roster)
        if not student:
            yield entry, "its name begins with no student of the list, as ana_sums.ipynb would"
            continue
        yield Upload(Sender(student, _any_of(student)), rest, entry)


SYSTEMS: Mapping[str, Callable[[Sequence[Entry], Roster], Iterator[Upload | Unclear]]] = {
    "canvas": canvas,
    "moodle": moodle,
    "gradescope": gradescope,
    "zip": own_zip,
}


def _any_of(text: str) -> dict[str, str]:
    kinds = ("student", "login", "sid", "number", "email", "name")
    return dict.fromkeys(kinds, text)


def _flat(name: str, roster: Roster) -> tuple[str, str]:
    """The longest beginning of a file's name that the roster knows as a student, and the rest."""
    for cut in reversed([place.start() for place in re.finditer(r"[ _-]", name)]):
        if name[:cut] and roster.find(**_any_of(name[:cut])):
            return name[:cut], name[cut + 1 :].lstrip(" _-")
    return "", name


def _without_wrapper(entries: Sequence[Entry], roster: Roster) -> list[str]:
    """The names; without their first folder if it is around several students."""
    names = [entry.name for entry in entries]
    inner = [name.partition("/")[2] for name in names]
    folders = {name.partition("/")[0] for name in inner if "/" in name}
    one = len({name.partition("/")[0] for name in names}) == 1 and all("/" in name for name in names)
    if not one or roster.find(**_any_of(names[0].partition("/")[0])):
        return names
    known = any(_flat(name, roster)[0] for name in inner) or any(roster.find(**_any_of(f)) for f in folders)
    several = len(folders) > 1 and all("/" in name for name in inner)
    return inner if known or (several and not roster.has_rows) else names


def _gradescope_facts(entries: Sequence[Entry]) -> dict[str, list[Sender]]:
    """Who handed in each submission and when, from the file of facts; {} if it cannot be read."""
    for entry in entries:
        if entry.name.rpartition("/")[2] == GRADESCOPE_FACTS and _GRADESCOPE.fullmatch(entry.name) is None:
            try:
                loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
                found = yaml.load(entry.read(_FACTS_MOST), Loader=loader)
            except (Refused, yaml.YAMLError, RecursionError):
                return {}
            return {name: list(_senders(about)) for name, about in _items(found)}
    return {}


def _senders(about: object) -> Iterator[Sender]:
    facts = dict(_items(about))
    time = facts.get(":created_at", "")
    people = facts.get(":submitters")
    for one in people if isinstance(people, list) else ():
        person = {str(key).lstrip(":"): text for key, text in _items(one) if isinstance(text, str) and text}
        known: dict[str, str] = {kind: person[kind] for kind in ("email", "sid", "name") if kind in person}
        yield Sender(known.get("email", ""), known, time=time if isinstance(time, str) else "")


def _items(found: object) -> Iterable[tuple[str, object]]:
    return [(str(key), value) for key, value in found.items()] if isinstance(found, dict) else []

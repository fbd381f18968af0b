"""Who is who: students by number, login, e-mail address or name, from any list that a system exports."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import combining, normalize

from autograder.course import CourseError
from autograder.grading.collect.csv_files import read_csv
from autograder.grading.collect.file_names import safe_name

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "student": ("student id", "student_id", "id"),
    "number": ("canvas id", "lms_user_id"),
    "sid": ("sis user id", "sid", "id number", "student number", "number", "matriculation number"),
    "login": ("sis login id", "username", "user name", "login", "user"),
    "email": ("email", "email address", "e-mail", "e-mail address", "mail"),
    "participant": ("identifier", "participant id", "participant"),
    "submission": ("submission id",),
    "name": ("student", "full name", "fullname", "name"),
    "first": ("first name", "first_name", "firstname", "given name"),
    "last": ("last name", "last_name", "lastname", "surname", "family name"),
    "time": ("submission time", "last modified (submission)", "submitted", "time", "handed in", "timestamp"),
}
"""What the headings of a list mean. In a gradebook of Canvas, `ID` is Canvas's number."""
UNIQUE = ("student", "login", "email", "sid", "number", "participant", "submission")
"""What belongs to one person alone; a name may be that of two."""
_NAMELESS = ("", "-", "n/a", "none", "null", "nan")
_ACCOUNTS = ("login", "number", "participant")
_ORDER = ("student", "login", "sid", "number", "email")


@dataclass
class Person:
    """A student, with everything by which a system may call them."""

    known_as: dict[str, list[str]] = field(default_factory=dict)
    """Values by kind, as in COLUMNS."""
    time: str = ""
    """When the work came, as the list says it."""
    cells: dict[str, str] = field(default_factory=dict)
    """The row of the list, by heading."""

    def first(self, kind: str) -> str:
        """The first value of a kind; "" if there is none."""
        return self.known_as.get(kind, [""])[0]

    def full_name(self) -> str:
        """The name; "" if no list has it."""
        return self.first("name") or " ".join(filter(None, (self.first("first"), self.first("last"))))


class Roster:
    """All persons of some lists, each once: rows that share a login, address or number are one person."""

    def __init__(self) -> None:
        self.people: list[Person] = []
        self.headings: list[str] = []
        self.has_rows = False
        self._by: dict[tuple[str, str], Person] = {}

    def read(self, path: Path) -> None:
        """Add the students of a CSV file. Raises CourseError if it is not a list of students."""
        head, rows = read_csv(path)
        kinds = _kinds(head, rows)
        if not set(kinds) & {*UNIQUE, "name", "last"}:
            raise CourseError(
                f"{path} is not a list of students: its first line names none of ID, SIS Login ID, Username, "
                f"SID, Email, Participant ID, Name; it has {', '.join(head)[:120]}"
            )
        for row in rows:
            values = {kind: row[column] for kind, column in kinds.items()}
            if "points possible" not in (values.get("name") or row[0]).casefold():
                self.add(values, dict(zip(head, row, strict=True)))
        self.has_rows = True
        self.headings += [name for name in head if name not in self.headings]

    def add(self, values: Mapping[str, str], cells: Mapping[str, str] | None = None) -> None:
        """Add one student by what is known, or add that to who is known already."""
        values = {kind: text for kind, text in values.items() if text.casefold() not in _NAMELESS}
        if participant := re.search(r"(\d+)$", values.get("participant", "")):
            values["participant"] = participant[1]
        keys = [(kind, _key(values[kind])) for kind in UNIQUE if kind in values]
        found = list({id(self._by[key]): self._by[key] for key in keys if key in self._by}.values())
        if not keys and not {"name", "last"} & set(values):
            return
        person = found[0] if found else Person()
        if not found:
            self.people.append(person)
        for other in found[1:]:
            self._join(person, other)
        for kind, text in values.items():
            mine = person.known_as.setdefault(kind, [])
            if text not in mine:
                mine.append(text)
        person.time = values.get("time", person.time)
        person.cells = {**person.cells, **(cells or {})}
        self._by |= {(kind, _key(text)): person for kind in UNIQUE for text in person.known_as.get(kind, ())}

    def _join(self, person: Person, other: Person) -> None:
        for kind, texts in other.known_as.items():
            mine = person.known_as.setdefault(kind, [])
            mine += [text for text in texts if text not in mine]
        person.cells = {**other.cells, **person.cells}
        person.time = person.time or other.time
        self.people.remove(other)

    def two_accounts(self) -> list[str]:
        """A sentence for each person whom a list has twice."""
        return [
            f"{person.full_name() or person.first('email')} has several accounts: {', '.join(texts)}"
            for person in self.people
            for texts in [max((person.known_as.get(kind, []) for kind in _ACCOUNTS), key=len)]
            if len(set(map(_key, texts))) > 1
        ]

    def find(self, **known: str) -> Person | None:
        """The person with one of these values, asked in this order; by `name` only if no other has it."""
        for kind, text in known.items():
            if not text:
                continue
            if kind == "name":
                same = self.called(text)
                person = same[0] if len(same) == 1 else None
                if person is not None and known.get("participant") and "participant" in person.known_as:
                    person = None  # Moodle gives two numbers to two persons
            else:
                person = self._by.get((kind, _key(text)))
            if person is not None:
                return person
        return None

    def called(self, name: str) -> list[Person]:
        """All persons of a name, which may be several."""
        return [person for person in self.people if name and _letters(name) in _names(person)]


def course_names(people: Sequence[Person], known: Iterable[str]) -> dict[str, Person]:
    """Each person by their name in the course, no two by one.

    That is a name that the course knows already, else the login, a number or the whole e-mail address. What
    stands before the @ is enough only for a name that the course knows, that one person alone can mean, and
    that is nobody's login or number.
    """
    taken = {name.casefold(): name for name in known}
    local = Counter(text for person in people for text in set(_local_parts(person)))
    owned = {
        text.casefold()
        for person in people
        for kind in (_ORDER[1:-1] if _is_only_a_name(person) else _ORDER[:-1])
        for text in person.known_as.get(kind, ())
    }
    names: dict[str, Person] = {}
    for person in sorted(people, key=_rank):
        own = [text for kind in _ORDER for text in person.known_as.get(kind, ())]
        short = [text for text in _local_parts(person) if local[text] == 1 and text not in owned]
        known_ones = [taken[text.casefold()] for text in (*own, *short) if text.casefold() in taken]
        usable = [*known_ones, *filter(fit_for_a_folder, own)]
        name = next((name for name in usable if name not in names), "")
        if name:
            names[name] = person
    return names


def _rank(person: Person) -> int:
    """Who has a name in the course comes first; a name alone leaves it to whoever has such an address."""
    return 2 if _is_only_a_name(person) else int("student" not in person.known_as)


def _is_only_a_name(person: Person) -> bool:
    """Whether this is a name of the gradebook or of a folder, and nothing tells whose."""
    return "student" in person.known_as and "email" not in person.known_as and not person.cells


def _local_parts(person: Person) -> list[str]:
    return [text.partition("@")[0].casefold() for text in person.known_as.get("email", ())]


def fit_for_a_folder(name: str) -> bool:
    """Whether a name can be that of a student's folder."""
    return bool(name) and name[0] not in "._-" and name == safe_name(name) and len(name) <= 100


def _kinds(head: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """The columns by what they hold: by heading, and e-mail addresses and Moodle's numbers by their cells."""
    names = [name.casefold().strip() for name in head]
    found: dict[str, int] = {}
    for kind, headings in COLUMNS.items():
        for heading in headings:
            if heading in names and kind not in found and names.index(heading) not in found.values():
                found[kind] = names.index(heading)
    if ("student" in names and "id" in names) or names[:2] == ["lastname", "firstname"]:  # Canvas
        found.pop("student", None)
        found["number"] = names.index("id") if "id" in names else found.get("number", 2)
    for column in range(len(head)):
        cells = [row[column] for row in rows if row[column]]
        if column == 0 and cells and all(re.fullmatch(r"\D+ \d+", cell) for cell in cells):
            found = {kind: place for kind, place in found.items() if place} | {"participant": 0}
        free = cells and column not in found.values() and "email" not in found
        if free and all(re.fullmatch(r"[^@\s]+@[^@\s]+", cell) for cell in cells):
            found["email"] = column
    return found


def _key(text: str) -> str:
    return normalize("NFKC", text).strip().casefold()


def _letters(text: str) -> str:
    """A name without accents, case and punctuation, its parts sorted: `Núñez, José` is `jose nunez`."""
    plain = "".join(c for c in normalize("NFKD", text.casefold()) if not combining(c))
    return " ".join(sorted(re.findall(r"\w+", plain.replace("_", " "))))


def _names(person: Person) -> set[str]:
    both = f"{person.first('first')} {person.first('last')}"
    return {_letters(name) for name in (*person.known_as.get("name", ()), both)} - {""}

"""A zip file of submissions, sorted out: whose each file is, which of them count, and what is left over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from autograder.course import Assignment, Course, CourseError
from autograder.grading.collect.archive import Entry, Refused, opened
from autograder.grading.collect.choose import MOST_OF_ONE, LeftOver, choose
from autograder.grading.collect.file_names import looks_like_notebook
from autograder.grading.collect.hand_over import Collected, HandOver
from autograder.grading.collect.lessons import Lessons, Meant
from autograder.grading.collect.moments import moment, without_zone
from autograder.grading.collect.roster import Roster, course_names
from autograder.grading.collect.systems import SYSTEMS, Sender, Unclear, Upload
from autograder.grading.gradebook.open import has_gradebook, open_gradebook
from autograder.grading.submissions.students import removed, students_who_handed_in

LISTS = {
    "canvas": "a gradebook exported from Canvas",
    "moodle": "the grading worksheet of this assignment",
    "gradescope": "the scores (CSV) of this assignment",
    "zip": "a list of students (CSV)",
}
"""What a roster is in each system."""
_NAMING = ("login", "sid", "email", "number")
"""What may be a student's name in the course, the likeliest first."""
_SOME = 200
"""The most notebooks whose cells are read to find the assignment."""
Accounts = dict[str, list[Upload]]
"""One student's files by account."""


@dataclass
class Collection:
    """What one run did."""

    assignment: str
    done: dict[str, str] = field(default_factory=dict)
    """By student: `new`, `same`, `timed`, `replaced` or `older`."""
    without_notebook: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    """Students whom the system calls late without saying how late."""
    timed: int = 0
    """How many submissions have a time."""
    left: list[LeftOver] = field(default_factory=list)
    """What is part of no submission; the contents are on the disk."""
    notes: list[str] = field(default_factory=list)


def read_rosters(course: Course, paths: Sequence[Path]) -> Roster:
    """Everybody in these lists, and in the gradebook."""
    roster = Roster()
    for path in paths:
        roster.read(path)
    if has_gradebook(course):
        with open_gradebook(course) as gradebook:
            for student in gradebook.students:
                known = {
                    "student": student.id,
                    "first": student.first_name,
                    "last": student.last_name,
                    "email": student.email,
                    "number": student.lms_user_id,
                }
                # The name may be the login of one and the number of another: it is the first one's.
                found = {kind: roster.find(**{kind: student.id}) for kind in _NAMING}
                first = next(filter(None, found.values()), None)
                same = [kind for kind, person in found.items() if person is not None and person is first]
                roster.add(
                    {kind: text for kind, text in known.items() if text} | dict.fromkeys(same, student.id)
                )
    return roster


def collect(
    course: Course, system: str, path: Path, rosters: Sequence[Path], name: str | None, zone: tzinfo | None
) -> Collection:
    """Put the submissions in the zip file `path` into submitted/; returns what was done and what was left.

    Raises CourseError if the file cannot be read, or if it is unclear which assignment it is of.
    """
    roster = read_rosters(course, rosters)
    lessons = Lessons(course)
    with opened(path) as entries:
        uploads, unclear = _split(system, [entry for entry in entries if not entry.is_junk], roster)
        if not uploads:
            why = unclear[0][1] if unclear else "it holds no files"
            raise CourseError(f"{path} has no submissions as {system} packs them: {why}")
        assignment = course.assignment(name) if name else _assignment(course, lessons, uploads, path)
        run = _Run(course, system, path.name, roster, lessons, assignment, zone)
        with run.over.alone():
            run.do(uploads, unclear)
    gone = removed(course) & set(run.found.done)
    run.found.notes += [f"{name} was taken out of the gradebook, so is not graded" for name in sorted(gone)]
    return run.found


def _split(system: str, entries: Sequence[Entry], roster: Roster) -> tuple[list[Upload], list[Unclear]]:
    uploads: list[Upload] = []
    unclear: list[Unclear] = []
    for one in SYSTEMS[system](entries, roster):
        if isinstance(one, Upload):
            uploads.append(one)
        else:
            unclear.append(one)
    return uploads, unclear


def _assignment(course: Course, lessons: Lessons, uploads: Sequence[Upload], path: Path) -> Assignment:
    """The assignment of more than half of the notebooks; by their names, else by their cells."""
    files = [upload for upload in uploads if looks_like_notebook(upload.name)]
    meant: Iterable[Meant | None] = [lessons.named("", upload.name) for upload in files]
    if not any(meant):
        meant = (_by_cells(lessons, upload) for upload in files[:_SOME])
    counted = Counter(one.assignment for one in meant if one)
    if counted and 2 * counted.most_common(1)[0][1] > counted.total():
        return course.assignment(counted.most_common(1)[0][0])
    seen = ", ".join(f"{name} ({number})" for name, number in counted.most_common(5))
    raise CourseError(
        f"it is unclear of which assignment {path.name} is: {seen or 'no notebook in it has a known name'}; "
        "name it, for instance: --assignment 02"
    )


def _by_cells(lessons: Lessons, upload: Upload) -> Meant | None:
    try:
        return lessons.meant("", upload.name, upload.entry.read(MOST_OF_ONE))
    except Refused:
        return None


class _Run:
    """One collection: what is given, and what has been found so far."""

    def __init__(
        self,
        course: Course,
        system: str,
        file: str,
        roster: Roster,
        lessons: Lessons,
        assignment: Assignment,
        zone: tzinfo | None,
    ) -> None:
        self.system, self.file, self.roster, self.lessons = system, file, roster, lessons
        self.zone = zone or (assignment.due.tzinfo if assignment.due else None) or UTC
        self.over = HandOver(course, assignment.name)
        self.found = Collection(assignment.name, notes=roster.two_accounts())
        in_roster = (text for person in roster.people for text in person.known_as.get("student", ()))
        self.known = {*students_who_handed_in(course), *in_roster}

    def do(self, uploads: Sequence[Upload], unclear: Sequence[Unclear]) -> None:
        """Hand over what every student handed in, and keep the rest aside."""
        names = self._names(uploads)
        if not any(names.values()):
            raise CourseError(
                f"none of the {len(names)} senders in {self.file} is known, the first is {min(names)}; "
                f"name {LISTS[self.system]}: --roster FILE"
            )
        for entry, why in unclear:
            self._leave_unread(entry, why, "nobody", entry.name)
        for student, accounts in sorted(self._by_student(uploads, names).items()):
            self._one(student, accounts)
        self.over.say_why(self.found.left)
        new = sorted(student for student in self.found.done if student not in self.known)
        if self.known and new:
            self.found.notes.append(
                f"new in this course: {', '.join(new)}; if they are in it under other names, delete their "
                "folders in submitted/ and give the lists that have both names: --roster FILE --roster FILE"
            )

    def _by_student(self, uploads: Sequence[Upload], names: Mapping[str, str]) -> dict[str, Accounts]:
        """The files by student and account. Files of unknown senders are left over."""
        students: dict[str, Accounts] = defaultdict(lambda: defaultdict(list))
        for upload in uploads:
            account = upload.sender.account
            if names[account]:
                students[names[account]][account].append(upload)
            else:
                self._leave_unread(upload.entry, self._unknown(upload.sender), account, upload.name)
        return students

    def _names(self, uploads: Sequence[Upload]) -> dict[str, str]:
        """Each sender's name in the course by account; "" if nobody knows them."""
        senders = {upload.sender.account: upload.sender for upload in uploads}
        if not self.roster.has_rows:
            for sender in [sender for sender in senders.values() if sender.find(self.roster) is None]:
                self.roster.add(self._says_itself(sender))
        names = {id(person): name for name, person in course_names(self.roster.people, self.known).items()}
        found = {account: names.get(id(sender.find(self.roster)), "") for account, sender in senders.items()}
        number = Counter(found.values())
        return {
            account: "" if number[name] > 1 and self._by_name_alone(senders[account]) else name
            for account, name in found.items()
        }

    def _by_name_alone(self, sender: Sender) -> bool:
        """Whether no list has the number or address that Moodle or Gradescope gave the sender."""
        others = {kind: text for kind, text in sender.known.items() if kind != "name"}
        named = sender.known.get("name", sender.account) != sender.account
        return named and self.roster.find(**others) is None

    def _unknown(self, sender: Sender) -> str:
        """Why a sender has no name in the course."""
        name = sender.known.get("name", "")
        number = len(self.roster.called(name))
        if number > 1:
            return f"{number} students are called {name}, and no list tells which of them this is"
        if number == 1 and self._by_name_alone(sender):
            return f"no list has the number or address of this {name}, and there may be two of that name"
        return f"{sender.account} is in no roster and not in the gradebook"

    def _says_itself(self, sender: Sender) -> dict[str, str]:
        """What the zip file says of a sender whom no list has, if that is enough to know them."""
        if self.system == "zip":
            return {"student": sender.account}
        if self.system == "gradescope" and "email" in sender.known:
            return {kind: text for kind, text in sender.known.items() if kind != "submission"}  # a group's
        return {}

    def _one(self, student: str, accounts: Accounts) -> None:
        """Choose among what one student handed in, and put it into submitted/."""
        times = {account: self._came(uploads) for account, uploads in accounts.items()}
        account = max(accounts, key=lambda one: (times[one] or _LONG_AGO, _last(accounts[one])))
        for other in sorted(accounts.keys() - {account}):
            self.found.notes.append(
                f"{student} handed in with two accounts; {account} was taken and {other} kept aside"
            )
            for upload in accounts[other]:
                self._leave_unread(upload.entry, f"the account {account} was taken", student, upload.name)
        uploads = self._of_this(student, self._newest(student, accounts[account]))
        chosen = choose(student, uploads, self.lessons, self.over.assignment)
        for left in chosen.left:
            self._leave(left)
        if not chosen.came_as:
            self.found.without_notebook.append(student)
        if chosen.files:
            about = Collected(
                system=self.system,
                file=self.file,
                account=account,
                entries=chosen.came_as,
                order=_last(accounts[account]),
                came=times[account],
                said=without_zone(self._time(accounts[account])),
                late=any(upload.sender.late for upload in uploads),
            )
            self.found.done[student] = self.over.put(student, chosen.files, about)
            self.found.timed += about.came is not None
            if about.late and about.came is None:
                self.found.late.append(student)

    def _newest(self, student: str, uploads: list[Upload]) -> list[Upload]:
        """The uploads; of several submissions to Gradescope those of the last, by its number."""
        if self.system != "gradescope":
            return uploads
        for upload in uploads:
            if upload.order < _last(uploads):
                self._leave_unread(upload.entry, "a later submission was taken", student, upload.name)
        return [upload for upload in uploads if upload.order == _last(uploads)]

    def _of_this(self, student: str, uploads: list[Upload]) -> list[Upload]:
        """The uploads, without those in a folder that is named as another assignment."""
        mine = []
        for upload in uploads:
            folder, slash, name = upload.name.partition("/")
            if slash and folder == self.over.assignment:
                mine.append(replace(upload, name=name))
            elif slash and folder in self.lessons.names:
                self._leave_unread(upload.entry, f"it is of {folder}", student, upload.name)
            else:
                mine.append(upload)
        return mine

    def _came(self, uploads: Sequence[Upload]) -> datetime | None:
        """When the last of these files came; None if nothing tells."""
        try:
            return moment(self._time(uploads), self.zone)
        except ValueError as error:
            account = uploads[0].sender.account
            self.found.notes.append(f"{account}: the time of hand-in is not read: {error}")
            return None

    def _time(self, uploads: Sequence[Upload]) -> str:
        """When the last of these files came, as the system says it."""
        sender = max(uploads, key=lambda upload: upload.order).sender
        person = sender.find(self.roster)
        return sender.time or (person.time if person else "")

    def _leave_unread(self, entry: Entry, why: str, who: str, name: str) -> None:
        try:
            self._leave(LeftOver(who, name, why, entry.read(MOST_OF_ONE)))
        except Refused as problem:
            self._leave(LeftOver(who, name, f"{why}; {problem}"))

    def _leave(self, left: LeftOver) -> None:
        self.over.keep_aside(left)
        self.found.left.append(replace(left, data=None))


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _last(uploads: Sequence[Upload]) -> int:
    return max(upload.order for upload in uploads)

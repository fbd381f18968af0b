"""What honest answers use of Python's library works in every sandbox, whatever it asks of the kernel."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterator

import pytest

from autograder.grading.trusted.bridge.connection import Connection
from autograder.grading.trusted.sandbox import BACKENDS, Settings
from autograder.grading.trusted.sandbox.bubblewrap import Bubblewrap

from .honest_cells import EVERYWHERE, WITH_BUBBLEWRAP

ALLOWED = ("numpy", "matplotlib")
BUBBLEWRAP = [
    pytest.param(way, marks=pytest.mark.bubblewrap) for way in ("bubblewrap", "bubblewrap from a fork server")
]
WAYS = [*BUBBLEWRAP, pytest.param("landlock", marks=pytest.mark.landlock)]


@pytest.fixture(scope="module")
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    name = request.param.split()[0]
    backend, fork_server = BACKENDS[name](), None
    if name != request.param:
        assert isinstance(backend, Bubblewrap)
        fork_server = backend.fork_server = Bubblewrap().start_fork_server(ALLOWED)
    sandbox = backend.start(Settings(allow=ALLOWED, seconds_in_all=300))
    talk = Connection(sandbox.channel)
    talk.seconds = 60
    yield talk
    sandbox.end()
    if fork_server is not None:
        fork_server.end()


def _run(connection: Connection, cell: Callable[[], None]) -> None:
    head, _, body = inspect.getsource(cell).partition("\n")
    error, _ = connection.run(textwrap.dedent(body), head, 60, False)
    assert error is None, error


@pytest.mark.parametrize("cell", EVERYWHERE)
@pytest.mark.parametrize("connection", WAYS, indirect=True)
def test_what_honest_answers_use_works(connection: Connection, cell: Callable[[], None]) -> None:
    _run(connection, cell)


@pytest.mark.parametrize("cell", WITH_BUBBLEWRAP)
@pytest.mark.parametrize("connection", BUBBLEWRAP, indirect=True)
def test_with_bubblewrap_other_processes_work_too(connection: Connection, cell: Callable[[], None]) -> None:
    _run(connection, cell)

"""Grading on a Dask cluster: it gets the same jobs as local processes, as bytes."""

from __future__ import annotations

import socket
from concurrent.futures import Executor
from typing import Any
from urllib.parse import urlsplit

from autograder.course import CourseError


def executor_at(address: str) -> Executor:
    """An executor that sends jobs to the Dask scheduler at `address`. Raises CourseError with what to do."""
    try:
        import distributed
    except ImportError:
        raise CourseError(
            'grading on a cluster needs Dask; install it with: pip install "cs-conv[cluster]"'
        ) from None
    place = urlsplit(address)
    if not place.netloc:
        raise CourseError(f"{address} is not the address of a Dask scheduler; write it as tcp://HOST:PORT")
    try:
        if place.scheme == "tcp" and place.hostname and place.port:
            socket.create_connection((place.hostname, place.port), 20).close()  # Dask would try for long
        make: Any = distributed.Client
        client = make(address, timeout="20s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise CourseError(f"no Dask scheduler answers at {address} ({error})") from None
    return _Cluster(client)


class _Cluster(Executor):
    """Dask's futures behind the standard interface. If a worker dies, the others get its jobs."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.inner = client.get_executor(pure=False, retries=2)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        return self.inner.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.inner.shutdown(wait=wait)
        self.client.close()

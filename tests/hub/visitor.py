"""A person at a JupyterHub: what a browser sends when they log in, fetch a lesson, work, and hand in."""

from __future__ import annotations

import time
from typing import Any

import requests


class Visitor:
    """Somebody with an account, in a session of their own."""

    def __init__(self, address: str, name: str, password: str) -> None:
        """Log in and wait until their server runs. AssertionError if that takes more than two minutes."""
        self.address, self.name = address, name
        self.session = requests.Session()
        form = self.session.get(f"{address}/hub/login")
        form.raise_for_status()
        sent = {"username": name, "password": password, "_xsrf": self.session.cookies["_xsrf"]}
        self.session.post(f"{address}/hub/login?next=/hub/spawn", data=sent)
        ends = time.monotonic() + 120
        while not self.server_runs():
            assert time.monotonic() < ends, f"{name}'s server does not start"
            time.sleep(0.5)

    def server_runs(self) -> bool:
        """Whether their JupyterLab answers."""
        answer = self.session.get(f"{self.address}/user/{self.name}/lab", allow_redirects=True)
        return answer.ok and answer.url.startswith(f"{self.address}/user/{self.name}/lab")

    def ask(self, verb: str, path: str, **options: Any) -> Any:
        """Ask their server, and read its answer. requests.HTTPError if it refuses."""
        xsrf = next(
            c.value for c in self.session.cookies if c.name == "_xsrf" and f"/user/{self.name}" in c.path
        )
        where = f"{self.address}/user/{self.name}/{path}"
        answer = self.session.request(verb, where, headers={"X-XSRFToken": xsrf}, timeout=300, **options)
        answer.raise_for_status()
        return answer.json()

    def assignments(self, verb: str, action: str, lesson: str) -> dict[str, Any]:
        """A button of the Assignment List: fetch, submit or fetch_feedback; it must succeed."""
        said = self.ask(verb, f"assignments/{action}", data={"course_id": "cs-conv", "assignment_id": lesson})
        assert said["success"], said
        return dict(said)

    def notebook(self, path: str) -> Any:
        """A notebook in their home, as data."""
        return self.ask("GET", f"api/contents/{path}?content=1")["content"]

    def save(self, path: str, notebook: Any) -> None:
        """Save a notebook, as the button does."""
        self.ask(
            "PUT", f"api/contents/{path}", json={"type": "notebook", "format": "json", "content": notebook}
        )

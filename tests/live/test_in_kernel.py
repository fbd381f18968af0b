"""The live trainer in a real kernel: cells run while it trains, and Stop ends a function without an end."""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel

pytestmark = pytest.mark.slow

SHOW = "from cs_conv.live import trainer\ntrainer(globals(), 'INPUT -> CONV -> RELU -> POOL -> FC', batch=10)"
ENDLESS = """
def conv_forward(x, w, b, stride=1, pad=0):
    print("for ever")
    while True:
        pass

def conv_backward(dout, x, w, stride=1, pad=0):
    pass
"""


class Page:
    """A kernel, and the component in it, asked as its page does."""

    def __init__(self) -> None:
        self.manager, self.client = start_new_kernel()
        self.number = 0
        self.run(SHOW)
        self.state = {**self.opened["data"]["state"]["state"]}

    def run(self, code: str) -> str:
        """Run a cell; gives what it printed or raised."""
        asked, said = self.client.execute(code), ""
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            kind, content = message["msg_type"], message["content"]
            if kind == "comm_open":
                self.opened = content
            if message["parent_header"].get("msg_id") != asked:
                continue
            said += content.get("text", "") + content.get("ename", "")
            if kind == "status" and content["execution_state"] == "idle":
                return said

    def send(self, **changes: Any) -> None:
        """Change the state, and ask for a picture of it."""
        self.state |= changes
        self.number += 1
        custom = {"kind": "ask", "id": self.number, "state": self.state}
        content = {"comm_id": self.opened["comm_id"], "data": {"method": "custom", "content": custom}}
        message = self.client.session.msg("comm_msg", content)
        self.asked, self.done = message["header"]["msg_id"], False
        self.client.shell_channel.send(message)

    def answer(self) -> dict[str, Any]:
        """The answer to the last question: numbers and texts by name."""
        while True:
            message = self._next()
            content = message["content"].get("data", {})
            custom = content.get("content", {}) if isinstance(content, dict) else {}
            if message["msg_type"] == "comm_msg" and custom.get("id") == self.number:
                arrays = zip(custom["arrays"], message["buffers"], strict=True)
                return custom["texts"] | {n: np.frombuffer(bytes(b), kind) for (n, _, kind), b in arrays}

    def _next(self) -> dict[str, Any]:
        message: dict[str, Any] = self.client.get_iopub_msg(timeout=60)
        ended = message["content"].get("execution_state") == "idle"
        self.done |= ended and message["parent_header"].get("msg_id") == self.asked
        return message

    def rest(self) -> None:
        """Wait until the kernel has done with the last question."""
        while not self.done:
            self._next()

    def ask(self, **changes: Any) -> dict[str, Any]:
        """Change the state, and wait for the picture."""
        self.send(**changes)
        return self.answer()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    page = Page()
    yield page
    page.manager.shutdown_kernel(now=True)


def test_cells_run_while_it_trains_and_it_trains_between_the_questions(page: Page) -> None:
    before = int(page.ask(running=True)["step"][0])
    for number in range(5):
        assert page.run(f"print({number} + 1)") == f"{number + 1}\n"
        page.run("import time; time.sleep(0.05)")
    while (after := int(page.ask()["step"][0])) == before:
        pass
    assert after > before
    page.ask(running=False)
    still = int(page.ask()["step"][0])
    page.run("import time; time.sleep(0.2)")
    assert int(page.ask()["step"][0]) == still


def test_stop_ends_the_training_and_train_goes_on(page: Page) -> None:
    before = page.ask(running=True)["step"][0]
    while page.ask()["step"][0] == before:
        pass
    page.rest()  # ipykernel drops a signal that comes while it takes a message apart
    page.manager.interrupt_kernel()
    time.sleep(0.2)  # it is handled before the next question
    found = page.ask()
    assert found["stopped"].startswith("Interrupted at step ")
    assert not found["running"][0]
    page.ask(running=False)
    assert page.ask(running=True)["running"][0]
    page.ask(running=False)


def test_one_stop_ends_a_function_without_an_end(page: Page) -> None:
    page.run(ENDLESS)
    page.send(own=True, running=True)
    while page.client.get_iopub_msg(timeout=60)["content"].get("text") != "for ever\n":
        pass
    page.manager.interrupt_kernel()
    assert page.answer()["stopped"].startswith("Interrupted at step ")
    assert page.run("print(6 * 7)") == "42\n"
    assert page.ask()["stopped"].startswith("Interrupted")
    found = page.ask(own=False, running=False)
    assert "Kept: the weights of CONV 8, FC 10." in found["notice"]

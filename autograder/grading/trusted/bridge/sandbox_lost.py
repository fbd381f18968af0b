"""The error that every use of a student's process meets once that process is gone."""


class SandboxLost(Exception):
    """The student's process ended or broke the protocol. `timed_out` says whether it took too long."""

    def __init__(self, message: str, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out

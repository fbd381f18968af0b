"""JupyterLab in the container listens to the world outside, which sees only the port that is opened."""

c = get_config()  # type: ignore[name-defined]  # noqa: F821

c.ServerApp.ip = "0.0.0.0"

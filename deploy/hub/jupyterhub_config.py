"""Settings of a JupyterHub for the course on one server; docs/machines/one-server.md says how to use them.

Everyone with an account on the server can log in, with the password of that account. Each gets a JupyterLab
of their own, which runs as that user and can do no more than that user can.
"""

import sys
from pathlib import Path

c = get_config()  # type: ignore[name-defined]  # noqa: F821

programs = Path(sys.prefix, "bin")
c.Authenticator.allow_all = True
c.Spawner.default_url = "/lab"
c.Spawner.notebook_dir = "~"
# Students' terminals and nbgrader's buttons find the programs of this environment first.
c.Spawner.environment = {"PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin"}
# On a busy machine the threads of one matrix product wait for each other.
for library in ("OPENBLAS", "OMP", "MKL"):
    c.Spawner.environment[f"{library}_NUM_THREADS"] = "1"
# A kernel that nobody used for an hour is ended, and so is a server after two hours.
c.Spawner.args = [
    "--MappingKernelManager.cull_idle_timeout=3600",
    "--ServerApp.shutdown_no_activity_timeout=7200",
]
# What the hub remembers: who is logged in, and its secret for cookies.
c.JupyterHub.db_url = "sqlite:////srv/jupyterhub/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = "/srv/jupyterhub/cookie_secret"
c.ConfigurableHTTPProxy.pid_file = "/srv/jupyterhub/proxy.pid"

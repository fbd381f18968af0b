"""Where students and teachers of a hub exchange notebooks; goes into etc/jupyter of the environment."""

c = get_config()  # type: ignore[name-defined]  # noqa: F821

c.Exchange.root = "/srv/nbgrader/exchange"
c.CourseDirectory.course_id = "cs-conv"

"""How a training that was asked to stop ends. Apart, so that who waits for it need not load torch."""


class Stopped(Exception):  # noqa: N818  (a wish of the person, not an error)
    """Training was asked to stop."""

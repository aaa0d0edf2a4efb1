"""Everything the test suites share comes from one plug-in."""

# pytest names a test module by its path and would make up a package "servicekit" for
# servicekit/tests when the real one is not there yet.
import contracts  # noqa: F401
import gateway  # noqa: F401
import servicekit  # noqa: F401

pytest_plugins = ["tests.plugin"]

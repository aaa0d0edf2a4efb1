"""Everything the test suites share comes from one plug-in."""

pytest_plugins = ["tests.plugin"]

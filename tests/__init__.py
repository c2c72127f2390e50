"""A package of its own, since a package of the test extra installs a folder of this name."""

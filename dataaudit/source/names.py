"""Column names that every engine can hold: none empty, none twice, none that is ours."""

from __future__ import annotations

from collections.abc import Iterable

RESERVED = (
    "__row__",
    "__line__",
    "__raw__",
    "__errors__",
    "__file__",
    "__synthetic__",
    "__weight__",
)


def unique_names(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Trim names, fill empty ones and tell equal ones apart.

    Names are compared without regard to case, as SQL does.

    Returns
    -------
    names, notes
        The new names in their order, and a sentence for each that was changed by more than blanks.

    Examples
    --------
    >>> unique_names(["a", "A ", ""])[0]
    ['a', 'A_2', 'column_3']
    """
    # a null byte ends a name in the engine
    given = [" ".join(readable(str(name)).replace("\0", " ").split()) for name in names]
    real = {name.casefold() for name in given}
    taken = set(RESERVED)
    found: list[str] = []
    notes: list[str] = []
    for position, name in enumerate(given, start=1):
        new = name
        if not name or name.casefold() in taken:
            new = _free(name or f"column_{position}", taken | real)
        taken.add(new.casefold())
        found.append(new)
        if new != name:
            notes.append(_note(name, position, new))
    return found, notes


def readable(text: str) -> str:
    """Return a text in which bytes that were no UTF-8 are shown as such."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _free(name: str, taken: set[str]) -> str:
    """Return the name, with the first free number behind it where it is taken."""
    number, new = 1, name
    while new.casefold() in taken:
        number += 1
        new = f"{name}_{number}"
    return new


def _note(name: str, position: int, new: str) -> str:
    """Say why a column bears another name than in the source."""
    if not name:
        return f"Column {position} has no name and is called `{new}`."
    why = "is reserved" if name.casefold() in RESERVED else "stands there twice"
    return f"Column {position} is called `{new}`, because the name `{name}` {why}."

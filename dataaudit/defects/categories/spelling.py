"""When two levels are one: equal but for blanks, case or a full stop, or one typing error apart."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping

RATIO = 20.0
"""Times that a spelling must be more frequent than another to be the right one of the two."""

_SHORTEST = 5  # characters below which one letter may well make another word
_WORD = 4  # the same for the word in it that has the error: `al_1` and `ak_1` are two states
_LONGEST = 60  # characters above which a cell is a text and not a level
_MOST = 2_000  # levels above which a column is no list of levels


def key(level: str) -> str:
    """Return what two spellings of one level have in common: no outer blanks, no case.

    Examples
    --------
    >>> key("  New   York ") == key("new york")
    True
    """
    return " ".join(level.split()).casefold()


def bare(level: str) -> str:
    """Return the key without quotes around and a full stop after it; signs stay.

    Examples
    --------
    >>> bare(" >50K."), bare("'-1'"), bare("A+")
    ('>50k', '-1', 'a+')
    """
    return key(re.sub(r"""^["'`\s]+|["'`\s.,;:!]+$""", "", level)) or key(level)


def near_identical(levels: Mapping[str, int], ratio: float = RATIO) -> list[tuple[str, str]]:
    """Return the pairs of levels that are most likely one.

    Parameters
    ----------
    levels
        Levels with their counts.
    ratio
        For typing errors: how many times more frequent the right spelling must be.

    Returns
    -------
    list of (str, str)
        The spelling to replace and the one to keep, in the order of the replaced.

    Examples
    --------
    >>> near_identical({">50K": 700, ">50K.": 300, "<=50K": 900})
    [('>50K.', '>50K')]
    """
    groups = _groups(levels, bare)
    slips = typos({one: sum(group.values()) for one, group in groups.items()}, ratio)
    right = {one: _most_used(groups[slips.get(one, one)]) for one in groups}
    pairs = ((level, right[bare(level)]) for level in sorted(levels))
    return [(level, spelling) for level, spelling in pairs if level != spelling]


def respellings(levels: Mapping[str, int]) -> dict[str, str]:
    """Return for each key the spelling that is used most, without outer blanks.

    Examples
    --------
    >>> respellings({" Ash": 1, "Ash": 2, "ASH": 2})
    {'ash': 'Ash'}
    """
    trimmed: Counter[str] = Counter()
    for level, count in levels.items():
        trimmed[" ".join(level.split())] += count
    return {one: _most_used(group) for one, group in _groups(trimmed, key).items()}


def slips(levels: Mapping[str, int], ratio: float = RATIO) -> dict[str, str]:
    """Return the keys of levels with a typing error, each with the right key."""
    return typos({one: sum(group.values()) for one, group in _groups(levels, key).items()}, ratio)


def _groups(levels: Mapping[str, int], by: Callable[[str], str]) -> dict[str, dict[str, int]]:
    """Group levels that have something in common, in the order of their names."""
    groups: dict[str, dict[str, int]] = {}
    for level in sorted(levels):
        group = groups.setdefault(by(level), {})
        group[level] = levels[level]
    return groups


def _most_used(group: Mapping[str, int]) -> str:
    """Return the spelling used most, the first in order where they tie."""
    return max(sorted(group), key=lambda spelling: group[spelling])


def typos(levels: Mapping[str, int], ratio: float = RATIO) -> dict[str, str]:
    """Return the levels that are one typing error away from a much more frequent one.

    An error is one letter wrong, missing or too many inside a word. Digits against digits
    (`grade 1`, `grade 2`), short words (`type a`) and the first and last letter (`GasA`, `GasW`)
    tell levels apart.

    Examples
    --------
    >>> typos({"birmingham": 60, "birmingxam": 1, "grade 1": 60, "grade 2": 1})
    {'birmingxam': 'birmingham'}
    """
    names = [name for name in levels if _SHORTEST <= len(name) <= _LONGEST]
    if len(names) > _MOST:
        return {}
    best: dict[str, str] = {}
    for wrong, right in _one_edit_apart(names):
        if levels[right] < ratio * levels[wrong] or not _is_slip(wrong, right):
            continue
        if wrong not in best or (levels[right], right) > (levels[best[wrong]], best[wrong]):
            best[wrong] = right
    return {wrong: right for wrong, right in best.items() if right not in best}


def _one_edit_apart(names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield ordered pairs that one deletion each, or of one, makes equal."""
    shared: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for short in {name, *(name[:i] + name[i + 1 :] for i in range(len(name)))}:
            shared[short].append(name)
    for group in shared.values():
        for one in group:
            yield from ((one, other) for other in group if other != one)


def _is_slip(wrong: str, right: str) -> bool:
    """Tell whether the difference is a typing error and not what tells two levels apart."""
    start = 0
    while start < min(len(wrong), len(right)) and wrong[start] == right[start]:
        start += 1
    end = 0
    while end < min(len(wrong), len(right)) - start and wrong[-1 - end] == right[-1 - end]:
        end += 1
    was, is_now = right[start : len(right) - end], wrong[start : len(wrong) - end]
    if len(was) > 1 or len(is_now) > 1 or not start or not end:
        return False
    if all(part.isdigit() or not part for part in (was, is_now)):
        return False
    if not (was + is_now).replace(" ", "").isalnum():
        return False
    return min(len(_word(text, start)) for text in (wrong, right)) >= _WORD


def _word(text: str, place: int) -> str:
    """Return the run of letters and digits around a place."""
    before = re.search(r"[^\W_]*$", text[:place])
    after = re.match(r"[^\W_]*", text[place:])
    return (before[0] if before else "") + (after[0] if after else "")

"""Names that are loaded on first use."""

import pytest

from dataaudit.lazy import on_first_use


def test_a_name_is_loaded_from_its_home():
    assert on_first_use(__name__, {"dumps": "json"})("dumps")({}) == "{}"


def test_an_unknown_name_is_an_attribute_error_as_of_any_module():
    with pytest.raises(AttributeError, match="module 'here' has no attribute 'nothing'"):
        on_first_use("here", {"dumps": "json"})("nothing")

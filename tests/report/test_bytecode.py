"""Compiled templates are kept beside the templates."""

import sys

from jinja2 import Environment, FileSystemLoader

from dataaudit.report.bytecode import BesideTemplates


def test_compiled_templates_are_kept_whole_and_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "a.html").write_text("{{ 1 + 1 }}", encoding="utf-8")

    def rendered():
        loader = FileSystemLoader(tmp_path)
        return Environment(loader=loader, bytecode_cache=BesideTemplates(tmp_path)).get_template(  # noqa: S701 - no page
            "a.html"
        )

    assert rendered().render() == "2"
    (kept,) = (tmp_path / "__pycache__").iterdir()
    before = kept.read_bytes()
    assert rendered().render() == "2"
    kept.write_bytes(before[: len(before) // 2])
    assert rendered().render() == "2"
    (tmp_path / "a.html").write_text("{{ 1 + 2 }}", encoding="utf-8")
    assert rendered().render() == "3"


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path):
    (tmp_path / "__pycache__").write_text("a file", encoding="utf-8")
    (tmp_path / "a.html").write_text("{{ 1 + 1 }}", encoding="utf-8")
    cache = BesideTemplates(tmp_path)
    environment = Environment(loader=FileSystemLoader(tmp_path), bytecode_cache=cache)  # noqa: S701 - no page
    assert environment.get_template("a.html").render() == "2"

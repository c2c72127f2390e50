"""The page: escaped, complete, the same every time."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from dataaudit.report import html, notebook
from dataaudit.report.collect import collect

ATTACK = "<script>alert(1)</script>"
QUOTES = '"; drop table x; --'
VOID = {"meta", "link", "br", "path", "line", "circle", "polyline"}


class Outline(HTMLParser):
    """Checks that every element is closed in order, and gathers what tests look at."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.tags = [], [], [], set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        given = dict(attributes)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if given.get("href", "").startswith("#") else []
        assert not [name for name in given if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def outline(page):
    parser = Outline()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


@pytest.fixture(scope="module")
def page(adult_report):
    return html.render(adult_report)


def test_the_page_is_well_formed_and_every_link_inside_it_has_a_goal(page):
    parsed = outline(page)
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {link[1:] for link in parsed.links} <= set(parsed.ids)


def test_the_page_has_no_script_and_forbids_all_but_its_own_style(page):
    parsed = outline(page)
    assert parsed.tags.isdisjoint({"script", "iframe", "object", "img", "form"})
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert f'http-equiv="Content-Security-Policy" content="{policy}"' in page
    assert not re.findall(r"https?://", page)
    assert "url(" not in page
    assert "@import" not in page


def test_the_same_report_gives_the_same_bytes(adult, page):
    assert html.render(collect(**adult)) == page


def test_every_part_is_on_the_page(page, adult_report):
    for finding in adult_report["findings"]:
        assert str(html.prose(finding["message"])) in page
    for word in (
        "no practical difference",
        "skipped",
        "SmoothRobustScaler",
        "48,790",
        "quarantined",
    ):
        assert word in page
    assert page.count('<svg class="curve"') == 3


def test_drawings_have_a_name_for_those_who_do_not_see_them(page):
    drawings = re.findall(r"<svg [^>]*>", page)
    assert drawings
    assert all('role="img" aria-label="' in drawing for drawing in drawings)


def test_hostile_names_and_values_are_text(make):
    names = [ATTACK, QUOTES, "</style><style>*{display:none}", "{{ 7 * 7 }}", "x" * 10_000]
    frame = pd.DataFrame(
        {name: [ATTACK, "y" * 10_000, "<img src=x onerror=alert(2)>"] for name in names}
    )
    found = [
        make.finding("missing", "warning", f"`{n}` has gaps.", n, evidence={n: n}) for n in names
    ]
    report = collect(
        name=ATTACK,
        outcomes=make.outcomes(*found),
        profile=make.profile(frame),
        sample=frame,
        settings=f"a: '{ATTACK}'",
        account=[{"stage": ATTACK, "rows_in": 1, "rows_out": 1, "note": ATTACK}],
        contract=[{"rule": ATTACK, "column": QUOTES, "rows": 1, "message": ATTACK}],
    )
    for text in (html.render(report), notebook.fragment(report)):
        assert outline(text).tags.isdisjoint({"script", "img"})
        assert "x" * 100 not in text
        assert "y" * 100 not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "{{ 7 * 7 }}" in text


def test_an_empty_report_is_a_page_too(make):
    page = html.render(collect(outcomes=[], profile=make.profile(pd.DataFrame())))
    outline(page)
    for said in ("No check raised anything", "no columns", "Not measured", "There is no contract"):
        assert said in page


def test_the_fragment_of_a_notebook_is_scoped(adult_report):
    text = notebook.fragment(adult_report)
    outline(text)
    style = text.partition("<style>")[2].partition("</style>")[0]
    rules = [line for line in style.strip().splitlines() if line]
    assert all(line.startswith(".dataaudit") for line in rules)
    assert "DA201" in text


def test_a_notebook_takes_outcomes_and_hides_what_is_sensitive(make):
    frame = pd.DataFrame({"name": ["Xaver"] * 3})
    outcomes = make.outcomes(make.finding("constant", "warning", "`name` never changes.", "name"))
    text = notebook.fragment(outcomes, make.profile(frame), sensitive=frozenset({"name"}))
    assert "never changes" in text
    assert "Xaver" not in text
    assert "Xaver" in notebook.fragment(outcomes, make.profile(frame))

"""Delimiter, quote, preamble and header are worked out from the beginning of a file."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataaudit.source.careful import BadLine, Blank, Row, read_records
from dataaudit.source.dialect import Dialect, work_out
from dataaudit.source.options import ReadOptions

TABLE = (
    "day,clock,n,code,text\n"
    '28/01/2018,00:15,1,MG-87,"Boots, brown"\n'
    '29/01/2018,00:30,2,RI-38,a 10"" rod\n'
    '30/01/2018,10:45,3,AB-11,"It\'s, well, ""new"""\n'
    "31/01/2018,11:00,,CD-22,plain\n"
)


def look(text: str, **options: object) -> Dialect:
    return work_out(text, ReadOptions(**options))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~"])
def test_the_delimiter_is_worked_out(delimiter: str) -> None:
    lines = [["day", "clock", "n", "text"], ["1/2/2018", "00:15", "1,5", "a b"]]
    lines += [["3/2/2018", "10:30", "2,5", "c, d"]] * 3
    quoted = [[f'"{c}"' if delimiter in c else c for c in line] for line in lines]
    assert look("\n".join(map(delimiter.join, quoted))).marks.delimiter == delimiter


def test_a_quoted_delimiter_is_no_delimiter() -> None:
    dialect = look(TABLE)
    assert (dialect.marks.delimiter, dialect.width) == (",", 5)


def test_blanks_between_words_are_no_delimiter() -> None:
    assert look("text\none two\nthree four\nfive six\n").width == 1


def test_one_column_stays_one_column() -> None:
    assert look("n\n1\n2\n3\n").head.names == ("n",)
    assert look("url\nhttp://a.b/c\nhttp://d.e/f\n").head.names == ("url",)


def test_apostrophes_are_quotes_only_where_they_are_needed() -> None:
    assert look("a,b\n1,'x, y'\n2,'z'\n").marks.quote == "'"
    assert look("'a','b'\n'1','x'\n'2','z'\n").marks.quote == "'"
    assert look("a,label\n1,'-1'\n2,'1'\n").marks.quote == '"'
    assert look("a,b\n1,it's, \n2,that's,\n").marks.quote == '"'


def test_a_backslash_before_quotes_is_found() -> None:
    dialect = look('a,b\n1,"x \\"y\\", z"\n2,"u"\n')
    assert dialect.marks.escape == "\\"
    assert dialect.marks.cut('1,"x \\"y\\", z"').fields == ["1", 'x "y", z']


@pytest.mark.parametrize(
    "above",
    ["Title\n", "Title,,,,\n", "Title,,,,\n,,,,\n", "# made by hand\n# twice\n", "A, b\n\nC d\n\n"],
)
def test_lines_above_the_header_are_set_apart(above: str) -> None:
    dialect = look(above + TABLE)
    assert dialect.head.names == ("day", "clock", "n", "code", "text")
    assert dialect.head.preamble == tuple(line for line in above.splitlines() if line)
    assert dialect.head.line == above.count("\n") + 1


def test_a_given_number_of_lines_is_skipped_and_no_more() -> None:
    dialect = look("x,y\n" + "a,b\n1,2\n3,4\n", skip=1)
    assert dialect.head.names == ("a", "b")
    assert dialect.head.preamble == ("x,y",)


def test_a_header_is_told_from_values() -> None:
    assert look("a,b\n1,x\n2,y\n").head.header_lines == 1
    assert look("1,x\n2,y\n3,x\n").head.names == ("column_1", "column_2")
    assert look("name,town\nAnn,Rome\nBob,Bonn\n").head.header_lines == 1
    assert look("Ann,Rome\nBob,Rome\nAnn,Bonn\n").head.header_lines == 0
    assert look("land,1990,1991,1992\nA,5,6,7\nB,7,8,9\n").head.header_lines == 1
    assert look("1,x\n2,y\n", header=True).head.names == ("1", "x")
    assert look("a,b\n1,x\n", header=False).head.names == ("column_1", "column_2")


def test_names_in_several_lines_are_joined() -> None:
    body = "".join(f"{i},{i}.5,x\n" for i in range(5))
    assert look(f"size,mass,kind\nm,kg,\n{body}").head.names == ("size m", "mass kg", "kind")
    assert look(f"size,mass,kind\nsize,mass,kind\n{body}").head.names == ("size", "mass", "kind")
    assert look(f"size,mass,kind\n?,?,x\n{body}").head.names == ("size", "mass", "kind")


def test_a_header_without_a_name_for_the_row_numbers_is_read() -> None:
    dialect = look("mpg,cyl\nMazda,21.0,6\nDatsun,22.8,4\n")
    assert dialect.head.names == ("column_1", "mpg", "cyl")


def test_a_short_row_now_and_then_is_no_habit() -> None:
    body = "".join(f"{i},a,b\n" for i in range(30))
    assert not look(f"x,y,z\n{body}31,a\n").is_padded
    assert look("x,y,z\n1,a\n2,b,c\n3\n4,a\n").is_padded


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(st.sampled_from('ab1,;"\n\r \\é'), min_size=1, max_size=80),
    seed=st.integers(0, 9),
)
def test_no_line_is_ever_lost(
    tmp_path_factory: pytest.TempPathFactory, text: str, seed: int
) -> None:
    order = random.Random(seed)  # noqa: S311 - shuffles a test
    lines = [*io.StringIO(text, newline=""), *io.StringIO(TABLE, newline="")]
    order.shuffle(lines)
    whole = "".join(line if line.endswith(("\n", "\r")) else f"{line}\n" for line in lines)
    path = tmp_path_factory.getbasetemp() / "spoilt.csv"
    path.write_bytes(whole.encode())
    dialect = look(whole)
    records = list(read_records(path, dialect))
    held = len(list(io.StringIO(whole, newline="")))
    assert dialect.head.line + sum(record.lines for record in records) == held
    assert all(len(r.fields) == dialect.width for r in records if isinstance(r, Row))
    assert all(r.errors for r in records if isinstance(r, BadLine))
    assert all(isinstance(r, Row | BadLine | Blank) for r in records)


def test_every_file_of_the_examples_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(TABLE)
    records = list(read_records(path, look(TABLE)))
    assert [record.fields[4] for record in records if isinstance(record, Row)] == [
        "Boots, brown",
        'a 10"" rod',
        'It\'s, well, "new"',
        "plain",
    ]

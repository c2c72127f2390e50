"""Files of text: every line is a row, blank or put aside, whatever is wrong with the others."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source import ReadOptions, Source, read

Reader = Callable[..., Source]


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Reader]:
    engines = []

    def make(content: str | bytes, name: str = "table.csv", **options: object) -> Source:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        engines.append(DuckDBEngine(threads=2))
        return read(path, options=ReadOptions(**options), engine=engines[-1])

    yield make
    for engine in engines:
        engine.close()


def rows(source: Source, relation: str = "raw") -> list[tuple]:
    table = source.engine.query(f"SELECT * EXCLUDE (__row__) FROM {relation} ORDER BY __row__")
    return [tuple(row.values()) for row in table.to_pylist()]


def bad(source: Source) -> list[tuple]:
    return [(r["__line__"], r["__raw__"], r["__errors__"]) for r in source.bad_lines.to_pylist()]


def numbers(count: int) -> str:
    """Return rows whose columns look different: a number, a code, a text, a date."""
    return "".join(f"{i},A-{i},word {i % 7},2019-01-{i % 28 + 1:02d}\n" for i in range(count))


def test_short_and_long_lines_are_put_aside_with_number_text_and_reason(load: Reader) -> None:
    source = load("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n")
    assert rows(source) == [("1", "2", "3"), ("10", "11", "12")]
    assert bad(source) == [
        (3, "4,5", ["expected 3 fields, found 2"]),
        (4, "6,7,8,9", ["expected 3 fields, found 4"]),
    ]


def test_a_row_number_does_not_count_bad_lines(load: Reader) -> None:
    source = load("a,b\n1,2\nx\n3,4\n")
    assert source.engine.query("SELECT __row__ FROM raw").column(0).to_pylist() == [0, 1]


def test_a_quote_that_is_never_closed_costs_one_line(load: Reader) -> None:
    source = load('a,b\n1,x\n2,"y\n3,z\n4,u\n')
    assert rows(source) == [("1", "x"), ("3", "z"), ("4", "u")]
    assert bad(source) == [(3, '2,"y', ["a quote is opened and never closed"])]


def test_two_stray_quotes_do_not_swallow_what_lies_between(load: Reader) -> None:
    source = load('a,b\n1,x\n2,"y\n3,z\n4,"u\n5,v\n')
    assert [row[0] for row in rows(source)] == ["1", "3", "5"]
    assert [line[0] for line in bad(source)] == [3, 5]


def test_text_behind_a_quote_is_a_bad_line(load: Reader) -> None:
    source = load('a,b\n1,"x"y\n2,z\n')
    assert bad(source) == [(2, '1,"x"y', ["there is text behind a closing quote"])]


def test_a_quoted_field_over_several_lines_is_one_row(load: Reader) -> None:
    source = load('a,b\n1,"x\n\ny, ""z"""\n2,u\n')
    assert rows(source) == [("1", 'x\n\ny, "z"'), ("2", "u")]
    assert source.bad_lines.num_rows == 0


def test_a_bad_record_over_several_lines_is_put_aside_whole(load: Reader) -> None:
    source = load('a,b\n1,"x\ny",3\n2,u\n')
    assert rows(source) == [("2", "u")]
    assert bad(source) == [(2, '1,"x\ny",3', ["expected 2 fields, found 3"])]


def test_bytes_that_are_not_utf8_are_a_bad_line_in_a_utf8_file(load: Reader) -> None:
    good = "".join(f"{i},é\n" for i in range(50))
    source = load(b"a,b\n" + good.encode() + b"7,\xe9\n" + b"8,x\n")
    assert source.rows == 51
    assert bad(source) == [(52, "7,\\xe9", ["it has bytes that do not fit the encoding"])]


@pytest.mark.parametrize("position", [0, 1, 2, 3])
def test_an_empty_field_too_many_is_taken_out_where_one_way_fits(
    load: Reader, position: int
) -> None:
    fields = ["7", "A-7", "word 1", "2019-01-08"]
    fields.insert(position, "")
    source = load("n,code,text,day\n" + numbers(40) + ",".join(fields) + "\n")
    assert rows(source)[40] == ("7", "A-7", "word 1", "2019-01-08")
    assert source.bad_lines.num_rows == 0
    assert any("line 42" in note for note in source.description["notes"])


def test_a_missing_delimiter_is_put_back_where_one_way_fits(load: Reader) -> None:
    source = load("n,code,text,day\n" + numbers(40) + "7,A-7,word 12019-01-08\n")
    assert source.bad_lines.num_rows == 1  # 1 and 2019 could be cut anywhere
    source = load("n,code,text,day\n" + numbers(40) + "7A-7,word 1,2019-01-08\n")
    assert rows(source)[40] == ("7", "A-7", "word 1", "2019-01-08")


def test_a_surplus_field_with_text_is_never_dropped(load: Reader) -> None:
    source = load("n,code,text,day\n" + numbers(40) + "7,A-7,word 1,2019-01-08,more\n")
    assert [line[0] for line in bad(source)] == [42]


def test_rows_that_habitually_leave_out_their_last_fields_are_filled_up(load: Reader) -> None:
    source = load("a,b,c\n1,x\n2,y\n3,z,u\n4\n")
    assert rows(source) == [("1", "x", None), ("2", "y", None), ("3", "z", "u"), ("4", None, None)]
    assert "Many rows leave out" in " ".join(source.description["notes"])


def test_blank_lines_are_passed_over_and_said(load: Reader) -> None:
    source = load("a,b\n1,2\n\n3,4\n\n\n")
    assert rows(source) == [("1", "2"), ("3", "4")]
    assert source.description["notes"] == ["3 blank lines were passed over."]


@pytest.mark.slow
def test_one_bad_line_among_many_is_found_behind_the_sample(load: Reader) -> None:
    lines = [f"{i},text {i},{i * 2}" for i in range(120_000)]
    lines[100_000] = "broken"
    source = load("a,b,c\n" + "\n".join(lines) + "\n")
    assert source.rows == 119_999
    assert bad(source) == [(100_002, "broken", ["expected 3 fields, found 1"])]
    last = source.engine.query("SELECT * FROM raw ORDER BY __row__ DESC LIMIT 1").to_pylist()
    assert last == [{"__row__": 119_998, "a": "119999", "b": "text 119999", "c": "239998"}]


@pytest.mark.slow
def test_a_cell_of_ten_megabytes_is_read(load: Reader) -> None:
    huge = "x" * 10_000_000
    source = load(f'a,b\n1,"{huge}"\n2,y\n')
    length = source.engine.query("SELECT strlen(b) FROM raw ORDER BY __row__")
    assert length.column(0).to_pylist() == [10_000_000, 1]


def test_hostile_names_work(load: Reader, tmp_path: Path) -> None:
    names = [
        "<script>alert(1)</script>",
        '"; drop table x; --',
        "it's",
        "__row__",
        "a",
        "A",
        "a",
        "",
    ]
    path = tmp_path / "names.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([names, list("12345678"), list("23456789")])
    source = load(path.read_bytes(), name='it\'s a "table" [1]*.csv')
    assert list(source.columns) == [
        *names[:3],
        "__row___2",
        "a",
        "A_2",
        "a_3",
        "column_8",
    ]
    assert rows(source, "typed") == [tuple(range(1, 9)), tuple(range(2, 10))]
    assert len(source.description["notes"]) == 4


@pytest.mark.parametrize(
    ("encode", "encoding"),
    [
        (lambda text: text.encode("utf-8-sig"), "utf-8-sig"),
        (lambda text: text.encode("utf-16"), "utf-16"),
        (lambda text: text.encode("utf-16-le"), "utf-16-le"),
        (lambda text: text.encode("utf-32"), "utf-32"),
        (lambda text: text.encode("windows-1252"), "windows-1252"),
    ],
)
def test_encodings_are_worked_out(
    load: Reader, encode: Callable[[str], bytes], encoding: str
) -> None:
    source = load(encode("name,größe\nZoë,1\nRené,2\nAnna,3\n"))
    assert rows(source) == [("Zoë", "1"), ("René", "2"), ("Anna", "3")]
    assert list(source.columns) == ["name", "größe"]
    assert source.description["encoding"] == encoding


def test_a_given_encoding_is_obeyed(load: Reader) -> None:
    source = load("имя,n\nЮля,1\nДий,2\n".encode("windows-1251"), encoding="windows-1251")
    assert rows(source) == [("Юля", "1"), ("Дий", "2")]


def test_nul_characters_are_taken_out_and_said(load: Reader) -> None:
    source = load("a,b\n1,x\0y\n2,z\n")
    assert rows(source) == [("1", "xy"), ("2", "z")]
    assert source.description["notes"] == ["NUL characters that were taken out: 1."]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(load: Reader, end: str) -> None:
    source = load(end.join(["a,b", "1,x", "2,y"]))
    assert rows(source) == [("1", "x"), ("2", "y")]


def test_mixed_line_ends_are_read(load: Reader) -> None:
    source = load("a,b\r\n1,x\n2,y\r3,z\r\n")
    assert rows(source) == [("1", "x"), ("2", "y"), ("3", "z")]


def test_a_packed_file_is_read(load: Reader) -> None:
    assert rows(load(gzip.compress(b"a,b\n1,x\n2,y\n"), name="t.csv.gz")) == [
        ("1", "x"),
        ("2", "y"),
    ]


def test_files_of_a_folder_follow_each_other_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("n,t\n3,z\n")
    (tmp_path / "a.csv").write_text("t,n\nx,1\ny,2\n")
    (tmp_path / "_SUCCESS").write_text("")
    with DuckDBEngine() as engine:
        source = read(tmp_path, engine=engine)
        assert rows(source, "typed") == [("x", 1), ("y", 2), ("z", 3)]
        assert read(f"{tmp_path}/*.csv", engine=engine).rows == 3


def test_a_test_table_follows(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("n,t\n1,x\n2,y\n")
    (tmp_path / "test.csv").write_text("n,t\n3,z\nbroken\n")
    with DuckDBEngine() as engine:
        source = read(tmp_path / "train.csv", test=tmp_path / "test.csv", engine=engine)
        assert source.test_from == 2
        assert rows(source, "typed") == [(1, "x"), (2, "y"), (3, "z")]
        assert source.bad_lines.column("__file__").to_pylist() == [str(tmp_path / "test.csv")]


def test_a_broken_unit_of_utf16_costs_one_line(load: Reader) -> None:
    lines = [f"{i},wörd {i}\n" for i in range(60)]
    content = ("a,b\n" + "".join(lines)).encode("utf-16-le")
    at = content.index("wörd 30".encode("utf-16-le"))
    broken = b"\xff\xfe" + content[:at] + b"\x00\xdc" + content[at + 2 :]
    source = load(broken)
    assert source.rows == 59
    assert [line[0] for line in bad(source)] == [32]


def test_a_broken_byte_in_a_name_is_shown(load: Reader) -> None:
    good = "".join(f"{i},é\n" for i in range(20)).encode()
    source = load(b"a\xff,b\n" + good)
    assert list(source.columns) == ["a\\xff", "b"]
    assert source.rows == 20

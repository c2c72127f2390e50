"""A table of bad input: each case ends in one clear line, the right exit code, and no loss."""

import re
import shlex
import shutil
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

STAGE = re.compile(r"^(source|contract|split|audit|clean|prove|report): .*\d s$")
RUN = "run p.yaml"
LONG = "x" * 2000


class Case(NamedTuple):
    """What is wrong, the command that meets it, and how that must end."""

    name: str
    files: dict[str, str | bytes]
    command: str
    code: int
    words: str


def plain() -> str:
    """Return the rows that every case is a broken version of, as CSV."""
    x = np.linspace(-1, 1, 60)
    y = np.where(np.arange(60) % 3 == 0, "no", "yes")
    frame = pd.DataFrame({"x": x, "z": np.sin(x * 9), "city": ["Oslo", "Rome"] * 30, "y": y})
    return frame.to_csv(index=False)


CSV = plain()
LINES = CSV.splitlines(keepends=True)


def config(more: str = "", **changes: str) -> str:
    """Return a pipeline.yaml: the plain one with parts replaced and more lines at its end."""
    text = (
        "source: {path: t.csv}\ntask: {target: y}\nclean: [missing, scale, encode]\n"
        "prove: off\noutput: {dir: out}\n"
    )
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text + more


def table(name: str, data: str | bytes, words: str, code: int = 3) -> list[Case]:
    """Return a case for each command that reads a table."""
    commands = {"run": RUN, "audit": "audit t.csv --target y", "init": "init t.csv --target y"}
    return [
        Case(f"{name}: {c}", {"t.csv": data}, line, code, words) for c, line in commands.items()
    ]


def setting(name: str, text: str, words: str, code: int = 2, command: str = RUN) -> Case:
    """Return a case whose pipeline.yaml is wrong."""
    return Case(name, {"p.yaml": text}, command, code, words)


def column(rule: str) -> str:
    """Return a pipeline.yaml with one rule in its contract."""
    return config(f"contract: {{columns: {{{rule}}}}}\n")


def expecting(expression: str) -> str:
    """Return a pipeline.yaml whose contract has one rule across columns."""
    return config(f"contract:\n  rules:\n  - name: r\n    expect: {expression}\n")


TABLES = [
    *table("empty", "", "the file is empty"),
    *table("blank lines", "\n" * 99, "the file is empty"),
    *table("header alone", LINES[0], "a header and no rows"),
    *table("one row", "".join(LINES[:2]), "1 rows have a target; at least 10"),
    *table("two rows", "".join(LINES[:3]), "2 rows have a target; at least 10"),
    *table("one class", CSV.replace(",no", ",yes"), "the same label"),
    *table("target missing", re.sub(",(yes|no)\n", ",\n", CSV), "missing in all 60 rows"),
    *table(
        "unique target",
        LINES[0] + "".join(f"{i},1,Oslo,id{i}\n" for i in range(60)),
        "60 different labels in 60 rows",
    ),
    *table("binary", bytes(range(256)) * 40, "binary file"),
    *table("an archive", b"PK\x03\x04" + bytes(99), "Excel workbook or a zip archive"),
    *table("broken gzip", b"\x1f\x8b\x08" + bytes(9), "gzip archive is damaged"),
    *table("no such target", CSV.replace(",y\n", ",why\n"), "Unknown column under `task` 'y'", 2),
    *table("target in capitals", CSV.replace(",y\n", ",Y\n"), "Did you mean 'Y'?", 2),
    Case("cut Parquet", {"t.parquet": b"PAR1" + bytes(50)}, "audit t.parquet", 3, "damaged"),
    Case("no file", {}, "audit tt.csv", 3, "no such file. Did you mean 't.csv'?"),
    Case("no match", {}, "audit nothing*.csv", 3, "no file matches this pattern"),
    Case("folder without tables", {"a/b.md": ""}, "audit a", 3, "the folder has no CSV"),
    Case("no name", {}, "audit ''", 3, "no file is named"),
    Case("long name", {}, f"audit {LONG}", 3, "File name too long"),
    Case("device", {}, "audit /dev/null", 3, "a pipe or a device"),
    Case("broken JSON", {"t.json": '{"x": '}, "audit t.json", 3, "no JSON object"),
    Case(
        "test table differs",
        {"u.csv": "x,y\n1,no\n"},
        "init t.csv --target y --test u.csv",
        3,
        "lacks the columns `z`, `city`",
    ),
]
CONFIGS = [
    setting("not YAML", "source: [\n", "(p.yaml, line 2) must be valid YAML"),
    setting("tab", "source:\n\tpath: t.csv\n", "(p.yaml, line 2) must be valid YAML"),
    setting("key twice", config("prove: off\n"), "line 6"),
    setting("empty config", "", "a mapping of keys"),
    setting("bad tag", config("seed: !!int x\n"), "valid YAML"),
    setting("code tag", config('name: !!python/object/apply:os.system ["x"]\n'), "`name`"),
    setting("unknown key", config("nam: x\n"), "'nam' (p.yaml, line 6). Did you mean 'name'?"),
    setting("unknown step", config(missing="mising"), "line 3). Did you mean 'missing'?"),
    setting("unknown code", config("audit: {ignore: [DA999]}\n"), "Unknown defect 'DA999'"),
    setting("unknown check", config("audit: {checks: {outlier: {}}}\n"), "'outliers'?"),
    setting("wrong type", config("train: {epochs: many}\n"), "`train.epochs` (p.yaml, line 6)"),
    setting("negative epochs", config("train: {epochs: -1}\n"), "greater than or equal to 1"),
    setting(
        "no learning rate", config("train: {optimizer: {learning_rate: .nan}}\n"), "greater than 0"
    ),
    setting("all rows are test", config("split: {test: 100%}\n"), "below 100 %"),
    setting("test share 20", config("split: {test: 20}\n"), "less than or equal to 1"),
    setting("huge seed", config("seed: 4294967296\n"), "less than 4294967296"),
    setting("no source", "task: {target: y}\n", "`source` (p.yaml) must be given"),
    setting("text for keys", "source: t.csv\ntask: {target: y}\n", "a mapping of keys"),
    setting("not UTF-8", config().encode("utf-16"), "a readable UTF-8 file"),
    setting("no variable", config(**{"t.csv": '"${NO_SUCH_NAME}"'}), "NO_SUCH_NAME"),
    setting("encoding", config(**{"t.csv": "t.csv, encoding: klingon"}), "source.encoding"),
    setting("skip", config(**{"t.csv": "t.csv, skip: 999"}), "passes over 999 of 61 lines", 3),
    setting("metric", config(**{"target: y": "target: y, metric: r2"}), "task.metric"),
    setting("positive", config(**{"target: y": "target: y, positive: maybe"}), "no, yes"),
    setting("id", config(**{"target: y": "target: y, id: cty"}), "Did you mean 'city'?"),
    setting("group", config(**{"target: y": "target: y, group: cty"}), "Did you mean 'city'?"),
    setting("time", config(**{"target: y": "target: y, time: cty"}), "Did you mean 'city'?"),
    setting("time is text", config(**{"target: y": "target: y, time: city"}), "task.time"),
    setting("target is id", config(**{"target: y": "target: y, id: y"}), "than the target"),
    setting("no encode", config(**{", encode": ""}), "Add `encode` under `clean`", 3),
    setting("all break", column("x: {dtype: float, max: -9}"), "60 of 60 rows: `x` is above", 1),
    setting("too many break", column("x: {max: -0.99}"), "1 of 60 rows hold it", 1),
    setting("absent column", column("cty: {dtype: str}"), "Did you mean 'city'?", 1),
    setting("bad pattern", column('city: {pattern: "(("}'), "a regular expression"),
    setting("bounds", column("x: {min: 5, max: 1}"), "`min` at or below `max`"),
    setting("no schema", config("contract: {file: p.yaml}\n"), "no `columns` in p.yaml"),
    setting("code", config('contract: {module: "os:x"}\n'), "--allow-code"),
    setting("use", config(encode='encode, {use: "os:system"}'), "--allow-code"),
    setting("second statement", expecting("1; drop table raw"), "one SQL expression"),
    setting("subquery", expecting("x > (select 1)"), "an expression of column names"),
    setting("closed bracket", expecting('"x > 0) or (1 = 1"'), "an expression of column names"),
    setting("file function", expecting("read_csv('/etc/passwd') = 1"), "an expression of"),
    setting("environment", expecting("getenv('HOME') = 'x'"), "an expression of"),
    setting("text against number", expecting("city > 5"), "contract.rules.r"),
    setting("no column", expecting("cty = 'Oslo'"), "Did you mean 'city'?"),
]
FLAGS = [
    setting("--set without =", config(), "KEY=VALUE", command=f"{RUN} --set prove"),
    setting("--set no key", config(), "KEY=VALUE", command=f"{RUN} --set =5"),
    setting("--set unknown", config(), "'epochs'?", command=f"{RUN} --set train.epoch=5"),
    setting("--set no YAML", config(), "valid YAML", command=f"{RUN} --set seed=["),
    setting("--fail-on", config(), "gate.fail_on", command=f"{RUN} --fail-on maybe"),
    setting("run id up", config(), "run_id", command=f"{RUN} --run-id ../evil"),
    setting("run id latest", config(), "run_id", command=f"{RUN} --run-id latest"),
    setting("run id empty", config(), "run_id", command=f"{RUN} --run-id ''"),
    setting("no config", config(), "nope.yaml", command="run nope.yaml"),
    setting("a table as config", config(), "t.csv", command="check t.csv"),
    setting("folder as config", config(), "Is a directory", command="run out"),
    Case("init again", {}, "init t.csv --target y -o p.yaml", 2, "add --force"),
    Case("init on the table", {}, "init t.csv --target y -o t.csv --force", 4, "the table itself"),
    Case("init in no folder", {}, "init t.csv --target y -o no/p.yaml", 4, "No such file"),
    Case("report on the table", {}, "audit t.csv --report t.csv", 4, "the table itself"),
    Case("explain", {}, "explain outlier", 2, "Did you mean 'outliers'?"),
    Case("no such command", {}, "rn", 2, "Did you mean 'run'?"),
    Case("no such option", {}, "run p.yaml --foo", 2, "--foo"),
    Case("no target", {}, "init t.csv", 2, "--target"),
]


@pytest.mark.parametrize("case", TABLES + CONFIGS + FLAGS, ids=lambda case: case.name)
def test_bad_input_ends_in_one_clear_line_and_loses_nothing(case, invoke, tmp_path, plain_run):
    shutil.copytree(plain_run, tmp_path / "out", symlinks=True)
    files = {"t.csv": CSV, "p.yaml": config(), **case.files}
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = snapshot(tmp_path)
    ended = invoke(*shlex.split(case.command))
    *stages, told = ended.err.splitlines()
    assert ended.code == case.code, ended.err
    assert told.startswith("dataaudit: ")
    assert case.words in told
    assert not [line for line in stages if not STAGE.match(line)]
    assert not re.search("Traceback|crashed|pydantic", ended.err)
    assert not ended.out
    assert snapshot(tmp_path) == before


def snapshot(folder):
    """Return every file of a folder with its content, and where `latest` points."""
    files = {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return files, (folder / "out" / "latest").readlink()

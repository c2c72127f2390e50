"""A walk: one column with numbers and ``?`` from the file to the report, stage by stage."""

import pyarrow.parquet as pq

import dataaudit
from dataaudit.config import from_dict
from dataaudit.contract import check, load_contract
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.source import read
from dataaudit.table import Table

TEMPERATURES = ["38.5", "39.2", "?", "37.1", "38.0", "?", "36.4", "39.9", "38.8", "warm"]


def test_one_column_walks_through_every_stage(tmp_path):
    rows = [f"{TEMPERATURES[i % 10]},{i},{'yes' if i % 3 else 'no'}" for i in range(200)]
    path = tmp_path / "horses.csv"
    path.write_text("\n".join(["rectal_temp,pulse,lesion", *rows]) + "\n")
    spec = {"columns": {"rectal_temp": {"dtype": "float", "nullable": True, "null": ["?"]}}}
    config = from_dict(
        {
            "source": {"path": str(path)},
            "task": {"target": "lesion"},
            "contract": {**spec, "limits": {"warn": 0, "error": "50%"}},
            "clean": [{"missing": {"numeric": "median"}}, "scale", "encode"],
            "prove": "off",
            "output": {"dir": str(tmp_path / "out")},
        }
    )
    contract = load_contract(config.contract, base=tmp_path)
    with DuckDBEngine() as engine:
        # source: raw keeps the text, typed has numbers; `?` is read as missing, `warm` is not
        source = read(path, declared=contract.declared, engine=engine)
        views = engine.query(
            "SELECT raw.rectal_temp, typed.rectal_temp AS t FROM raw JOIN typed "
            "USING (__row__) ORDER BY __row__ LIMIT 10"
        )
        assert views.column(0).to_pylist() == TEMPERATURES
        assert views.column(1).to_pylist() == [
            38.5,
            39.2,
            None,
            37.1,
            38.0,
            None,
            36.4,
            39.9,
            38.8,
            None,
        ]
        # contract: a declared token is no fault, a cell that does not parse is
        checked = check(source, contract)
        assert (checked.kept, checked.quarantined) == (180, 20)
        aside = engine.query(f"SELECT DISTINCT rectal_temp FROM {checked.quarantine}")
        assert aside.to_pylist() == [{"rectal_temp": "warm"}]
        # profile: of the rows that stayed
        profile = Table(engine, typed="kept", raw="kept_raw", columns=checked.columns).profile
        column = profile["rectal_temp"]
        assert (column.rows, column.missing, column.minimum, column.maximum) == (
            180,
            40,
            36.4,
            39.9,
        )
    result = dataaudit.run(config)
    # audit: what was read as missing is said, and what is missing is counted
    said = {finding.id for finding in result.findings if finding.columns == ("rectal_temp",)}
    assert {"DA102.read", "DA101.cells"} <= said
    # clean: filled, flagged, scaled, in every file
    for side in ("train", "validation", "test"):
        clean = pq.read_table(result.paths[f"clean/{side}.parquet"]).to_pandas()
        assert clean["rectal_temp"].notna().all()
        flags = clean.set_index("__row__")["missingindicator_rectal_temp"]
        gaps = {row for row in flags.index if TEMPERATURES[row % 10] == "?"}
        assert gaps == set(flags.index[flags > 0])
    # report: the quarantine and the column
    page = result.paths["report.html"].read_text()
    assert "rectal_temp" in page
    assert result.exit_code == 0

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline
from imblearn.utils.estimator_checks import estimator_checks_generator
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from dataaudit.contract import ContractSpec, from_spec, to_yaml
from dataaudit.contract.library import pandera
from dataaudit.errors import ConfigError, ContractError, UnknownNameError
from dataaudit.finding import Status
from dataaudit.steps import AuditTable, ValidateContract, WriteParquet

pytestmark = pytest.mark.slow

SPEC = {
    "columns": {
        "age": {"dtype": "int", "min": 18, "max": 110},
        "income": {"dtype": "float", "min": 0},
    },
    "rules": [{"name": "affordable", "expect": "debt <= income * 10", "when": "income > 0"}],
}


def people(rows=200, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, rows),
            "income": rng.uniform(10, 100, rows),
            "debt": rng.uniform(0, 90, rows),
        },
        index=np.repeat(np.arange(rows // 2), 2),  # every label twice
    )
    labels = (frame["income"] + rng.normal(0, 20, rows) > 75).astype(int)
    return frame, labels.rename("good")


def with_bad_rows():
    X, y = people()
    X.iloc[3, 0], X.iloc[10, 1], X.iloc[20, 2] = -1, -5.0, 1e9
    return X, y


def test_bad_rows_leave_the_training_rows_with_their_reasons():
    X, y = with_bad_rows()
    before = X.copy()
    step = ValidateContract(SPEC)
    X_kept, y_kept = step.fit_resample(X, y)
    good = np.setdiff1d(np.arange(200), [3, 10, 20])
    np.testing.assert_array_equal(X_kept.to_numpy(), X.iloc[good].to_numpy())
    np.testing.assert_array_equal(y_kept, y.iloc[good])
    np.testing.assert_array_equal(step.sample_indices_, good)
    assert list(X_kept.dtypes) == list(X.dtypes)
    assert list(step.quarantine_.index) == [1, 5, 10]
    assert list(step.quarantine_["__row__"]) == [3, 10, 20]
    named = [[error["rule"] for error in errors] for errors in step.quarantine_["__errors__"]]
    assert named == [["min"], ["min"], ["affordable"]]
    pd.testing.assert_frame_equal(X, before)


@pytest.mark.parametrize("form", ["dictionary", "pandera", "path"])
def test_a_contract_may_come_in_any_form(form, tmp_path):
    spec = {"columns": {"age": {"dtype": "int", "min": 18}}}
    path = tmp_path / "contract.yaml"
    path.write_text(to_yaml(from_spec(ContractSpec.model_validate(spec))), encoding="utf-8")
    schema = {
        "dictionary": spec,
        "pandera": pandera.DataFrameSchema({"age": pandera.Column(int, pandera.Check.ge(18))}),
        "path": str(path),
    }[form]
    step = clone(ValidateContract(schema))
    step.fit_resample(*with_bad_rows())
    assert list(step.quarantine_["__row__"]) == [3]


def test_the_target_can_be_part_of_the_contract():
    X, y = people()
    y.iloc[7] = 5
    step = ValidateContract({"columns": {"good": {"dtype": "int", "isin": [0, 1]}}})
    step.fit_resample(X, y)
    assert list(step.quarantine_["__row__"]) == [7]
    assert "good" not in step.quarantine_


def test_text_is_checked_as_what_the_contract_calls_it_and_stays_text():
    X = pd.DataFrame({"a": ["1", "x", "30"]})
    step = ValidateContract({"columns": {"a": {"dtype": "int", "max": 20}}})
    kept, _ = step.fit_resample(X, [0, 1, 0])
    assert list(kept["a"]) == ["1"]
    named = [errors[0]["rule"] for errors in step.quarantine_["__errors__"]]
    assert named == ["dtype", "max"]


def test_rows_may_be_dropped_or_refused():
    X, y = with_bad_rows()
    dropping = ValidateContract(SPEC, bad_rows="drop")
    assert len(dropping.fit_resample(X, y)[0]) == 197
    assert len(dropping.quarantine_) == 0

    refusing = ValidateContract({**SPEC, "bad_rows": "fail"})
    with pytest.raises(ContractError, match="`age` is below 18"):
        refusing.fit_resample(X, y)
    assert len(refusing.quarantine_) == 3


@pytest.mark.parametrize(
    ("schema", "error", "text"),
    [
        ({"columns": {"agee": {"min": 0}}}, ContractError, "Did you mean 'age'"),
        ({"columns": {"age": {"min": 1000}}}, ContractError, "none of 200 rows"),
        ({"columns": {"age": {"min": 3, "max": 1}}}, ConfigError, "`min` at or below `max`"),
        ({"colums": {}}, UnknownNameError, "Did you mean 'columns'"),
        ({"rules": [{"name": "r", "expect": "aeg > 1"}]}, UnknownNameError, "Did you mean 'age'"),
        ("no_such_file.yaml", ConfigError, "no_such_file"),
        (5, ConfigError, "schema of pandera"),
        (
            pandera.DataFrameSchema({"age": pandera.Column(int, pandera.Check(lambda v: v.odd))}),
            ContractError,
            "cannot be computed",
        ),
    ],
)
def test_a_wrong_contract_says_what_is_wrong(schema, error, text):
    with pytest.raises(error, match=text):
        ValidateContract(schema).fit_resample(*people())


def test_the_audit_keeps_its_findings_and_changes_nothing():
    X, y = people()
    X["same"] = 1
    step = AuditTable()
    result = step.fit_transform(X, y)
    pd.testing.assert_frame_equal(result, X)
    assert [f.code for f in step.findings_ if f.columns == ("same",)] == ["DA402"]
    assert not [outcome for outcome in step.outcomes_ if outcome.status is Status.FAILED]


def test_the_audit_runs_only_what_is_asked_for():
    X, _ = people()
    step = AuditTable({"constant": {"nearly": 0.5}}).fit(X.assign(same=[1] * 150 + [2] * 50))
    assert [outcome.check for outcome in step.outcomes_] == ["constant"]
    assert [finding.kind for finding in step.findings_] == ["nearly"]
    with pytest.raises(UnknownNameError, match="Did you mean 'constant'"):
        AuditTable(["constnat"]).fit(X)
    with pytest.raises(ConfigError, match="a list of names"):
        AuditTable("constant").fit(X)


def test_the_audit_tells_labels_from_numbers_to_predict():
    X, y = people()
    for target, kind in [(y, "classification"), (X["income"], "regression"), (None, None)]:
        step = AuditTable(["imbalance"]).fit(X[["age", "debt"]], target)
        reason = step.outcomes_[0].reason
        assert (step.outcomes_[0].status is Status.NOT_APPLICABLE) == (kind != "classification"), (
            reason
        )


def test_the_rows_that_come_by_are_written(tmp_path):
    X, y = people()
    X = X.assign(text="é", when=pd.Timestamp("2026-01-01"))
    path = tmp_path / "made" / "rows.parquet"
    step = WriteParquet(path)
    assert step.fit_transform(X, y) is X
    written = pd.read_parquet(path)
    assert list(written.columns) == ["age", "income", "debt", "text", "when", "good"]
    np.testing.assert_array_equal(written["income"], X["income"])
    np.testing.assert_array_equal(written["good"].astype(int), y)
    assert step.rows_written_ == 200
    step.transform(X.head(3))
    assert len(pd.read_parquet(path)) == 200
    assert [file.name for file in path.parent.iterdir()] == ["rows.parquet"]


def test_rows_are_written_when_predicting_only_if_asked(tmp_path):
    X, y = people()
    path = tmp_path / "rows.parquet"
    step = WriteParquet(path, on_transform=True)
    step.fit_transform(X, y)
    assert len(pd.read_parquet(path)) == 200
    step.transform(X.head(3))
    assert len(pd.read_parquet(path)) == 3


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    X, y = people()
    path = tmp_path / "rows.parquet"
    WriteParquet(path).fit(X, y)
    before = path.read_bytes()
    monkeypatch.setattr("dataaudit.steps.writing._copy", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        WriteParquet(path).fit(X.head(5), y.head(5))
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def chain(path):
    return Pipeline(
        [
            ("contract", ValidateContract(SPEC)),
            ("audit", AuditTable(["constant", "duplicates"])),
            ("scale", StandardScaler()),
            ("balance", SMOTE(random_state=0)),
            ("write", WriteParquet(path)),
            ("model", LogisticRegression()),
        ]
    ).set_output(transform="pandas")


def test_the_steps_compose_with_smote_and_a_classifier(tmp_path):
    X, y = with_bad_rows()
    model = chain(tmp_path / "rows.parquet").fit(X, y)
    assert len(model.named_steps["contract"].quarantine_) == 3
    assert len(model.predict(X)) == len(X)  # no row goes when predicting
    written = pd.read_parquet(tmp_path / "rows.parquet")
    good = y.drop(y.index[[]]).iloc[np.setdiff1d(np.arange(200), [3, 10, 20])]
    assert len(written) == 2 * max(good.sum(), len(good) - good.sum())
    assert list(written.columns) == ["age", "income", "debt", "good"]


@pytest.mark.slow
def test_the_steps_run_in_cross_validation_and_grid_search(tmp_path):
    X, y = with_bad_rows()
    model = chain(tmp_path / "rows.parquet")
    scores = cross_val_score(model, X, y, cv=3)
    assert scores.shape == (3,)
    assert scores.min() > 0.5
    stricter = {"columns": {"age": {"min": 40}}}
    search = GridSearchCV(
        model, {"contract__schema": [SPEC, stricter], "model__C": [0.1, 1.0]}, cv=3
    ).fit(X, y)
    assert len(search.cv_results_["params"]) == 4
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    kept = model.set_params(contract__schema=stricter).fit(X, y).named_steps["contract"]
    assert len(kept.sample_indices_) == int((X["age"] >= 40).sum())


@parametrize_with_checks([AuditTable(checks=["constant"]), WriteParquet()])
def test_transformers_pass_the_common_checks(estimator, check):
    check(estimator)


# Rows go by the contract, whatever their label, so these checks of imbalanced-learn do not apply.
ABOUT_CLASSES = {
    "check_target_type",
    "check_samplers_one_label",
    "check_samplers_2d_target",
    "check_samplers_multiclass_ova",
}


def sampler_checks():
    for _, check in estimator_checks_generator(ValidateContract()):
        name = getattr(check, "func", check).__name__
        if name not in ABOUT_CLASSES:
            yield pytest.param(check, id=name)


@pytest.mark.parametrize("check", list(sampler_checks()))
def test_the_sampler_passes_the_common_checks(check):
    check(ValidateContract())

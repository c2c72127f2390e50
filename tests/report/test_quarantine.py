"""All rows that were put aside are one thing to look at."""

from dataaudit.report.quarantine import look_at


def rule(name, column, rows, message, severity="error"):
    return {
        "rule": name,
        "column": column,
        "rows": rows,
        "is_broken": bool(rows),
        "severity": severity,
        "message": message,
    }


AGE = [
    rule("min", "age", 4, "4 of 90 rows: `age` is below 18."),
    rule("max", "age", 3, "3 of 90 rows: `age` is above 110."),
    rule("isin", "job", 0, "0 of 90 rows: `job` is none of 'a'."),
]


def texts(contract, account=()):
    return [step["text"] for step in look_at(contract, account)]


def test_rules_columns_and_counts_stand_in_one_sentence():
    account = [
        {"stage": "source", "quarantined": 1},
        {"stage": "contract", "quarantined": 7},
        {"stage": "split", "quarantined": 2},
    ]
    assert texts(AGE, account) == [
        (
            "10 rows are in `quarantine.parquet`: `age` below 18 (4), above 110 (3); lines that "
            "could not be split (1); rows without a target (2)."
        )
    ]


def test_nothing_is_said_where_no_rule_was_broken():
    assert texts(AGE[2:], [{"stage": "contract", "quarantined": 0}]) == []


def test_rows_that_stay_are_another_step():
    law = rule("law", "", 8, "8 of 90 rows: the row breaks `law`: a = 0 or b > 1.", "warning")
    assert texts([law]) == ["Rows that break a rule and stay: `law`: a = 0 or b > 1 (8)."]


def test_of_many_columns_the_first_few_are_named():
    many = [rule("min", f"c{i}", 1, f"1 of 9 rows: `c{i}` is below 0.") for i in range(6)]
    (text,) = texts(many, [{"stage": "contract", "quarantined": 5}])
    assert "`c3` below 0 (1); and 2 more." in text
    assert "`c4`" not in text

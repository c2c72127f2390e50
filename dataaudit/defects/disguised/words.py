"""The words and numbers that people and programs write where nothing is known."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TOKENS = _words(
    """
    ? ?? ??? - -- --- . .. ... * ** *** **** _ n/a n.a. n.a na nan nil null <na> #n/a #na #null!
    #value! #ref! #div/0! missing unknown unk undefined unspecified undetermined tbd tba
    empty blank (empty) (blank) (missing) (null)
    """
) | {
    "",
    "not available",
    "not applicable",
    "not known",
    "not specified",
    "not recorded",
    "not stated",
    "not provided",
    "no data",
    "no value",
    "no information",
    "don't know",
    "do not know",
    "to be determined",
}
"""Text that means missing, trimmed and in lower case."""

DOUBTFUL_TOKENS = frozenset({"none", "no answer", "refused", "not applicable", "other/unknown"})
"""Text that may as well be an answer: no garage at all, an answer refused."""

CODES = {"positive": "9{2,}[6-8]?|8{3,}|7{3,}", "negative": "9+[6-8]?|8{2,}|7{2,}"}
"""Digits of numbers that are chosen, not measured, without the decimal point."""

HUGE = frozenset({32767.0, 32768.0, 65535.0, 2147483647.0, 2147483648.0, 4294967295.0, 1e15})
"""Limits of integer types; nothing in a table is measured above the largest of these."""

DATES = [
    "0001-01-01",
    "1753-01-01",
    "1800-01-01",
    "1899-12-30",
    "1899-12-31",
    "1900-01-01",
    "1901-01-01",
    "1970-01-01",
    "2099-12-31",
    "2100-01-01",
    "2999-12-31",
    "9999-01-01",
    "9999-12-31",
]
"""First and last days of calendars, databases and spreadsheets."""

IMPLAUSIBLE_AT_ZERO = _words(
    """
    mass skin triceps serum plasma
    glucose sugar insulin bmi pressure bp trestbps systolic diastolic sbp dbp thickness skinfold
    cholesterol chol cholestoral hdl ldl triglyceride triglycerides hemoglobin haemoglobin hgb
    hematocrit haematocrit albumin creatinine urea sodium potassium chloride calcium platelet
    platelets heartrate pulse respiration respiratory saturation spo humidity height weight
    stature waist hip circumference diameter girth density latitude longitude lat lon lng zip
    zipcode postal postcode ph viscosity thalach
    """
)
"""Words for physical and physiological quantities, and for places, that are never 0."""

ZERO_MEANS_NONE = _words(
    """
    gain gains loss losses tip tips toll tolls fee fees fare fares fine debt discount tax bonus
    refund payment payments paid charge charges surcharge extra amount balance deposit credit
    pregnancies children kids dependents dependants siblings sibsp parch relatives spouses number
    num count counts cnt no nr qty quantity total sum previous prior visits calls contacts days
    hours minutes months delay duration wait stay tenure experience since rain rainfall
    precipitation precip snow snowfall wind windspeed gust cloud clouds cover sunshine solar
    radiation garage basement bsmt pool porch deck fence wood fireplace fireplaces renovated sales
    sold clicks views likes comments shares purchases orders returns claims accidents defaults
    delinquencies inquiries errors failures score rating points pixel change difference diff delta
    """
)
"""Words for counts, amounts and things that a row may simply not have."""

import math

import pytest

from rookery_jobs.contract import ParamValue
from rookery_jobs.grid import (
    ALGORITHMS,
    GridError,
    convert,
)

LR = "LogisticRegression"


@pytest.mark.parametrize("value", ["5", 5, 5.0, " 5 ", "5.0", "+5"])
def test_one_value_has_one_form_however_it_is_written(value: object) -> None:
    converted = convert(LR, "maxIter", value)
    assert converted == 5
    assert type(converted) is int


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        ("regParam", "0.10", 0.1),
        ("regParam", 1, 1.0),
        ("regParam", "1e-3", 0.001),
        ("elasticNetParam", 1, 1.0),
        ("fitIntercept", "False", False),
        ("family", "Multinomial", "multinomial"),
        ("maxIter", 0, 0),
        ("aggregationDepth", "2", 2),
    ],
)
def test_a_value_becomes_its_spark_type(parameter: str, value: object, expected: ParamValue) -> None:
    converted = convert(LR, parameter, value)
    assert converted == expected
    assert type(converted) is type(expected)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("maxIter", "abc"),
        ("maxIter", 0.5),
        ("maxIter", "0.5"),
        ("maxIter", -1),
        ("maxIter", 2**31),
        ("maxIter", "9" * 5000),
        ("maxIter", True),
        ("maxIter", None),
        ("maxIter", [5]),
        ("maxIter", math.inf),
        ("maxIter", "1_0"),
        ("regParam", math.nan),
        ("regParam", "nan"),
        ("regParam", "inf"),
        ("regParam", "1e999"),
        ("regParam", 10**400),
        ("regParam", -0.1),
        ("regParam", False),
        ("regParam", ""),
        ("elasticNetParam", 1.0001),
        ("aggregationDepth", 1),
        ("fitIntercept", 1),
        ("fitIntercept", "yes"),
        ("family", "gaussian"),
        ("family", 3),
    ],
)
def test_a_value_that_spark_would_refuse_is_refused_with_what_is_allowed(
    parameter: str, value: object
) -> None:
    with pytest.raises(GridError) as refusal:
        convert(LR, parameter, value)
    message = str(refusal.value)
    assert f"{LR}.{parameter}" in message
    assert repr(value) in message
    assert ALGORITHMS[LR].hyperparameters[parameter].allowed in message


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(GridError, match="unknown algorithm 'Oracle'; known are LogisticRegression"):
        convert("Oracle", "maxIter", 5)
    with pytest.raises(GridError, match="has no parameter 'maxDepth'; it has maxIter"):
        convert(LR, "maxDepth", 5)

"""The points of a sweep are dealt out to mapped tasks, which are named by what they train."""

from dataclasses import replace

from rookery.plan.shards import shards
from tests.fast.airflow.sweeps import POINTS


def test_shards_are_consecutive_and_named_by_what_they_train() -> None:
    made = list(shards(POINTS, 2, "dbfs:/points.json"))
    assert [shard.arguments for shard in made] == [
        ["dbfs:/points.json", "0", "2"],
        ["dbfs:/points.json", "2", "4"],
        ["dbfs:/points.json", "4", "5"],
    ]
    assert [shard.run_name for shard in made] == [
        "LogisticRegression 1\u20132 of 5",
        "LogisticRegression 3\u20134 of 5",
        "LogisticRegression 5 of 5",
    ]


def test_a_shard_of_several_algorithms_names_each_with_its_points() -> None:
    others = tuple(replace(point, algorithm="DecisionTreeClassifier") for point in POINTS)
    made = list(shards([*POINTS, *others], 4, "dbfs:/points.json"))
    assert [shard.run_name for shard in made] == [
        "LogisticRegression 1\u20134 of 10",
        "LogisticRegression 5 and DecisionTreeClassifier 6\u20138 of 10",
        "DecisionTreeClassifier 9\u201310 of 10",
    ]

from rookery_jobs.grid import Candidate, max_categories, max_classes

LINEAR = Candidate("LogisticRegression", {"maxIter": 5})
TREE = Candidate("DecisionTreeClassifier", {"maxDepth": 2})
SMALL_TREE = Candidate("RandomForestClassifier", {"maxBins": 10})
BOOSTED = Candidate("GBTClassifier", {"maxBins": 64})


def test_one_algorithm_for_two_classes_limits_the_whole_sweep() -> None:
    assert max_classes([LINEAR, TREE]) is None
    assert max_classes([LINEAR, BOOSTED]) == 2


def test_the_smallest_max_bins_among_trees_limits_the_categories() -> None:
    assert max_categories([LINEAR]) is None
    assert max_categories([LINEAR, TREE, BOOSTED]) == 32
    assert max_categories([TREE, SMALL_TREE]) == 10

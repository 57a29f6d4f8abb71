"""What figures have in common: names beside points."""

import numpy as np

from viz.axes import label_sides


def test_names_keep_away_from_other_points_and_from_one_another():
    at = np.array([[0.0, 0.0], [6.0, 0.0], [-150.0, 0.0]])
    first, second, alone = label_sides(at, range(3))
    assert "right" not in first and "left" not in second
    assert alone == "middle right"
    assert len(set(label_sides(np.zeros((4, 2)), range(4)))) == 4


def test_a_point_without_a_name_is_kept_away_from_as_well():
    assert label_sides(np.array([[0.0, 0.0], [15.0, 0.0]]), [0]) == ["middle left"]
    assert label_sides(np.zeros((1, 2)), [0]) == ["middle right"]

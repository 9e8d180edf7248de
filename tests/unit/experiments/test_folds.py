from pathlib import Path

import pytest
from support.fake_results import leave_fold

from rfacenet_toolbox.evaluation.files.run_folder import read_run
from rfacenet_toolbox.experiments import Run
from rfacenet_toolbox.experiments.folds import fold_row, over_folds, pooled


def is_still(video):
    return "_v1_" in video or "_v8_" in video


def is_of_fold_2(video):
    return video.startswith(("p2_", "p12_"))


@pytest.fixture
def results(tmp_path):
    """Folds 1 and 2 with seed 100, fold 1 with seed 103: errors of 1, 2 and 4, and 10 more where heads move."""
    places = {(1, 100): 100, (2, 100): 100, (1, 103): 103}
    for (fold, seed), number in places.items():
        leave_fold(tmp_path / f"fold{fold}" / f"seed{seed}", fold, number)
    return {(fold, seed): read_run(tmp_path / f"fold{fold}" / f"seed{seed}") for fold, seed in places}


def test_the_videos_of_all_folds_are_put_together_for_each_seed(results):
    first, second = pooled(results, "vipl", is_still)
    assert (first["n"], first["MAE"][0], second["n"], second["MAE"][0]) == (8, 1.5, 4, 4)
    everything, _ = pooled(results, "vipl", lambda video: True)
    assert (everything["n"], everything["MAE"][0]) == (16, 6.5)


def test_folds_are_compared_after_their_seeds_are_averaged(results):
    assert over_folds(results, "MAE", "vipl", is_still) == (2.25, 0.25, 2.0, 2.5, 2)  # folds of (1 + 4) / 2 and 2
    assert over_folds(results, "MAE", "vipl", is_of_fold_2).folds == 1  # the other has no such video
    assert over_folds(results, "MAE", "vipl", lambda video: False) is None


def test_a_row_has_a_run_for_each_fold_and_seed():
    def make(fold):
        return Run(f"fold {fold}", Path("/x") / f"fold{fold}", {})

    row = fold_row("a", [1, 4], [100, 101], make)
    assert row.places == [(1, 100), (1, 101), (4, 100), (4, 101)]
    assert [str(run.folder) for run in row.runs][-1] == "/x/fold4/seed101"
    alone = fold_row("a", [1, 4], [], make, "POS")
    assert alone.places == [(1, None), (4, None)] and alone.result == "POS"
    assert [str(run.folder) for run in alone.runs] == ["/x/fold1", "/x/fold4"]

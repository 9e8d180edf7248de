"""Numbers put together over seeds."""

from support.fake_results import write_result

from rfacenet_toolbox.evaluation.files.run_folder import read_run
from rfacenet_toolbox.experiments.pages import over_seeds, over_seeds_cell


def test_a_metric_that_is_not_defined_for_every_seed_says_for_how_many(tmp_path):
    results = [
        read_run(write_result(tmp_path / str(seed), [1.0], pearson=pearson, seed=seed).parent)
        for seed, pearson in enumerate((0.9, None))
    ]
    cell = over_seeds_cell(over_seeds(results, "Pearson", "neurips2023"))
    assert (cell.text, cell.below) == ("0.90 ± 0.10", "defined in 1 of 2")
    assert over_seeds(results[1:], "Pearson", "neurips2023") is None

"""The main job, the same for both hosts: build the model's trainer, train, test, leave the results as files."""
from . import distributed, registry, results


def run(config, loaders, host):
    """Run ``TOOLBOX_MODE`` train_and_test or only_test with the loaders of either host.

    Args:
        config: the whole frozen tree.
        loaders: ``{"train", "valid", "test"}`` -> DataLoader or None; batches are ``(clips (B, 3, T, H, W), labels
            (B, T), names, chunk numbers as text)``.
        host: the :class:`~rfacenet_toolbox.hosts.Host` that made them.

    Returns:
        The content of ``results.json``; None in the processes that only help to train.
    """
    trainer = registry.build(config.MODEL.NAME, config, loaders, host)
    if config.TOOLBOX_MODE == "train_and_test":
        trainer.train(loaders)
    if not distributed.is_writer():
        return None
    predictions, labels, weights = trainer.test(loaders)
    return results.write(config, host, predictions, labels, weights)

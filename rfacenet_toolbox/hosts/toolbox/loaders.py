"""How the loaders of a checkout's main module start processes and draw clips, as ``MODEL.RFACENET.RUNTIME`` says."""

import os

from ...errors import ConfigError


def set_loader(main, settings):
    """Let main's loaders start as many processes as ``RUNTIME.WORKERS`` says, and keep them between epochs.

    -1 keeps main's number, capped at the cores. The order of the clips depends on neither.

    Args:
        main: the checkout's main module, whose ``DataLoader`` is replaced.
        settings: the node ``MODEL.RFACENET.RUNTIME``.
    """
    if not hasattr(main, "DataLoader"):
        return
    from ...runtime.machine import contiguous_batch, loader_class

    def loader(*args, **kwargs):
        asked = kwargs.get("num_workers", 0)
        kwargs["num_workers"] = min(asked, os.cpu_count() or 1) if settings.WORKERS < 0 else settings.WORKERS
        if kwargs["num_workers"] == 0:
            kwargs.setdefault("collate_fn", contiguous_batch)
        return loader_class(settings)(*args, **kwargs)

    main.DataLoader = loader


def reseed(main, seed):
    """Seed every generator, main's two for its loaders included; nothing is done for the toolbox's own seed.

    Raises:
        ConfigError: main has no such generators.
    """
    from ...runtime.machine import TOOLBOX_SEED, seed_everything

    if seed == TOOLBOX_SEED:
        return
    generators = [getattr(main, name, None) for name in ("train_generator", "general_generator")]
    if None in generators:
        raise ConfigError(
            f"MODEL.RFACENET.RUNTIME.SEED is {seed}, and this main.py has no train_generator and general_generator "
            f"to seed its loaders with. Leave SEED at {TOOLBOX_SEED} in this checkout."
        )
    seed_everything(seed, generators)

"""How the loaders of a checkout's main module start processes and draw clips, as ``MODEL.RFACENET.RUNTIME`` says."""

from ...errors import ConfigError
from .contract import GENERATORS, LOADER_CLASS

#: what ``BUILT_IN_MODELS`` switches on
_SWITCHED = ("WORKERS", "KEEP_WORKERS", "KEEP_MEMORY")


def set_loader(main, settings):
    """Let main's loaders start as many processes as ``WORKERS`` says, and keep them between epochs.

    -1 keeps main's number, at most one per CPU. The order of the clips depends on neither.

    Args:
        main: the checkout's main module, whose loader class is replaced.
        settings: the node ``MODEL.RFACENET.RUNTIME``.
    """
    if not hasattr(main, LOADER_CLASS):
        return
    from ...runtime.machine import contiguous_batch, loader_class, worker_count

    def loader(*args, **kwargs):
        kwargs["num_workers"] = worker_count(settings.WORKERS, kwargs.get("num_workers", 0))
        if kwargs["num_workers"] == 0:
            kwargs.setdefault("collate_fn", contiguous_batch)
        return loader_class(settings)(*args, **kwargs)

    setattr(main, LOADER_CLASS, loader)


def set_up_built_in(main, settings):
    """Leave a built-in model's loaders and memory alone, or set them up as ours where ``BUILT_IN_MODELS`` asks for it.

    Args:
        main, settings: as in :func:`set_loader`.
    """
    from ...config import rfacenet_node
    from ...runtime import speed

    if settings.BUILT_IN_MODELS:
        set_loader(main, settings)
        if settings.KEEP_MEMORY:
            speed.keep_freed_memory()
        return
    defaults = rfacenet_node().RUNTIME
    idle = [f"{key} ({settings[key]})" for key in _SWITCHED if settings[key] != defaults[key]]
    if idle:
        print(
            f"MODEL.RFACENET.RUNTIME.{', '.join(idle)} has no effect on the toolbox's own models and signal methods. "
            f"Set MODEL.RFACENET.RUNTIME.BUILT_IN_MODELS to True to have it."
        )


def reseed(main, seed):
    """Seed every generator, main's two for its loaders included; nothing is done for the toolbox's own seed.

    Raises:
        ConfigError: main has no such generators.
    """
    from ...runtime.machine import TOOLBOX_SEED, seed_everything

    if seed == TOOLBOX_SEED:
        return
    generators = [getattr(main, name, None) for name in GENERATORS]
    if None in generators:
        raise ConfigError(
            f"MODEL.RFACENET.RUNTIME.SEED is {seed}, and this main.py has no {' and '.join(GENERATORS)} to seed its "
            f"loaders with. Leave SEED at {TOOLBOX_SEED} in this checkout."
        )
    seed_everything(seed, generators)

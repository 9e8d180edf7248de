"""The optimizer and its learning rate, as ``TRAIN.LR`` and ``MODEL.RFACENET.OPTIMIZER`` say, for every learner."""

import torch

from ..runtime import speed


def make_optimizer(parameters, config):
    """Adam or Adadelta, as ``OPTIMIZER.NAME`` says, with PyTorch's defaults.

    ``OPTIMIZER.WEIGHT_DECAY`` is PyTorch's penalty on the squares of all parameters, those of the loss too.

    Raises:
        ConfigError: ``RUNTIME.FUSED_OPTIMIZER`` asks for a kernel that this build of torch does not have.
    """
    node = config.MODEL.RFACENET
    weight_decay = node.OPTIMIZER.WEIGHT_DECAY
    if node.OPTIMIZER.NAME == "Adadelta":
        return torch.optim.Adadelta(parameters, lr=config.TRAIN.LR, weight_decay=weight_decay)
    return speed.adam(parameters, config.TRAIN.LR, node.RUNTIME, weight_decay=weight_decay)


def make_scheduler(optimizer, config, steps_per_epoch):
    """The learning rate of each step: ``OneCycleLR`` up to ``TRAIN.LR`` and down again, or ``TRAIN.LR`` throughout.

    The latter is halved after each number of epochs in ``OPTIMIZER.HALVE_AFTER``.
    """
    settings = config.MODEL.RFACENET.OPTIMIZER
    if settings.HALVE_AFTER:
        steps = [epochs * steps_per_epoch for epochs in settings.HALVE_AFTER]
        return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5 ** sum(step >= one for one in steps))
    if settings.SCHEDULER == "constant":
        return torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0, total_iters=1)
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=config.TRAIN.LR, epochs=config.TRAIN.EPOCHS, steps_per_epoch=steps_per_epoch
    )


def cut_gradient(parameters, config):
    """Scale the gradient of all parameters down to the length ``OPTIMIZER.LARGEST_GRADIENT``, if it is longer."""
    largest = config.MODEL.RFACENET.OPTIMIZER.LARGEST_GRADIENT
    if largest:
        torch.nn.utils.clip_grad_norm_(parameters, largest)

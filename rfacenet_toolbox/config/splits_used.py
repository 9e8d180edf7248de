"""Which parts of a config's data a run reads."""


def splits_used(config):
    """Keys of the nodes whose ``DATA`` a run reads, such as ``["TRAIN", "TEST"]``, in the order the hosts load them."""
    if config.TOOLBOX_MODE == "unsupervised_method":
        return ["UNSUPERVISED"]
    if config.TOOLBOX_MODE == "only_test":
        return ["TEST"]
    return ["TRAIN", "TEST"] if config.TEST.USE_LAST_EPOCH else ["TRAIN", "VALID", "TEST"]

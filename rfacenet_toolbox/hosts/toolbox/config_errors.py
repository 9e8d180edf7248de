"""What is wrong with a config file that the toolbox reads, said in a sentence."""

import os

from ...errors import ConfigError


def explained(get_config, args, tree):
    """The toolbox's configuration, as its ``get_config(args)`` gives it.

    Args:
        get_config: the toolbox's.
        args: with the attribute ``config_file``.
        tree: the toolbox's tree of defaults, to find the closest spelling of an unknown key in.

    Raises:
        ConfigError: what is wrong with the file. Every other error is the toolbox's own, as it is.
    """
    import yaml

    from ...config import check_yaml, unknown_key_error
    from ...config.read import type_mismatch

    file = args.config_file
    check_yaml(file)
    try:
        return get_config(args)
    except KeyError as error:
        unknown = str(error.args[0]).partition("Non-existent config key: ")[2]
        if not unknown:
            raise
        raise unknown_key_error(unknown, tree, file) from error
    except OSError as error:
        raise ConfigError(
            f"{error.filename} cannot be read ({error.strerror}); working folder {os.getcwd()}. Give --config_file "
            f"the path of a YAML file, such as those in toolbox_configs/."
        ) from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{file} is not readable as YAML: {error}. Mend the line that this names.") from error
    except ValueError as error:
        if type_mismatch(error) is None:
            raise
        raise ConfigError(f"{file}: {type_mismatch(error)}") from error

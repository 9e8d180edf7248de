"""YAML as plain values, within limits: no value that a configuration cannot hold, and none that is without end."""

import math

import yaml

from ..errors import ConfigError
from ..runtime import limits

_PLAIN = (str, int, float, bool, type(None))


def parse(text, source):
    """The values of a YAML text.

    Args:
        text: UTF-8 text.
        source: what to call it in a message.

    Raises:
        ConfigError: not YAML, a key that is set twice in one block, more or deeper values than a config has once
            aliases and merges are written out, or a value that is not text, a number, a bool or a list, such as a date.
    """
    if len(text) > limits.YAML_BYTES:
        raise ConfigError(f"{source} has {len(text)} characters; expected at most {limits.YAML_BYTES} in a config.")
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _check_expanded(node)
        values = loader.construct_document(node)
    except Exception as error:  # PyYAML raises ValueError, TypeError and others at values such as 2020-99-99
        raise ConfigError(f"{source} is not readable as YAML: {error}. Correct the file.") from error
    finally:
        if loader is not None:
            loader.dispose()
    _check_values(values, source, "")
    return values


class _Loader(yaml.SafeLoader):
    """Refuses deep nesting, and a key that is set twice in one block: YAML takes the last and does not say so."""

    depth = 0

    def compose_node(self, parent, index):
        self.depth += 1
        if self.depth > limits.YAML_DEPTH:
            raise yaml.YAMLError(f"its values are nested more than {limits.YAML_DEPTH} deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def compose_mapping_node(self, anchor):
        node = super().compose_mapping_node(anchor)
        first = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            before = first.setdefault(key.value, key)
            if before is not key:
                lines = before.start_mark.line + 1, key.start_mark.line + 1
                raise yaml.YAMLError(
                    f"{key.value[:80]!r} is set twice in one block, in lines {lines[0]} and {lines[1]}"
                )
        return node


def _check_expanded(root):
    """Count the values with every alias and merge written out; a part that is shared is looked at once."""
    counts, open_now = {}, set()

    def count(node):
        if isinstance(node, yaml.ScalarNode):
            return 1
        if id(node) in open_now:
            raise yaml.YAMLError("an alias is part of what it stands for")
        if id(node) not in counts:
            open_now.add(id(node))
            pairs = isinstance(node, yaml.MappingNode)
            parts = [part for pair in node.value for part in pair] if pairs else node.value
            counts[id(node)] = 1 + sum(map(count, parts))
            open_now.discard(id(node))
        if counts[id(node)] > limits.YAML_VALUES:
            raise yaml.YAMLError(f"with its aliases written out it has more than {limits.YAML_VALUES} values")
        return counts[id(node)]

    count(root)


def _check_values(value, source, key):
    where = f"{source} sets {key}" if key else source
    if isinstance(value, dict):
        for name, inner in value.items():
            if not isinstance(name, str):
                raise ConfigError(f"{source} sets {name!r}, which is not a setting; expected a name.")
            _check_values(inner, source, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for inner in value:
            _check_values(inner, source, key)
    elif not isinstance(value, _PLAIN):
        raise ConfigError(
            f"{where} to {value}, which YAML reads as a {type(value).__name__}; expected text, a number, True, False "
            f"or a list. Put text in quotes."
        )
    elif isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{where} to {value}; expected a finite number.")

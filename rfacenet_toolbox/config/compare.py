"""Settings that an earlier version noted, beside those of now."""


def completed(values, defaults):
    """``values`` with the keys that only ``defaults`` has, at any depth: a setting that came later had its default."""
    result = dict(defaults)
    for key, value in values.items():
        both = isinstance(value, dict) and isinstance(defaults.get(key), dict)
        result[key] = completed(value, defaults[key]) if both else value
    return result

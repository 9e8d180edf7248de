"""Whether what an earlier run noted of its settings is what a config says now."""

import json


def same_settings(earlier, now, defaults):
    """Whether two nested dicts of settings agree, as JSON gives them back.

    A key that ``earlier`` does not have came with a later version, and counts as its default.

    Args:
        earlier, now: {key: value or nested dict}.
        defaults: the same, of the keys that there are now; it may have more or fewer.
    """
    earlier, now, defaults = (json.loads(json.dumps(settings)) for settings in (earlier, now, defaults))
    return _same(earlier, now, defaults)


def _same(earlier, now, defaults):
    if not (isinstance(earlier, dict) and isinstance(now, dict)):
        return earlier == now
    if not earlier.keys() <= now.keys():
        return False
    defaults = defaults if isinstance(defaults, dict) else {}
    added = now.keys() - earlier.keys()
    return all(key in defaults and now[key] == defaults[key] for key in added) and all(
        _same(earlier[key], now[key], defaults.get(key)) for key in earlier
    )

"""Commands as a user types them."""

import json

from rfacenet_toolbox import cli


def run(capsys, *argv):
    """(status, stdout, stderr) of ``rfacenet argv``."""
    try:
        status = cli.main([str(word) for word in argv])
    except SystemExit as end:  # argparse's way
        status = end.code
    return (status, *capsys.readouterr())


def evaluations(capsys, *argv):
    """The evaluations of ``rfacenet evaluate`` with one file, keyed by protocol, from JSON that is read strictly."""

    def no_constant(name):
        raise AssertionError(f"{name} is no JSON")

    status, out, err = run(capsys, "evaluate", *argv, "--json")
    assert (status, err) == (0, "")
    (file,) = json.loads(out, parse_constant=no_constant)["files"]
    return {scored["protocol"]: scored for scored in file["evaluations"]}

"""Cells of searched networks as text: an edge is ``operation:map``, a node its edges. AutoHR and NAS-HR have such."""

from ..errors import ShapeError, unknown


def parse_node(text, earlier, operations, setting, whole):
    """The edges of a node, ``((operation, map), ...)``.

    Args:
        text: such as ``"skip:0 conv_3x3x3:1"``.
        earlier: maps of the cell before this node, numbered from 0.
        operations: those that there are.
        setting, whole: the setting whose value holds the text, and that value, for messages.

    Raises:
        ShapeError: no edges, an unknown operation, or a map that is not there yet.
    """
    edges = []
    for edge in text.split():
        name, _, source = edge.partition(":")
        if name not in operations:
            raise ShapeError(unknown(f"An operation of {setting}", name, operations))
        if not source.isdigit() or int(source) >= earlier:
            raise ShapeError(
                f"{setting} is {whole!r}; {edge!r} in it names no earlier map. Expected {name}:0 to "
                f"{name}:{earlier - 1}."
            )
        edges.append((name, int(source)))
    if not edges:
        raise ShapeError(f"{setting} is {whole!r}; one of its nodes has no edges.")
    return tuple(edges)

"""``rfacenet live``: a page on this machine that shows a video or a camera while its heart rate is measured.

source -> feed -> measuring -> board -> server -> page.html. The computing has threads of its own; all viewers see the
one board. The server answers this machine alone, and the page loads nothing from anywhere else.
"""

from ...errors import ConfigError
from ..estimators import estimator
from ..faces import detector
from ..sources import open_source
from ..tracking import FaceTracker
from .board import Board
from .measuring import Measuring

INSTALL = "pip install 'rfacenet-toolbox[live]'"


def run(source, method="rfacenet", weights=None, *, face_backend="auto", port=0, on_ready=print):
    """Serve the page until Ctrl-C. Reading begins when somebody looks.

    Args:
        source, method, weights, face_backend: as of :func:`rfacenet_toolbox.predict`.
        port: of 127.0.0.1; 0 takes a free one.
        on_ready: called with the page's address once it is served.

    Raises:
        ConfigError: websockets is not installed, or the port is taken.
        RFaceNetError: as of :func:`rfacenet_toolbox.predict`, for what is known before the first frame is read; the
            page says what goes wrong later.
    """
    try:
        from .server import Server
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"rfacenet live serves its page with websockets, of which release 13 or later is not installed. Run "
            f"{INSTALL}, or use rfacenet predict, which needs no page."
        ) from error
    tracker, running = FaceTracker(detector(face_backend)), estimator(method, weights)
    if not running.runs_live:
        raise ConfigError(
            f"The page draws the waveform while the recording runs, and {running.name} gives none before its end. Take "
            f"another method, or use rfacenet predict."
        )
    board = Board()
    measuring = Measuring(open_source(source), tracker, running, board)
    measuring.start()
    try:
        Server(board, port).serve(on_ready)
    except KeyboardInterrupt:
        pass
    finally:
        measuring.end()

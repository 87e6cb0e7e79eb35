"""A server's worker that outlived its server would hold its port, and go on serving old code."""

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.process import BaseProcess

_FINISH_WITHIN_SECONDS = 10


def leave_with_server() -> None:
    """Stop this worker when the server that started it is gone, however it went."""
    if (server := multiprocessing.parent_process()) is not None:
        threading.Thread(target=_leave_with, args=(server,), daemon=True).start()


def _leave_with(server: BaseProcess) -> None:
    server.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_FINISH_WITHIN_SECONDS)
    os._exit(1)

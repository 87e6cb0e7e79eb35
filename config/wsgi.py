"""What `yuanqi serve` and any WSGI server run."""

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.process import BaseProcess

from django.core.wsgi import get_wsgi_application

_FINISH_WITHIN_SECONDS = 10


def _leave_with(server: BaseProcess) -> None:
    """Stop when the server that started this worker is gone, however it went.

    A worker left behind by a killed server would hold its port, and go on serving old code.
    """
    server.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_FINISH_WITHIN_SECONDS)
    os._exit(1)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

if (server := multiprocessing.parent_process()) is not None:
    threading.Thread(target=_leave_with, args=(server,), daemon=True).start()

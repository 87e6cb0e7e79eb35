"""What `yuanqi serve` and any WSGI server run."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.leaving import leave_with_server
from config.memory import rarely_collected
from config.shedding import Shedding

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = Shedding(
    get_wsgi_application(),
    threads=settings.SERVE_THREADS,
    waiting=settings.SERVE_WAITING,
    patience=settings.SERVE_PATIENCE,
)
leave_with_server()
rarely_collected()

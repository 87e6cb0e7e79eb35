"""What `yuanqi serve` and any WSGI server run."""

import os

from django.core.wsgi import get_wsgi_application

from config.leaving import leave_with_server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
leave_with_server()

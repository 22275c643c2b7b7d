"""Configuration of gunicorn: gunicorn -c contrib/gunicorn/gunicorn.conf.py."""

import os

wsgi_app = "ganetimgr.wsgi:application"
bind = os.environ.get("GANETIMGR_BIND", "127.0.0.1:8000")

# Threads, because requests to Ganeti wait for its response; several processes, because
# each process uses only one core.
worker_class = "gthread"
workers = int(os.environ.get("GANETIMGR_WORKERS", "2"))
threads = int(os.environ.get("GANETIMGR_THREADS", "8"))

# Must be longer than RAPI_CONNECT_TIMEOUT and RAPI_RESPONSE_TIMEOUT together.
timeout = 60
graceful_timeout = 30
# Processes are replaced after this number of requests.
max_requests = 20_000
max_requests_jitter = 2_000

control_socket_disable = True
accesslog = os.environ.get("GANETIMGR_ACCESS_LOG") or None
errorlog = "-"

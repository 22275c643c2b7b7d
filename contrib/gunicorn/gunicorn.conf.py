"""Run ganetimgr by gunicorn: gunicorn -c contrib/gunicorn/gunicorn.conf.py."""

import os

wsgi_app = "ganetimgr.wsgi:application"
bind = os.environ.get("GANETIMGR_BIND", "127.0.0.1:8000")

# Threads, since a request that asks Ganeti for something waits for its answer;
# several processes, since each runs on one core.
worker_class = "gthread"
workers = int(os.environ.get("GANETIMGR_WORKERS", "2"))
threads = int(os.environ.get("GANETIMGR_THREADS", "8"))

# More than RAPI_CONNECT_TIMEOUT and RAPI_RESPONSE_TIMEOUT together.
timeout = 60
graceful_timeout = 30
# A process that has answered this many requests is replaced by a new one.
max_requests = 20_000
max_requests_jitter = 2_000

control_socket_disable = True
accesslog = os.environ.get("GANETIMGR_ACCESS_LOG") or None
errorlog = "-"

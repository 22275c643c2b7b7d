"""The WSGI application that gunicorn serves."""

from django.core.wsgi import get_wsgi_application

from ganetimgr import start

start.setup()
start.stop_without_static_files()
application = get_wsgi_application()

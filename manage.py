#!/usr/bin/env python3
"""Django's command line for ganetimgr."""

import sys

from django.core.management import execute_from_command_line

from ganetimgr import start

if __name__ == "__main__":
    start.stop_on_wrong_settings()
    execute_from_command_line(sys.argv)

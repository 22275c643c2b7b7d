"""Backends for CACHES whose values cannot run code, whoever wrote them.

Django's and django-redis's own unpickle what they find.
"""

"""Wiring: settings, URLs and the WSGI entry; no app imports it."""

import django_stubs_ext

# ModelAdmin[Cluster], ModelForm[Network]: classes that Django only lets types name.
django_stubs_ext.monkeypatch()

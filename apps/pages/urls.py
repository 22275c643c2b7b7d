"""URLs of flat pages, news and branding."""

from django.urls import path

from . import views

app_name = "pages"
urlpatterns = [
    path("about/info/", views.about, {"name": "info"}, name="info"),
    path("about/tos/", views.about, {"name": "tos"}, name="tos"),
    path("about/faq/", views.about, {"name": "faq"}, name="faq"),
    path("news", views.news, name="news"),
    path("accent.css", views.accent, name="accent"),
    path("analytics.js", views.analytics_script, name="analytics"),
]

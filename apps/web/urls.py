"""URL of the search."""

from django.urls import path

from . import views

app_name = "web"
urlpatterns = [path("search/", views.search_results, name="search")]

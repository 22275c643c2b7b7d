"""Addresses of people."""

from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("accounts/login/", views.LoginView.as_view(), name="login"),
    path("accounts/logout/", views.logout, name="logout"),
    path("setlang", views.set_language, name="set-language"),
    path("setcolours", views.set_colours, name="set-colours"),
]

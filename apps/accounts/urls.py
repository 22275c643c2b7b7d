"""Addresses of people."""

from django.urls import path

from . import profile_views, views

app_name = "accounts"

of_the_profile = [
    path("user/profile/", profile_views.profile, name="profile"),
    path("user/profile/greeted", profile_views.greeted, name="greeted"),
    path("user/profile/keys/", profile_views.keys_add, name="keys-add"),
    path(
        "user/profile/keys/<int:key_id>/delete/",
        profile_views.key_delete,
        name="key-delete",
    ),
    path("user/profile/mail/", profile_views.mail_ask, name="mail-ask"),
    path("user/profile/mail/cancel", profile_views.mail_cancel, name="mail-cancel"),
    path("user/profile/mail/<str:key>/", profile_views.mail_change, name="mail-change"),
]

urlpatterns = [
    *of_the_profile,
    path("accounts/login/", views.LoginView.as_view(), name="login"),
    path("accounts/logout/", views.logout, name="logout"),
    path("setlang", views.set_language, name="set-language"),
    path("setcolours", views.set_colours, name="set-colours"),
]

"""Addresses of people."""

from django.urls import path

from . import (
    password_views,
    profile_views,
    registration_views,
    session_views,
    views,
)

app_name = "accounts"

of_registering = [
    path("accounts/register/", registration_views.register, name="register"),
    path("accounts/register/done/", registration_views.registered, name="registered"),
    path("accounts/activate/<str:key>/", registration_views.confirm, name="confirm"),
    path("accounts/approve/", registration_views.applicants, name="applicants"),
    path("accounts/approve/<int:number>/", registration_views.decide, name="decide"),
]

of_passwords = [
    path("user/password/", password_views.password_change, name="password-change"),
    path(
        "accounts/password/reset/",
        password_views.ResetView.as_view(),
        name="password-reset",
    ),
    path(
        "accounts/password/reset/sent/",
        password_views.reset_sent,
        name="password-reset-sent",
    ),
    path(
        "accounts/password/reset/<str:uidb64>/<str:token>/",
        password_views.NewPasswordView.as_view(),
        name="password-reset-confirm",
    ),
]

of_sessions = [
    path("user/sessions/", session_views.session_list, name="sessions"),
    path("user/sessions/others/end", session_views.end_others, name="sessions-end"),
    path("user/sessions/<uuid:number>/end", session_views.end, name="session-end"),
]

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
    *of_registering,
    *of_passwords,
    *of_sessions,
    path("admin/login/", views.admin_login, name="admin-login"),
    path(
        "admin/password_change/",
        password_views.admin_password_change,
        name="admin-password-change",
    ),
    path("accounts/login/", views.LoginView.as_view(), name="login"),
    path("accounts/logout/", views.logout, name="logout"),
    path("setlang", views.set_language, name="set-language"),
    path("setcolours", views.set_colours, name="set-colours"),
]

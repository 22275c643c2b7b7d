"""Addresses of people."""

from django.urls import path

from .views import login, password, profile, registration, sessions

app_name = "accounts"

of_registering = [
    path("accounts/register/", registration.register, name="register"),
    path("accounts/register/done/", registration.registered, name="registered"),
    path("accounts/activate/<str:key>/", registration.confirm, name="confirm"),
    path("accounts/approve/", registration.applicants, name="applicants"),
    path("accounts/approve/<int:number>/", registration.decide, name="decide"),
]

of_passwords = [
    path("user/password/", password.password_change, name="password-change"),
    path(
        "accounts/password/reset/",
        password.ResetView.as_view(),
        name="password-reset",
    ),
    path(
        "accounts/password/reset/sent/",
        password.reset_sent,
        name="password-reset-sent",
    ),
    path(
        "accounts/password/reset/<str:uidb64>/<str:token>/",
        password.NewPasswordView.as_view(),
        name="password-reset-confirm",
    ),
]

of_sessions = [
    path("user/sessions/", sessions.session_list, name="sessions"),
    path("user/sessions/others/end", sessions.end_others, name="sessions-end"),
    path("user/sessions/<uuid:number>/end", sessions.end, name="session-end"),
]

of_the_profile = [
    path("user/profile/", profile.profile, name="profile"),
    path("user/profile/greeted", profile.greeted, name="greeted"),
    path("user/profile/keys/", profile.keys_add, name="keys-add"),
    path(
        "user/profile/keys/<int:key_id>/delete/",
        profile.key_delete,
        name="key-delete",
    ),
    path("user/profile/mail/", profile.mail_ask, name="mail-ask"),
    path("user/profile/mail/cancel", profile.mail_cancel, name="mail-cancel"),
    path("user/profile/mail/<str:key>/", profile.mail_change, name="mail-change"),
]

urlpatterns = [
    *of_the_profile,
    *of_registering,
    *of_passwords,
    *of_sessions,
    path("admin/login/", login.admin_login, name="admin-login"),
    path(
        "admin/password_change/",
        password.admin_password_change,
        name="admin-password-change",
    ),
    path("accounts/login/", login.LoginView.as_view(), name="login"),
    path("accounts/logout/", login.logout, name="logout"),
    path("setlang", login.set_language, name="set-language"),
    path("setcolours", login.set_colours, name="set-colours"),
]

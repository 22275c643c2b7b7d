"""Users and organizations in the administration."""

from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts import ssh_public_keys
from apps.accounts.models import Organization
from apps.accounts.services import mailboxes, names, profiles
from tests.accounts.keys import ED25519
from tests.ganeti.pages import markup, parsed, text

USERS = reverse("admin:auth_user_changelist")
ORGANIZATION = reverse("admin:accounts_organization_add")


@pytest.fixture
def admin(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


@pytest.fixture
def grnet(db: None) -> Organization:
    return Organization.objects.create(title="Research Network", tag="grnet")


def page_of(user: User) -> str:
    return reverse("admin:auth_user_change", args=[user.pk])


def user_form_data(admin: Client, user: User, **changes: str) -> dict[str, Any]:
    """Return the form data of a user's page with some changes."""
    form = admin.get(page_of(user)).context["adminform"].form
    values = {name: form.initial.get(name) for name in form.fields}
    # Widgets of dates take two fields, and none is needed.
    data = {key: value for key, value in values.items() if isinstance(value, str)}
    return {
        **data,
        "is_active": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
        "profile-TOTAL_FORMS": "1",
        "profile-INITIAL_FORMS": "0",
        "profile-0-user": str(user.pk),
        "ssh_keys-TOTAL_FORMS": "0",
        "ssh_keys-INITIAL_FORMS": "0",
        **changes,
    }


def test_an_organization_is_added(admin: Client, alice: User) -> None:
    data = {"title": "GRNET", "tag": "grnet", "users": [str(alice.pk)]}

    answer = admin.post(ORGANIZATION, data)

    assert answer.status_code == HTTPStatus.FOUND
    assert list(Organization.objects.get().users.all()) == [alice]


def test_an_organizations_tag_fits_into_a_tag_of_ganeti(admin: Client) -> None:
    answer = admin.post(ORGANIZATION, {"title": "GRNET", "tag": "gr net:x"})

    assert "Letters, digits and .+_- only." in text(markup(answer))


def test_a_user_is_shown_with_profile_and_fingerprints(
    admin: Client, alice: User
) -> None:
    public_key = ssh_public_keys.parse(ED25519)
    alice.ssh_keys.create(
        key=public_key.text, fingerprint=public_key.fingerprint, comment="<b>"
    )

    page = markup(admin.get(page_of(alice)))

    assert 'name="profile-0-phone"' in page
    assert f"SHA256:{public_key.fingerprint}" in page
    assert f"MD5:{ssh_public_keys.md5_of(ED25519)}" in page
    assert "&lt;b&gt;" in page
    fields = parsed(page).select('[name^="ssh_keys-0-"]')
    assert {field["name"] for field in fields} <= {"ssh_keys-0-id", "ssh_keys-0-owner"}


def test_a_users_profile_is_changed(
    admin: Client, alice: User, grnet: Organization
) -> None:
    data = user_form_data(
        admin, alice, **{"profile-0-organization": str(grnet.pk), "email": "a@b.org"}
    )

    answer = admin.post(page_of(alice), data)

    assert answer.status_code == HTTPStatus.FOUND
    assert profiles.of(alice).organization == grnet


@pytest.mark.parametrize("spelled", ["carol@example.org", "Carol@EXAMPLE.org"])
def test_an_address_of_another_user_is_refused(
    admin: Client, alice: User, carol: User, spelled: str
) -> None:
    answer = admin.post(page_of(alice), user_form_data(admin, alice, email=spelled))

    assert "Another user has this address." in text(markup(answer))


@pytest.mark.parametrize("query", ["ali", "Network", "555", "alice@"])
def test_users_are_found_by_name_organization_phone_and_address(
    admin: Client, alice: User, carol: User, grnet: Organization, query: str
) -> None:
    profile = profiles.of(alice)
    profile.organization, profile.phone = grnet, "210 555"
    profile.save()

    page = text(markup(admin.get(USERS, {"q": query})))

    assert "alice@example.org" in page
    assert "carol@example.org" not in page


def test_a_user_is_found_by_a_keys_fingerprint(
    admin: Client, alice: User, carol: User
) -> None:
    public_key = ssh_public_keys.parse(ED25519)
    alice.ssh_keys.create(key=public_key.text, fingerprint=public_key.fingerprint)

    page = text(markup(admin.get(USERS, {"q": public_key.fingerprint})))

    assert "alice@example.org" in page
    assert "carol@example.org" not in page


def test_a_user_without_a_profile_breaks_no_list(admin: Client, alice: User) -> None:
    assert admin.get(USERS).status_code == HTTPStatus.OK
    assert admin.get(reverse("admin:auth_user_add")).status_code == HTTPStatus.OK


@pytest.mark.parametrize("field", ["first_name", "last_name", "profile-0-phone"])
def test_one_line_fields_take_no_line_breaks(
    admin: Client, alice: User, field: str
) -> None:
    value = {field: "Alice\nEmail address (confirmed): x@y.org"}

    answer = admin.post(page_of(alice), user_form_data(admin, alice, **value))

    assert "control characters aren't allowed" in text(markup(answer))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ann@example.org", "ann@EXAMPLE.org"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
    ],
)
def test_a_mailbox_has_one_user_however_it_is_spelled(
    admin: Client, alice: User, carol: User, first: str, second: str
) -> None:
    for user, address in ((carol, first), (alice, second)):
        answer = admin.post(page_of(user), user_form_data(admin, user, email=address))

    assert "Another user has this address." in text(markup(answer))
    with pytest.raises(IntegrityError), transaction.atomic():
        alice.email = second
        alice.save()


@pytest.mark.parametrize(
    "address", ["ann\u200b@example.org", "ann@exa\u200bmple.org", "a@exa\u00admple.org"]
)
def test_an_address_with_an_invisible_character_is_refused(
    admin: Client, alice: User, address: str
) -> None:
    data = user_form_data(admin, alice, email=address)

    assert "invisible character" in text(markup(admin.post(page_of(alice), data)))


def test_two_forms_at_the_same_moment_make_a_field_error(
    admin: Client, alice: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = iter([False])
    is_taken = mailboxes.is_taken

    def was_free_a_moment_ago(address: str, *, but: User | None = None) -> bool:
        return next(checks, None) is not False and is_taken(address, but=but)

    monkeypatch.setattr(mailboxes, "is_taken", was_free_a_moment_ago)

    answer = admin.post(page_of(alice), user_form_data(admin, alice, email=carol.email))

    assert "Another user has this address." in text(markup(answer))


# -- staff who aren't superusers


@pytest.fixture
def stefan(db: None) -> User:
    """Create a member of staff who may only change users and groups."""
    user = User.objects.create_user("stefan", "stefan@example.org", is_staff=True)
    may = ("view_user", "change_user", "delete_user", "change_group", "delete_group")
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    return user


@pytest.fixture
def as_stefan(client: Client, stefan: User) -> Client:
    client.force_login(stefan)
    return client


def test_staff_can_view_but_not_change_a_superuser(
    as_stefan: Client, root: User
) -> None:
    previous_values = User.objects.filter(pk=root.pk).values().get()
    pages = (page_of(root), f"{page_of(root)[:-7]}password/")

    assert as_stefan.get(pages[0]).status_code == HTTPStatus.OK
    for page in (*pages, reverse("admin:auth_user_delete", args=[root.pk])):
        answer = as_stefan.post(page, {"email": "stefan@example.net", "post": "yes"})
        assert answer.status_code == HTTPStatus.FORBIDDEN
    action = {"action": "delete_selected", "_selected_action": root.pk, "post": "yes"}
    as_stefan.post(USERS, action)
    assert User.objects.filter(pk=root.pk).values().get() == previous_values


@pytest.mark.parametrize("active", [True, False])
def test_staff_cannot_change_a_user_with_more_permissions(
    as_stefan: Client, alice: User, active: bool
) -> None:
    alice.user_permissions.add(Permission.objects.get(codename="view_instances"))
    User.objects.filter(pk=alice.pk).update(is_active=active)

    answer = as_stefan.post(page_of(alice), {"email": "stefan@example.net"})

    assert answer.status_code == HTTPStatus.FORBIDDEN


def test_staff_cannot_make_a_superuser(as_stefan: Client, stefan: User) -> None:
    data = user_form_data(as_stefan, stefan, is_superuser="on", is_staff="on")
    data["user_permissions"] = [str(p.pk) for p in stefan.user_permissions.all()]

    as_stefan.post(page_of(stefan), data)

    stefan.refresh_from_db()
    assert (stefan.is_superuser, stefan.is_staff) == (False, True)


@pytest.mark.parametrize("field", ["user_permissions", "groups"])
def test_staff_grant_and_revoke_only_their_own_permissions(
    as_stefan: Client, stefan: User, alice: User, field: str
) -> None:
    own_permission = Permission.objects.get(codename="view_user")
    missing_permission = Permission.objects.get(codename="view_instances")
    own_group = Group.objects.create(name="theirs")
    stefan.groups.add(own_group)
    other_group = Group.objects.create(name="others")
    allowed, refused = {
        "user_permissions": (own_permission, missing_permission),
        "groups": (own_group, other_group),
    }[field]

    for row, is_granted in ((allowed, True), (refused, False)):
        data = user_form_data(as_stefan, alice)
        data[field] = [str(row.pk)]
        answer = as_stefan.post(page_of(alice), data)
        assert list(getattr(alice, field).all()) == ([row] if is_granted else [allowed])
    assert "only grant or revoke permissions" in text(markup(answer))


def test_staff_grant_a_group_only_their_own_permissions(
    as_stefan: Client, stefan: User
) -> None:
    group = Group.objects.create(name="ours")
    privileged_group = Group.objects.create(name="strong")
    missing_permission = Permission.objects.get(codename="view_instances")
    privileged_group.permissions.add(missing_permission)
    page = reverse("admin:auth_group_change", args=[group.pk])

    as_stefan.post(page, {"name": "ours", "permissions": [str(missing_permission.pk)]})

    assert not group.permissions.exists()
    for name in ("change", "delete"):
        page = reverse(f"admin:auth_group_{name}", args=[privileged_group.pk])
        answer = as_stefan.post(page, {"name": "strong", "post": "yes"})
        assert answer.status_code == HTTPStatus.FORBIDDEN


def test_activating_a_user_whose_name_has_machines_needs_confirmation(
    admin: Client, alice: User
) -> None:
    """Activating a user is an approval too."""
    User.objects.filter(pk=alice.pk).update(is_active=False)
    names.remember("cluster:1", {names.Kind.USER: {"alice": 2}})
    data = user_form_data(admin, alice)

    assert "2 machines already belong" in text(markup(admin.post(page_of(alice), data)))
    admin.post(page_of(alice), {**data, "takes_over": "on"})
    alice.refresh_from_db()
    assert alice.is_active

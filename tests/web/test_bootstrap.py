"""Forms render their inputs with Bootstrap's classes."""

import pytest
from bs4 import BeautifulSoup, Tag
from django import forms
from django.contrib.auth.models import User

from apps.accounts.forms.login import ChangeForm, LoginForm, ResetForm
from apps.web.bootstrap import BootstrapForm


def rendered_input(form: forms.BaseForm, name: str) -> Tag:
    """Return an input of a form, by the name of its field."""
    page = BeautifulSoup(str(form[name]), "html.parser")
    tag = page.select_one(f"[name={name}]")
    assert tag is not None
    return tag


CHOICES = [("a", "A")]


@pytest.mark.parametrize(
    ("field", "classes"),
    [
        (forms.CharField(), ["form-control"]),
        (forms.IntegerField(), ["form-control"]),
        (forms.CharField(widget=forms.Textarea), ["form-control"]),
        (forms.ChoiceField(choices=CHOICES), ["form-select"]),
        (forms.BooleanField(), ["form-check-input"]),
        (
            forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect),
            ["form-check-input"],
        ),
        (
            forms.CharField(widget=forms.TextInput(attrs={"class": "wide"})),
            ["form-control", "wide"],
        ),
    ],
)
def test_inputs_have_bootstraps_class_beside_their_own(
    field: forms.Field, classes: list[str]
) -> None:
    form = BootstrapForm()
    form.fields["field"] = field

    assert rendered_input(form, "field")["class"] == classes


def test_a_field_keeps_its_other_attributes() -> None:
    form = BootstrapForm()
    form.fields["field"] = forms.CharField(
        max_length=9, widget=forms.TextInput(attrs={"inputmode": "url"})
    )

    attributes = rendered_input(form, "field").attrs

    assert attributes["inputmode"] == "url"
    assert attributes["maxlength"] == "9"
    assert "required" in attributes


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (LoginForm(), "username"),
        (ResetForm(), "email"),
        (ChangeForm(User()), "old_password"),
        (ChangeForm(User()), "new_password1"),
    ],
)
def test_forms_that_extend_djangos_have_bootstraps_class(
    form: forms.BaseForm, name: str
) -> None:
    assert rendered_input(form, name)["class"] == ["form-control"]

"""Mail addresses: one normal form, which mail software reads unchanged."""

import time

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address
from hypothesis import example, given

from apps.web.mail_addresses import MailAddressField, comparison_key, normalize
from tests.web.strategies import ADDRESSES


def code_of(address: str) -> str | None:
    with pytest.raises(ValidationError) as refusal:
        normalize(address)
    return refusal.value.code


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("Alice.O'Neil+vps@Example.ORG", "Alice.O'Neil+vps@example.org"),
        ("a@straße.example", "a@xn--strae-oqa.example"),
        ("a@XN--STRAE-OQA.example", "a@xn--strae-oqa.example"),
        ("a@ΠΑΡΆΔΕΙΓΜΑ.ΕΛ", "a@xn--hxajbheg2az3al.xn--qxam"),
        ("a@bu\u0308cher.example", "a@xn--bcher-kva.example"),
        ("a@ex\uff41mple\u3002org", "a@example.org"),
        ("a@r3---sn.example.org", "a@r3---sn.example.org"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_an_address_has_one_normal_form(address: str, normal: str) -> None:
    assert normalize(address) == normal
    assert normalize(normal) == normal


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 12}", "max_length"),
        (f"{'a' * 64}@{'.'.join(['ü' * 20] * 8)}", "max_length"),
        ("x" * 1_000_000, "max_length"),
        (f"{'a' * 65}@example.org", "local_part"),
        ("a@example.org\n", "invisible"),
        ("a\u200b@example.org", "invisible"),
        ("a@exa\u00admple.org", "invisible"),
        ("a @example.org", "invisible"),
        ("a@example.org\x85b@example.org", "invisible"),
        ("\ud800@example.org", "invisible"),
        ('"x\x0cme@evil.example\x0c"@example.org', "invisible"),
        ('"a"@example.org', "local_part"),
        ("é@example.org", "local_part"),
        ("\u212a@example.org", "local_part"),
        ("a..b@example.org", "local_part"),
        (".a@example.org", "local_part"),
        ("a,b@example.org", "local_part"),
        ("<a@example.org>", "local_part"),
        ("=?utf-8?q?me=40evil.example?=@example.org", "local_part"),
        ("a", "invalid"),
        ("@", "invalid"),
        ("", "invalid"),
        ("a@b@example.org", "invalid"),
        ("a@example.org;", "domain"),
        ("a@example.org.", "domain"),
        ("a@b\uff20example.org", "domain"),
        ("a@xn--zz.example", "domain"),
        ("a@[127.0.0.1]", "domain"),
        ("a@example", "domain"),
        ("a@exam_ple.org", "domain"),
    ],
)
def test_other_addresses_are_refused(address: str, code: str) -> None:
    assert code_of(address) == code


def test_the_comparison_key_ignores_case_and_spelling() -> None:
    assert comparison_key("Al@Bücher.example") == comparison_key(
        "al@XN--BCHER-KVA.example"
    )


def test_the_field_cleans_to_the_normal_form() -> None:
    field = MailAddressField()

    assert field.clean("  Al@Example.ORG ") == "Al@example.org"
    assert isinstance(field.widget, forms.EmailInput)
    assert field.widget.attrs["maxlength"] == "254"


def test_an_optional_field_may_be_empty() -> None:
    assert MailAddressField(required=False).clean("") == ""


@pytest.mark.parametrize("filler", ["a", " ", "\u0300\u0316", '"\x0c', "@", "ü."])
def test_the_field_bounds_the_length_first(filler: str) -> None:
    start = time.thread_time()

    with pytest.raises(ValidationError) as refusal:
        MailAddressField().clean(filler * (1_000_000 // len(filler)))

    assert refusal.value.error_list[0].code == "max_length"
    assert time.thread_time() - start < 0.1


@given(ADDRESSES)
@example('"x\x0cme@evil.example\x0c"@uni.example')
@example("=?utf-8?q?me=40evil.example=3e?=@uni.example")
def test_mail_software_reads_a_normal_address_as_it_stands(address: str) -> None:
    try:
        normal = normalize(address)
    except ValidationError:
        return

    assert sanitize_address(normal, "utf-8") == normal
    assert normalize(normal) == normal

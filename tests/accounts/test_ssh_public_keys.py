"""Public SSH keys: read like OpenSSH does, or refused with a reason."""

import base64
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
)
from hypothesis import example, given
from hypothesis import strategies as st

from apps.accounts import ssh_public_keys
from apps.accounts.ssh_key_blocks import NotAKey
from apps.accounts.ssh_public_keys import parse, read
from tests.accounts.keys import (
    DSA,
    ED25519,
    OTHER_ED25519,
    PRIVATE,
    PRIVATE_FILES,
    RSA_1024,
    RSA_2048,
    SK_ECDSA,
    SK_ED25519,
    openssh_text,
    ssh,
    token_ecdsa,
    token_ed25519,
)

GOOD = [
    ED25519,
    RSA_2048,
    SK_ED25519,
    SK_ECDSA,
    openssh_text(ec.generate_private_key(ec.SECP256R1())),
    openssh_text(ec.generate_private_key(ec.SECP384R1())),
    openssh_text(ec.generate_private_key(ec.SECP521R1())),
]


def refusal_reason(line: str) -> str:
    with pytest.raises(NotAKey) as raised:
        parse(line)
    return str(raised.value)


@pytest.mark.parametrize("key", GOOD, ids=lambda key: str(key).split(" ")[0])
def test_fingerprints_and_names_are_those_of_ssh_keygen(
    key: str, tmp_path: Path
) -> None:
    keygen = shutil.which("ssh-keygen")
    if not keygen:
        pytest.skip("ssh-keygen is not installed")
    path = tmp_path / "key.pub"
    path.write_text(f"{key} alice@laptop\n")

    public_key = parse(f"{key} alice@laptop")
    listings = [
        subprocess.run(  # noqa: S603 - a file of the test's own
            [keygen, "-l", "-E", digest, "-f", path],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        for digest in ("sha256", "md5")
    ]

    assert public_key.text == key
    assert [line[1] for line in listings] == [
        f"SHA256:{public_key.fingerprint}",
        f"MD5:{ssh_public_keys.md5_of(key)}",
    ]
    assert listings[0][2:] == [
        "alice@laptop",
        f"({ssh_public_keys.NAMES[public_key.kind].upper()})",
    ]


def test_kinds_are_described_with_the_size_that_matters() -> None:
    assert [ssh_public_keys.describe(key) for key in GOOD] == [
        *("Ed25519", "RSA 2048", "Ed25519-SK", "ECDSA-SK"),
        *("ECDSA 256", "ECDSA 384", "ECDSA 521"),
    ]


def test_ed25519_keys_are_accepted() -> None:
    """Regression: they were refused."""
    assert parse(ED25519).kind == "ssh-ed25519"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (DSA, "DSA keys are too weak"),
        (RSA_1024, "This RSA key has 1024 bits"),
        (f'from="192.0.2.1" {ED25519}', "Options before the key"),
        (f'command="echo hello" {ED25519}', "Options before the key"),
        (f"no-pty {RSA_2048} alice", "Options before the key"),
        ("ssh-ed25519-cert-v01@openssh.com AAAA", "This is a certificate"),
        ("ssh-ed448 AAAA", "type ssh-ed448"),
        ("ssh-xmss@openssh.com AAAA", "type ssh-xmss@openssh.com"),
        ("hello", "isn't a public SSH key"),
        ("ssh-rsa", "damaged"),
        ("ssh-rsa AAAA", "damaged"),
        ("ssh-rsa ήταν", "damaged"),
        (ED25519[:-8], "damaged"),
        (ED25519[:-4] + "AAAA" * 2, "damaged"),
        (ED25519.replace("ssh-ed25519", "ssh-rsa"), "damaged"),
        (RSA_2048.replace("ssh-rsa", "ssh-ed25519"), "damaged"),
        (SK_ED25519.replace("sk-ssh-ed25519", "sk-ecdsa-sha2-nistp256"), "damaged"),
        (token_ed25519(application=b"https://example.org"), "wasn't created for SSH"),
        (token_ed25519(extra=b"more"), "damaged"),
        (token_ed25519(point=b"short"), "damaged"),
        (token_ecdsa(point=b"\x04" + b"\x01" * 64), "damaged"),
        (token_ecdsa(curve=b"nistp384"), "damaged"),
    ],
    ids=range(22),
)
def test_an_unusable_key_is_refused_with_the_reason(line: str, reason: str) -> None:
    assert reason in refusal_reason(line)


def test_a_key_is_kept_as_openssh_writes_it() -> None:
    """Leading zeros of its numbers don't change the fingerprint."""
    key = rsa.generate_private_key(65537, 2048)
    modulus = key.public_key().public_numbers().n
    lengthy = ssh("ssh-rsa", b"\x00\x01\x00\x01", b"\x00" + modulus.to_bytes(257))

    assert parse(lengthy).text == openssh_text(key)


def test_a_text_is_read_line_by_line() -> None:
    text = (
        "\ufeff# my keys\r\n\r\n"
        f"{ED25519}  alice@laptop, the old one \r\n"
        f"  {RSA_2048}\r\n"
        "nonsense\r\n"
        f"{ED25519} again\r\n"
    )

    pasted = read(text)

    assert [(line.number, line.key.comment) for line in pasted.lines] == [
        (3, "alice@laptop, the old one"),
        (4, ""),
    ]
    assert [problem.number for problem in pasted.problems] == [5]
    assert pasted.repeated == [(6, 3)]


def test_tabs_separate_fields_too() -> None:
    (line,) = read(ED25519.replace(" ", "\t") + "\tlaptop").lines

    assert (line.key.text, line.key.comment) == (ED25519, "laptop")


def test_a_comment_stays_on_its_line() -> None:
    (line,) = read(f"{ED25519} a\x0bb\x00c\u2028d\x1b[31m {'e' * 300}").lines

    assert line.key.comment.startswith("a b c d [31m e")
    assert len(line.key.comment) == ssh_public_keys.MAX_COMMENT_LENGTH


@pytest.mark.parametrize("file", PRIVATE_FILES, ids=range(6))
def test_private_keys_are_recognized_as_secrets(file: str) -> None:
    body = "\n".join(file.splitlines()[1:-1])

    assert ssh_public_keys.holds_secrets(file)
    assert ssh_public_keys.holds_secrets(f"{ED25519} alice\r\n{file}")
    if len(body) > 40:
        assert ssh_public_keys.holds_secrets(body)


@pytest.mark.parametrize("key", GOOD, ids=lambda key: str(key).split(" ")[0])
def test_public_keys_are_no_secrets_even_when_broken_into_lines(key: str) -> None:
    pieces = "\n".join(key[at : at + 70] for at in range(0, len(key), 70))

    assert not ssh_public_keys.holds_secrets(
        f"# mine\n{key} the comment\n{OTHER_ED25519}"
    )
    assert not ssh_public_keys.holds_secrets(pieces)
    assert read(pieces).problems or "\n" not in pieces


ANY_LINE = st.one_of(
    st.text(max_size=80),
    st.builds(
        "{} {} {}".format,
        st.sampled_from(
            [*ssh_public_keys.SUPPORTED, "ssh-dss", "ssh-rsa-cert-v01@openssh.com"]
        ),
        st.binary(max_size=120).map(lambda raw: base64.b64encode(raw).decode()),
        st.text(max_size=20),
    ),
    st.builds(lambda key, at: key[:at], st.sampled_from(GOOD), st.integers(0, 400)),
    st.builds(
        lambda key, at, by: key[:at] + by + key[at + 1 :],
        st.sampled_from(GOOD),
        st.integers(0, 400),
        st.characters(),
    ),
)


@given(st.lists(ANY_LINE, max_size=5), st.sampled_from(["\n", "\r\n", "\r"]))
@example([], "\n")
def test_any_text_is_read(lines: list[str], end: str) -> None:
    text = end.join(lines)

    pasted = read(text)
    ssh_public_keys.holds_secrets(text)

    for line in pasted.lines:
        # An accepted key is accepted again, and is the same key.
        reparsed = parse(f"{line.key.text} {line.key.comment}".strip())
        assert reparsed == line.key
        assert "\n" not in reparsed.text + reparsed.comment
    assert all(problem.reason for problem in pasted.problems)


@given(st.sampled_from(GOOD), st.integers(0, 2000))
# The byte that says that a point is not compressed.
@example(next(key for key in GOOD if key.startswith("ecdsa-sha2-nistp256")), 312)
def test_a_changed_bit_makes_another_key_or_none(key: str, bit: int) -> None:
    kind, encoded = key.split(" ")
    raw = bytearray(base64.b64decode(encoded))
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    changed = f"{kind} {base64.b64encode(raw).decode()}"

    try:
        public_key = parse(changed)
    except NotAKey:
        return
    assert public_key.fingerprint != parse(key).fingerprint


def test_raw_keys_of_the_tests_are_what_they_say() -> None:
    key = PRIVATE.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)

    assert parse(key.decode()).text == key.decode()


# -- other formats


def converted(key: str, form: str, path: Path) -> str:
    """Return a key as ``ssh-keygen -e`` writes it."""
    file = path / "key.pub"
    file.write_text(f"{key} alice@laptop\n")
    keygen = shutil.which("ssh-keygen")
    if keygen is None:
        pytest.skip("ssh-keygen is not installed")
    command = [keygen, "-e", "-m", form, "-f", str(file)]
    return subprocess.run(  # noqa: S603 - a file of the test's own
        command, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("form", ["RFC4716", "PKCS8", "PEM"])
@pytest.mark.parametrize("key", [RSA_2048, GOOD[4]], ids=["rsa", "ecdsa"])
def test_exports_of_ssh_keygen_are_read(form: str, key: str, tmp_path: Path) -> None:
    exported = converted(key, form, tmp_path)
    text = f"{ED25519}\n\n{exported}\n{OTHER_ED25519}"

    pasted = read(text.replace("\n", "\r\n"))

    assert not ssh_public_keys.holds_secrets(text)
    assert [line.key.text for line in pasted.lines] == [ED25519, key, OTHER_ED25519]
    assert [line.number for line in pasted.lines][:2] == [1, 3]
    if form == "RFC4716":
        assert pasted.lines[1].key.comment.endswith("from OpenSSH")


def test_headers_of_rfc_4716_may_span_lines() -> None:
    body = RSA_2048.split(" ")[1]
    rows = [body[at : at + 70] for at in range(0, len(body), 70)]
    block = [
        "---- BEGIN SSH2 PUBLIC KEY ----",
        "Subject: me",
        'Comment: "This is my \\',
        'key"',
        *rows,
        "---- END SSH2 PUBLIC KEY ----",
    ]

    (line,) = read("\n".join(block)).lines

    assert (line.key.text, line.key.comment) == (RSA_2048, "This is my key")


def test_an_ed25519_key_in_pkcs_8_is_read() -> None:
    pem = PRIVATE.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )

    (line,) = read(pem.decode()).lines

    assert line.key.text == openssh_text(PRIVATE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-----BEGIN PGP PUBLIC KEY BLOCK-----\nmQENBF\n", "gpg --export-ssh-key"),
        ("-----BEGIN CERTIFICATE-----\nMIIC\n", "openssl x509 -pubkey"),
        ("-----BEGIN X9.62 KEY-----", "isn't a public SSH key"),
        ("-----BEGIN EC PARAMETERS-----\nBg\n", "format EC PARAMETERS"),
        ("-----BEGIN PUBLIC KEY-----\nMFkw\n", "with END in it, is missing"),
        ("-----BEGIN PUBLIC KEY-----\nMF\n-----END PUBLIC KEY-----", "damaged"),
        (
            "---- BEGIN SSH2 PUBLIC KEY ----\n!\n---- END SSH2 PUBLIC KEY ----",
            "isn't a public SSH key",
        ),
        (
            f"-----BEGIN PUBLIC KEY-----\n{'A' * 9000}\n-----END PUBLIC KEY-----",
            "Too long",
        ),
    ],
    ids=range(8),
)
def test_other_formats_are_refused_with_a_hint(text: str, reason: str) -> None:
    (problem,) = read(text).problems

    assert problem.number == 1
    assert reason in problem.reason


@pytest.mark.parametrize("file", PRIVATE_FILES, ids=range(6))
def test_private_keys_between_public_ones_are_recognized(
    file: str, tmp_path: Path
) -> None:
    public = converted(RSA_2048, "PKCS8", tmp_path)

    assert ssh_public_keys.holds_secrets(f"{public}{file}{public}")
    assert ssh_public_keys.holds_secrets(
        f"my keys: {' '.join(file.splitlines())} thanks"
    )
    cut = public.splitlines()
    assert ssh_public_keys.holds_secrets("\n".join([*cut[:3], file, *cut[3:]]))


# -- long texts


def reading_seconds(text: str) -> float:
    start = time.thread_time()
    ssh_public_keys.holds_secrets(text)
    read(text)
    return time.thread_time() - start


@pytest.mark.parametrize(
    "piece",
    [
        *("BEGIN ", "BEGIN A", "-----BEGIN A-----\n", "a\n", "a ", "\n", "#", "=\n"),
        *("ssh-rsa ", "ssh-rsa AAAA\n", "---- BEGIN SSH2 PUBLIC KEY ----\na:\\\n"),
        *("A" * 60 + "\n", "AAAA" * 20 + "\n", f"{ED25519}\n", "-----BEGIN "),
    ],
    ids=range(15),
)
def test_reading_takes_time_in_proportion_to_the_text(piece: str) -> None:
    whole = (piece * 100_000)[:100_000]
    assert reading_seconds(whole) < 1


def test_reading_stops_after_a_few_problems() -> None:
    pasted = read("nonsense\n" * 1000)

    assert len(pasted.problems) == ssh_public_keys.MAX_PROBLEMS
    assert not pasted.is_whole

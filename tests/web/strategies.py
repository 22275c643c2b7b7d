"""Strategies of Hypothesis for mail addresses."""

from hypothesis import strategies as st

SPECIAL = "\"'()<>[]:;,.@\\=?_ \t\r\n\x00\x0b\x0c\x1c\x85\u2028\u200büßελÅ\uff20"


ADDRESSES = st.one_of(
    st.emails(),
    st.from_regex(r"[!-~]{1,12}@[a-z]{1,6}\.example", fullmatch=True),
    st.text(st.sampled_from(f"ab1-{SPECIAL}"), max_size=20).map("{}@ab.gr".format),
    st.text(st.sampled_from(f"ab1-{SPECIAL}"), max_size=20).map("ab@{}.gr".format),
)

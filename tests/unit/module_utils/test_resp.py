"""The protocol of Redis: commands as bytes, replies out of bytes however they come."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.resp import ErrorReply, Replies, Unreadable, command


def replies(*parts):
    left = iter(parts)
    return Replies(lambda: next(left))


def test_a_command_is_an_array_of_its_words_by_their_bytes():
    assert command("AUTH", "pässword") == b"*2\r\n$4\r\nAUTH\r\n$9\r\np\xc3\xa4ssword\r\n"


@pytest.mark.parametrize(
    ("sent", "reply"),
    [
        (b"+PONG\r\n", "PONG"),
        (b":42\r\n", 42),
        (b"$5\r\na\r\nbc\r\n", "a\r\nbc"),
        (b"$0\r\n\r\n", ""),
        (b"$-1\r\n", None),
        (b"*-1\r\n", None),
        (b"*3\r\n$6\r\nmaster\r\n:7\r\n*0\r\n", ["master", 7, []]),
    ],
)
def test_a_reply_is_read_at_once_or_byte_after_byte(sent, reply):
    assert replies(sent).next() == reply
    assert replies(*(sent[n : n + 1] for n in range(len(sent)))).next() == reply


def test_replies_that_come_together_are_read_one_by_one():
    both = replies(b"+OK\r\n:1\r\n")
    assert (both.next(), both.next()) == ("OK", 1)


def test_an_error_is_raised_with_its_text():
    with pytest.raises(ErrorReply, match="^NOAUTH Authentication required.$"):
        replies(b"-NOAUTH Authentication required.\r\n").next()


@pytest.mark.parametrize("sent", [b"\x15\x03\x03\x00\x02\x02\x28", b"HTTP/1.1 400\r\n", b"$many\r\n", b"$9999999\r\n", b"\r\n"])
def test_what_is_no_reply_is_told_at_its_first_bytes(sent):
    with pytest.raises(Unreadable):
        replies(sent).next()

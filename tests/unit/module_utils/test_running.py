from __future__ import annotations

from ansible_collections.prodready.aws.plugins.module_utils.running import digest, disagreements


def test_the_digest_is_the_hmac_that_the_application_answers():
    # node -e 'console.log(crypto.createHmac("sha256", "a-fresh-one").update("ü").digest("hex"))'
    assert digest("a-fresh-one", "ü") == "32ee135d2fec331ba0877e2a3f856cdb0f68074dd92cb01e2419cc0c539fafb7"


def test_a_process_that_has_every_value_and_more_agrees():
    assert disagreements({"A": "1"}, "nonce", {"A": digest("nonce", "1"), "PATH": "x"}) == {}


def test_what_a_process_has_not_got_is_named_without_a_value():
    answer = {"A": digest("nonce", "1"), "B": digest("nonce", "old")}
    assert disagreements({"A": "1", "B": "2", "C": "3"}, "nonce", answer) == {"B": "other value", "C": "missing"}


def test_the_answer_to_another_nonce_is_worth_nothing():
    assert disagreements({"A": "1"}, "nonce", {"A": digest("an older one", "1")}) == {"A": "other value"}

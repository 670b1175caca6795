"""The emulator answers as one application."""


def test_answers_who_is_calling(client):
    assert client("sts").get_caller_identity()["Account"] == "123456789012"

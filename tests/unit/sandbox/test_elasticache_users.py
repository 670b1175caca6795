from __future__ import annotations

import json

import pytest

from tests.unit.sandbox.elasticache import make, refused

PASSWORD = "the-password-of-a-user"


@pytest.fixture
def api(client):
    return client("elasticache")


def user(api, uid: str = "app", **changed):
    params = {"UserName": uid, "Engine": "redis", "AccessString": "on ~* +@all", "Passwords": [PASSWORD], **changed}
    return api.create_user(UserId=uid, **{name: value for name, value in params.items() if value is not None})


def without_default(api) -> None:
    user(api, "nobody", UserName="default", AccessString="off -@all", Passwords=None, NoPasswordRequired=True)


def test_a_user_is_told_without_its_passwords(api):
    made = user(api)
    assert made["Authentication"] == {"Type": "password", "PasswordCount": 1}
    assert PASSWORD not in json.dumps([made, api.describe_users()], default=str)
    assert [one["UserId"] for one in api.describe_users()["Users"]] == ["default", "app"]
    found = api.describe_users(Filters=[{"Name": "user-name", "Values": ["app"]}])["Users"]
    assert [one["UserId"] for one in found] == ["app"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Passwords": ["short"]}, "InvalidParameterValue: Passwords length"),
        ({"Passwords": None}, "InvalidParameterValue: No password was provided"),
        ({"Passwords": [PASSWORD, PASSWORD]}, "InvalidParameterValue: A user can have up to 2 different"),
        ({"NoPasswordRequired": True}, "InvalidParameterCombination: Password field"),
        ({"Engine": "memcached"}, "InvalidParameterValue: Unknown parameter for Engine"),
        ({"AccessString": "on ~* +@all >password"}, "InvalidParameterValue: Access string"),
        ({"AccessString": "on ~* +config|get"}, "InvalidParameterValue: Access string"),
        ({"AccessString": "reset"}, "InvalidParameterValue: Access string"),
        ({"UserId": "default"}, "UserAlreadyExists"),
        ({"Passwords": None, "AuthenticationMode": {"Type": "iam"}}, "NotImplemented"),
    ],
)
def test_what_is_no_user_is_refused(api, changed, code):
    uid = changed.pop("UserId", "app")
    assert refused(user, api=api, uid=uid, **changed).startswith(code)
    assert len(api.describe_users()["Users"]) == 1


def test_selectors_and_read_only_keys_are_rules(api):
    assert user(api, AccessString="on %R~a:* &news -@all +@read (~b:* +set)")["AccessString"].endswith("(~b:* +set)")


def test_a_user_is_changed_and_deleted_but_default_is_not(api):
    user(api)
    changed = api.modify_user(UserId="app", AppendAccessString="-flushall", Passwords=[PASSWORD, f"{PASSWORD}-2"])
    assert changed["AccessString"] == "on ~* +@all -flushall" and changed["Authentication"]["PasswordCount"] == 2
    assert api.delete_user(UserId="app")["Status"] == "deleting"
    assert refused(api.describe_users, UserId="app").startswith("UserNotFound")
    assert "cannot be modified" in refused(api.modify_user, UserId="default", AccessString="off -@all")


def test_a_group_has_one_default_user_and_no_name_twice(api):
    user(api)
    user(api, "app-2", UserName="app")
    assert refused(api.create_user_group, UserGroupId="g", Engine="redis", UserIds=["app"]).startswith("DefaultUserRequired")
    assert refused(api.create_user_group, UserGroupId="g", Engine="redis", UserIds=["default", "none"]).startswith("UserNotFound")
    said = refused(api.create_user_group, UserGroupId="g", Engine="redis", UserIds=["default", "app", "app-2"])
    assert said.startswith("DuplicateUserName")
    assert api.describe_user_groups()["UserGroups"] == []


def test_the_default_user_of_a_group_is_swapped_in_one_change_and_kept_while_it_is_in_it(api):
    without_default(api)
    api.create_user_group(UserGroupId="g", Engine="redis", UserIds=["default"])
    assert refused(api.modify_user_group, UserGroupId="g", UserIdsToRemove=["default"]).startswith("DefaultUserRequired")
    changed = api.modify_user_group(UserGroupId="g", UserIdsToRemove=["default"], UserIdsToAdd=["nobody"])
    assert changed["UserIds"] == ["nobody"]
    assert refused(api.delete_user, UserId="nobody").startswith("DefaultUserAssociatedToUserGroup")
    assert api.describe_users(UserId="nobody")["Users"][0]["UserGroupIds"] == ["g"]


def test_a_group_is_deleted_when_no_replication_group_has_it(api):
    api.create_user_group(UserGroupId="g", Engine="redis", UserIds=["default"])
    make(api, UserGroupIds=["g"])
    assert refused(api.delete_user_group, UserGroupId="g").startswith("InvalidUserGroupState")
    api.delete_replication_group(ReplicationGroupId="shop")
    assert api.delete_user_group(UserGroupId="g")["Status"] == "deleting"
    assert refused(api.describe_user_groups, UserGroupId="g").startswith("UserGroupNotFound")


def test_users_need_encryption_in_transit(api):
    api.create_user_group(UserGroupId="g", Engine="redis", UserIds=["default"])
    said = refused(make, api=api, UserGroupIds=["g"], TransitEncryptionEnabled=False)
    assert said.startswith("InvalidParameterCombination: User group")

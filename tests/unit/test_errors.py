"""Errors in words: which resource, which operation, what AWS said, what to do next."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.errors import code_of, explain, too_early
from ansible_collections.prodready.aws.plugins.module_utils.guard import Refused
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError


def answered(code, message="It went wrong."):
    return ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"RequestId": "4F2"}}, "UpdateTable")


def test_one_line_names_resource_operation_answer_remedy_and_request():
    assert explain("orders", "dynamodb", "UpdateTable", answered("ValidationException", "Table is too old.")) == (
        "orders: dynamodb:UpdateTable failed with ValidationException: Table is too old. "
        "Next: correct the value in the inventory. (request 4F2)"
    )


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("AccessDeniedException", "grant dynamodb:UpdateTable to the caller"),
        ("UnauthorizedOperation", "grant dynamodb:UpdateTable to the caller"),
        ("ExpiredTokenException", "renew the credentials"),
        ("UnrecognizedClientException", "check the credentials"),
        ("InvalidClientTokenId", "check the credentials"),
        ("ProfileNotFound", "correct runbook_aws.profile, or leave it out"),
        ("ThrottlingException", "lower runbook_aws.concurrency"),
        ("TooManyRequestsException", "lower runbook_aws.concurrency"),
        ("LimitExceededException", "raise the quota"),
        ("TooManyBuckets", "raise the quota"),
        ("ValidationException", "correct the value"),
        ("MalformedXML", "correct the value"),
        ("NotImplemented", "run again"),
        ("503", "run again"),
        ("InvalidReplicationGroupState", "AWS is at work on it, or something else uses it"),
        ("InvalidCacheParameterGroupState", "AWS is at work on it, or something else uses it"),
        ("InsufficientCacheClusterCapacity", "take another node_type"),
        ("NodeQuotaForCustomerExceeded", "raise the quota"),
        ("NodeGroupsPerReplicationGroupQuotaExceeded", "raise the quota"),
        ("ReplicationGroupNotFoundFault", "correct the name in the inventory, or make it first"),
        ("UserGroupNotFound", "correct the name in the inventory, or make it first"),
        ("ReplicationGroupAlreadyExists", "somebody else has made it meanwhile"),
        ("SnapshotAlreadyExistsFault", "give final_snapshot another name"),
        ("ServiceLinkedRoleNotFoundFault", "make the role that ElastiCache acts by"),
        ("CacheSubnetGroupInUse", "keep what caches stand in"),
        ("DefaultUserRequired", "keep a user whose user_name is default"),
        ("InvalidKMSKeyFault", "check that kms_key is enabled"),
        ("InvalidVPCNetworkStateFault", "check that the subnets have free addresses"),
        ("InvalidParameterCombination", "correct the value"),
        ("InstanceRefreshInProgress", "wait until the instance refresh has ended"),
        ("ScalingActivityInProgress", "AWS is at work on the group"),
        ("ServiceLinkedRoleFailure", "make the role that Auto Scaling acts by"),
        ("InvalidLaunchTemplateName.NotFoundException", "correct the name in the inventory, or make it first"),
        ("DeleteConflict", "somebody else has added something"),
    ],
)
def test_each_kind_of_error_has_its_remedy(code, remedy):
    assert f"Next: {remedy}" in explain("orders", "dynamodb", "UpdateTable", answered(code))


@pytest.mark.parametrize(
    ("service", "operation", "code", "said", "action"),
    [
        ("s3", "HeadBucket", "403", "Forbidden", "s3:ListBucket"),
        ("s3", "PutBucketLifecycleConfiguration", "AccessDenied", "Access Denied", "s3:PutLifecycleConfiguration"),
        ("resourcegroupstaggingapi", "GetResources", "AccessDeniedException", "No.", "tag:GetResources"),
        ("sqs", "CreateQueue", "AccessDenied", "u is not authorized to perform: sqs:createqueue on resource: q", "sqs:CreateQueue"),
        (
            "sns",
            "CreateTopic",
            "AuthorizationError",
            "u is not authorized to perform: SNS:TagResource on resource: t",
            "SNS:TagResource",
        ),
    ],
)
def test_a_missing_permission_is_named_as_policies_name_it(service, operation, code, said, action):
    assert f"Next: grant {action} to the caller" in explain("it", service, operation, answered(code, said))


def test_of_an_error_that_nobody_knows_it_is_said_where_to_look_it_up():
    said = explain("orders", "dynamodb", "UpdateTable", answered("TableIsTired"))

    assert "Next: look TableIsTired up in the API reference of UpdateTable, correct what it names, and run again." in said


@pytest.mark.parametrize("kind", [EndpointConnectionError, ReadTimeoutError, ConnectionClosedError])
def test_an_error_on_the_way_to_aws_says_where_to_look(kind):
    said = explain("orders", "dynamodb", "UpdateTable", kind(endpoint_url="https://dynamodb.example"))

    assert f"dynamodb:UpdateTable failed with {kind.__name__}" in said
    assert "Next: check the credentials, the region and the network" in said


def test_what_was_refused_here_speaks_for_itself():
    assert explain("orders", "dynamodb", "UpdateTable", Refused("Not in check mode.")) == "Not in check mode."


def test_an_error_without_a_code_is_named_by_its_class():
    assert code_of(EndpointConnectionError(endpoint_url="x")) == "EndpointConnectionError"


def test_an_error_that_says_that_it_is_too_early_is_known_by_its_code_and_by_its_words_where_they_are_given():
    error = answered("ValidationError", "Invalid IAM Instance Profile name")
    assert too_early(error, ("NoSuchEntity", "ValidationError"))
    assert too_early(error, ("ValidationError: Invalid IAM Instance Profile",))
    assert not too_early(error, ("ValidationError: Invalid subnet", "NoSuchEntity"))

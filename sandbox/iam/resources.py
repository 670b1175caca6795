"""The ARNs of the resources that an action is done on, from the request's parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.iam import caches, reference
from sandbox.iam.needs import Params

# Variables of an ARN's format whose parameter is named otherwise.
_PARAMETERS = {
    "s3": {"BucketName": "Bucket", "ObjectName": "Key"},
    "secretsmanager": {"SecretId": "Name"},
    "sns": {"TopicName": "Name"},
    "elasticloadbalancing": {"LoadBalancerName": "Name", "TargetGroupName": "Name"},
    "autoscaling": {"GroupFriendlyName": "AutoScalingGroupName"},
    "iam": {"RoleNameWithPath": "RoleName", "InstanceProfileNameWithPath": "InstanceProfileName"},
}
# Nothing but the permission on every alarm shows composite alarms too:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
# What a group launches stands in its launch template.
_EVERY = {"cloudwatch:DescribeAlarms", "ec2:RunInstances"}
_LOG_TAGGING = {"logs:TagResource", "logs:UntagResource", "logs:ListTagsForResource"}

# Load balancers of the first generation have the same prefix and some of the same actions, and the reference tells of theirs.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
_ELB_SHARED = ("AddTags", "CreateLoadBalancer", "DeleteLoadBalancer", "ModifyLoadBalancerAttributes", "RemoveTags")
_ELB_KINDS = dict.fromkeys(("loadbalancer/app/", "listener/app", "listener-rule/app", "targetgroup"), True)
_ELB_MAKING = ("AddTags", "CreateLoadBalancer", "CreateTargetGroup")
_ELB_ID = "?" * 16

# WAF's ARNs have the scope in another word, and the id, which only AWS knows of what is about to be made.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awswafv2.html
_WAF_SCOPES = {"REGIONAL": "regional", "CLOUDFRONT": "global"}
_WAF_NOUNS = {"WebACL": "webacl", "IPSet": "ipset", "RegexPatternSet": "regexpatternset", "RuleGroup": "rulegroup"}
_WAF_MEMBERS = {"DefaultAction": "webacl", "Addresses": "ipset", "RegularExpressionList": "regexpatternset"}


def resources(action: str, params: Params, account: str, region: str, partition: str = "aws") -> list[str]:
    """One ARN or more; * for an action that has no resource types."""
    prefix, _, name = action.partition(":")
    known = reference.action(action)
    place = {"Partition": partition, "Region": region, "Account": account}
    params = _readable(action, prefix, params, place)
    kinds = {} if action in _EVERY else _ELB_KINDS if prefix == "elasticloadbalancing" and name in _ELB_SHARED else known.resource_types
    found = [arn for kind in kinds for arn in _arns(prefix, kind, params, place)]
    if not found:
        found = [_any(prefix, kind, place) for kind, required in kinds.items() if required]
    if prefix == "dynamodb" and any("/index/" in arn for arn in found):
        found = [arn for arn in found if "/index/" in arn]
    return [_as_evaluated(action, arn) for arn in dict.fromkeys(found)] or ["*"]


def _readable(action: str, prefix: str, params: Params, place: dict[str, str]) -> Params:
    if "QueueUrl" in params:
        return {"QueueName": str(params["QueueUrl"]).rpartition("/")[2]}
    if prefix == "ssm" and str(params.get("Name", "")).startswith("/aws/"):  # public parameters are of no account
        return {"Arns": [f"arn:{place['Partition']}:ssm:{place['Region']}::parameter{params['Name']}"]}
    if prefix == "wafv2":
        return {"Arns": [*_waf_own(action, params, place), *_nested(params)]}
    if prefix == "autoscaling":  # the id in a group's ARN only AWS knows
        tagged = [tag.get("ResourceId") for tag in params.get("Tags") or () if isinstance(tag, dict)]
        return {"AutoScalingGroupName": next(iter(tagged), None), **params, "GroupId": "*"}
    if prefix == "route53" and "ResourceType" in params:
        ids = params.get("ResourceIds") or [params["ResourceId"]]
        return {"Arns": [f"arn:{place['Partition']}:route53:::{params['ResourceType']}/{uid}" for uid in ids]}
    if prefix == "elasticache":
        return caches.readable(action.partition(":")[2], params)
    if prefix == "elasticloadbalancing" and "ResourceArns" not in params and action.partition(":")[2] in _ELB_MAKING:
        return {"Arns": [_elb_made(params, place)]}
    if prefix == "budgets" and ("Budget" in params or "NewBudget" in params):
        return {"BudgetName": (params.get("Budget") or params["NewBudget"])["BudgetName"]}
    if "SubscriptionArn" in params and prefix == "sns":
        return {"TopicArn": str(params["SubscriptionArn"]).rpartition(":")[0]}
    return params


def _elb_made(params: Params, place: dict[str, str]) -> str:
    """What a request makes, or gives tags to while it is made; its id only AWS knows."""
    if arn := params.get("ListenerArn"):
        return f"{arn.replace(':listener/', ':listener-rule/')}/{_ELB_ID}"
    if arn := params.get("LoadBalancerArn"):
        return f"{arn.replace(':loadbalancer/', ':listener/')}/{_ELB_ID}"
    kind = "loadbalancer/app" if "Subnets" in params or "SubnetMappings" in params else "targetgroup"
    where = f"arn:{place['Partition']}:elasticloadbalancing:{place['Region']}:{place['Account']}"
    return f"{where}:{kind}/{params['Name']}/{_ELB_ID}"


def _waf_own(action: str, params: Params, place: dict[str, str]) -> Iterator[str]:
    """What a request names by scope, name and id."""
    kind = next((kind for member, kind in _WAF_MEMBERS.items() if member in params), None)
    kind = kind or next((kind for noun, kind in _WAF_NOUNS.items() if action.endswith(noun)), None)
    if kind and "Name" in params and "Scope" in params:
        where = f"arn:{place['Partition']}:wafv2:{place['Region']}:{place['Account']}"
        yield f"{where}:{_WAF_SCOPES[params['Scope']]}/{kind}/{params['Name']}/{params.get('Id', '?' * 36)}"


def _nested(value: Any) -> Iterator[str]:
    """All ARNs in a request, wherever they are: rules refer to sets."""
    if isinstance(value, str) and value.startswith("arn:"):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nested(item)


def _arns(prefix: str, kind: str, params: Params, place: dict[str, str]) -> Iterator[str]:
    given = [arn for arn in _texts(params) if arn.startswith("arn:") and reference.resource_type(prefix, arn) == kind]
    if given:
        yield from given
        return
    form = reference.arn_format(prefix, kind)
    names = [name for name in reference.VARIABLE.findall(form) if name not in place]
    values = {name: _values(prefix, name, params) for name in names}
    if names and all(values.values()):
        # Only the last name may have more than one value: DashboardNames, but one TableName of its IndexName.
        first = {name: found[0] for name, found in values.items()}
        for value in values[names[-1]]:
            yield _filled(form, place | first | {names[-1]: value})


def _any(prefix: str, kind: str, place: dict[str, str]) -> str:
    form = reference.arn_format(prefix, kind)
    return _filled(form, dict.fromkeys(reference.VARIABLE.findall(form), "*") | place)


def _texts(params: Params) -> Iterator[str]:
    for value in params.values():
        yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))


def _values(prefix: str, variable: str, params: Params) -> list[str]:
    by_name = {name.lower(): value for name, value in params.items()}
    for name in (variable, f"{variable}s", _PARAMETERS.get(prefix, {}).get(variable, variable)):
        value = by_name.get(name.lower())
        if value:
            return [str(item) for item in (value if isinstance(value, list) else [value])]
    return []


def _filled(form: str, values: dict[str, str]) -> str:
    # Six characters end a secret's ARN; of one that does not exist AWS makes them up.
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
    suffix = "-??????" if "SecretId" in values else ""
    return reference.VARIABLE.sub(lambda match: values[match[1]], form) + suffix


def _as_evaluated(action: str, arn: str) -> str:
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
    if ":log-group:" in arn and ":log-stream:" not in arn and action not in _LOG_TAGGING:
        return f"{arn.removesuffix(':*')}:log-stream:"
    return arn

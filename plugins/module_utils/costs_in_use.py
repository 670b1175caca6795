# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What of an application is on and is paid for by being there: each reader asks one service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .costs import GIB, HOURS, Price, Use, so_many
from .lists import batches
from .tags import as_dict
from .waf import listed

if TYPE_CHECKING:
    from .aws import Aws

DAY = 86400
DAYS = 365 / 12
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListTagsForResources.html
MOST_AT_ONCE = 10
# Each is paid for. https://aws.amazon.com/route53/pricing/
OPTIONS: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "HTTPS": lambda check: check["Type"].startswith("HTTPS"),
    "words looked for": lambda check: "SearchString" in check,
    "latency": lambda check: check.get("MeasureLatency", False),
    "every ten seconds": lambda check: check.get("RequestInterval") == 10,
}


def own(name: str, app: str) -> bool:
    """As the policies have it: the application's name comes first."""
    return name == app or name.startswith((f"{app}-", f"{app}/", f"/{app}/"))


def balancers(aws: Aws, app: str) -> Iterator[Use]:
    found = aws.pages("elbv2", "describe_load_balancers", "LoadBalancers")
    count = sum(own(one["LoadBalancerName"], app) and one["Type"] == "application" for one in found)
    price = Price("AWSELB", "LoadBalancerUsage", (("operation", "LoadBalancing:Application"),))
    yield Use(so_many(count, "Application Load Balancer", "Application Load Balancers"), count * HOURS, price)


def nodes(aws: Aws, app: str) -> Iterator[Use]:
    groups = aws.pages("elasticache", "describe_replication_groups", "ReplicationGroups")
    found = Counter(
        (one["CacheNodeType"], one.get("Engine") or "redis")
        for one in groups
        if own(one["ReplicationGroupId"], app)
        for __ in one["MemberClusters"]
    )
    for (kind, engine), count in found.items():
        price = Price("AmazonElastiCache", f"NodeUsage:{kind}", (("cacheEngine", engine.capitalize()),))
        yield Use(so_many(count, f"cache node {kind}, {engine}", f"cache nodes {kind}, {engine}"), count * HOURS, price)


def serverless(aws: Aws, app: str) -> Iterator[Use]:
    for one in aws.pages("elasticache", "describe_serverless_caches", "ServerlessCaches"):
        if own(one["ServerlessCacheName"], app):
            yield Use(f"Serverless cache {one['ServerlessCacheName']}", None, None, "paid for by data and use, which only its metrics tell")


def instances(aws: Aws, app: str) -> Iterator[Use]:
    groups = aws.pages("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups")
    found = Counter(one["InstanceType"] for group in groups if own(group["AutoScalingGroupName"], app) for one in group["Instances"])
    linux = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
    for kind, count in found.items():
        price = Price("AmazonEC2", f"BoxUsage:{kind}", (("instanceType", kind), *linux.items()))
        what = so_many(count, f"instance {kind} of Auto Scaling groups", f"instances {kind} of Auto Scaling groups")
        yield Use(what, count * HOURS, price, "as Linux on demand")


def tables(aws: Aws, app: str) -> Iterator[Use]:
    names = [name for name in aws.pages("dynamodb", "list_tables", "TableNames") if own(name, app)]
    sizes = aws.each(lambda name: aws.call("dynamodb", "describe_table", TableName=name)["Table"].get("TableSizeBytes", 0), names)
    price = Price("AmazonDynamoDB", "TimedStorage-ByteHrs")
    yield Use(f"Storage of {so_many(len(names), 'table', 'tables')}", sum(sizes) / GIB, price)


def buckets(aws: Aws, app: str) -> Iterator[Use]:
    names = [one["Name"] for one in aws.call("s3", "list_buckets")["Buckets"] if own(one["Name"], app)]
    about = [{"BucketName": name, "StorageType": "StandardStorage"} for name in names]
    # S3 tells once a day.
    found = [values[0] for values in _metric(aws, "AWS/S3", "BucketSizeBytes", "Average", 3, about) if values]
    note = "" if len(found) == len(names) else f"CloudWatch knows the size of {len(found)} of them"
    what = f"Standard storage of {so_many(len(names), 'bucket', 'buckets')}"
    yield Use(what, sum(found) / GIB if found else None, Price("AmazonS3", "TimedStorage-ByteHrs"), note)


def web_acls(aws: Aws, app: str) -> Iterator[Use]:
    found = [one for name, one in listed(aws, "web_acl", "REGIONAL").items() if own(name, app)]
    rules = aws.each(lambda one: len(_acl(aws, one)["Rules"]), found)
    yield Use(so_many(len(found), "web ACL", "web ACLs"), len(found), Price("awswaf", "WebACLV2"))
    yield Use(so_many(sum(rules), "rule of web ACLs", "rules of web ACLs"), sum(rules), Price("awswaf", "RuleV2"))


def _acl(aws: Aws, one: Mapping[str, Any]) -> Any:
    return aws.call("wafv2", "get_web_acl", Name=one["Name"], Id=one["Id"], Scope="REGIONAL")["WebACL"]


def monitoring(aws: Aws, app: str) -> Iterator[Use]:
    plain = [
        one for one in aws.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmTypes=["MetricAlarm"]) if own(one["AlarmName"], app)
    ]
    quick = sum(_metrics_of(one) for one in plain if one.get("Period", 60) < 60)
    usual = sum(map(_metrics_of, plain)) - quick
    parts = aws.pages("cloudwatch", "describe_alarms", "CompositeAlarms", AlarmTypes=["CompositeAlarm"])
    composite = sum(own(one["AlarmName"], app) for one in parts)
    boards = sum(own(one["DashboardName"], app) for one in aws.pages("cloudwatch", "list_dashboards", "DashboardEntries"))
    yield Use(so_many(usual, "metric of alarms", "metrics of alarms"), usual, Price("AmazonCloudWatch", "CW:AlarmMonitorUsage"))
    what = so_many(quick, "metric of alarms of high resolution", "metrics of alarms of high resolution")
    yield Use(what, quick, Price("AmazonCloudWatch", "CW:HighResAlarmMonitorUsage"))
    what = so_many(composite, "composite alarm", "composite alarms")
    yield Use(what, composite, Price("AmazonCloudWatch", "CW:CompositeAlarmMonitorUsage"))
    what = so_many(boards, "dashboard", "dashboards")
    yield Use(what, boards, Price("AmazonCloudWatch", "DashboardsUsageHour", everywhere=True))


def _metrics_of(alarm: Mapping[str, Any]) -> int:
    return sum("MetricStat" in one for one in alarm.get("Metrics", ())) or 1


def logs(aws: Aws, app: str) -> Iterator[Use]:
    groups = [one["logGroupName"] for one in aws.pages("logs", "describe_log_groups", "logGroups") if own(one["logGroupName"], app)]
    found = _metric(aws, "AWS/Logs", "IncomingBytes", "Sum", 1, [{"LogGroupName": name} for name in groups])
    day = sum(sum(values) for values in found) if any(found) else None
    note = "as much as in the last day" if day is not None else "CloudWatch has not counted it yet"
    yield Use("Logs taken in", None if day is None else day * DAYS / GIB, Price("AmazonCloudWatch", "DataProcessing-Bytes"), note)


def secrets(aws: Aws, app: str) -> Iterator[Use]:
    count = sum(own(one["Name"], app) for one in aws.pages("secretsmanager", "list_secrets", "SecretList"))
    yield Use(so_many(count, "secret", "secrets"), count, Price("AWSSecretsManager", "AWSSecretsManager-Secrets"))


def health_checks(aws: Aws, app: str) -> Iterator[Use]:
    found = {one["Id"]: one["HealthCheckConfig"] for one in aws.pages("route53", "list_health_checks", "HealthChecks")}
    tagged = aws.each(
        lambda ids: aws.call("route53", "list_tags_for_resources", ResourceType="healthcheck", ResourceIds=ids)["ResourceTagSets"],
        batches(found, MOST_AT_ONCE),
    )
    ours = [found[one["ResourceId"]] for some in tagged for one in some if as_dict(one["Tags"]).get("prodready:app") == app]
    options = sum(has(one) for one in ours for has in OPTIONS.values())
    note = "as of an endpoint outside AWS; inside it is less"
    yield Use(
        so_many(len(ours), "health check", "health checks"),
        len(ours),
        Price("AmazonRoute53", "Health-Check-Non-AWS", everywhere=True),
        note,
    )
    named = ", ".join(OPTIONS)
    what = so_many(options, f"option of health checks ({named})", f"options of health checks ({named})")
    yield Use(what, options, Price("AmazonRoute53", "Health-Check-Option-Non-AWS", everywhere=True), note)


def _metric(aws: Aws, namespace: str, name: str, statistic: str, days: int, dimensions: Iterable[Mapping[str, str]]) -> list[list[float]]:
    """The values of one metric, the newest first, for each set of dimensions."""
    end = datetime.now(UTC)
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": namespace,
                    "MetricName": name,
                    "Dimensions": [{"Name": key, "Value": value} for key, value in one.items()],
                },
                "Period": DAY,
                "Stat": statistic,
            },
        }
        for number, one in enumerate(dimensions)
    ]
    found: dict[str, list[float]] = {}
    for some in batches(queries, 500):
        more = {"StartTime": end - timedelta(days=days), "EndTime": end}
        for one in aws.pages("cloudwatch", "get_metric_data", "MetricDataResults", MetricDataQueries=some, **more):
            found.setdefault(one["Id"], []).extend(one["Values"])
    return [found.get(f"m{number}", []) for number in range(len(queries))]


READERS = (balancers, nodes, serverless, instances, tables, buckets, web_acls, monitoring, logs, secrets, health_checks)

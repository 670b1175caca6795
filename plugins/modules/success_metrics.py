#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: success_metrics
short_description: Measure an application over a window of time, from CloudWatch
version_added: 0.1.0
description:
  - Computes a figure over a window, the number of samples it rests on, and its course, and changes nothing.
  - A share is the sum of O(metrics[].part) in percent of the sum of O(metrics[].whole), over the whole window. A percentile cannot be
    added up from shorter times, so CloudWatch is asked for it over the window; where that touches two of CloudWatch's periods, the worse
    counts.
  - Without data a figure is null, with 0 samples.
  - See U(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  metrics:
    description: What is measured.
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: A name that no other has., type: str, required: true}
      part:
        description: Metrics whose sum is the part.
        type: list
        elements: dict
        suboptions: &metric
          namespace: {description: The metric's namespace., type: str, required: true}
          metric_name: {description: Its name., type: str, required: true}
          dimensions:
            description: All of its dimensions; load balancers, target groups and health checks of Route 53 by name.
            type: dict
            default: {}
          statistic: {description: What is taken of each period., type: str, default: Sum}
      whole:
        description: Metrics whose sum is the whole, and the number of samples.
        type: list
        elements: dict
        suboptions: *metric
      percentile:
        description: A metric with a percentile as its statistic, such as V(p95).
        type: dict
        suboptions: *metric
      scale:
        description: What O(metrics[].percentile) is multiplied with, V(1000) for milliseconds where the metric has seconds.
        type: float
        default: 1
      window_seconds:
        description: How far back to look. Of a percentile at most a day.
        type: int
        default: 86400
      period_seconds:
        description:
          - The step of the course, a multiple of 60.
          - CloudWatch keeps steps of a minute for 15 days, of 5 minutes for 63 days, of an hour for 455 days.
        type: int
        default: 300
      minimum_samples:
        description: On how many samples the figure must rest; only for O(patience_seconds).
        type: int
        default: 0
      region: {description: Another region than the place's own; that of Route 53's metrics is V(us-east-1)., type: str}
  patience_seconds:
    description:
      - How long to ask again while a figure rests on fewer samples than it takes, for what was measured a moment ago may still be on its
        way to CloudWatch.
    type: int
    default: 0
  dest:
    description: The file that the figures are written to, as JSON, with its seal.
    type: path
attributes:
  check_mode:
    support: full
    description: Measures in any mode; nothing is written in check mode.
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: A day's failed requests are counted
  prodready.aws.success_metrics:
    metrics:
      - name: errors
        part: [{namespace: Shop, metric_name: Errors, dimensions: {Service: shop}}]
        whole: [{namespace: Shop, metric_name: Requests, dimensions: {Service: shop}}]
      - name: response_time
        percentile: {namespace: Shop, metric_name: Latency, dimensions: {Service: shop}, statistic: p95}
  register: measured
"""

RETURN = r"""
figures:
  description:
    - By name the C(value), the C(samples), the C(source), the C(window_seconds), the C(period_seconds), C(start) and C(end) in seconds
      since 1970, and the C(course), a list of time, value and samples of each period that had data.
  type: dict
  returned: always
clock_skew_seconds:
  description: How far this machine's clock is ahead of AWS's; AWS tells the time in whole seconds.
  type: float
  returned: always
"""

import functools
import time
from pathlib import Path
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.clock import skew as skew_of
from ..module_utils.evidence import keep
from ..module_utils.figures import figure, metric_problems, metrics_of, queries, span
from ..module_utils.metric_names import KINDS, Names, health_check_ids, known, resolved, unknown, with_health_checks
from ..module_utils.progress import say

METRIC = {
    "namespace": {"type": "str", "required": True},
    "metric_name": {"type": "str", "required": True},
    "dimensions": {"type": "dict", "default": {}},
    "statistic": {"type": "str", "default": "Sum"},
}
SPEC = {
    "name": {"type": "str", "required": True},
    "part": {"type": "list", "elements": "dict", "options": METRIC},
    "whole": {"type": "list", "elements": "dict", "options": METRIC},
    "percentile": {"type": "dict", "options": METRIC},
    "scale": {"type": "float", "default": 1},
    "window_seconds": {"type": "int", "default": 86400},
    "period_seconds": {"type": "int", "default": 300},
    "minimum_samples": {"type": "int", "default": 0},
    "region": {"type": "str"},
}
AGAIN_SECONDS = 10


def measured(aws: Aws, metric: dict[str, Any], now: int) -> dict[str, Any]:
    place = Aws({**aws.params, "region": metric["region"]}, check_mode=True) if metric["region"] else aws
    start, end = span(metric, now)
    found = place.pages(
        "cloudwatch", "get_metric_data", "MetricDataResults", MetricDataQueries=queries(metric), StartTime=start, EndTime=end
    )
    return figure(metric, found, start, end)


def settled(aws: Aws, metrics: list[dict[str, Any]], now: int, patience: int) -> list[dict[str, Any]]:
    """The figures, asked again while some rest on too little and there is patience left."""
    found = aws.each(lambda metric: measured(aws, metric, now), metrics)
    for waited in range(0, patience, AGAIN_SECONDS):
        few = [number for number, metric in enumerate(metrics) if found[number]["samples"] < metric["minimum_samples"]]
        if not few:
            break
        names = ", ".join(f"{metrics[one]['name']} ({found[one]['samples']} of {metrics[one]['minimum_samples']} samples)" for one in few)
        say(f"{waited} of at most {patience} s, waiting for data of {names}")
        time.sleep(AGAIN_SECONDS)
        now += AGAIN_SECONDS
        later = aws.each(functools.partial(measured, aws, now=now), [metrics[one] for one in few])
        found = [later[few.index(number)] if number in few else one for number, one in enumerate(found)]
    return found


def as_cloudwatch_knows(aws: Aws, metrics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    everything = [one for metric in metrics for one in metrics_of(metric)]
    names: Names = {kind: {} for kind in KINDS}
    if any(unknown(one, names) for one in everything):
        names = known(aws)
    ids = health_check_ids(aws, everything)

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return list(map(renamed, value))
        return with_health_checks(resolved(value, names), ids) if isinstance(value, dict) else value

    return [{key: renamed(value) for key, value in metric.items()} for metric in metrics]


def clock_skew(aws: Aws) -> float:
    ahead = skew_of(aws.call("sts", "get_caller_identity"))
    if ahead is None:
        raise TimeoutError("AWS's answer does not tell the time. Is a proxy before it that takes the header Date away?")
    return ahead


def main() -> None:
    module = AwsModule(
        {
            "metrics": {"type": "list", "elements": "dict", "required": True, "options": SPEC, "required_together": [("part", "whole")]},
            "patience_seconds": {"type": "int", "default": 0},
            "dest": {"type": "path"},
        }
    )
    metrics, dest = module.params["metrics"], module.params["dest"]
    if problems := metric_problems(metrics):
        module.fail("; ".join(problems))
    aws = module.aws
    skew = module.ask("the time", clock_skew, aws)
    # AWS's time: a clock that is wrong must not look into an empty window.
    now = int(time.time() - skew)
    renamed = module.ask("load balancers", as_cloudwatch_knows, aws, metrics)
    found = module.ask("metrics", settled, aws, renamed, now, module.params["patience_seconds"])
    figures = {metric["name"]: one for metric, one in zip(metrics, found, strict=True)}
    if dest and not module.check_mode:
        try:
            keep(Path(dest), {"at": now, "figures": figures})
        except OSError as error:
            module.fail(f"dest: {dest} cannot be written: {error.strerror}.")
    module.done(changed=False, figures=figures, clock_skew_seconds=skew)


if __name__ == "__main__":
    main()

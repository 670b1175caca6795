#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudwatch_names
short_description: Find the load balancers and target groups that alarms and widgets name
version_added: 0.1.0
description:
  - CloudWatch knows a load balancer and a target group by a part of their ARNs that AWS makes up. Here their dimensions have their names;
    this module writes that part in their place. It changes nothing in AWS.
  - Alarms and widgets about what does not exist yet wait, as do alarms whose rule names one that waits. They are left out and named.
  - Asks for the load balancers and the target groups of the region, 400 with a request, when any is named.
  - See U(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  alarms:
    description: Alarms, as M(prodready.aws.cloudwatch_alarms) takes them.
    type: list
    elements: dict
    default: []
  widgets:
    description: Widgets, as M(prodready.aws.cloudwatch_dashboards) takes them.
    type: list
    elements: dict
    default: []
  emitted_metrics:
    description: Metrics that are emitted, as both take them.
    type: list
    elements: dict
    default: []
  made_before:
    description:
      - The load balancers and target groups that the same playbook makes before.
      - In check mode C((known after apply)) stands for what AWS will make up for those that are not there yet.
    type: dict
    suboptions:
      LoadBalancer: {description: Names of load balancers., type: list, elements: str, default: []}
      TargetGroup: {description: Names of target groups., type: list, elements: str, default: []}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The load balancer is found
  prodready.aws.cloudwatch_names:
    alarms:
      - name: shop-unhealthy
        namespace: AWS/ApplicationELB
        metric_name: UnHealthyHostCount
        dimensions: {LoadBalancer: shop, TargetGroup: shop}
        statistic: Maximum
        threshold: 0
        comparison_operator: GreaterThanThreshold
        evaluation_periods: 3
  register: found
"""

RETURN = r"""
alarms:
  description: The alarms that do not wait, with the dimensions that CloudWatch knows.
  type: list
  elements: dict
  returned: always
widgets:
  description: The widgets that do not wait, likewise.
  type: list
  elements: dict
  returned: always
emitted_metrics:
  description: The emitted metrics, likewise.
  type: list
  elements: dict
  returned: always
waiting:
  description: The alarms, and the titles of the widgets, that wait.
  type: list
  elements: str
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils.alarms import children
from ..module_utils.aws import AwsModule
from ..module_utils.lists import names_by_kind
from ..module_utils.metric_names import KINDS, Names, known, resolved, unknown

# As CloudWatch knows one that is still to be made.
TO_BE_MADE = {"LoadBalancer": "app/{}/(known after apply)", "TargetGroup": "targetgroup/{}/(known after apply)"}


def waiting(alarms: list[dict[str, Any]], names: Names) -> dict[str, list[str]]:
    """The alarms that wait, and for what; one whose rule names an alarm that waits does so too."""
    found = {alarm["name"]: missing for alarm in alarms if (missing := unknown(alarm, names))}
    while more := {
        alarm["name"]: [f"alarm {child}" for child in named_ones]
        for alarm in alarms
        if alarm["name"] not in found and (named_ones := [child for child in children(alarm.get("rule") or "") if child in found])
    }:
        found |= more
    return found


def foreseen(names: Names, made_before: Mapping[str, list[str]]) -> dict[str, dict[str, str]]:
    """The names with those of what will be there by then."""
    return {kind: {name: TO_BE_MADE[kind].format(name) for name in made_before.get(kind) or []} | dict(names[kind]) for kind in KINDS}


def main() -> None:
    kinds = ("alarms", "widgets", "emitted_metrics")
    spec: dict[str, Any] = {kind: {"type": "list", "elements": "dict", "default": []} for kind in kinds}
    module = AwsModule({**spec, "made_before": names_by_kind(*KINDS)})
    alarms, widgets, emitted = (module.params[kind] for kind in kinds)
    nothing: Names = {kind: {} for kind in KINDS}
    any_named = any(unknown(item, nothing) for item in [*alarms, *widgets, *emitted])
    names = module.ask("load balancers", known, module.aws) if any_named else nothing
    if module.check_mode:
        names = foreseen(names, module.params["made_before"] or {})

    late = waiting(alarms, names)
    late_widgets = [widget for widget in widgets if unknown(widget, names)]
    if late or late_widgets:
        for_what = sorted(
            {one for missing in late.values() for one in missing} | {one for widget in late_widgets for one in unknown(widget, names)}
        )
        module.warn(f"{len(late)} alarms and {len(late_widgets)} widgets wait for {', '.join(for_what)}, which is not there yet.")
    module.done(
        changed=False,
        alarms=[resolved(alarm, names) for alarm in alarms if alarm["name"] not in late],
        widgets=[resolved(widget, names) for widget in widgets if widget not in late_widgets],
        emitted_metrics=[resolved(one, names) for one in emitted],
        waiting=[*late, *(widget.get("title", "") for widget in late_widgets)],
    )


if __name__ == "__main__":
    main()

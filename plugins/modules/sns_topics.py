#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: sns_topics
short_description: Keep a set of SNS topics and their subscriptions as desired
version_added: 0.1.0
description:
  - Creates topics and subscriptions that are missing and sets what is given; what is not given stays as it is. Never deletes a topic.
  - A subscription whose endpoint has not confirmed yet is left alone and reported; AWS forgets it after two days, then it is made anew.
  - See U(https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html) and U(https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  topics:
    description: The topics.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The topic's name. Standard topics only, since CloudWatch alarms cannot write to others.
        type: str
        required: true
      display_name:
        description: The sender that mails and text messages show.
        type: str
      kms_key:
        description:
          - The KMS key that messages are encrypted with, as key id, alias or ARN; empty for none.
          - The key's policy must let C(cloudwatch.amazonaws.com) use it, which V(alias/aws/sns) does not.
        type: str
      delivery_policy:
        description: How deliveries over HTTP are repeated, as in U(https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html).
        type: dict
      policy:
        description: Who may publish and subscribe; the account itself when never given.
        type: dict
      publishers:
        description:
          - The services of AWS that may publish for this account, such as V(budgets.amazonaws.com). Alarms of CloudWatch may without it.
          - Each has a statement of its own in the policy, whose other statements stay. When given, no others have such a statement.
        type: list
        elements: str
      tags:
        description: Tags to have; others are kept.
        type: dict
      inbox:
        description:
          - The name of an SQS queue that keeps every message of the last 14 days, for reading later and for proofs of delivery.
          - The queue is made, subscribed, and lets this topic alone write to it.
        type: str
      subscriptions:
        description: Who is told.
        type: list
        elements: dict
        suboptions:
          protocol:
            description: How.
            type: str
            required: true
            choices: [email, email-json, sms, http, https, sqs, lambda, firehose, application]
          endpoint:
            description: Where. Queues and functions of this account and region by name, other AWS resources by ARN.
            type: str
            required: true
          filter_policy:
            description: Which messages.
            type: dict
          filter_policy_scope:
            description: What O(topics[].subscriptions[].filter_policy) looks at.
            type: str
            choices: [MessageAttributes, MessageBody]
          raw_delivery:
            description: Whether the message is delivered without SNS's envelope.
            type: bool
          dead_letter_queue:
            description: The SQS queue of this account and region, by name, for what could not be delivered.
            type: str
          role_arn:
            description: The role that lets SNS write, for the protocol V(firehose).
            type: str
  purge_subscriptions:
    description: Whether to remove confirmed subscriptions of these topics that are not listed.
    type: bool
    default: false
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's alerts reach its owners
  prodready.aws.sns_topics:
    topics:
      - name: shop-alerts
        display_name: Shop
        inbox: shop-alerts-inbox
        subscriptions:
          - {protocol: email, endpoint: ops@example.com}
"""

RETURN = r"""
pending:
  description: The subscriptions that wait, or will wait, for their endpoint's confirmation.
  type: list
  elements: str
  returned: always
plan:
  description: What is changed, or would be in check mode. A subscription is named by its topic, protocol and endpoint.
  type: list
  elements: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

import functools
from typing import Any

from ..module_utils.aws import AwsModule
from ..module_utils.plan import State
from ..module_utils.topics import PROTOCOLS, by_name, calls, current, hidden, kept, pending, policies, problems, read, turn, want
from ..module_utils.undo import Undo

SUBSCRIPTION_SPEC: dict[str, Any] = {
    "protocol": {"type": "str", "required": True, "choices": PROTOCOLS},
    "endpoint": {"type": "str", "required": True},
    "filter_policy": {"type": "dict"},
    "filter_policy_scope": {"type": "str", "choices": ["MessageAttributes", "MessageBody"]},
    "raw_delivery": {"type": "bool"},
    "dead_letter_queue": {"type": "str"},
    "role_arn": {"type": "str"},
}
TOPIC_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    **{key: {"type": "str"} for key in ("display_name", "inbox")},
    "kms_key": {"type": "str", "no_log": False},
    **{key: {"type": "dict"} for key in ("delivery_policy", "policy", "tags")},
    "publishers": {"type": "list", "elements": "str"},
    "subscriptions": {"type": "list", "elements": "dict", "options": SUBSCRIPTION_SPEC},
}


UNDO = Undo("sns", current, lambda module, change: calls(module.aws, {}, change), kept)


def main() -> None:
    module = AwsModule(
        {
            "topics": {"type": "list", "elements": "dict", "required": True, "options": TOPIC_SPEC},
            "purge_subscriptions": {"type": "bool", "default": False},
        }
    )
    topics, purge = [by_name(module.aws, topic) for topic in module.params["topics"]], module.params["purge_subscriptions"]
    if found := problems(topics):
        module.fail("; ".join(found))

    desired: dict[str, State | None] = {}
    endpoints: dict[str, str] = {}
    for topic in topics:
        states, secrets = want(topic, module.ownership)
        desired |= states
        endpoints |= secrets
    module.no_log_values |= {endpoint for endpoint in endpoints.values() if hidden(endpoint) != endpoint}
    current = dict(module.ask("topics", read, module.aws, desired))
    desired |= {name: {**(desired[name] or {}), "policy": policy} for name, policy in policies(module.aws, topics, current).items()}
    if purge:
        desired |= {name: None for name, state in current.items() if name not in desired and not state["pending"]}
    waiting = pending(desired, current)
    for name in waiting:
        module.warn(f"{name} waits for its endpoint to confirm the subscription.")
    # Nothing can be set on a subscription before it is confirmed.
    current |= {name: state for name, state in desired.items() if state and name in waiting and name in current}
    module.ensure(
        "sns",
        desired,
        lambda aws, names: current,
        functools.partial(calls, module.aws, endpoints),
        order=turn,
        pending=waiting,
    )


if __name__ == "__main__":
    main()

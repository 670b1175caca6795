# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  account:
    description:
      - The id of the only AWS account that the module may touch.
      - It is compared with the account of the credentials before the first request; on a mismatch nothing is done.
    type: str
    required: true
  region:
    description: The AWS region. Taken from E(AWS_REGION) or E(AWS_DEFAULT_REGION) when not set.
    type: str
    required: true
  app:
    description: The application that the resources belong to, written into their ownership tags.
    type: str
  profile:
    description: A profile of the AWS configuration. Taken from E(AWS_PROFILE) when not set.
    type: str
  access_key:
    description: An access key id, for places without a profile or a role.
    type: str
  secret_key:
    description: The secret access key of O(access_key).
    type: str
  session_token:
    description: The session token of O(access_key).
    type: str
  endpoint_url:
    description: Where AWS is, if not at AWS. Taken from E(AWS_ENDPOINT_URL) when not set.
    type: str
  concurrency:
    description: How many requests are under way at once.
    type: int
    default: 8
  deadline_seconds:
    description: How long a wait for a state of AWS may last, in seconds.
    type: int
    default: 600
  unanswered_seconds:
    description: How long a request is sent again while no answer comes at all, in seconds; its last attempt may take half a minute more.
    type: int
    default: 60
  journal:
    description:
      - Where every change is written down before it is made, and in whose name.
      - Set by the collection itself from C(runbook_journal).
    type: dict
    suboptions:
      path:
        description: The file, one JSON line for each change.
        type: str
      run:
        description: The run of ansible-playbook.
        type: str
      host:
        description: The inventory host.
        type: str
      role:
        description: The role.
        type: str
      task:
        description: The task.
        type: str
requirements:
  - boto3 >= 1.35
attributes:
  check_mode:
    support: full
    description: Can run in check mode and return changed status without modifying AWS. Every request that does not read is refused.
  diff_mode:
    support: full
    description: Returns, for each resource that differs, its fields before and after.
"""

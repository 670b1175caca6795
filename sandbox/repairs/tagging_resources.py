"""GetResources by ARNs answers all of them at once, and takes neither filters nor pages beside them.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html

moto hands them out in pages of 50.
"""

from __future__ import annotations

from typing import Any

from moto.resourcegroupstaggingapi.exceptions import ResourceGroupsTaggingAPIError
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse

BESIDE = ("PaginationToken", "ResourcesPerPage", "TagsPerPage", "TagFilters", "ResourceTypeFilters")
ALL = 1_000_000


def apply() -> None:
    page, respond = ResourceGroupsTaggingAPIBackend.get_resources, ResourceGroupsTaggingAPIResponse.get_resources

    def get_resources(self: Any, **options: Any) -> Any:
        if options.get("resource_arn_list"):
            options |= {"resources_per_page": ALL, "tags_per_page": ALL}
        return page(self, **options)

    def response(self: Any) -> Any:
        given = [name for name in BESIDE if self._get_param(name)]
        if self._get_param("ResourceARNList") and given:
            raise ResourceGroupsTaggingAPIError("InvalidParameterException", f"ResourceARNList cannot be combined with {', '.join(given)}")
        return respond(self)

    ResourceGroupsTaggingAPIBackend.get_resources = get_resources
    ResourceGroupsTaggingAPIResponse.get_resources = response

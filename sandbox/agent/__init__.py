"""The CloudWatch agent of the application hosts and of instances: what their services print becomes events of CloudWatch Logs."""

# The shop's; the role cloudwatch makes the group, with retention and filters, from inventories/sandbox.
LOG_GROUP = "/shop/application"
REGION = "eu-central-1"

"""IAM: what a policy allows, and what a request needs. Nothing here knows an emulator."""

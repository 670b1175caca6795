"""The embedded AWS of a checkout: an emulator held to AWS's behaviour, and the hosts that run the application.

Needed by the sandbox inventory and the tests only; nothing in the collection imports it.
"""

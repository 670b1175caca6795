"""As locust holds a rate: so many users, each of whom begins its next request when its time has come and the last one is answered."""

import os

from locust import FastHttpUser, constant_throughput, task


class User(FastHttpUser):
    wait_time = constant_throughput(float(os.environ["RATE_OF_USER"]))

    @task
    def ask(self) -> None:
        self.client.get("/")

"""The .env file of the example shop, with secrets of this sandbox's own."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any


def keep(path: Path, state: dict[str, Any]) -> None:
    """Write the file for this sandbox's addresses; a secret that it has stays."""
    port = state["hosts"]["app1"]["port"]
    settings = {
        "NODE_ENV": "production",
        "LOG_LEVEL": "info",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": state["endpoint"],
        "AWS_ACCESS_KEY_ID": "AKIASHOP000000000000",
        "AWS_SECRET_ACCESS_KEY": "the-sandbox-checks-no-signature-at-all",
        "S3_FORCE_PATH_STYLE": "true",
        "PRODUCTS_TABLE": "shop-products",
        "ORDERS_TABLE": "shop-orders",
        "MIGRATIONS_TABLE": "shop-migrations",
        "IMAGES_BUCKET": "shop-images-123456789012",
        "METRICS_NAMESPACE": "Shop",
        "METRICS_INTERVAL_SECONDS": "10",
        "RATE_LIMIT_PER_MINUTE": "100000",
        # Longer than the load balancer keeps a connection that is idle.
        "KEEP_ALIVE_SECONDS": "21",
    }
    made = {name: secrets.token_urlsafe(36) for name in ("SESSION_SECRET", "ADMIN_TOKEN", "PAYMENT_API_KEY")}
    kept = {name: value for name, value in _read(path).items() if name in made}
    text = "".join(f"{name}={value}\n" for name, value in {**settings, **made, **kept}.items())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _read(path: Path) -> dict[str, str]:
    try:
        return dict(line.split("=", 1) for line in path.read_text().splitlines())
    except FileNotFoundError:
        return {}

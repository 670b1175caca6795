"""The .env file of the example shop, with secrets of this sandbox's own: python -m sandbox.shop_env FOLDER"""

from __future__ import annotations

import json
import os
import secrets
import sys
from pathlib import Path


def variables(endpoint: str, port: int) -> dict[str, str]:
    return {
        "NODE_ENV": "production",
        "LOG_LEVEL": "info",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "AKIASANDBOX000000000",
        "AWS_SECRET_ACCESS_KEY": "the-sandbox-checks-no-signature-at-all",
        "S3_FORCE_PATH_STYLE": "true",
        "PRODUCTS_TABLE": "shop-products",
        "ORDERS_TABLE": "shop-orders",
        "MIGRATIONS_TABLE": "shop-migrations",
        "IMAGES_BUCKET": "shop-images-123456789012",
        "METRICS_NAMESPACE": "Shop",
        "METRICS_INTERVAL_SECONDS": "10",
        "RATE_LIMIT_PER_MINUTE": "100000",
        "KEEP_ALIVE_SECONDS": "1",
        "SESSION_SECRET": secrets.token_urlsafe(36),
        "ADMIN_TOKEN": secrets.token_urlsafe(36),
        "PAYMENT_API_KEY": secrets.token_urlsafe(24),
    }


def main() -> None:
    folder = Path(sys.argv[1])
    state = json.loads((folder / "state.json").read_text())
    values = variables(state["endpoint"], state["hosts"]["app1"]["port"])
    try:
        descriptor = os.open(folder / "shop.env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())


if __name__ == "__main__":
    main()

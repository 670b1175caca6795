"""The `systemctl` of a host: hands its arguments to the manager. It imports next to nothing, to be fast."""

import json
import os
import socket
import sys


def main(root: str, arguments: list[str]) -> int:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # A socket's path is at most 107 bytes long; a folder's may be longer.
        os.chdir(root + "/run")
        connection.connect("units.sock")
    except OSError as error:
        print(
            f"Failed to connect to bus: {error.strerror}. No service manager runs for {root}; "
            f"start it with: python -m sandbox.units serve --root {root}",
            file=sys.stderr,
        )
        if "is-system-running" in arguments:
            print("offline")
        return 1
    connection.sendall(json.dumps(arguments).encode() + b"\n")
    answer = b"".join(iter(lambda: connection.recv(65536), b""))
    if not answer:
        print(f"Connection to the service manager of {root} was lost: it has ended.", file=sys.stderr)
        return 1
    out, err, code = json.loads(answer)
    sys.stderr.write(err)
    sys.stdout.write(out)
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

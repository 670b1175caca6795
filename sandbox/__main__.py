"""python -m sandbox up | down | status | image

Every playbook's first act is `up`, so nothing heavy is imported here.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sandbox import ports, programs, shop_env
from sandbox.state import ROOT, Folder

_UP_SECONDS = 90
_DOWN_SECONDS = 45
_POLL_SECONDS = 0.03
_TRIES = 3
_DOWN_EXIT = 3
# Health checks every 30 seconds, the default of a target group, come every three here.
_SPEED = 10


class Failed(Exception):
    pass


def up(folder: Folder, port: int | None, only: list[str], speed: float | None, as_json: bool) -> int:
    folder.create()
    with folder.one_command():
        running = folder.running_pid() is not None
        state = folder.read()
        if running and port and port != state["ports"]["emulator"]:
            raise Failed(f"The sandbox is up at {state['endpoint']}: take it down before you choose another port.")
        if running and speed and speed != state["health_check_speed"]:
            raise Failed(f"The sandbox is up with health checks {state['health_check_speed']:g} times as fast: take it down before.")
        if not running:
            _start(folder, port, only, speed or _SPEED)
        state = _wait_ready(folder)
        if not running:
            shop_env.keep(folder.path / "shop.env", state)
    result = "already up" if running else "started"
    print(json.dumps({"result": result, **state}) if as_json else f"{result}  {state['endpoint']}")
    for sentence in filter(None, (running and _lost(state), *state["off"].values())):
        print(sentence, file=sys.stderr)
    return 0


def down(folder: Folder) -> int:
    folder.create()
    with folder.one_command():
        print("stopped" if _stop(folder) else "not running")
    return 0


def status(folder: Folder) -> int:
    if folder.running_pid() is None:
        print("The sandbox is down. Start it: make sandbox-up")
        return _DOWN_EXIT
    state = folder.read()
    rows: list[tuple[Any, ...]] = [("part", "pid", "address", "state", "since", "restarts")]
    rows += [("supervisor", state["pid"], "", "ready", state["started"], 0)]
    rows += [
        (name, part["pid"] or "", part["address"], part["state"], part["since"], part["restarts"])
        for name, part in state.get("parts", {}).items()
    ]
    widths = [max(len(str(cell)) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for sentence in filter(None, (_lost(state), _behind(state), *state["off"].values(), *_not_emulated(folder))):
        print(sentence)
    return 0 if _is_ready(state) else _DOWN_EXIT


def _start(folder: Folder, port: int | None, only: list[str], speed: float) -> None:
    state = folder.read()
    kept = state.get("ports")
    chosen = ports.chosen(port) if port else ports.kept(kept) if kept else ports.derived(folder.path)
    hosts: dict[str, dict[str, Any]] = {
        name: {
            "root": str(folder.path / "hosts" / name),
            "address": ports.ADDRESS,
            "port": chosen[name],
            "spare_port": chosen[f"{name}_spare"],
            "private_address": address,
        }
        for name, address in (("app1", "172.31.1.11"), ("app2", "172.31.1.12"))
    }
    for host in hosts.values():
        Path(host["root"]).mkdir(parents=True, exist_ok=True)
    endpoint = f"http://{ports.ADDRESS}:{chosen['emulator']}"
    listeners = {str(number): chosen[f"listener_{number}"] for number in ports.LISTENERS}
    folder.write(
        {
            "pid": None,
            "started": "",
            "endpoint": endpoint,
            "ports": chosen,
            "hosts": hosts,
            "slice": ports.slice_of(folder.path),
            "listeners": listeners,
            "connect_to": {f"shop:{number}": f"{ports.ADDRESS}:{port}" for number, port in listeners.items()},
            "ca_path": str(folder.path / "plane" / "ca.pem"),
            "health_check_speed": speed,
            "off": programs.off(),
            "parts": {},
        }
    )
    folder.requests.unlink(missing_ok=True)
    for file in folder.log.glob("*.log"):
        file.replace(file.with_suffix(".log.1"))
    # The person's own AWS settings are none of the sandbox's business.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with (folder.log / "supervisor.log").open("ab") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "sandbox.supervisor", str(folder.path), *only],
            cwd=folder.path,
            env=environment | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + _UP_SECONDS
    while folder.running_pid() != supervisor.pid or folder.read()["pid"] != supervisor.pid:
        if supervisor.poll() is not None or time.monotonic() > deadline:
            raise Failed(f"The supervisor did not start:\n{_tail(folder.log / 'supervisor.log')}")
        time.sleep(_POLL_SECONDS)


def _stop(folder: Folder) -> bool:
    """Whether there was something to stop."""
    pid = folder.running_pid()
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _DOWN_SECONDS
    while folder.running_pid() is not None:
        if time.monotonic() > deadline:
            raise Failed(f"The supervisor (pid {pid}) did not end in {_DOWN_SECONDS} s; see {folder.log}.")
        time.sleep(_POLL_SECONDS)
    return True


def _wait_ready(folder: Folder) -> dict[str, Any]:
    deadline = time.monotonic() + _UP_SECONDS
    while not _is_ready(state := folder.read()):
        parts = state.get("parts", {})
        broken = next((name for name, part in parts.items() if part["restarts"] >= _TRIES and part["state"] != "ready"), "")
        if folder.running_pid() is None:
            raise Failed(f"The supervisor ended:\n{_tail(folder.log / 'supervisor.log')}")
        if broken or time.monotonic() > deadline:
            waiting = broken or next((name for name, part in parts.items() if part["state"] != "ready"), "supervisor")
            _stop(folder)
            raise Failed(f"{waiting} did not get ready and all was stopped:\n{_tail(folder.log / f'{waiting}.log')}")
        time.sleep(_POLL_SECONDS)
    return state


def _is_ready(state: dict[str, Any]) -> bool:
    parts = state.get("parts", {})
    return bool(parts) and all(part["state"] == "ready" for part in parts.values())


def _lost(state: dict[str, Any]) -> str:
    emulator = state["parts"].get("emulator", {})
    if not emulator.get("restarts"):
        return ""
    return f"The emulator was restarted at {emulator['since']}, its state was lost: run the playbooks again."


def _behind(state: dict[str, Any]) -> str:
    from sandbox.agent.backlog import Backlog

    left = {name: Backlog(Path(host["root"])).bytes_left() for name, host in state["hosts"].items()}
    waiting = ", ".join(f"{size} bytes of {name}" for name, size in left.items() if size)
    return f"Not yet shipped to CloudWatch Logs from the journals: {waiting}." if waiting else ""


def _not_emulated(folder: Folder) -> list[str]:
    """What of the web ACLs in force cannot be done here."""
    file = folder.path / "plane" / "waf-not-emulated.json"
    return json.loads(file.read_text()) if file.exists() else []


def _tail(file: Path, lines: int = 15) -> str:
    return "" if not file.exists() else "\n".join(file.read_text(errors="replace").splitlines()[-lines:])


def main() -> int:
    if sys.argv[1:2] == ["image"]:
        from sandbox.containers import push

        return push.main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=("up", "down", "status"))
    parser.add_argument("--port", type=int, default=os.environ.get("SANDBOX_PORT"), help="of the emulator; the others follow")
    parser.add_argument(
        "--folder", type=Path, default=os.environ.get("SANDBOX_FOLDER") or ROOT / ".sandbox", help="where the state is kept"
    )
    parser.add_argument("--only", nargs="+", default=[], help="start only these parts")
    parser.add_argument("--health-check-speed", type=float, help=f"how many times as fast as on AWS targets are checked ({_SPEED})")
    parser.add_argument("--json", action="store_true", help="let `up` print the whole state")
    arguments = parser.parse_args()
    folder = Folder(arguments.folder)
    try:
        if arguments.command == "up":
            return up(folder, arguments.port, arguments.only, arguments.health_check_speed, arguments.json)
        return down(folder) if arguments.command == "down" else status(folder)
    except (Failed, ports.PortTaken) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

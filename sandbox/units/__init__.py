"""An application host's service manager: systemd's unit files, systemctl and journalctl without systemd.

A host is a folder. What is emulated behaves as systemd 252 documents it (man systemd.service, systemd.exec,
systemd.socket, systemd.unit); what is not emulated is named in `systemctl status` or refused when the unit is loaded.

A host may have an address of its own (`--address`): a socket unit that listens on every address (`ListenStream=3000`,
`0.0.0.0:3000`) listens on that one only, so that several hosts of one machine have the same ports. A process that binds
0.0.0.0 itself does bind all of the machine: no manager without a network namespace could keep it from that.
"""

"""An application host's service manager: systemd's unit files, systemctl and journalctl without systemd.

A host is a folder. What is emulated behaves as systemd 252 documents it (man systemd.service, systemd.exec,
systemd.socket, systemd.unit); what is not emulated is named in `systemctl status` or refused when the unit is loaded.
"""

"""What a node of a cluster tells of the others."""

from __future__ import annotations

from sandbox.cache.cluster import peers

NODES = """\
aa 127.77.240.11:6379@16379 myself,master - 0 0 1 connected 0-5 9 [6->-bb]
bb 127.77.240.19:6379@16379,a.name master - 0 1 2 connected 6-8
cc 127.77.240.12:6379@16379 slave aa 0 1 1 connected
dd 127.77.240.30:6379@16379 handshake - 0 0 0 disconnected
ee :0@0 master,noaddr - 1 1 0 disconnected
"""


def test_each_node_has_its_address_its_role_and_its_slots():
    found = peers(NODES)
    assert {name: (peer.address, peer.master, sorted(peer.slots)) for name, peer in found.items()} == {
        "aa": ("127.77.240.11", "", [0, 1, 2, 3, 4, 5, 9]),
        "bb": ("127.77.240.19", "", [6, 7, 8]),
        "cc": ("127.77.240.12", "aa", []),
        "dd": ("127.77.240.30", "", []),
        "ee": ("", "", []),
    }
    assert found["aa"].flags == {"myself", "master"} and "handshake" in found["dd"].flags

"""A wire that changes the order of packets: a TUN device, with this program as its wire.

    python3 wire.py

It creates the device tun0 in its network namespace, says so, and goes on until the end of
its standard input. Of the packets with data, two at a time change places. The wire leads
back: a packet for THERE comes back from THERE.
"""

import fcntl
import os
import select
import struct
import sys

TUNSETIFF = 0x400454CA  # <linux/if_tun.h>
IFF_TUN = 0x0001        # packets of IP, without those of Ethernet around them
IFF_NO_PI = 0x1000      # and with nothing before them
DATA = 100              # bytes: shorter packets open, confirm and close connections
PATIENCE = 0.01         # seconds that a packet waits for the next one


def back(packet):
    """Exchanges source and destination of an IPv4 packet; no checksum changes by that."""
    return packet[:12] + packet[16:20] + packet[12:16] + packet[20:]


try:
    device = os.open('/dev/net/tun', os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack('16sH22x', b'tun0', IFF_TUN | IFF_NO_PI))
except OSError as error:
    sys.exit(f'no TUN device here, which this test needs: {error}')
print('tun0', flush=True)

held = None
exchanged = 0
while True:
    ready, _, _ = select.select([device, sys.stdin], [], [], PATIENCE if held else None)
    if sys.stdin in ready:
        break
    packet = os.read(device, 65536) if ready else None
    if packet and packet[0] >> 4 != 4:
        continue  # IPv6 looks for routers
    if packet and len(packet) < DATA:
        os.write(device, back(packet))
    elif packet and not held:
        held = packet
    else:
        if packet:
            os.write(device, back(packet))
            exchanged += 1
        os.write(device, back(held))
        held = None
print(exchanged, 'pairs exchanged')

"""Sends numbered messages, and prints their numbers in the order in which they arrive.

    python3 messages.py stream|dgram HERE THERE COUNT

The receiver has the address HERE, port 4444, and the sender sends to THERE, port 4444:
the same address, or one from which the packets come back.
"""

import socket
import sys
import threading

PORT = 4444
SIZE = 100
SILENCE = 2  # seconds: the end of the datagrams, of which nobody knows the last


def message(number):
    return b'%0*d' % (SIZE, number)


def send_stream(there, count):
    with socket.create_connection((there, PORT)) as sender:
        # Each message may travel in a packet of its own.
        sender.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(count):
            sender.sendall(message(number))


def stream(here, there, count):
    with socket.create_server((here, PORT)) as listener:
        threading.Thread(target=send_stream, args=(there, count)).start()
        receiver, _ = listener.accept()
        with receiver, receiver.makefile('rb') as file:
            while data := file.read(SIZE):
                yield int(data)


def dgram(here, there, count):
    receiver = socket.socket(type=socket.SOCK_DGRAM)
    receiver.bind((here, PORT))
    sender = socket.socket(type=socket.SOCK_DGRAM)
    sender.connect((there, PORT))
    received = 0
    for number in range(count):
        sender.send(message(number))
        # What is there already is taken at once, so that the receive buffer never overflows.
        receiver.setblocking(False)
        try:
            while True:
                yield int(receiver.recv(SIZE))
                received += 1
        except BlockingIOError:
            pass
    receiver.settimeout(SILENCE)
    try:
        while received < count:
            yield int(receiver.recv(SIZE))
            received += 1
    except TimeoutError:
        pass


kind, here, there, count = sys.argv[1:]
receive = {'stream': stream, 'dgram': dgram}[kind]
print(*receive(here, there, int(count)))

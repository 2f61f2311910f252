"""Chat: a line that one client sends, everybody else hears.

    python3 socket_chat.py [HOST PORT]

Its clients send lines: client/socket_connect.py, nc, telnet. Ctrl-C ends it.
"""

import asyncio
import os
import signal
import socket
import sys

LOCALHOST = '127.0.0.1'
BACKLOG = 128
LINE = 1024  # bytes, without the end
QUEUE = 1 << 20  # bytes that may wait for a client
PATIENCE = 2  # seconds that a client may take for what waits for it, and for its goodbye

names = {}  # of each client that is there, by its writer
tasks = set()


def tell(line, writers):
    """Waits for nobody: who lets too much wait has to leave."""
    for writer in writers:
        if writer in names:
            writer.write((line + '\n').encode())
            if writer.transport.get_write_buffer_size() > QUEUE:
                writer.write(b'* goodbye: you do not read\n')
                goodbye(writer)
                leave(writer)


def others(writer):
    return [other for other in names if other is not writer]


def goodbye(writer):
    """Ends our side when all is sent; to close at once could lose the last words."""
    if not writer.is_closing():
        writer.write_eof()
    asyncio.get_running_loop().call_later(PATIENCE, writer.transport.abort)


def leave(writer):
    name = names.pop(writer, None)
    if name:
        tell(f'* {name} has left', list(names))


def hear(writer, line):
    """Tells the others what a client says, or answers it."""
    try:
        text = line.removesuffix(b'\n').removesuffix(b'\r').decode()
    except UnicodeDecodeError:
        text = '\0'
    if any(ord(c) < 32 and c != '\t' or 127 <= ord(c) < 160 for c in text):
        tell('* not told: a line is text in UTF-8', [writer])
    elif text.startswith('/name '):
        rename(writer, text.removeprefix('/name ').strip())
    elif text and writer in names:
        tell(f'{names[writer]}: {text}', others(writer))


def rename(writer, new):
    free = new.isalnum() and new[0].isalpha() and new not in names.values()
    if not free or len(new.encode()) > 32:
        tell('* this is no name, or somebody has it', [writer])
    elif writer in names:
        old, names[writer] = names[writer], new
        tell(f'* {old} is now {new}', list(names))


async def talk(reader, writer):
    skipping = False  # the rest of a line that was too long
    while True:
        try:
            line = await reader.readuntil()
        except asyncio.LimitOverrunError as error:
            await reader.readexactly(error.consumed)
            if not skipping:
                tell('* not told: a line has 1024 bytes at most', [writer])
            skipping = True
            continue
        except asyncio.IncompleteReadError as error:
            if error.partial and not skipping:
                hear(writer, error.partial)  # The last line may lack its end.
            return
        if len(line) > LINE + 1 and not line.endswith(b'\r\n'):
            tell('* not told: a line has 1024 bytes at most', [writer])
        elif not skipping:
            hear(writer, line)
        skipping = False
        await asyncio.sleep(0)  # One line, and then it is the turn of the others.


async def serve(reader, writer):
    task = asyncio.current_task()
    tasks.add(task)
    fd, port = writer.get_extra_info('socket').fileno(), writer.get_extra_info('peername')[1]
    print('Socket', fd, 'accepted from', writer.get_extra_info('peername'), flush=True)
    tell(f'* {port} has come', list(names))
    names[writer] = str(port)
    tell(f'* you are {port}; /name NAME changes that', [writer])
    try:
        await talk(reader, writer)
    except OSError as error:
        print('Socket', fd, 'failed:', error, file=sys.stderr)
    leave(writer)
    writer.close()
    # It may have ended its side, and never read what waits for it.
    asyncio.get_running_loop().call_later(PATIENCE, writer.transport.abort)
    print('Socket', fd, 'closed', flush=True)
    tasks.discard(task)


async def chat(default_socket):
    loop = asyncio.get_running_loop()
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(interrupted.set))
    server = await asyncio.start_server(serve, sock=default_socket, limit=LINE + 1)
    await interrupted.wait()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(130))  # The second time, at once.
    server.close()
    tell('* the chat ends: goodbye', list(names))
    for writer in names:
        goodbye(writer)
    names.clear()
    if tasks:
        await asyncio.wait(tasks, timeout=PATIENCE)
    os._exit(0)


address_and_port = (LOCALHOST, 4444)
if len(sys.argv) == 3:
    address_and_port = (sys.argv[1], int(sys.argv[2]))

default_socket = socket.socket()
print('Socket', default_socket.fileno(), 'created', flush=True)

default_socket.bind(address_and_port)
print('Socket', default_socket.fileno(), 'bound to', default_socket.getsockname(), flush=True)

default_socket.listen(BACKLOG)
print('Socket', default_socket.fileno(), 'listens', flush=True)

asyncio.run(chat(default_socket))

#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""cut-front: before a server of PostgreSQL, to cut what goes through it.

	cut-front.py SERVER FOLDER

Listens on FOLDER/.s.PGSQL.5432 and hands all on to the same socket in the
folder SERVER. FOLDER/cut says what is to happen, and is read whenever somebody
connects: `before N` cuts all connections when the client has something to say
for the Nth time, before the server hears of it; `after N` lets the server do it
and answer, and cuts before the client hears of that; anything else cuts nothing.
FOLDER/said gets how often clients had something to say since FOLDER/cut was
written last. It ends with the process that started it.
"""
import ctypes
import os
import signal
import socket
import sys
import threading

NAME = ".s.PGSQL.5432"


class Front:
    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        self.lock = threading.Lock()
        self.stamp, self.what, self.at, self.said = None, "", 0, 0
        self.pairs = set()

    def read_order(self):
        path = os.path.join(self.folder, "cut")
        try:
            status = os.stat(path)
            with open(path, encoding="ascii") as f:
                words = f.read().split()
        except FileNotFoundError:
            return
        stamp = status.st_mtime_ns, status.st_ino
        if stamp == self.stamp:
            return
        self.stamp, self.said = stamp, 0
        self.what, self.at = (words[0], int(words[1])) if len(words) == 2 else ("", 0)

    def cut(self):
        for pair in list(self.pairs):
            for s in pair:
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def up(self, client, server):
        """What the client says; and when that is enough."""
        while data := self.receive(client):
            with self.lock:
                self.said += 1
                with open(os.path.join(self.folder, "said"), "w",
                          encoding="ascii") as f:
                    f.write(f"{self.said}\n")
                reached = self.said == self.at
            if reached and self.what == "before":
                self.cut()
                return
            if reached:
                server.mute = True
            try:
                server.sendall(data)
            except OSError:
                return
        for s in (client, server):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def down(self, client, server):
        while data := self.receive(server):
            if server.mute:
                self.cut()
                return
            try:
                client.sendall(data)
            except OSError:
                return
        try:
            client.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    @staticmethod
    def receive(s):
        try:
            return s.recv(1 << 20)
        except OSError:
            return b""

    def serve(self, client):
        server = Line(socket.AF_UNIX, socket.SOCK_STREAM)
        server.connect(os.path.join(self.server, NAME))
        pair = client, server
        self.pairs.add(pair)
        down = threading.Thread(target=self.down, args=pair)
        down.start()
        self.up(client, server)
        down.join()
        self.pairs.discard(pair)
        client.close()
        server.close()

    def run(self):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(os.path.join(self.folder, NAME))
        listener.listen(64)
        with open(os.path.join(self.folder, "port"), "w", encoding="ascii") as f:
            f.write("5432\n")
        while True:
            client, _ = listener.accept()
            with self.lock:
                self.read_order()
            threading.Thread(target=self.serve, args=(client,),
                             daemon=True).start()


class Line(socket.socket):
    mute = False


def main():
    # PR_SET_PDEATHSIG
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    Front(sys.argv[1], sys.argv[2]).run()


main()

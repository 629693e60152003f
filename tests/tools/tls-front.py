#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""tls-front: TLS before a server of the tests that has none.

	tls-front.py KIND FOLDER PORT

Listens on loopback, writes its port to FOLDER/port, and passes everything on
to PORT. KIND tls: TLS at once (smtps, https). starttls: the SMTP server gets
STARTTLS. stripped: it says that it has STARTTLS and refuses it. The
certificate, for localhost and 127.0.0.1, and its key are FOLDER/cert.pem and
FOLDER/key.pem. It ends with the process that started it.
"""
import ctypes
import os
import signal
import socket
import ssl
import sys
import threading


def pipe(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    except OSError:
        pass
    for s in (source, target):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def replies(file):
    """One reply of the server, with all its lines."""
    lines = [file.readline()]
    while lines[-1][3:4] == b"-":
        lines.append(file.readline())
    return b"".join(lines)


def agree_on_starttls(kind, client, server, context):
    said, asked = server.makefile("rb", 0), client.makefile("rb", 0)
    client.sendall(replies(said))
    while True:
        line = asked.readline()
        if not line:
            return None
        if line.upper().startswith(b"STARTTLS"):
            if kind == "stripped":
                client.sendall(b"454 4.7.0 TLS not available\r\n")
                continue
            client.sendall(b"220 2.0.0 Ready to start TLS\r\n")
            return context.wrap_socket(client, server_side=True)
        server.sendall(line)
        answer = replies(said)
        if line.upper().startswith(b"EHLO"):
            first, rest = answer.split(b"\r\n", 1)
            answer = first + b"\r\n250-STARTTLS\r\n" + rest
        client.sendall(answer)


def serve(kind, client, port, context):
    try:
        server = socket.create_connection(("127.0.0.1", port))
        if kind == "tls":
            client = context.wrap_socket(client, server_side=True)
        else:
            client = agree_on_starttls(kind, client, server, context)
        if client is None:
            server.close()
            return
    except (OSError, ssl.SSLError):
        return
    threading.Thread(target=pipe, args=(server, client), daemon=True).start()
    pipe(client, server)


def main():
    kind, folder, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    with open(folder + "/port.new", "w", encoding="ascii") as f:
        f.write("%d\n" % listener.getsockname()[1])
    os.rename(folder + "/port.new", folder + "/port")
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(kind, client, port, context),
                         daemon=True).start()


main()

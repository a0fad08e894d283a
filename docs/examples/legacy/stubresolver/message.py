# coding: utf-8
"""Packing of DNS questions, unpacking of answers (RFC 1035, A records only)."""
import collections
import socket
import struct

TYPE_A = 1
CLASS_IN = 1
FLAG_TRUNCATED = 0x0200
RCODES = {0: 'NOERROR', 2: 'SERVFAIL', 3: 'NXDOMAIN'}

Answer = collections.namedtuple('Answer', 'id rcode truncated addresses ttl')


class MalformedMessage(ValueError):
    pass


def pack_name(name):
    packed = b''
    for label in name.rstrip('.').split('.'):
        label = label.encode('idna')
        packed += struct.pack('!B', len(label)) + label
    return packed + b'\0'


def pack_question(id, name):
    header = struct.pack('!HHHHHH', id, 0x0100, 1, 0, 0, 0)
    return header + pack_name(name) + struct.pack('!HH', TYPE_A, CLASS_IN)


def pack_answer(question, addresses, ttl=60, rcode=0, truncated=False):
    """Pack what a server says to a question."""
    id = struct.unpack_from('!H', question)[0]
    flags = 0x8180 | rcode | (FLAG_TRUNCATED if truncated else 0)
    message = struct.pack('!HHHHHH', id, flags, 1, len(addresses), 0, 0)
    message += question[12:]
    for address in addresses:
        message += struct.pack('!HHHIH', 0xc00c, TYPE_A, CLASS_IN, ttl, 4)
        message += socket.inet_aton(address)
    return message


def unpack_answer(data):
    try:
        id, flags, questions, answers = struct.unpack_from('!HHHH', data)
        position = 12
        for _ in range(questions):
            position = _skip_name(data, position) + 4
        addresses, ttl = [], None
        for _ in range(answers):
            position = _skip_name(data, position)
            kind, _, record_ttl, length = struct.unpack_from('!HHIH', data, position)
            position += 10
            if kind == TYPE_A:
                addresses.append(socket.inet_ntoa(data[position:position + length]))
                ttl = record_ttl if ttl is None else min(ttl, record_ttl)
            position += length
    except (struct.error, IndexError, OSError) as error:
        raise MalformedMessage('not a DNS message: {!r}'.format(data)) from error
    rcode = RCODES.get(flags & 0xf, str(flags & 0xf))
    return Answer(id, rcode, bool(flags & FLAG_TRUNCATED), addresses, ttl or 0)


def _skip_name(data, position):
    while data[position]:
        if data[position] & 0xc0:
            return position + 2
        position += data[position] + 1
    return position + 1

"""Damages programs on purpose: container files, with right checksums or without, and texts.

Every function takes the random generator that decides; the same state gives the same damage.
"""

import hashlib
import json
import random
import re
import struct
import zlib

from tinyneuron.program.container import MAGIC, VERSION
from tinyneuron_hw.config import INSTRUCTION_BYTES
from tinyneuron_hw.isa.codec import fields_of
from tinyneuron_hw.isa.opcodes import Opcode

HEADER = struct.Struct("<8sIIQII")
ENTRY = struct.Struct("<32sQQ32s")
NUMBERS = (0, 1, 2, 3, 15, 16, 31, 32, 63, 64, 255, 256, 4095, 65535, 65536, 1 << 20,
           (1 << 24) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, (1 << 48) - 1, (1 << 63) - 1,
           (1 << 64) - 1)  # fmt: skip
VALUES = (None, True, False, -1, 0, 1.5, 1 << 70, "", "x", "tiny", "sync", "\ud800", "a b", [], {},
          "PLACE")  # fmt: skip
"""What a value of the manifest may become; PLACE stands for one of HOSTILE."""
HOSTILE = ("NaN", "1e999", "-Infinity", "[" * 500 + "]" * 500, "[" * 90000, "9" * 5000, '"\\u12',
           '{"a":' * 300 + "1" + "}" * 300, "1.0", "-0")  # fmt: skip
WORDS = ("", "nop", "halt", ".stream sync", ".raw", ".reloc", "x:", "r32", "r0", "@", "@x", "=",
         "[", "]", "(", ")", "#", ",", "wait(s0 >= 1)", "update(s64 += 1)", "src=", "dst=sbuf",
         "é", "\0", "\u2028", "\x0c", "\ud7ff", "²", "nan", "inf", "1e999", "-0.0", "0x", "1_0",
         "010", "٣", "[" * 3000, "a=" * 2000, "a" * 30000, "x=[" * 9000, "9" * 5000,
         "0x" + "f" * 9000, "\t")  # fmt: skip
EXTREMES = ("-1", "0", "1", "255", "256", "65535", "65536", "70000", "16777216", "-32769",
            "4294967296", "0xffffffffffff", "0x1000000000000", "18446744073709551616", "9" * 50,
            "r31", "r32", "-r1", "1.5", "")  # fmt: skip


def bad_bytes(rng: random.Random, raw: bytes) -> bytes:
    """A few edits: flipped bits, cut ends, and spans inserted, removed, doubled, overwritten."""
    data = bytearray(raw)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at = rng.randrange(len(data) + 1)
        span = min(rng.choice((1, 1, 2, 4, 8, 16, 80, 128)), len(data) - at)
        source = rng.randrange(len(data) + 1)
        kind = rng.randrange(8)
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[at:]
        elif kind == 2:
            del data[at : at + span]
        elif kind == 3:
            data[at:at] = rng.randbytes(rng.choice((1, 2, 8, 80, 128)))
        elif kind == 4:
            data[at:at] = data[source : source + span]
        elif kind == 5:
            data[at : at + span] = data[source : source + span]
        elif kind == 6:
            width = rng.choice((1, 2, 4, 8))
            value = rng.choice(NUMBERS) & (1 << 8 * width) - 1
            data[at : at + width] = value.to_bytes(width, "little")
        else:
            data[at : at + span] = bytes([rng.choice((0, 0x20, 0x7F, 0xFF))]) * span
    return bytes(data)


def sections_of(raw: bytes) -> list[tuple[bytes, bytes]]:
    """(name, content) of the sections of a whole file."""
    count = HEADER.unpack_from(raw)[2]
    found = []
    for index in range(count):
        name, start, size, _ = ENTRY.unpack_from(raw, HEADER.size + index * ENTRY.size)
        found.append((name.rstrip(b"\0"), raw[start : start + size]))
    return found


def container_of(sections: list[tuple[bytes, bytes]], rng: random.Random | None = None) -> bytes:
    """A file with right checksums; with ``rng``, its header or its table says something wrong."""
    table, body = [], b""
    start = HEADER.size + ENTRY.size * len(sections)
    for name, content in sections:
        digest = hashlib.sha256(content).digest()
        table.append([name[:32], start + len(body), len(content), digest])
        body += content
    head = [MAGIC, VERSION, len(sections), start + len(body)]
    if rng is not None:
        _wrong_number(rng, head, table)
    packed = b"".join(ENTRY.pack(*entry) for entry in table)
    fixed = HEADER.pack(*head, 0, 0)[:24]
    return fixed + struct.pack("<II", zlib.crc32(fixed + packed), 0) + packed + body


def _wrong_number(rng: random.Random, head: list, table: list[list]) -> None:
    if not table or rng.random() < 0.3:
        at = rng.randrange(1, 4)
        limit = (1 << (64 if at == 3 else 32)) - 1
        head[at] = rng.choice((head[at] + rng.choice((-1, 1)), rng.choice(NUMBERS))) & limit
        return
    entry = rng.choice(table)
    at = rng.choice((0, 1, 1, 2, 2, 3))
    if at in (1, 2):
        near = entry[at] + rng.choice((-128, -16, -1, 1, 16, 128))
        other = rng.choice(table)[at]
        entry[at] = rng.choice((near, other, rng.choice(NUMBERS))) & (1 << 64) - 1
    else:
        entry[at] = bad_bytes(rng, entry[at])[:32]


def bad_container(rng: random.Random, raw: bytes) -> bytes:
    """Damage behind right checksums: a section's content, the list of sections, the table."""
    sections = sections_of(raw)
    kind = rng.randrange(8)
    at = rng.randrange(len(sections))
    name, content = sections[at]
    if kind == 0:
        return container_of(sections, rng)
    if kind == 1:
        sections[at] = (name, bad_bytes(rng, content))
    elif kind == 2:
        _other_sections(rng, sections, at)
    elif kind <= 4:
        index = next(i for i, item in enumerate(sections) if item[0] == b"manifest")
        sections[index] = (b"manifest", bad_manifest(rng, sections[index][1]))
    else:
        streams = [i for i, item in enumerate(sections) if item[0].startswith(b"stream.")]
        at = rng.choice(streams)
        name, content = sections[at]
        sections[at] = (name, bad_code(rng, content))
    return container_of(sections)


def _other_sections(rng: random.Random, sections: list[tuple[bytes, bytes]], at: int) -> None:
    name, content = sections[at]
    kind = rng.randrange(5)
    if kind == 0:
        del sections[at]
    elif kind == 1:
        sections.insert(rng.randrange(len(sections) + 1), (name, content))
    elif kind == 2:
        new = (b"", b"manifest", b"stream.", b"stream.SYNC", b"stream.sync", b"stream.GPSIMD",
               b"constant.0", b"constant.-1", b"constant.00", b"stream.\xff", b"x")  # fmt: skip
        sections[at] = (rng.choice(new), content)
    elif kind == 3:
        rng.shuffle(sections)
    else:
        other = rng.randrange(len(sections))
        sections[at], sections[other] = (name, sections[other][1]), (sections[other][0], content)


def bad_code(rng: random.Random, code: bytes) -> bytes:
    """Instructions with one field changed, or moved, doubled or lost."""
    size = INSTRUCTION_BYTES
    items = [code[at : at + size] for at in range(0, len(code), size)]
    at = rng.randrange(len(items))
    kind = rng.randrange(10)
    if kind == 0:
        del items[at]
    elif kind == 1:
        items.insert(rng.randrange(len(items)), items[at])
    elif kind == 2:
        items[at] = bad_bytes(rng, items[at])
    else:
        items[at] = _bad_field(rng, items[at])
    return b"".join(items)


def _bad_field(rng: random.Random, raw: bytes) -> bytes:
    bits = int.from_bytes(raw, "little")
    field = rng.choice(fields_of(Opcode(raw[0])))
    low, high = field.bounds
    now = field.extract(bits)
    value = rng.choice((low, high, 0, 1, now + 1, now - 1, now * 2, rng.randint(low, high),
                        1 << rng.randrange(field.width)))  # fmt: skip
    mask = (1 << field.width) - 1
    bits = bits & ~(mask << field.offset) | (value & mask) << field.offset
    return bits.to_bytes(INSTRUCTION_BYTES, "little")


def bad_manifest(rng: random.Random, content: bytes) -> bytes:
    """The JSON with one value replaced, removed or doubled, or with what JSON should not have."""
    tree = json.loads(content)
    parent, key = tree, rng.choice(list(tree))
    while isinstance(parent[key], (dict, list)) and parent[key] and rng.random() < 0.85:
        parent = parent[key]
        key = rng.choice(list(parent)) if isinstance(parent, dict) else rng.randrange(len(parent))
    kind = rng.randrange(8)
    if kind == 0:
        del parent[key]
    elif kind == 1 and isinstance(parent, list):
        parent.insert(key, parent[key])
    elif kind == 1:
        parent[str(key) + "_"] = parent[key]
    elif kind == 2:
        parent[key] = [parent[key]]
    elif kind == 3 and isinstance(parent[key], int):
        parent[key] = rng.choice((-1, parent[key] + 1, parent[key] * 2, rng.choice(NUMBERS)))
    else:
        parent[key] = rng.choice((*VALUES, rng.choice(NUMBERS)))
    return json.dumps(tree).replace('"PLACE"', rng.choice(HOSTILE)).encode()


def bad_text(rng: random.Random, text: str) -> str:
    """Lines lost, doubled or swapped, words swapped, numbers at extremes, characters changed."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        lines = text.splitlines(keepends=True) or [""]
        at = rng.randrange(len(lines))
        kind = rng.randrange(9)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(rng.randrange(len(lines)), lines[at])
        elif kind == 2:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == 3:
            words = lines[at].split(" ")
            a, b = rng.randrange(len(words)), rng.randrange(len(words))
            words[a], words[b] = words[b], words[a]
            lines[at] = " ".join(words)
        elif kind == 4:
            words = lines[at].split(" ")
            words[rng.randrange(len(words))] = rng.choice(WORDS)
            lines[at] = " ".join(words)
        elif kind <= 6:
            lines[at] = _other_number(rng, lines[at])
        else:
            lines[at] = _bad_characters(rng, lines[at])
        text = "".join(lines)
    return text if rng.random() < 0.95 else text[: rng.randrange(len(text) + 1)]


def _other_number(rng: random.Random, line: str) -> str:
    numbers = list(re.finditer(r"\b\d\w*", line))
    if not numbers:
        return line
    start, end = rng.choice(numbers).span()
    return line[:start] + rng.choice(EXTREMES) + line[end:]


def _bad_characters(rng: random.Random, line: str) -> str:
    at = rng.randrange(len(line) + 1)
    span = rng.choice((0, 1, 1, 2, 5))
    new = rng.choice((rng.choice(WORDS), chr(rng.randrange(32, 127)), chr(rng.randrange(0xD800)),
                      line[at : at + 8] * 2))  # fmt: skip
    return line[:at] + new + line[at + span :]

"""The container stores a program unchanged and refuses everything that is not one."""

import hashlib
import os
import struct
import zlib

import pytest

from tinyneuron.program import container
from tinyneuron.program.container import ContainerError
from tinyneuron.program.program import Program, ProgramError, Relocation, TensorSpec
from tinyneuron_hw.config import PRESETS
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import decode, encode
from tinyneuron_hw.isa.opcodes import Opcode, Stream


def make_program() -> Program:
    load = encode(Opcode.DMA_LOAD, {"src.address": 64, "src.dtype": DType.BF16,
                                    "dst.dtype": DType.BF16, "dst.num_partitions": 1})  # fmt: skip
    return Program(
        config=PRESETS["tiny"],
        streams={
            Stream.SYNC: [load, load, encode(Opcode.HALT)],
            Stream.VECTOR: [encode(Opcode.HALT)],
        },
        tensors=[
            TensorSpec("x", (4, 3), DType.BF16, "input"),
            TensorSpec("w", (2,), DType.FP32, "constant"),
            TensorSpec("y", (), DType.FP32, "output"),
        ],
        constants={"w": bytes(range(8))},
        relocations=[Relocation(Stream.SYNC, 1, "src.address", "w")],
        metadata={"kernel": "k", "source": {"SYNC": [3, 4, 0], "VECTOR": [0]}},
    )  # fmt: skip


def test_round_trip(tmp_path):
    program = make_program()
    container.save(program, tmp_path / "a.tn")
    assert container.load(tmp_path / "a.tn") == program
    assert os.listdir(tmp_path) == ["a.tn"]
    assert container.to_bytes(program) == container.to_bytes(make_program())


def test_relocation_adds_the_base_address():
    code = make_program().relocated({"w": 0x1_0000_0000, "x": 5})[Stream.SYNC]
    assert decode(code[:128])["src.address"] == 64
    assert decode(code[128:256])["src.address"] == 0x1_0000_0040
    assert decode(code[128:256])["src.dtype"] == DType.BF16
    with pytest.raises(ProgramError, match="tensor 'w' has no device address"):
        make_program().relocated({})
    with pytest.raises(ProgramError, match="is not of 48 bits"):
        make_program().relocated({"w": (1 << 48) - 1})


def test_every_truncation_is_refused():
    raw = container.to_bytes(make_program())
    for size in [*range(0, len(raw), 37), len(raw) - 1]:
        with pytest.raises(ContainerError, match="truncated"):
            container.from_bytes(raw[:size])


def test_every_flipped_byte_is_refused():
    raw = container.to_bytes(make_program())
    for at in range(0, len(raw), 5):
        damaged = bytearray(raw)
        damaged[at] ^= 0x40
        with pytest.raises(ContainerError):
            container.from_bytes(bytes(damaged))


def test_foreign_newer_and_padded_files_are_named(tmp_path):
    (tmp_path / "b.tn").write_bytes(b"\x7fELF" + bytes(60))
    with pytest.raises(ContainerError, match=r"b\.tn: not a tinyneuron program: magic is"):
        container.load(tmp_path / "b.tn")
    raw = container.to_bytes(make_program())
    newer = raw[:8] + struct.pack("<I", 9) + raw[12:]
    with pytest.raises(ContainerError, match="format version is 9"):
        container.from_bytes(newer)
    with pytest.raises(ContainerError, match="has extra bytes"):
        container.from_bytes(raw + b"\0")


def test_manifest_of_wrong_shape_is_refused():
    """A well-checksummed file with nonsense inside is an error of the container too."""
    content = b'{"config": {}}'
    entry = struct.pack(
        "<32sQQ32s", b"manifest", 112, len(content), hashlib.sha256(content).digest()
    )
    head = struct.pack("<8sIIQ", container.MAGIC, container.VERSION, 1, 112 + len(content))
    raw = head + struct.pack("<II", zlib.crc32(head + entry), 0) + entry + content
    with pytest.raises(ContainerError, match="manifest"):
        container.from_bytes(raw)


def rebuilt(sections: list[tuple[bytes, bytes]], starts: dict[int, int] | None = None) -> bytes:
    """A file with right checksums of any sections, some of them said to begin elsewhere."""
    entries, body, first = b"", b"", 32 + 80 * len(sections)
    for index, (name, content) in enumerate(sections):
        start = (starts or {}).get(index, first + len(body))
        digest = hashlib.sha256(content).digest()
        entries += struct.pack("<32sQQ32s", name, start, len(content), digest)
        body += content
    head = struct.pack("<8sIIQ", container.MAGIC, container.VERSION, len(sections),
                       first + len(body))  # fmt: skip
    return head + struct.pack("<II", zlib.crc32(head + entries), 0) + entries + body


def parts() -> dict[bytes, bytes]:
    raw = container.to_bytes(make_program())
    entries = [struct.unpack_from("<32sQQ32s", raw, 32 + 80 * index) for index in range(4)]
    return {name.rstrip(b"\0"): raw[start : start + size] for name, start, size, _ in entries}


def test_sections_that_overlap_or_leave_gaps_are_refused():
    """Thousands of entries for the same bytes would take hours to check."""
    sections = list(parts().items())
    assert container.from_bytes(rebuilt(sections)) == make_program()
    sections.append(sections[-1])
    where = 32 + 80 * len(sections) + sum(len(content) for _, content in sections[:3])
    with pytest.raises(ContainerError, match=f"'constant.0' must begin at byte .*, not {where}"):
        container.from_bytes(rebuilt(sections, {4: where}))
    with pytest.raises(ContainerError, match=r"bytes \d+\.\.\d+ belong to no section"):
        container.from_bytes(_longer(rebuilt(sections[:4])))


def _longer(raw: bytes) -> bytes:
    """Eight more bytes, and a header that knows of them."""
    head = raw[:16] + struct.pack("<Q", len(raw) + 8)
    table = raw[32 : 32 + 80 * 4]
    return head + struct.pack("<II", zlib.crc32(head + table), 0) + raw[32:] + bytes(8)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (b"constant.1", "section 'constant.1' belongs to no part of the program"),
        (b"extra", "section 'extra' belongs to no part of the program"),
        (b"stream.VECTO", "section 'stream.VECTO': there is no such stream"),
        (b"", "section '' belongs to no part of the program"),
    ],
)
def test_sections_without_a_meaning_are_refused(name, message):
    sections = [*parts().items(), (name, bytes(128))]
    with pytest.raises(ContainerError, match=message):
        container.from_bytes(rebuilt(sections))


def test_missing_sections_are_named():
    for name in (b"constant.0", b"manifest"):
        sections = [item for item in parts().items() if item[0] != name]
        with pytest.raises(ContainerError, match=f"section '{name.decode()}' is missing"):
            container.from_bytes(rebuilt(sections))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"k"', "NaN", "metadata: numbers must be finite, not nan"),
        ('"k"', "1e999", "metadata: numbers must be finite, not inf"),
        ('"k"', "[" * 40 + "]" * 40, "metadata: at most 32 levels nest"),
        ('"k"', "[" * 90_000, "RecursionError"),
        ('"k"', "1" * 30, "metadata: integers have at most 64 bits"),
        ('"name":"tiny"', '"name":5', "config 5: name must be a string"),
        ('"name":"x"', '"name":"a b"', "tensor names must be of letters"),
        ('"shape":[4,3]', '"shape":[4,true]', "every extent must be an integer"),
        ('"shape":[4,3]', f'"shape":[{"1," * 40}1]', "at most 32 dimensions exist, not 41"),
        ('"shape":[4,3]', f'"shape":[{1 << 40},{1 << 40}]', r"bytes exceed 2\*\*48"),
        ('["SYNC",1,', '["SYNC",true,', "the index must be an integer"),
        ('["SYNC",1,', '["SYNC",1.0,', "the index must be an integer"),
    ],
)
def test_manifests_that_could_not_be_written_are_refused(old, new, message):
    sections = parts()
    manifest = sections[b"manifest"].decode()
    assert old in manifest
    sections[b"manifest"] = manifest.replace(old, new, 1).encode()
    with pytest.raises(ContainerError, match=message):
        container.from_bytes(rebuilt(list(sections.items())))


def test_relocations_stand_in_the_order_of_their_places():
    """A copy's lowering names its source first; text and container sort by path."""
    program = make_program()
    copy = encode(Opcode.DMA_COPY, {"src.dtype": DType.BF16, "dst.dtype": DType.BF16})
    program.streams[Stream.SYNC][0] = copy
    both = [Relocation(Stream.SYNC, 0, path, "x") for path in ("src.address", "dst.address")]
    programs = [
        Program(program.config, program.streams, program.tensors, program.constants, order)
        for order in (both, both[::-1])
    ]
    assert programs[0] == programs[1]
    assert container.to_bytes(programs[0]) == container.to_bytes(programs[1])


def test_lines_of_the_kernel_come_from_sound_metadata_only():
    program = make_program()
    assert program.source_line(Stream.SYNC, 1) == 4
    assert program.source_line(Stream.SYNC, 2) is None
    assert program.source_line(Stream.SYNC, 3) is None
    for source in (5, [1], {"SYNC": 3}, {"SYNC": [None, "x"]}, {}):
        program.metadata["source"] = source
        assert program.source_line(Stream.SYNC, 1) is None


def test_files_of_lines_come_from_sound_metadata_only():
    program = make_program()
    program.metadata |= {"file": "kernel.py", "files": ["kernel.py", "helper.py"]}
    assert program.source_file(Stream.SYNC, 1) == "kernel.py"
    program.metadata["source_file"] = {"SYNC": [0, 1]}
    assert program.source_file(Stream.SYNC, 1) == "helper.py"
    assert program.source_file(Stream.SYNC, 2) == "kernel.py"
    for numbers in (5, [1], {"SYNC": 3}, {"SYNC": [None, "x"]}, {"SYNC": [9, -1]}):
        program.metadata["source_file"] = numbers
        assert program.source_file(Stream.SYNC, 1) == "kernel.py"
    program.metadata["file"] = None
    assert program.source_file(Stream.SYNC, 1) == ""


def test_failed_save_leaves_no_file(tmp_path):
    program = make_program()
    program.metadata["bad"] = object()
    with pytest.raises(ProgramError, match="metadata: JSON has no object"):
        container.save(program, tmp_path / "c.tn")
    assert os.listdir(tmp_path) == []


def _broken(**changes) -> Program:
    program = make_program()
    for name, value in changes.items():
        setattr(program, name, value)
    return program


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"streams": {Stream.SYNC: []}}, "stream SYNC: length must be from 1"),
        ({"streams": {Stream.SYNC: [b"x"]}}, "instruction 0: must be 128 bytes, not 1"),
        ({"streams": {Stream.SYNC: [encode(Opcode.ACTIVATE)]}}, "opcode 0x80 does not run"),
        ({"tensors": []}, "constants: 'w' is not a tensor"),
        ({"tensors": [TensorSpec("x", (0,), DType.BF16, "input")]}, "at least 1"),
        ({"tensors": [TensorSpec("x", (1,), DType.BF16, "inout")]}, "kind must be one of"),
        ({"tensors": [TensorSpec("x", (1,), DType.BF16, "input")] * 2}, "unique"),
        ({"constants": {"w": b"123"}}, "needs 8 bytes, has 3"),
        ({"relocations": [Relocation(Stream.SYNC, 3, "src.address", "x")]}, "has 3 instructions"),
        ({"relocations": [Relocation(Stream.SYNC, 0, "src.address", "q")]}, "no tensor 'q'"),
        (
            {"relocations": [Relocation(Stream.SYNC, 0, "dst.address", "x")]},
            "no such address field",
        ),
        ({"relocations": [Relocation(Stream.SYNC, 0, "src.address", "x")] * 2}, "twice"),
    ],
)
def test_malformed_program_is_named(changes, message):
    with pytest.raises(ProgramError, match=message):
        _broken(**changes).validate()


def test_lookup_errors_name_the_known():
    with pytest.raises(ProgramError, match="no tensor 'q'; known: x, w, y"):
        make_program().tensor("q")
    with pytest.raises(ProgramError, match="tensor kind must be one of"):
        make_program().of_kind("q")

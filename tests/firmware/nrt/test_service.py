"""The service behind the C library: random requests, beside a model of which handles are valid."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tinyneuron import nrt
from tinyneuron.kernels import matmul
from tinyneuron.nrt import Status
from tinyneuron.nrt.service import Request, Service
from tinyneuron.program import container
from tinyneuron.program.assembler import assemble

SEED = 23
KINDS = {
    Request.UNLOAD: ["model"], Request.INFO: ["model"], Request.EXECUTE: ["model", "set", "set"],
    Request.SLICE: ["tensor"], Request.FREE: ["tensor"], Request.SIZE: ["tensor"],
    Request.RANGE: ["tensor"], Request.READ: ["tensor"], Request.WRITE: ["tensor"],
    Request.COPY: ["tensor", "", "tensor"], Request.MEMSET: ["tensor"], Request.SET_FREE: ["set"],
    Request.SET_ADD: ["set", "tensor"], Request.SET_GET: ["set"],
}  # fmt: skip
"""What the numbers of a request must be handles of."""
MADE = {Request.LOAD: "model", Request.ALLOCATE: "tensor", Request.SLICE: "tensor",
        Request.SET: "set"}  # fmt: skip
WEIGHTS = {
    item: 6 if item in (Request.SET_ADD, Request.SET_GET) else 1 if item in MADE else 2
    for item in Request if item not in (Request.INIT, Request.CLOSE)
}  # fmt: skip
FREES = (Request.UNLOAD, Request.FREE, Request.SET_FREE)


@pytest.fixture(scope="module")
def program() -> bytes:
    return container.to_bytes(matmul.build("tiny", m=2, k=2, n=2, dtype="int8"))


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service("golden", "tiny")
    assert found.answer(Request.INIT, [1, 0, 0, 0, 0], "", b"").status is Status.SUCCESS
    yield found
    nrt.close()


def drawn(rng: random.Random, kinds: dict[int, str]) -> tuple[Request, list[int]]:
    """A request, most of whose handles fit."""
    (request,) = rng.choices([*WEIGHTS], [*WEIGHTS.values()])
    numbers = [rng.choice((0, 0, 1, 4, 8, -1, rng.randrange(40), 1 << 62)) for _ in range(5)]
    for at, kind in enumerate(KINDS.get(request, ())):
        fitting = [handle for handle, own in kinds.items() if own == kind]
        if fitting and rng.random() < 0.9:
            numbers[at] = rng.choice(fitting)
    return request, numbers


def execute(service: Service, program: bytes) -> bytes:
    """The output of a product of twos and threes."""

    def made(request: Request, *numbers: int, text: str = "", data: bytes = b"") -> int:
        answer = service.answer(request, [*numbers, *[0] * (5 - len(numbers))], text, data)
        assert answer.status is Status.SUCCESS, answer
        return answer.value

    sets = [made(Request.SET), made(Request.SET)]
    for name, size, value, at in (("lhsT", 4, 2, 0), ("rhs", 4, 3, 0), ("out", 16, 0, 1)):
        tensor = made(Request.ALLOCATE, 0, 0, size)
        made(Request.MEMSET, tensor, 0, value, size)
        made(Request.SET_ADD, sets[at], tensor, text=name)
    made(Request.EXECUTE, made(Request.LOAD, 0, 1, data=program), *sets, 1)
    return service.answer(Request.READ, [tensor, 0, 16, 0, 0], "", b"").data


def test_random_requests_give_statuses(service: Service, program: bytes):
    rng = random.Random(SEED)
    kinds: dict[int, str] = {}
    succeeded: set[Request] = set()
    for _ in range(6000):
        request, numbers = drawn(rng, kinds)
        text = rng.choice(("lhsT", "rhs", "out", "", "\ufffd"))
        data = rng.choice((program, program[:-1], b"", b"abcd"))
        answer = service.answer(request, numbers, text, data)
        wanted = zip(numbers, KINDS.get(request, ()), strict=False)
        if any(kind and kinds.get(handle) != kind for handle, kind in wanted):
            assert answer.status is Status.INVALID_HANDLE, (request, numbers, answer)
        if answer.status is Status.SUCCESS:
            succeeded.add(request)
            if request in MADE:
                assert answer.value not in kinds
                kinds[answer.value] = MADE[request]
            elif request in FREES:
                kinds[numbers[0]] = "freed"
        else:
            assert answer.status in Status
            assert answer.status is not Status.FAILURE, answer
            assert answer.data
    assert succeeded >= WEIGHTS.keys() - {Request.EXECUTE}
    assert execute(service, program) == 4 * (12).to_bytes(4, "little")


@pytest.mark.parametrize(
    ("text", "status", "message"),
    [
        ("nop wait(s1 >= 1)", Status.TIMEOUT, b"trap WATCHDOG"),
        ("dma_load dst=sbuf.bf16[0+4, 0x0, 1x8] src=dev.bf16[0x0, 16x4, 2x8] queue=0 "
         "round_mode=nearest_even", Status.EXEC_OOB, b"trap OUT_OF_RANGE"),
    ],
)  # fmt: skip
def test_a_trap_has_a_status_and_words(service: Service, text: str, status: Status, message: bytes):
    raw = container.to_bytes(assemble(f".config tiny\n.stream sync\n{text}\nhalt\n"))
    model = service.answer(Request.LOAD, [0, 1, 0, 0, 0], "", raw).value
    sets = service.answer(Request.SET, [0] * 5, "", b"").value
    answer = service.answer(Request.EXECUTE, [model, sets, sets, 1, 0], "", b"")
    assert answer.status is status
    assert message in answer.data


def test_requests_that_do_not_exist_are_refused(service: Service):
    for request in (0, 20, 1 << 31):
        answer = service.answer(request, [0] * 5, "", b"")
        assert answer.status is Status.INVALID
        assert answer.data == b"NRT_INVALID(2): there is no request %d" % request


def test_a_second_life_starts_behind_the_handles_of_the_first(service: Service):
    first = service.answer(Request.SET, [0] * 5, "", b"").value
    assert service.answer(Request.CLOSE, [0] * 5, "", b"").status is Status.SUCCESS
    assert service.answer(Request.SET, [0] * 5, "", b"").status is Status.CLOSED
    again = Service("golden", "tiny")
    again.answer(Request.INIT, [first + 1, 0, 0, 0, 0], "", b"")
    assert again.answer(Request.SET, [0] * 5, "", b"").value == first + 1

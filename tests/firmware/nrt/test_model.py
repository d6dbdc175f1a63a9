"""Models on golden: loading, executing, futures, and which failure has which status."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

import tinyneuron as tn
from tinyneuron import nki, nrt
from tinyneuron.kernels import matmul
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.nrt import Model, NrtError, NumericalError, Status, Tensor
from tinyneuron.nrt.status import status_of
from tinyneuron.program.assembler import assemble
from tinyneuron.program.program import Program
from tinyneuron.runtime.errors import RunTimeoutError, TrapError
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Stream

SEED = 22


@nki.jit
def scaled(x, scale):
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(tile, x)
    nisa.tensor_scalar(tile, tile, nl.multiply, scale)
    nisa.dma_copy(out, tile)
    return out


def doubling(scale: float = 2.0) -> Program:
    """One input ``x`` and one output, FP32 4 x 8."""
    return nki.compile(scaled, "tiny", {"x": nki.TensorArg((4, 8), "fp32"), "scale": scale})


@pytest.fixture
def runtime() -> Iterator[nrt.Runtime]:
    with nrt.init("golden", "tiny") as opened:
        yield opened


def refused(status: Status, text: str):
    return pytest.raises(NrtError, match=f"NRT_{status.name}\\({status.value}\\): .*{text}")


def image() -> np.ndarray:
    return np.random.default_rng(SEED).standard_normal((4, 8)).astype(np.float32)


def output_of(model: Model) -> str:
    (name,) = model.output_tensors_info
    return name


def test_a_saved_program_is_loaded_and_called(runtime, tmp_path: Path):
    path = tmp_path / "product.tnp"
    tn.save(matmul.build("tiny", m=6, k=10, n=8, dtype="fp16"), path)
    model = Model.load(path)
    assert model.name == "product"
    info = model.input_tensors_info["lhsT"]
    assert (info.shape, info.dtype, info.size) == ((10, 6), np.float16, 120)
    assert list(model.input_tensors_info) == ["lhsT", "rhs"]
    assert model.output_tensors_info["out"].shape == (6, 8)
    rng = np.random.default_rng(SEED)
    arrays = {
        "lhsT": rng.standard_normal((10, 6)).astype(np.float16),
        "rhs": rng.standard_normal((10, 8)).astype(np.float16),
    }
    inputs = {name: Tensor.from_numpy(array, name) for name, array in arrays.items()}
    out = model(inputs)["out"].numpy()
    assert (out.shape, out.dtype) == ((6, 8), np.float16)
    with tn.open_device("golden", "tiny") as device:
        expected = device.load(tn.load(path)).run(arrays).outputs["out"]
    assert out.tobytes() == expected.tobytes()
    again = Model.load(path.read_bytes(), "again")
    into = Tensor(again.output_tensors_info["out"].size)
    assert again(inputs, {"out": into})["out"] is into
    assert into.read() == expected.tobytes()


def test_several_models_stay_loaded(runtime):
    x = {"x": Tensor.from_numpy(image())}
    models = [Model.load(doubling(scale), str(scale)) for scale in (2.0, 3.0, 4.0)]
    for model, scale in [*zip(models, (2, 3, 4), strict=True)] * 2:
        np.testing.assert_array_equal(model(x)[output_of(model)].numpy(), image() * scale)
    models[1].unload()
    np.testing.assert_array_equal(models[2](x)[output_of(models[2])].numpy(), image() * 4)


def test_slices_are_inputs_and_outputs(runtime):
    model = Model.load(doubling())
    large = Tensor(3 * 128)
    large.write(image().tobytes(), 128)
    model.execute({"x": large.slice(128, 128)}, {output_of(model): large.slice(256, 128)})
    assert large.read(256) == (image() * 2).tobytes()
    assert large.read(0, 128) == bytes(128)


def test_a_tensor_in_both_sets_carries_on(runtime):
    model = Model.load(doubling())
    tensor = Tensor.from_numpy(image())
    sets = nrt.TensorSet({"x": tensor}), nrt.TensorSet({output_of(model): tensor})
    model.execute_repeat(*sets, 5)
    np.testing.assert_array_equal(tensor.numpy(), image() * 32)
    for count in (0, -1):
        with refused(Status.INVALID, f"at least 1, not {count}"):
            model.execute_repeat(*sets, count)


def test_futures_come_in_order(runtime):
    model = Model.load(doubling())
    tensor = Tensor.from_numpy(image())
    sets = {"x": tensor}, {output_of(model): tensor}
    seen: list[bytes] = []
    first = model.execute_async(*sets)
    first.add_done_callback(lambda _: seen.append(tensor.read()))
    futures = [first, *(model.execute_async(*sets) for _ in range(4))]
    # Neither is asked to wait: what was asked for later happens later.
    np.testing.assert_array_equal(tensor.numpy(), image() * 32)
    assert all(future.done() for future in futures)
    tensor.write_from_numpy(image())
    last = model.execute_async(*sets)
    model.unload()
    assert last.result().counters["dma_read_bytes"] == 128
    np.testing.assert_array_equal(tensor.numpy(), image() * 2)
    assert len(seen) == 1
    assert np.frombuffer(seen[0], np.float32)[0] in [image()[0, 0] * 2**n for n in range(1, 6)]


def test_a_cancelled_execution_leaves_the_order(runtime):
    model = Model.load(doubling())
    tensor = Tensor.from_numpy(image())
    sets = {"x": tensor}, {output_of(model): tensor}
    go = threading.Event()
    runtime.submit(go.wait)
    first, second = model.execute_async(*sets), model.execute_async(*sets)
    assert second.cancel()
    threading.Timer(0.2, go.set).start()
    np.testing.assert_array_equal(tensor.numpy(), image() * 2)
    assert first.done()


def test_a_callback_may_use_the_device(runtime):
    model = Model.load(doubling())
    tensor = Tensor.from_numpy(image())
    sets = {"x": tensor}, {output_of(model): tensor}
    again: Queue[Future] = Queue()
    model.execute_async(*sets).add_done_callback(lambda _: again.put(model.execute_async(*sets)))
    tensor.read()
    again.get(timeout=60).result(timeout=60)
    np.testing.assert_array_equal(tensor.numpy(), image() * 4)


def test_many_threads_may_execute(runtime):
    model = Model.load(doubling())
    errors: list[BaseException] = []

    def use(scale: int) -> None:
        try:
            x = Tensor.from_numpy(image() * scale)
            for _ in range(5):
                out = model({"x": x})[output_of(model)]
                np.testing.assert_array_equal(out.numpy(), image() * (2 * scale))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=use, args=(scale,)) for scale in (1, 2, 4, 8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not errors


def test_what_is_wrong_with_tensors_is_named_before_anything_runs(runtime):
    model = Model.load(doubling(), "m")
    x, out = Tensor.from_numpy(image()), {output_of(model): Tensor(128)}
    name = output_of(model)
    cases = [
        ({}, out, Status.EXEC_BAD_INPUT, "input 'x' of model 'm' is missing"),
        ({"x": x, "y": x}, out, Status.EXEC_BAD_INPUT, "no input 'y'; it has: x"),
        ({"x": Tensor(127)}, out, Status.EXEC_BAD_INPUT, "has 128 bytes, .* has 127"),
        ({"x": Tensor.from_numpy(image().T)}, out, Status.EXEC_BAD_INPUT, "has shape"),
        ({"x": Tensor.from_numpy(image().view(np.int32))}, out, Status.EXEC_BAD_INPUT, "is fp32"),
        ({"x": image()}, out, Status.EXEC_BAD_INPUT, "must be a Tensor, not ndarray"),
        ({"x": x}, {}, Status.INVALID, f"output '{name}' of model 'm' is missing"),
        ({"x": x}, {name: Tensor(129)}, Status.INVALID, "has 128 bytes, .* has 129"),
        ({"x": x}, {**out, "y": x}, Status.INVALID, "no output 'y'"),
    ]
    for inputs, outputs, status, text in cases:
        with refused(status, text):
            model.execute(inputs, outputs)
        with refused(status, text):
            model.execute_async(inputs, outputs)
    x.free()
    with refused(Status.INVALID_HANDLE, "was freed"):
        model({"x": x})
    assert out[name].read() == bytes(128)


def test_a_model_that_was_unloaded_is_refused(runtime):
    model = Model.load(doubling(), "m")
    inputs, outputs = {"x": Tensor.from_numpy(image())}, model.allocate_outputs()
    model.unload()
    for call in (
        model.unload, lambda: model(inputs), lambda: model.execute(inputs, outputs),
        lambda: model.execute_async(inputs, outputs), lambda: model.benchmark(inputs, mode="host"),
        lambda: model.execute_repeat(inputs, outputs, 2),
    ):  # fmt: skip
        with refused(Status.INVALID_HANDLE, "model 'm' was unloaded"):
            call()


def test_device_memory_of_models_is_given_back(runtime):
    size = runtime.device.config.device_memory_bytes
    Model.load(doubling()).unload()
    Tensor(size).free()
    model = Model.load(doubling())
    with refused(Status.RESOURCE, "device memory"):
        Tensor(size)
    del model
    gc.collect()
    whole = Tensor(size)
    with refused(Status.RESOURCE, "the program's code needs"):
        Model.load(doubling())
    whole.free()


def test_bad_files_have_a_status(runtime, tmp_path: Path):
    with refused(Status.FAILURE, "nowhere.tnp"):
        Model.load(tmp_path / "nowhere.tnp")
    path = tmp_path / "bad.tnp"
    tn.save(doubling(), path)
    raw = path.read_bytes()
    path.write_bytes(raw[:-1])
    with refused(Status.INVALID, "bad.tnp: truncated"):
        Model.load(path)
    with refused(Status.INVALID, "truncated"):
        Model.load(raw[:-1])
    with refused(Status.INVALID, "compiled for config 'small'"):
        Model.load(matmul.build("small", m=4, k=4, n=4, dtype="fp16"))


def traps(text: str) -> Program:
    return assemble(f".config tiny\n.stream sync\n{text}\nhalt\n")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("nop wait(s1 >= 1)", Status.TIMEOUT),
        ("dma_load dst=sbuf.bf16[0+4, 0x0, 1x8] src=dev.bf16[0x0, 16x4, 2x8] queue=0 "
         "round_mode=nearest_even", Status.EXEC_OOB),
    ],
)  # fmt: skip
def test_traps_have_a_status(runtime, text: str, status: Status):
    model = Model.load(traps(text))
    with pytest.raises(NrtError) as caught:
        model.execute({}, {})
    assert caught.value.status is status
    assert isinstance(caught.value.__cause__, TrapError)
    with pytest.raises(NrtError) as later:
        model.execute_async({}, {}).result()
    assert later.value.status is status


def test_every_cause_of_a_trap_has_a_status_of_its_own_kind():
    expected = {
        Trap.BAD_OPCODE: 2, Trap.BAD_OPERAND: 2, Trap.OUT_OF_RANGE: 1006, Trap.BUS_ERROR: 1203,
        Trap.ECC_ERROR: 1201, Trap.WATCHDOG: 5, Trap.SBUF_ECC_ERROR: 1202,
        Trap.PSUM_ECC_ERROR: 1202,
    }  # fmt: skip
    for cause in set(Trap) - {Trap.NONE}:
        error = TrapError("", cause=cause, stream=Stream.SYNC, pc=0, address=0)
        assert status_of(error) == expected[cause]
    assert status_of(RunTimeoutError("")) is Status.TIMEOUT
    assert status_of(MemoryError()) is Status.RESOURCE
    assert status_of(ZeroDivisionError()) is Status.FAILURE


def test_an_input_out_of_its_bounds_is_a_bad_input():
    program = doubling()
    program.metadata["bounds"] = {"SYNC": {"0": {"low": 1, "high": 4, "input": "x", "element": 0}}}
    error = TrapError("", cause=Trap.BAD_OPERAND, stream=Stream.SYNC, pc=0, address=0)
    assert status_of(error, program) is Status.EXEC_BAD_INPUT


def test_cycles_can_be_limited_and_a_failed_execution_writes_nothing(runtime):
    model = Model.load(doubling())
    inputs, outputs = {"x": Tensor.from_numpy(image())}, model.allocate_outputs()
    with refused(Status.TIMEOUT, "still running after 1 cycles"):
        model.execute(inputs, outputs, max_cycles=1)
    assert outputs[output_of(model)].read() == bytes(128)
    model.execute(inputs, outputs)
    np.testing.assert_array_equal(outputs[output_of(model)].numpy(), image() * 2)


def test_a_nan_that_was_made_has_a_status(runtime):
    model = Model.load(doubling(0.0))
    array = image()
    array[1, 2] = np.inf
    with pytest.raises(NumericalError, match=r"COMPLETED_WITH_NUM_ERR.*made a NaN") as caught:
        model({"x": Tensor.from_numpy(array)})
    assert caught.value.status is Status.COMPLETED_WITH_NUM_ERR
    out = caught.value.outputs[output_of(model)].numpy()
    assert np.argwhere(np.isnan(out)).tolist() == [[1, 2]]
    array[1, 2] = np.nan
    assert np.isnan(model({"x": Tensor.from_numpy(array)})[output_of(model)].numpy()).any()


def test_a_benchmark_counts_what_it_is_asked_for(runtime):
    model = Model.load(doubling())
    tensor = Tensor.from_numpy(image())
    found = model.benchmark({"x": tensor}, {output_of(model): tensor}, 1, 3, "host")
    np.testing.assert_array_equal(tensor.numpy(), image() * 16)
    assert (found.unit, found.iterations, found.warmup_iterations) == ("ms", 3, 1)
    assert 0 < found.min <= found.mean <= found.max
    assert found.std_dev >= 0
    for arguments, text in [
        ((1, 1, "device"), "golden has no cycles"), ((1, 1, "both"), "mode must be"),
        ((-1, 1, "host"), "not -1 and 1"), ((0, 0, "host"), "not 0 and 0"),
    ]:  # fmt: skip
        with refused(Status.INVALID, text):
            model.benchmark({"x": tensor}, None, *arguments)


def test_a_benchmark_on_the_rtl_counts_cycles():
    with nrt.init("verilator", "tiny"):
        model = Model.load(doubling())
        found = model.benchmark({"x": Tensor.from_numpy(image())}, None, 1, 2)
    assert found.unit == "cycles"
    assert found.min == found.max > 50
    assert found.std_dev == 0

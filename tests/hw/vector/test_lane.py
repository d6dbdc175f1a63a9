"""One lane and its divider in Verilator, against SoftFloat: 200,000 operands an operation."""

import ctypes

import numpy as np
import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.float.divide import FpDivide
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.opcodes import AluOp
from tinyneuron_hw.vector.lane import EARLY_STAGE, Operand, VectorLane
from tinyneuron_hw.verilog import emit
from tinyneuron_sim.rtl.build import FLAGS, verilate

from ...softfloat import DTYPES, corners, random_bits, softfloat

COUNT = 200_000
DIVIDE_CYCLES = 12
"""From operands at the lane to a result of the divider that is complete, and more."""

OPERATIONS = {"add": AluOp.ADD, "mul": AluOp.MULTIPLY, "div": AluOp.DIVIDE,
              "sqrt": AluOp.SQRT}  # fmt: skip

HARNESS = """
#include "Vmodel.h"
#include <cstdint>
static Vmodel *model;
static void tick() { model->clk = 1; model->eval(); model->clk = 0; model->eval(); }
// Results of operands that enter one every `interval` cycles; the divider starts one cycle after.
extern "C" void run(int op, int in_type, int out_type, const uint32_t *a, const uint32_t *b,
                    uint32_t *out, uint64_t count, int interval, int latency) {
  if (!model) model = new Vmodel;
  model->rst = 1; tick(); model->rst = 0;
  model->op = op; model->in_type = in_type; model->out_type = out_type;
  for (uint64_t i = 0; i < count + (interval == 1 ? latency : 0); i++) {
    model->a = a[i < count ? i : 0]; model->b = b[i < count ? i : 0];
    model->start = 0;
    if (interval == 1) {
      model->eval();
      if (i >= (uint64_t)latency) out[i - latency] = model->result;
      tick();
      continue;
    }
    for (int cycle = 0; cycle < interval; cycle++) { model->start = cycle == 1; tick(); }
    out[i] = model->result;
  }
}
"""


class LaneTop(wiring.Component):
    """``a op b``, both operands of one type; the divider may start one cycle after them."""

    op: In(AluOp)
    in_type: In(DType, init=DType.FP32)
    out_type: In(DType, init=DType.FP32)
    a: In(32)
    b: In(32)
    start: In(1)
    result: Out(32)

    def elaborate(self, platform):
        m = Module()
        m.submodules.lane = lane = VectorLane()
        m.submodules.divide = divide = FpDivide()
        m.d.comb += [
            lane.widen.in0_type.eq(self.in_type),
            lane.widen.in1_type.eq(self.in_type),
            lane.in0.eq(self.a),
            lane.in1.eq(self.b),
            lane.first.op.eq(self.op),
            lane.first.operand.eq(Operand.TENSOR),
            lane.first_ending.eq(self.op),
            lane.cast.out_type.eq(self.out_type),
            lane.quotient.eq(divide.result),
            divide.op.eq(self.op),
            divide.a.eq(lane.dividend),
            divide.b.eq(lane.divisor),
            divide.start.eq(self.start),
            self.result.eq(lane.result),
        ]
        return m


@pytest.fixture(scope="module")
def lane():
    """``lane(op, source, target, a, b)``: raw results."""
    design = emit(LaneTop(), "tn_lane_top")
    path = verilate(design, {"run.cpp": HARNESS}, [*FLAGS], label="compiling one lane")
    library = ctypes.CDLL(str(path))

    def run(op: AluOp, source: DType, target: DType, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        words = [np.ascontiguousarray(side, np.uint32) for side in (a, b)]
        out = np.zeros(len(a), np.uint32)
        pointers = [ctypes.c_void_p(array.ctypes.data) for array in (*words, out)]
        iterated = op in (AluOp.DIVIDE, AluOp.SQRT)
        interval = DIVIDE_CYCLES + EARLY_STAGE if iterated else 1
        library.run(op.value, source.value, target.value, *pointers, ctypes.c_uint64(len(a)),
                    interval, EARLY_STAGE)  # fmt: skip
        return out

    return run


def operands(dtype: DType, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of corners, then random ones, ``COUNT`` in all."""
    rng = np.random.default_rng(seed)
    sides = rng.choice(corners(dtype), (2, COUNT // 4))
    return tuple(np.concatenate([side, random_bits(rng, dtype, COUNT - len(side))])
                 for side in sides)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["f32", "f16", "bf16"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_arithmetic_of_a_lane_is_softfloats(lane, name, kind):
    dtype = DTYPES[kind]
    a, b = operands(dtype, seed=61)
    got = lane(OPERATIONS[name], dtype, dtype, a, b)
    sides = (a,) if name == "sqrt" else (a, b)
    if kind == "bf16":
        wide = softfloat(f"f32_{name}", *(softfloat("bf16_to_f32", side) for side in sides))
        expected = softfloat("f32_to_bf16", wide)
    else:
        expected = softfloat(f"{kind}_{name}", *sides)
    np.testing.assert_array_equal(got, expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "target"), [("f32", "f16"), ("f32", "bf16"), ("f16", "f32"), ("bf16", "f32")]
)
def test_casts_of_a_lane_are_softfloats(lane, source, target):
    raw, _ = operands(DTYPES[source], seed=62)
    got = lane(AluOp.BYPASS, DTYPES[source], DTYPES[target], raw, raw)
    np.testing.assert_array_equal(got, softfloat(f"{source}_to_{target}", raw))

"""What a stream of control instructions does, in plain Python (written from `isa` docstrings)."""

from tinyneuron_hw.isa.codec import decode
from tinyneuron_hw.isa.opcodes import Condition, Opcode, RegisterOp

MASK = (1 << 32) - 1


def signed(value):
    return value - (1 << 32) if value >> 31 else value


def compute(op, a, b):
    shift = b & 31
    return {
        RegisterOp.ADD: lambda: a + b,
        RegisterOp.SUBTRACT: lambda: a - b,
        RegisterOp.AND: lambda: a & b,
        RegisterOp.OR: lambda: a | b,
        RegisterOp.XOR: lambda: a ^ b,
        RegisterOp.SHIFT_LEFT: lambda: a << shift,
        RegisterOp.SHIFT_RIGHT: lambda: a >> shift,
        RegisterOp.SHIFT_RIGHT_ARITHMETIC: lambda: signed(a) >> shift,
        RegisterOp.MULTIPLY: lambda: a * b,
        RegisterOp.MIN_SIGNED: lambda: min(signed(a), signed(b)),
        RegisterOp.MAX_SIGNED: lambda: max(signed(a), signed(b)),
        RegisterOp.LESS_SIGNED: lambda: signed(a) < signed(b),
        RegisterOp.LESS_UNSIGNED: lambda: a < b,
        RegisterOp.EQUAL: lambda: a == b,
        RegisterOp.MIN_UNSIGNED: lambda: min(a, b),
        RegisterOp.MAX_UNSIGNED: lambda: max(a, b),
        RegisterOp.NOT_EQUAL: lambda: a != b,
        RegisterOp.GREATER_EQUAL_SIGNED: lambda: signed(a) >= signed(b),
        RegisterOp.GREATER_EQUAL_UNSIGNED: lambda: a >= b,
        RegisterOp.AND_NOT: lambda: a & ~b,
        RegisterOp.MULTIPLY_HIGH_SIGNED: lambda: signed(a) * signed(b) >> 32,
        RegisterOp.MULTIPLY_HIGH_UNSIGNED: lambda: a * b >> 32,
    }[op]() & MASK  # fmt: skip


def holds(condition, a, b):
    return {
        Condition.ALWAYS: True,
        Condition.EQUAL: a == b,
        Condition.NOT_EQUAL: a != b,
        Condition.LESS_SIGNED: signed(a) < signed(b),
        Condition.GREATER_EQUAL_SIGNED: signed(a) >= signed(b),
        Condition.LESS_UNSIGNED: a < b,
        Condition.GREATER_EQUAL_UNSIGNED: a >= b,
    }[condition]


class Model:
    """Runs a stream; ``order`` lists the instruction indices, ``registers`` the end state.

    It ends at HALT, or with ``trap`` at an instruction of ``bad``, which is not in ``order``."""

    def __init__(self, code, bad=(), limit=3000):
        self.registers = [0] * 32
        self.order = []
        self.issued = []
        """Values of the MEMSETs."""
        self.waited, self.done = 0, 0
        """Sum of the wait values, and number of updates, of the MEMSETs."""
        self.trap = None
        loops = []
        pc = 0
        while len(self.order) < limit:
            if pc in bad:
                self.trap = pc
                return
            instruction = decode(code[pc])
            self.order.append(pc)
            after = pc + 1
            get = self._getter(instruction)
            if instruction.opcode is Opcode.HALT:
                return
            if instruction.opcode is Opcode.MEMSET:
                self.issued.append(get("value"))
                self.waited += get("header.wait.value")
                self.done += get("header.update.value")
            if instruction.opcode is Opcode.REGISTER:
                result = compute(instruction["op"], get("a"), get("b"))
                self.registers[instruction["dst"]] = result
            if instruction.opcode is Opcode.BRANCH and holds(
                instruction["condition"], get("a"), get("b")
            ):
                pc = instruction["target"]
                while loops and not loops[-1]["first"] <= pc <= loops[-1]["last"]:
                    loops.pop()
                continue
            if instruction.opcode is Opcode.LOOP:
                counter = instruction["counter"] if instruction["counter_enable"] else None
                count, first = get("count"), after
                if counter is not None:
                    self.registers[counter] = get("start")
                if count:
                    loops.append({"first": first, "last": pc + instruction["body"], "left": count,
                                  "counter": counter, "step": instruction["step"]})  # fmt: skip
                    pc = first
                    continue
                after += instruction["body"]
            pc = self._through_loop_ends(loops, after)
        raise AssertionError("the program does not end")

    def _getter(self, instruction):
        def get(path):
            value = instruction[path]
            return self.registers[value] if instruction[f"{path}_by_register"] else value

        return get

    def _through_loop_ends(self, loops, after):
        while loops and after == loops[-1]["last"] + 1:
            loop = loops[-1]
            loop["left"] -= 1
            if loop["counter"] is not None:
                value = self.registers[loop["counter"]] + loop["step"]
                self.registers[loop["counter"]] = value & MASK
            if loop["left"]:
                return loop["first"]
            loops.pop()
        return after

"""Names, parameters, their order and defaults are the public ones."""

import enum
import inspect
from dataclasses import dataclass

import pytest

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.formats import DType

from . import public_api as public

TYPE_NAMES = {DType.UINT8: "uint8"}
FUNCTIONS = [("isa", name) for name in public.ISA] + [
    ("language", name) for name in public.LANGUAGE
]


def shown(value):
    """A default as the list has it."""
    if isinstance(value, enum.Enum):
        return TYPE_NAMES.get(value, value.name)
    return value.name if isinstance(value, nl.Op) else repr(value)


def parameters(function):
    """Positional parameters with defaults; ours beside them are keyword-only and have defaults."""
    found = []
    for item in inspect.signature(function).parameters.values():
        if item.kind is inspect.Parameter.KEYWORD_ONLY:
            assert item.default is not inspect.Parameter.empty
            continue
        empty = item.default is inspect.Parameter.empty
        found.append(item.name if empty else f"{item.name}={shown(item.default)}")
    return found


@pytest.mark.parametrize(("module", "name"), FUNCTIONS)
def test_parameters_are_the_public_ones(module, name):
    listed = {"isa": public.ISA, "language": public.LANGUAGE}[module][name]
    ours = parameters(getattr({"isa": nisa, "language": nl}[module], name))
    for own, given in zip(ours, listed.split(", ") if listed else [], strict=True):
        assert own == given or given == f"{own.split('=')[0]}=..."


@pytest.mark.parametrize("name", public.TENSOR)
def test_methods_of_a_tensor_are_the_public_ones(name):
    own = parameters(getattr(nl.NkiTensor, name))[1:]
    assert ", ".join(own) == public.TENSOR[name]


def test_members_of_a_tensor(require_error):
    def check():
        tile = nl.ndarray((4, 3, 2), nl.bfloat16, name="tile")
        view = tile[2:, 1]
        members = {name: getattr(view, name) for name in public.TENSOR_MEMBERS}
        assert members == {
            "shape": (2, 2), "strides": (6, 1), "offset": 14, "name": "tile", "dtype": nl.bfloat16,
            "buffer": nl.sbuf, "ndim": 2, "size": 4,
        }  # fmt: skip
        assert nl.ndarray((4, 4), nl.float32, nl.psum).buffer is nl.psum
        for place in (nl.shared_hbm, nl.private_hbm):
            assert nl.ndarray((4, 4), nl.float32, place).buffer is place
        raise nki.KernelError("checked")

    require_error(check, "checked")


@pytest.mark.parametrize("name", public.ENUMERATIONS)
def test_members_of_enumerations_are_the_public_ones(name):
    module = nl if name == "MemoryRegion" else nisa
    assert sorted(getattr(module, name).__members__) == sorted(public.ENUMERATIONS[name])


def test_names_that_are_no_functions():
    for name in public.TYPES:
        assert isinstance(getattr(nl, name), DType)
    for name in public.BUFFERS:
        assert isinstance(getattr(nl, name), nl.MemoryRegion)
    for name in public.TOKENS:
        assert isinstance(getattr(nl, name), nl.Op)
    sizes = {name: getattr(nl.tile_size, name) for name in public.TILE_SIZE}
    assert min(sizes.values()) >= 1
    assert issubclass(nisa.VirtualRegister, object)
    assert issubclass(nisa.NkiValidationError, Exception)
    assert issubclass(nisa.NkiInstruction, nl.NKIObject)
    assert issubclass(nl.NkiTensor, nl.NKIObject)


@pytest.mark.parametrize("name", public.LATER_TYPES)
def test_a_type_of_later_cores_says_so(name, require_error):
    require_error(lambda: nl.ndarray((4, 4), getattr(nl, name)), "needs NeuronCore-v4: type")


@pytest.mark.parametrize("name", public.LATER)
def test_an_instruction_of_later_cores_says_so(name, require_error):
    function = getattr(nisa, name)
    values = [None for item in public.ISA[name].split(", ") if "=" not in item]
    version = public.LATER[name]
    require_error(lambda: function(*values), f"needs NeuronCore-v{version}: {name}")


@pytest.mark.parametrize("name", public.GPSIMD)
def test_an_instruction_of_gpsimd_says_so(name, require_error):
    function = getattr(nisa, name)
    values = [None for item in public.ISA[name].split(", ") if "=" not in item]
    require_error(lambda: function(*values), f"needs a GPSIMD engine.*: {name}")


def test_ranges_are_those_of_python():
    for kind in (nl.affine_range, nl.sequential_range, nl.static_range):
        assert list(kind(3)) == [0, 1, 2]
        assert list(kind(1, 8, 3)) == [1, 4, 7]


def test_kinds_of_memories():
    kinds = {place: [kind(place) for kind in (nl.is_hbm, nl.is_on_chip, nl.is_sbuf, nl.is_psum)]
             for place in nl.MemoryRegion}  # fmt: skip
    assert kinds == {
        nl.sbuf: [False, True, True, False], nl.psum: [False, True, False, True],
        nl.shared_hbm: [True, False, False, False], nl.hbm: [True, False, False, False],
    }  # fmt: skip


def test_the_generation_of_the_core():
    assert nisa.get_nc_version() is nisa.nc_version.gen2
    assert nisa.get_nc_sub_version() == 0


def test_classes_of_a_kernel_are_like_data_classes():
    class Plain(nl.NKIObject):
        size: int
        turned = False

        def __post_init__(self):
            self.double = 2 * self.size

    @dataclass
    class Decorated(nl.NKIObject):
        size: int
        offset = None
        name: str = "tile"

    plain = Plain(3, turned=True)
    assert (plain.size, plain.turned, plain.double, Plain(1).turned) == (3, True, 6, False)
    made = Decorated(4, offset=2)
    assert (made.size, made.offset, made.name) == (4, 2, "tile")
    assert Decorated(4).offset is None
    with pytest.raises(TypeError, match="Plain takes 2 values, not 3"):
        Plain(1, 2, 3)


def test_generations_are_in_order():
    assert nisa.get_nc_version() < nisa.nc_version.gen3 <= nisa.nc_version.gen4

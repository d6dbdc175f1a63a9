"""SECDED codes: single errors of a word are corrected, double errors are seen."""

from .code import check_bits, columns, decode_word, encode_word
from .logic import Decoded, decode, encode

__all__ = [
    "Decoded",
    "check_bits",
    "columns",
    "decode",
    "decode_word",
    "encode",
    "encode_word",
]

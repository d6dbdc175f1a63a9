"""SECDED codes: single errors of a word are corrected, double errors are seen."""

from .code import check_bits, columns, decode_word, encode_word
from .logic import Decoded, Syndromes, correct, decode, encode

__all__ = [
    "Decoded",
    "Syndromes",
    "check_bits",
    "columns",
    "correct",
    "decode",
    "decode_word",
    "encode",
    "encode_word",
]

"""The check of overlapping passes: each thing that is missing is seen."""

from __future__ import annotations

import copy
import re

import pytest

from tinyneuron import nki
from tinyneuron.lower import overlap
from tinyneuron.lower.semaphores import Wait
from tinyneuron.lower.verify import VerifyError
from tinyneuron.lower.verify_passes import verify_passes

from .test_overlap import SPECS, TINY, one_tile


@pytest.fixture
def checked(monkeypatch):
    """What the check of a loop that loads, doubles and stores is asked: its arguments."""
    seen: list[list] = []
    monkeypatch.setattr(overlap, "verify_passes", lambda *arguments: seen.append([*arguments]))
    nki.compile(one_tile, TINY, SPECS)
    (arguments,) = seen
    verify_passes(*arguments)
    return arguments


def test_a_wait_that_is_missing(checked):
    members, conflicts, waits, updates, credits, config, _ = checked
    for at in waits:
        fewer = {other: found for other, found in waits.items() if other != at}
        with pytest.raises(VerifyError, match="may start before line"):
            verify_passes(members, conflicts, fewer, updates, credits, config)


def test_an_update_that_is_missing(checked):
    members, conflicts, waits, updates, credits, config, _ = checked
    for event in updates:
        fewer = {other: found for other, found in updates.items() if other != event}
        with pytest.raises(VerifyError, match=re.escape("never ends")):
            verify_passes(members, conflicts, waits, fewer, credits, config)


def test_another_number_before_the_loop(checked):
    members, conflicts, waits, updates, credits, config, _ = checked
    given = {semaphore: credit for semaphore, credit in credits.items() if credit}
    assert given
    for semaphore, credit in given.items():
        with pytest.raises(VerifyError, match=re.escape("never ends")):
            verify_passes(members, conflicts, waits, updates, {**credits, semaphore: 0}, config)
        more = {**credits, semaphore: credit + 1}
        with pytest.raises(VerifyError, match="may start before line"):
            verify_passes(members, conflicts, waits, updates, more, config)


def test_a_wait_for_too_little(checked):
    members, conflicts, waits, updates, credits, config, _ = checked
    less = copy.deepcopy(dict(waits))
    at = next(iter(less))
    less[at] = [Wait(item.semaphore, item.value - 1, takes=True) for item in less[at]]
    with pytest.raises(VerifyError, match="may start before line"):
        verify_passes(members, conflicts, less, updates, credits, config)


def test_what_is_added_and_never_taken(checked):
    members, conflicts, waits, updates, credits, config, _ = checked
    event, semaphore = next((e, s) for e, ss in updates.items() for s in ss)
    twice = {**updates, event: [semaphore, semaphore]}
    with pytest.raises(VerifyError, match=r"semaphores begin at|may start before"):
        verify_passes(members, conflicts, waits, twice, credits, config)


def test_a_transfer_that_nobody_waits_for_unless_a_loop_around_does(checked):
    members, *_, config, _ = checked
    alone = [next(member for member in members if member.is_transfer)]
    with pytest.raises(VerifyError, match="may be under way behind the loop"):
        verify_passes(alone, [], {}, {}, {}, config)
    verify_passes(alone, [], {}, {}, {}, config, {0})

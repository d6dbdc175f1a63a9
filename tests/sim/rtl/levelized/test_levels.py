from __future__ import annotations

from tinyneuron_sim.rtl.levelized.levels import levels


def test_a_node_comes_after_all_it_follows():
    followers = {0: [1, 3], 1: [2], 2: [3], 3: [], 4: [3]}
    assert levels(followers) == {0: 0, 1: 1, 2: 2, 3: 3, 4: 0}


def test_a_circle_is_one_level_between_what_leads_to_it_and_what_it_leads_to():
    found = levels({0: [1], 1: [2], 2: [3], 3: [1, 4], 4: [4, 5], 5: []})
    assert found[0] < found[1] == found[2] == found[3] < found[4] < found[5]


def test_a_long_chain_does_not_exhaust_the_stack():
    length = 20_000
    found = levels({i: [i + 1] if i + 1 < length else [] for i in range(length)})
    assert found == {i: i for i in range(length)}

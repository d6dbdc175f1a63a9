"""What the Vector and Scalar engines share: everything around their lanes.

Read `front.py` (a command becomes a stream of elements), `ahead.py` and `pending.py` (the next one
starts while this one is under way), then `steps.py` (the lanes' common clock and the way to the
writer). What a lane computes is in `vector/lane.py` and `scalar/lane.py`.
"""

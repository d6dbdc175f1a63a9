"""Programs on two targets: the ``compare`` and ``fuzz`` commands."""

"""Where the cycles of a program go: timelines, floors, rooflines, waits, lines of the kernel.

``run.py`` runs a program, ``collect.py`` makes its profile; ``perfetto.py`` and ``html.py`` write
that.
"""

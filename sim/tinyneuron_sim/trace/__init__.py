"""What happened during a run: timelines, what was executed, what waited for what."""

from .execution import Executed, executions
from .timeline import Span, row_label, rows_of, spans, timeline, track_name, write_timeline
from .waits import Wait, waits

__all__ = ["Executed", "Span", "Wait", "executions", "row_label", "rows_of", "spans", "timeline",
           "track_name", "waits", "write_timeline"]  # fmt: skip

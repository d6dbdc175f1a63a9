"""What happened during a run, for people: timelines."""

from .timeline import Span, spans, timeline, track_name, write_timeline

__all__ = ["Span", "spans", "timeline", "track_name", "write_timeline"]

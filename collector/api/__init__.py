"""The office's HTTP interface and pages."""

from collector.api.app import make_app
from collector.api.office import Office
from collector.api.serve import serve

__all__ = ["Office", "make_app", "serve"]

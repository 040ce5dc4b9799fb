"""From an incident to a person: who is told, when, by which way, and why not. Deciding is pure; `round` applies it."""

from collector.alerts.dispatch.dispatcher import Dispatcher as Dispatcher
from collector.alerts.dispatch.rounds import Dispatch as Dispatch

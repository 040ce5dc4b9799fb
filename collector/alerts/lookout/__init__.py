"""What the office sees every two seconds, and what it makes of it: incidents that begin and end by themselves."""

from collector.alerts.lookout.lookout import Lookout as Lookout
from collector.alerts.lookout.scenery import Places as Places
from collector.alerts.lookout.scenery import Scenery as Scenery

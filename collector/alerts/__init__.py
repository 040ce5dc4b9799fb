"""From a finding to the secretary's phone: incidents, messages, channels."""

"""`kadian demo`: the whole system on one machine, real but for the hardware below the wire."""

"""Series stores on another machine, fed beside the embedded one: what InfluxDB and VictoriaMetrics have in common."""

"""The office: ingest, ledger, series, rules, alerts and the HTTP interface."""

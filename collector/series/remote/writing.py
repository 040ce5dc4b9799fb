"""The one way in: InfluxDB's /api/v2/write through its own client, which VictoriaMetrics answers as well."""

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from collector.series.remote.answers import failure, unreachable


def connect(url: str, org: str, token: str, ca_file: str | None, seconds: float) -> InfluxDBClient:
    """The client, which connects when it is first needed. It repeats nothing by itself: the caller knows better when.

    Args:
        url: http(s)://host:port.
        org: the organisation's name or id.
        token: may be empty where nobody asks for one (VictoriaMetrics).
        ca_file: the authority that the store's certificate is from; None for those of the system.
        seconds: until a write is given up, on the monotonic clock.
    """
    return InfluxDBClient(url.rstrip("/"), token=token, org=org, timeout=round(seconds * 1000), ssl_ca_cert=ca_file)


class Writer:
    """Writes lines, all of a call or, as far as anybody can tell, none.

    Synchronous on purpose: the client's batching mode gives a batch up after three minutes, and drops a whole batch
    for one bad line.
    """

    def __init__(self, client: InfluxDBClient, bucket: str) -> None:
        self._write = client.write_api(write_options=SYNCHRONOUS).write
        self._bucket = bucket
        self._org = client.org
        self._url = shown(client.url)

    def write(self, lines: Sequence[str]) -> None:
        """Write lines in one request. They may be there already.

        Raises:
            LinesRefused: the store says that a line is bad.
            TooMuchAtOnce: it wants smaller requests.
            Unwilling: it cannot be reached, or does not take anything now.
        """
        try:
            self._write(self._bucket, self._org, "\n".join(lines), WritePrecision.NS)  # type: ignore[arg-type] # a str
        except ApiException as error:
            raise explained(self._url, error) from error
        except (HTTPError, OSError) as error:
            raise unreachable(self._url, error) from error


def explained(url: str, error: ApiException) -> Exception:
    """What an answer of InfluxDB means; status 0 stands for a certificate that was not believed."""
    if not error.status:
        return unreachable(url, error.reason)
    return failure(url, error.status, str(error.message or error.reason or ""), error.retry_after)


def shown(url: str) -> str:
    """The address without a password, for people."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

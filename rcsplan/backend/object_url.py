"""From the URL of a state to the store that keeps it; the only module that knows which client the bucket needs."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rcsplan.errors import ConfigurationError

if TYPE_CHECKING:
    from obstore.store import AzureConfig, ClientConfig, GCSConfig, ObjectStore, RetryConfig, S3Config

    from rcsplan.backend.object_bucket import Patience
    from rcsplan.backend.object_store import ObjectStateStore

_CONNECT_SECONDS = 5

#: The client's own repetitions are switched off: ours look first what became of the request before.
_NO_RETRIES: RetryConfig = {"max_retries": 0}

_SHAPES = {"s3": "s3://bucket/key.json", "gs": "gs://bucket/key.json", "az": "az://container/key.json"}


def open_object_store(
    url: str, *, endpoint: str | None = None, region: str | None = None, patience: Patience | None = None
) -> ObjectStateStore:
    """The store of the state at `s3://bucket/key`, `gs://bucket/key` or `az://container/key`.

    Credentials come from where the provider's own tools look for them: environment, profiles, the machine's identity.
    Nothing is asked of the store yet.

    Raises:
        ConfigurationError: the URL or the endpoint cannot be used, there are no credentials, or `rcsplan[cloud]` is
            not installed.
    """
    scheme, bucket, key = _parts_of(url)
    try:
        from rcsplan.backend.object_bucket import Bucket, Patience
        from rcsplan.backend.object_store import ObjectStateStore
    except ImportError:
        raise ConfigurationError(
            f"State in an object store ({scheme}://…) needs packages that are not installed",
            hint="Install them: pip install 'rcsplan[cloud]'",
        ) from None
    patience = patience or Patience()
    options: ClientConfig = {
        "timeout": timedelta(seconds=patience.request),
        "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
        "allow_http": endpoint is not None and endpoint.startswith("http://"),
    }
    client = _client(scheme, bucket, endpoint=_checked(endpoint), region=region, options=options)
    return ObjectStateStore(Bucket(client, location=f"{scheme}://{bucket}", patience=patience), key)


def _parts_of(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    key = parts.path.removeprefix("/")
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc or ":" in parts.netloc)
    is_object = bool(parts.netloc and key) and not key.endswith("/") and "//" not in parts.path
    if parts.scheme not in _SHAPES or not is_plain or not is_object:
        # The URL is not repeated: people put secrets into URLs.
        raise ConfigurationError(
            "`state.url` is no address of an object",
            hint=f"Write it as {_SHAPES.get(parts.scheme) or ', '.join(_SHAPES.values())}.",
        )
    return parts.scheme, parts.netloc, key


def _checked(endpoint: str | None) -> str | None:
    if endpoint is None:
        return None
    parts = urlsplit(endpoint)
    if parts.scheme == "https" and parts.hostname and "@" not in parts.netloc:
        return endpoint
    if parts.scheme == "http" and parts.hostname and _is_loopback(parts.hostname) and "@" not in parts.netloc:
        return endpoint
    raise ConfigurationError(
        "`state.endpoint` is no https:// address",
        detail="State and credentials would go over the network in the clear. Only this machine is spoken to by http.",
        hint="Write it as https://host or https://host:port.",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _client(
    scheme: str, bucket: str, *, endpoint: str | None, region: str | None, options: ClientConfig
) -> ObjectStore:
    from obstore.exceptions import BaseError

    try:
        match scheme:
            case "s3":
                return _s3(bucket, endpoint=endpoint, region=region, options=options)
            case "gs":
                from obstore.store import GCSStore

                google: GCSConfig = {"base_url": endpoint} if endpoint is not None else {}
                return GCSStore(bucket, config=google, client_options=options, retry_config=_NO_RETRIES)
            case _:
                from obstore.store import AzureStore

                azure: AzureConfig = {"endpoint": endpoint} if endpoint is not None else {}
                return AzureStore(bucket, config=azure, client_options=options, retry_config=_NO_RETRIES)
    except (BaseError, ValueError, OSError) as error:
        # The client's message may repeat a key that it could not read.
        raise ConfigurationError(
            f"The client for {scheme}://{bucket} cannot be set up",
            detail=f"Its client reports: {type(error).__name__}.",
            hint="Check the environment variables and files that hold its credentials.",
        ) from None


def _s3(bucket: str, *, endpoint: str | None, region: str | None, options: ClientConfig) -> ObjectStore:
    from obstore.store import S3Store

    from rcsplan.backend.aws_credentials import AwsCredentials

    credentials = AwsCredentials()
    config: S3Config = {"region": region or credentials.region or "us-east-1", "disable_bulk_delete": True}
    if endpoint is not None:
        config["endpoint"] = endpoint
    return S3Store(
        bucket, config=config, credential_provider=credentials, client_options=options, retry_config=_NO_RETRIES
    )

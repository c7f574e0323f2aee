"""Credentials as AWS's own tools find them: environment, profiles, single sign-on, roles, the machine's identity."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import botocore.session
from botocore.exceptions import BotoCoreError

from rcsplan.errors import ConfigurationError

if TYPE_CHECKING:
    from obstore.store import S3Credential

#: For how long the client may use what it got before it asks again; botocore renews what expires in time.
_ASKED_AGAIN = timedelta(minutes=5)


class AwsCredentials:
    """Hands out credentials, renewed where they expire.

    Raises:
        ConfigurationError: there are none.
    """

    def __init__(self) -> None:
        try:
            session = botocore.session.get_session()
            self._credentials = session.get_credentials()
            self.region: str | None = session.get_config_variable("region")
        except BotoCoreError as error:
            raise _none_found(f"botocore reports: {type(error).__name__}.") from None
        if self._credentials is None:
            raise _none_found("Neither environment, profiles nor the machine's role give any.")

    def __call__(self) -> S3Credential:
        """The credentials to use now."""
        frozen = self._credentials.get_frozen_credentials()
        return {
            "access_key_id": frozen.access_key,
            "secret_access_key": frozen.secret_key,
            "token": frozen.token,
            "expires_at": datetime.now(UTC) + _ASKED_AGAIN,
        }


def _none_found(detail: str) -> ConfigurationError:
    return ConfigurationError(
        "There are no AWS credentials",
        detail=detail,
        hint="Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.",
    )

"""Telling the project's webhook what a run did, after it is recorded: whatever fails here is a warning."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rcsplan.backend.disk import Disk
from rcsplan.cli.surroundings import read_secret, utc_now
from rcsplan.errors import RcsplanError
from rcsplan.manifest.notice import render_notice
from rcsplan.manifest.settings import Secret
from rcsplan.operations.notify import notice_of, notifications_of, notifications_of_refusal
from rcsplan.output.stream import Name, format_line
from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rcsplan.cli.invocation import Invocation
    from rcsplan.manifest.notification_settings import NotificationSettings
    from rcsplan.operations.apply import Applied
    from rcsplan.operations.notify import Notification
    from rcsplan.operations.target import Target
    from rcsplan.plan.model import Plan


@dataclass(slots=True)
class Told:
    """What was told before: by the file that the run before left, or by memory where there can be no file."""

    _kept: frozenset[str] = field(default=frozenset())

    def read(self, path: Path) -> frozenset[str]:
        """What is known to be told; nothing where that is not known, so that it is rather told twice."""
        try:
            told = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            return self._kept
        return frozenset(key for key in told if isinstance(key, str)) if isinstance(told, list) else self._kept

    def write(self, path: Path, keys: frozenset[str]) -> None:
        """Keep what is told by now.

        Raises:
            RcsplanError: for this process alone, for there can be no file.
        """
        self._kept = keys
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            Disk().replace(path, json.dumps(sorted(keys), indent=0).encode())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            detail = f"{reason}\nThe next process may tell the same again."
            raise RcsplanError("What the webhook was told could not be noted", detail=detail) from None


def notify_applied(applied: Applied, target: Target, invocation: Invocation, told: Told) -> None:
    """Tell what an apply did; it never raises, and never takes longer than some ten seconds."""
    settings = target.environment.notifications
    # Who said no at the terminal knows what there is to know.
    if settings is not None and applied.confirmed:
        found = notifications_of(applied, poor_below=settings.poor_delivery.below)
        _notify(found, applied.plan, settings, target, invocation, told)


def notify_refused(plan: Plan, target: Target, invocation: Invocation, told: Told) -> None:
    """Tell what holds up a plan that was not applied for it; as `notify_applied`."""
    settings = target.environment.notifications
    if settings is not None:
        _notify(notifications_of_refusal(plan), plan, settings, target, invocation, told)


def _notify(
    found: Iterable[Notification],
    plan: Plan,
    settings: NotificationSettings,
    target: Target,
    invocation: Invocation,
    told: Told,
) -> None:
    try:
        path = target.environment.path_of(f".rcsplan/{target.environment.name}.told")
        wanted = [one for one in found if one.event in settings.on]
        before = told.read(path)
        news = [fresh for one in wanted if (fresh := one.untold(before) if one.repeats else one).sends]
        if news:
            _deliver(news, plan, settings, target)
        keys = frozenset(key for one in wanted if one.repeats for key in one.keys)
        if keys != before:
            told.write(path, keys)
    except RcsplanError as error:
        _warn(error.summary, error.detail, invocation)
    except Exception as error:  # noqa: BLE001  the run is over and recorded; how it ended is what its exit code says
        _warn("The notification could not be made", type(error).__name__, invocation)


def _deliver(news: list[Notification], plan: Plan, settings: NotificationSettings, target: Target) -> None:
    # Imported here: most applies have nothing to tell to anybody.
    from rcsplan.web.webhook import deliver

    folder, at = target.environment.folder, target.runtime.now()
    url = read_secret(settings.url, folder, what="address of the webhook")
    headers = {name: _value(value, folder) for name, value in settings.headers.items()}
    notices = [notice_of(one, plan, target.runtime, at=at) for one in news]
    deliver([render_notice(settings.body, notice) for notice in notices], url=url, headers=headers)


def _value(value: Secret | str, folder: Path) -> str:
    return read_secret(value, folder, what="header of the webhook") if isinstance(value, Secret) else value


def _warn(summary: str, detail: str, invocation: Invocation) -> None:
    if invocation.logs_json:
        sys.stderr.write(format_line(Name.NOTIFICATION_FAILED, utc_now(), summary=summary, detail=detail) + "\n")
        return
    sys.stderr.write(f"{invocation.err.changed('Warning:')} {visible(summary)}\n")
    sys.stderr.writelines(f"  {visible(line)}\n" for line in detail.splitlines())

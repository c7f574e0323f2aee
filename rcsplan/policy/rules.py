"""The rules of a policy, each with what it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rcsplan.policy import audience, content, cost, fallback, fatigue, links, online, opt_out, timing
from rcsplan.policy.candidate import Candidate, Thresholds, World
from rcsplan.policy.finding import Finding, Severity

Check = Callable[[Candidate, World], Iterator[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: `check` finds what breaks it.

    `default` is its severity where a policy says none. `why` tells what it prevents, with the incident where there is
    one, `setting` is an example of its settings. It finds nothing until one of its `thresholds` is set. One that is
    `judged_again` is asked once more when a saved plan is applied, because time and other campaigns have gone on since.
    One that `looks_online` knows only what was seen at the addresses of a message, where somebody looked.
    """

    id: str
    check: Check
    default: Severity
    why: str
    setting: str
    thresholds: tuple[str, ...] = ()
    judged_again: bool = False
    looks_online: bool = False

    @property
    def summary(self) -> str:
        """What it demands, in a sentence."""
        return (self.check.__doc__ or "").partition("\n")[0]

    @property
    def configuration(self) -> str:
        """How it is set in rcsplan.yaml; instant sends have a key of their own."""
        if self.id == "instant":
            return f"policy: {{instant: {self.setting}}}"
        return f"policy:\n  rules:\n    {self.id}: {self.setting}"

    def is_set(self, thresholds: Thresholds) -> bool:
        """Whether it has what it measures by, where it needs that."""
        return not self.thresholds or any(getattr(thresholds, name) not in {None, ()} for name in self.thresholds)


_SEVERITY = "{severity: deny}"

_IN_ORDER = (
    Rule(
        id="quiet-hours",
        check=timing.quiet_hours,
        default=Severity.DENY,
        thresholds=("quiet_hours",),
        judged_again=True,
        why="A campaign has two clocks: a send at 18:00 with a validity of ten hours wakes people by SMS at 04:00. "
        "Promotions that were meant for the evening arrived at 01:19 and 06:45 (Countdown, 2017); an SMS "
        "of 04:40 reached the issue tracker of its tool. In the US each such message may cost 500 to 1,500 dollars. "
        "Every zone of audience.timezones is looked at, or else the schedule's.",
        setting='{from: "21:00", until: "09:00"}',
    ),
    Rule(
        id="weekdays",
        check=timing.weekdays,
        default=Severity.DENY,
        thresholds=("weekdays",),
        judged_again=True,
        why="France allows no marketing on Sundays; a send of Saturday evening leaves its SMS on Sunday.",
        setting="{allowed: [mon, tue, wed, thu, fri, sat]}",
    ),
    Rule(
        id="blackout",
        check=timing.blackout,
        default=Severity.DENY,
        thresholds=("calendars",),
        judged_again=True,
        why="On holidays and days of mourning nothing is sent. A calendar that knows no day of a year breaks the "
        "rule as well: an empty one must not pass for a year without holidays.",
        setting="{calendars: [ua-holidays]}",
    ),
    Rule(
        id="lead",
        check=timing.lead,
        default=Severity.DENY,
        thresholds=("lead",),
        judged_again=True,
        why="A tool of the trade sends at once what is approved late (GetResponse): here a late merge fails instead, "
        "with time left to look at the account. Below policy.min_lead, two minutes at least, nothing is submitted "
        "whatever this rule says; that is asked again right before each submission.",
        setting="{at_least: 4h}",
    ),
    Rule(
        id="instant",
        check=timing.instant,
        default=Severity.DENY,
        judged_again=True,
        why="Without a start time the provider sends when a submission arrives, so that the hour of a merge would "
        "decide when people are disturbed. Set by policy.instant; a sandbox allows it where nothing is said.",
        setting="allow",
    ),
    Rule(
        id="contacts-per-send",
        check=audience.contacts_per_send,
        default=Severity.DENY,
        thresholds=("contacts_per_send",),
        judged_again=True,
        why="A mail meant for 300 people went to more than eight million (The New York Times, 2011).",
        setting="{max: 5000}",
    ),
    Rule(
        id="contacts-per-run",
        check=audience.contacts_per_run,
        default=Severity.DENY,
        thresholds=("contacts_per_run",),
        judged_again=True,
        why="Many small mistakes of one merge make a large one; what starts last is held back.",
        setting="{max: 20000}",
    ),
    Rule(
        id="default-list",
        check=audience.default_list,
        default=Severity.WARN,
        why="The account's default list collects everybody who was ever added, testers and opted-out people too.",
        setting=_SEVERITY,
    ),
    Rule(
        id="lists",
        check=audience.lists,
        default=Severity.DENY,
        thresholds=("allowed_lists", "forbidden_lists"),
        why="A test mail went to real subscribers because lists of test and production overlapped (HBO Max, 2021): let "
        "an environment for tests know its seed lists alone. A team once mailed everybody who had unsubscribed: "
        "forbid such lists by name.",
        setting='{allowed: ["Seeds *", "1864275"], forbidden: ["*unsub*"]}',
    ),
    Rule(
        id="senders",
        check=audience.senders,
        default=Severity.DENY,
        thresholds=("allowed_senders", "forbidden_senders"),
        why="A message in the name of another brand, or of an agent for transactions, costs the trust of both.",
        setting="{allowed: [Acme, ACME]}",
    ),
    Rule(
        id="fatigue",
        check=fatigue.fatigue,
        default=Severity.DENY,
        thresholds=("fatigue",),
        judged_again=True,
        why="Seven people got 570 messages each within a night (DirectFlow, 2026), and several states of the US allow "
        "three a day. All campaigns count, those of the state's history and those of this plan, by local dates of "
        "the account. Of two new sends the later one is held back.",
        setting="{max: 2, days: 7}",
    ),
    Rule(
        id="fatigue-hours",
        check=fatigue.fatigue_hours,
        default=Severity.DENY,
        thresholds=("fatigue_hourly",),
        judged_again=True,
        why="A tool of the trade counts calendar days, and lets messages of 23:00 and 00:00 both through (Braze); "
        "Florida and Oklahoma allow three within 24 hours. Hours roll on over midnight; two sends that lie as many "
        "hours apart are not within them.",
        setting="{max: 3, hours: 24}",
    ),
    Rule(
        id="expectation",
        check=audience.expectation,
        default=Severity.OFF,
        why="Whoever writes down how many contacts are expected notices the wrong list; nobody else does. What is "
        "written down is always checked, as reason `audience`.",
        setting=_SEVERITY,
    ),
    Rule(
        id="tested",
        check=audience.tested,
        default=Severity.DENY,
        thresholds=("tested_over",),
        why="An agency's last fix put a placeholder into a link, and the first word of a subject became another after "
        "the last edit: nobody had looked at what was sent. `rcsplan test` sends it to a few, and any later change of "
        "the message, its fallback or its options needs another test.",
        setting="{over: 1000}",
    ),
    Rule(
        id="stop-list",
        check=audience.stop_list,
        default=Severity.WARN,
        why="A team mailed all of its unsubscribed addresses. Who asked for no more messages may sue. A list whose "
        "name speaks of unsubscribing or of suppression is found without being forbidden by name.",
        setting=_SEVERITY,
    ),
    Rule(
        id="opt-out",
        check=opt_out.opt_out,
        default=Severity.OFF,
        why="Every promotion must say how to get no more of them, in both channels: so demand the laws of the EU, the "
        "UK and Ukraine, each in its own words. In an SMS of a sender of letters it takes a link or a number as well: "
        "nobody can reply to it.",
        setting='{severity: deny, phrases: ["no more"]}',
    ),
    Rule(
        id="reply-stop",
        check=opt_out.reply_stop,
        default=Severity.WARN,
        why="A sender of letters cannot receive: who replies STOP to ACME is not heard, and gets the next message.",
        setting=_SEVERITY,
    ),
    Rule(
        id="links",
        check=links.links,
        default=Severity.WARN,
        why="An agency sent a placeholder of x's as a link, after a last fix. Carriers block the links of public "
        "shorteners; media must be https. With allowed_hosts every link has to lead to one of them.",
        setting="{severity: deny, allowed_hosts: [acme.example]}",
    ),
    Rule(
        id="link-online",
        check=online.link_online,
        default=Severity.WARN,
        looks_online=True,
        why="A link that is mistyped, expired or not yet published shows when thousands have pressed it. Where a "
        "redirect ends on another host than the message names, readers are surprised: name that one in the "
        "allowed_hosts of links where it is meant. Addresses that are filled in for each recipient are not asked.",
        setting=_SEVERITY,
    ),
    Rule(
        id="media-online",
        check=online.media_online,
        default=Severity.WARN,
        looks_online=True,
        why="A picture that is not there, is really a page of errors, or is too large arrives as an empty card. Taken "
        "are JPEG, PNG and GIF up to 2 MB, and MP4, M4V, H.263, MPEG and WebM up to 10 MB.",
        setting=_SEVERITY,
    ),
    Rule(
        id="media-ratio",
        check=online.media_ratio,
        default=Severity.WARN,
        looks_online=True,
        why="Phones crop a picture to the middle without a word: 2:1, 16:9 and 7:3 are shown whole. In a carousel the "
        "first card sets the height of all.",
        setting=_SEVERITY,
    ),
    Rule(
        id="residue",
        check=content.residue,
        default=Severity.WARN,
        why="A subject of `%%DC::Previous Viewed White Paper::Subject Line%` went out (Silverpop), and an “Integration "
        "Test Email #1” reached the subscribers of HBO Max in 2021.",
        setting=_SEVERITY,
    ),
    Rule(
        id="characters",
        check=content.characters,
        default=Severity.WARN,
        why="Characters without width come with text copied from documents and break links; a Cyrillic letter in a "
        "Latin word looks right, makes the SMS dearer, and is how filters recognise fraud.",
        setting=_SEVERITY,
    ),
    Rule(
        id="price-boundary",
        check=content.price_boundary,
        default=Severity.WARN,
        why="RCS has a price step at 160 bytes, not letters, of a plain text: 81 Cyrillic letters are over it.",
        setting=_SEVERITY,
    ),
    Rule(
        id="sms-fallback",
        check=fallback.sms_fallback,
        default=Severity.OFF,
        why="A part of every audience cannot receive RCS.",
        setting=_SEVERITY,
    ),
    Rule(
        id="sms-alphabet",
        check=fallback.sms_alphabet,
        default=Severity.WARN,
        why="A curly quote, a dash or a space of a word processor takes the room of an SMS from 160 characters to 70, "
        "and the price of a message to twice what it was.",
        setting=_SEVERITY,
    ),
    Rule(
        id="sms-parts",
        check=fallback.sms_parts,
        default=Severity.DENY,
        thresholds=("sms_parts",),
        why="Each part is paid for: 72 Cyrillic letters cost twice what 70 do. Every plan shows the parts.",
        setting="{max: 1}",
    ),
    Rule(
        id="cost-per-send",
        check=cost.cost_per_send,
        default=Severity.DENY,
        thresholds=("cost_per_send",),
        judged_again=True,
        why="What costs 1,911 as expected may cost 3,466 where everything falls back to an SMS of two parts. A limit "
        "of the trade stops within minutes after the money is spent (AWS); this one is asked before that. A cost "
        "that is not known breaks the rule as well. With basis: expected, the expected cost counts.",
        setting="{max: 500}",
    ),
    Rule(
        id="cost-per-run",
        check=cost.cost_per_run,
        default=Severity.DENY,
        thresholds=("cost_per_run",),
        judged_again=True,
        why="Many small sends of one merge make a large bill; what starts last is held back. A cost that is not known "
        "breaks the rule as well.",
        setting="{max: 2000}",
    ),
    Rule(
        id="cost-per-month",
        check=cost.cost_per_month,
        default=Severity.DENY,
        thresholds=("cost_per_month",),
        judged_again=True,
        why="A billing alert told of 570 messages to each of seven people (DirectFlow, 2026); new accounts elsewhere "
        "begin with a limit of one dollar a month (AWS). Calendar months of the account's zone: what was charged, what "
        "is submitted, and this plan with what opens later.",
        setting="{max: 10000}",
    ),
    Rule(
        id="cost-unknown",
        check=cost.cost_unknown,
        default=Severity.OFF,
        why="The provider tells no price before a campaign is created. What is not known is never taken for nothing: "
        "prices come from rcsplan.yaml, or else from what was charged before.",
        setting=_SEVERITY,
    ),
    Rule(
        id="balance",
        check=cost.balance,
        default=Severity.WARN,
        judged_again=True,
        why="Where the money ends while a campaign is being sent, it pauses in the middle of its list, and no call of "
        "the API resumes it. The balance with its credit is read where prices are set, or this rule is; where it "
        "cannot be read the rule is broken.",
        setting=_SEVERITY,
    ),
)

#: The rules by their ids, in the order in which they are asked and shown.
RULES = {rule.id: rule for rule in _IN_ORDER}

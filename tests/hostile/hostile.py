"""A project whose every text is hostile: to terminals, to Markdown, to HTML, to readers; and which has 300 sends.

`write_project` puts it into a folder, where it plans; `edit_project` changes its messages, as for a replacement.
"""

from __future__ import annotations

from pathlib import Path

#: A host that nothing may link to, load from, or ask.
HOST = "evil.example"

#: Each kind of hostility by itself; none is longer than 100 characters.
MARKUP = f"</code></pre></td></details><script>alert(1)</script><img src=//{HOST}/x onerror=alert(1)>"
ATTRIBUTE = f"\" onmouseover=\"alert(1)\" ' onclick='alert(1)' style=background:url(//{HOST}/y)"
COMMENT = "--> <!-- rcsplan:hostile:production --> <![CDATA[ ]]> <?php ?> <!doctype html>"
MENTIONS = "@octocat @acme/security hi@octocat #1 GH-2 !3 ~bug %v1 &4 $5 ^alert acme/shop#6 [issue:7]"
COMMITS = "0123456789abcdef0123456789abcdef01234567 acme/shop@0123456789 deadbeef 1234567"
LINKS = f"https://{HOST}/a www.{HOST} me@{HOST} [click](https://{HOST}) ![x](//{HOST}/x.png) <https://{HOST}>"
MARKDOWN = "| a | b \\| c | **bold** ~~gone~~ `code` `` two `` ```` four ```` $x$ $$y$$ $`z`$ [^1] [x] \\"
EMOJI = ":tada: \U0001f469\u200d\U0001f4bb \u2764\ufe0f :+1: :octocat:"
DIRECTIONS = "\u202egnp.exe\u202c \u2066a\u2069 \u200e\u200f\u061c end"
UNSEEN = "a\u200bb\u2060c\ufeffd\u00ade\u3164f\u2800g\u200dh\ufe0fi\U000e0041j\U000e0101k\u034fl"
RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd 12:30 \u0645\u0631\u062d\u0628\u0627 (50%) -> \u05e2\u05d5\u05dc\u05dd!"
CONTROLS = "\x1b[2J\x1b]0;owned\x07\x1b]8;;https://evil.example\x1b\\\x9b1m\r\x08\x00\x7f\x85\u2028end"
#: Lines that mean something to a platform where a line begins; a message may have lines of its own.
LINES = (
    "/close\n/merge\n```\n/approve\n````\n~~~\n</details>\n\n> [!CAUTION]\n# Blocked: 0\n- [ ] task\n1. one\n---\n"
    "| a | b |\n|---|---|\n[^1]: note\n::include{file=/etc/passwd}\n[[_TOC_]]\n>>>\n    code\n<details open>\n\n"
    "<!-- x -->"
)

#: What a message may have: no control characters but line breaks.
SENDABLE = (
    MARKUP, ATTRIBUTE, COMMENT, MENTIONS, COMMITS, LINKS, MARKDOWN, EMOJI, DIRECTIONS, UNSEEN, RIGHT_TO_LEFT, LINES,
)  # fmt: skip
EVERYTHING = (*SENDABLE, CONTROLS)

#: The sends with a card that no rule denies.
CARDS = tuple(f"card-{number}" for number in range(len(SENDABLE) - 1))

#: A name that is at home on no platform, of a folder and a file.
FILE = "a|b `c` <i>/@octocat #1 :tada: \x1b[2J\u202ec.yaml"

#: Days and minutes of December: 300 sends.
_DAYS, _MINUTES = [f"{day:02}" for day in range(5, 17)], [f"{minute:02}" for minute in range(0, 50, 2)]


def write_project(folder):
    """Write the project: a card of every kind of hostility, sends that are blocked or warned of, and 300 more."""
    _write(
        folder / "rcsplan.yaml",
        {
            "apiVersion": "rcsplan/v1",
            "kind": "Project",
            "metadata": {"name": "hostile"},
            "environments": {
                "sandbox": {
                    "provider": {"type": "sandbox", "timezone": "Europe/Kyiv", "account": "sandbox/account.yaml"}
                }
            },
            "policy": {"rules": {"residue": {"severity": "deny"}}},
        },
    )
    _write(folder / "sandbox/account.yaml", _account())
    _write(folder / "many.yaml", _many())
    for number, text in enumerate(SENDABLE):
        _write(folder / f"card-{number}.yaml", _card(number, text))
    _write(folder / FILE, _waived())
    _write(folder / "denied.yaml", _denied())
    _write(folder / "no-such-list.yaml", _without_list())


def edit_project(folder):
    """Change a word in the message of each card."""
    for number, text in enumerate(SENDABLE):
        _write(folder / f"card-{number}.yaml", _card(number, f"New {text}"[:1000]))


def _account():
    lists = [
        {"id": 100 + number, "name": text[:50], "contacts": 100 + number} for number, text in enumerate(EVERYTHING)
    ]
    return {
        "timezone": "Europe/Kyiv",
        "clock": "2026-12-01 09:00",
        "balance": {"amount": 20000, "credit": 0, "currency": "EUR"},
        "lists": lists,
        "agents": [text[:40] for text in SENDABLE],
        "senders": [{"sender": "`|<@a>*_#1", "type": "sms", "status": "active"}],
    }


def _campaign(name, at, spec, **fields):
    metadata = {
        "name": name,
        "owner": CONTROLS,
        "labels": {MARKUP: MENTIONS},
        "new": True,
        "allow_duplicate": MARKUP,
        **fields.pop("metadata", {}),
    }
    return {
        "apiVersion": "rcsplan/v1",
        "kind": "Campaign",
        "metadata": metadata,
        "schedule": {"at": at},
        **fields,
        "spec": spec,
    }


def _card(number, text):
    spec = {
        "groups": [100 + number],
        "sender": SENDABLE[number][:40],
        "validity": 6,
        "options": {
            "cards": [
                {
                    "title": text[:200],
                    "text": text[:1000],
                    "media": {"url": f"https://{HOST}/\u202e\u200b|`<b>.jpg"},
                    "suggestions": [
                        {"text": text[:20], "url": f"https://{HOST}/{number}?a=</details>|`@octocat"},
                        {"text": "Call", "phone": "380441234567"},
                    ],
                }
            ]
        },
        "alternative_channel": {"sms": {"sender": "`|<@a>*_#1", "text": text[:300], "validity": 6}},
    }
    return _campaign(f"card-{number}", f"2026-12-04 10:{number:02}", spec)


def _many():
    """300 sends of one manifest, each a minute of its own."""
    spec = {
        "groups": [112],
        "sender": SENDABLE[0][:40],
        "options": {"text": f"{{{{ day }}}} {{{{ minute }}}} {MENTIONS}"},
    }
    at = "2026-12-{{ day }} 11:{{ minute }}"
    return _campaign("many", at, spec, matrix={"day": _DAYS, "minute": _MINUTES})


def _waived():
    waivers = [
        {"rule": rule, "reason": reason, "owner": CONTROLS, "until": "2026-12-31"}
        for rule, reason in (
            ("links", MARKUP),
            ("residue", LINES),
            ("characters", CONTROLS),
            ("sms-alphabet", MENTIONS),
        )
    ]
    spec = {"groups": [101], "sender": MENTIONS[:40], "options": {"text": f"%%name%% http://{HOST}/ {MARKUP[:60]}"}}
    return _campaign("waived", "2026-12-04 12:00", spec, metadata={"waivers": waivers})


def _denied():
    text = f"%%@octocat%% TODO {{name}} <b>{LINES[:60]}"
    return _campaign("denied", "2026-12-04 12:01", {"groups": [102], "sender": "Acme", "options": {"text": text}})


def _without_list():
    spec = {"groups": [{"name": MARKUP}, {"name": CONTROLS}], "sender": "Acme", "options": {"text": "Hello"}}
    return _campaign("no-such-list", "2026-12-04 12:02", spec)


def _write(path, value):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text("".join(f"{key}: {_flow(entry)}\n" for key, entry in value.items()), "utf-8")


def _flow(value):
    """A value as YAML in flow style, where every character but plain ones is an escape."""
    match value:
        case dict():
            return f"{{{', '.join(f'{_flow(key)}: {_flow(entry)}' for key, entry in value.items())}}}"
        case list():
            return f"[{', '.join(map(_flow, value))}]"
        case bool():
            return str(value).lower()
        case str():
            return f'"{"".join(_character(character) for character in value)}"'
        case _:
            return str(value)


def _character(character):
    is_plain = character.isascii() and character.isprintable() and character not in '"\\'
    return character if is_plain else f"\\U{ord(character):08x}"

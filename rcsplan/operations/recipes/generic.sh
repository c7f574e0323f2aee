#!/bin/sh
# Campaigns as reviewed code, for any CI system: each of its jobs calls this with the name of a step.
#
#   rcsplan.sh check    on every proposed change; needs no secret
#   rcsplan.sh plan     on every proposed change; writes plan.json, and plan.md for whoever reviews
#   rcsplan.sh apply    after the merge; plans what the default branch asks for, and applies exactly that
#   rcsplan.sh due      once a day; submits what has come within the provider's 30 days
#
# Let apply and due of one environment take turns, and keep them from being cancelled; should they meet all the same,
# the lock of the state lets one of them wait. Run again, each does what is left to do, and nothing twice.
set -eu

: "${RCSPLAN_PROJECT:=@FOLDER@}" "${RCSPLAN_ENV:=production}" "${PLAN:=plan.json}"
export RCSPLAN_PROJECT RCSPLAN_ENV

check() {
  rcsplan fmt --check
  rcsplan validate
}

plan() {
  code=0
  rcsplan plan -o "$PLAN" || code=$?
  if [ -f "$PLAN" ]; then
    rcsplan show "$PLAN" --format markdown >"${PLAN%.json}.md"
  fi
  return "$code"
}

apply() {
  rcsplan plan -o "$PLAN"
  rcsplan apply "$PLAN" --auto-approve --lock-timeout 10m
}

due() {
  rcsplan run --once
}

case "${1-}" in
  check | plan | apply | due) "$1" ;;
  *)
    echo "usage: $0 check|plan|apply|due" >&2
    exit 64
    ;;
esac

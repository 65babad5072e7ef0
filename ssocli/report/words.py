"""The words that every report uses for owners and actions."""

from __future__ import annotations

from ssocli.checks.check import Owner, Status
from ssocli.trace import Action

STATUSES = {status: status.value.replace("_", " ") for status in Status}
OWNERS = {
    Owner.APP: "whoever configures the application (at Sentry: the organization's SSO settings)",
    Owner.IDP: "the identity provider's administrator",
    Owner.NETWORK: "whoever runs the network, proxy or DNS between the two",
    Owner.CLOCK: "whoever runs the machine whose clock is wrong",
    Owner.USER: "the user",
}
ACTIONS = {
    Action.RETURN_TO_LOGIN: "the user is back at the login page and can try again",
    Action.RETRY_OR_CONTACT_SUPPORT: "the user can try SSO again or contact support",
    Action.CONTACT_SUPPORT: "the user is asked to contact support",
}

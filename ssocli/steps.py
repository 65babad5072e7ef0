"""The ten steps of the login, in order, with their fixed ids and titles."""

from __future__ import annotations

from enum import Enum


class Step(Enum):
    """One step of the flow; the value is its id in every report."""

    USER_SELECTION = "user_selection"
    IDP_SELECTION = "idp_selection"
    REDIRECT_TO_IDP = "redirect_to_idp"
    EXTERNAL_AUTHENTICATION = "external_authentication"
    TOKEN_GENERATION = "token_generation"
    TOKEN_VALIDATION = "token_validation"
    USER_PROVISIONING = "user_provisioning"
    SESSION_CREATION = "session_creation"
    AUTHORIZATION = "authorization"
    REDIRECT_TO_DASHBOARD = "redirect_to_dashboard"

    @property
    def number(self) -> int:
        """The position in the flow, from 1 to 10."""
        return _NUMBERS[self]

    @property
    def title(self) -> str:
        """The name that a person reads."""
        return _TITLES[self]


_TITLES = {
    Step.USER_SELECTION: "User selection",
    Step.IDP_SELECTION: "Identity provider selection",
    Step.REDIRECT_TO_IDP: "Redirect to the identity provider",
    Step.EXTERNAL_AUTHENTICATION: "External authentication",
    Step.TOKEN_GENERATION: "Token generation",
    Step.TOKEN_VALIDATION: "Token validation",
    Step.USER_PROVISIONING: "User provisioning or updating",
    Step.SESSION_CREATION: "Session creation",
    Step.AUTHORIZATION: "Authorization",
    Step.REDIRECT_TO_DASHBOARD: "Redirect to the dashboard",
}
_NUMBERS = {step: number for number, step in enumerate(Step, start=1)}

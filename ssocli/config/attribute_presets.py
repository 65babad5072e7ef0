"""The attribute names that the vendors' identity providers use, as Sentry's set-up pages know them."""

from __future__ import annotations

import msgspec

from ssocli.config.model import AttributeNames, Preset, Saml2Provider

_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_GROUPS = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"

# Sentry has fixed names for the first five and a form for the others, whose vendors document these.
ATTRIBUTE_PRESETS: dict[Preset, AttributeNames] = {
    "okta": AttributeNames("identifier", "email", "firstName", "lastName", "groups"),
    "onelogin": AttributeNames("PersonImmutableID", "User.email", "User.FirstName", "User.LastName", "memberOf"),
    "auth0": AttributeNames("user_id", "email", "name"),
    "rippling": AttributeNames("user_id", "urn:oid:1.2.840.113549.1.9.1.1", "first_name", "last_name"),
    "jumpcloud": AttributeNames("uniqueID", "email", "firstname", "lastname", "memberOf"),
    "active-directory": AttributeNames(
        f"{_CLAIMS}name", f"{_CLAIMS}emailaddress", f"{_CLAIMS}givenname", f"{_CLAIMS}surname", _GROUPS
    ),
    "google": AttributeNames("NameID", "email", "firstName", "lastName", "groups"),
    "adfs": AttributeNames(
        f"{_CLAIMS}upn",
        f"{_CLAIMS}emailaddress",
        f"{_CLAIMS}givenname",
        f"{_CLAIMS}surname",
        "http://schemas.xmlsoap.org/claims/Group",
    ),
}
NAME_ID = "NameID"


def attribute_names(provider: Saml2Provider) -> AttributeNames:
    """The names that hold for this provider: its own, completed by those of its preset."""
    preset = ATTRIBUTE_PRESETS[provider.preset] if provider.preset else AttributeNames()
    own = {name: value for name, value in msgspec.structs.asdict(provider.attributes).items() if value}
    return msgspec.structs.replace(preset, **own)

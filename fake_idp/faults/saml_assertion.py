"""Assertions that are wrong in what they say of time, audience and login (SAML Core 2.5, 2.7; SAML Profiles 4.1.4).

All is signed afterwards, by the right key: what is wrong here was meant to be sent so.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from fake_idp.faults.fault import At
from fake_idp.saml import xml

if TYPE_CHECKING:
    from lxml.etree import _Element

    from fake_idp.faults.saml_artefacts import Draft

fault = At("saml_assertion", step="token_validation")

CONDITIONS = "saml:Conditions"
RESTRICTION = f"{CONDITIONS}/saml:AudienceRestriction"
AUDIENCE = f"{RESTRICTION}/saml:Audience"
CONFIRMATION = "saml:Subject/saml:SubjectConfirmation"
DATA = f"{CONFIRMATION}/saml:SubjectConfirmationData"
NAME_ID = "saml:Subject/saml:NameID"
STATEMENT = "saml:AuthnStatement"

PROFILE = "SAML Profiles 4.1.4.2"
JUDGED = "SAML Profiles 4.1.4.3"
TIMES = "SAML Core 2.5.1.2"
WRITTEN = "SAML Core 1.3.3"
MEANT = "SAML Core 2.5.1.4"
EVIL = "https://evil.example"
HOUR = 3600

# When it is good.


@fault("expired-assertion", spec=TIMES)
def expired(assertion: Draft) -> None:
    """The assertion ended an hour ago.

    Client: rejects it.
    User: sees that the login failed. It happens to everybody at once when a clock is wrong.
    """
    _lasts(assertion, -2 * HOUR, -HOUR)


@fault(spec="Kantara SAML Deployment Profile G01", reject="must_tolerate")
def expired_just_now(assertion: Draft) -> None:
    """The assertion ended five seconds ago.

    Client: accepts it: clocks differ by some seconds.
    User: notices nothing.
    """
    _lasts(assertion, -HOUR, -5)


@fault("assertion-not-yet-valid", spec=TIMES)
def not_yet_valid(assertion: Draft) -> None:
    """The assertion begins in an hour.

    Client: rejects it, and says that the clocks differ.
    User: cannot log in until somebody sets a clock right. One hour is a time zone taken for UTC.
    """
    _lasts(assertion, HOUR, 2 * HOUR)


@fault(spec="Kantara SAML Deployment Profile G01", reject="must_tolerate")
def valid_in_a_moment(assertion: Draft) -> None:
    """The assertion begins in five seconds.

    Client: accepts it: clocks differ by some seconds.
    User: notices nothing.
    """
    _lasts(assertion, 5, HOUR)


@fault("inverted-conditions", spec=TIMES)
def inverted_conditions(assertion: Draft) -> None:
    """The assertion ends ten seconds before it begins.

    Client: rejects it; it is never valid.
    User: sees that the login failed.
    """
    _lasts(assertion, 10, 0)


@fault(spec=TIMES, reject="must_tolerate")
def no_not_before(assertion: Draft) -> None:
    """Nothing says when the assertion begins.

    Client: takes it as valid since ever.
    User: notices nothing.
    """
    del assertion.part(CONDITIONS).attrib["NotBefore"]


@fault(spec=TIMES, reject="must_tolerate")
def no_not_on_or_after(assertion: Draft) -> None:
    """The conditions do not say when the assertion ends; the bearer confirmation does.

    Client: accepts it until the end of the confirmation.
    User: notices nothing.
    """
    del assertion.part(CONDITIONS).attrib["NotOnOrAfter"]


# Element and attribute of every time in an assertion.
MOMENTS = {
    "not-before": (CONDITIONS, "NotBefore", TIMES),
    "not-on-or-after": (CONDITIONS, "NotOnOrAfter", TIMES),
    "confirmation-expiry": (DATA, "NotOnOrAfter", PROFILE),
    "issue-instant": ("", "IssueInstant", "SAML Core 2.3.3"),
    "authn-instant": (STATEMENT, "AuthnInstant", "SAML Core 2.7.2"),
    "session-end": (STATEMENT, "SessionNotOnOrAfter", "SAML Core 2.7.2"),
}


@fault.family("malformed-{}", [(name, "malformed-time", spec) for name, (_, _, spec) in MOMENTS.items()])
def malformed_time(assertion: Draft, name: str) -> None:
    """The time {} is the number of seconds since 1970.

    Client: rejects it, and does not crash. What cannot be read does not mean for ever.
    User: sees that the login failed.
    """
    path, attribute, _ = MOMENTS[name]
    _at(assertion, path).set(attribute, str(int(assertion.context.now) + HOUR))


@fault.family("empty-{}", [(name, "malformed-time", spec) for name, (_, _, spec) in MOMENTS.items()])
def empty_time(assertion: Draft, name: str) -> None:
    """The time {} is empty.

    Client: rejects it, and does not crash. What cannot be read does not mean for ever.
    User: sees that the login failed.
    """
    path, attribute, _ = MOMENTS[name]
    _at(assertion, path).set(attribute, "")


REQUIRED = ("issue-instant", "authn-instant")


@fault.family("missing-{}", [(name, "malformed-time", MOMENTS[name][2]) for name in REQUIRED])
def missing_time(assertion: Draft, name: str) -> None:
    """The time {}, which the schema demands, is not there.

    Client: rejects it.
    User: sees that the login failed.
    """
    path, attribute, _ = MOMENTS[name]
    del _at(assertion, path).attrib[attribute]


FRACTIONS = {"milliseconds": ".123", "ticks": ".1234567", "nanoseconds": ".123456789"}


@fault.family("times-in-{}", [(name, None, WRITTEN) for name in FRACTIONS], reject="must_tolerate")
def fractions(assertion: Draft, name: str) -> None:
    """All times have a fraction of seconds: {}.

    Client: reads them.
    User: notices nothing.
    Seen: Microsoft's identity providers write three digits and seven.
    """
    for path, attribute, _ in MOMENTS.values():
        element = _at(assertion, path)
        element.set(attribute, element.get(attribute, "").replace("Z", f"{FRACTIONS[name]}Z"))


# For whom it is.


@fault("missing-conditions", spec=PROFILE)
def missing_conditions(assertion: Draft) -> None:
    """Nothing limits for whom and for how long the assertion is good.

    Client: rejects it.
    User: sees that the login failed.
    Seen: pysaml2 accepts it.
    """
    assertion.drop(CONDITIONS)


@fault("missing-audience", spec=PROFILE)
def missing_audience(assertion: Draft) -> None:
    """The assertion does not say for which application it is.

    Client: rejects it: it may have been made for another one.
    User: sees that the login failed.
    Seen: python3-saml and pysaml2 accept it.
    """
    assertion.drop(RESTRICTION)


AUDIENCES = {
    "wrong-audience": "the entity ID of another application",
    "empty-audience": "empty",
    "audience-with-slash-more": "the right one with one slash more",
    "audience-in-other-case": "the right one in capitals",
    "audience-with-more-behind": "the right one with a foreign domain behind it",
    "audience-with-https": "the right one with another scheme",
}


@fault.family("{}", [(name, "wrong-assertion-audience", MEANT) for name in AUDIENCES])
def audience(assertion: Draft, name: str) -> None:
    """The audience is not this application, but almost or not at all: {}.

    Client: compares exactly, and rejects it.
    User: sees that the login failed. If it was not meant so, the entity ID differs between the two sides.
    """
    element = assertion.part(AUDIENCE)
    right = element.text or ""
    element.text = {
        "wrong-audience": f"{EVIL}/sp",
        "empty-audience": "",
        "audience-with-slash-more": f"{right}/",
        "audience-in-other-case": right.upper(),
        "audience-with-more-behind": f"{right}.evil.example",
        "audience-with-https": right.replace("http:", "https:") if right.startswith("http:") else f"http:{right}",
    }[name]


@fault("wrong-assertion-audience", spec=MEANT)
def second_restriction_for_others(assertion: Draft) -> None:
    """There are two audience restrictions, and only one of them names this application.

    Client: rejects it: each restriction must hold.
    User: sees that the login failed.
    """
    _restrict(assertion, f"{EVIL}/sp")


@fault(spec=MEANT, reject="must_tolerate")
def second_audience(assertion: Draft) -> None:
    """The restriction names this application and another one.

    Client: accepts it: one audience of a restriction is enough.
    User: notices nothing.
    Seen: goauthentik/authentik issue 25719.
    """
    assertion.part(RESTRICTION).insert(0, xml.element("saml:Audience", None, "https://other.example/sp"))


@fault(spec=MEANT, reject="must_tolerate")
def second_restriction(assertion: Draft) -> None:
    """There are two audience restrictions, and both name this application.

    Client: accepts it.
    User: notices nothing.
    """
    _restrict(assertion, assertion.part(AUDIENCE).text or "")


@fault("unknown-condition", spec="SAML Core 2.5.1.1")
def unknown_condition(assertion: Draft) -> None:
    """There is a condition of a type that nobody but the identity provider knows.

    Client: rejects it: what is not understood cannot be said to hold.
    User: sees that the login failed.
    Seen: minisaml accepts it.
    """
    condition = xml.element("saml:Condition")
    condition.set("{http://www.w3.org/2001/XMLSchema-instance}type", "OnlyOnSundays")
    assertion.part(CONDITIONS).append(condition)


@fault(spec="SAML Core 2.5.1.5", reject="must_tolerate")
def one_time_use(assertion: Draft) -> None:
    """The assertion is for one use only (OneTimeUse).

    Client: accepts it once, as it does with every assertion of a login.
    User: notices nothing.
    """
    assertion.part(CONDITIONS).append(xml.element("saml:OneTimeUse"))


@fault(spec="SAML Core 2.5.1.6", reject="must_tolerate")
def proxy_restriction(assertion: Draft) -> None:
    """The assertion may not be passed on (ProxyRestriction with Count 0).

    Client: accepts it; it passes nothing on.
    User: notices nothing.
    """
    assertion.part(CONDITIONS).append(xml.element("saml:ProxyRestriction", {"Count": "0"}))


# How the person logged in.


@fault("missing-authn-statement", spec=PROFILE)
def missing_authn_statement(assertion: Draft) -> None:
    """The assertion does not say that the person authenticated.

    Client: rejects it.
    User: sees that the login failed.
    """
    assertion.drop(STATEMENT)


@fault("expired-session", spec="SAML Core 2.7.2")
def expired_session(assertion: Draft) -> None:
    """The session at the identity provider ended an hour ago (SessionNotOnOrAfter).

    Client: rejects it, or ends its own session at once.
    User: sees that the login failed, and has to log in at the identity provider again.
    """
    assertion.part(STATEMENT).set("SessionNotOnOrAfter", xml.instant(assertion.context.now - HOUR))


OPTIONAL = {"session-index": "SessionIndex", "session-end": "SessionNotOnOrAfter"}


@fault.family("no-{}", [(name, None, "SAML Core 2.7.2") for name in OPTIONAL], reject="must_tolerate")
def optional(assertion: Draft, name: str) -> None:
    """The statement about the login has no {}.

    Client: accepts it.
    User: notices nothing.
    """
    del assertion.part(STATEMENT).attrib[OPTIONAL[name]]


@fault(spec="SAML Core 3.4.1", reject="must_tolerate")
def authenticated_long_ago(assertion: Draft) -> None:
    """The person authenticated two days ago, and the identity provider still knows them.

    Client: accepts it unless it asked for a new authentication (ForceAuthn).
    User: notices nothing.
    """
    assertion.part(STATEMENT).set("AuthnInstant", xml.instant(assertion.context.now - 48 * HOUR))


@fault(spec="SAML Core 2.7.2", reject="must_tolerate")
def second_authn_statement(assertion: Draft) -> None:
    """The assertion speaks of two logins of the person, with one factor each.

    Client: accepts it.
    User: notices nothing.
    """
    statement = assertion.part(STATEMENT)
    statement.addnext(copy.deepcopy(statement))


@fault(spec="SAML Core 2.3.3", reject="must_tolerate")
def advice(assertion: Draft) -> None:
    """The assertion has Advice, from which nothing follows.

    Client: ignores it.
    User: notices nothing.
    """
    reference = xml.element("saml:AssertionIDRef", None, "_an-earlier-one")
    assertion.part(CONDITIONS).addnext(xml.element("saml:Advice", None, reference))


def _at(assertion: Draft, path: str) -> _Element:
    """The element at the path, the assertion itself for an empty one."""
    return assertion.part(path) if path else assertion.element


def _lasts(assertion: Draft, begins: float, ends: float) -> None:
    """Set the conditions' times, in seconds from now."""
    conditions, now = assertion.part(CONDITIONS), assertion.context.now
    conditions.set("NotBefore", xml.instant(now + begins))
    conditions.set("NotOnOrAfter", xml.instant(now + ends))


def _restrict(assertion: Draft, audience: str) -> None:
    restriction = xml.element("saml:AudienceRestriction", None, xml.element("saml:Audience", None, audience))
    assertion.part(CONDITIONS).append(restriction)

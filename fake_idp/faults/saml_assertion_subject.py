"""Assertions that are wrong in whom they are about and in whom they are by (SAML Core 2.2, 2.3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_idp.faults.artefacts import forged_person
from fake_idp.faults.fault import At
from fake_idp.faults.saml_assertion import (
    EVIL,
    NAME_ID,
    PROFILE,
)
from fake_idp.saml.names import EMAIL, PERSISTENT, TRANSIENT, UNSPECIFIED

if TYPE_CHECKING:
    from fake_idp.faults.saml_artefacts import Draft

fault = At("saml_assertion", step="token_validation")


@fault("assertion-without-subject", spec=PROFILE)
def missing_subject(assertion: Draft) -> None:
    """The assertion is about nobody.

    Client: rejects it, and does not crash.
    User: sees that the login failed.
    """
    assertion.drop("saml:Subject")


@fault("missing-name-id", spec="Kantara SAML Deployment Profile SP13", reject="should_reject")
def missing_name_id(assertion: Draft) -> None:
    """The subject has no NameID; the person is named in an attribute.

    Client: may take the attribute, or refuses with a message; it does not crash.
    User: logs in, or sees what the application misses.
    Seen: pysaml2 raises AttributeError.
    """
    assertion.drop(NAME_ID)


NAMES = {"empty-name-id": "", "blank-name-id": " \t\n"}


@fault.family("{}", [(name, "empty-name-id", "SAML Core 2.2.2") for name in NAMES])
def no_name(assertion: Draft, name: str) -> None:
    """The NameID has no value: {}.

    Client: rejects it: all such people would share one account.
    User: sees that the login failed; somebody has to fill in the field that it is made of.
    Seen: minisaml and pysaml2 accept it.
    """
    assertion.part(NAME_ID).text = NAMES[name]


FORMATS = {"email": EMAIL, "persistent": PERSISTENT, "unspecified": UNSPECIFIED}


@fault.family("name-id-{}", [(name, None, "SAML Core 8.3") for name in FORMATS], reject="must_tolerate")
def name_id_format(assertion: Draft, name: str) -> None:
    """The NameID says that its format is {}.

    Client: accepts it if it asked for no format.
    User: notices nothing.
    """
    assertion.part(NAME_ID).set("Format", FORMATS[name])


@fault(spec="SAML Core 8.3.8", reject="must_tolerate")
def name_id_transient(assertion: Draft) -> None:
    """The NameID is transient: another one at every login.

    Client: accepts it and takes an attribute for the account; it never makes an account of the NameID.
    User: notices nothing, or has a new and empty account every day.
    """
    element = assertion.part(NAME_ID)
    element.set("Format", TRANSIENT)
    element.text = "_" + assertion.context.randomness.token(18)


VALUES = {
    "long": "x" * 1024,
    "of-other-scripts": "\u00fcml\u00e4ut-\u03b1\u03b2\u03b3-\U0001f600",
    "with-space-around": "\n      somebody@acme.example\n    ",
    "with-markup": "<script>alert(1)</script>&amp;'\"",
}


@fault.family("name-id-{}", [(name, None, "SAML Core 2.2.2") for name in VALUES], reject="must_tolerate")
def name_id_value(assertion: Draft, name: str) -> None:
    """The NameID is an odd text: {}.

    Client: stores and shows it as text.
    User: notices nothing.
    """
    assertion.part(NAME_ID).text = VALUES[name]


# By whom it is.


@fault("wrong-assertion-issuer", spec=PROFILE)
def wrong_issuer(assertion: Draft) -> None:
    """The assertion names another identity provider, and somebody of there.

    Client: rejects it: whoever has several identity providers must not let one speak for another.
    User: sees that the login failed.
    """
    assertion.part("saml:Issuer").text = f"{EVIL}/idp"
    assertion.part(NAME_ID).text = forged_person(assertion.context).email


@fault("wrong-assertion-issuer", spec="SAML Core 8.3.6")
def issuer_with_slash_more(assertion: Draft) -> None:
    """The issuer has one slash more than the entity ID.

    Client: compares exactly, and rejects it.
    User: sees that the login failed, until the entity ID is the same on both sides.
    """
    issuer = assertion.part("saml:Issuer")
    issuer.text = f"{issuer.text}/"


@fault("wrong-assertion-issuer", spec="SAML Core 2.3.3")
def missing_issuer(assertion: Draft) -> None:
    """The assertion does not say who issued it.

    Client: rejects it.
    User: sees that the login failed.
    """
    assertion.drop("saml:Issuer")


VERSIONS = {"1-0": "1.0", "1-1": "1.1", "3-0": "3.0"}


@fault.family("version-{}", [(name, "unsupported-version", "SAML Core 4.1.3.1") for name in VERSIONS])
def version(assertion: Draft, name: str) -> None:
    """The assertion says that it is of another version of SAML: {}.

    Client: rejects what it does not know to read.
    User: sees that the login failed.
    Seen: python3-saml, pysaml2 and minisaml accept 1.1.
    """
    assertion.element.set("Version", VERSIONS[name])


@fault("malformed-id", spec="SAML Core 1.3.4")
def id_with_digit_first(assertion: Draft) -> None:
    """The ID begins with a digit, which XML does not allow.

    Client: rejects it; a parser that knows the schema does not even read it.
    User: sees that the login failed.
    Seen: identity providers that take a bare UUID.
    """
    assertion.element.set("ID", "1" + assertion.element.get("ID", ""))

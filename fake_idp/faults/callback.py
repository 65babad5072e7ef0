"""Authorization responses that were tampered with, or go the wrong way (RFC 6749 4.1.2, RFC 9207, RFC 9700 4)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fake_idp.faults.artefacts import forged_person
from fake_idp.faults.fault import At

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import AuthorizationResponse

# Who sent it, and for which login, is judged with the tokens; all else when the code is to be exchanged.
fault = At("callback", step="token_validation")
tokens = At("callback", step="token_generation")

STATE = "RFC 6749 10.12"
CODE = "RFC 6749 4.1.2"
ISS = "RFC 9207 2.4"


@fault("missing-state", spec=STATE)
def missing_state(response: AuthorizationResponse) -> None:
    """The response has no state.

    Client: rejects it and does not exchange the code: it may be somebody else's response (CSRF).
    User: reads that the login failed; in a careless client, works in an attacker's account without knowing.
    """
    response.replace("state")


@fault("missing-state", spec=STATE)
def empty_state(response: AuthorizationResponse) -> None:
    """The state is empty.

    Client: rejects the response and does not exchange the code.
    User: reads that the login failed.
    """
    response.replace("state", "")


@fault("wrong-state", spec=STATE)
def wrong_state(response: AuthorizationResponse) -> None:
    """The state is another one than was sent.

    Client: rejects the response and does not exchange the code.
    User: reads that the login failed.
    """
    response.replace("state", "state-of-another-login")


@fault("wrong-state", spec=STATE)
def truncated_state(response: AuthorizationResponse) -> None:
    """The last character of the state is missing.

    Client: rejects the response; it compares the whole value.
    User: reads that the login failed. Identity providers with a limit for `state` do this.
    """
    response.replace("state", response.get("state")[:-1])


@fault("wrong-state", spec=STATE)
def state_in_other_case(response: AuthorizationResponse) -> None:
    """The state has capitals and small letters exchanged.

    Client: rejects the response; it compares character by character.
    User: reads that the login failed.
    """
    response.replace("state", response.get("state").swapcase())


@tokens("repeated-response-parameter", spec="RFC 6749 3.1")
def repeated_state(response: AuthorizationResponse) -> None:
    """The state stands twice: the right one, then another.

    Client: rejects the response; which of the two counts depends on who reads.
    User: reads that the login failed.
    """
    response.replace("state", response.get("state"), "state-of-another-login")


@tokens("missing-code", spec=CODE)
def missing_code(response: AuthorizationResponse) -> None:
    """The response has neither a code nor an error.

    Client: ends the login with a clear message.
    User: reads that the login failed.
    """
    response.replace("code")


@tokens("missing-code", spec=CODE)
def empty_code(response: AuthorizationResponse) -> None:
    """The code is empty.

    Client: ends the login with a clear message.
    User: reads that the login failed.
    """
    response.replace("code", "")


@fault("error-and-code", spec="RFC 6749 4.1.2.1", step="external_authentication")
def error_and_code(response: AuthorizationResponse) -> None:
    """There is an error beside the code.

    Client: takes it for an error, and does not exchange the code.
    User: reads that the login failed.
    """
    response.parameters.append(("error", "access_denied"))


@tokens("repeated-response-parameter", spec="RFC 6749 3.1")
def repeated_code(response: AuthorizationResponse) -> None:
    """The code stands twice: another one, then the right one.

    Client: rejects the response; which of the two counts depends on who reads.
    User: reads that the login failed.
    """
    response.replace("code", "another-code", response.get("code"))


@tokens("token-error", spec="RFC 6749 5.2")
def wrong_code(response: AuthorizationResponse) -> None:
    """The code is one that the identity provider does not know.

    Client: is refused by the token endpoint, and ends the login without trying again.
    User: reads that the login failed.
    """
    response.replace("code", "not-a-code-of-this-provider")


@tokens("token-error", spec="RFC 9700 4.5")
def injected_code(response: AuthorizationResponse) -> None:
    """The code is one of mallory's, from a login of hers at the same client: code injection.

    Client: has sent a PKCE challenge, so the token endpoint refuses the code; it ends the login.
    User: reads that the login failed. Without PKCE and nonce, works in mallory's account without knowing.
    """
    context = response.context
    grant = context.store.codes.get(response.get("code"))
    if grant is None or grant.session is None:
        return
    session = replace(grant.session, username=forged_person(context).username)
    code = context.randomness.token(32)
    hers = replace(grant, session=session, nonce="nonce-of-another-login", code_challenge="of-another-login")
    context.store.codes.put(code, hers, context.settings.lifetimes.access_token)
    response.replace("code", code)


@tokens("token-error", spec=CODE, reject="fail_cleanly")
def expired_code(response: AuthorizationResponse) -> None:
    """The code has expired when it arrives, as after a long stop in a slow browser.

    Client: is refused by the token endpoint, and says that the login took too long.
    User: reads that they have to log in again.
    """
    grant = response.context.store.codes.get(response.get("code"))
    if grant is not None:
        grant.code_expires = response.context.now - 1


@tokens("token-error", spec="RFC 6749 10.5", reject="fail_cleanly")
def used_code(response: AuthorizationResponse) -> None:
    """The code was used before it arrives, as when the callback is handled twice.

    Client: is refused by the token endpoint, and ends the login; it makes no second session.
    User: reads that they have to log in again.
    """
    grant = response.context.store.codes.get(response.get("code"))
    if grant is not None:
        grant.redeemed = True


@fault("missing-response-issuer", spec=ISS)
def missing_iss(response: AuthorizationResponse) -> None:
    """The response does not say which issuer sent it, though the metadata promises that.

    Client: rejects it: an attacker may have taken it out.
    User: reads that the login failed.
    Seen: authelia/authelia issue 12211, in which clients lost the parameter.
    """
    response.replace("iss")


@fault("wrong-response-issuer", spec=ISS)
def wrong_iss(response: AuthorizationResponse) -> None:
    """The response says that another issuer sent it: mix-up.

    Client: rejects it, and sends the code to nobody.
    User: reads that the login failed. In a careless client, an attacker's provider gets the code of an honest one.
    """
    response.replace("iss", "https://accounts.other.example")


@tokens("repeated-response-parameter", spec="RFC 6749 3.1")
def repeated_iss(response: AuthorizationResponse) -> None:
    """The issuer stands twice: another one, then the right one.

    Client: rejects the response; which of the two counts depends on who reads.
    User: reads that the login failed.
    """
    response.replace("iss", "https://accounts.other.example", response.get("iss"))


@tokens.family(
    "as-{}",
    [
        ("fragment", "unexpected-response-mode", "OAuth 2.0 Multiple Response Types 2.1"),
        ("form_post", "unexpected-response-mode", "OAuth 2.0 Form Post Response Mode 2"),
    ],
)
def other_mode(response: AuthorizationResponse, mode: str) -> None:
    """The response comes as {}, whatever the client asked for.

    Client: rejects it, or ends the login with a clear message; it does not hang.
    User: reads that the login failed, or that nothing came.
    """
    response.mode = mode


@tokens("token-in-authorization-response", spec="RFC 9700 2.1.2", reject="must_tolerate")
def unasked_token(response: AuthorizationResponse) -> None:
    """There is an access token beside the code, though only a code was asked for.

    Client: ignores it.
    User: notices nothing; the token may be in logs and histories.
    """
    response.parameters += [("access_token", "an-unasked-token"), ("token_type", "Bearer")]


@fault(spec=CODE, reject="must_tolerate")
def unknown_parameters(response: AuthorizationResponse) -> None:
    """There are parameters that nobody asked for: `session_state`, `scope`, and one that is unknown.

    Client: ignores them.
    User: notices nothing.
    """
    response.parameters += [("session_state", "abc.def"), ("scope", "openid"), ("x_fake", "1")]


@fault(spec="RFC 6749 A.11", reject="must_tolerate")
def odd_characters_in_code(response: AuthorizationResponse) -> None:
    """The code has characters that mean something in forms and URLs: `+`, `/`, `=`, `%`, `&` and a space.

    Client: encodes it anew when it sends it to the token endpoint.
    User: notices nothing; in careless clients, some logins fail, seemingly by chance.
    """
    _rename(response, response.get("code") + "+/=%2B& ~")


@fault(spec="RFC 6749 1.3.1", reject="must_tolerate")
def long_code(response: AuthorizationResponse) -> None:
    """The code has two thousand characters.

    Client: takes it as it is; its size is the provider's business.
    User: notices nothing.
    Seen: Microsoft's codes have more than a thousand.
    """
    _rename(response, response.get("code").ljust(2000, "x"))


def _rename(response: AuthorizationResponse, code: str) -> None:
    """Make `code` the one that stands for the grant."""
    grant = response.context.store.codes.pop(response.get("code"))
    if grant is not None:
        response.context.store.codes.put(code, grant, response.context.settings.lifetimes.access_token)
        response.replace("code", code)

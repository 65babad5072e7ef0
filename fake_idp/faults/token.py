"""Token responses that are refused, or lack something (RFC 6749 5.1, 5.2, OIDC Core 3.1.3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fake_idp.faults.fault import At
from fake_idp.web import FORM

if TYPE_CHECKING:
    from fake_idp.faults.artefacts import Answer

fault = At("token", step="token_generation")

SUCCESS, ERROR, OPENID = "RFC 6749 5.1", "RFC 6749 5.2", "OIDC Core 3.1.3.3"


@fault.family(
    "{}",
    [
        (name, "token-error", ERROR)
        for name in (
            "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
            "invalid_scope",
        )
    ],
    reject="fail_cleanly",
)  # fmt: skip
def error(answer: Answer, name: str) -> None:
    """The token endpoint refuses with the error `{}`.

    Client: shows what happened, tries neither again nor in another way, and makes no session.
    User: reads that the login failed. It is a mistake in a configuration, not theirs.
    """
    answer.refuse(name, 401 if name == "invalid_client" else 400)


@fault("error-with-success-status", spec=ERROR)
def error_with_status_200(answer: Answer) -> None:
    """The token endpoint refuses with status 200.

    Client: takes it for the error that it is.
    User: reads that the login failed.
    Seen: GitHub answers so.
    """
    answer.refuse("invalid_grant", 200)


@fault.family(
    "success-with-status-{}",
    [("400", "tokens-with-error-status", SUCCESS), ("500", "tokens-with-error-status", SUCCESS)],
)
def success_with_error_status(answer: Answer, number: str) -> None:
    """Good tokens come with the status {}.

    Client: rejects them.
    User: reads that the login failed.
    """
    answer.status = int(number)


@fault("unexplained-token-error", spec=ERROR, reject="fail_cleanly")
def unexplained_error(answer: Answer) -> None:
    """The token endpoint refuses with JSON that has no `error`.

    Client: ends the login with the status in the message.
    User: reads that the login failed.
    """
    answer.document, answer.status = {"message": "Something went wrong"}, 400


@fault.family(
    "missing-{}",
    [
        ("access_token", "missing-access-token", SUCCESS),
        ("id_token", "missing-id-token", OPENID),
        ("token_type", "wrong-token-type", SUCCESS),
    ],
)
def missing(answer: Answer, member: str) -> None:
    """The response has no `{}`.

    Client: rejects it: the member is required.
    User: reads that the login failed.
    """
    answer.document.pop(member, None)


@fault.family(
    "null-{}",
    [
        ("access_token", "missing-access-token", SUCCESS),
        ("id_token", "missing-id-token", OPENID),
        ("token_type", "wrong-token-type", SUCCESS),
    ],
)
def null(answer: Answer, member: str) -> None:
    """The `{}` of the response is null.

    Client: rejects it like a response without the member, and does not crash.
    User: reads that the login failed; in careless clients, a server error.
    """
    answer.document[member] = None


@fault.family(
    "malformed-{}",
    [
        ("access_token", "missing-access-token", SUCCESS),
        ("id_token", "missing-id-token", OPENID),
        ("token_type", "wrong-token-type", SUCCESS),
    ],
)
def malformed(answer: Answer, member: str) -> None:
    """The `{}` of the response is an array.

    Client: rejects it, and does not crash.
    User: reads that the login failed; in careless clients, a server error.
    """
    answer.document[member] = [answer.document.get(member)]


@fault("malformed-id-token", spec=OPENID, step="token_validation")
def id_token_no_jwt(answer: Answer) -> None:
    """The ID token is a word.

    Client: rejects it, and does not crash.
    User: reads that the login failed.
    """
    answer.document["id_token"] = "alice"


@fault("wrong-token-type", spec="RFC 6749 7.1")
def token_type_mac(answer: Answer) -> None:
    """The access token is of the type `mac`, which the client does not know how to use.

    Client: rejects the response.
    User: reads that the login failed.
    """
    answer.document["token_type"] = "mac"


@fault(spec=SUCCESS, reject="must_tolerate")
def token_type_in_capitals(answer: Answer) -> None:
    """The token type is `BEARER`.

    Client: accepts it; the value knows no case.
    User: notices nothing.
    """
    answer.document["token_type"] = "BEARER"


@fault(spec=SUCCESS, reject="must_tolerate")
def missing_expires_in(answer: Answer) -> None:
    """The response does not say how long the access token is good for.

    Client: accepts it, and finds out when the token is refused.
    User: notices nothing.
    """
    answer.document.pop("expires_in", None)


@fault.family(
    "{}-expires_in",
    [
        ("text", "malformed-expires-in", SUCCESS),
        ("zero", "malformed-expires-in", SUCCESS),
        ("negative", "malformed-expires-in", SUCCESS),
    ],
    reject="should_reject",
)
def odd_expires_in(answer: Answer, kind: str) -> None:
    """The lifetime of the access token is odd: {}.

    Client: does not crash; it takes the token for one without a lifetime, or for an expired one.
    User: notices nothing, or has to log in again at once.
    """
    answer.document["expires_in"] = {"text": "3600", "zero": 0, "negative": -1}[kind]


@fault(spec="RFC 6749 3.3", reject="must_tolerate")
def missing_scope(answer: Answer) -> None:
    """The response does not say which scope was granted.

    Client: takes it to be the one that it asked for.
    User: notices nothing.
    """
    answer.document.pop("scope", None)


@fault(spec="RFC 6749 3.3", reject="must_tolerate")
def wider_scope(answer: Answer) -> None:
    """The response names a scope that nobody asked for beside the others.

    Client: accepts it, and ignores what it does not need.
    User: notices nothing.
    """
    answer.document["scope"] += " x_fake"


@fault("reduced-scope", spec="RFC 6749 3.3", reject="should_reject")
def reduced_scope(answer: Answer) -> None:
    """The response says that only `openid` was granted.

    Client: says what is missing if it cannot do without.
    User: is logged in with less, or reads what is missing.
    """
    answer.document["scope"] = "openid"


@fault("not-json", spec=SUCCESS)
def form_encoded(answer: Answer) -> None:
    """The response is a form, as in old drafts of OAuth 2.0.

    Client: rejects it, unless it knows this provider for that.
    User: reads that the login failed.
    Seen: GitHub still answers so when nobody asks for JSON.
    """
    answer.set_header("Content-Type", FORM)
    answer.body = urlencode(answer.document).encode()


@fault("wrong-content-type", spec=SUCCESS, reject="should_reject")
def text_plain(answer: Answer) -> None:
    """The response is JSON and says that it is text/plain.

    Client: may read it all the same, and says so.
    User: notices nothing.
    """
    answer.set_header("Content-Type", "text/plain; charset=utf-8")


@fault("cacheable-token-response", spec=SUCCESS, reject="should_reject")
def cacheable(answer: Answer) -> None:
    """The response may be stored by caches.

    Client: does not; whoever runs it should be told.
    User: notices nothing; their tokens may lie in a cache on the way.
    """
    answer.set_header("Cache-Control", "public, max-age=3600")
    answer.set_header("Pragma", None)


@fault(spec=SUCCESS, reject="must_tolerate")
def unknown_members(answer: Answer) -> None:
    """There are members that nobody knows, of every type.

    Client: ignores them.
    User: notices nothing.
    """
    answer.document |= {"x_fake": {"deep": [1, None, True]}, "not_before_policy": 0, "session_state": "abc"}


@fault(spec="RFC 8259 8.1", reject="must_tolerate")
def byte_order_mark(answer: Answer) -> None:
    """The JSON begins with a byte order mark.

    Client: may ignore it, as parsers are allowed to; or ends the login with a clear message.
    User: notices nothing, or reads that the login failed.
    """
    answer.body = b"\xef\xbb\xbf" + answer.response().body

from .conftest import ACS, SP, answer, authn_request, encoded


def test_login_by_redirect(peer, idp):
    response = peer.log_in(relay_state="a b&c=ü/+%")
    assert response.action == ACS
    assert response.relay_state == "a b&c=ü/+%"
    assert response.status == ("Success", None)
    assert response.name_id == ("alice@acme.example", "emailAddress")
    assert response.root.get("InResponseTo") == "_request-1"
    entry = idp.requests("login")[-1]
    assert (entry.client, entry.user, entry.accepted) == (SP, "alice", True)


def test_login_by_post_comes_back_by_get_for_its_cookies(peer):
    page = peer.post(SAMLRequest=encoded(authn_request()), RelayState="r")
    assert page.request.method == "GET"
    response = answer(peer.submit(page, person="bob"))
    assert response.relay_state == "r"
    assert response.name_id[0] == "bob@acme.example"

WEB = {"client_id": "web", "redirect_uri": "http://localhost:3000/callback"}


def test_consent_is_asked_once_for_a_client_that_requires_it(visitor, parameters_of):
    page = visitor.submit(visitor.authorize(**WEB), person="alice")
    assert 'data-testid="consent-form"' in page.text
    assert "Example web application" in page.text
    assert "<code>email</code>" in page.text
    assert "code" in parameters_of(visitor.submit(page, action="allow"))
    assert "code" in parameters_of(visitor.authorize(**WEB))


def test_more_scope_needs_new_consent(visitor):
    page = visitor.submit(visitor.authorize(**WEB, scope="openid"), person="alice")
    visitor.submit(page, action="allow")
    assert 'data-testid="consent-form"' in visitor.authorize(**WEB, scope="openid email").text


def test_denied(visitor, parameters_of):
    page = visitor.submit(visitor.authorize(**WEB), person="alice")
    assert parameters_of(visitor.submit(page, action="deny"))["error"] == "access_denied"


def test_prompt_consent_asks_everybody(visitor, parameters_of):
    visitor.log_in()
    page = visitor.authorize(prompt="consent")
    assert 'data-testid="consent-form"' in page.text
    assert "code" in parameters_of(visitor.submit(page, action="allow"))


def test_prompt_none_without_consent(visitor, parameters_of):
    visitor.log_in()
    assert parameters_of(visitor.authorize(**WEB, prompt="none"))["error"] == "consent_required"

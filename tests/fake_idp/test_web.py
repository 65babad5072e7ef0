import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_idp.web import Parameters, Request


def environ(**change):
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/x",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        **change,
    }


def test_empty_counts_as_absent_and_repeats_are_known():
    parameters = Parameters.parse("a=1&b=&a=2&c")
    assert parameters.get("a") == "1"
    assert parameters.get("b") is None
    assert parameters.repeated == ["a"]
    assert parameters.names() == ["a", "b", "c"]


@given(st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_any_query_can_be_read(text):
    parameters = Parameters.parse(text)
    assert all(isinstance(parameters.get(name) or "", str) for name in parameters.names())


@given(st.binary(max_size=80))
@settings(max_examples=100, deadline=None)
def test_any_body_can_be_read_as_form(body):
    request = Request(
        environ(
            REQUEST_METHOD="POST",
            CONTENT_TYPE="application/x-www-form-urlencoded; charset=utf-8",
            CONTENT_LENGTH=str(len(body)),
            **{"wsgi.input": io.BytesIO(body)},
        )
    )
    assert isinstance(request.parameters, Parameters)


@pytest.mark.parametrize("length", ["x", "-1", "9999999"])
def test_length_is_checked(length):
    with pytest.raises(ValueError, match="expected a Content-Length of at most"):
        _ = Request(environ(CONTENT_LENGTH=length)).body


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=60))
@settings(max_examples=50, deadline=None)
def test_any_cookie_header_can_be_read(header):
    assert all(isinstance(value, str) for value in Request(environ(HTTP_COOKIE=header)).cookies("a"))


def test_cookies_in_their_order():
    assert Request(environ(HTTP_COOKIE="a=1; b=2;a=3")).cookies("a") == ["1", "3"]


def test_path_that_is_not_utf8():
    assert Request(environ(PATH_INFO="/\xff")).path == "/\ufffd"

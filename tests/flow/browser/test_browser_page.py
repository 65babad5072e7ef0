"""What the browser reads out of a page."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.exchange import Response
from ssocli.flow.browser.page import Page, Refresh, parse_refresh, read_page

URL = "https://idp.example/login/start?x=1#top"


def page(body: str | bytes, content_type: str = "text/html; charset=utf-8", **headers: str) -> Page:
    data = body.encode() if isinstance(body, str) else body
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return read_page(URL, Response(200, (("Content-Type", content_type), *named), data))


class TestText:
    def test_title_text_alerts_and_links(self):
        found = page(
            "<title> Sign\n in </title><style>p{}</style><script>var hidden</script>"
            "<base href='/base/'><p>Hello <b>you</b></p>"
            "<div class='alert error' role=alert>Wrong <i>password</i><p class=error>Wrong</p>"
            "</div><div role=alert hidden>not shown</div>"
            "<div class=error style='display: none'>nor this</div><a href=next?y=2>On <span>we go"
            "</span></a><a href='mailto:a@b'>Mail</a><a href=/img><img alt='Logo'></a><a>none</a>"
        )
        assert found.title == "Sign in"
        assert found.text.startswith("Hello you Wrong password")
        assert "hidden" not in found.text
        assert found.alerts == ("Wrong password Wrong",)
        assert [(link.text, link.url) for link in found.links] == [
            ("On we go", "https://idp.example/base/next?y=2"),
            ("Mail", "mailto:a@b"),
            ("Logo", "https://idp.example/img"),
        ]
        with pytest.raises(ValueError, match="no link 'Register'"):
            found.link("Register")

    @pytest.mark.parametrize(
        ("body", "content_type", "text"),
        [
            ("<p>ü".encode(), "text/html", "ü"),
            ("<p>ü".encode("latin-1"), "text/html; charset=ISO-8859-1", "ü"),
            ("<p>€".encode("cp1252"), "text/html; charset=latin1", "€"),
            ("<meta charset=koi8-r><p>да".encode("koi8-r"), "text/html", "да"),
            (b"\xef\xbb\xbf<p>\xc3\xbc", "text/html; charset=latin1", "ü"),
            ("<p>ü".encode("utf-16"), "text/html", "ü"),
            ("<p>ü".encode(), "text/html; charset=no-such-charset", "ü"),
            ("<p>ü".encode(), "text/html; charset=rot13", "ü"),
            ("<p>ü".encode(), "text/html; charset=undefined", "ü"),
            (b"<p>\xff", "text/html; charset=utf-8", "\N{REPLACEMENT CHARACTER}"),
            (b"<p>x", "", "x"),
            (b"plain", "", "plain"),
            (b"<p>x", "text/plain", "<p>x"),
            (b'{"a":1}', "application/problem+json", '{"a":1}'),
            (b"\x89PNG", "image/png", ""),
            (b"", "text/html", ""),
        ],
    )
    def test_charsets_and_types(self, body, content_type, text):
        assert page(body, content_type).text == text

    @settings(max_examples=60, deadline=None)
    @given(st.binary(max_size=300), st.sampled_from(["text/html", "", "text/html; charset=idna", "application/json"]))
    def test_no_bytes_raise(self, body, content_type):
        assert page(body, content_type).status == 200

    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(
            st.sampled_from(
                [
                    "<form action='http://[::1'>",
                    "<form id=f method=post>",
                    "</form>",
                    "<table>",
                    "<tr>",
                    "<input form=f name=a>",
                    "<select name=s multiple>",
                    "<option selected>",
                    "<textarea>",
                    "<button formaction='//['>",
                    "<label for=x>",
                    "<base href='http://h:x/'>",
                    "<meta http-equiv=refresh content='9;url=http://['>",
                    "<noscript>",
                    "<svg>",
                    "<a href='http://['>",
                    "<template>",
                    "<script>{submit()",
                    "<!--",
                    "\x00",
                    "<body onload='submit()'>",
                    "<fieldset disabled>",
                    "<legend>",
                    "<input type=\x01 value>",
                    "text",
                    "<meta name=referrer>",
                ]
            ),
            max_size=12,
        )
    )
    def test_no_markup_raises(self, parts):
        assert page("".join(parts)).url == URL

    def test_a_long_page_is_read_and_a_deep_one_until_it_gets_absurd(self):
        form = "<form><input name=a></form>"
        assert len(page("<p>x<br>" * 10_000 + form + "<a href=x>x</a>" * 2_000).links) == 2_000
        deep = page(form + "<div>" * 200_000 + "<a href=x>x</a>")
        assert len(deep.forms) == 1
        assert deep.links == ()


class TestForms:
    def test_every_kind_of_control(self):
        form = page(
            "<form id=main action='?do=1' method=POST><label for=u>User name</label>"
            "<input id=u name=user autocomplete=' UserName ' value=al><label>Password "
            "<input type=PASSWORD name=pass></label><input type=hidden name=csrf value=z>"
            "<input type=checkbox name=keep checked><input type=checkbox name=no value=1>"
            "<input type=radio name=r value=1><input type=radio name=r value=2 checked>"
            "<select name=s><option value=x disabled>X<option>Y<option value=z>Z</select>"
            "<select name=m multiple><option selected>1<option>2<option selected>3</select>"
            "<textarea name=t>\nline\nline</textarea><input name=off disabled><fieldset disabled>"
            "<input name=off2></fieldset><input aria-label='Code' name=otp>"
            "<input type=button name=b1><button type=button name=b2>x</button>"
            "<button name=go value=1>Sign <b>in</b></button>"
            "<input type=submit name=alt value=Other formaction=/other formmethod=get>"
            "<input type=image name=img alt=Go></form>"
        ).forms[0]
        assert form.action == "https://idp.example/login/start?do=1"
        assert form.method == "POST"
        assert {field.name: field.label for field in form.fields if field.label} == {
            "user": "User name",
            "pass": "Password",
            "otp": "Code",
        }
        assert form.fields[0].autocomplete == "username"
        assert form.values == {
            "user": "al",
            "pass": "",
            "csrf": "z",
            "keep": "on",
            "r": "2",
            "s": "Y",
            "m": "1",
            "t": "line\nline",
            "otp": "",
        }
        assert [button.text for button in form.buttons] == ["Sign in", "Other", "Go"]
        pressed = form.request(form.button("sign in"))
        assert pressed.body == b"user=al&pass=&csrf=z&keep=on&r=2&s=Y&m=1&m=3&t=line%0D%0Aline&otp=&go=1"
        assert form.request(form.button("img")).body.endswith(b"otp=&img.x=0&img.y=0")
        other = form.request(form.button("Other"))
        assert other.method == "GET"
        assert other.url.startswith("https://idp.example/other?user=al&")
        assert b"go=" not in form.request().body

    def test_filling_in(self):
        form = page(
            "<form><input name=u><input type=checkbox name=c value=yes>"
            "<input type=radio name=r value=1 checked><input type=radio name=r value=2>"
            "<select name=s><option>a<option>b</select></form>"
        ).forms[0]
        filled = form.fill({"u": "x", "c": True, "r": "2", "s": "b"})
        assert filled.request().url == "https://idp.example/login/start?u=x&c=yes&r=2&s=b"
        assert form.values == {"u": "", "r": "1", "s": "a"}
        with pytest.raises(ValueError, match="does not offer 'q'"):
            form.fill({"s": "q"})
        with pytest.raises(ValueError, match="takes one text"):
            form.fill({"u": True})

    def test_controls_out_of_place_belong_to_their_form(self):
        found = page(
            "<form id=one><input name=a></form><input form=one name=b><input form=none name=c>"
            "<input name=d><table><form action=/two><tr><td><input name=e><button>Go</button>"
            "</td></tr></form></table>"
        )
        assert [[field.name for field in form.fields] for form in found.forms] == [["a", "b"], ["e"]]
        assert len(found.forms[1].buttons) == 1

    def test_multipart(self):
        request = (
            page("<form method=post enctype=multipart/form-data><input name='a\"b' value='ü'></form>")
            .forms[0]
            .request()
        )
        assert request.content_type is not None
        boundary = request.content_type.partition("boundary=")[2]
        assert request.body == (
            f'--{boundary}\r\nContent-Disposition: form-data; name="a%22b"\r\n\r\nü\r\n--{boundary}--\r\n'.encode()
        )

    def test_the_pages_charset_is_the_forms(self):
        body = "<form method=post><input name=a value='ü€'></form>".encode("cp1252")
        assert page(body, "text/html; charset=windows-1252").forms[0].request().body == b"a=%FC%80"


class TestRefresh:
    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            ("0; url=/x", Refresh(0, "https://idp.example/x")),
            ("5;URL='/x y'", Refresh(5, "https://idp.example/x%20y")),
            ("1.5, next", Refresh(1, "https://idp.example/login/next")),
            ("3", Refresh(3, "https://idp.example/login/start?x=1")),
            ("0; url=http://[", None),
            ("soon", None),
            ("", None),
        ],
    )
    def test_parsing(self, content, expected):
        assert parse_refresh("https://idp.example/login/start?x=1", content) == expected


HIDDEN = "<input type=hidden name=code value=1>"


class TestSelfSubmission:
    @pytest.mark.parametrize(
        "body",
        [
            "<body onload='document.forms[0].submit()'><form method=post action=/cb><hidden></form>",
            (
                "<body onload='go()'><form method=post><hidden></form>"
                "<script>function go() { document.forms[0].submit() }</script>"
            ),
            "<form method=post><hidden></form><script>document.forms[0].submit()</script>",
            "<form><hidden></form><script>function go() { document.forms[0].submit() } go();</script>",
            "<form><hidden></form><script>function go() { document.forms[0].submit() } onload = go</script>",
            (
                "<form name=hiddenform><hidden><noscript><input type=submit></noscript></form>"
                "<script>window.setTimeout('document.forms[0].submit()', 0);</script>"
            ),
            (
                "<form id=f><hidden><button id=b>Continue</button></form>"
                "<script>window.onload = function () { document.getElementById('f').submit(); }"
                "</script>"
            ),
            (
                "<form id=f><hidden><button id=b>Continue</button></form>"
                "<script>document.getElementById('b').click()</script>"
            ),
            "<form><hidden></form><script>(function(){ var f = document.forms[0]; f.submit(); })();</script>",
            (
                "<form><hidden></form><script>(() => { "
                "HTMLFormElement.prototype.submit.call(document.forms[0]) })()</script>"
            ),
            (
                "<form><hidden></form><script>document.addEventListener('DOMContentLoaded', () => { "
                "document.forms[0].submit() })</script>"
            ),
            "<form><hidden><noscript><button>Continue</button></noscript></form><script src=/post.js></script>",
            "<form id=x><input name=q></form><form id=y><hidden></form><script>document.forms[1].submit()</script>",
        ],
    )
    def test_recognised(self, body):
        found = page(body.replace("<hidden>", HIDDEN)).auto_form
        assert found is not None
        assert found.values == {"code": "1"}

    @pytest.mark.parametrize(
        "body",
        [
            "<form method=post><hidden><button>Log out</button></form>",
            (
                "<form method=post><hidden><input name=user><button>Go</button></form>"
                "<script>document.forms[0].submit()</script>"
            ),
            (
                "<form><hidden><button name=a>Allow</button><button name=d>Deny</button></form>"
                "<script>document.forms[0].submit()</script>"
            ),
            (
                "<form><hidden><button>Log out</button></form>"
                "<script>function out() { document.forms[0].submit(); }</script>"
            ),
            (
                "<form><hidden><button id=b>Log out</button></form>"
                "<script>b.addEventListener('click', function () { document.forms[0].submit(); });"
                "</script>"
            ),
            "<form><hidden><button id=b>Log out</button></form><script>b.onclick = () => { b.form.submit(); }</script>",
            "<form id=f><hidden></form><script>// document.forms[0].submit()\nvar s = 'form.submit()';</script>",
            "<form></form><script>document.forms[0].submit()</script>",
            "<form><hidden></form>",
        ],
    )
    def test_left_to_the_person(self, body):
        assert page(body.replace("<hidden>", HIDDEN)).auto_form is None

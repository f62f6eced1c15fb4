"""A site with everything in it, and the requests that fuzzing sends to each of its routes."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from fixtures_planning import workbook_of
from fixtures_release import NORTH, WAVES
from fixtures_results import BOARD, HR, OTHERS, PASSWORD, Site, fill
from fixtures_wave import QUESTIONNAIRES, LiveWave, copied
from flask.testing import FlaskClient
from hypothesis import strategies as st
from mock_tenant import MockTenant, environment
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from survey.app import create_app
from survey.close import keys
from survey.config import Settings
from survey.database import Stores
from survey.manage import waves
from survey.questionnaire import loader

PLANTED = "\"'><planted-"
"""Whatever is repeated on a page must not be repeated as it stands."""

NOBODY, ROLES = "", ("", BOARD, HR, *OTHERS)
"""Sign-in names; the first is a browser in which nobody signed in."""

HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
KEPT_AWAY = ("Set-Cookie", "ETag", "Last-Modified", "Server", "X-Powered-By", "X-Injected")
FORM = "application/x-www-form-urlencoded"
METHODS = ("GET", "POST", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW")
RIGHT = {
    "wave_id": ("autumn", "draft"),
    "wave": (*WAVES,),
    "command": (NORTH,),
    "board": (NORTH,),
    "room": ("themes", "statements", "departments", "trends", "answered", "groups"),
    "theme": ("leadership", "discrimination"),
    "table": ("groups", "estimates"),
    "kind": ("tables", "workbook"),
    "action": ("0123456789abcdef",),
}
COSTLY = re.compile(r"/file/|as=pdf|/all-pages")
"""What lays out paper or packs whole files takes seconds; their own tests send nonsense to them."""

NAMES = re.compile(r'<(?:input|textarea|select|button)\b[^>]*\bname="([^"]+)"')

NASTY = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            *("", PLANTED, "..", "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd", "\\"),
            *("\x00", "\ud800", "\u202e", "é" * 2000, "9" * 5000, "-1", "1e999", "NaN", "0x10"),
            *("a\r\nX-Injected: 1", "{{7*7}}", "${7*7}", "%s%n", "' OR 1=1 --", "=1+1", "@SUM(1)"),
            *("//evil.example/", "https://evil.example/", "javascript:alert(1)", "[" * 500),
            *("null", "true", "2026-02-30", "31/5/2026", "1/1/0000", "9999-99-99", "x" * 9000),
        ]
    ),
)
RAW = st.sampled_from([b"\xff\xfe", b"%", b"%zz", b"\x00", b"a=%ff&b=%00", b"&&==", b"\x1f\x8b"])
FILES = st.sampled_from(
    [
        b"group,headcount\nforce,100\n",
        b"id: x\ntitle: [unclosed",
        b"a: &a [1]\nb: *a\n",
        b"PK\x03\x04 no zip",
        b"\xff\xfe\x00",
        b"\x00" * 5000,
        b"=1+1,\x00",
        (QUESTIONNAIRES / "small.yaml").read_bytes(),
        workbook_of(one=[["group", "headcount"], ["force", "=1+1"]]),
    ]
)
NAMED = st.sampled_from(["a.csv", "../../a.yaml", "a.xlsx", "\x00", "a" * 500, PLANTED, ""])
TOLD = st.fixed_dictionaries(
    {},
    optional={
        "Host": st.sampled_from(
            ["evil.example", "localhost:1", "[::1]", "a" * 300, "a b", "é", ""]
        ),
        "Origin": st.sampled_from(["null", "https://evil.example", "http://localhost", PLANTED]),
        "Sec-Fetch-Site": st.sampled_from(["cross-site", "same-origin", "none", "rubbish"]),
        "X-Forwarded-For": st.sampled_from(["127.0.0.1", PLANTED]),
        "X-Forwarded-Host": st.sampled_from(["evil.example"]),
        "X-HTTP-Method-Override": st.sampled_from(["DELETE"]),
        "Referer": st.sampled_from(["https://evil.example/", PLANTED]),
        "Cookie": st.sampled_from(["candour=rubbish", "candour_device=\x7f; a", "=" * 3000, ";;"]),
        "Accept-Language": st.sampled_from(["cy", "*;q=nan", "é", "," * 900]),
        "Accept-Encoding": st.sampled_from(["gzip", "br", "gzip;q=nan", "\x7f"]),
        "If-None-Match": st.sampled_from(["*", '"a"', "W/"]),
        "If-Modified-Since": st.sampled_from(["rubbish", "Thu, 01 Jan 1970 00:00:00 GMT"]),
        "Range": st.sampled_from(["bytes=0-1", "bytes=9-1", "rubbish"]),
        "Content-Length": st.sampled_from(["-1", "99999999999999", "x", "0"]),
        "Content-Encoding": st.sampled_from(["gzip", "rubbish"]),
        "Expect": st.sampled_from(["100-continue"]),
    },
)


@dataclass(repr=False)
class Target:
    """The site, a browser of each role, and the names of the fields that its forms have."""

    site: Site
    clients: Mapping[str, FlaskClient]
    fields: list[str] = field(default_factory=list)

    @property
    def rules(self) -> list[Rule]:
        rules = self.site.app.url_map.iter_rules()
        return sorted((r for r in rules if not COSTLY.search(r.rule)), key=lambda rule: rule.rule)


def everything(opened: LiveWave, home: Path) -> Target:
    """An open wave, a draft, three Releases, an organisation, and somebody of each role."""
    copied(opened, home)
    tenant = environment(MockTenant(address="http://127.0.0.1:9"), "http://localhost")
    settings = Settings.from_environment({"CANDOUR_HOME": str(home), **tenant})
    fill(settings, tuple(WAVES))
    stores = Stores.open(settings)
    asked = loader.load(QUESTIONNAIRES / "small.yaml")
    waves.create(stores, "draft", "Draft", asked, keys.new().public)
    app = create_app(settings)
    app.testing = False
    # A token would keep what is posted from every view; that each form asks for one has its test.
    app.config["WTF_CSRF_ENABLED"] = False
    site = Site(app, settings, stores)
    clients = {name: app.test_client() for name in ROLES}
    for name, client in clients.items():
        _sign_in(client, name)
    return Target(site, clients)


def with_fields(target: Target) -> Target:
    """The same with the names of all fields, for which every page is opened once."""
    target.fields += sorted(set(_fields(target)))
    return target


def _sign_in(client: FlaskClient, name: str) -> None:
    """Again after each visit to the pages that end sessions."""
    if name:
        reply = client.post("/results/sign-in", data={"name": name, "password": PASSWORD})
        assert reply.status_code == 302


def addresses(target: Target) -> list[str]:
    """Every route with the first right value of each part."""
    found = []
    for rule in target.rules:
        given = {name: RIGHT[name][0] if name in RIGHT else "x" for name in rule.arguments}
        if rule.rule.startswith("/results/manage/waves/") and "wave_id" in given:
            given["wave_id"] = "draft"
        with target.site.app.test_request_context():
            found.append(target.site.app.url_map.bind("").build(rule.endpoint, given))
    return found


def _fields(target: Target) -> list[str]:
    names: list[str] = []
    for address in addresses(target):
        for client in target.clients.values():
            reply = client.get(address) if not COSTLY.search(address) else None
            if reply is not None and reply.status_code == 200 and reply.mimetype == "text/html":
                names += NAMES.findall(reply.text)
                break
    return names


@dataclass(frozen=True)
class Sent:
    """A request."""

    who: str
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | dict[str, object]
    kind: str


@st.composite
def requests(draw: st.DrawFn, target: Target) -> Sent:
    rule = draw(st.sampled_from(target.rules))
    parts = re.split(r"<(?:[a-z]+:)?([a-z_]+)>", rule.rule)
    for place in range(1, len(parts), 2):
        right = RIGHT.get(parts[place], ("x",))
        value = draw(st.one_of(*[st.sampled_from(right)] * 5, NASTY))
        parts[place] = quote(value.encode("utf-8", "surrogatepass"), safe="")
    names = st.one_of(*[st.sampled_from([*target.fields, "lang", "show", "page"])] * 5, NASTY)
    values = st.one_of(
        NASTY, st.sampled_from(["yes", "1", "60", "agree", "open", "close", NORTH, "2026-12-01"])
    )
    pairs = draw(st.lists(st.tuples(names, values), max_size=6))
    query = draw(st.one_of(st.just([]), st.lists(st.tuples(names, values), max_size=3)))
    kind = draw(
        st.sampled_from(
            [FORM, FORM, "multipart/form-data", "application/json", "text/plain", "", "x/"]
        )
    )
    return Sent(
        draw(st.sampled_from(ROLES)),
        draw(st.one_of(st.sampled_from(sorted(rule.methods or {"GET"})), st.sampled_from(METHODS))),
        "".join(parts),
        _encoded(query),
        tuple(draw(st.one_of(st.just({}), TOLD)).items()),
        draw(_bodies(pairs, kind)),
        kind,
    )


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs, errors="surrogatepass")


def _bodies(
    pairs: list[tuple[str, str]], kind: str
) -> st.SearchStrategy[bytes | dict[str, object]]:
    if kind == "multipart/form-data":
        uploads = st.dictionaries(
            st.sampled_from(["file", "questionnaire", "public", "headcounts", "halves", "ticket"]),
            st.tuples(FILES, NAMED),
            max_size=3,
        )
        plain = {_sayable(name): _sayable(value) for name, value in pairs}
        return uploads.map(lambda files: {**plain, **files})
    if kind == "application/json":
        return st.one_of(
            RAW, st.just(str(dict(pairs)).replace("'", '"').encode("utf-8", "replace"))
        )
    return st.one_of(*[st.just(_encoded(pairs).encode())] * 4, RAW)


def _sayable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def send(target: Target, sent: Sent) -> TestResponse:
    """The reply, whole."""
    body: object = sent.body
    if isinstance(body, dict):
        body = {
            name: (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
            for name, value in body.items()
        }
    client = target.clients[sent.who]
    cookie = any(name == "Cookie" for name, _ in sent.headers)
    browser = target.site.app.test_client(use_cookies=False) if cookie else client
    reply = browser.open(
        sent.path,
        method=sent.method,
        query_string=sent.query,
        headers=[(name, value) for name, value in sent.headers],
        data=body,
        content_type=sent.kind or None,
        base_url="http://localhost",
    )
    if "sign-" in sent.path:
        _sign_in(client, sent.who)
    return reply


def faults(target: Target, sent: Sent, reply: TestResponse) -> list[str]:
    """What is wrong with a reply."""
    found = [
        f"{name} is not {value}"
        for name, value in HEADERS.items()
        if reply.headers.get(name) != value
    ]
    if "default-src 'none'" not in reply.headers.get("Content-Security-Policy", ""):
        found.append("no content security policy")
    if reply.status_code >= 500:
        found.append(f"status {reply.status_code}")
    if b"Traceback" in reply.data or b"werkzeug" in reply.data:
        found.append("a traceback")
    if reply.mimetype in {"text/html", "image/svg+xml"} and b"<planted-" in reply.data:
        found.append("what was sent is repeated as markup")
    if not sent.path.startswith("/results"):
        found += [f"{name} is sent" for name in KEPT_AWAY if name in reply.headers]
    for cookie in reply.headers.getlist("Set-Cookie"):
        if "HttpOnly" not in cookie or "SameSite" not in cookie or "Path=/results" not in cookie:
            found.append("a cookie without its flags")
    if "X-Injected" in reply.headers:
        found.append("a header that was sent")
    leads = urlsplit(reply.headers.get("Location", ""))
    if leads.netloc not in {"", "localhost", "127.0.0.1:9"}:
        found.append(f"leads to {leads.netloc}")
    return found

"""What nginx must be told, and what it must not, so that it keeps nothing of anybody.

Directives that are not there count with nginx's own defaults, which keep a log of addresses. A
directive holds in the block where it stands and in those inside, until one of them has it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from survey.app import LARGEST_REQUEST
from survey.doctor import nginx_known
from survey.doctor.address import lasts
from survey.doctor.findings import Finding, faults
from survey.doctor.nginx_file import Directive

ABOUT = "nginx"
ALLOWED_HEADERS = {
    "host": {"$http_host", "$host"},
    "x-forwarded-proto": {"$scheme", "https"},
    "content-type": {"$http_content_type"},
    "origin": {"$http_origin"},
    "sec-fetch-site": {"$http_sec_fetch_site"},
    "accept-encoding": {"$http_accept_encoding", ""},
    "connection": {"", "close"},
}
"""What may reach the application from a respondent: each header, and where its value is from."""

COOKIE = {"cookie": {"$http_cookie"}}
HIDDEN = {"set-cookie", "etag", "last-modified"}
"""What may not reach a respondent."""

STRICT = "strict-transport-security"

_TELLING = re.compile(
    r"\$\{?(?:binary_remote_addr|remote_\w+|realip_\w+|proxy_add_x_forwarded_for|proxy_protocol_\w+"
    r"|http_(?:user_agent|referer|x_\w+|forwarded|via|cookie|accept_language|authorization)"
    r"|cookie_\w+|uid_\w+|geoip_\w+|ssl_(?:session\w*|client\w*|ciphers|curves)|request_id"
    r"|connection\w*|msec|time_\w+|request_body\w*|pid)\b"
)
"""Variables that tell who somebody is, or join what they ask for."""

_BLOCKS = {"server", "location", "if", "limit_except"}
_OLD_TLS = {"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"}
_SIZE = re.compile(r"(\d+)([kmg]?)", re.IGNORECASE)
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


@dataclass(frozen=True)
class Scope:
    """A block in which requests are answered.

    Attributes:
        chain: the block and those around it, the innermost first.
        reads: whether people sign in at this host, so that its cookies are let through.
    """

    chain: tuple[Directive, ...]
    reads: bool

    def all(self, name: str) -> tuple[Directive, ...]:
        """The directives of a name that hold here."""
        for block in self.chain:
            found = tuple(one for one in block.block or () if one.name == name)
            if found:
                return found
        return ()

    def value(self, name: str, default: str) -> str:
        """The first value of the last directive of a name that holds here."""
        found = self.all(name)
        return found[-1].values[0] if found and found[-1].values else default

    def has(self, name: str) -> bool:
        """Whether the block itself has a directive of that name."""
        return any(one.name == name for one in self.chain[0].block or ())

    @property
    def server(self) -> Directive:
        """The server that it is in."""
        return next(one for one in self.chain if one.name == "server")

    @property
    def place(self) -> str:
        """Where it begins."""
        return self.chain[0].place


def check(main: tuple[Directive, ...], readers: Collection[str] = ()) -> list[Finding]:
    """What is wrong in a configuration, one finding each, or that nothing is.

    Args:
        main: the directives of the whole configuration.
        readers: names of the hosts where people sign in; all others are taken for respondents'.
    """
    root = Directive("main", (), main, "the configuration")
    return list(faults(ABOUT, _all_faults(root, set(readers)), "logs and keeps nothing."))


def _all_faults(root: Directive, readers: set[str]) -> Iterator[str]:
    scopes = list(_scopes((root,), readers))
    if not any(scope.chain[0].name == "server" for scope in scopes):
        yield "the configuration has no server; give the whole of it, as `nginx -T` prints it."
    for scope in scopes:
        for rule in _RULES:
            yield from rule(scope)
    yield from _anywhere(root)
    yield from nginx_known.process(root)
    yield from nginx_known.passed_on(root)
    yield from nginx_known.unknown_in(root)


def _scopes(
    chain: tuple[Directive, ...], readers: set[str], reads: bool = False
) -> Iterator[Scope]:
    for one in chain[0].block or ():
        if one.block is None or one.name not in {"http", *_BLOCKS}:
            continue
        if one.name == "server":
            names = {name for d in one.block if d.name == "server_name" for name in d.values}
            reads = bool(names) and names <= readers
        inner = (one, *chain)
        if one.name != "http":
            yield Scope(inner, reads)
        yield from _scopes(inner, readers, reads)


def _logs(scope: Scope) -> Iterator[str]:
    found = scope.all("access_log")
    places = [one.place for one in found if one.values[:1] != ("off",)]
    for place in places if found else [scope.server.place]:
        yield f"{place}: visits are logged; write access_log off; alone."


def _bodies(scope: Scope) -> Iterator[str]:
    most = _bytes(scope.value("client_max_body_size", "1m"))
    buffer = _bytes(scope.value("client_body_buffer_size", "8k"))
    if not 0 < most <= buffer:
        yield (
            f"{_of(scope, 'client_body_buffer_size')}: large requests are written to the disk; "
            "client_body_buffer_size must be at least client_max_body_size."
        )
    if 0 < most < LARGEST_REQUEST:
        yield (
            f"{_of(scope, 'client_max_body_size')}: sealed answers may be refused; "
            f"client_max_body_size must be {LARGEST_REQUEST // 1024}k."
        )
    if scope.value("client_body_in_file_only", "off") != "off":
        yield (
            f"{_of(scope, 'client_body_in_file_only')}: every request is written to the disk; "
            "write client_body_in_file_only off;"
        )


def _answers(scope: Scope) -> Iterator[str]:
    if not scope.has("proxy_pass"):
        return
    buffers = scope.value("proxy_buffering", "on") != "off"
    if buffers and _bytes(scope.value("proxy_max_temp_file_size", "1024m")) != 0:
        yield (
            f"{_of(scope, 'proxy_max_temp_file_size')}: pages are written to the disk; "
            "write proxy_max_temp_file_size 0;"
        )
    for name in ("proxy_cache", "proxy_store"):
        if scope.value(name, "off") != "off":
            yield f"{_of(scope, name)}: pages are kept; write {name} off;"


def _told(scope: Scope) -> Iterator[str]:
    for name, default in (("server_tokens", "on"), ("etag", "on"), ("gzip", "off")):
        if scope.value(name, default) != "off":
            yield f"{_of(scope, name)}: write {name} off;"


def _tls(scope: Scope) -> Iterator[str]:
    if scope.chain[0].name != "server":
        return
    listens = [one.values for one in scope.server.block or () if one.name == "listen"]
    plain = [values for values in listens if "ssl" not in values and "quic" not in values]
    if (plain or not listens) and _serves(scope.server):
        yield f"{scope.place}: pages are served without TLS; let that server return 301 alone."
    if len(plain) == len(listens):
        return
    if set(scope.all("ssl_protocols")[-1].values if scope.all("ssl_protocols") else _OLD_TLS) & (
        _OLD_TLS
    ):
        yield f"{_of(scope, 'ssl_protocols')}: write ssl_protocols TLSv1.2 TLSv1.3;"
    for name, default, good in (
        ("ssl_session_tickets", "on", {"off"}),
        ("ssl_session_cache", "none", {"off", "none"}),
        ("ssl_early_data", "off", {"off"}),
    ):
        if scope.value(name, default) not in good:
            yield f"{_of(scope, name)}: sessions of TLS join visits; write {name} off;"


def _serves(server: Directive) -> bool:
    """Whether a server answers with more than one `return`."""
    inner = server.block or ()
    returns = any(one.name == "return" for one in inner)
    return not returns or any(one.block is not None for one in inner)


def _headers(scope: Scope) -> Iterator[str]:
    if not scope.has("proxy_pass"):
        return
    if scope.value("proxy_pass_request_headers", "on") != "off":
        yield (
            f"{_of(scope, 'proxy_pass_request_headers')}: the application gets every header, those "
            "with addresses too; write proxy_pass_request_headers off;"
        )
    allowed = {**ALLOWED_HEADERS, **(COOKIE if scope.reads else {})}
    for one in scope.all("proxy_set_header"):
        name, value = one.values[0].lower(), one.values[1] if len(one.values) > 1 else ""
        if value and value not in allowed.get(name, set()):
            yield f"{one.place}: the application gets {one.values[0]} {value}; leave it out."
    if not scope.reads:
        hidden = {one.values[0].lower() for one in scope.all("proxy_hide_header")}
        for name in sorted(HIDDEN - hidden):
            yield f"{scope.place}: respondents may get {name}; write proxy_hide_header {name};"
    yield from _added(scope)


def _added(scope: Scope) -> Iterator[str]:
    added = [(one.values[0].lower(), one) for one in scope.all("add_header") if one.values]
    for name, one in added:
        if name != STRICT:
            yield f"{one.place}: everybody gets {name}; leave it out."
    strict = [one.values for name, one in added if name == STRICT]
    if not strict or not all("always" in one and lasts(one[1]) for one in strict):
        yield (
            f"{scope.place}: add_header Strict-Transport-Security max-age=31536000 always is "
            "missing, or does not last half a year."
        )


_RULES: tuple[Callable[[Scope], Iterator[str]], ...] = (
    _logs,
    _bodies,
    _answers,
    _told,
    _tls,
    _headers,
)


def _anywhere(block: Directive) -> Iterator[str]:
    """What must not stand in any block, used or not."""
    for one in block.block or ():
        # nginx writes to every log of a level, not to the last one alone.
        if one.name == "error_log" and one.values[:1] != ("/dev/null",):
            yield (
                f"{one.place}: errors are logged, with addresses; write error_log /dev/null crit;"
            )
        # A cookie goes to the application where `_headers` allows it; a format alone logs nothing.
        if one.name not in {"proxy_set_header", "log_format"}:
            found = [name for value in one.values for name in _TELLING.findall(value)]
            for name in found:
                yield f"{one.place}: {one.name} uses {name}, which tells who asks; leave it out."
        yield from _anywhere(one)


def _of(scope: Scope, name: str) -> str:
    """Where a directive stands, or the block that lacks it."""
    found = scope.all(name)
    return found[-1].place if found else scope.server.place


def _bytes(size: str) -> int:
    found = _SIZE.fullmatch(size)
    return int(found[1]) * _UNITS[found[2].lower()] if found else 0

"""The directives of nginx that Candour's own files use, and what else keeps and tells nothing.

Whatever is not named here may log, keep, send elsewhere or change what people send and get. Source:
nginx's "Alphabetical index of directives".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from survey.doctor.nginx_file import Directive

_VALUES = {"map", "types"}
"""Blocks whose lines are values and no directives."""

_KNOWN = {
    *("main", "events", "http", "server", "location", "if", "limit_except", "upstream", *_VALUES),
    # The process.
    *("daemon", "master_process", "multi_accept", "pcre_jit", "pid", "use", "user"),
    *("worker_connections", "worker_cpu_affinity", "worker_priority", "worker_processes"),
    *("worker_rlimit_core", "worker_rlimit_nofile", "worker_shutdown_timeout"),
    # Logs and types.
    *("access_log", "error_log", "log_format", "log_not_found", "log_subrequest"),
    *("charset", "default_type", "types_hash_bucket_size", "types_hash_max_size"),
    # Requests and connections.
    *("client_body_buffer_size", "client_body_in_file_only", "client_body_in_single_buffer"),
    *("client_body_temp_path", "client_body_timeout", "client_header_buffer_size"),
    *("client_header_timeout", "client_max_body_size", "large_client_header_buffers"),
    *("ignore_invalid_headers", "underscores_in_headers", "merge_slashes"),
    *("keepalive_requests", "keepalive_time", "keepalive_timeout", "lingering_close"),
    *("lingering_time", "lingering_timeout", "reset_timedout_connection", "send_timeout"),
    *("sendfile", "tcp_nodelay", "tcp_nopush", "http2", "http3", "listen", "server_name"),
    *("server_name_in_redirect", "port_in_redirect", "absolute_redirect"),
    *("server_names_hash_bucket_size", "server_names_hash_max_size"),
    *("map_hash_bucket_size", "map_hash_max_size", "variables_hash_bucket_size"),
    *("variables_hash_max_size", "server_tokens", "etag", "gzip", "return", "add_header"),
    *("allow", "deny", "satisfy", "internal"),
    # TLS.
    *("ssl_buffer_size", "ssl_certificate", "ssl_certificate_key", "ssl_ciphers", "ssl_dhparam"),
    *("ssl_early_data", "ssl_ecdh_curve", "ssl_prefer_server_ciphers", "ssl_protocols"),
    *("ssl_reject_handshake", "ssl_session_cache", "ssl_session_tickets", "ssl_session_timeout"),
    # The application behind it.
    *("proxy_pass", "proxy_pass_request_headers", "proxy_pass_request_body", "proxy_set_header"),
    *("proxy_hide_header", "proxy_http_version", "proxy_buffering", "proxy_buffer_size"),
    *("proxy_buffers", "proxy_busy_buffers_size", "proxy_request_buffering", "proxy_redirect"),
    *("proxy_max_temp_file_size", "proxy_temp_path", "proxy_temp_file_write_size", "proxy_cache"),
    *("proxy_store", "proxy_connect_timeout", "proxy_read_timeout", "proxy_send_timeout"),
    *("proxy_next_upstream", "proxy_next_upstream_timeout", "proxy_next_upstream_tries"),
    *("proxy_headers_hash_bucket_size", "proxy_headers_hash_max_size"),
    *("proxy_socket_keepalive", "proxy_ignore_client_abort"),
    *("keepalive", "least_conn", "zone"),
    # Where others would write, if they were used.
    *("fastcgi_temp_path", "uwsgi_temp_path", "scgi_temp_path"),
}


def unknown_in(block: Directive) -> Iterator[str]:
    """What stands in a block and is not known to keep and tell nothing."""
    for one in block.block or ():
        if one.name not in _KNOWN:
            yield (
                f"{one.place}: doctor does not know {one.name}, which may keep or pass on what "
                "people send; leave it out."
            )
        elif one.name not in _VALUES:
            yield from unknown_in(one)


def process(root: Directive) -> Iterator[str]:
    """What is wrong with nginx's own process: its log, which all others inherit, and its memory."""
    inner = root.block or ()
    if not any(one.name == "error_log" for one in inner):
        yield (
            f"{root.place}: errors are logged, with addresses; write error_log /dev/null crit; "
            "outside http, too."
        )
    cores = [one for one in inner if one.name == "worker_rlimit_core"]
    # Without it a worker keeps the limit of whoever started nginx, which is not told here.
    if not cores or any(one.values != ("0",) for one in cores):
        yield (
            f"{cores[-1].place if cores else root.place}: a worker that fails may write its memory "
            "to a disk; write worker_rlimit_core 0;"
        )


def passed_on(root: Directive) -> Iterator[str]:
    """Where requests go that is no application beside this nginx."""
    every = list(_within(root))
    upstreams = {one.values[0]: one.block or () for one in every if one.name == "upstream"}
    for one in every:
        if one.name == "proxy_pass" and not _is_upstream(one.values, set(upstreams)):
            yield (
                f"{one.place}: proxy_pass {' '.join(one.values)} names no upstream of this "
                "configuration; name one of candour/upstreams.conf."
            )
    for block in upstreams.values():
        for one in block:
            if one.name == "server" and not _is_near(one.values[0] if one.values else ""):
                yield (
                    f"{one.place}: {' '.join(one.values)} is another machine, which gets requests "
                    "without TLS; serve Candour on this one."
                )


def _within(block: Directive) -> Iterator[Directive]:
    for one in block.block or ():
        yield one
        yield from _within(one)


def _is_upstream(values: tuple[str, ...], upstreams: set[str]) -> bool:
    found = re.fullmatch(r"http://([^/$]+)(/.*)?", values[0] if values else "")
    return found is not None and found[1] in upstreams


def _is_near(address: str) -> bool:
    """Whether an address is of this machine, or a name without a dot: a container beside it."""
    if address.startswith("unix:"):
        return True
    host = re.sub(r":\d+$", "", address)
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return re.fullmatch(r"[A-Za-z][\w-]*", host) is not None

"""The demands on nginx's configuration: the deployed one meets them, and each fault is caught."""

from __future__ import annotations

from pathlib import Path

import nginx
import pytest

from survey.doctor import nginx_file, nginx_rules
from survey.errors import SettingsError

READERS = {nginx.RESULTS}
UPSTREAMS = dict.fromkeys(("box", "issue", "results"), "127.0.0.1:9")


def sentences(path: Path) -> list[str]:
    """What is wrong in a configuration."""
    found = nginx_rules.check(nginx_file.read(path), READERS)
    return [one.sentence for one in found if not one.holds]


def planted(folder: Path, file: str, fault: str) -> list[str]:
    return sentences(nginx.laid_out(folder, 8443, UPSTREAMS, {file: fault}))


def test_the_deployed_configuration_meets_every_demand() -> None:
    assert sentences(nginx.DEPLOYED / "nginx.conf") == []


@pytest.mark.slow
def test_what_nginx_itself_reads_is_the_same(tmp_path: Path) -> None:
    """`nginx -T` checks the grammar, too; its output is read as the files are."""
    configuration = nginx.laid_out(tmp_path, 8443, UPSTREAMS)
    dumped = nginx_file.read_dump(nginx.dump(configuration))
    assert dumped == nginx_file.read(configuration)
    assert [one.holds for one in nginx_rules.check(dumped, READERS)] == [True]


FAULTS = [
    ("quiet", "access_log off;=>", "visits are logged"),
    ("quiet", "access_log off;=>access_log /var/log/a combined;", "visits are logged"),
    ("survey", "location / {=>location / { access_log /var/log/a;", "visits are logged"),
    ("results", "location / {=>location / { access_log syslog:server=l;", "visits are logged"),
    ("quiet", "error_log /dev/null crit;=>error_log stderr error;", "with addresses"),
    ("issue", "location / {=>error_log /var/log/e; location / {", "with addresses"),
    ("quiet", "client_body_buffer_size 1m;=>", "written to the disk"),
    ("quiet", "client_max_body_size 512k;=>client_max_body_size 0;", "written to the disk"),
    ("quiet", "client_max_body_size 512k;=>client_max_body_size 8k;", "may be refused"),
    ("quiet", "in_file_only off=>in_file_only clean", "every request is written"),
    ("quiet", "proxy_max_temp_file_size 0;=>", "pages are written"),
    ("quiet", "proxy_cache off=>proxy_cache pages", "pages are kept"),
    ("quiet", "proxy_store off=>proxy_store on", "pages are kept"),
    ("quiet", "server_tokens off;=>", "server_tokens off"),
    ("quiet", "etag off;=>", "etag off"),
    ("quiet", "gzip off;=>gzip on;", "gzip off"),
    ("quiet", "TLSv1.2 TLSv1.3=>TLSv1.1 TLSv1.2", "ssl_protocols"),
    ("quiet", "ssl_protocols TLSv1.2 TLSv1.3;=>", "ssl_protocols"),
    ("quiet", "ssl_session_tickets off;=>", "ssl_session_tickets off"),
    ("quiet", "ssl_session_cache off=>ssl_session_cache shared:tls:1m", "ssl_session_cache off"),
    ("elsewhere", "return 444;=>return 444; ssl_session_tickets on;", "ssl_session_tickets off"),
    ("quiet", "ssl_early_data off=>ssl_early_data on", "ssl_early_data off"),
    ("elsewhere", "return 301 https://$host$request_uri;=>proxy_pass http://candour_box;", "TLS"),
    ("quiet", "proxy_pass_request_headers off;=>", "every header"),
    (
        "respondents",
        "proxy_set_header Host=>proxy_set_header X-Real-IP $remote_addr;\nproxy_set_header Host",
        "gets X-Real-IP",
    ),
    (
        "respondents",
        "proxy_set_header Origin $http_origin;=>proxy_set_header Cookie $http_cookie;",
        "gets Cookie",
    ),
    ("survey", "location / {=>location / { proxy_set_header From $http_from;", "gets From"),
    ("respondents", "proxy_hide_header Set-Cookie;=>", "may get set-cookie"),
    ("survey", "location / {=>location / { proxy_hide_header Server;", "may get etag"),
    (
        "respondents",
        'add_header Strict-=>add_header Set-Cookie "a=$pid";add_header Strict-',
        "$pid",
    ),
    ("respondents", "add_header Strict-=>add_header ETag 1;add_header Strict-", "gets etag"),
    ("readers", "add_header Strict-Transport-Security=>add_header X-Nothing", "is missing"),
    ("quiet", "etag off;=>etag off; userid on;", "does not know userid"),
    (
        "quiet",
        "etag off;=>etag off; limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s;",
        "uses $binary_remote_addr",
    ),
    ("upstreams", "upstream candour_box=>geo $w { default 0; }\nupstream candour_box", "know geo"),
    ("nginx", "http {=>stream { server { listen 9; proxy_pass b:1; } }\nhttp {", "know stream"),
    # nginx writes to every log of a level, the workers' own among them.
    ("quiet", "error_log /dev/null crit;=>error_log a info; error_log /dev/null;", "addresses"),
    ("nginx", "error_log /dev/null crit;=>error_log /var/log/nginx/e info;", "with addresses"),
    ("nginx", "error_log /dev/null crit;=>", "with addresses"),
    ("survey", "location / {=>location / { access_log /a; access_log off;", "visits are logged"),
    ("nginx", "rlimit_core 0;=>rlimit_core 500m;", "worker_rlimit_core 0"),
    ("nginx", "worker_rlimit_core 0;=>", "worker_rlimit_core 0"),
    ("nginx", "http {=>working_directory /tmp;\nhttp {", "know working_directory"),
    ("nginx", "events {=>events { debug_connection 127.0.0.1;", "know debug_connection"),
    ("survey", "proxy_pass http://candour_box;=>proxy_pass http://elsewhere.example.com;", "no up"),
    ("survey", "proxy_pass http://candour_box;=>proxy_pass http://$host;", "no upstream"),
    ("upstreams", "server 127.0.0.1:9;=>server elsewhere.example.com;", "another machine"),
    ("upstreams", "server 127.0.0.1:9;=>server 192.0.2.1:80;", "another machine"),
    ("upstreams", "server 127.0.0.1:9;=>ip_hash; server 127.0.0.1:9;", "know ip_hash"),
    ("survey", "location / {=>location / { sub_filter a b;", "know sub_filter"),
    ("survey", "location / {=>location / { auth_request /a;", "know auth_request"),
    ("survey", "location / {=>location / { fastcgi_cache a;", "know fastcgi_cache"),
    ("respondents", "proxy_hide_header ETag=>proxy_pass_header Set-Cookie;proxy_hide_header ETag",
     "know proxy_pass_header"),
    *(
        ("survey", f"location / {{=>location /a {{ {kind}_pass 127.0.0.1:8; }} location / {{",
         f"know {kind}_pass")
        for kind in ("fastcgi", "uwsgi", "scgi", "grpc", "memcached")
    ),
    ("respondents", "max-age=31536000=>max-age=0", "Strict-Transport-Security"),
    ("respondents", "add_header Strict-=>add_header Strict-Transport-Security max-age=0 always;"
     "add_header Strict-", "Strict-Transport-Security"),
    ("respondents", "add_header Strict-=>add_header NEL a;add_header Strict-", "gets nel"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "fault", "told"), FAULTS, ids=lambda one: str(one)[:40])
def test_a_planted_fault_is_caught(tmp_path: Path, file: str, fault: str, told: str) -> None:
    found = planted(tmp_path, file, fault)
    assert any(told in sentence for sentence in found), found
    assert len(found) <= 8, "each is told once where it stands"


def test_upstreams_of_containers_are_on_this_machine(tmp_path: Path) -> None:
    path = nginx.laid_out(tmp_path, 8443, UPSTREAMS)
    contained = nginx.DEPLOYED.parent / "containers" / "upstreams.conf"
    (path.parent / "candour" / "upstreams.conf").write_text(contained.read_text())
    assert sentences(path) == []


def test_a_host_whose_cookies_pass_must_be_named_as_readers() -> None:
    main = nginx_file.read(nginx.DEPLOYED / "nginx.conf")
    found = [one.sentence for one in nginx_rules.check(main)]
    assert any("gets Cookie $http_cookie" in sentence for sentence in found)
    assert all("results.conf" in one or "readers.conf" in one for one in found)


def test_nginx_as_debian_installs_it_is_told_all_that_it_keeps(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("events {} http { server { location / { proxy_pass b; } } }")
    found = " ".join(sentences(tmp_path / "a.conf"))
    for part in ("visits are logged", "errors are logged", "requests are written", "every header"):
        assert part in found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("http { access_log off }", "semicolon"),
        ("http { access_log off;", "the end is not expected"),
        ("http { } }", "} is not expected"),
        ('http { log_format a "$host; }', "quote is not closed"),
    ],
)
def test_what_is_no_configuration_is_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a.conf").write_text(text)
    with pytest.raises(SettingsError, match=told) as refused:
        nginx_file.read(tmp_path / "a.conf")
    assert len(str(refused.value).splitlines()) == 1


def test_quotes_comments_and_variables_are_read_as_nginx_does(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text(
        '# access_log on;\nset $a "x ; { # y";\nmap ${a} $b { \'~^\\d+;$\' "c\\"d"; } '
        "return 200 a#b;"
    )
    (setting, mapped, returned) = nginx_file.read(tmp_path / "a.conf")
    assert setting.values == ("$a", "x ; { # y")
    assert mapped.values == ("${a}", "$b")
    assert mapped.block
    assert (mapped.block[0].name, mapped.block[0].values) == ("~^\\d+;$", ('c"d',))
    assert returned.values == ("200", "a#b")
    assert setting.place.endswith("a.conf:2")


def test_a_missing_file_that_is_included_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("http { include nowhere.conf; }")
    with pytest.raises(SettingsError, match=r"nowhere\.conf cannot be read"):
        nginx_file.read(tmp_path / "a.conf")

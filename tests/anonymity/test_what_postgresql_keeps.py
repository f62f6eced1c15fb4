"""What the threat model says of PostgreSQL: it keeps the order of redeemings, of answers none."""

from __future__ import annotations

import secrets

import pytest
from fixtures_tokens import half, redeem
from fixtures_wave import LiveWave
from postgresql import Cluster
from sqlalchemy import text
from test_traces_on_disk import files_with

from survey.collect import box, issuer, salts, submit

pytestmark = pytest.mark.postgresql

on_a_server = pytest.mark.parametrize("live_wave", ["postgresql"], indirect=True)


def hashes(live: LiveWave, order: list[int]) -> list[bytes]:
    salt = salts.read(live.settings, "autumn")
    assert salt
    return [issuer._digest(salt, half(live, number)) for number in order]


@on_a_server
def test_order_of_redeemings_can_be_read_from_the_rows(live_wave: LiveWave) -> None:
    order = list(range(30))
    secrets.SystemRandom().shuffle(order)
    for number in order:
        redeem(live_wave, number)
    with live_wave.stores.issuer() as session:
        found = session.scalars(
            text("SELECT hash FROM code ORDER BY xmin::text::bigint DESC LIMIT 30")
        )
        assert [bytes(one) for one in found][::-1] == hashes(live_wave, order)


@on_a_server
def test_nothing_of_an_answer_is_in_any_byte_of_the_server(
    live_wave: LiveWave, cluster: Cluster
) -> None:
    for code in live_wave.codes[:5]:
        submit.submit(live_wave.stores, live_wave.wave, code, {}, submit.new_attempt())
    with box.connect(box.path_of(live_wave.settings, "autumn"), "ro") as opened:
        rows = opened.execute(
            "SELECT token, sealed FROM slot NATURAL JOIN token WHERE taken = 1"
        ).fetchall()
    assert len(rows) == 5
    cluster.run("CHECKPOINT")
    parts = {part for token, sealed in rows for part in (token[:32], token[32:], sealed)}
    assert files_with(cluster.folder, parts) == set()
    assert files_with(cluster.folder, set(hashes(live_wave, [0]))), "which would be found"

"""The link game: an attacker who holds every byte, and knows who came when, looks for the rows.

`world` plays a wave, `evidence` collects what the attacker holds of it, `attacks` makes claims from
that, `scoring` compares the claims with the truth, `controls` plants leaks that must be found, and
`report` writes the table in docs/THREAT_MODEL.md.
"""

"""How far two people who sorted the same texts agree, beyond what chance would give."""

from __future__ import annotations


def cohens_kappa(both: int, first: int, second: int, neither: int) -> float | None:
    """Cohen's kappa of two raters who each said yes or no of the same texts.

    kappa = (p_o - p_e) / (1 - p_e), with p_o the share of texts on which they agree and p_e the
    share on which raters with the same shares of yes would agree by chance.

    Args:
        both: texts to which both said yes.
        first: to which the first alone did.
        second: to which the second alone did.
        neither: to which neither did.

    Returns:
        At most 1; 0 is what chance gives. None where both said the same of every text, so that
        nothing could differ, or where there is no text.

    Source: Cohen, A coefficient of agreement for nominal scales, Educational and Psychological
    Measurement 20 (1960), 37-46.

    >>> round(cohens_kappa(20, 5, 10, 15), 2)
    0.4
    >>> cohens_kappa(0, 0, 0, 12) is None
    True
    """
    texts = both + first + second + neither
    if not texts:
        return None
    yes = (both + first) / texts, (both + second) / texts
    agreed = (both + neither) / texts
    by_chance = yes[0] * yes[1] + (1 - yes[0]) * (1 - yes[1])
    return None if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)

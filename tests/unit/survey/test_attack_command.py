"""`candour attack` on files: what it reads, what it says, how it scores itself, how it ends."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from analysis.attack import reading, scoring
from analysis.attack.findings import Claim, Fall, Tried
from analysis.attack.material import Material, Page, Published, Sheet
from analysis.attack.trying import ATTACKS
from analysis.attack.trying import Result as Attacked
from analysis.errors import CandourError
from analysis.release import folder
from survey.attack_command import Answers, attack
from survey.cli import main
from survey.questionnaire.loader import load
from survey.tabulate import release_of

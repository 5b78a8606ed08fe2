"""The words of ``texts.yml``, by kind, key and language; which of them is said is decided in `phrases`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def texts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return every text: kind, key, language."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it is there
    content: Mapping[str, Any] = yaml.load((Path(__file__).parent / "texts.yml").read_text("utf-8"), loader)
    return content


def text(kind: str, key: str, language: str, **values: Any) -> str:
    """Return a text of one kind with its values filled in.

    Examples
    --------
    >>> text("sentences", "counted", "nl", n=41, role="cliënten")
    '41 cliënten vulden een vragenlijst in die telt.'
    """
    return texts()[kind][key][language].format(**values)


def say(key: str, language: str, **values: Any) -> str:
    """Return one of the sentences."""
    return text("sentences", key, language, **values)


def name(key: str, language: str) -> str:
    """Return the name of a code (a role, a reason, an answer, a label); the code itself where it has none."""
    return texts()["names"].get(key, {}).get(language, key)

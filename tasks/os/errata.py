"""Published gold answers that are wrong, why, and the reference that is right where there is one.

Scores of `v0.2` and `fc` count the published gold (`parts.raw`), those of `native` the repaired one
(`parts.corrected`). Only what can be shown from the sample itself is listed; open readings are not.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Erratum:
    """What is wrong with a sample's gold."""

    why: str
    reference: str = ""
    """A bash command that prints the right answer; empty where the comparator is at fault."""


_MEMBERS = """\
getent passwd | cut -d: -f1 | while read -r user; do
  [ "$(id -G "$user" | wc -w)" -ge 4 ] && echo "$user"
done | wc -l"""

ERRATA: Mapping[str, Erratum] = {
    "dev-001-dev-00006": Erratum(
        "the question asks for hidden files; the reference lists names that start with a dot and so counts "
        "'.' and '..' too: 8 instead of 6",
        "find /home -mindepth 1 -maxdepth 1 -type f -name '.*' | wc -l",
    ),
    "dev-001-dev-00008": Erratum(
        "the published size checker crashes on decimals and on two-letter units, so even the reference's own "
        "output ('8.0K') is graded wrong",
    ),
    "dev-001-dev-00011": Erratum(
        "the question asks for the directories in /home; the reference counts /home itself: 2 instead of 1",
        "find /home -mindepth 1 -type d | wc -l",
    ),
    "dev-001-dev-00020": Erratum(
        "the question asks for users in at least 4 groups; the reference counts those in exactly 4: "
        "0 instead of 2 (both users are in 6)",
        _MEMBERS,
    ),
}
"""By the id of a sample, as official.py gives it."""


def corrected(sample: str) -> str:
    """The repaired reference of a sample, or ""."""
    return ERRATA[sample].reference if sample in ERRATA else ""

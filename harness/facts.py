"""What decides the replies of a run beside its options: the weights, and plug-ins given by file.

`run.json` says it once for all episodes, so a run goes on only where it is still the same. Other facts
(versions, devices, machines) may change on the way; the record then says what came after what.
"""

from collections.abc import Mapping
from dataclasses import replace

from harness.errors import UsageError
from harness.records import RunRecord

THEN = ", then "


def weights(facts: Mapping[str, str]) -> dict[str, str]:
    """Of what models say of themselves (`Model.describe`), the facts that differ where weights do."""
    return {k: v for k, v in facts.items() if k.endswith(("sha256", "revision"))}


def files(plugins: Mapping[str, str]) -> dict[str, str]:
    """The content hashes of the plug-ins that were given by file."""
    return {k: v.rpartition("sha256:")[2] for k, v in plugins.items() if "sha256:" in v}


def gone_on(old: RunRecord, new: RunRecord) -> RunRecord:
    """`old` with what `new` says of plug-ins, machine and models. Raises `UsageError` where replies that
    were made by other weights or plug-ins would be counted with those to come."""
    changed = _changes(files(old.plugins), files(new.plugins))
    if old.model_facts:
        changed += _changes(weights(old.model_facts), weights(new.model_facts))
    if changed:
        raise UsageError(
            f"what this run was begun with has changed: {'; '.join(changed)}. Its episodes would be counted "
            "as one with other ones; --new (and no --resume) plays them anew"
        )
    return replace(
        old,
        plugins=_then(old.plugins, new.plugins),
        machine=_then(old.machine, new.machine),
        model_facts=_then(old.model_facts, new.model_facts),
    )


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    both = dict.fromkeys((*old, *new))
    told = {k: [m[k][:12] if k in m else "none" for m in (old, new)] for k in both}
    return [f"{k} (was {told[k][0]}, is {told[k][1]})" for k in both if old.get(k) != new.get(k)]


def _then(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Both, one after the other where they differ.

    >>> _then({"device": "cuda"}, {"device": "cpu", "dtype": "float32"})
    {'device': 'cuda, then cpu', 'dtype': 'float32'}
    """
    told = dict(old)
    for key, value in new.items():
        before = told.get(key, value)
        told[key] = before if before.split(THEN)[-1] == value else f"{before}{THEN}{value}"
    return told

"""Sentences of the house that depend on more than one thing."""

from collections.abc import Sequence

from .world import Item


def listed(names: Sequence[str]) -> str:
    """Names in a row, as TextWorld joins them.

    >>> listed([]), listed(["a cup 1"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('nothing', 'a cup 1', 'a, and b', 'a, b, and c')
    """
    if not names:
        return "nothing"
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f", and {names[-1]}"


def looks(item: Item, hot: bool, cool: bool, clean: bool, sliced: bool, toggled: bool) -> str:
    """What one sees of an item. A plain cool item is "cold", a cool and clean one "cool"."""
    if clean or ((hot or cool) and sliced):
        heat = "hot" if hot else "cool" if cool else ""
        adjectives = " and ".join(a for a in (heat, "clean" if clean else "") if a)
        return f"This is a {adjectives} {'sliced ' if sliced else ''}{item.name}."
    if hot or cool:
        return f"This is a {'hot' if hot else 'cold'} {item.name}."
    if item.toggleable and toggled:
        return f"This {item.name} is on."
    if item.sliceable and sliced:
        return f"This is a sliced {item.name}."
    return f"There's nothing special about {item.name}."

"""The seven tools, and how a call of one is written in text: `name(argument, argument)`."""

import re
from collections.abc import Sequence

from harness import Action

ANSWER = "final_answer"
FIRST_OF = "first_of"
"""An action of v0.2: several calls stood on one line, and the first that works counts."""
UNREADABLE = "unreadable"
"""An action that only says what was wrong with one tool call among several."""
PARAMETERS = {
    "get_relations": ("variable",),
    "get_neighbors": ("variable", "relation"),
    "intersection": ("variable1", "variable2"),
    "get_attributes": ("variable",),
    "argmax": ("variable", "attribute"),
    "argmin": ("variable", "attribute"),
    "count": ("variable",),
}
"""Of AgentBench's tools, in the order its prompts name them."""
_KEYWORD = re.compile(r"(?:variable|variable1|variable2|relation|attribute|var|entity)\s*[=:]\s*(?=\S)")
_VARIABLE = re.compile(r"\A[Vv]ariable (?=#)")


def call(name: str, *arguments: str) -> Action:
    return Action(name, {"arguments": list(arguments)})


def given(action: Action) -> list[str]:
    """The arguments of an action, whatever a model made of them."""
    said = action.arguments.get("arguments", ())
    return [str(a) for a in said] if isinstance(said, list | tuple) else [str(said)]


def written(name: str, arguments: Sequence[str]) -> str:
    return f"{name}({', '.join(arguments)})"


def find(name: str, text: str) -> str | None:
    """What stands between the brackets of `name(...)`; the name of an entity may have brackets itself.

    >>> find("count", "count(Messiah (1742)), and so on (perhaps)"), find("count", "count(:-)")
    ('Messiah (1742)', ':-')
    """
    start = re.search(rf"(?<!\w){re.escape(name)}[ \t]*\(", text)
    if start is None:
        return None
    rest, depth = text[start.end() :], 1
    for at, letter in enumerate(rest):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return rest[:at]
    last = rest.rfind(")")  # unbalanced: the last bracket of the line
    return rest[:last] if last >= 0 else None


def split(name: str, inner: str) -> list[str]:
    """The arguments in `inner`; only the first of two may have a comma in it.

    >>> split("argmax", "Sela, Jr., people.height"), split("count", "Sela, Jr."), split("argmax", "#1")
    (['Sela, Jr.', 'people.height'], ['Sela, Jr.'], ['#1'])
    """
    if len(PARAMETERS[name]) == 1 or "," not in inner:
        return [_VARIABLE.sub("", inner.strip())]
    first, _, second = inner.rpartition(",")
    return [_VARIABLE.sub("", first.strip()), _VARIABLE.sub("", second.strip())]


def bare(argument: str) -> str:
    """An argument without a keyword, quotes or square brackets around it.

    >>> bare('variable="#0"'), bare("[the Lamps]")
    ('#0', 'the Lamps')
    """
    text = (
        _KEYWORD.sub("", argument.strip(), count=1) if _KEYWORD.match(argument.strip()) else argument.strip()
    )
    while len(text) > 1 and (text[0] + text[-1]) in ('""', "''", "``", "[]", "<>"):
        text = text[1:-1].strip()
    return text

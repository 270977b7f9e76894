"""Plays games in ALFWorld's own engine (textworld's PddlEnv) for whoever started this file as a program.

Run by an interpreter that has the packages `alfworld` and `textworld`; it imports nothing of ours. One JSON
object a line comes in, one goes out:

    {"pddl_domain": ..., "grammar": ..., "pddl_problem": ..., "names": {id: name}}   load and reset
    {"reset": true}                                                                  the same game anew
    {"command": "look"}                                                              one step

Every answer is {"observation", "admissible", "won"}, or {"error"}. Without `names` things are named and
numbered by alfworld's Demangler; without `pddl_domain` and `grammar` those of the package are used, with
the text under `task` in place of its unknown goal.
"""

import importlib
import json
import os
import sys
from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

UNKNOWN = "UNKNOWN GOAL."


class Player:
    """The engine as it is, except that it does nothing twice: texts, rules and conditions are parsed once
    (every step would parse the same few hundred; what it writes into is handed out as a copy), and a
    problem is translated once instead of four times (the other form is for a planner that nobody asks)."""

    def __init__(self) -> None:
        textworld = importlib.import_module("textworld")
        pddl = importlib.import_module("textworld.envs.pddl")
        _remember()
        self._env = pddl.PddlEnv(textworld.EnvInfos(admissible_commands=True, won=True))

    def load(self, game: Mapping[str, Any]) -> dict[str, Any]:
        self._env.load(_whole(game))
        infos = self._env._entity_infos
        names = game.get("names") or _demangled(infos)
        for info in infos.values():
            info.name = names.get(info.id, info.id)
        return self.reset()

    def reset(self) -> dict[str, Any]:
        return _told(self._env.reset())

    def step(self, command: str) -> dict[str, Any]:
        return _told(self._env.step(command)[0])


def _remember() -> None:
    textgen: Any = importlib.import_module("textworld.envs.pddl.textgen")
    parse = lru_cache(maxsize=4096)(textgen._parse_and_convert)
    textgen._parse_and_convert = lambda text, **how: deepcopy(parse(text, **how))
    logic: Any = importlib.import_module("textworld.envs.pddl.logic")
    logic._parse_and_convert = lru_cache(maxsize=16)(logic._parse_and_convert)
    rule: Any = importlib.import_module("textworld.logic").Rule
    rule.parse_conjunctive_query = lru_cache(maxsize=4096)(rule.parse_conjunctive_query)
    downward: Any = importlib.import_module("fast_downward")
    translate = lru_cache(maxsize=1)(downward.pddl2sas)
    downward.pddl2sas = lambda domain, problem, **how: translate(domain, problem)


def _told(state: Any) -> dict[str, Any]:
    return {
        "observation": state["feedback"],
        "admissible": state["admissible_commands"],
        "won": bool(state["won"]),
    }


def _whole(game: Mapping[str, Any]) -> dict[str, Any]:
    whole = {key: game.get(key) for key in ("pddl_domain", "grammar", "pddl_problem")}
    if not whole["pddl_domain"]:
        info = importlib.import_module("alfworld.info")
        whole["pddl_domain"] = Path(info.ALFRED_PDDL_PATH).read_text(encoding="utf-8")
        grammar = Path(info.ALFRED_TWL2_PATH).read_text(encoding="utf-8")
        whole["grammar"] = grammar.replace(UNKNOWN, game["task"])
    return whole


def _demangled(infos: Mapping[str, Any]) -> dict[str, str]:
    misc = importlib.import_module("alfworld.agents.utils.misc")
    demangler = misc.Demangler(game_infos=infos, shuffle=False)
    return {i.id: demangler.demangle_alfred_name(i.id) for i in infos.values()}


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer until the requests end."""
    player = Player()
    for line in requests:
        request = json.loads(line)
        try:
            if "command" in request:
                answer = player.step(request["command"])
            else:
                answer = player.reset() if "reset" in request else player.load(request)
        except (Exception, SystemExit) as e:  # the engine's translator leaves by SystemExit
            answer = {"error": f"{type(e).__name__}: {e}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the packages print must not be read as an answer
    serve(sys.stdin, out)

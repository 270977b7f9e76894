"""A model that does something at random: the floor that a task's scores stand on.

Each reply is one of the task's own `random_action`s, written by the rules in force; judges get a random
index, yes/no questions a coin toss. A reply depends on the episode and the seed of the request alone, so
that a resumed run plays what an unbroken one would have.
"""

import random

from harness import Episode, Model, ModelError, ModelOptions, Reply, Request, Response, hookimpl

from . import _settings


class Random(Model):
    """Knows no episode yet; `bind` gives the one that does."""

    name = "random"

    def bind(self, episode: Episode) -> Model:
        return _Player(episode)

    async def generate(self, request: Request) -> Response:
        raise ModelError("the model 'random' was asked outside an episode: it takes its actions from a task")


class _Player(Random):
    def __init__(self, episode: Episode) -> None:
        self.episode = episode

    async def generate(self, request: Request) -> Response:
        seed = request.generation.seed
        dice = random.Random(f"{self.episode.seed} {self.episode.key} {seed} {request.turn}")
        return Response(tuple(self.reply(request, dice) for _ in range(request.n)))

    def reply(self, request: Request, dice: random.Random) -> Reply:
        if request.purpose == "judge":
            several = request.candidates
            return Reply(str(dice.randint(1, several)) if several else dice.choice(("Yes", "No")))
        if request.purpose == "plan":
            return Reply("1. Try something.\n2. Try something else.\n3. Stop.")
        if request.purpose == "reflect":
            return Reply("Something else might work.")
        action = self.episode.task.random_action(self.episode.sample, dice)
        return self.episode.rules.write(action)


@hookimpl
def harness_model(name: str, options: ModelOptions) -> Model | None:
    if name != "random":
        return None
    _settings.read(name, options.args, {})
    return Random()

"""A model that plays the task's own expert: what a task must score 1.

At turn t it answers the expert's action t, and repeats the last one when there are no more. It agrees
with every plan: judges get the first candidate, yes/no questions a yes, planners three steps.
"""

from functools import cached_property

from harness import Action, Episode, Model, ModelError, ModelOptions, Reply, Request, Response, hookimpl

from . import _settings

ANSWERS = {
    "plan": "1. Look at what there is.\n2. Do what is asked.\n3. Give the answer.",
    "reflect": "Nothing went wrong.",
}


class Oracle(Model):
    """Knows no episode yet; `bind` gives the one that does."""

    name = "oracle"

    def bind(self, episode: Episode) -> Model:
        return _Expert(episode)

    async def generate(self, request: Request) -> Response:
        raise ModelError("the model 'oracle' was asked outside an episode: it takes its actions from a task")


class _Expert(Oracle):
    def __init__(self, episode: Episode) -> None:
        self.episode = episode

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        episode = self.episode
        actions = tuple(episode.task.solve(episode.sample, episode.settings))
        if not actions:
            raise ModelError(f"task {episode.task.name!r} knows no expert for sample {episode.sample.id!r}")
        return actions

    async def generate(self, request: Request) -> Response:
        return Response((self.reply(request),) * request.n)

    def reply(self, request: Request) -> Reply:
        if request.purpose == "judge":
            return Reply("1" if request.candidates else "Yes")
        if request.purpose in ANSWERS:
            return Reply(ANSWERS[request.purpose])
        return self.episode.rules.write(self.actions[min(request.turn, len(self.actions) - 1)])


@hookimpl
def harness_model(name: str, options: ModelOptions) -> Model | None:
    if name != "oracle":
        return None
    _settings.read(name, options.args, {})
    return Oracle()

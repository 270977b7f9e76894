"""A model that says nothing: what a task must not reward."""

from harness import Model, ModelOptions, Reply, Request, Response, hookimpl

from . import _settings


class Silent(Model):
    """Answers every request with empty text."""

    name = "silent"

    async def generate(self, request: Request) -> Response:
        return Response((Reply(""),) * request.n)


@hookimpl
def harness_model(name: str, options: ModelOptions) -> Model | None:
    if name != "silent":
        return None
    _settings.read(name, options.args, {})
    return Silent()

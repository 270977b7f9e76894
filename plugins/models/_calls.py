"""Which call of its episode a request is, for models that answer by rote."""

from harness import Episode, ModelError, Request


def number(request: Request, episode: Episode) -> int:
    """The host counts the seed up by one a call. Counting here would go wrong in a resumed episode, whose
    first calls are answered from the journal, and where a judge of its own is asked in between."""
    if request.generation.seed is None:
        raise ModelError("a request without a seed: this model finds its place in an episode by it")
    return (request.generation.seed - episode.seed) % 2**31

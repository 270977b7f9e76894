"""The expert: the gold trajectory, and then the last of its variables as the answer."""

from harness import Action, Settings

from .calls import ANSWER, call
from .engines import Engine
from .environment import ID, KgEnvironment
from .ontology import Ontology
from .programs import expressions
from .samples import KgSample


def known(sample: KgSample) -> bool:
    """Whether the gold trajectory can be played: it starts from entities, not from a class of them."""
    names = {part for entity in sample.entities for part in entity}
    sources = (a[1] for a in sample.actions)
    return bool(sample.actions) and all(s.startswith("#") or s in names or ID.fullmatch(s) for s in sources)


def trajectory(sample: KgSample) -> tuple[Action, ...]:
    """The gold actions, with entities by their names as an agent knows them, and the final answer."""
    names = {entity: name for name, entity in sample.entities}
    steps = [call(tool, *(names.get(a, a) for a in arguments)) for tool, *arguments in sample.actions]
    return (*steps, call(ANSWER, f"#{len(expressions(sample)) - 1}"))


def replayed(sample: KgSample, settings: Settings, ontology: Ontology, engine: Engine) -> bool:
    """Whether the expert's answer is the gold one."""
    world = KgEnvironment(sample, settings.profile, engine, ontology)
    world.reset()
    for action in trajectory(sample):
        world.step(action)
    return world.score().value == 1

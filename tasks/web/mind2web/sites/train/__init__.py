"""The websites of the split `train`: country hotels, a theatre, a recipe collection, a town hall."""

from ..site import Site


def sites() -> tuple[Site, ...]:
    from .hotels_tasks import Hotels
    from .recipes_tasks import Recipes
    from .theatre_tasks import Theatre
    from .townhall_tasks import TownHall

    return Hotels(), Theatre(), Recipes(), TownHall()

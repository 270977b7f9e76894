"""What one can be asked to do at Brackwell & Daughters."""

from collections.abc import Iterator
from random import Random

from ..site import Errand, click, pick, write
from .hardware import AMOUNTS, ORDERS, HardwarePages


class Hardware(HardwarePages):
    def errands(self, dice: Random) -> Iterator[Errand]:
        while True:
            yield self._order(dice)
            yield self._two(dice)
            yield self._cheapest(dice)
            yield self._watch(dice)
            yield self._service(dice)
            yield self._dearest(dice)

    def _order(self, dice: Random) -> Errand:
        words, i = self.texts(), dice.choice(self.items)
        size = dice.choice(words["sizes"][i.aisle][1:])
        store, name = (
            dice.choice(words["stores"][1:]),
            f"{dice.choice(words['given'])} {dice.choice(words['family'])}",
        )
        said = (
            f"Order one '{i.name}' in the size {size} for collection at {store}, "
            f"in the name of {name}, by card."
        )
        return Errand(said, (
            write("top-q", i.name), click("top-go"), click(f"/item/{i.number}"), pick("size", size),
            click("add"), click("/checkout"), pick("collect-at", store), write("collect-name", name),
            click("collect"),
        ))  # fmt: skip

    def _two(self, dice: Random) -> Errand:
        i, size = dice.choice(self.items), self.texts()["sizes"]
        chosen, amount = dice.choice(size[i.aisle][1:]), dice.choice(AMOUNTS[1:])
        aisle = list(self.texts()["aisles"]).index(i.aisle)
        return Errand(
            f"Put {amount} of the {i.name} ({chosen}) into the basket.",
            (
                click(f"/aisle/{aisle}"),
                click(f"/item/{i.number}"),
                pick("size", chosen),
                pick("amount", amount),
                click("add"),
            ),
        )

    def _cheapest(self, dice: Random) -> Errand:
        return self._extreme(dice, "cheapest", ORDERS[1])

    def _dearest(self, dice: Random) -> Errand:
        return self._extreme(dice, "most expensive", ORDERS[2])

    def _extreme(self, dice: Random, which: str, order: str) -> Errand:
        aisles = list(self.texts()["aisles"])
        number, make = dice.randrange(len(aisles)), dice.choice(self.texts()["makes"])
        found = [i for i in self.items if (i.aisle, i.make) == (aisles[number], make)]
        best = (max if order == ORDERS[2] else min)(found, key=lambda i: i.pence)
        amount = dice.choice(AMOUNTS[1:])
        return Errand(
            f"Add {amount} of the {which} thing made by {make} in the aisle {aisles[number]} to the basket, "
            "in the first size that is offered.",
            (
                click(f"/aisle/{number}"),
                pick("make", make),
                pick("order", order),
                click("sift"),
                click(f"/item/{best.number}"),
                pick("amount", amount),
                click("add"),
            ),
        )

    def _watch(self, dice: Random) -> Errand:
        i, email = dice.choice(self.items), f"{dice.choice(self.texts()['given']).lower()}@benchpost.example"
        return Errand(
            f"Ask to be told at {email} when the {i.name} gets cheaper.",
            (
                write("top-q", i.name),
                click("top-go"),
                click(f"/item/{i.number}"),
                write("tell-email", email),
                click("tell"),
            ),
        )

    def _service(self, dice: Random) -> Errand:
        words, number = self.texts(), dice.randrange(len(self.texts()["stores"]))
        trade = dice.choice(words["trades"])
        return Errand(
            f"What does the store {words['stores'][number]} say about {trade.lower()}? Open that page.",
            (
                click("/stores"),
                click(f"/store/{number}"),
                click(f"/store/{number}/{trade.split()[0].lower()}"),
            ),
        )

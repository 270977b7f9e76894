"""What one can be asked to do at Lindenrast Houses."""

from collections.abc import Iterator
from random import Random

from ..site import Errand, Move, click, pick, write
from .hotels import ARRIVALS, HOURS, NIGHTS, RANKINGS, HotelPages


class Hotels(HotelPages):
    def errands(self, dice: Random) -> Iterator[Errand]:
        while True:
            yield self._lowest(dice)
            yield self._bath(dice)
            yield self._offering(dice)
            yield self._letter(dice)
            yield self._feast(dice)
            yield self._sight(dice)

    def _usual(self, choices: dict[str, tuple[str, str]]) -> tuple[Move, ...]:
        """Moves for those drop-down lists whose first option is not the one that is wanted."""
        return tuple(pick(key, wanted) for key, (wanted, first) in choices.items() if wanted != first)

    def _search(self, town: str, arrival: str, nights: str) -> tuple[Move, ...]:
        lists = {
            "town": (town, self.texts()["towns"][0]),
            "arrival": (arrival, ARRIVALS[0]),
            "nights": (nights, NIGHTS[0]),
        }
        return (*self._usual(lists), click("look"))

    def _lowest(self, dice: Random) -> Errand:
        words, town = self.texts(), dice.choice(self.texts()["towns"])
        houses = sorted(self.in_town(town), key=lambda h: h.rates[0])
        if houses[0].rates[0] == houses[1].rates[0]:
            return self._lowest(dice)
        arrival, nights, guest = (
            dice.choice(ARRIVALS[1:]),
            dice.choice(NIGHTS[1:]),
            dice.choice(words["guests"]),
        )
        return Errand(
            f"{guest} arrives in {town} on {arrival} and stays for {nights}. Request a single room in "
            "whichever house there has the lowest rate, with a breakfast basket.",
            (
                *self._search(town, arrival, nights),
                pick("by", RANKINGS[1]),
                click("narrow"),
                click(f"/house/{houses[0].number}"),
                click(f"/room/{houses[0].number}/0"),
                pick("from-day", arrival),
                pick("how-long", nights),
                click("breakfast"),
                write("guest", guest),
                click("take"),
            ),
        )

    def _offering(self, dice: Random) -> Errand:
        words, offer = self.texts(), dice.choice(self.texts()["offers"])
        towns = [t for t in words["towns"] if len(self.in_town(t, offer)) == 1]
        if not towns:
            return self._offering(dice)
        town = dice.choice(towns)
        (house,) = self.in_town(town, offer)
        kind = dice.randrange(1, len(words["rooms"]))
        room = words["rooms"][kind].lower()
        return Errand(
            f"Which house in {town} has this: {offer.lower()}? Go to the request form for its {room}.",
            (
                *self._usual({"town": (town, words["towns"][0])}), click("look"), pick("offer", offer),
                click("narrow"), click(f"/house/{house.number}"), click(f"/room/{house.number}/{kind}"),
            ),
        )  # fmt: skip

    def _bath(self, dice: Random) -> Errand:
        words, house = self.texts(), dice.choice(self.houses[1:])
        treatment, hour = dice.choice(words["treatments"][1:]), dice.choice(HOURS[1:])
        guest = dice.choice(words["guests"])
        return Errand(
            f"Put {guest} down for a {treatment.lower()} at {hour} in the bath house of {house.name}.",
            (
                click("/spa"),
                pick("spa-house", house.name),
                pick("treatment", treatment),
                pick("hour", hour),
                write("spa-guest", guest),
                click("spa-go"),
            ),
        )

    def _letter(self, dice: Random) -> Errand:
        house, topic = dice.choice(self.houses[1:]), dice.choice(self.texts()["topics"][1:])
        text = dice.choice(
            ["Is there an evening bus", "I eat no nuts", "Send the bill again", "My hat stayed behind"]
        )
        return Errand(
            f"Post a message to {house.name}, filed under {topic.lower()}, with these words only: {text}",
            (
                click("/write"), pick("to", house.name), pick("topic", topic), write("message", text),
                click("post"),
            ),
        )  # fmt: skip

    def _feast(self, dice: Random) -> Errand:
        words, house = self.texts(), dice.choice(self.houses[1:])
        kind, people = dice.randrange(len(words["events"])), str(dice.randint(12, 80))
        phone = f"0{dice.randint(300, 899)} {dice.randint(10000, 99999)}"
        return Errand(
            f"We are {people} people and plan a {words['events'][kind].lower()} at {house.name}. "
            f"Ask for an offer; our number is {phone}.",
            (
                click("/events"),
                click(f"kind-{kind}"),
                write("guests", people),
                pick("event-house", house.name),
                write("phone", phone),
                click("offer-go"),
            ),
        )

    def _sight(self, dice: Random) -> Errand:
        house, sight = dice.choice(self.houses), dice.choice(self.texts()["sights"]).lower()
        return Errand(
            f"I am curious about the {sight} at {house.name}: bring up what is written on it.",
            (click("/houses"), click(f"/house/{house.number}"), click(f"/house/{house.number}/{sight}")),
        )

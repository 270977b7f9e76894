"""The material the families draw from: names, things, and definitions, all written for this project."""

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAMES: Final = _words(
    "Ada Bruno Carla Dmitri Elif Farid Greta Hiro Ines Jonas Kemi Lena Mateo Nadia Oskar Priya Quentin Rosa "
    "Samir Tove Uma Viktor Wanda Xenia Yusuf Zoe"
)
THINGS: Final = _words(
    "apples books candles pencils stamps buttons postcards marbles tickets bottles lemons shells bricks "
    "envelopes keys notebooks onions plates ropes tulips"
)
ANIMALS: Final = _words("badger crane dolphin ferret goat heron ibis jackal lynx mole otter puffin stork")
FRUIT: Final = _words("apricot banana cherry date fig grape kiwi lemon mango nectarine orange peach quince")
TOOLS: Final = _words("anvil brush chisel drill file hammer ladder mallet pliers rasp saw trowel wrench")
CITIES: Final = _words(
    "Accra Bergen Cusco Dakar Esbjerg Faro Ghent Hanoi Izmir Jaipur Kyoto Lagos Malmo Nantes Oporto Quito"
)
JOBS: Final = _words("baker carpenter dentist gardener librarian plumber surveyor tailor teacher welder")
MONTHS: Final = _words(
    "January February March April May June July August September October November December"
)
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SENTENCES: Final = tuple(
    line.strip()
    for line in """
    the ferry leaves the harbour at noon
    a small dog slept under the table
    our neighbour paints her fence every spring
    the old clock in the hall has stopped again
    two students carried the piano upstairs
    rain fell on the tin roof all night
    the baker opens his shop before sunrise
    nobody found the missing umbrella
    the train to the coast was late today
    a green kite is stuck in the tallest tree
    my sister plays the violin on Sundays
    the last page of the letter was empty
    they planted carrots behind the shed
    the museum is closed on the first of May
    a cold wind came down from the mountains
    the children built a bridge of branches
    """.strip().splitlines()
)
DEFINITIONS: Final = {
    "algorithm": "a fixed series of steps that turns an input into the wanted result",
    "archive": "a place, or a file, in which records are kept for later use",
    "average": "the sum of some numbers divided by how many there are",
    "barter": "trade in which goods are exchanged without money",
    "catalyst": "a substance that speeds up a chemical reaction and is not used up by it",
    "checksum": "a short value computed from data, by which a change of the data can be noticed",
    "compiler": "a program that translates source code into instructions a machine can run",
    "contour line": "a line on a map that joins points of the same height",
    "database": "an organised collection of data that can be searched and changed",
    "delta": "the land that a river builds from sediment where it reaches the sea",
    "diameter": "the length of a straight line through the centre of a circle, from edge to edge",
    "eclipse": "the moment when one body in the sky moves into the shadow of another or hides it",
    "ecosystem": "the living things of a place together with the surroundings they depend on",
    "encryption": "turning a message into a form that only the holder of a key can read",
    "evaporation": "the change of a liquid into gas at its surface",
    "famine": "a long and widespread lack of food",
    "fossil": "the preserved remains or traces of a living thing from long ago",
    "friction": "the force that resists one surface sliding over another",
    "glacier": "a large mass of ice that moves slowly over land",
    "habitat": "the place where a kind of plant or animal naturally lives",
    "harbour": "a sheltered part of the water where ships can anchor",
    "hypothesis": "a proposed explanation that can be tested",
    "inflation": "a general rise of prices, by which money buys less",
    "insulation": "material that keeps heat, sound or electricity from passing",
    "interest": "money paid for the use of borrowed money",
    "irrigation": "bringing water to fields by channels, pipes or sprinklers",
    "latitude": "how far north or south of the equator a place lies, in degrees",
    "lever": "a bar turning on a fixed point, by which a small force can move a large load",
    "median": "the middle one of some values when they are put in order",
    "metaphor": "a figure of speech that calls one thing by the name of another it resembles",
    "migration": "the movement of people or animals from one region to another",
    "orbit": "the curved path of one body around another in space",
    "parliament": "an assembly that makes a country's laws",
    "patent": "a right that lets an inventor alone use an invention for some years",
    "photosynthesis": "how plants make sugar from water and carbon dioxide with the energy of light",
    "prime number": "a whole number above 1 that only 1 and itself divide",
    "proverb": "a short, well-known saying that gives advice",
    "recycling": "turning waste into material for new things",
    "sediment": "solid matter that settles to the bottom of a liquid",
    "synonym": "a word with the same or nearly the same meaning as another",
    "tariff": "a tax on goods that cross a border",
    "tide": "the regular rise and fall of the sea caused by the moon and the sun",
    "variable": "a name in a program that stands for a value which may change",
    "velocity": "speed in a given direction",
}
REGULAR: Final = {
    "walk to the station": "walked to the station",
    "repair the fence": "repaired the fence",
    "open the window": "opened the window",
    "paint the door": "painted the door",
    "answer the letter": "answered the letter",
    "clean the kitchen": "cleaned the kitchen",
    "water the plants": "watered the plants",
    "visit the museum": "visited the museum",
    "cook the beans": "cooked the beans",
    "count the coins": "counted the coins",
}
PRAISE: Final = (
    "works perfectly",
    "arrived early and is beautiful",
    "is better than I hoped",
    "is a joy to use",
)
BLAME: Final = ("broke after a day", "never arrived", "is too loud to use", "stopped working in a week")
GOODS: Final = (
    "kettle",
    "lamp",
    "backpack",
    "radio",
    "keyboard",
    "umbrella",
    "blanket",
    "drill",
    "clock",
    "fan",
)

"""The names that bundled samples are made of. The two lists of every kind are disjoint: a test says so."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What one split draws from."""

    roots: tuple[str, ...]
    folders: tuple[str, ...]
    stems: tuple[str, ...]
    suffixes: tuple[str, ...]
    people: tuple[str, ...]
    words: tuple[str, ...]
    events: tuple[str, ...]
    keys: tuple[str, ...]


def _of(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TEST = Vocabulary(
    roots=_of("/srv/harbour /srv/observatory /opt/glacier /home/curator /opt/lighthouse /srv/archipelago"),
    folders=_of("north pier vault annex dock plaza attic cellar tower gallery wharf cove"),
    stems=_of(
        "ledger tide cargo beacon manifesto anchor compass lantern mooring voyage berth signal horizon "
        "current drift keel rudder sextant buoy gull reef shoal"
    ),
    suffixes=_of("txt dat rec not bak tab"),
    people=_of("imogen rufus tamsin casper odette linus petra magnus"),
    words=_of("copper velvet quartz amber saffron indigo walnut pebble thistle marble cobalt juniper"),
    events=_of("docked sailed delayed inspected loaded refused"),
    keys=_of("depth colour wave_limit captain channel tonnage lamp_power"),
)

TRAIN = Vocabulary(
    roots=_of(
        "/srv/orchard /opt/bakery /home/gardener /srv/railway /opt/theatre /srv/clinic /opt/brewery "
        "/home/printer /srv/library /opt/foundry"
    ),
    folders=_of(
        "shelf barn kitchen platform stage ward cask press aisle forge stable pantry yard loft depot workshop"
    ),
    stems=_of(
        "apple recipe ticket script_notes patient barrel poster novel hammer plum dough timetable costume "
        "dosage malt engraving index anvil pear crust carriage curtain bandage yeast atlas chisel"
    ),
    suffixes=_of("log csv conf old tmp md lst cfg"),
    people=_of("agnes boris clara dmitri elena fritz greta hugo ingrid jonas karin leopold"),
    words=_of("sugar timber lemon iron cotton pepper silver maple ginger brick honey linen mustard oak wool"),
    events=_of("sold bought repaired borrowed returned cleaned broken shipped"),
    keys=_of("oven_heat seats platform_no price speed gauge hops_ratio font_size voltage"),
)
